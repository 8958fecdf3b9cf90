/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one function of a fuzz target, called by libFuzzer or by standalone.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Reads @data as the target does; aborts where a promise is broken. Returns 0. */
__attribute__ ((visibility ("default"))) int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

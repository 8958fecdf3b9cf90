/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the known answers that lie beside the checkout (../shared/vectors, or the folder that
 * CAUSETTE_VECTORS names). */
#pragma once

#include "net/wire/json.h"

/* Returns: (transfer full): the file's JSON, or %NULL after the running test was marked as skipped.
 */
JsonValue *vectors_load (const char *name);
/* Returns: (transfer full): the bytes of hexadecimal @object[@key], or %NULL when there is none. */
GBytes *vectors_bytes (const JsonValue *object, const char *key);
/* Returns the data of @bytes, or %NULL for %NULL. */
const uint8_t *vectors_data (GBytes *bytes);
/* Counts up through a run of bytes handed out as randomness: data is a const uint8_t **. */
void vectors_random (void *data, uint8_t *out, size_t size);

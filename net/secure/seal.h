/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The envelope: what is sealed says what it is for and to which generation of the call it belongs,
 * and is padded, so that its length tells little.
 *
 * Called by: net/secure/channel. Pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_HEADER_SIZE 9     /* purpose (1), generation (4), length (4) */
#define SEAL_CLASS_MIN   128   /* bytes; the classes double from here */
#define SEAL_CLASS_MAX   33280 /* the largest class: 32 KiB of content with its header */

/* Returns the size class that @size bytes of content fall into, or 0 when they are too many. */
size_t seal_padded_size (size_t size);
/* Writes the padded envelope into @out (seal_padded_size() bytes). */
void seal_write (uint8_t purpose,
                 uint32_t generation,
                 const uint8_t *content,
                 size_t size,
                 uint8_t *out);
/* Reads an envelope; *@content points into @in. Returns 0, or -1 for one that seal_write() did not
 * write. */
int seal_read (const uint8_t *in,
               size_t in_size,
               uint8_t *purpose,
               uint32_t *generation,
               const uint8_t **content,
               size_t *size);

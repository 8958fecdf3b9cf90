/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of outside text that several parsers of net/wire share.
 *
 * Owns: what counts as UTF-8, as an id, and as base64 here.
 * Called by: net/wire only.
 * Must never: allocate more than its result, accept what it would have to repair.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Whether @data is UTF-8 (RFC 3629). U+0000 is a character like any other here, unlike in
 * g_utf8_validate(). */
bool text_is_utf8 (const uint8_t *data, size_t size);

/* How many bytes base64 takes for @size bytes. */
size_t text_base64_size (size_t size);

/* Decodes the canonical base64 of RFC 4648 §4: padded, no line breaks, no stray bits (§3.5). @out
 * has room for @size / 4 * 3 bytes and may be the same memory as @text. Returns false for anything
 * else; otherwise @out_size is the number of bytes. */
bool text_base64_decode (const uint8_t *text, size_t size, uint8_t *out, size_t *out_size);

G_END_DECLS

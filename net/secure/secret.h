/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for secrets, and the two functions on HMAC-SHA256 that libsodium 1.0.18 lacks.
 *
 * Called by: the rest of net/secure. Must never: let a secret outlive its owner.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SECRET_KEY_SIZE  32
#define SECRET_HASH_SIZE 32

/* Fills @out with @size random bytes; handed in by the caller, so that known answers can be tested.
 */
typedef void (*SecretRandom) (void *data, uint8_t *out, size_t size);

/* Returns zeroed, guarded memory that is not swapped out where the system allows; aborts when there
 * is none. */
void *secret_new (size_t size);
/* Wipes and frees. %NULL is fine. */
void secret_free (void *secret);

/* Wipes the stack below the caller: what the functions that it called left there, those of
 * libsodium included (they wipe their keys, but not everything that can be computed from them). To
 * be called last by whoever hands secrets to others. */
void secret_clear_stack (void);

/* HMAC-SHA256 (RFC 2104) of the @count pieces, one after the other. */
typedef struct
{
  const uint8_t *data;
  size_t size;
} SecretPiece;
void secret_hmac (uint8_t out[SECRET_HASH_SIZE],
                  const uint8_t *key,
                  size_t key_size,
                  const SecretPiece *pieces,
                  size_t count);

/* HKDF-SHA256 (RFC 5869). Returns 0, or -1 for more than 255 × 32 bytes. */
int secret_hkdf (uint8_t *out,
                 size_t out_size,
                 const uint8_t *salt,
                 size_t salt_size,
                 const uint8_t *key,
                 size_t key_size,
                 const uint8_t *info,
                 size_t info_size);

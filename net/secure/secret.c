/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for secrets, HMAC and HKDF: see secret.h. */

#include "net/secure/secret.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* More than any function of libsodium that is called here uses. */
#define STACK_SIZE 8192

void *
secret_new (size_t size)
{
  void *secret;

  if (sodium_init () < 0)
    abort ();

  secret = sodium_malloc (size);
  if (secret == NULL)
    abort ();

  memset (secret, 0, size);
  return secret;
}

void
secret_free (void *secret)
{
  sodium_free (secret);
}

void
secret_clear_stack (void)
{
  sodium_stackzero (STACK_SIZE);
}

void
secret_hmac (uint8_t out[SECRET_HASH_SIZE],
             const uint8_t *key,
             size_t key_size,
             const SecretPiece *pieces,
             size_t count)
{
  static const uint8_t nothing[1];
  crypto_auth_hmacsha256_state state;

  /* An empty key may be no pointer at all, which the library must not be given. */
  if (key_size == 0)
    key = nothing;

  crypto_auth_hmacsha256_init (&state, key, key_size);
  for (size_t i = 0; i < count; i++)
    if (pieces[i].size > 0)
      crypto_auth_hmacsha256_update (&state, pieces[i].data, pieces[i].size);
  crypto_auth_hmacsha256_final (&state, out);
  sodium_memzero (&state, sizeof state);
}

int
secret_hkdf (uint8_t *out,
             size_t out_size,
             const uint8_t *salt,
             size_t salt_size,
             const uint8_t *key,
             size_t key_size,
             const uint8_t *info,
             size_t info_size)
{
  uint8_t extracted[SECRET_HASH_SIZE];
  uint8_t block[SECRET_HASH_SIZE];
  size_t block_size = 0;
  size_t done = 0;

  if (out_size > 255 * SECRET_HASH_SIZE)
    return -1;

  secret_hmac (extracted, salt, salt_size, &(SecretPiece){ key, key_size }, 1);

  for (uint8_t counter = 1; done < out_size; counter++)
    {
      const SecretPiece pieces[] = {
        { block, block_size },
        { info, info_size },
        { &counter, 1 },
      };
      size_t left = out_size - done;
      size_t now = left < sizeof block ? left : sizeof block;

      secret_hmac (block, extracted, sizeof extracted, pieces, 3);
      block_size = sizeof block;
      memcpy (out + done, block, now);
      done += now;
    }

  sodium_memzero (extracted, sizeof extracted);
  sodium_memzero (block, sizeof block);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds that every primitive that net/secure is built on gives what the cases of Project Wycheproof
 * demand, called as net/secure calls it: those that must be refused are refused, and a weak public
 * key ends a handshake and a ratchet. */

#include <sodium.h>
#include <string.h>

#include "net/secure/noise.h"
#include "net/secure/ratchet.h"
#include "tests/unit/secure/vectors.h"

typedef void (*CheckCase) (const JsonValue *group, const JsonValue *one, gboolean valid);

/* Calls @check for each case of the file, and holds that it has as many as it says. */
static void
check_file (const char *name, CheckCase check)
{
  g_autoptr (JsonValue) json = vectors_load (name);
  JsonValue *groups;
  gint64 count = 0;

  if (json == NULL)
    return;

  groups = json_object_find (json, "testGroups");
  for (size_t i = 0; i < json_array_length (groups); i++)
    {
      JsonValue *group = json_array_at (groups, i);
      JsonValue *cases = json_object_find (group, "tests");

      for (size_t j = 0; j < json_array_length (cases); j++, count++)
        {
          JsonValue *one = json_array_at (cases, j);
          const char *result = json_value_string (json_object_find (one, "result"));

          g_test_message ("%s: case %" G_GINT64_FORMAT, name,
                          json_value_integer (json_object_find (one, "tcId")));
          check (group, one, !g_str_equal (result, "invalid"));
        }
    }
  g_assert_cmpint (count, ==, json_value_integer (json_object_find (json, "numberOfTests")));
  g_assert_cmpint (count, >, 0);
}

static gboolean
has_flag (const JsonValue *one, const char *flag)
{
  JsonValue *flags = json_object_find (one, "flags");

  for (size_t i = 0; i < json_array_length (flags); i++)
    if (g_str_equal (json_value_string (json_array_at (flags, i)), flag))
      return TRUE;
  return FALSE;
}

static void
random_bytes (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

/* Neither a handshake nor a ratchet goes on with @weak. */
static void
check_weak_key (const uint8_t weak[32])
{
  static const uint8_t root[RATCHET_KEY_SIZE], chain[RATCHET_KEY_SIZE];
  NoiseHandshake *handshake = noise_handshake_new (
      &(NoiseParams){ .pattern = NOISE_NN, .initiator = false, .random = random_bytes });
  uint8_t out[256];
  size_t size;

  g_assert_cmpint (noise_handshake_read (handshake, weak, 32, out, sizeof out, &size), ==, 0);
  g_assert_cmpint (noise_handshake_write (handshake, NULL, 0, out, sizeof out, &size), ==, -1);
  g_assert_cmpuint (size, ==, 0);
  noise_handshake_free (handshake);

  g_assert_null (ratchet_new_initiator (root, chain, weak, random_bytes, NULL));
}

/* Those that the file calls acceptable are accepted, but for results that are all zero. */
static void
check_x25519 (const JsonValue *group, const JsonValue *one, gboolean valid)
{
  g_autoptr (GBytes) public = vectors_bytes (one, "public");
  g_autoptr (GBytes) private = vectors_bytes (one, "private");
  g_autoptr (GBytes) shared = vectors_bytes (one, "shared");
  gboolean weak = has_flag (one, "ZeroSharedSecret");
  uint8_t out[crypto_scalarmult_curve25519_BYTES];

  g_assert_cmpuint (g_bytes_get_size (public), ==, 32);
  g_assert_cmpuint (g_bytes_get_size (private), ==, 32);
  g_assert_cmpint (crypto_scalarmult_curve25519 (out, vectors_data (private),
                                                 vectors_data (public)),
                   ==, weak ? -1 : 0);
  if (weak)
    check_weak_key (vectors_data (public));
  else
    g_assert_cmpmem (out, sizeof out, vectors_data (shared), g_bytes_get_size (shared));
}

typedef int (*Encrypt) (unsigned char *,
                        unsigned long long *,
                        const unsigned char *,
                        unsigned long long,
                        const unsigned char *,
                        unsigned long long,
                        const unsigned char *,
                        const unsigned char *,
                        const unsigned char *);
typedef int (*Decrypt) (unsigned char *,
                        unsigned long long *,
                        unsigned char *,
                        const unsigned char *,
                        unsigned long long,
                        const unsigned char *,
                        unsigned long long,
                        const unsigned char *,
                        const unsigned char *);

static void
check_aead (const JsonValue *one,
            gboolean valid,
            gsize nonce_size,
            Encrypt encrypt_function,
            Decrypt decrypt_function)
{
  g_autoptr (GBytes) key = vectors_bytes (one, "key");
  g_autoptr (GBytes) nonce = vectors_bytes (one, "iv");
  g_autoptr (GBytes) ad = vectors_bytes (one, "aad");
  g_autoptr (GBytes) plain = vectors_bytes (one, "msg");
  g_autoptr (GBytes) sealed = vectors_bytes (one, "ct");
  g_autoptr (GBytes) tag = vectors_bytes (one, "tag");
  gsize size = g_bytes_get_size (plain);
  g_autofree uint8_t *both = g_malloc (size + 16);
  g_autofree uint8_t *out = g_malloc (size + 16);

  /* The length of a nonce is part of its type here: one of another length cannot be given. */
  if (g_bytes_get_size (nonce) != nonce_size)
    {
      g_assert_true (has_flag (one, "InvalidNonceSize"));
      g_assert_false (valid);
      return;
    }

  g_assert_cmpuint (g_bytes_get_size (sealed), ==, size);
  g_assert_cmpuint (g_bytes_get_size (tag), ==, 16);
  memcpy (both, vectors_data (sealed), size);
  memcpy (both + size, vectors_data (tag), 16);

  encrypt_function (out, NULL, vectors_data (plain), size, vectors_data (ad), g_bytes_get_size (ad),
                    NULL, vectors_data (nonce), vectors_data (key));
  g_assert_cmpint (memcmp (out, both, size + 16) == 0, ==, valid);

  g_assert_cmpint (decrypt_function (out, NULL, NULL, both, size + 16, vectors_data (ad),
                                     g_bytes_get_size (ad), vectors_data (nonce),
                                     vectors_data (key)),
                   ==, valid ? 0 : -1);
  if (valid)
    g_assert_cmpmem (out, size, vectors_data (plain), size);
}

/* A nonce of Noise is four zeros and a counter: where the case has such a one, Noise's own cipher
 * must agree. */
static void
check_noise_cipher (const JsonValue *one, gboolean valid)
{
  g_autoptr (GBytes) key = vectors_bytes (one, "key");
  g_autoptr (GBytes) nonce = vectors_bytes (one, "iv");
  g_autoptr (GBytes) ad = vectors_bytes (one, "aad");
  g_autoptr (GBytes) plain = vectors_bytes (one, "msg");
  g_autoptr (GBytes) sealed = vectors_bytes (one, "ct");
  g_autoptr (GBytes) tag = vectors_bytes (one, "tag");
  gsize size = g_bytes_get_size (plain);
  g_autofree uint8_t *both = g_malloc (size + NOISE_TAG_SIZE);
  g_autofree uint8_t *out = g_malloc (size + NOISE_TAG_SIZE);
  NoiseCipher cipher = { .has_key = true };
  const uint8_t *bytes = vectors_data (nonce);

  if (g_bytes_get_size (nonce) != 12 || memcmp (bytes, (const uint8_t[4]){ 0 }, 4) != 0)
    return;

  memcpy (cipher.key, vectors_data (key), sizeof cipher.key);
  for (guint i = 0; i < 8; i++)
    cipher.nonce |= (uint64_t) bytes[4 + i] << (8 * i);
  if (cipher.nonce == UINT64_MAX)
    return;

  memcpy (both, vectors_data (sealed), size);
  memcpy (both + size, vectors_data (tag), NOISE_TAG_SIZE);
  g_assert_cmpint (noise_cipher_decrypt (&cipher, vectors_data (ad), g_bytes_get_size (ad), both,
                                         size + NOISE_TAG_SIZE, out),
                   ==, valid ? 0 : -1);
  if (valid)
    g_assert_cmpmem (out, size, vectors_data (plain), size);
}

static void
check_chacha20_poly1305 (const JsonValue *group, const JsonValue *one, gboolean valid)
{
  check_aead (one, valid, crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
              crypto_aead_chacha20poly1305_ietf_encrypt, crypto_aead_chacha20poly1305_ietf_decrypt);
  check_noise_cipher (one, valid);
}

static void
check_xchacha20_poly1305 (const JsonValue *group, const JsonValue *one, gboolean valid)
{
  check_aead (one, valid, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
              crypto_aead_xchacha20poly1305_ietf_encrypt,
              crypto_aead_xchacha20poly1305_ietf_decrypt);
}

static void
check_hkdf (const JsonValue *group, const JsonValue *one, gboolean valid)
{
  g_autoptr (GBytes) key = vectors_bytes (one, "ikm");
  g_autoptr (GBytes) salt = vectors_bytes (one, "salt");
  g_autoptr (GBytes) info = vectors_bytes (one, "info");
  g_autoptr (GBytes) okm = vectors_bytes (one, "okm");
  gsize size = (gsize) json_value_integer (json_object_find (one, "size"));
  g_autofree uint8_t *out = g_malloc (size);

  g_assert_cmpint (secret_hkdf (out, size, vectors_data (salt), g_bytes_get_size (salt),
                                vectors_data (key), g_bytes_get_size (key), vectors_data (info),
                                g_bytes_get_size (info)),
                   ==, valid ? 0 : -1);
  if (valid)
    g_assert_cmpmem (out, size, vectors_data (okm), g_bytes_get_size (okm));
}

static void
check_hmac (const JsonValue *group, const JsonValue *one, gboolean valid)
{
  g_autoptr (GBytes) key = vectors_bytes (one, "key");
  g_autoptr (GBytes) message = vectors_bytes (one, "msg");
  g_autoptr (GBytes) tag = vectors_bytes (one, "tag");
  gsize size = g_bytes_get_size (message);
  gsize half = size / 2;
  uint8_t out[SECRET_HASH_SIZE];

  /* In two pieces, which must not matter. */
  secret_hmac (out, vectors_data (key), g_bytes_get_size (key),
               (const SecretPiece[]){ { vectors_data (message), half },
                                      { vectors_data (message) + half, size - half } },
               2);
  g_assert_cmpuint (g_bytes_get_size (tag), <=, sizeof out);
  g_assert_cmpint (memcmp (out, vectors_data (tag), g_bytes_get_size (tag)) == 0, ==, valid);
}

static void
test_x25519 (void)
{
  check_file ("x25519_test.json", check_x25519);
}

static void
test_chacha20_poly1305 (void)
{
  check_file ("chacha20_poly1305_test.json", check_chacha20_poly1305);
}

static void
test_xchacha20_poly1305 (void)
{
  check_file ("xchacha20_poly1305_test.json", check_xchacha20_poly1305);
}

static void
test_hkdf (void)
{
  check_file ("hkdf_sha256_test.json", check_hkdf);
}

static void
test_hmac (void)
{
  check_file ("hmac_sha256_test.json", check_hmac);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/wycheproof/x25519", test_x25519);
  g_test_add_func ("/wycheproof/chacha20-poly1305", test_chacha20_poly1305);
  g_test_add_func ("/wycheproof/xchacha20-poly1305", test_xchacha20_poly1305);
  g_test_add_func ("/wycheproof/hkdf-sha256", test_hkdf);
  g_test_add_func ("/wycheproof/hmac-sha256", test_hmac);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds that X25519, ChaCha20-Poly1305, HKDF and HMAC with SHA-256 give the numbers of their RFCs,
 * called as net/secure calls them. */

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "net/secure/secret.h"

/* The bytes of @hex, to be freed. */
static uint8_t *
bytes_of (const char *hex, gsize *size)
{
  uint8_t *bytes = g_malloc (strlen (hex) / 2 + 1);

  g_assert_cmpint (sodium_hex2bin (bytes, strlen (hex) / 2 + 1, hex, strlen (hex), NULL, size,
                                   NULL),
                   ==, 0);
  g_assert_cmpuint (*size, ==, strlen (hex) / 2);
  return bytes;
}

static void
assert_bytes (const uint8_t *bytes, gsize size, const char *hex)
{
  g_autofree char *text = g_malloc (2 * size + 1);

  sodium_bin2hex (text, 2 * size + 1, bytes, size);
  g_assert_cmpstr (text, ==, hex);
}

static void
assert_x25519 (const char *scalar, const char *point, const char *result)
{
  gsize size;
  g_autofree uint8_t *n = bytes_of (scalar, &size);
  g_autofree uint8_t *p = bytes_of (point, &size);
  uint8_t out[crypto_scalarmult_curve25519_BYTES];

  g_assert_cmpint (crypto_scalarmult_curve25519 (out, n, p), ==, 0);
  assert_bytes (out, sizeof out, result);
}

/* RFC 7748 §5.2 */
static void
test_x25519 (void)
{
  uint8_t k[32] = { 9 }, u[32] = { 9 }, out[32];

  assert_x25519 ("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                 "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                 "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  assert_x25519 ("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                 "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                 "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");

  for (guint i = 0; i < 1000; i++)
    {
      g_assert_cmpint (crypto_scalarmult_curve25519 (out, k, u), ==, 0);
      memcpy (u, k, sizeof u);
      memcpy (k, out, sizeof k);
      if (i == 0)
        assert_bytes (k, sizeof k,
                      "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  assert_bytes (k, sizeof k, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

/* RFC 7748 §6.1 */
static void
test_diffie_hellman (void)
{
  static const char *const private[] = {
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
  };
  static const char *const public[] = {
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  };

  for (guint i = 0; i < 2; i++)
    {
      gsize size;
      g_autofree uint8_t *n = bytes_of (private[i], &size);
      uint8_t out[crypto_scalarmult_curve25519_BYTES];

      g_assert_cmpint (crypto_scalarmult_curve25519_base (out, n), ==, 0);
      assert_bytes (out, sizeof out, public[i]);
      assert_x25519 (private[i], public[!i],
                     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    }
}

/* RFC 8439 §2.8.2 */
static void
test_chacha20_poly1305 (void)
{
  static const char plain[] = "Ladies and Gentlemen of the class of '99: If I could offer you only "
                              "one tip for the future, sunscreen would be it.";
  static const uint8_t nonce[] = { 0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47 };
  static const uint8_t ad[] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1,
                                0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7 };
  uint8_t key[32], sealed[sizeof plain - 1 + 16], opened[sizeof plain - 1];

  for (guint i = 0; i < sizeof key; i++)
    key[i] = (uint8_t) (0x80 + i);

  crypto_aead_chacha20poly1305_ietf_encrypt (sealed, NULL, (const uint8_t *) plain,
                                             sizeof plain - 1, ad, sizeof ad, NULL, nonce, key);
  assert_bytes (sealed, sizeof sealed,
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                "3ff4def08e4b7a9de576d26586cec64b6116"
                "1ae10b594f09e26a7e902ecbd0600691");
  g_assert_cmpint (crypto_aead_chacha20poly1305_ietf_decrypt (opened, NULL, NULL, sealed,
                                                              sizeof sealed, ad, sizeof ad, nonce,
                                                              key),
                   ==, 0);
  g_assert_cmpmem (opened, sizeof opened, plain, sizeof plain - 1);
}

/* @size bytes that are all @first, or, with @step 1, count up from it. */
static uint8_t *
run_of (uint8_t first, uint8_t step, gsize size)
{
  uint8_t *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (uint8_t) (first + step * i);
  return bytes;
}

static void
assert_hkdf (const uint8_t *key,
             gsize key_size,
             const uint8_t *salt,
             gsize salt_size,
             const uint8_t *info,
             gsize info_size,
             const char *okm)
{
  gsize size = strlen (okm) / 2;
  g_autofree uint8_t *out = g_malloc (size);

  g_assert_cmpint (secret_hkdf (out, size, salt, salt_size, key, key_size, info, info_size), ==, 0);
  assert_bytes (out, size, okm);
}

/* RFC 5869 A.1 to A.3 */
static void
test_hkdf (void)
{
  g_autofree uint8_t *key = run_of (0x0b, 0, 22);
  g_autofree uint8_t *short_salt = run_of (0, 1, 13);
  g_autofree uint8_t *short_info = run_of (0xf0, 1, 10);
  g_autofree uint8_t *long_key = run_of (0, 1, 80);
  g_autofree uint8_t *long_salt = run_of (0x60, 1, 80);
  g_autofree uint8_t *long_info = run_of (0xb0, 1, 80);
  uint8_t out[1];

  assert_hkdf (
      key, 22, short_salt, 13, short_info, 10,
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  assert_hkdf (
      long_key, 80, long_salt, 80, long_info, 80,
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
      "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  assert_hkdf (
      key, 22, NULL, 0, NULL, 0,
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  g_assert_cmpint (secret_hkdf (out, 255 * 32 + 1, NULL, 0, key, 22, NULL, 0), ==, -1);
}

static void
assert_hmac (const uint8_t *key, gsize key_size, const void *data, gsize size, const char *expected)
{
  uint8_t out[SECRET_HASH_SIZE];

  secret_hmac (out, key, key_size, &(SecretPiece){ data, size }, 1);
  assert_bytes (out, strlen (expected) / 2, expected);
}

/* RFC 4231 §4.2 to §4.8 */
static void
test_hmac (void)
{
  static const char large_key[] = "Test Using Larger Than Block-Size Key - Hash Key First";
  static const char large_both[] =
      "This is a test using a larger than block-size key and a larger than block-size data. The "
      "key needs to be hashed before being used by the HMAC algorithm.";
  g_autofree uint8_t *key_1 = run_of (0x0b, 0, 20);
  g_autofree uint8_t *key_3 = run_of (0xaa, 0, 131);
  g_autofree uint8_t *data_3 = run_of (0xdd, 0, 50);
  g_autofree uint8_t *key_4 = run_of (0x01, 1, 25);
  g_autofree uint8_t *data_4 = run_of (0xcd, 0, 50);
  g_autofree uint8_t *key_5 = run_of (0x0c, 0, 20);

  assert_hmac (key_1, 20, "Hi There", 8,
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  assert_hmac ((const uint8_t *) "Jefe", 4, "what do ya want for nothing?", 28,
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  assert_hmac (key_3, 20, data_3, 50,
               "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  assert_hmac (key_4, 25, data_4, 50,
               "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  assert_hmac (key_5, 20, "Test With Truncation", 20, "a3b6167473100ee06e0c796c2955552b");
  assert_hmac (key_3, 131, large_key, strlen (large_key),
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  assert_hmac (key_3, 131, large_both, strlen (large_both),
               "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

/* The chain of libsignal's own test: its next chain key, and the message key that it expands. */
static void
test_chain (void)
{
  static const char info[] = "WhisperMessageKeys";
  static const uint8_t zeros[32];
  gsize size;
  g_autofree uint8_t *chain =
      bytes_of ("8ab72d6f4cc5ac0d387eaf463378ddb28edd07385b1cb01250c715982e7ad48f", &size);
  uint8_t seed[32];

  assert_hmac (chain, size, "\x02", 1,
               "28e8f8fee54b801eef7c5cfb2f17f32c7b334485bbb70fac6ec10342a246d15d");
  secret_hmac (seed, chain, size, &(SecretPiece){ (const uint8_t *) "\x01", 1 }, 1);
  assert_hkdf (seed, sizeof seed, zeros, sizeof zeros, (const uint8_t *) info, strlen (info),
               "bf51e9d75e0e31031051f82a2491ffc084fa298b7793bd9db620056febf45217"
               "c6c77d6a73a354337a56435e34607dfe48e3ace14e77314dc6abc172e7a7030b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/known-numbers/x25519", test_x25519);
  g_test_add_func ("/known-numbers/diffie-hellman", test_diffie_hellman);
  g_test_add_func ("/known-numbers/chacha20-poly1305", test_chacha20_poly1305);
  g_test_add_func ("/known-numbers/hkdf-sha256", test_hkdf);
  g_test_add_func ("/known-numbers/hmac-sha256", test_hmac);
  g_test_add_func ("/known-numbers/chain", test_chain);
  return g_test_run ();
}

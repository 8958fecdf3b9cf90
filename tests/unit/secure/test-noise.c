/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds that the handshakes are those of the Noise specification, to the byte, and that a damaged
 * message or a weak key ends them. */

#include "net/secure/noise.h"
#include "tests/unit/secure/vectors.h"

#include <sodium.h>
#include <string.h>

static const struct
{
  const char *name;
  NoisePattern pattern;
} names[] = {
  { "Noise_NN_25519_ChaChaPoly_SHA256", NOISE_NN },
  { "Noise_KK_25519_ChaChaPoly_SHA256", NOISE_KK },
  { "Noise_IK_25519_ChaChaPoly_SHA256", NOISE_IK },
  { "Noise_XX_25519_ChaChaPoly_SHA256", NOISE_XX },
  { "Noise_XXpsk3_25519_ChaChaPoly_SHA256", NOISE_XX_PSK3 },
};

typedef struct
{
  GBytes *keys[6];
  const uint8_t *random;
  NoiseHandshake *handshake;
} Side;

static void
side_init (Side *side, const JsonValue *vector, const char *prefix, NoisePattern pattern)
{
  static const char *const fields[] = { "prologue", "static", "ephemeral", "remote_static", "psk" };
  JsonValue *psks;
  NoiseParams params = { .pattern = pattern, .initiator = g_str_equal (prefix, "init") };

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s_%s", prefix, fields[i]);

      side->keys[i] = vectors_bytes (vector, key);
    }
  {
    g_autofree char *key = g_strdup_printf ("%s_psks", prefix);

    psks = json_object_find (vector, key);
  }
  if (psks != NULL && json_array_length (psks) == 1)
    {
      g_autoptr (JsonValue) wrap = json_new_object ();

      json_object_put_string (wrap, "psk", json_value_string (json_array_at (psks, 0)));
      side->keys[4] = vectors_bytes (wrap, "psk");
    }

  side->random = vectors_data (side->keys[2]);
  params.prologue = vectors_data (side->keys[0]);
  params.prologue_size = side->keys[0] != NULL ? g_bytes_get_size (side->keys[0]) : 0;
  params.static_private = vectors_data (side->keys[1]);
  params.remote_static = vectors_data (side->keys[3]);
  params.psk = vectors_data (side->keys[4]);
  params.random = vectors_random;
  params.random_data = &side->random;
  side->handshake = noise_handshake_new (&params);
  g_assert_nonnull (side->handshake);
}

static void
side_clear (Side *side)
{
  for (guint i = 0; i < G_N_ELEMENTS (side->keys); i++)
    g_clear_pointer (&side->keys[i], g_bytes_unref);
  noise_handshake_free (side->handshake);
}

static void
check_vector (const JsonValue *vector, NoisePattern pattern)
{
  Side sides[2] = { 0 };
  JsonValue *messages = json_object_find (vector, "messages");
  g_autoptr (GBytes) hash = vectors_bytes (vector, "handshake_hash");
  NoiseCipher *ciphers = secret_new (4 * sizeof *ciphers); /* sending and receiving of each */
  uint8_t out[2048];
  uint8_t back[2048];
  bool transport = false;

  side_init (&sides[0], vector, "init", pattern);
  side_init (&sides[1], vector, "resp", pattern);

  for (size_t i = 0; i < json_array_length (messages); i++)
    {
      JsonValue *message = json_array_at (messages, i);
      g_autoptr (GBytes) payload = vectors_bytes (message, "payload");
      g_autoptr (GBytes) expected = vectors_bytes (message, "ciphertext");
      size_t size = g_bytes_get_size (payload);
      size_t out_size, back_size;
      guint writer = i % 2;

      if (!transport && noise_handshake_is_finished (sides[0].handshake))
        {
          uint8_t own[NOISE_HASH_SIZE];

          g_assert_true (noise_handshake_is_finished (sides[1].handshake));
          for (guint s = 0; s < 2; s++)
            {
              noise_handshake_hash (sides[s].handshake, own);
              g_assert_cmpmem (own, sizeof own, vectors_data (hash), g_bytes_get_size (hash));
              noise_handshake_split (sides[s].handshake, &ciphers[2 * s], &ciphers[2 * s + 1]);
            }
          transport = true;
        }

      if (transport)
        {
          out_size = size + NOISE_TAG_SIZE;
          back_size = size;
          g_assert_cmpint (noise_cipher_encrypt (&ciphers[2 * writer], NULL, 0,
                                                 vectors_data (payload), size, out),
                           ==, 0);
          g_assert_cmpint (noise_cipher_decrypt (&ciphers[2 * !writer + 1], NULL, 0, out, out_size,
                                                 back),
                           ==, 0);
        }
      else
        {
          g_assert_true (noise_handshake_is_writing (sides[writer].handshake));
          g_assert_cmpint (noise_handshake_write (sides[writer].handshake, vectors_data (payload),
                                                  size, out, sizeof out, &out_size),
                           ==, 0);
          g_assert_cmpint (noise_handshake_read (sides[!writer].handshake, out, out_size, back,
                                                 sizeof back, &back_size),
                           ==, 0);
        }
      g_assert_cmpmem (out, out_size, vectors_data (expected), g_bytes_get_size (expected));
      g_assert_cmpmem (back, back_size, vectors_data (payload), size);
    }

  g_assert_true (transport);
  side_clear (&sides[0]);
  side_clear (&sides[1]);
  secret_free (ciphers);
}

static void
test_known_answers (void)
{
  g_autoptr (JsonValue) file = vectors_load ("noise-25519-chachapoly-sha256.json");
  JsonValue *vectors;
  guint found = 0;

  if (file == NULL)
    return;

  vectors = json_object_find (file, "vectors");
  for (size_t i = 0; i < json_array_length (vectors); i++)
    {
      JsonValue *vector = json_array_at (vectors, i);
      const char *name = json_value_string (json_object_find (vector, "protocol_name"));

      for (guint n = 0; n < G_N_ELEMENTS (names); n++)
        if (g_strcmp0 (name, names[n].name) == 0)
          {
            check_vector (vector, names[n].pattern);
            found++;
          }
    }
  g_assert_cmpuint (found, ==, G_N_ELEMENTS (names));
}

static void
real_random (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

static NoiseHandshake *
new_xx (bool initiator)
{
  uint8_t secret[NOISE_KEY_SIZE];

  randombytes_buf (secret, sizeof secret);
  return noise_handshake_new (&(NoiseParams){
      .pattern = NOISE_XX,
      .initiator = initiator,
      .static_private = secret,
      .random = real_random,
  });
}

/* Whatever bit of whatever message is changed, the handshake does not finish on both sides with the
 * same hash. */
static void
test_damage (void)
{
  for (guint damaged = 0; damaged < 3; damaged++)
    for (guint bit = 0; bit < 96 * 8; bit += 7)
      {
        NoiseHandshake *sides[2] = { new_xx (true), new_xx (false) };
        uint8_t hashes[2][NOISE_HASH_SIZE];
        uint8_t out[256], back[256];
        size_t size, back_size;
        bool failed = false;

        for (guint message = 0; message < 3 && !failed; message++)
          {
            g_assert_cmpint (noise_handshake_write (sides[message % 2], NULL, 0, out, sizeof out,
                                                    &size),
                             ==, 0);
            if (message == damaged)
              out[bit / 8 % size] ^= (uint8_t) (1 << bit % 8);
            failed = noise_handshake_read (sides[(message + 1) % 2], out, size, back, sizeof back,
                                           &back_size) != 0;
          }
        if (!failed)
          {
            noise_handshake_hash (sides[0], hashes[0]);
            noise_handshake_hash (sides[1], hashes[1]);
            g_assert_cmpint (memcmp (hashes[0], hashes[1], NOISE_HASH_SIZE), !=, 0);
          }
        noise_handshake_free (sides[0]);
        noise_handshake_free (sides[1]);
      }
}

static void
test_truncated (void)
{
  for (size_t cut = 1; cut <= 96; cut++)
    {
      NoiseHandshake *one = new_xx (true), *two = new_xx (false);
      uint8_t out[256], back[256];
      size_t size, back_size;

      g_assert_cmpint (noise_handshake_write (one, NULL, 0, out, sizeof out, &size), ==, 0);
      g_assert_cmpint (noise_handshake_read (two, out, size, back, sizeof back, &back_size), ==, 0);
      g_assert_cmpint (noise_handshake_write (two, NULL, 0, out, sizeof out, &size), ==, 0);
      g_assert_cmpuint (size, ==, 96);
      g_assert_cmpint (noise_handshake_read (one, out, size - cut, back, sizeof back, &back_size),
                       ==, -1);
      /* It is over: the whole message does not help any more. */
      g_assert_cmpint (noise_handshake_read (one, out, size, back, sizeof back, &back_size), ==,
                       -1);
      g_assert_false (noise_handshake_is_finished (one));
      noise_handshake_free (one);
      noise_handshake_free (two);
    }
}

static void
test_weak_keys (void)
{
  /* The points of small order, and one that is not reduced: RFC 7748 §7 and its errata. */
  static const uint8_t weak[][NOISE_KEY_SIZE] = {
    { 0 },
    { 1 },
    { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
      0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
      0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
    { 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
      0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
      0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    {
      NoiseHandshake *two = new_xx (false);
      uint8_t out[256], back[256];
      size_t size, back_size;

      g_assert_cmpint (noise_handshake_read (two, weak[i], sizeof weak[i], back, sizeof back,
                                             &back_size),
                       ==, 0);
      g_assert_cmpint (noise_handshake_write (two, NULL, 0, out, sizeof out, &size), ==, -1);
      g_assert_cmpuint (size, ==, 0);
      noise_handshake_free (two);
    }
}

static void
test_rekey (void)
{
  NoiseCipher *ciphers = secret_new (2 * sizeof *ciphers);
  uint8_t out[64], back[64];

  randombytes_buf (ciphers[0].key, NOISE_KEY_SIZE);
  ciphers[1] = ciphers[0];
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (noise_cipher_encrypt (&ciphers[0], NULL, 0, (const uint8_t *) "hello", 5,
                                             out),
                       ==, 0);
      out[2] ^= 1;
      g_assert_cmpint (noise_cipher_decrypt (&ciphers[1], NULL, 0, out, 21, back), ==, -1);
      out[2] ^= 1;
      g_assert_cmpint (noise_cipher_decrypt (&ciphers[1], NULL, 0, out, 21, back), ==, 0);
      g_assert_cmpmem (back, 5, "hello", 5);
      noise_cipher_rekey (&ciphers[0]);
      g_assert_cmpint (memcmp (ciphers[0].key, ciphers[1].key, NOISE_KEY_SIZE), !=, 0);
      noise_cipher_rekey (&ciphers[1]);
    }
  ciphers[0].nonce = UINT64_MAX;
  g_assert_cmpint (noise_cipher_encrypt (&ciphers[0], NULL, 0, (const uint8_t *) "hello", 5, out),
                   ==, -1);
  secret_free (ciphers);
}

static void
test_missing_keys (void)
{
  uint8_t key[NOISE_KEY_SIZE] = { 9 };

  g_assert_null (
      noise_handshake_new (&(NoiseParams){ .pattern = NOISE_XX, .random = real_random }));
  g_assert_null (noise_handshake_new (&(NoiseParams){
      .pattern = NOISE_IK, .initiator = true, .static_private = key, .random = real_random }));
  g_assert_null (noise_handshake_new (&(NoiseParams){
      .pattern = NOISE_XX, .static_private = key, .psk = key, .random = real_random }));
  g_assert_null (noise_handshake_new (
      &(NoiseParams){ .pattern = NOISE_XX_PSK3, .static_private = key, .random = real_random }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/known-answers", test_known_answers);
  g_test_add_func ("/noise/damage", test_damage);
  g_test_add_func ("/noise/truncated", test_truncated);
  g_test_add_func ("/noise/weak-keys", test_weak_keys);
  g_test_add_func ("/noise/rekey", test_rekey);
  g_test_add_func ("/noise/missing-keys", test_missing_keys);
  return g_test_run ();
}

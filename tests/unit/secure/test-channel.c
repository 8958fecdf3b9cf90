/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the channel between two people promises: what one seals the other opens, once, and nothing
 * else is opened.
 */

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "net/secure/channel.h"
#include "net/secure/noise.h"
#include "net/secure/sas.h"
#include "net/secure/seal.h"

typedef struct
{
  Channel *caller;
  Channel *callee;
} Pair;

static void
random_bytes (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

/* Brings handshake messages to and fro until neither side has one left. */
static void
shake_hands (Channel *a, Channel *b)
{
  uint8_t message[CHANNEL_HANDSHAKE_MAX];
  size_t size;
  gboolean moved;
  int rounds = 0;

  do
    {
      moved = FALSE;
      while (channel_next_handshake (a, message, &size))
        {
          g_assert_cmpint (channel_handshake (b, message, size), ==, 0);
          moved = TRUE;
        }
      while (channel_next_handshake (b, message, &size))
        {
          g_assert_cmpint (channel_handshake (a, message, size), ==, 0);
          moved = TRUE;
        }
      g_assert_cmpint (rounds++, <, 16);
    }
  while (moved);
}

static void
pair_init (Pair *pair, const char *encounter)
{
  pair->caller = channel_new (CHANNEL_CALLER, encounter, random_bytes, NULL);
  pair->callee = channel_new (CHANNEL_CALLEE, encounter, random_bytes, NULL);
  shake_hands (pair->caller, pair->callee);
  g_assert_cmpint (channel_get_state (pair->caller), ==, CHANNEL_READY);
  g_assert_cmpint (channel_get_state (pair->callee), ==, CHANNEL_READY);
}

static void
pair_clear (Pair *pair)
{
  channel_free (pair->caller);
  channel_free (pair->callee);
}

typedef struct
{
  uint8_t bytes[CHANNEL_SEALED_MAX];
  size_t size;
} Sealed;

static void
seal (Channel *channel, ChannelPurpose purpose, uint32_t generation, const char *plain, Sealed *out)
{
  g_assert_cmpint (channel_seal (channel, purpose, generation, (const uint8_t *) plain,
                                 strlen (plain), out->bytes, &out->size),
                   ==, 0);
  g_assert_cmpuint (out->size, <=, CHANNEL_SEALED_MAX);
}

static int
open_sealed (Channel *channel, const Sealed *sealed)
{
  g_autofree uint8_t *plain = g_malloc (CHANNEL_PLAIN_MAX);
  ChannelPurpose purpose;
  uint32_t generation;
  size_t size;

  return channel_open (channel, sealed->bytes, sealed->size, &purpose, &generation, plain, &size);
}

static void
assert_opens (Channel *channel,
              const Sealed *sealed,
              ChannelPurpose purpose,
              uint32_t generation,
              const char *plain)
{
  g_autofree uint8_t *opened = g_malloc (CHANNEL_PLAIN_MAX);
  ChannelPurpose opened_purpose;
  uint32_t opened_generation;
  size_t size;

  g_assert_cmpint (channel_open (channel, sealed->bytes, sealed->size, &opened_purpose,
                                 &opened_generation, opened, &size),
                   ==, 0);
  g_assert_cmpint (opened_purpose, ==, purpose);
  g_assert_cmpuint (opened_generation, ==, generation);
  g_assert_cmpmem (opened, size, plain, strlen (plain));
}

static void
test_both_ways (void)
{
  Pair pair;
  Sealed sealed;

  pair_init (&pair, "encounter-1");

  seal (pair.caller, CHANNEL_DESCRIPTION, 0, "an offer", &sealed);
  assert_opens (pair.callee, &sealed, CHANNEL_DESCRIPTION, 0, "an offer");
  seal (pair.callee, CHANNEL_DESCRIPTION, 7, "an answer", &sealed);
  assert_opens (pair.caller, &sealed, CHANNEL_DESCRIPTION, 7, "an answer");
  seal (pair.callee, CHANNEL_BYE, UINT32_MAX, "", &sealed);
  assert_opens (pair.caller, &sealed, CHANNEL_BYE, UINT32_MAX, "");

  pair_clear (&pair);
}

static void
test_sizes (void)
{
  g_autofree uint8_t *plain = g_malloc (CHANNEL_PLAIN_MAX + 1);
  g_autofree uint8_t *opened = g_malloc (CHANNEL_PLAIN_MAX);
  ChannelPurpose purpose;
  uint32_t generation;
  size_t size;
  Sealed sealed;
  Pair pair;

  pair_init (&pair, "encounter-1");
  memset (plain, 'x', CHANNEL_PLAIN_MAX + 1);

  g_assert_cmpint (channel_seal (pair.caller, CHANNEL_TEXT, 0, plain, CHANNEL_PLAIN_MAX + 1,
                                 sealed.bytes, &sealed.size),
                   ==, -1);
  g_assert_cmpuint (sealed.size, ==, 0);

  g_assert_cmpint (channel_seal (pair.caller, CHANNEL_TEXT, 0, plain, CHANNEL_PLAIN_MAX,
                                 sealed.bytes, &sealed.size),
                   ==, 0);
  g_assert_cmpuint (sealed.size, <=, CHANNEL_SEALED_MAX);
  g_assert_cmpint (channel_open (pair.callee, sealed.bytes, sealed.size, &purpose, &generation,
                                 opened, &size),
                   ==, 0);
  g_assert_cmpmem (opened, size, plain, CHANNEL_PLAIN_MAX);

  pair_clear (&pair);
}

/* Each message is opened once, in whatever order the two paths bring them. */
static void
test_repeated_and_reordered (void)
{
  enum
  {
    N = 64
  };
  g_autofree Sealed *sealed = g_new (Sealed, N);
  Pair pair;

  pair_init (&pair, "encounter-1");
  for (int i = 0; i < N; i++)
    seal (pair.caller, CHANNEL_TEXT, 0, "hello", &sealed[i]);

  for (int i = N - 1; i >= 0; i -= 2)
    assert_opens (pair.callee, &sealed[i], CHANNEL_TEXT, 0, "hello");
  for (int i = 0; i < N; i += 2)
    assert_opens (pair.callee, &sealed[i], CHANNEL_TEXT, 0, "hello");
  for (int i = 0; i < N; i++)
    g_assert_cmpint (open_sealed (pair.callee, &sealed[i]), ==, 1);

  pair_clear (&pair);
}

/* One that comes later than the window reaches is ignored rather than opened a second time. */
static void
test_too_old (void)
{
  Pair pair;
  Sealed first, second, next;

  pair_init (&pair, "encounter-1");
  seal (pair.caller, CHANNEL_TEXT, 0, "first", &first);
  seal (pair.caller, CHANNEL_TEXT, 0, "second", &second);
  assert_opens (pair.callee, &first, CHANNEL_TEXT, 0, "first");

  for (int i = 0; i < 10000; i++)
    {
      seal (pair.caller, CHANNEL_TYPING, 0, "", &next);
      assert_opens (pair.callee, &next, CHANNEL_TYPING, 0, "");
    }

  g_assert_cmpint (open_sealed (pair.callee, &first), !=, 0);
  g_assert_cmpint (open_sealed (pair.callee, &second), !=, 0);
  seal (pair.caller, CHANNEL_TEXT, 0, "last", &next);
  assert_opens (pair.callee, &next, CHANNEL_TEXT, 0, "last");

  pair_clear (&pair);
}

/* Hundreds may be lost in between without harm; a message from further ahead is refused and harms
 * nothing. */
static void
test_gap (void)
{
  Pair pair;
  Sealed next, near;

  pair_init (&pair, "encounter-1");
  for (int gap = 1; gap < 512; gap = gap * 3 + 1)
    {
      for (int i = 0; i < gap; i++)
        seal (pair.caller, CHANNEL_TYPING, 0, "", &next);
      seal (pair.caller, CHANNEL_TEXT, 0, "after", &next);
      assert_opens (pair.callee, &next, CHANNEL_TEXT, 0, "after");
      g_assert_cmpint (open_sealed (pair.callee, &next), ==, 1);
    }

  seal (pair.caller, CHANNEL_TEXT, 0, "within reach", &near);
  for (int i = 0; i < 5000; i++)
    seal (pair.caller, CHANNEL_TYPING, 0, "", &next);
  g_assert_cmpint (open_sealed (pair.callee, &next), ==, -1);
  assert_opens (pair.callee, &near, CHANNEL_TEXT, 0, "within reach");

  pair_clear (&pair);
}

static void
test_of_another_encounter (void)
{
  Pair pair, other;
  Sealed sealed;

  pair_init (&pair, "encounter-1");
  pair_init (&other, "encounter-2");
  seal (other.caller, CHANNEL_TEXT, 0, "hello", &sealed);
  g_assert_cmpint (open_sealed (pair.callee, &sealed), ==, -1);

  pair_clear (&pair);
  pair_clear (&other);
}

/* What someone sends back to its writer is not opened as the partner's. */
static void
test_reflected (void)
{
  Pair pair;
  Sealed sealed;

  pair_init (&pair, "encounter-1");
  seal (pair.caller, CHANNEL_TEXT, 0, "hello", &sealed);
  g_assert_cmpint (open_sealed (pair.caller, &sealed), ==, -1);

  pair_clear (&pair);
}

/* Every way to cut a message, and damage to any bit of it, is refused; and the undamaged message is
 * opened afterwards, since nothing moved on. */
static void
test_damaged (void)
{
  Pair pair;
  Sealed sealed;

  pair_init (&pair, "encounter-1");
  seal (pair.caller, CHANNEL_TEXT, 3, "hello", &sealed);

  for (size_t cut = 0; cut < sealed.size; cut++)
    {
      Sealed shorter = sealed;

      shorter.size = cut;
      g_assert_cmpint (open_sealed (pair.callee, &shorter), ==, -1);
    }

  for (size_t i = 0; i < sealed.size; i++)
    for (int bit = 0; bit < 8; bit++)
      {
        Sealed damaged = sealed;

        damaged.bytes[i] ^= (uint8_t) (1 << bit);
        g_assert_cmpint (open_sealed (pair.callee, &damaged), ==, -1);
      }

  assert_opens (pair.callee, &sealed, CHANNEL_TEXT, 3, "hello");

  pair_clear (&pair);
}

static void
test_refuses_garbage (void)
{
  g_autofree uint8_t *plain = g_malloc (CHANNEL_PLAIN_MAX);
  g_autofree uint8_t *garbage = g_malloc0 (CHANNEL_SEALED_MAX + 64);
  ChannelPurpose purpose;
  uint32_t generation;
  size_t size;
  Sealed sealed;
  Pair pair;

  pair_init (&pair, "encounter-1");
  for (size_t i = 0; i <= CHANNEL_SEALED_MAX + 64; i += 61)
    {
      randombytes_buf (garbage, i);
      g_assert_cmpint (channel_open (pair.callee, garbage, i, &purpose, &generation, plain, &size),
                       ==, -1);
      g_assert_cmpuint (size, ==, 0);
    }

  /* A handshake that is through stays so. */
  g_assert_cmpint (channel_handshake (pair.callee, garbage, 100), ==, 0);
  seal (pair.caller, CHANNEL_TEXT, 0, "still there", &sealed);
  assert_opens (pair.callee, &sealed, CHANNEL_TEXT, 0, "still there");

  pair_clear (&pair);
}

/* Whichever message of the handshake is damaged, and wherever: one side breaks off, and neither
 * seals or opens anything for the other. */
static void
test_damaged_handshake (void)
{
  for (guint damaged = 0; damaged < 7; damaged++)
    for (guint at = 0; at < 97; at += 3)
      {
        Channel *sides[2] = { channel_new (CHANNEL_CALLER, "encounter-1", random_bytes, NULL),
                              channel_new (CHANNEL_CALLEE, "encounter-1", random_bytes, NULL) };
        uint8_t message[CHANNEL_HANDSHAKE_MAX];
        uint8_t first[CHANNEL_SAS_COUNT], second[CHANNEL_SAS_COUNT];
        size_t size;
        guint count = 0;

        for (guint round = 0; round < 6; round++)
          for (guint side = 0; side < 2; side++)
            while (channel_next_handshake (sides[side], message, &size))
              {
                if (count++ == damaged)
                  message[at % size] ^= 0x20;
                channel_handshake (sides[!side], message, size);
              }
        g_assert_false (channel_get_sas (sides[0], first) && channel_get_sas (sides[1], second));
        channel_free (sides[0]);
        channel_free (sides[1]);
      }
}

/* Someone in between who shakes hands with both is seen by the emoji. */
static void
test_in_between (void)
{
  guint different = 0;

  for (guint i = 0; i < 1000; i++)
    {
      Channel *caller = channel_new (CHANNEL_CALLER, "encounter-1", random_bytes, NULL);
      Channel *false_callee = channel_new (CHANNEL_CALLEE, "encounter-1", random_bytes, NULL);
      Channel *false_caller = channel_new (CHANNEL_CALLER, "encounter-1", random_bytes, NULL);
      Channel *callee = channel_new (CHANNEL_CALLEE, "encounter-1", random_bytes, NULL);
      uint8_t seen[4][CHANNEL_SAS_COUNT];

      shake_hands (caller, false_callee);
      shake_hands (false_caller, callee);
      g_assert_true (channel_get_sas (caller, seen[0]) && channel_get_sas (false_callee, seen[1]) &&
                     channel_get_sas (false_caller, seen[2]) && channel_get_sas (callee, seen[3]));
      g_assert_cmpmem (seen[0], CHANNEL_SAS_COUNT, seen[1], CHANNEL_SAS_COUNT);
      g_assert_cmpmem (seen[2], CHANNEL_SAS_COUNT, seen[3], CHANNEL_SAS_COUNT);
      different += memcmp (seen[0], seen[3], CHANNEL_SAS_COUNT) != 0;
      channel_free (caller);
      channel_free (false_callee);
      channel_free (false_caller);
      channel_free (callee);
    }
  g_assert_cmpuint (different, ==, 1000);
}

/* A callee who has committed itself to one nonce and reveals @revealed. Returns how the caller
 * ends. */
static ChannelState
meet_callee_who_reveals (const uint8_t committed[SAS_NONCE_SIZE],
                         const uint8_t revealed[SAS_NONCE_SIZE])
{
  static const char names[] = "causette/1\0encounter-1\0caller\0callee";
  Channel *caller = channel_new (CHANNEL_CALLER, "encounter-1", random_bytes, NULL);
  uint8_t prologue[sizeof names + 2 * SAS_COMMIT_SIZE];
  uint8_t secret[NOISE_KEY_SIZE];
  uint8_t message[CHANNEL_HANDSHAKE_MAX];
  uint8_t payload[64];
  NoiseCipher *ciphers = secret_new (2 * sizeof *ciphers);
  NoiseHandshake *callee;
  ChannelState state;
  size_t size, payload_size;

  memcpy (prologue, names, sizeof names);
  g_assert_true (channel_next_handshake (caller, message, &size));
  memcpy (prologue + sizeof names, message + 1, SAS_COMMIT_SIZE);
  sas_commit (committed, prologue + sizeof names + SAS_COMMIT_SIZE);
  message[0] = 1;
  memcpy (message + 1, prologue + sizeof names + SAS_COMMIT_SIZE, SAS_COMMIT_SIZE);
  g_assert_cmpint (channel_handshake (caller, message, 1 + SAS_COMMIT_SIZE), ==, 0);

  randombytes_buf (secret, sizeof secret);
  callee = noise_handshake_new (&(NoiseParams){ .pattern = NOISE_XX,
                                                .prologue = prologue,
                                                .prologue_size = sizeof prologue,
                                                .static_private = secret,
                                                .random = random_bytes });
  g_assert_true (channel_next_handshake (caller, message, &size));
  g_assert_cmpint (noise_handshake_read (callee, message + 1, size - 1, payload, sizeof payload,
                                         &payload_size),
                   ==, 0);
  message[0] = 3;
  g_assert_cmpint (noise_handshake_write (callee, NULL, 0, message + 1, sizeof message - 1, &size),
                   ==, 0);
  g_assert_cmpint (channel_handshake (caller, message, 1 + size), ==, 0);
  g_assert_true (channel_next_handshake (caller, message, &size));
  g_assert_cmpint (noise_handshake_read (callee, message + 1, size - 1, payload, sizeof payload,
                                         &payload_size),
                   ==, 0);

  noise_handshake_split (callee, &ciphers[0], &ciphers[1]);
  message[0] = 5;
  g_assert_cmpint (noise_cipher_encrypt (&ciphers[0], NULL, 0, revealed, SAS_NONCE_SIZE,
                                         message + 1),
                   ==, 0);
  channel_handshake (caller, message, 1 + SAS_NONCE_SIZE + NOISE_TAG_SIZE);
  state = channel_get_state (caller);

  noise_handshake_free (callee);
  secret_free (ciphers);
  channel_free (caller);
  return state;
}

/* Who could choose its nonce after the handshake could try until the emoji agree. */
static void
test_other_nonce (void)
{
  uint8_t committed[SAS_NONCE_SIZE], other[SAS_NONCE_SIZE];

  randombytes_buf (committed, sizeof committed);
  g_assert_cmpint (meet_callee_who_reveals (committed, committed), ==, CHANNEL_READY);
  for (size_t bit = 0; bit < 8 * sizeof other; bit += 5)
    {
      memcpy (other, committed, sizeof other);
      other[bit / 8] ^= (uint8_t) (1 << bit % 8);
      g_assert_cmpint (meet_callee_who_reveals (committed, other), ==, CHANNEL_BROKEN);
    }
}

/* An envelope that is not just as seal_write() makes it is refused: nothing can be hidden in its
 * padding. */
static void
test_envelope (void)
{
  const uint8_t *content;
  uint8_t purpose;
  uint32_t generation;
  size_t read;

  for (size_t size = 0; size <= 300; size += 25)
    {
      size_t padded = seal_padded_size (size);
      g_autofree uint8_t *plain = g_malloc0 (size + 1);
      g_autofree uint8_t *envelope = g_malloc (padded);

      seal_write (CHANNEL_TEXT, 7, plain, size, envelope);
      g_assert_cmpint (seal_read (envelope, padded, &purpose, &generation, &content, &read), ==, 0);
      g_assert_cmpuint (read, ==, size);
      g_assert_cmpint (seal_read (envelope, padded - 1, &purpose, &generation, &content, &read), ==,
                       -1);
      for (size_t at = SEAL_HEADER_SIZE + size; at < padded; at++)
        {
          envelope[at] = 1;
          g_assert_cmpint (seal_read (envelope, padded, &purpose, &generation, &content, &read), ==,
                           -1);
          envelope[at] = 0;
        }
    }
}

static void
test_free_null (void)
{
  channel_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/secure/channel/both-ways", test_both_ways);
  g_test_add_func ("/secure/channel/sizes", test_sizes);
  g_test_add_func ("/secure/channel/repeated-and-reordered", test_repeated_and_reordered);
  g_test_add_func ("/secure/channel/too-old", test_too_old);
  g_test_add_func ("/secure/channel/gap", test_gap);
  g_test_add_func ("/secure/channel/of-another-encounter", test_of_another_encounter);
  g_test_add_func ("/secure/channel/reflected", test_reflected);
  g_test_add_func ("/secure/channel/damaged", test_damaged);
  g_test_add_func ("/secure/channel/refuses-garbage", test_refuses_garbage);
  g_test_add_func ("/secure/channel/damaged-handshake", test_damaged_handshake);
  g_test_add_func ("/secure/channel/in-between", test_in_between);
  g_test_add_func ("/secure/channel/other-nonce", test_other_nonce);
  g_test_add_func ("/secure/channel/envelope", test_envelope);
  g_test_add_func ("/secure/channel/free-null", test_free_null);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds what the ratchet promises: every message is opened once, in whatever order they come;
 * nothing moves on for a message that cannot be opened; keys of what never came are bounded and
 * expire. */

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "net/secure/ratchet.h"

static void
real_random (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

typedef struct
{
  uint8_t bytes[64 + RATCHET_OVERHEAD];
  size_t size;
  uint32_t value;
} Message;

static void
make_pair (Ratchet *sides[2])
{
  uint8_t root[RATCHET_KEY_SIZE], chain[RATCHET_KEY_SIZE], secret[RATCHET_KEY_SIZE],
      public[RATCHET_KEY_SIZE];

  randombytes_buf (root, sizeof root);
  randombytes_buf (chain, sizeof chain);
  randombytes_buf (secret, sizeof secret);
  crypto_scalarmult_curve25519_base (public, secret);
  sides[0] = ratchet_new_initiator (root, chain, public, real_random, NULL);
  sides[1] = ratchet_new_responder (root, chain, secret, real_random, NULL);
  g_assert_nonnull (sides[0]);
}

static void
free_pair (Ratchet *sides[2])
{
  ratchet_free (sides[0]);
  ratchet_free (sides[1]);
}

static void
seal (Ratchet *side, uint32_t value, Message *message)
{
  message->value = value;
  message->size = sizeof value + RATCHET_OVERHEAD;
  g_assert_cmpint (ratchet_seal (side, (const uint8_t *) "ad", 2, (const uint8_t *) &value,
                                 sizeof value, message->bytes),
                   ==, 0);
}

static RatchetResult
open_message (Ratchet *side, uint64_t now, const Message *message)
{
  uint32_t value = 0;
  RatchetResult result = ratchet_open (side, now, (const uint8_t *) "ad", 2, message->bytes,
                                       message->size, (uint8_t *) &value);

  if (result == RATCHET_OPENED)
    g_assert_cmpuint (value, ==, message->value);
  return result;
}

/* Thousands of messages both ways, delivered late, twice, damaged or never, as chance has it. */
static void
test_storm (void)
{
  Ratchet *sides[2];
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  GPtrArray *way[2] = { g_ptr_array_new_with_free_func (g_free),
                        g_ptr_array_new_with_free_func (g_free) };
  guint opened = 0, sent = 0;

  make_pair (sides);
  for (guint i = 0; i < 6000; i++)
    {
      guint who = g_rand_int_range (rand, 0, 2);

      if (g_rand_boolean (rand) && way[who]->len < 60)
        {
          Message *message = g_new0 (Message, 1);

          seal (sides[who], sent++, message);
          g_ptr_array_add (way[who], message);
        }
      else if (way[who]->len > 0)
        {
          guint index = g_rand_int_range (rand, 0, way[who]->len);
          Message *message = g_ptr_array_index (way[who], index);

          if (g_rand_int_range (rand, 0, 4) == 0)
            {
              Message damaged = *message;

              damaged.bytes[g_rand_int_range (rand, 0, damaged.size)] ^=
                  (uint8_t) (1 << g_rand_int_range (rand, 0, 8));
              g_assert_cmpint (open_message (sides[!who], 0, &damaged), !=, RATCHET_OPENED);
            }
          g_assert_cmpint (open_message (sides[!who], 0, message), ==, RATCHET_OPENED);
          g_assert_cmpint (open_message (sides[!who], 0, message), !=, RATCHET_OPENED);
          opened++;
          g_ptr_array_remove_index (way[who], index);
        }
    }
  g_assert_cmpuint (opened, >, 2000);
  g_ptr_array_unref (way[0]);
  g_ptr_array_unref (way[1]);
  free_pair (sides);
}

/* Both write at the same time, again and again. */
static void
test_simultaneous (void)
{
  Ratchet *sides[2];
  Message messages[2];

  make_pair (sides);
  for (guint i = 0; i < 50; i++)
    {
      seal (sides[0], 2 * i, &messages[0]);
      seal (sides[1], 2 * i + 1, &messages[1]);
      g_assert_cmpint (open_message (sides[1], 0, &messages[0]), ==, RATCHET_OPENED);
      g_assert_cmpint (open_message (sides[0], 0, &messages[1]), ==, RATCHET_OPENED);
    }
  free_pair (sides);
}

static void
test_keys_change (void)
{
  Ratchet *sides[2];
  Message first, second, third;

  make_pair (sides);
  seal (sides[0], 1, &first);
  seal (sides[0], 2, &second);
  g_assert_cmpmem (first.bytes, RATCHET_KEY_SIZE, second.bytes, RATCHET_KEY_SIZE);
  g_assert_cmpint (open_message (sides[1], 0, &second), ==, RATCHET_OPENED);
  seal (sides[1], 3, &third);
  g_assert_cmpint (open_message (sides[0], 0, &third), ==, RATCHET_OPENED);
  seal (sides[0], 4, &second);
  g_assert_cmpint (memcmp (first.bytes, second.bytes, RATCHET_KEY_SIZE), !=, 0);
  g_assert_cmpint (open_message (sides[1], 0, &second), ==, RATCHET_OPENED);
  g_assert_cmpint (open_message (sides[1], 0, &first), ==, RATCHET_OPENED);
  free_pair (sides);
}

static void
test_expiry (void)
{
  Ratchet *sides[2];
  Message late, later, newest;

  make_pair (sides);
  ratchet_set_max_age (sides[1], 10);
  seal (sides[0], 1, &late);
  seal (sides[0], 2, &later);
  seal (sides[0], 3, &newest);
  g_assert_cmpint (open_message (sides[1], 100, &newest), ==, RATCHET_OPENED);
  g_assert_cmpint (open_message (sides[1], 110, &late), ==, RATCHET_OPENED);
  g_assert_cmpint (open_message (sides[1], 111, &later), ==, RATCHET_SEEN);
  free_pair (sides);
}

/* Not more than RATCHET_SKIP_MAX keys are kept, the newest ones. */
static void
test_bounded (void)
{
  Ratchet *sides[2];
  g_autofree Message *messages = g_new0 (Message, 4 * RATCHET_SKIP_MAX);
  guint kept = 0;

  make_pair (sides);
  for (guint i = 0; i < 4 * RATCHET_SKIP_MAX; i++)
    seal (sides[0], i, &messages[i]);
  g_assert_cmpint (open_message (sides[1], 0, &messages[RATCHET_SKIP_MAX + 1]), ==, RATCHET_CLOSED);
  for (guint i = RATCHET_SKIP_MAX; i < 4 * RATCHET_SKIP_MAX; i += RATCHET_SKIP_MAX)
    g_assert_cmpint (open_message (sides[1], 0, &messages[i]), ==, RATCHET_OPENED);
  for (guint i = 0; i < 3 * RATCHET_SKIP_MAX; i++)
    kept += open_message (sides[1], 0, &messages[i]) == RATCHET_OPENED;
  g_assert_cmpuint (kept, ==, RATCHET_SKIP_MAX);
  free_pair (sides);
}

/* Much was lost of one chain and the first of the next: the next chain goes on all the same, and
 * the newest of what was lost is kept. */
static void
test_lost_across_chains (void)
{
  Ratchet *sides[2];
  g_autofree Message *lost = g_new0 (Message, RATCHET_SKIP_MAX + 2);
  Message message;
  guint kept = 0;

  make_pair (sides);
  seal (sides[0], 1, &message);
  g_assert_cmpint (open_message (sides[1], 0, &message), ==, RATCHET_OPENED);
  for (guint i = 0; i < RATCHET_SKIP_MAX; i++)
    seal (sides[0], i, &lost[i]);
  seal (sides[1], 2, &message);
  g_assert_cmpint (open_message (sides[0], 0, &message), ==, RATCHET_OPENED);
  for (guint i = RATCHET_SKIP_MAX; i < RATCHET_SKIP_MAX + 2; i++)
    seal (sides[0], i, &lost[i]);
  seal (sides[0], 3, &message);
  g_assert_cmpint (open_message (sides[1], 0, &message), ==, RATCHET_OPENED);

  for (guint i = 0; i < RATCHET_SKIP_MAX + 2; i++)
    kept += open_message (sides[1], 0, &lost[i]) == RATCHET_OPENED;
  g_assert_cmpuint (kept, ==, RATCHET_SKIP_MAX);
  free_pair (sides);
}

/* Associated data that is too long is refused before anything moves. */
static void
test_long_associated_data (void)
{
  Ratchet *sides[2];
  uint8_t ad[65] = { 0 };
  Message message;

  make_pair (sides);
  g_assert_cmpint (ratchet_seal (sides[0], ad, sizeof ad, ad, 1, message.bytes), ==, -1);
  seal (sides[0], 1, &message);
  g_assert_cmpuint (message.bytes[RATCHET_HEADER_SIZE - 1], ==, 0); /* its number in the chain */
  g_assert_cmpint (open_message (sides[1], 0, &message), ==, RATCHET_OPENED);
  free_pair (sides);
}

/* A header that claims a weak public key, or a far number, changes nothing. */
static void
test_hostile_headers (void)
{
  Ratchet *sides[2];
  Message message, forged;
  g_autofree uint8_t *before = NULL;
  g_autofree uint8_t *after = NULL;
  size_t size;

  make_pair (sides);
  seal (sides[0], 1, &message);
  g_assert_cmpint (open_message (sides[1], 0, &message), ==, RATCHET_OPENED);
  size = ratchet_write (sides[1], NULL);
  before = g_malloc (size);
  after = g_malloc (size);
  ratchet_write (sides[1], before);

  forged = message;
  memset (forged.bytes, 0, RATCHET_KEY_SIZE);
  g_assert_cmpint (open_message (sides[1], 0, &forged), ==, RATCHET_CLOSED);
  forged = message;
  memset (forged.bytes + RATCHET_KEY_SIZE, 0xff, 8);
  g_assert_cmpint (open_message (sides[1], 0, &forged), ==, RATCHET_CLOSED);
  randombytes_buf (forged.bytes, RATCHET_KEY_SIZE);
  g_assert_cmpint (open_message (sides[1], 0, &forged), ==, RATCHET_CLOSED);
  forged = message;
  forged.size = RATCHET_OVERHEAD - 1;
  g_assert_cmpint (open_message (sides[1], 0, &forged), ==, RATCHET_CLOSED);

  g_assert_cmpuint (ratchet_write (sides[1], NULL), ==, size);
  ratchet_write (sides[1], after);
  g_assert_cmpmem (before, size, after, size);
  free_pair (sides);
}

static void
test_store (void)
{
  Ratchet *sides[2];
  Message late, now, next;
  g_autofree uint8_t *bytes = NULL;
  size_t size;

  make_pair (sides);
  seal (sides[0], 1, &late);
  seal (sides[0], 2, &now);
  g_assert_cmpint (open_message (sides[1], 5, &now), ==, RATCHET_OPENED);
  for (guint i = 0; i < 2; i++)
    {
      size = ratchet_write (sides[i], NULL);
      bytes = g_realloc (bytes, size);
      g_assert_cmpuint (ratchet_write (sides[i], bytes), ==, size);
      g_assert_null (ratchet_read (bytes, size - 1, real_random, NULL));
      bytes[0]++;
      g_assert_null (ratchet_read (bytes, size, real_random, NULL));
      bytes[0]--;
      ratchet_free (sides[i]);
      sides[i] = ratchet_read (bytes, size, real_random, NULL);
      g_assert_nonnull (sides[i]);
    }
  g_assert_cmpint (open_message (sides[1], 6, &late), ==, RATCHET_OPENED);
  g_assert_cmpint (open_message (sides[1], 6, &now), ==, RATCHET_SEEN);
  seal (sides[1], 3, &next);
  g_assert_cmpint (open_message (sides[0], 0, &next), ==, RATCHET_OPENED);
  seal (sides[0], 4, &next);
  g_assert_cmpint (open_message (sides[1], 6, &next), ==, RATCHET_OPENED);
  free_pair (sides);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/ratchet/storm", test_storm);
  g_test_add_func ("/ratchet/simultaneous", test_simultaneous);
  g_test_add_func ("/ratchet/keys-change", test_keys_change);
  g_test_add_func ("/ratchet/expiry", test_expiry);
  g_test_add_func ("/ratchet/bounded", test_bounded);
  g_test_add_func ("/ratchet/lost-across-chains", test_lost_across_chains);
  g_test_add_func ("/ratchet/long-associated-data", test_long_associated_data);
  g_test_add_func ("/ratchet/hostile-headers", test_hostile_headers);
  g_test_add_func ("/ratchet/store", test_store);
  return g_test_run ();
}

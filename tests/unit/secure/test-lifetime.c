/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds that keys do not outlive their use: keys of messages that were opened are gone from the
 * process's memory while the channel lives on, and all are gone when it has broken or was freed.
 *
 * All random bytes are known here, so every key can be computed beforehand and searched for in
 * all writable memory. What is searched for is kept masked, so that the search does not find
 * itself; and the channels live on a thread with a stack of its own, so that nothing overwrites by
 * chance what they left there. */

#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/secure/channel.h"
#include "net/secure/noise.h"
#include "net/secure/ratchet.h"
#include "net/secure/sas.h"

#define KEY         32
#define STACK_SIZE  (1024 * 1024)
#define NEEDLE      16
#define NEEDLES_MAX 2048
#define MASK        0x5a
#define SEED        1
#define ENCOUNTER   "lifetime-1"

/* ------------------------------------------------------------------------------------------------
 * What is searched for
 */

typedef struct
{
  uint8_t masked[NEEDLE];
  const char *what;
  gboolean live; /* the channel still needs it */
} Needle;

static Needle needles[NEEDLES_MAX];
static guint n_needles;

static void
add_window (const char *what, const uint8_t *bytes, gboolean live)
{
  uint8_t masked[NEEDLE];

  for (guint i = 0; i < NEEDLE; i++)
    masked[i] = bytes[i] ^ MASK;
  for (guint i = 0; i < n_needles; i++)
    if (memcmp (needles[i].masked, masked, NEEDLE) == 0)
      {
        needles[i].live |= live;
        return;
      }

  g_assert_cmpuint (n_needles, <, NEEDLES_MAX);
  memcpy (needles[n_needles].masked, masked, NEEDLE);
  needles[n_needles].what = what;
  needles[n_needles++].live = live;
}

/* Two halves, without the first and last byte: X25519 changes some bits of these. A key of zeros,
 * which is none, is left out. */
static void
add_needle (const char *what, const uint8_t key[KEY], gboolean live)
{
  if (sodium_is_zero (key, KEY))
    return;
  add_window (what, key + 1, live);
  add_window (what, key + KEY - 1 - NEEDLE, live);
}

/* ------------------------------------------------------------------------------------------------
 * Random bytes that are known, and never lie about unmasked
 */

typedef struct
{
  uint64_t seed;
  uint64_t drawn; /* bytes */
} Source;

static uint8_t
byte_of (uint64_t seed, uint64_t index)
{
  uint64_t z = seed * 0x9e3779b97f4a7c15u + index * 0xbf58476d1ce4e5b9u;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint8_t) (z ^ (z >> 31));
}

static void
known_random (void *data, uint8_t *out, size_t size)
{
  Source *source = data;

  for (size_t i = 0; i < size; i++)
    out[i] = byte_of (source->seed, source->drawn++);
}

/* ------------------------------------------------------------------------------------------------
 * The search
 */

/* Returns how many needles of the kind asked for lie about in writable memory. */
static guint
search (gboolean live)
{
  static uint8_t chunk[65536 + NEEDLE];
  static uint8_t filter[65536];
  g_autofree char *maps = NULL;
  char *line, *rest;
  guint found = 0;
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  memset (filter, 0, sizeof filter);
  for (guint i = 0; i < n_needles; i++)
    filter[needles[i].masked[0] << 8 | needles[i].masked[1]] = 1;

  for (line = strtok_r (maps, "\n", &rest); line != NULL; line = strtok_r (NULL, "\n", &rest))
    {
      uint64_t start, end;
      char permissions[8];

      if (sscanf (line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end, permissions) != 3 ||
          strncmp (permissions, "rw", 2) != 0)
        continue;

      for (uint64_t at = start; at < end; at += sizeof chunk - NEEDLE)
        {
          ssize_t got = pread (memory, chunk, MIN (sizeof chunk, end - at), (off_t) at);

          for (ssize_t i = 0; i + NEEDLE <= got; i++)
            {
              if (!filter[(chunk[i] ^ MASK) << 8 | (chunk[i + 1] ^ MASK)])
                continue;
              for (guint n = 0; n < n_needles; n++)
                {
                  gsize same = 0;

                  while (same < NEEDLE && (chunk[i + same] ^ MASK) == needles[n].masked[same])
                    same++;
                  if (same < NEEDLE || needles[n].live != live)
                    continue;
                  found++;
                  if (!live)
                    g_test_message ("%s is still there: %s", needles[n].what, line);
                }
            }
        }
    }

  sodium_memzero (chunk, sizeof chunk);
  close (memory);
  return found;
}

/* ------------------------------------------------------------------------------------------------
 * The same keys, computed beforehand
 */

typedef struct
{
  Channel *channels[2]; /* the caller's, the callee's */
  Source sources[2];
  Ratchet *twins[2]; /* that go the same way as those inside of the channels */
  Source twin_sources[2];
  gboolean rehearsal; /* what is done is done by the twins */
  void (*scene) (void *life);
} Life;

/* What a ratchet holds, and the key of the message that each chain gives next. */
static void
note_ratchet (const Ratchet *twin, gboolean live)
{
  static const char *const names[] = { "a root key", "a sending chain", "a receiving chain",
                                       "a ratchet's private key" };
  static const uint8_t one = 1;
  const size_t head = 22, skipped_head = head + 6 * KEY + 4, skipped_size = 2 * KEY + 12;
  size_t size = ratchet_write (twin, NULL);
  uint8_t *state = secret_new (size);
  uint8_t *key = secret_new (KEY);
  guint n_skipped;

  ratchet_write (twin, state);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    add_needle (names[i], state + head + i * KEY, live);
  n_skipped = (guint) state[skipped_head - 4] << 8 | state[skipped_head - 3];
  for (guint i = 0; i < n_skipped; i++)
    add_needle ("a skipped key", state + skipped_head + i * skipped_size + KEY, live);
  for (guint i = 1; i < 3; i++)
    if (!sodium_is_zero (state + head + i * KEY, KEY))
      {
        secret_hmac (key, state + head + i * KEY, KEY, &(SecretPiece){ &one, 1 }, 1);
        add_needle ("a message's key", key, FALSE);
      }
  secret_free (key);
  secret_free (state);
}

static void
note_shared (const char *what, const uint8_t *private, const uint8_t *other_private)
{
  uint8_t *public = secret_new (KEY);
  uint8_t *shared = secret_new (KEY);

  crypto_scalarmult_curve25519_base (public, other_private);
  g_assert_cmpint (crypto_scalarmult_curve25519 (shared, private, public), ==, 0);
  add_needle (what, shared, FALSE);
  secret_free (shared);
  secret_free (public);
}

/* Shakes hands with the ephemeral keys that the channels will draw. Fills @keys with the
 * two keys of the transport, the initiator's first. */
static void
compute_transport (Life *life,
                   const uint8_t *const draws[2],
                   uint8_t hash[NOISE_HASH_SIZE],
                   uint8_t keys[2 * KEY])
{
  static const char head[] = "causette/1\0" ENCOUNTER "\0caller\0callee";
  NoiseCipher *ciphers = secret_new (2 * sizeof *ciphers);
  uint8_t prologue[sizeof head + 2 * SAS_COMMIT_SIZE], message[256], nothing[256];
  NoiseHandshake *sides[2];
  size_t size, nothing_size;

  memcpy (prologue, head, sizeof head);
  for (guint i = 0; i < 2; i++)
    sas_commit (draws[i] + KEY, prologue + sizeof head + i * SAS_COMMIT_SIZE);
  for (guint i = 0; i < 2; i++)
    {
      life->twin_sources[i] = (Source){ .seed = SEED + i, .drawn = 2 * KEY };
      sides[i] = noise_handshake_new (&(NoiseParams){
          .pattern = NOISE_XX,
          .initiator = i == 0,
          .prologue = prologue,
          .prologue_size = sizeof prologue,
          .static_private = draws[i],
          .random = known_random,
          .random_data = &life->twin_sources[i],
      });
    }
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (noise_handshake_write (sides[i % 2], NULL, 0, message, sizeof message,
                                              &size),
                       ==, 0);
      g_assert_cmpint (noise_handshake_read (sides[(i + 1) % 2], message, size, nothing,
                                             sizeof nothing, &nothing_size),
                       ==, 0);
    }

  noise_handshake_hash (sides[0], hash);
  noise_handshake_split (sides[0], &ciphers[0], &ciphers[1]);
  memcpy (keys, ciphers[0].key, KEY);
  memcpy (keys + KEY, ciphers[1].key, KEY);
  noise_handshake_free (sides[0]);
  noise_handshake_free (sides[1]);
  secret_free (ciphers);
}

/* Computes the keys of the handshake from what each side drew first (static key, nonce, ephemeral
 * key), and begins the twins. */
static void
compute_handshake (Life *life)
{
  static const char *const names[] = { "a static key", "a nonce", "an ephemeral key" };
  static const char info[] = "causette/1 ratchet";
  uint8_t *draws[2] = { secret_new (3 * KEY), secret_new (3 * KEY) };
  uint8_t *keys = secret_new (2 * KEY), *out = secret_new (2 * KEY), *public = secret_new (KEY);
  uint8_t hash[NOISE_HASH_SIZE];

  for (guint i = 0; i < 2; i++)
    {
      Source source = { .seed = SEED + i };

      known_random (&source, draws[i], 3 * KEY);
      for (guint j = 0; j < 3; j++)
        add_needle (names[j], draws[i] + j * KEY, FALSE);
    }
  note_shared ("the result ee", draws[0] + 2 * KEY, draws[1] + 2 * KEY);
  note_shared ("the result es", draws[0] + 2 * KEY, draws[1]);
  note_shared ("the result se", draws[0], draws[1] + 2 * KEY);

  compute_transport (life, (const uint8_t *const *) draws, hash, keys);
  add_needle ("the caller's transport key", keys, FALSE);
  add_needle ("the callee's transport key", keys + KEY, FALSE);

  secret_hkdf (out, 2 * KEY, hash, sizeof hash, keys, 2 * KEY, (const uint8_t *) info,
               strlen (info));
  crypto_scalarmult_curve25519_base (public, draws[1]);
  life->twins[0] =
      ratchet_new_initiator (out, out + KEY, public, known_random, &life->twin_sources[0]);
  life->twins[1] =
      ratchet_new_responder (out, out + KEY, draws[1], known_random, &life->twin_sources[1]);
  add_needle ("the first root key", out, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      note_ratchet (life->twins[i], FALSE);
      secret_free (draws[i]);
    }
  secret_free (keys);
  secret_free (out);
  secret_free (public);
}

/* ------------------------------------------------------------------------------------------------
 * What the channels live through
 */

static void
life_begin (Life *life)
{
  for (guint i = 0; i < 2; i++)
    {
      life->sources[i] = (Source){ .seed = SEED + i };
      life->channels[i] = channel_new (i == 0 ? CHANNEL_CALLER : CHANNEL_CALLEE, ENCOUNTER,
                                       known_random, &life->sources[i]);
    }
}

/* Brings handshake messages to and fro; @count of them at most. */
static void
shake_hands (Life *life, guint count)
{
  uint8_t message[CHANNEL_HANDSHAKE_MAX];
  size_t size;

  for (guint round = 0; round < 6; round++)
    for (guint i = 0; i < 2; i++)
      while (count > 0 && channel_next_handshake (life->channels[i], message, &size))
        {
          channel_handshake (life->channels[!i], message, size);
          count--;
        }
}

typedef struct
{
  uint8_t bytes[1024];
  size_t size;
} Message;

/* What is said is known bytes, too. */
static void
draw_text (uint32_t number, uint8_t text[KEY])
{
  Source source = { .seed = 99, .drawn = KEY * number };

  known_random (&source, text, KEY);
}

static void
seal (Life *life, guint from, uint32_t number, Message *message)
{
  uint8_t text[KEY];

  draw_text (number, text);
  if (life->rehearsal)
    {
      add_needle ("a text", text, FALSE);
      message->size = KEY + RATCHET_OVERHEAD;
      g_assert_cmpint (ratchet_seal (life->twins[from], NULL, 0, text, KEY, message->bytes), ==, 0);
      note_ratchet (life->twins[from], FALSE);
    }
  else
    {
      g_assert_cmpint (channel_seal (life->channels[from], CHANNEL_TEXT, 0, text, KEY,
                                     message->bytes, &message->size),
                       ==, 0);
    }
  sodium_memzero (text, sizeof text);
}

/* Has @by open a message, or refuse one that was damaged (which draws random bytes too, in vain).
 */
static void
open_message (Life *life, guint by, const Message *message, gboolean damaged)
{
  uint8_t *plain = g_malloc (CHANNEL_PLAIN_MAX);
  Message copy = *message;
  ChannelPurpose purpose;
  uint32_t generation;
  size_t size;

  copy.bytes[copy.size - 1] ^= damaged;
  if (life->rehearsal)
    {
      g_assert_cmpint (ratchet_open (life->twins[by], 0, NULL, 0, copy.bytes, copy.size, plain), ==,
                       damaged ? RATCHET_CLOSED : RATCHET_OPENED);
      note_ratchet (life->twins[by], FALSE);
    }
  else
    {
      g_assert_cmpint (channel_open (life->channels[by], copy.bytes, copy.size, &purpose,
                                     &generation, plain, &size),
                       ==, damaged ? -1 : 0);
    }
  sodium_memzero (plain, KEY);
  g_free (plain);
}

static void
talk (Life *life)
{
  Message messages[4], answer;
  uint32_t number = 0;

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 4; i++)
        seal (life, 0, number++, &messages[i]);
      open_message (life, 1, &messages[0], FALSE);
      open_message (life, 1, &messages[3], TRUE);
      open_message (life, 1, &messages[3], FALSE);
      open_message (life, 1, &messages[2], FALSE); /* late; the one before it never comes */
      seal (life, 1, number++, &answer);
      open_message (life, 0, &answer, TRUE);
      open_message (life, 0, &answer, FALSE);
    }
}

/* The conversation as the twins have it, which tells which keys there will be. */
static void
scene_rehearsal (void *data)
{
  Life *life = data;

  n_needles = 0;
  life->rehearsal = TRUE;
  compute_handshake (life);
  talk (life);
  for (guint i = 0; i < 2; i++)
    {
      note_ratchet (life->twins[i], TRUE);
      ratchet_free (life->twins[i]);
    }
  life->rehearsal = FALSE;
}

static void
scene_talk (void *data)
{
  Life *life = data;

  life_begin (life);
  shake_hands (life, 7);
  g_assert_cmpint (channel_get_state (life->channels[0]), ==, CHANNEL_READY);
  g_assert_cmpint (channel_get_state (life->channels[1]), ==, CHANNEL_READY);
  talk (life);
}

static void
scene_free (void *data)
{
  Life *life = data;

  channel_free (life->channels[0]);
  channel_free (life->channels[1]);
}

static void
scene_broken (void *data)
{
  Life *life = data;
  const uint8_t garbage[49] = { 5 };

  life_begin (life);
  shake_hands (life, 5); /* all but the revelations */
  for (guint i = 0; i < 2; i++)
    {
      uint8_t message[CHANNEL_HANDSHAKE_MAX];
      size_t size;

      while (channel_next_handshake (life->channels[i], message, &size))
        ;
      g_assert_cmpint (channel_handshake (life->channels[i], garbage, sizeof garbage), ==, -1);
      g_assert_cmpint (channel_get_state (life->channels[i]), ==, CHANNEL_BROKEN);
    }
}

static void *
on_stage (void *data)
{
  Life *life = data;

  life->scene (life);
  return NULL;
}

/* Plays @scene on a stack of its own, which is left as it is then. */
static void
play (Life *life, void (*scene) (void *life))
{
  void *stack = mmap (NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t attributes;
  pthread_t thread;

  g_assert_true (stack != MAP_FAILED);
  life->scene = scene;
  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstack (&attributes, stack, STACK_SIZE), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, on_stage, life), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  pthread_attr_destroy (&attributes);
}

/* AddressSanitizer maps terabytes, and keeps what was freed. */
static gboolean
can_search (void)
{
#if defined(__SANITIZE_ADDRESS__)
  g_test_skip ("AddressSanitizer's own memory is too large to be searched");
  return FALSE;
#else
  return TRUE;
#endif
}

static void
test_talk (void)
{
  Life life = { 0 };

  if (!can_search ())
    return;

  play (&life, scene_rehearsal);
  play (&life, scene_talk);
  g_assert_cmpuint (n_needles, >, 150);
  g_assert_cmpuint (search (FALSE), ==, 0);
  /* Those that are still needed are there, each half of each key: the search does find them. */
  g_assert_cmpuint (search (TRUE), >=, 20);

  for (guint i = 0; i < n_needles; i++)
    needles[i].live = FALSE;
  play (&life, scene_free);
  g_assert_cmpuint (search (FALSE), ==, 0);
}

static void
test_broken (void)
{
  Life life = { 0 };

  if (!can_search ())
    return;

  play (&life, scene_rehearsal);
  for (guint i = 0; i < n_needles; i++)
    needles[i].live = FALSE;
  play (&life, scene_broken);
  g_assert_cmpuint (n_needles, >, 20);
  g_assert_cmpuint (search (FALSE), ==, 0);
  scene_free (&life);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/lifetime/talk", test_talk);
  g_test_add_func ("/lifetime/broken", test_broken);
  return g_test_run ();
}

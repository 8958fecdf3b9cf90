/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel's plain inside: it numbers, binds and checks messages, and hides nothing. A message
 * is
 *
 *     version (1) | binding (8) | counter (8) | purpose (1) | generation (4) | bytes
 *
 * with the numbers big-endian. The binding is a hash of the encounter and of the writer's role, so
 * that a message of another encounter, or one of this side's own that is sent back, is not opened.
 *
 * Owns: the counters of both directions and the window of what was opened already.
 * Called by: app/encounter, and only through channel.h.
 * Must never: do I/O, look at a clock, say that it encrypts.
 */

#include "net/secure/channel.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define CHANNEL_VERSION      1
#define CHANNEL_BINDING_SIZE 8

#define BINDING_AT    1
#define COUNTER_AT    (BINDING_AT + CHANNEL_BINDING_SIZE)
#define PURPOSE_AT    (COUNTER_AT + 8)
#define GENERATION_AT (PURPOSE_AT + 1)
#define PLAIN_AT      (GENERATION_AT + 4)

/* How far a message may be behind the newest one. Messages travel by two paths (relay and data
 * channel), so that one path may overtake the other by what the slower one holds back. */
#define WINDOW_BITS  2048
#define WINDOW_WORDS (WINDOW_BITS / 64)

struct _Channel
{
  uint8_t binding_out[CHANNEL_BINDING_SIZE];
  uint8_t binding_in[CHANNEL_BINDING_SIZE];
  uint64_t next_out; /* counter of the next message sealed; the first is 1 */
  uint64_t highest_in;
  uint64_t seen[WINDOW_WORDS]; /* bit n: a ring, counter n modulo WINDOW_BITS was opened */
};

static void
put_be (uint8_t *out, uint64_t value, size_t size)
{
  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t) (value >> (8 * (size - 1 - i)));
}

static uint64_t
get_be (const uint8_t *in, size_t size)
{
  uint64_t value = 0;

  for (size_t i = 0; i < size; i++)
    value = value << 8 | in[i];

  return value;
}

static void
make_binding (uint8_t binding[CHANNEL_BINDING_SIZE], ChannelRole writer, const char *encounter)
{
  static const char label[] = "causette/1 plain";
  uint8_t role = writer == CHANNEL_CALLER ? 'a' : 'b';
  uint8_t hash[crypto_generichash_BYTES];
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, sizeof hash);
  crypto_generichash_update (&state, (const uint8_t *) label, sizeof label);
  crypto_generichash_update (&state, &role, 1);
  crypto_generichash_update (&state, (const uint8_t *) encounter, strlen (encounter));
  crypto_generichash_final (&state, hash, sizeof hash);
  memcpy (binding, hash, CHANNEL_BINDING_SIZE);
}

static bool
is_seen (const Channel *channel, uint64_t counter)
{
  uint64_t bit = counter % WINDOW_BITS;

  if (counter > channel->highest_in)
    return false;

  if (channel->highest_in - counter >= WINDOW_BITS)
    return true; /* too old to tell, and so the same as seen */

  return (channel->seen[bit / 64] >> (bit % 64) & 1) != 0;
}

static void
mark_seen (Channel *channel, uint64_t counter)
{
  uint64_t bit = counter % WINDOW_BITS;

  if (counter > channel->highest_in)
    {
      uint64_t fresh = counter - channel->highest_in;

      if (fresh >= WINDOW_BITS)
        memset (channel->seen, 0, sizeof channel->seen);
      else
        for (uint64_t skipped = channel->highest_in + 1; skipped < counter; skipped++)
          channel->seen[skipped % WINDOW_BITS / 64] &= ~(UINT64_C (1) << (skipped % 64));

      channel->highest_in = counter;
    }

  channel->seen[bit / 64] |= UINT64_C (1) << (bit % 64);
}

Channel *
channel_new (ChannelRole role, const char *encounter, ChannelRandom random, void *random_data)
{
  Channel *channel;

  if (sodium_init () < 0)
    abort ();

  /* The plain inside draws no random bytes. */
  (void) random;
  (void) random_data;

  channel = calloc (1, sizeof *channel);
  if (channel == NULL)
    abort ();

  make_binding (channel->binding_out, role, encounter);
  make_binding (channel->binding_in, role == CHANNEL_CALLER ? CHANNEL_CALLEE : CHANNEL_CALLER,
                encounter);
  channel->next_out = 1;

  return channel;
}

void
channel_free (Channel *channel)
{
  if (channel == NULL)
    return;

  sodium_memzero (channel, sizeof *channel);
  free (channel);
}

ChannelState
channel_get_state (const Channel *channel)
{
  (void) channel;
  return CHANNEL_READY;
}

bool
channel_is_encrypted (const Channel *channel)
{
  (void) channel;
  return false;
}

bool
channel_next_handshake (Channel *channel, uint8_t *out, size_t *out_size)
{
  (void) channel;
  (void) out;
  *out_size = 0;
  return false;
}

int
channel_handshake (Channel *channel, const uint8_t *in, size_t in_size)
{
  /* There is none, so that whatever comes is wrong; the channel stays as it is, since anyone on the
   * way could send such a thing. */
  (void) channel;
  (void) in;
  (void) in_size;
  return -1;
}

int
channel_seal (Channel *channel,
              ChannelPurpose purpose,
              uint32_t generation,
              const uint8_t *plain,
              size_t plain_size,
              uint8_t *out,
              size_t *out_size)
{
  *out_size = 0;

  if (plain_size > CHANNEL_PLAIN_MAX || channel->next_out == UINT64_MAX)
    return -1;

  out[0] = CHANNEL_VERSION;
  memcpy (out + BINDING_AT, channel->binding_out, CHANNEL_BINDING_SIZE);
  put_be (out + COUNTER_AT, channel->next_out, 8);
  out[PURPOSE_AT] = (uint8_t) purpose;
  put_be (out + GENERATION_AT, generation, 4);
  if (plain_size > 0)
    memcpy (out + PLAIN_AT, plain, plain_size);

  channel->next_out++;
  *out_size = PLAIN_AT + plain_size;

  return 0;
}

int
channel_open (Channel *channel,
              const uint8_t *in,
              size_t in_size,
              ChannelPurpose *purpose,
              uint32_t *generation,
              uint8_t *plain,
              size_t *plain_size)
{
  uint64_t counter;

  *plain_size = 0;

  if (in_size < PLAIN_AT || in_size > PLAIN_AT + CHANNEL_PLAIN_MAX)
    return -1;

  if (in[0] != CHANNEL_VERSION ||
      sodium_memcmp (in + BINDING_AT, channel->binding_in, CHANNEL_BINDING_SIZE) != 0)
    return -1;

  if (in[PURPOSE_AT] < CHANNEL_DESCRIPTION || in[PURPOSE_AT] > CHANNEL_BYE)
    return -1;

  counter = get_be (in + COUNTER_AT, 8);
  if (counter == 0)
    return -1;

  if (is_seen (channel, counter))
    return 1;

  mark_seen (channel, counter);

  *purpose = (ChannelPurpose) in[PURPOSE_AT];
  *generation = (uint32_t) get_be (in + GENERATION_AT, 4);
  *plain_size = in_size - PLAIN_AT;
  if (*plain_size > 0)
    memcpy (plain, in + PLAIN_AT, *plain_size);

  return 0;
}

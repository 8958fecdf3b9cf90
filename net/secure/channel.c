/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel between two people: the order of the handshake, and what is sealed afterwards.
 *
 * The handshake, each message being one byte of its number and then:
 *
 *     1  both            SHA-256 of a nonce                                  (32)
 *     2  caller          Noise XX, first message                             (32)
 *     3  callee          Noise XX, second message                            (96)
 *     4  caller          Noise XX, third message                             (64)
 *     5  both            the nonce, sealed by the Noise transport            (48)
 *
 * A sealed message is one byte of its version and then the ratchet's message of the envelope.
 *
 * Owns: the keys of one encounter, in guarded memory.
 * Called by: app/encounter, and only through channel.h.
 * Must never: do I/O, look at a clock, show a plain byte before the tag was right.
 */

#include "net/secure/channel.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "net/secure/noise.h"
#include "net/secure/ratchet.h"
#include "net/secure/sas.h"
#include "net/secure/seal.h"

#define CHANNEL_VERSION 2
#define PROTOCOL_NAME   "causette/1"
#define ENCOUNTER_MAX   64

/* Numbers of the handshake's messages. */
enum
{
  MESSAGE_COMMIT = 1,
  MESSAGE_NOISE_1,
  MESSAGE_NOISE_2,
  MESSAGE_NOISE_3,
  MESSAGE_REVEAL,
};

/* How many messages a skipped one may be late before its key is wiped. */
#define MAX_LATE 4096

struct _Channel
{
  ChannelRole role;
  ChannelState state;
  unsigned sent;     /* number of the last handshake message sent, 0 at first */
  unsigned received; /* and received */

  char encounter[ENCOUNTER_MAX + 1];
  ChannelRandom random;
  void *random_data;

  uint8_t static_private[NOISE_KEY_SIZE];
  uint8_t static_public[NOISE_KEY_SIZE];
  uint8_t nonce[SAS_NONCE_SIZE];
  uint8_t commitment[SAS_COMMIT_SIZE];
  uint8_t partner_commitment[SAS_COMMIT_SIZE];
  uint8_t sas[SAS_COUNT];

  NoiseHandshake *noise;
  NoiseCipher sending; /* for the reveal alone */
  NoiseCipher receiving;
  Ratchet *ratchet;
  uint64_t opened; /* the ratchet's clock: messages opened so far */

  uint8_t envelope[SEAL_CLASS_MAX];
};

Channel *
channel_new (ChannelRole role, const char *encounter, ChannelRandom random, void *random_data)
{
  Channel *channel = secret_new (sizeof *channel);

  channel->role = role;
  channel->random = random;
  channel->random_data = random_data;
  strncpy (channel->encounter, encounter, ENCOUNTER_MAX);
  random (random_data, channel->static_private, NOISE_KEY_SIZE);
  crypto_scalarmult_curve25519_base (channel->static_public, channel->static_private);
  random (random_data, channel->nonce, SAS_NONCE_SIZE);
  sas_commit (channel->nonce, channel->commitment);
  secret_clear_stack ();

  return channel;
}

void
channel_free (Channel *channel)
{
  if (channel == NULL)
    return;

  noise_handshake_free (channel->noise);
  ratchet_free (channel->ratchet);
  secret_free (channel);
}

ChannelState
channel_get_state (const Channel *channel)
{
  return channel->state;
}

bool
channel_get_sas (const Channel *channel, uint8_t indices[CHANNEL_SAS_COUNT])
{
  if (channel->state != CHANNEL_READY)
    return false;

  memcpy (indices, channel->sas, SAS_COUNT);
  return true;
}

static void
wipe_handshake (Channel *channel)
{
  noise_handshake_free (channel->noise);
  channel->noise = NULL;
  sodium_memzero (&channel->sending, sizeof channel->sending);
  sodium_memzero (&channel->receiving, sizeof channel->receiving);
  sodium_memzero (channel->static_private, sizeof channel->static_private);
  sodium_memzero (channel->nonce, sizeof channel->nonce);
}

static int
break_off (Channel *channel)
{
  channel->state = CHANNEL_BROKEN;
  wipe_handshake (channel);
  ratchet_free (channel->ratchet);
  channel->ratchet = NULL;
  sodium_memzero (channel->sas, sizeof channel->sas);
  secret_clear_stack ();
  return -1;
}

/* Both commitments are part of the prologue, so that nobody can change one unnoticed. */
static int
begin_noise (Channel *channel)
{
  bool caller = channel->role == CHANNEL_CALLER;
  uint8_t prologue[sizeof PROTOCOL_NAME + ENCOUNTER_MAX + 1 + 2 * 7 + 2 * SAS_COMMIT_SIZE];
  size_t size = 0;
  const struct
  {
    const void *data;
    size_t size;
  } pieces[] = {
    { PROTOCOL_NAME, sizeof PROTOCOL_NAME },
    { channel->encounter, strlen (channel->encounter) + 1 },
    { "caller", 7 },
    { "callee", 7 },
    { caller ? channel->commitment : channel->partner_commitment, SAS_COMMIT_SIZE },
    { caller ? channel->partner_commitment : channel->commitment, SAS_COMMIT_SIZE },
  };

  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
    {
      memcpy (prologue + size, pieces[i].data, pieces[i].size);
      size += pieces[i].size;
    }

  channel->noise = noise_handshake_new (&(NoiseParams){
      .pattern = NOISE_XX,
      .initiator = caller,
      .prologue = prologue,
      .prologue_size = size,
      .static_private = channel->static_private,
      .random = channel->random,
      .random_data = channel->random_data,
  });
  return channel->noise != NULL ? 0 : -1;
}

/* The handshake is through: its keys begin the ratchet, its hash will make the emoji. */
static int
finish_noise (Channel *channel)
{
  static const char info[] = "causette/1 ratchet";
  bool caller = channel->role == CHANNEL_CALLER;
  /* By pointer: a structure chosen by value would leave a copy of the key behind. */
  const NoiseCipher *first = caller ? &channel->sending : &channel->receiving;
  const NoiseCipher *second = caller ? &channel->receiving : &channel->sending;
  uint8_t hash[NOISE_HASH_SIZE];
  uint8_t keys[2 * NOISE_KEY_SIZE];
  uint8_t out[2 * RATCHET_KEY_SIZE];

  noise_handshake_hash (channel->noise, hash);
  noise_handshake_split (channel->noise, &channel->sending, &channel->receiving);
  memcpy (keys, first->key, NOISE_KEY_SIZE);
  memcpy (keys + NOISE_KEY_SIZE, second->key, NOISE_KEY_SIZE);
  secret_hkdf (out, sizeof out, hash, sizeof hash, keys, sizeof keys, (const uint8_t *) info,
               strlen (info));

  if (caller)
    channel->ratchet = ratchet_new_initiator (out, out + RATCHET_KEY_SIZE,
                                              noise_handshake_remote_static (channel->noise),
                                              channel->random, channel->random_data);
  else
    channel->ratchet = ratchet_new_responder (out, out + RATCHET_KEY_SIZE, channel->static_private,
                                              channel->random, channel->random_data);
  sodium_memzero (keys, sizeof keys);
  sodium_memzero (out, sizeof out);
  if (channel->ratchet == NULL)
    return -1;

  ratchet_set_max_age (channel->ratchet, MAX_LATE);
  return 0;
}

/* The partner's nonce is the one that it promised: now the emoji are known. */
static int
finish (Channel *channel, const uint8_t partner_nonce[SAS_NONCE_SIZE])
{
  bool caller = channel->role == CHANNEL_CALLER;
  uint8_t hash[NOISE_HASH_SIZE];

  if (sas_check (channel->partner_commitment, partner_nonce) != 0)
    return -1;

  noise_handshake_hash (channel->noise, hash);
  sas_derive (hash, caller ? channel->nonce : partner_nonce,
              caller ? partner_nonce : channel->nonce, channel->sas);
  channel->state = CHANNEL_READY;
  return 0;
}

/* What is no longer needed is wiped as soon as both nonces are exchanged. */
static void
forget_handshake (Channel *channel)
{
  if (channel->state == CHANNEL_READY && channel->sent == MESSAGE_REVEAL)
    wipe_handshake (channel);
}

/* Returns the number of the message that is to be sent now, or 0. */
static unsigned
next_message (const Channel *channel)
{
  bool caller = channel->role == CHANNEL_CALLER;

  if (channel->state == CHANNEL_BROKEN || channel->sent == MESSAGE_REVEAL)
    return 0;
  if (channel->sent == 0)
    return MESSAGE_COMMIT;
  if (channel->noise == NULL)
    return 0;
  if (noise_handshake_is_writing (channel->noise))
    return caller ? (channel->sent == MESSAGE_COMMIT ? MESSAGE_NOISE_1 : MESSAGE_NOISE_3)
                  : MESSAGE_NOISE_2;
  return noise_handshake_is_finished (channel->noise) ? MESSAGE_REVEAL : 0;
}

bool
channel_next_handshake (Channel *channel, uint8_t *out, size_t *out_size)
{
  unsigned number = next_message (channel);
  size_t size = 0;
  int result = 0;

  *out_size = 0;
  if (number == 0)
    return false;

  if (number == MESSAGE_COMMIT)
    {
      memcpy (out + 1, channel->commitment, SAS_COMMIT_SIZE);
      size = SAS_COMMIT_SIZE;
    }
  else if (number == MESSAGE_REVEAL)
    {
      result = noise_cipher_encrypt (&channel->sending, NULL, 0, channel->nonce, SAS_NONCE_SIZE,
                                     out + 1);
      size = SAS_NONCE_SIZE + NOISE_TAG_SIZE;
    }
  else
    {
      result = noise_handshake_write (channel->noise, NULL, 0, out + 1, CHANNEL_HANDSHAKE_MAX - 1,
                                      &size);
      if (result == 0 && noise_handshake_is_finished (channel->noise))
        result = finish_noise (channel);
    }

  if (result != 0)
    {
      break_off (channel);
      return false;
    }

  out[0] = (uint8_t) number;
  *out_size = 1 + size;
  channel->sent = number;
  forget_handshake (channel);
  secret_clear_stack ();
  return true;
}

static int
take_commit (Channel *channel, const uint8_t *in, size_t size)
{
  if (size != SAS_COMMIT_SIZE)
    return -1;

  memcpy (channel->partner_commitment, in, SAS_COMMIT_SIZE);
  return begin_noise (channel);
}

static int
take_noise (Channel *channel, const uint8_t *in, size_t size)
{
  uint8_t payload[CHANNEL_HANDSHAKE_MAX];
  size_t payload_size;

  if (noise_handshake_read (channel->noise, in, size, payload, sizeof payload, &payload_size) !=
          0 ||
      payload_size != 0)
    return -1;

  return noise_handshake_is_finished (channel->noise) ? finish_noise (channel) : 0;
}

static int
take_reveal (Channel *channel, const uint8_t *in, size_t size)
{
  uint8_t nonce[SAS_NONCE_SIZE];
  int result;

  if (size != SAS_NONCE_SIZE + NOISE_TAG_SIZE || !noise_handshake_is_finished (channel->noise) ||
      noise_cipher_decrypt (&channel->receiving, NULL, 0, in, size, nonce) != 0)
    return -1;

  result = finish (channel, nonce);
  sodium_memzero (nonce, sizeof nonce);
  return result;
}

/* Which number the partner's next message has. */
static unsigned
expected_message (const Channel *channel)
{
  bool caller = channel->role == CHANNEL_CALLER;

  switch (channel->received)
    {
    case 0:
      return MESSAGE_COMMIT;
    case MESSAGE_COMMIT:
      return caller ? MESSAGE_NOISE_2 : MESSAGE_NOISE_1;
    case MESSAGE_NOISE_1:
      return MESSAGE_NOISE_3;
    default:
      return MESSAGE_REVEAL;
    }
}

int
channel_handshake (Channel *channel, const uint8_t *in, size_t in_size)
{
  unsigned number;
  int result;

  /* It is through, and nobody can take that back. */
  if (channel->state == CHANNEL_READY)
    return 0;
  if (channel->state == CHANNEL_BROKEN || in_size < 1)
    return break_off (channel);

  /* The relay may bring a message twice, when a connection was taken up again. */
  number = in[0];
  if (number != 0 && number <= channel->received)
    return 0;
  if (number != expected_message (channel) || in_size > CHANNEL_HANDSHAKE_MAX ||
      (number != MESSAGE_COMMIT && channel->noise == NULL))
    return break_off (channel);

  if (number == MESSAGE_COMMIT)
    result = take_commit (channel, in + 1, in_size - 1);
  else if (number == MESSAGE_REVEAL)
    result = take_reveal (channel, in + 1, in_size - 1);
  else
    result = take_noise (channel, in + 1, in_size - 1);

  if (result != 0)
    return break_off (channel);

  channel->received = number;
  forget_handshake (channel);
  secret_clear_stack ();
  return 0;
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
  size_t padded = seal_padded_size (plain_size);
  int result;

  *out_size = 0;
  if (channel->state != CHANNEL_READY || plain_size > CHANNEL_PLAIN_MAX || padded == 0)
    return -1;

  seal_write ((uint8_t) purpose, generation, plain, plain_size, channel->envelope);
  out[0] = CHANNEL_VERSION;
  result = ratchet_seal (channel->ratchet, out, 1, channel->envelope, padded, out + 1);
  sodium_memzero (channel->envelope, padded);
  secret_clear_stack ();
  if (result == 0)
    *out_size = 1 + padded + RATCHET_OVERHEAD;
  return result;
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
  const uint8_t *content;
  uint8_t number;
  uint32_t call;
  size_t size, padded;
  int result;

  *plain_size = 0;
  if (channel->state != CHANNEL_READY || in_size < 1 + RATCHET_OVERHEAD ||
      in_size > 1 + RATCHET_OVERHEAD + SEAL_CLASS_MAX || in[0] != CHANNEL_VERSION)
    return -1;

  padded = in_size - 1 - RATCHET_OVERHEAD;
  switch (ratchet_open (channel->ratchet, channel->opened, in, 1, in + 1, in_size - 1,
                        channel->envelope))
    {
    case RATCHET_OPENED:
      channel->opened++;
      break;
    case RATCHET_SEEN:
      return 1;
    case RATCHET_CLOSED:
    default:
      secret_clear_stack ();
      return -1;
    }

  result = seal_read (channel->envelope, padded, &number, &call, &content, &size);
  if (result == 0 && size <= CHANNEL_PLAIN_MAX)
    {
      *purpose = (ChannelPurpose) number;
      *generation = call;
      memcpy (plain, content, size);
      *plain_size = size;
    }
  else
    {
      result = -1;
    }
  sodium_memzero (channel->envelope, padded);
  secret_clear_stack ();
  return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Double Ratchet: see ratchet.h. Names in capitals in comments are those of its specification.
 */

#include "net/secure/ratchet.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define VERSION 1
/* Associated data of the caller's. */
#define AD_MAX 64
/* Public keys of the partner's earlier chains that are remembered, to know what was seen before. */
#define PAST_MAX 64

/* The keys that a message moves; small, so that a copy can be tried and thrown away. */
typedef struct
{
  uint8_t root[RATCHET_KEY_SIZE];          /* RK */
  uint8_t sending_chain[RATCHET_KEY_SIZE]; /* CKs */
  uint8_t receiving_chain[RATCHET_KEY_SIZE];
  uint8_t own_private[RATCHET_KEY_SIZE]; /* DHs */
  uint8_t own_public[RATCHET_KEY_SIZE];
  uint8_t remote_public[RATCHET_KEY_SIZE]; /* DHr */
  uint32_t sent;                           /* Ns */
  uint32_t received;                       /* Nr */
  uint32_t previous;                       /* PN */
  bool has_remote;
} Keys;

/* The key of a message that was overtaken. */
typedef struct
{
  uint8_t remote_public[RATCHET_KEY_SIZE];
  uint8_t key[RATCHET_KEY_SIZE];
  uint64_t born;
  uint32_t number;
} Skipped;

struct _Ratchet
{
  Keys keys;
  Keys trial;                          /* in guarded memory too, not on the stack */
  Skipped skipped[RATCHET_SKIP_MAX];   /* the oldest first */
  Skipped fresh[2 * RATCHET_SKIP_MAX]; /* what the trial skipped: of two chains at most */
  size_t n_skipped;
  size_t n_fresh;
  uint8_t past[PAST_MAX][RATCHET_KEY_SIZE]; /* a ring */
  size_t n_past;
  uint64_t max_age;
  SecretRandom random;
  void *random_data;
};

static void
put_u32 (uint8_t *out, uint32_t value)
{
  for (unsigned i = 0; i < 4; i++)
    out[i] = (uint8_t) (value >> (24 - 8 * i));
}

static uint32_t
get_u32 (const uint8_t *in)
{
  return (uint32_t) in[0] << 24 | (uint32_t) in[1] << 16 | (uint32_t) in[2] << 8 | in[3];
}

/* KDF_CK: takes the next message key off @chain. */
static void
chain_next (uint8_t chain[RATCHET_KEY_SIZE], uint8_t key[RATCHET_KEY_SIZE])
{
  static const uint8_t one = 0x01, two = 0x02;

  secret_hmac (key, chain, RATCHET_KEY_SIZE, &(SecretPiece){ &one, 1 }, 1);
  secret_hmac (chain, chain, RATCHET_KEY_SIZE, &(SecretPiece){ &two, 1 }, 1);
}

/* KDF_RK: mixes a Diffie-Hellman result into the root and begins @chain. Returns -1 for a weak key.
 */
static int
root_step (Keys *keys, uint8_t chain[RATCHET_KEY_SIZE])
{
  static const char info[] = "causette/1 root";
  uint8_t shared[RATCHET_KEY_SIZE];
  uint8_t out[2 * RATCHET_KEY_SIZE];
  int result = crypto_scalarmult_curve25519 (shared, keys->own_private, keys->remote_public);

  if (result == 0)
    {
      secret_hkdf (out, sizeof out, keys->root, RATCHET_KEY_SIZE, shared, sizeof shared,
                   (const uint8_t *) info, strlen (info));
      memcpy (keys->root, out, RATCHET_KEY_SIZE);
      memcpy (chain, out + RATCHET_KEY_SIZE, RATCHET_KEY_SIZE);
    }

  sodium_memzero (shared, sizeof shared);
  sodium_memzero (out, sizeof out);
  return result;
}

static void
new_own_key (Ratchet *self, Keys *keys)
{
  self->random (self->random_data, keys->own_private, RATCHET_KEY_SIZE);
  crypto_scalarmult_curve25519_base (keys->own_public, keys->own_private);
}

static Ratchet *
ratchet_new (SecretRandom random, void *random_data)
{
  Ratchet *self = secret_new (sizeof *self);

  self->random = random;
  self->random_data = random_data;
  return self;
}

Ratchet *
ratchet_new_initiator (const uint8_t root[RATCHET_KEY_SIZE],
                       const uint8_t responder_chain[RATCHET_KEY_SIZE],
                       const uint8_t responder_public[RATCHET_KEY_SIZE],
                       SecretRandom random,
                       void *random_data)
{
  Ratchet *self = ratchet_new (random, random_data);
  Keys *keys = &self->keys;

  memcpy (keys->root, root, RATCHET_KEY_SIZE);
  memcpy (keys->receiving_chain, responder_chain, RATCHET_KEY_SIZE);
  memcpy (keys->remote_public, responder_public, RATCHET_KEY_SIZE);
  keys->has_remote = true;
  new_own_key (self, keys);
  if (root_step (keys, keys->sending_chain) != 0)
    {
      ratchet_free (self);
      return NULL;
    }

  return self;
}

Ratchet *
ratchet_new_responder (const uint8_t root[RATCHET_KEY_SIZE],
                       const uint8_t responder_chain[RATCHET_KEY_SIZE],
                       const uint8_t responder_private[RATCHET_KEY_SIZE],
                       SecretRandom random,
                       void *random_data)
{
  Ratchet *self = ratchet_new (random, random_data);
  Keys *keys = &self->keys;

  memcpy (keys->root, root, RATCHET_KEY_SIZE);
  memcpy (keys->sending_chain, responder_chain, RATCHET_KEY_SIZE);
  memcpy (keys->own_private, responder_private, RATCHET_KEY_SIZE);
  crypto_scalarmult_curve25519_base (keys->own_public, keys->own_private);

  return self;
}

void
ratchet_free (Ratchet *self)
{
  secret_free (self);
}

void
ratchet_set_max_age (Ratchet *self, uint64_t max_age)
{
  self->max_age = max_age;
}

/* Seals or opens with the key and nonce that a message key gives. The associated data is the
 * caller's and then the header. Returns 0, or -1 when opening fails. */
static int
message_crypt (bool seal,
               const uint8_t key[RATCHET_KEY_SIZE],
               const uint8_t *ad,
               size_t ad_size,
               const uint8_t header[RATCHET_HEADER_SIZE],
               const uint8_t *in,
               size_t size,
               uint8_t *out)
{
  static const char info[] = "causette/1 message";
  static const uint8_t salt[SECRET_HASH_SIZE];
  uint8_t expanded[crypto_aead_xchacha20poly1305_ietf_KEYBYTES +
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  const uint8_t *nonce = expanded + crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
  uint8_t all[AD_MAX + RATCHET_HEADER_SIZE];
  int result = 0;

  if (ad_size > 0)
    memcpy (all, ad, ad_size);
  memcpy (all + ad_size, header, RATCHET_HEADER_SIZE);

  secret_hkdf (expanded, sizeof expanded, salt, sizeof salt, key, RATCHET_KEY_SIZE,
               (const uint8_t *) info, strlen (info));
  if (seal)
    crypto_aead_xchacha20poly1305_ietf_encrypt (out, NULL, in, size, all,
                                                ad_size + RATCHET_HEADER_SIZE, NULL, nonce,
                                                expanded);
  else
    result =
        crypto_aead_xchacha20poly1305_ietf_decrypt (out, NULL, NULL, in, size, all,
                                                    ad_size + RATCHET_HEADER_SIZE, nonce, expanded);

  sodium_memzero (expanded, sizeof expanded);
  return result;
}

int
ratchet_seal (Ratchet *self,
              const uint8_t *ad,
              size_t ad_size,
              const uint8_t *plain,
              size_t size,
              uint8_t *out)
{
  Keys *keys = &self->keys;
  uint8_t key[RATCHET_KEY_SIZE];
  int result;

  if (keys->sent == UINT32_MAX || ad_size > AD_MAX)
    return -1;

  memcpy (out, keys->own_public, RATCHET_KEY_SIZE);
  put_u32 (out + RATCHET_KEY_SIZE, keys->previous);
  put_u32 (out + RATCHET_KEY_SIZE + 4, keys->sent);

  chain_next (keys->sending_chain, key);
  keys->sent++;
  result = message_crypt (true, key, ad, ad_size, out, plain, size, out + RATCHET_HEADER_SIZE);
  sodium_memzero (key, sizeof key);
  return result;
}

/* Takes keys off the trial's receiving chain up to number @until, for messages that are yet to
 * come. Returns -1 when there are too many. */
static int
skip (Ratchet *self, uint64_t now, uint32_t until)
{
  Keys *trial = &self->trial;

  if (trial->received > until)
    return 0;
  if (until - trial->received > RATCHET_SKIP_MAX)
    return -1;

  while (trial->received < until)
    {
      Skipped *entry = &self->fresh[self->n_fresh++];

      memcpy (entry->remote_public, trial->remote_public, RATCHET_KEY_SIZE);
      entry->number = trial->received++;
      entry->born = now;
      chain_next (trial->receiving_chain, entry->key);
    }
  return 0;
}

static bool
is_same_key (const uint8_t one[RATCHET_KEY_SIZE], const uint8_t two[RATCHET_KEY_SIZE])
{
  return sodium_memcmp (one, two, RATCHET_KEY_SIZE) == 0;
}

static bool
is_past (const Ratchet *self, const uint8_t remote_public[RATCHET_KEY_SIZE])
{
  size_t count = self->n_past < PAST_MAX ? self->n_past : PAST_MAX;

  for (size_t i = 0; i < count; i++)
    if (is_same_key (self->past[i], remote_public))
      return true;
  return false;
}

static void
drop_skipped (Ratchet *self, size_t index, size_t count)
{
  memmove (&self->skipped[index], &self->skipped[index + count],
           (self->n_skipped - index - count) * sizeof self->skipped[0]);
  self->n_skipped -= count;
  sodium_memzero (&self->skipped[self->n_skipped], count * sizeof self->skipped[0]);
}

static void
expire (Ratchet *self, uint64_t now)
{
  size_t old = 0;

  if (self->max_age == 0)
    return;
  while (old < self->n_skipped && now - self->skipped[old].born > self->max_age)
    old++;
  drop_skipped (self, 0, old);
}

/* Keeps what the trial skipped, and what it moved. Where there are too many keys the oldest go. */
static void
commit (Ratchet *self)
{
  size_t too_many = self->n_fresh > RATCHET_SKIP_MAX ? self->n_fresh - RATCHET_SKIP_MAX : 0;
  size_t kept = self->n_fresh - too_many;
  size_t room = RATCHET_SKIP_MAX - self->n_skipped;

  if (kept > room)
    drop_skipped (self, 0, kept - room);
  memcpy (&self->skipped[self->n_skipped], &self->fresh[too_many], kept * sizeof self->fresh[0]);
  self->n_skipped += kept;

  if (self->keys.has_remote && !is_same_key (self->keys.remote_public, self->trial.remote_public))
    memcpy (self->past[self->n_past++ % PAST_MAX], self->keys.remote_public, RATCHET_KEY_SIZE);
  self->keys = self->trial;
}

static void
forget_trial (Ratchet *self)
{
  sodium_memzero (&self->trial, sizeof self->trial);
  sodium_memzero (self->fresh, self->n_fresh * sizeof self->fresh[0]);
  self->n_fresh = 0;
}

/* DHRatchet: the partner has a new key, so this side takes one too. */
static int
turn (Ratchet *self, uint64_t now, const uint8_t header[RATCHET_HEADER_SIZE])
{
  Keys *trial = &self->trial;

  /* What is missing of the partner's last chain may still come; of a great deal nothing is kept. */
  if (trial->has_remote)
    (void) skip (self, now, get_u32 (header + RATCHET_KEY_SIZE));

  memcpy (trial->remote_public, header, RATCHET_KEY_SIZE);
  trial->has_remote = true;
  trial->previous = trial->sent;
  trial->sent = 0;
  trial->received = 0;
  if (root_step (trial, trial->receiving_chain) != 0)
    return -1;
  new_own_key (self, trial);
  return root_step (trial, trial->sending_chain);
}

static RatchetResult
open_skipped (Ratchet *self,
              size_t index,
              const uint8_t *ad,
              size_t ad_size,
              const uint8_t *in,
              size_t size,
              uint8_t *out)
{
  if (message_crypt (false, self->skipped[index].key, ad, ad_size, in, in + RATCHET_HEADER_SIZE,
                     size - RATCHET_HEADER_SIZE, out) != 0)
    return RATCHET_CLOSED;

  drop_skipped (self, index, 1);
  return RATCHET_OPENED;
}

RatchetResult
ratchet_open (Ratchet *self,
              uint64_t now,
              const uint8_t *ad,
              size_t ad_size,
              const uint8_t *in,
              size_t size,
              uint8_t *out)
{
  Keys *trial = &self->trial;
  RatchetResult result = RATCHET_CLOSED;
  uint8_t key[RATCHET_KEY_SIZE];
  uint32_t number;
  bool current;

  if (size < RATCHET_OVERHEAD || ad_size > AD_MAX)
    return RATCHET_CLOSED;

  expire (self, now);
  number = get_u32 (in + RATCHET_KEY_SIZE + 4);
  for (size_t i = 0; i < self->n_skipped; i++)
    if (self->skipped[i].number == number && is_same_key (self->skipped[i].remote_public, in))
      return open_skipped (self, i, ad, ad_size, in, size, out);

  current = self->keys.has_remote && is_same_key (self->keys.remote_public, in);
  if ((current && number < self->keys.received) || (!current && is_past (self, in)))
    return RATCHET_SEEN;

  *trial = self->keys;
  if ((current || turn (self, now, in) == 0) && number != UINT32_MAX &&
      skip (self, now, number) == 0)
    {
      chain_next (trial->receiving_chain, key);
      trial->received++;
      if (message_crypt (false, key, ad, ad_size, in, in + RATCHET_HEADER_SIZE,
                         size - RATCHET_HEADER_SIZE, out) == 0)
        {
          commit (self);
          result = RATCHET_OPENED;
        }
      sodium_memzero (key, sizeof key);
    }

  forget_trial (self);
  return result;
}

/* The order of the bytes written: version, flags, numbers, keys, then each skipped key, then the
 * past public keys. */
#define FIXED_SIZE   (1 + 1 + 3 * 4 + 8 + 6 * RATCHET_KEY_SIZE + 2 + 2)
#define SKIPPED_SIZE (2 * RATCHET_KEY_SIZE + 8 + 4)

static void
put_u64 (uint8_t *out, uint64_t value)
{
  put_u32 (out, (uint32_t) (value >> 32));
  put_u32 (out + 4, (uint32_t) value);
}

static uint64_t
get_u64 (const uint8_t *in)
{
  return (uint64_t) get_u32 (in) << 32 | get_u32 (in + 4);
}

size_t
ratchet_write (const Ratchet *self, uint8_t *out)
{
  const Keys *keys = &self->keys;
  const uint8_t *const all[] = { keys->root,        keys->sending_chain, keys->receiving_chain,
                                 keys->own_private, keys->own_public,    keys->remote_public };
  size_t n_past = self->n_past < PAST_MAX ? self->n_past : PAST_MAX;
  size_t size = FIXED_SIZE + self->n_skipped * SKIPPED_SIZE + n_past * RATCHET_KEY_SIZE;

  if (out == NULL)
    return size;

  *out++ = VERSION;
  *out++ = keys->has_remote;
  put_u32 (out, keys->sent);
  put_u32 (out + 4, keys->received);
  put_u32 (out + 8, keys->previous);
  put_u64 (out + 12, self->max_age);
  out += 20;
  for (size_t i = 0; i < 6; i++, out += RATCHET_KEY_SIZE)
    memcpy (out, all[i], RATCHET_KEY_SIZE);
  *out++ = (uint8_t) (self->n_skipped >> 8);
  *out++ = (uint8_t) self->n_skipped;
  *out++ = (uint8_t) (n_past >> 8);
  *out++ = (uint8_t) n_past;
  for (size_t i = 0; i < self->n_skipped; i++, out += SKIPPED_SIZE)
    {
      memcpy (out, self->skipped[i].remote_public, RATCHET_KEY_SIZE);
      memcpy (out + RATCHET_KEY_SIZE, self->skipped[i].key, RATCHET_KEY_SIZE);
      put_u64 (out + 2 * RATCHET_KEY_SIZE, self->skipped[i].born);
      put_u32 (out + 2 * RATCHET_KEY_SIZE + 8, self->skipped[i].number);
    }
  /* From the oldest on, so that the ring begins anew in the right order. */
  for (size_t i = 0; i < n_past; i++, out += RATCHET_KEY_SIZE)
    memcpy (out, self->past[(self->n_past - n_past + i) % PAST_MAX], RATCHET_KEY_SIZE);

  return size;
}

Ratchet *
ratchet_read (const uint8_t *in, size_t size, SecretRandom random, void *random_data)
{
  Ratchet *self;
  Keys *keys;
  size_t n_skipped, n_past;

  if (size < FIXED_SIZE || in[0] != VERSION || in[1] > 1)
    return NULL;
  n_skipped = (size_t) in[FIXED_SIZE - 4] << 8 | in[FIXED_SIZE - 3];
  n_past = (size_t) in[FIXED_SIZE - 2] << 8 | in[FIXED_SIZE - 1];
  if (n_skipped > RATCHET_SKIP_MAX || n_past > PAST_MAX ||
      size != FIXED_SIZE + n_skipped * SKIPPED_SIZE + n_past * RATCHET_KEY_SIZE)
    return NULL;

  self = ratchet_new (random, random_data);
  keys = &self->keys;
  keys->has_remote = in[1] == 1;
  keys->sent = get_u32 (in + 2);
  keys->received = get_u32 (in + 6);
  keys->previous = get_u32 (in + 10);
  self->max_age = get_u64 (in + 14);
  in += 22;
  {
    uint8_t *const all[] = { keys->root,        keys->sending_chain, keys->receiving_chain,
                             keys->own_private, keys->own_public,    keys->remote_public };

    for (size_t i = 0; i < 6; i++, in += RATCHET_KEY_SIZE)
      memcpy (all[i], in, RATCHET_KEY_SIZE);
  }
  in += 4;
  for (size_t i = 0; i < n_skipped; i++, in += SKIPPED_SIZE)
    {
      memcpy (self->skipped[i].remote_public, in, RATCHET_KEY_SIZE);
      memcpy (self->skipped[i].key, in + RATCHET_KEY_SIZE, RATCHET_KEY_SIZE);
      self->skipped[i].born = get_u64 (in + 2 * RATCHET_KEY_SIZE);
      self->skipped[i].number = get_u32 (in + 2 * RATCHET_KEY_SIZE + 8);
    }
  self->n_skipped = n_skipped;
  for (size_t i = 0; i < n_past; i++, in += RATCHET_KEY_SIZE)
    memcpy (self->past[i], in, RATCHET_KEY_SIZE);
  self->n_past = n_past;

  return self;
}

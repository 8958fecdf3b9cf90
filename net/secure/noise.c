/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Noise handshakes: see noise.h. Section numbers are those of the specification, revision 34.
 */

#include "net/secure/noise.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* What a message does, in order (§7.1). The names of the Diffie-Hellman tokens have the initiator's
 * key first. */
typedef enum
{
  TOKEN_NONE,
  TOKEN_E,
  TOKEN_S,
  TOKEN_EE,
  TOKEN_ES,
  TOKEN_SE,
  TOKEN_SS,
  TOKEN_PSK,
} Token;

#define TOKENS_MAX   6
#define MESSAGES_MAX 3

typedef struct
{
  const char *name;
  bool initiator_known; /* its static key is known to the other side before */
  bool responder_known;
  bool initiator_static; /* it has a static key at all */
  bool responder_static;
  bool psk;
  unsigned messages;
  uint8_t tokens[MESSAGES_MAX][TOKENS_MAX]; /* of Token; the initiator writes the even ones */
} Pattern;

static const Pattern patterns[] = {
  [NOISE_NN] = {
    .name = "Noise_NN_25519_ChaChaPoly_SHA256",
    .messages = 2,
    .tokens = { { TOKEN_E }, { TOKEN_E, TOKEN_EE } },
  },
  [NOISE_KK] = {
    .name = "Noise_KK_25519_ChaChaPoly_SHA256",
    .initiator_known = true,
    .responder_known = true,
    .initiator_static = true,
    .responder_static = true,
    .messages = 2,
    .tokens = { { TOKEN_E, TOKEN_ES, TOKEN_SS }, { TOKEN_E, TOKEN_EE, TOKEN_SE } },
  },
  [NOISE_IK] = {
    .name = "Noise_IK_25519_ChaChaPoly_SHA256",
    .responder_known = true,
    .initiator_static = true,
    .responder_static = true,
    .messages = 2,
    .tokens = { { TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS }, { TOKEN_E, TOKEN_EE, TOKEN_SE } },
  },
  [NOISE_XX] = {
    .name = "Noise_XX_25519_ChaChaPoly_SHA256",
    .initiator_static = true,
    .responder_static = true,
    .messages = 3,
    .tokens = { { TOKEN_E }, { TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES }, { TOKEN_S, TOKEN_SE } },
  },
  [NOISE_XX_PSK3] = {
    .name = "Noise_XXpsk3_25519_ChaChaPoly_SHA256",
    .initiator_static = true,
    .responder_static = true,
    .psk = true,
    .messages = 3,
    .tokens = { { TOKEN_E }, { TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES }, { TOKEN_S, TOKEN_SE, TOKEN_PSK } },
  },
};

struct _NoiseHandshake
{
  const Pattern *pattern;
  bool initiator;
  bool broken;
  unsigned message; /* index of the next one */

  uint8_t chaining_key[NOISE_HASH_SIZE];
  uint8_t hash[NOISE_HASH_SIZE];
  NoiseCipher cipher;

  uint8_t static_private[NOISE_KEY_SIZE];
  uint8_t static_public[NOISE_KEY_SIZE];
  uint8_t ephemeral_private[NOISE_KEY_SIZE];
  uint8_t ephemeral_public[NOISE_KEY_SIZE];
  uint8_t remote_static[NOISE_KEY_SIZE];
  uint8_t remote_ephemeral[NOISE_KEY_SIZE];
  uint8_t psk[NOISE_KEY_SIZE];
  bool has_remote_static;

  SecretRandom random;
  void *random_data;
};

/* The nonce of ChaChaPoly: 32 zero bits and 64 bits, little-endian (§12.3). */
static void
make_nonce (uint8_t out[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], uint64_t counter)
{
  memset (out, 0, 4);
  for (unsigned i = 0; i < 8; i++)
    out[4 + i] = (uint8_t) (counter >> (8 * i));
}

int
noise_cipher_encrypt (NoiseCipher *cipher,
                      const uint8_t *ad,
                      size_t ad_size,
                      const uint8_t *plain,
                      size_t size,
                      uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  /* 2^64-1 is for rekeying alone (§5.1). */
  if (cipher->nonce == UINT64_MAX)
    return -1;

  make_nonce (nonce, cipher->nonce);
  crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, plain, size, ad, ad_size, NULL, nonce,
                                             cipher->key);
  cipher->nonce++;
  return 0;
}

int
noise_cipher_decrypt (NoiseCipher *cipher,
                      const uint8_t *ad,
                      size_t ad_size,
                      const uint8_t *in,
                      size_t size,
                      uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  if (cipher->nonce == UINT64_MAX || size < NOISE_TAG_SIZE)
    return -1;

  make_nonce (nonce, cipher->nonce);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (out, NULL, NULL, in, size, ad, ad_size, nonce,
                                                 cipher->key) != 0)
    return -1;

  cipher->nonce++;
  return 0;
}

void
noise_cipher_rekey (NoiseCipher *cipher)
{
  static const uint8_t zeros[NOISE_KEY_SIZE];
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
  uint8_t out[NOISE_KEY_SIZE + NOISE_TAG_SIZE];

  make_nonce (nonce, UINT64_MAX);
  crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, zeros, sizeof zeros, NULL, 0, NULL, nonce,
                                             cipher->key);
  memcpy (cipher->key, out, NOISE_KEY_SIZE);
  sodium_memzero (out, sizeof out);
}

static void
mix_hash (NoiseHandshake *self, const uint8_t *data, size_t size)
{
  crypto_hash_sha256_state state;

  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, self->hash, sizeof self->hash);
  crypto_hash_sha256_update (&state, data, size);
  crypto_hash_sha256_final (&state, self->hash);
}

/* Noise's own HKDF (§4.3): @count of up to three outputs from the chaining key and @input. */
static void
noise_hkdf (const uint8_t chaining_key[NOISE_HASH_SIZE],
            const uint8_t *input,
            size_t input_size,
            unsigned count,
            uint8_t out[3][NOISE_HASH_SIZE])
{
  secret_hkdf (out[0], count * NOISE_HASH_SIZE, chaining_key, NOISE_HASH_SIZE, input, input_size,
               NULL, 0);
}

static void
set_key (NoiseHandshake *self, const uint8_t key[NOISE_KEY_SIZE])
{
  memcpy (self->cipher.key, key, NOISE_KEY_SIZE);
  self->cipher.nonce = 0;
  self->cipher.has_key = true;
}

static void
mix_key (NoiseHandshake *self, const uint8_t *input, size_t size)
{
  uint8_t out[3][NOISE_HASH_SIZE];

  noise_hkdf (self->chaining_key, input, size, 2, out);
  memcpy (self->chaining_key, out[0], NOISE_HASH_SIZE);
  set_key (self, out[1]);
  sodium_memzero (out, sizeof out);
}

/* §9.1 */
static void
mix_key_and_hash (NoiseHandshake *self, const uint8_t *input, size_t size)
{
  uint8_t out[3][NOISE_HASH_SIZE];

  noise_hkdf (self->chaining_key, input, size, 3, out);
  memcpy (self->chaining_key, out[0], NOISE_HASH_SIZE);
  mix_hash (self, out[1], NOISE_HASH_SIZE);
  set_key (self, out[2]);
  sodium_memzero (out, sizeof out);
}

/* Returns how many bytes encrypt_and_hash() makes of @size. */
static size_t
sealed_size (const NoiseHandshake *self, size_t size)
{
  return size + (self->cipher.has_key ? NOISE_TAG_SIZE : 0);
}

static void
encrypt_and_hash (NoiseHandshake *self, const uint8_t *plain, size_t size, uint8_t *out)
{
  size_t out_size = sealed_size (self, size);

  if (self->cipher.has_key)
    noise_cipher_encrypt (&self->cipher, self->hash, sizeof self->hash, plain, size, out);
  else if (size > 0)
    memcpy (out, plain, size);

  mix_hash (self, out, out_size);
}

static int
decrypt_and_hash (NoiseHandshake *self, const uint8_t *in, size_t size, uint8_t *out)
{
  if (self->cipher.has_key)
    {
      if (noise_cipher_decrypt (&self->cipher, self->hash, sizeof self->hash, in, size, out) != 0)
        return -1;
    }
  else if (size > 0)
    {
      memcpy (out, in, size);
    }

  mix_hash (self, in, size);
  return 0;
}

/* An all-zero result, which a public key of low order gives, is refused (§12.1 leaves it open). */
static int
mix_dh (NoiseHandshake *self,
        const uint8_t private_key[NOISE_KEY_SIZE],
        const uint8_t public_key[NOISE_KEY_SIZE])
{
  uint8_t shared[NOISE_KEY_SIZE];
  int result = crypto_scalarmult_curve25519 (shared, private_key, public_key);

  if (result == 0)
    mix_key (self, shared, sizeof shared);
  sodium_memzero (shared, sizeof shared);
  return result;
}

static int
mix_token_dh (NoiseHandshake *self, Token token)
{
  bool initiator = self->initiator;

  switch (token)
    {
    case TOKEN_EE:
      return mix_dh (self, self->ephemeral_private, self->remote_ephemeral);
    case TOKEN_ES:
      return initiator ? mix_dh (self, self->ephemeral_private, self->remote_static)
                       : mix_dh (self, self->static_private, self->remote_ephemeral);
    case TOKEN_SE:
      return initiator ? mix_dh (self, self->static_private, self->remote_ephemeral)
                       : mix_dh (self, self->ephemeral_private, self->remote_static);
    case TOKEN_SS:
      return mix_dh (self, self->static_private, self->remote_static);
    case TOKEN_PSK:
      mix_key_and_hash (self, self->psk, sizeof self->psk);
      return 0;
    case TOKEN_NONE:
    case TOKEN_E:
    case TOKEN_S:
    default:
      return -1;
    }
}

NoiseHandshake *
noise_handshake_new (const NoiseParams *params)
{
  const Pattern *pattern = &patterns[params->pattern];
  bool own_static = params->initiator ? pattern->initiator_static : pattern->responder_static;
  bool remote_known = params->initiator ? pattern->responder_known : pattern->initiator_known;
  size_t name_size = strlen (pattern->name);
  NoiseHandshake *self;

  if (own_static != (params->static_private != NULL) ||
      remote_known != (params->remote_static != NULL) || pattern->psk != (params->psk != NULL))
    return NULL;

  self = secret_new (sizeof *self);
  self->pattern = pattern;
  self->initiator = params->initiator;
  self->random = params->random;
  self->random_data = params->random_data;

  /* §5.2, InitializeSymmetric() */
  if (name_size <= NOISE_HASH_SIZE)
    memcpy (self->hash, pattern->name, name_size);
  else
    crypto_hash_sha256 (self->hash, (const uint8_t *) pattern->name, name_size);
  memcpy (self->chaining_key, self->hash, NOISE_HASH_SIZE);
  mix_hash (self, params->prologue, params->prologue_size);

  if (own_static)
    {
      memcpy (self->static_private, params->static_private, NOISE_KEY_SIZE);
      crypto_scalarmult_curve25519_base (self->static_public, self->static_private);
    }
  if (remote_known)
    {
      memcpy (self->remote_static, params->remote_static, NOISE_KEY_SIZE);
      self->has_remote_static = true;
    }
  if (pattern->psk)
    memcpy (self->psk, params->psk, NOISE_KEY_SIZE);

  /* The keys known beforehand, the initiator's first. */
  if (pattern->initiator_known)
    mix_hash (self, params->initiator ? self->static_public : self->remote_static, NOISE_KEY_SIZE);
  if (pattern->responder_known)
    mix_hash (self, params->initiator ? self->remote_static : self->static_public, NOISE_KEY_SIZE);

  return self;
}

void
noise_handshake_free (NoiseHandshake *self)
{
  secret_free (self);
}

bool
noise_handshake_is_finished (const NoiseHandshake *self)
{
  return !self->broken && self->message == self->pattern->messages;
}

bool
noise_handshake_is_writing (const NoiseHandshake *self)
{
  return !self->broken && self->message < self->pattern->messages &&
         (self->message % 2 == 0) == self->initiator;
}

static int
write_message (NoiseHandshake *self,
               const uint8_t *payload,
               size_t payload_size,
               uint8_t *out,
               size_t capacity,
               size_t *out_size)
{
  const uint8_t *tokens = self->pattern->tokens[self->message];
  size_t used = 0;

  for (unsigned i = 0; i < TOKENS_MAX && tokens[i] != TOKEN_NONE; i++)
    switch ((Token) tokens[i])
      {
      case TOKEN_E:
        if (capacity - used < NOISE_KEY_SIZE)
          return -1;
        self->random (self->random_data, self->ephemeral_private, NOISE_KEY_SIZE);
        crypto_scalarmult_curve25519_base (self->ephemeral_public, self->ephemeral_private);
        memcpy (out + used, self->ephemeral_public, NOISE_KEY_SIZE);
        used += NOISE_KEY_SIZE;
        mix_hash (self, self->ephemeral_public, NOISE_KEY_SIZE);
        if (self->pattern->psk)
          mix_key (self, self->ephemeral_public, NOISE_KEY_SIZE);
        break;
      case TOKEN_S:
        if (capacity - used < sealed_size (self, NOISE_KEY_SIZE))
          return -1;
        {
          size_t size = sealed_size (self, NOISE_KEY_SIZE);

          encrypt_and_hash (self, self->static_public, NOISE_KEY_SIZE, out + used);
          used += size;
        }
        break;
      case TOKEN_NONE:
      case TOKEN_EE:
      case TOKEN_ES:
      case TOKEN_SE:
      case TOKEN_SS:
      case TOKEN_PSK:
      default:
        if (mix_token_dh (self, (Token) tokens[i]) != 0)
          return -1;
      }

  if (payload_size > NOISE_MESSAGE_MAX || capacity - used < sealed_size (self, payload_size))
    return -1;

  *out_size = used + sealed_size (self, payload_size);
  encrypt_and_hash (self, payload, payload_size, out + used);
  return 0;
}

static int
read_message (NoiseHandshake *self,
              const uint8_t *in,
              size_t in_size,
              uint8_t *payload,
              size_t capacity,
              size_t *payload_size)
{
  const uint8_t *tokens = self->pattern->tokens[self->message];
  size_t tag;

  for (unsigned i = 0; i < TOKENS_MAX && tokens[i] != TOKEN_NONE; i++)
    {
      size_t size;

      switch ((Token) tokens[i])
        {
        case TOKEN_E:
          if (in_size < NOISE_KEY_SIZE)
            return -1;
          memcpy (self->remote_ephemeral, in, NOISE_KEY_SIZE);
          in += NOISE_KEY_SIZE;
          in_size -= NOISE_KEY_SIZE;
          mix_hash (self, self->remote_ephemeral, NOISE_KEY_SIZE);
          if (self->pattern->psk)
            mix_key (self, self->remote_ephemeral, NOISE_KEY_SIZE);
          break;
        case TOKEN_S:
          size = sealed_size (self, NOISE_KEY_SIZE);
          if (in_size < size || decrypt_and_hash (self, in, size, self->remote_static) != 0)
            return -1;
          self->has_remote_static = true;
          in += size;
          in_size -= size;
          break;
        case TOKEN_NONE:
        case TOKEN_EE:
        case TOKEN_ES:
        case TOKEN_SE:
        case TOKEN_SS:
        case TOKEN_PSK:
        default:
          if (mix_token_dh (self, (Token) tokens[i]) != 0)
            return -1;
        }
    }

  tag = self->cipher.has_key ? NOISE_TAG_SIZE : 0;
  if (in_size < tag || in_size - tag > capacity)
    return -1;

  *payload_size = in_size - tag;
  return decrypt_and_hash (self, in, in_size, payload);
}

int
noise_handshake_write (NoiseHandshake *self,
                       const uint8_t *payload,
                       size_t payload_size,
                       uint8_t *out,
                       size_t out_capacity,
                       size_t *out_size)
{
  *out_size = 0;

  if (!noise_handshake_is_writing (self) ||
      write_message (self, payload, payload_size, out, out_capacity, out_size) != 0)
    {
      *out_size = 0;
      self->broken = true;
      return -1;
    }

  self->message++;
  return 0;
}

int
noise_handshake_read (NoiseHandshake *self,
                      const uint8_t *in,
                      size_t in_size,
                      uint8_t *payload,
                      size_t payload_capacity,
                      size_t *payload_size)
{
  *payload_size = 0;

  if (self->broken || noise_handshake_is_finished (self) || noise_handshake_is_writing (self) ||
      in_size > NOISE_MESSAGE_MAX ||
      read_message (self, in, in_size, payload, payload_capacity, payload_size) != 0)
    {
      sodium_memzero (payload, *payload_size);
      *payload_size = 0;
      self->broken = true;
      return -1;
    }

  self->message++;
  return 0;
}

void
noise_handshake_hash (const NoiseHandshake *self, uint8_t hash[NOISE_HASH_SIZE])
{
  if (!noise_handshake_is_finished (self))
    abort ();

  memcpy (hash, self->hash, NOISE_HASH_SIZE);
}

const uint8_t *
noise_handshake_remote_static (const NoiseHandshake *self)
{
  return self->has_remote_static ? self->remote_static : NULL;
}

void
noise_handshake_split (NoiseHandshake *self, NoiseCipher *sending, NoiseCipher *receiving)
{
  uint8_t out[3][NOISE_HASH_SIZE];
  NoiseCipher *first = self->initiator ? sending : receiving;
  NoiseCipher *second = self->initiator ? receiving : sending;

  if (!noise_handshake_is_finished (self))
    abort ();

  noise_hkdf (self->chaining_key, NULL, 0, 2, out);
  *first = (NoiseCipher){ .nonce = 0, .has_key = true };
  *second = (NoiseCipher){ .nonce = 0, .has_key = true };
  memcpy (first->key, out[0], NOISE_KEY_SIZE);
  memcpy (second->key, out[1], NOISE_KEY_SIZE);
  sodium_memzero (out, sizeof out);
}

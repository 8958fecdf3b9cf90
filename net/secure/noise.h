/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Noise protocol framework (revision 34) with 25519, ChaChaPoly and SHA256: the patterns NN,
 * KK, IK, XX and XXpsk3 as one table-driven state machine.
 *
 * Owns: a handshake's keys, chaining key and hash; afterwards the two transport ciphers.
 * Called by: net/secure/channel, tests. Must never: do I/O, go on after a failure, tell why a
 * message was refused. One thread at a time.
 */
#pragma once

#include <stdbool.h>

#include "net/secure/secret.h"

#define NOISE_KEY_SIZE    32
#define NOISE_HASH_SIZE   32
#define NOISE_TAG_SIZE    16
#define NOISE_MESSAGE_MAX 65535

typedef enum
{
  NOISE_NN,
  NOISE_KK,
  NOISE_IK,
  NOISE_XX,
  NOISE_XX_PSK3,
} NoisePattern;

typedef struct
{
  NoisePattern pattern;
  bool initiator;
  const uint8_t *prologue;
  size_t prologue_size;
  const uint8_t *static_private; /* 32 bytes; %NULL where the pattern has none of this side */
  const uint8_t *remote_static;  /* 32 bytes; %NULL where the pattern does not know it beforehand */
  const uint8_t *psk;            /* 32 bytes, for NOISE_XX_PSK3 */
  SecretRandom random;           /* draws the ephemeral private key */
  void *random_data;
} NoiseParams;

typedef struct _NoiseHandshake NoiseHandshake;

/* Begins a handshake; everything in @params is copied. Returns %NULL when a key that the pattern
 * needs is missing, or one that it does not know is given (a programmer's error). */
NoiseHandshake *noise_handshake_new (const NoiseParams *params);
/* Wipes it. %NULL is fine. */
void noise_handshake_free (NoiseHandshake *handshake);

/* Whether this side writes the next message. */
bool noise_handshake_is_writing (const NoiseHandshake *handshake);
bool noise_handshake_is_finished (const NoiseHandshake *handshake);

/* Writes the next message with @payload into @out, which has room for @out_capacity bytes. Returns
 * 0, or -1 (out of turn, no room, a weak public key): the handshake is over then. */
int noise_handshake_write (NoiseHandshake *handshake,
                           const uint8_t *payload,
                           size_t payload_size,
                           uint8_t *out,
                           size_t out_capacity,
                           size_t *out_size);
/* Reads the partner's message and its payload. Returns 0, or -1 for one that cannot be opened: the
 * handshake is over then. */
int noise_handshake_read (NoiseHandshake *handshake,
                          const uint8_t *in,
                          size_t in_size,
                          uint8_t *payload,
                          size_t payload_capacity,
                          size_t *payload_size);

/* The handshake hash, the same on both sides when nobody is in between (Noise §11.2). Only when
 * finished. */
void noise_handshake_hash (const NoiseHandshake *handshake, uint8_t hash[NOISE_HASH_SIZE]);
/* Returns the partner's static public key, or %NULL while it is not known. */
const uint8_t *noise_handshake_remote_static (const NoiseHandshake *handshake);

/* One direction of the transport. Belongs into guarded memory. */
typedef struct
{
  uint8_t key[NOISE_KEY_SIZE];
  uint64_t nonce;
  bool has_key;
} NoiseCipher;

/* Splits a finished handshake into the two directions (Noise §5.2, Split()). */
void
noise_handshake_split (NoiseHandshake *handshake, NoiseCipher *sending, NoiseCipher *receiving);

/* @out has room for @size + NOISE_TAG_SIZE bytes. Returns 0, or -1 when the nonces are used up. */
int noise_cipher_encrypt (NoiseCipher *cipher,
                          const uint8_t *ad,
                          size_t ad_size,
                          const uint8_t *plain,
                          size_t size,
                          uint8_t *out);
/* @out has room for @size - NOISE_TAG_SIZE bytes. Returns 0, or -1 when it cannot be opened; the
 * cipher has not moved on then. */
int noise_cipher_decrypt (NoiseCipher *cipher,
                          const uint8_t *ad,
                          size_t ad_size,
                          const uint8_t *in,
                          size_t size,
                          uint8_t *out);
/* Noise §4.2, REKEY. */
void noise_cipher_rekey (NoiseCipher *cipher);

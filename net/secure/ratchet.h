/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Double Ratchet: a fresh key for every message, and fresh keys for the keys whenever the two
 * take turns.
 *
 * Owns: the root key, both chains, the keys of messages that were overtaken (bounded, and they
 * expire). Called by: net/secure/channel, tests.
 * Must never: move on before a message's tag was right, do I/O, look at a clock (the age of a
 * skipped key is counted in what the caller hands in), say why a message was refused. One thread at
 * a time.
 *
 * As in "The Double Ratchet Algorithm" (revision 1) with X25519, HMAC-SHA256 chains (0x01, 0x02),
 * HKDF-SHA256 roots and XChaCha20-Poly1305, the header being associated data. One thing is added:
 * both sides begin with a chain of the responder's, so that either may write first.
 */
#pragma once

#include <stdbool.h>

#include "net/secure/secret.h"

#define RATCHET_KEY_SIZE    32
#define RATCHET_HEADER_SIZE 40 /* public key (32), length of the previous chain (4), number (4) */
#define RATCHET_TAG_SIZE    16
#define RATCHET_OVERHEAD    (RATCHET_HEADER_SIZE + RATCHET_TAG_SIZE)
#define RATCHET_SKIP_MAX    512 /* messages overtaken at once in a chain, and kept in all */

typedef struct _Ratchet Ratchet;

typedef enum
{
  RATCHET_OPENED,
  RATCHET_SEEN,   /* it was opened before, or its key has expired */
  RATCHET_CLOSED, /* it cannot be opened */
} RatchetResult;

/* @root: 32 bytes that both sides know. @responder_chain: likewise. @responder_public: the
 * responder's first ratchet key. */
Ratchet *ratchet_new_initiator (const uint8_t root[RATCHET_KEY_SIZE],
                                const uint8_t responder_chain[RATCHET_KEY_SIZE],
                                const uint8_t responder_public[RATCHET_KEY_SIZE],
                                SecretRandom random,
                                void *random_data);
Ratchet *ratchet_new_responder (const uint8_t root[RATCHET_KEY_SIZE],
                                const uint8_t responder_chain[RATCHET_KEY_SIZE],
                                const uint8_t responder_private[RATCHET_KEY_SIZE],
                                SecretRandom random,
                                void *random_data);
/* Wipes it. %NULL is fine. */
void ratchet_free (Ratchet *ratchet);
/* How far `now` of ratchet_open() may have gone on before the key of a skipped message is wiped. 0,
 * as at first: for ever. */
void ratchet_set_max_age (Ratchet *ratchet, uint64_t max_age);

/* Seals @size bytes into @out, which has room for @size + RATCHET_OVERHEAD. @ad: at most 64 bytes.
 * Returns 0, or -1 when the chain is used up. */
int ratchet_seal (Ratchet *ratchet,
                  const uint8_t *ad,
                  size_t ad_size,
                  const uint8_t *plain,
                  size_t size,
                  uint8_t *out);
/* Opens a message of @size bytes; @out has room for @size - RATCHET_OVERHEAD. @now: see
 * ratchet_set_max_age(). */
RatchetResult ratchet_open (Ratchet *ratchet,
                            uint64_t now,
                            const uint8_t *ad,
                            size_t ad_size,
                            const uint8_t *in,
                            size_t size,
                            uint8_t *out);

/* For a store: the whole state as bytes, which are secret. Returns the size; writes nothing when
 * @out is %NULL. */
size_t ratchet_write (const Ratchet *ratchet, uint8_t *out);
/* Returns %NULL for bytes that ratchet_write() did not write. */
Ratchet *ratchet_read (const uint8_t *in, size_t size, SecretRandom random, void *random_data);

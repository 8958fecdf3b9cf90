/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short authentication string: seven emoji that are the same on both sides unless someone is in
 * between.
 *
 * Each side commits itself to a random nonce before the handshake and reveals it inside the
 * finished channel; whoever is in between cannot try nonces until the emoji agree.
 *
 * Called by: net/secure/channel; the table by app and ui. Pure functions.
 */
#pragma once

#include "net/secure/secret.h"

#define SAS_NONCE_SIZE  32
#define SAS_COMMIT_SIZE 32
#define SAS_COUNT       7  /* emoji shown */
#define SAS_TABLE_SIZE  64 /* emoji there are: 6 bits each, 42 in all */

/* SHA-256 of the nonce. */
void sas_commit (const uint8_t nonce[SAS_NONCE_SIZE], uint8_t commitment[SAS_COMMIT_SIZE]);
/* Returns 0 when @nonce is the one that @commitment was made of, else -1. In constant time. */
int sas_check (const uint8_t commitment[SAS_COMMIT_SIZE], const uint8_t nonce[SAS_NONCE_SIZE]);
/* The first 42 bits of HMAC-SHA256 (@hash, nonce of the caller ‖ nonce of the callee), as seven
 * indices of the table. */
void sas_derive (const uint8_t hash[SECRET_HASH_SIZE],
                 const uint8_t caller_nonce[SAS_NONCE_SIZE],
                 const uint8_t callee_nonce[SAS_NONCE_SIZE],
                 uint8_t indices[SAS_COUNT]);

typedef struct
{
  const char *emoji; /* UTF-8 */
  const char *name;  /* English; translated by gettext */
} SasWord;
/* Returns: word 0 … 63 of the table. */
const SasWord *sas_word (uint8_t index);

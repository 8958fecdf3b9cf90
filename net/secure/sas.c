/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short authentication string: see sas.h. */

#include "net/secure/sas.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* Marks a string for translation where it is shown. */
#define N_(text) (text)

/* Chosen so that no two look alike when small and every one has a short name in any language. The
 * order is part of the protocol. */
static const SasWord table[SAS_TABLE_SIZE] = {
  { "🐕", N_ ("Dog") },
  { "🐈", N_ ("Cat") },
  { "🐎", N_ ("Horse") },
  { "🐄", N_ ("Cow") },
  { "🐖", N_ ("Pig") },
  { "🐇", N_ ("Rabbit") },
  { "🐘", N_ ("Elephant") },
  { "🐫", N_ ("Camel") },
  { "🐔", N_ ("Hen") },
  { "🦆", N_ ("Duck") },
  { "🦉", N_ ("Owl") },
  { "🐧", N_ ("Penguin") },
  { "🐢", N_ ("Turtle") },
  { "🐍", N_ ("Snake") },
  { "🐟", N_ ("Fish") },
  { "🐙", N_ ("Octopus") },
  { "🦋", N_ ("Butterfly") },
  { "🐝", N_ ("Bee") },
  { "🐌", N_ ("Snail") },
  { "🌵", N_ ("Cactus") },
  { "🌲", N_ ("Fir tree") },
  { "🌹", N_ ("Rose") },
  { "🌻", N_ ("Sunflower") },
  { "🍄", N_ ("Mushroom") },
  { "🍎", N_ ("Apple") },
  { "🍌", N_ ("Banana") },
  { "🍇", N_ ("Grapes") },
  { "🍒", N_ ("Cherries") },
  { "🍓", N_ ("Strawberry") },
  { "🥕", N_ ("Carrot") },
  { "🌽", N_ ("Maize") },
  { "🧀", N_ ("Cheese") },
  { "🥚", N_ ("Egg") },
  { "🍞", N_ ("Bread") },
  { "🎂", N_ ("Cake") },
  { "☕", N_ ("Coffee") },
  { "🌙", N_ ("Moon") },
  { "🌞", N_ ("Sun") },
  { "⭐", N_ ("Star") },
  { "🌈", N_ ("Rainbow") },
  { "❄️", N_ ("Snowflake") },
  { "🔥", N_ ("Fire") },
  { "⚡", N_ ("Lightning") },
  { "☂️", N_ ("Umbrella") },
  { "🏠", N_ ("House") },
  { "⛺", N_ ("Tent") },
  { "🌋", N_ ("Volcano") },
  { "🚗", N_ ("Car") },
  { "🚲", N_ ("Bicycle") },
  { "🚂", N_ ("Train") },
  { "🚀", N_ ("Rocket") },
  { "⛵", N_ ("Sailing boat") },
  { "✈️", N_ ("Aeroplane") },
  { "⚓", N_ ("Anchor") },
  { "🔑", N_ ("Key") },
  { "🔔", N_ ("Bell") },
  { "🎸", N_ ("Guitar") },
  { "🥁", N_ ("Drum") },
  { "📖", N_ ("Book") },
  { "✂️", N_ ("Scissors") },
  { "💡", N_ ("Light bulb") },
  { "🕰️", N_ ("Clock") },
  { "🎈", N_ ("Balloon") },
  { "🎩", N_ ("Hat") },
};

void
sas_commit (const uint8_t nonce[SAS_NONCE_SIZE], uint8_t commitment[SAS_COMMIT_SIZE])
{
  crypto_hash_sha256 (commitment, nonce, SAS_NONCE_SIZE);
}

int
sas_check (const uint8_t commitment[SAS_COMMIT_SIZE], const uint8_t nonce[SAS_NONCE_SIZE])
{
  uint8_t expected[SAS_COMMIT_SIZE];

  sas_commit (nonce, expected);
  return sodium_memcmp (expected, commitment, SAS_COMMIT_SIZE);
}

void
sas_derive (const uint8_t hash[SECRET_HASH_SIZE],
            const uint8_t caller_nonce[SAS_NONCE_SIZE],
            const uint8_t callee_nonce[SAS_NONCE_SIZE],
            uint8_t indices[SAS_COUNT])
{
  uint8_t bits[SECRET_HASH_SIZE];
  uint64_t value = 0;

  secret_hmac (bits, hash, SECRET_HASH_SIZE,
               (const SecretPiece[]){ { caller_nonce, SAS_NONCE_SIZE },
                                      { callee_nonce, SAS_NONCE_SIZE } },
               2);
  for (unsigned i = 0; i < 6; i++)
    value = value << 8 | bits[i];
  for (unsigned i = 0; i < SAS_COUNT; i++)
    indices[i] = (uint8_t) (value >> (48 - 6 * (i + 1)) & 63);
  sodium_memzero (bits, sizeof bits);
}

const SasWord *
sas_word (uint8_t index)
{
  if (index >= SAS_TABLE_SIZE)
    abort ();
  return &table[index];
}

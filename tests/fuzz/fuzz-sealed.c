/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed messages and stored ratchets that are not what they should be. The first byte tells which:
 * 'r' a message for the ratchet, 'x' a true message of which some bits are turned over, 'e' an
 * envelope, 's' a stored ratchet. */
#include "tests/fuzz/fuzz.h"

#include "net/secure/ratchet.h"
#include "net/secure/seal.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

static const uint8_t some_key[RATCHET_KEY_SIZE] = { 9, 8, 7 };

static void
counting (void *data, uint8_t *out, size_t size)
{
  uint8_t *counter = data;

  memset (out, ++*counter, size);
}

/* Whatever does not open changes nothing. */
static void
open_hostile (Ratchet *ratchet, const uint8_t *message, size_t size)
{
  g_autofree uint8_t *plain = g_malloc (size + 1);
  g_autofree uint8_t *before = NULL;
  g_autofree uint8_t *after = NULL;
  size_t state = ratchet_write (ratchet, NULL);

  before = g_malloc (state);
  after = g_malloc (state);
  ratchet_write (ratchet, before);
  g_assert_cmpint (ratchet_open (ratchet, 0, NULL, 0, message, size, plain), !=, RATCHET_OPENED);
  g_assert_cmpuint (ratchet_write (ratchet, NULL), ==, state);
  ratchet_write (ratchet, after);
  g_assert_cmpmem (before, state, after, state);
}

static void
check_message (const uint8_t *data, size_t size)
{
  uint8_t counter = 0;
  Ratchet *ratchet = ratchet_new_responder (some_key, some_key, some_key, counting, &counter);

  open_hostile (ratchet, data, size);
  ratchet_free (ratchet);
}

static void
check_turned_over (const uint8_t *data, size_t size)
{
  uint8_t public_key[RATCHET_KEY_SIZE];
  uint8_t counter = 0;
  uint8_t message[64 + RATCHET_OVERHEAD] = { 0 };
  uint8_t true_message[sizeof message];
  uint8_t plain[64] = "what was said";
  Ratchet *writer, *reader;

  crypto_scalarmult_curve25519_base (public_key, some_key);
  writer = ratchet_new_initiator (some_key, some_key, public_key, counting, &counter);
  reader = ratchet_new_responder (some_key, some_key, some_key, counting, &counter);
  g_assert_cmpint (ratchet_seal (writer, NULL, 0, plain, sizeof plain, message), ==, 0);
  memcpy (true_message, message, sizeof message);
  for (size_t i = 0; i < MIN (size, sizeof message); i++)
    message[i] ^= data[i];
  if (memcmp (message, true_message, sizeof message) != 0)
    open_hostile (reader, message, sizeof message);
  g_assert_cmpint (ratchet_open (reader, 0, NULL, 0, true_message, sizeof true_message, plain), ==,
                   RATCHET_OPENED);
  ratchet_free (writer);
  ratchet_free (reader);
}

static void
check_envelope (const uint8_t *data, size_t size)
{
  const uint8_t *content;
  uint8_t purpose;
  uint32_t generation;
  size_t content_size;
  g_autofree uint8_t *again = NULL;

  if (seal_read (data, size, &purpose, &generation, &content, &content_size) != 0)
    return;

  again = g_malloc (seal_padded_size (content_size));
  seal_write (purpose, generation, content, content_size, again);
  g_assert_cmpmem (again, seal_padded_size (content_size), data, size);
}

static void
check_stored (const uint8_t *data, size_t size)
{
  uint8_t counter = 0;
  Ratchet *ratchet = ratchet_read (data, size, counting, &counter);
  g_autofree uint8_t *again = NULL;

  if (ratchet == NULL)
    return;

  again = g_malloc (size);
  g_assert_cmpuint (ratchet_write (ratchet, NULL), ==, size);
  ratchet_write (ratchet, again);
  g_assert_cmpmem (again, size, data, size);
  ratchet_free (ratchet);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;

  switch (data[0])
    {
    case 'r':
      check_message (data + 1, size - 1);
      break;
    case 'x':
      check_turned_over (data + 1, size - 1);
      break;
    case 'e':
      check_envelope (data + 1, size - 1);
      break;
    case 's':
      check_stored (data + 1, size - 1);
      break;
    default:
      break;
    }
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake of a channel with a partner who says whatever comes: it never becomes ready, since
 * that takes keys. Each message is a byte of length and as many bytes. */
#include "tests/fuzz/fuzz.h"

#include "net/secure/channel.h"

#include <glib.h>
#include <string.h>

static void
counting (void *data, uint8_t *out, size_t size)
{
  uint8_t *counter = data;

  memset (out, ++*counter, size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  uint8_t counter = 0;
  uint8_t out[CHANNEL_HANDSHAKE_MAX];
  size_t out_size;
  Channel *channel;

  if (size == 0)
    return 0;

  channel = channel_new (data[0] & 1 ? CHANNEL_CALLER : CHANNEL_CALLEE, "fuzz", counting, &counter);
  for (size_t at = 1; at < size;)
    {
      size_t length = MIN (data[at], size - at - 1);
      int result = channel_handshake (channel, data + at + 1, length);

      at += 1 + length;
      while (channel_next_handshake (channel, out, &out_size))
        g_assert_cmpuint (out_size, <=, sizeof out);
      g_assert_cmpint (channel_get_state (channel), !=, CHANNEL_READY);
      if (result < 0)
        g_assert_cmpint (channel_get_state (channel), ==, CHANNEL_BROKEN);
    }
  channel_free (channel);
  return 0;
}

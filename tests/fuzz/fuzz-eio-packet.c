/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO packets as WebSocket messages: what is decoded is encoded to the same bytes, and so is
 * the handshake of an open packet. The first byte tells the kind of frame: 'b' for a binary one. */
#include "tests/fuzz/fuzz.h"

#include "net/wire/eio.h"

#include <string.h>

static void
check_handshake (const EioPacket *packet)
{
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  EioHandshake first, second;

  if (!eio_handshake_decode (packet->data, packet->size, &first, NULL))
    return;

  text = eio_handshake_encode (&first);
  g_assert_true (eio_handshake_decode ((const uint8_t *) text, strlen (text), &second, NULL));
  again = eio_handshake_encode (&second);
  g_assert_cmpstr (text, ==, again);
  eio_handshake_clear (&first);
  eio_handshake_clear (&second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  EioPacket packet;

  if (size == 0)
    return 0;
  if (!eio_packet_decode (data + 1, size - 1, data[0] == 'b', &packet, &error))
    {
      g_assert_true (error != NULL && error->domain == EIO_ERROR);
      return 0;
    }

  g_assert_no_error (error);
  eio_packet_encode (&packet, out);
  g_assert_cmpmem (out->data, out->len, data + 1, size - 1);
  if (packet.type == EIO_OPEN)
    check_handshake (&packet);
  return 0;
}

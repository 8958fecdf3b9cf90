/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO 4: the examples of the protocol document, and what must be refused. */
#include "net/wire/eio.h"

#include <string.h>

static const struct
{
  const char *text;
  EioType type;
  const char *data;
} packets[] = {
  { "0{\"sid\":\"a\"}", EIO_OPEN, "{\"sid\":\"a\"}" },
  { "1", EIO_CLOSE, "" },
  { "2", EIO_PING, "" },
  { "2probe", EIO_PING, "probe" },
  { "3", EIO_PONG, "" },
  { "3probe", EIO_PONG, "probe" },
  { "4", EIO_MESSAGE, "" },
  { "4hello", EIO_MESSAGE, "hello" },
  { "4h\u00e9\U0001f984", EIO_MESSAGE, "h\u00e9\U0001f984" },
  { "5", EIO_UPGRADE, "" },
  { "6", EIO_NOOP, "" },
};

static void
test_packet (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (packets); i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      EioPacket packet;

      g_assert_true (eio_packet_decode ((const uint8_t *) packets[i].text, strlen (packets[i].text),
                                        false, &packet, &error));
      g_assert_no_error (error);
      g_assert_cmpint (packet.type, ==, packets[i].type);
      g_assert_false (packet.binary);
      g_assert_cmpmem (packet.data, packet.size, packets[i].data, strlen (packets[i].data));

      eio_packet_encode (&packet, out);
      g_assert_cmpmem (out->data, out->len, packets[i].text, strlen (packets[i].text));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eio/packet", test_packet);
  return g_test_run ();
}

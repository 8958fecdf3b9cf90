/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO 5: the examples of the protocol document, and what must be refused. */
#include "net/wire/sio.h"

#include <string.h>

static const char *const texts[] = {
  "0",
  "0/admin,",
  "0{\"token\":\"123\"}",
  "1",
  "2[\"hey\"]",
  "2/admin,456[\"project:delete\",123]",
  "3/admin,456[]",
  "4/admin,{\"message\":\"Not authorized\"}",
};

static void
test_text (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
      g_autoptr (SioPacket) packet = NULL;
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (sio_decoder_feed (decoder, (const uint8_t *) texts[i], strlen (texts[i]),
                                       false, &packet, &error));
      g_assert_no_error (error);
      sio_packet_encode (packet, out);
      g_assert_cmpstr (out->str, ==, texts[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sio/text", test_text);
  return g_test_run ();
}

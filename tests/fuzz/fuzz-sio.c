/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO packets of one connection: each one decoded keeps the decoder's promises, and encoded
 * it decodes to the same again. The input is a row of messages with 0x1e between them; one that
 * starts with 'b' is an attachment. */
#include "tests/fuzz/fuzz.h"

#include "net/wire/sio.h"

#include <string.h>

#define SEPARATOR       0x1e
#define ATTACHMENTS_MAX 4
#define BYTES_MAX       2048

/* Encodes @packet and decodes that. */
static SioPacket *
round_trip (const SioPacket *packet, GString *text)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (ATTACHMENTS_MAX, 0);
  SioPacket *again;

  sio_packet_encode (packet, text);
  g_assert_true (
      sio_decoder_feed (decoder, (const uint8_t *) text->str, text->len, false, &again, NULL));
  for (unsigned i = 0; packet->attachments != NULL && i < packet->attachments->len; i++)
    {
      size_t size;
      const uint8_t *bytes = g_bytes_get_data (g_ptr_array_index (packet->attachments, i), &size);

      g_assert_null (again);
      g_assert_true (sio_decoder_feed (decoder, bytes, size, true, &again, NULL));
    }
  g_assert_nonnull (again);
  return again;
}

static void
check_shape (const SioPacket *packet)
{
  g_assert_true (packet->type == SIO_CONNECT || packet->type == SIO_DISCONNECT ||
                 packet->type == SIO_EVENT || packet->type == SIO_ACK ||
                 packet->type == SIO_CONNECT_ERROR);
  g_assert_cmpint (packet->nsp[0], ==, '/');
  g_assert_null (strchr (packet->nsp, ','));
  g_assert_cmpuint (strlen (packet->nsp), <=, SIO_NAMESPACE_MAX);
  g_assert_cmpint (packet->id, >=, SIO_NO_ID);
  if (packet->type == SIO_ACK)
    g_assert_cmpint (packet->id, !=, SIO_NO_ID);
  if (packet->type == SIO_EVENT)
    g_assert_cmpuint (json_array_length (packet->data), >, 0);
  if (packet->attachments != NULL)
    g_assert_cmpuint (packet->attachments->len, <=, ATTACHMENTS_MAX);
}

static void
check_packet (const SioPacket *packet)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) text_again = g_string_new (NULL);
  g_autoptr (SioPacket) again = round_trip (packet, text);

  check_shape (packet);
  g_assert_cmpint (again->type, ==, packet->type);
  g_assert_cmpstr (again->nsp, ==, packet->nsp);
  g_assert_cmpint (again->id, ==, packet->id);
  g_assert_cmpint (again->attachments != NULL, ==, packet->attachments != NULL);
  for (unsigned i = 0; packet->attachments != NULL && i < packet->attachments->len; i++)
    g_assert_true (g_bytes_equal (g_ptr_array_index (again->attachments, i),
                                  g_ptr_array_index (packet->attachments, i)));
  sio_packet_encode (again, text_again);
  g_assert_cmpstr (text_again->str, ==, text->str);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (ATTACHMENTS_MAX, BYTES_MAX);
  bool refused = false;

  for (size_t start = 0; start <= size;)
    {
      size_t left = size - start;
      const uint8_t *message = left > 0 ? data + start : NULL;
      const uint8_t *end = left > 0 ? memchr (message, SEPARATOR, left) : NULL;
      size_t length = end != NULL ? (size_t) (end - message) : left;
      bool binary = length > 0 && message[0] == 'b';
      g_autoptr (SioPacket) packet = NULL;
      g_autoptr (GError) error = NULL;
      bool read = sio_decoder_feed (decoder, binary ? message + 1 : message,
                                    binary ? length - 1 : length, binary, &packet, &error);

      g_assert_cmpint (read, ==, error == NULL);
      g_assert_true (read || error->domain == SIO_ERROR);
      g_assert_true (read || packet == NULL);
      g_assert_false (refused && read);
      refused = !read;
      if (packet != NULL)
        check_packet (packet);
      start += length + 1;
    }
  return 0;
}

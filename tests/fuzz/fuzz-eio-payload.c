/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO polling payloads: what is decoded is encoded to the same bytes, of the size foretold.
 */
#include "tests/fuzz/fuzz.h"

#include "net/wire/eio.h"

#define SIZE_MAX_OF_PAYLOAD 100000

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EioPayload) payload = eio_payload_decode (data, size, SIZE_MAX_OF_PAYLOAD, &error);

  if (payload == NULL)
    {
      g_assert_true (error != NULL && error->domain == EIO_ERROR);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (size, <=, SIZE_MAX_OF_PAYLOAD);
  g_assert_cmpuint (eio_payload_length (payload), >, 0);
  for (size_t i = 0; i < eio_payload_length (payload); i++)
    {
      EioPacket packet = eio_payload_get (payload, i);
      size_t expected = out->len + eio_payload_append_size (out->len, &packet);

      eio_payload_append (out, &packet);
      g_assert_cmpuint (out->len, ==, expected);
    }
  g_assert_cmpmem (out->data, out->len, data, size);
  return 0;
}

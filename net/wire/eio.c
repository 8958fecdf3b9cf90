/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO 4: packets, polling payloads and the opening handshake: see eio.h. */
#include "net/wire/eio.h"

#include "net/wire/json.h"
#include "net/wire/text.h"

#include <string.h>

#define UPGRADES_MAX     8
#define UPGRADE_SIZE_MAX 32
#define BINARY_PREFIX    'b'

struct _EioPayload
{
  uint8_t *bytes;  /* base64 is decoded in place, so packets are views into it */
  GArray *packets; /* of EioPacket */
};

G_DEFINE_QUARK (eio_error, eio_error)

bool
eio_packet_decode (const uint8_t *data, size_t size, bool binary, EioPacket *packet, GError **error)
{
  *packet = (EioPacket){ .type = EIO_MESSAGE, .binary = binary, .data = data, .size = size };
  if (binary)
    return true;

  if (size == 0)
    {
      g_set_error_literal (error, EIO_ERROR, EIO_ERROR_EMPTY, "A packet has no type: it is empty.");
      return false;
    }
  if (data[0] < '0' + EIO_OPEN || data[0] > '0' + EIO_NOOP)
    {
      g_set_error (error, EIO_ERROR, EIO_ERROR_TYPE, "There is no packet type 0x%02x.", data[0]);
      return false;
    }
  if (!text_is_utf8 (data + 1, size - 1))
    {
      g_set_error_literal (error, EIO_ERROR, EIO_ERROR_UTF8, "A text packet is not UTF-8.");
      return false;
    }

  packet->type = (EioType) (data[0] - '0');
  packet->data = data + 1;
  packet->size = size - 1;
  return true;
}

void
eio_packet_encode (const EioPacket *packet, GByteArray *out)
{
  g_return_if_fail (!packet->binary || packet->type == EIO_MESSAGE);

  if (!packet->binary)
    {
      uint8_t type = (uint8_t) ('0' + packet->type);

      g_byte_array_append (out, &type, 1);
    }
  if (packet->size > 0)
    g_byte_array_append (out, packet->data, (guint) packet->size);
}

/* Decodes the one packet of a payload that is at @data, in place where it is base64. */
static bool
decode_part (uint8_t *data, size_t size, EioPacket *packet, GError **error)
{
  if (size == 0 || data[0] != BINARY_PREFIX)
    return eio_packet_decode (data, size, false, packet, error);

  *packet = (EioPacket){ .type = EIO_MESSAGE, .binary = true, .data = data + 1 };
  if (text_base64_decode (data + 1, size - 1, data + 1, &packet->size))
    return true;

  g_set_error_literal (error, EIO_ERROR, EIO_ERROR_BASE64, "A binary packet is not base64.");
  return false;
}

EioPayload *
eio_payload_decode (const uint8_t *data, size_t size, size_t max_size, GError **error)
{
  g_autoptr (EioPayload) payload = NULL;
  size_t start = 0;

  if (max_size > 0 && size > max_size)
    {
      g_set_error (error, EIO_ERROR, EIO_ERROR_TOO_LARGE,
                   "A payload has %" G_GSIZE_FORMAT " bytes, more than %" G_GSIZE_FORMAT ".", size,
                   max_size);
      return NULL;
    }

  payload = g_new0 (EioPayload, 1);
  payload->bytes = g_memdup2 (data, size);
  payload->packets = g_array_new (FALSE, FALSE, sizeof (EioPacket));

  while (start <= size)
    {
      size_t left = size - start;
      uint8_t *part = left > 0 ? payload->bytes + start : NULL;
      const uint8_t *separator = left > 0 ? memchr (part, EIO_SEPARATOR, left) : NULL;
      size_t length = separator != NULL ? (size_t) (separator - part) : left;
      EioPacket packet;

      if (!decode_part (part, length, &packet, error))
        return NULL;
      g_array_append_val (payload->packets, packet);
      start += length + 1;
    }

  return g_steal_pointer (&payload);
}

size_t
eio_payload_length (const EioPayload *payload)
{
  return payload->packets->len;
}

EioPacket
eio_payload_get (const EioPayload *payload, size_t index)
{
  g_return_val_if_fail (index < payload->packets->len, ((EioPacket){ .type = EIO_NOOP }));

  return g_array_index (payload->packets, EioPacket, index);
}

void
eio_payload_free (EioPayload *payload)
{
  if (payload == NULL)
    return;

  g_array_unref (payload->packets);
  g_free (payload->bytes);
  g_free (payload);
}

void
eio_payload_append (GByteArray *payload, const EioPacket *packet)
{
  if (payload->len > 0)
    g_byte_array_append (payload, (const uint8_t[]){ EIO_SEPARATOR }, 1);

  if (packet->binary)
    {
      g_autofree char *text = g_base64_encode (packet->data, packet->size);

      g_byte_array_append (payload, (const uint8_t[]){ BINARY_PREFIX }, 1);
      g_byte_array_append (payload, (const uint8_t *) text, (guint) strlen (text));
    }
  else
    eio_packet_encode (packet, payload);
}

size_t
eio_payload_append_size (size_t payload_size, const EioPacket *packet)
{
  size_t content = packet->binary ? text_base64_size (packet->size) : packet->size;

  return (payload_size > 0 ? 1 : 0) + 1 + content;
}

static bool
refuse_handshake (GError **error, const char *field, const char *rule)
{
  g_set_error (error, EIO_ERROR, EIO_ERROR_HANDSHAKE, "The open packet's %s must be %s.", field,
               rule);
  return false;
}

static bool
read_count (const JsonValue *json, const char *field, int64_t max, int64_t *count, GError **error)
{
  const JsonValue *value = json_object_find (json, field);

  *count = json_value_integer (value);
  if (value == NULL || *count < 1 || *count > max)
    return refuse_handshake (error, field, "a positive number within its range");
  return true;
}

/* The sid goes into request addresses, so it holds only what needs no escape there (RFC 3986 §2.3).
 */
static bool
is_sid (const char *sid)
{
  size_t size = sid != NULL ? strlen (sid) : 0;

  return size > 0 && size <= EIO_SID_MAX &&
         strspn (sid, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~") == size;
}

static bool
read_upgrades (const JsonValue *json, EioHandshake *handshake, GError **error)
{
  const JsonValue *value = json_object_find (json, "upgrades");
  size_t length = json_array_length (value);
  g_autoptr (GStrvBuilder) upgrades = g_strv_builder_new ();

  if (value == NULL || json_value_get_type (value) != JSON_TYPE_ARRAY || length > UPGRADES_MAX)
    return refuse_handshake (error, "upgrades", "a short list");
  for (size_t i = 0; i < length; i++)
    {
      const char *upgrade = json_value_string (json_array_at (value, i));

      if (upgrade == NULL || strlen (upgrade) > UPGRADE_SIZE_MAX)
        return refuse_handshake (error, "upgrades", "a list of transports' names");
      g_strv_builder_add (upgrades, upgrade);
    }

  handshake->upgrades = g_strv_builder_end (upgrades);
  return true;
}

static bool
read_handshake (const JsonValue *json, EioHandshake *handshake, GError **error)
{
  int64_t interval_ms, timeout_ms, max_payload;

  if (json_value_get_type (json) != JSON_TYPE_OBJECT)
    return refuse_handshake (error, "data", "an object");
  if (!is_sid (json_value_string (json_object_find (json, "sid"))))
    return refuse_handshake (error, "sid", "a short string of letters, digits and -._~");
  if (!read_upgrades (json, handshake, error) ||
      !read_count (json, "pingInterval", G_MAXINT32, &interval_ms, error) ||
      !read_count (json, "pingTimeout", G_MAXINT32, &timeout_ms, error) ||
      !read_count (json, "maxPayload", G_MAXINT32, &max_payload, error))
    return false;

  handshake->sid = g_strdup (json_value_string (json_object_find (json, "sid")));
  handshake->ping_interval_ms = (unsigned) interval_ms;
  handshake->ping_timeout_ms = (unsigned) timeout_ms;
  handshake->max_payload_bytes = (size_t) max_payload;
  return true;
}

bool
eio_handshake_decode (const uint8_t *data, size_t size, EioHandshake *handshake, GError **error)
{
  g_autoptr (JsonValue) json = json_value_parse ((const char *) data, size, NULL);

  *handshake = (EioHandshake){ 0 };
  if (json == NULL)
    return refuse_handshake (error, "data", "JSON");
  if (!read_handshake (json, handshake, error))
    {
      eio_handshake_clear (handshake);
      return false;
    }
  return true;
}

char *
eio_handshake_encode (const EioHandshake *handshake)
{
  g_autoptr (JsonValue) json = json_new_object ();
  JsonValue *upgrades = json_new_array ();

  for (size_t i = 0; handshake->upgrades != NULL && handshake->upgrades[i] != NULL; i++)
    json_array_add (upgrades, json_new_string (handshake->upgrades[i]));

  json_object_put_string (json, "sid", handshake->sid);
  json_object_put (json, "upgrades", upgrades);
  json_object_put_integer (json, "pingInterval", handshake->ping_interval_ms);
  json_object_put_integer (json, "pingTimeout", handshake->ping_timeout_ms);
  json_object_put_integer (json, "maxPayload", (int64_t) handshake->max_payload_bytes);
  return json_value_to_string (json);
}

void
eio_handshake_clear (EioHandshake *handshake)
{
  g_clear_pointer (&handshake->sid, g_free);
  g_clear_pointer (&handshake->upgrades, g_strfreev);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO 5: packets over Engine.IO messages: see sio.h. */
#include "net/wire/sio.h"

#include "net/wire/text.h"

#include <string.h>

#define ID_MAX              ((INT64_C (1) << 53) - 1) /* what a JavaScript number counts exactly */
#define MAIN_NAMESPACE      "/"
#define PLACEHOLDER_KEY     "_placeholder"
#define PLACEHOLDER_NUM_KEY "num"

struct _SioDecoder
{
  unsigned max_attachments;
  size_t max_bytes;   /* 0: none */
  SioPacket *pending; /* a binary packet whose attachments are still due */
  size_t due;         /* how many are */
  size_t bytes;       /* of @pending so far */
  bool failed;        /* after an error nothing more is read */
};

G_DEFINE_QUARK (sio_error, sio_error)

void
sio_packet_free (SioPacket *packet)
{
  if (packet == NULL)
    return;

  g_free (packet->nsp);
  json_value_unref (packet->data);
  g_clear_pointer (&packet->attachments, g_ptr_array_unref);
  g_free (packet);
}

SioPacket *
sio_packet_new (SioType type, const char *nsp, int64_t id, JsonValue *data, GPtrArray *attachments)
{
  SioPacket *packet = g_new0 (SioPacket, 1);

  packet->type = type;
  packet->nsp = g_strdup (nsp != NULL ? nsp : MAIN_NAMESPACE);
  packet->id = id;
  packet->data = data;
  packet->attachments = attachments;
  return packet;
}

SioPacket *
sio_packet_new_event (const char *nsp, int64_t id, const char *name, JsonValue *argument)
{
  JsonValue *data = json_new_array ();

  json_array_add (data, json_new_string (name));
  if (argument != NULL)
    json_array_add (data, argument);
  return sio_packet_new (SIO_EVENT, nsp, id, data, NULL);
}

const char *
sio_packet_event_name (const SioPacket *packet)
{
  if (packet->type != SIO_EVENT && packet->type != SIO_BINARY_EVENT)
    return NULL;

  return json_value_string (json_array_at (packet->data, 0));
}

JsonValue *
sio_packet_argument (const SioPacket *packet, size_t index)
{
  switch (packet->type)
    {
    case SIO_EVENT:
    case SIO_BINARY_EVENT:
      return json_array_at (packet->data, index + 1);
    case SIO_ACK:
    case SIO_BINARY_ACK:
      return json_array_at (packet->data, index);
    case SIO_CONNECT:
    case SIO_DISCONNECT:
    case SIO_CONNECT_ERROR:
    default:
      return NULL;
    }
}

JsonValue *
sio_placeholder_new (unsigned index)
{
  JsonValue *placeholder = json_new_object ();

  json_object_put_boolean (placeholder, PLACEHOLDER_KEY, true);
  json_object_put_integer (placeholder, PLACEHOLDER_NUM_KEY, index);
  return placeholder;
}

GBytes *
sio_packet_attachment (const SioPacket *packet, const JsonValue *placeholder)
{
  const JsonValue *number = json_object_find (placeholder, PLACEHOLDER_NUM_KEY);
  int64_t index = json_value_integer (number);

  if (!json_value_boolean (json_object_find (placeholder, PLACEHOLDER_KEY)) || number == NULL ||
      json_value_get_type (number) != JSON_TYPE_INTEGER || packet->attachments == NULL ||
      index < 0 || index >= packet->attachments->len)
    return NULL;

  return g_ptr_array_index (packet->attachments, index);
}

void
sio_packet_encode (const SioPacket *packet, GString *text)
{
  unsigned attachments = packet->attachments != NULL ? packet->attachments->len : 0;
  SioType type = packet->type;

  /* The caller may name either form; what is true of the packet decides. */
  if (type == SIO_EVENT || type == SIO_BINARY_EVENT)
    type = attachments > 0 ? SIO_BINARY_EVENT : SIO_EVENT;
  else if (type == SIO_ACK || type == SIO_BINARY_ACK)
    type = attachments > 0 ? SIO_BINARY_ACK : SIO_ACK;

  g_string_append_c (text, (char) ('0' + type));
  if (type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK)
    g_string_append_printf (text, "%u-", attachments);
  if (strcmp (packet->nsp, MAIN_NAMESPACE) != 0)
    {
      g_string_append (text, packet->nsp);
      g_string_append_c (text, ',');
    }
  if (packet->id != SIO_NO_ID)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, packet->id);
  if (packet->data != NULL)
    json_value_write (packet->data, text);
}

SioDecoder *
sio_decoder_new (unsigned max_attachments, size_t max_bytes)
{
  SioDecoder *decoder = g_new0 (SioDecoder, 1);

  decoder->max_attachments = max_attachments > 0 ? max_attachments : SIO_ATTACHMENTS_MAX;
  decoder->max_bytes = max_bytes;
  return decoder;
}

void
sio_decoder_free (SioDecoder *decoder)
{
  if (decoder == NULL)
    return;

  sio_packet_free (decoder->pending);
  g_free (decoder);
}

/* Reads the digits at @at into @number, which stays as it is where there are none. Moves @at behind
 * them. Returns false for a leading zero and for a number above @max. */
static bool
read_digits (const char **at, const char *end, int64_t max, int64_t *number)
{
  const char *start = *at;
  int64_t value = 0;

  while (*at < end && g_ascii_isdigit (**at))
    {
      value = value * 10 + (**at - '0');
      if (value > max)
        return false;
      (*at)++;
    }
  if (*at == start)
    return true;

  *number = value;
  return *at - start == 1 || *start != '0';
}

static bool
read_attachment_count (const char **at,
                       const char *end,
                       unsigned max,
                       size_t *count,
                       GError **error)
{
  int64_t number = 0;
  bool read = read_digits (at, end, max, &number);

  if (!read || number == 0 || *at == end || **at != '-')
    {
      g_set_error (error, SIO_ERROR, SIO_ERROR_ATTACHMENTS,
                   "A binary packet must tell how many attachments it has, at most %u.", max);
      return false;
    }

  (*at)++;
  *count = (size_t) number;
  return true;
}

/* A namespace ends at a comma; the reference also lets it end with the packet. A query behind '?'
 * is read over. */
static char *
read_namespace (const char **at, const char *end, GError **error)
{
  const char *start = *at;
  const char *comma, *stop, *query;

  if (start == end || *start != '/')
    return g_strdup (MAIN_NAMESPACE);

  comma = memchr (start, ',', (size_t) (end - start));
  stop = comma != NULL ? comma : end;
  *at = comma != NULL ? comma + 1 : end;
  query = memchr (start, '?', (size_t) (stop - start));
  if (query != NULL)
    stop = query;

  if (stop - start > SIO_NAMESPACE_MAX)
    {
      g_set_error (error, SIO_ERROR, SIO_ERROR_NAMESPACE, "A namespace may have %d bytes at most.",
                   SIO_NAMESPACE_MAX);
      return NULL;
    }
  if (!g_utf8_validate_len (start, (gsize) (stop - start), NULL))
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_NAMESPACE, "A namespace is not UTF-8.");
      return NULL;
    }
  return g_strndup (start, (gsize) (stop - start));
}

static bool
read_id (const char **at, const char *end, SioType type, int64_t *id, GError **error)
{
  bool may = type == SIO_EVENT || type == SIO_ACK;
  bool must = type == SIO_ACK;
  const char *problem = NULL;

  *id = SIO_NO_ID;
  if (!read_digits (at, end, ID_MAX, id))
    problem = "An acknowledgement's id must be a number up to 2^53 - 1 without a leading zero.";
  else if (*id != SIO_NO_ID && !may)
    problem = "Only events and acknowledgements have an id.";
  else if (*id == SIO_NO_ID && must)
    problem = "An acknowledgement must have an id.";

  if (problem != NULL)
    g_set_error_literal (error, SIO_ERROR, SIO_ERROR_ID, problem);
  return problem == NULL;
}

static bool
is_reserved (const char *name)
{
  static const char *const reserved[] = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", NULL
  };

  return g_strv_contains (reserved, name);
}

/* Returns what is wrong with @data as the payload of a packet of @type, or %NULL. */
static const char *
payload_problem (SioType type, const JsonValue *data)
{
  JsonType json_type = data != NULL ? json_value_get_type (data) : JSON_TYPE_NULL;
  const JsonValue *name;

  switch (type)
    {
    case SIO_CONNECT:
      return data == NULL || json_type == JSON_TYPE_OBJECT ? NULL : "must be an object, if any";
    case SIO_DISCONNECT:
      return data == NULL ? NULL : "must not be there";
    case SIO_CONNECT_ERROR:
      return json_type == JSON_TYPE_OBJECT || json_type == JSON_TYPE_STRING
                 ? NULL
                 : "must be an object or a string";
    case SIO_ACK:
      return json_type == JSON_TYPE_ARRAY ? NULL : "must be a list";
    case SIO_EVENT:
      if (json_type != JSON_TYPE_ARRAY || json_array_length (data) == 0)
        return "must be a list that starts with the event's name";
      /* The reference takes numbers for names too. */
      name = json_array_at (data, 0);
      json_type = json_value_get_type (name);
      if (json_type == JSON_TYPE_INTEGER || json_type == JSON_TYPE_REAL)
        return NULL;
      if (json_type != JSON_TYPE_STRING)
        return "must start with the event's name";
      return is_reserved (json_value_string (name)) ? "has a reserved event name" : NULL;
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK:
    default:
      return "is of no known type";
    }
}

typedef struct
{
  size_t count;  /* attachments announced */
  uint8_t *seen; /* one for each, set when a placeholder stands for it */
  bool broken;   /* a placeholder stands for none */
} PlaceholderCheck;

static void check_placeholders (const JsonValue *value, PlaceholderCheck *check);

static bool
check_member (const char *key, JsonValue *value, void *data)
{
  PlaceholderCheck *check = data;

  check_placeholders (value, check);
  return !check->broken;
}

static void
check_placeholders (const JsonValue *value, PlaceholderCheck *check)
{
  JsonType type = json_value_get_type (value);

  if (type == JSON_TYPE_ARRAY)
    {
      for (size_t i = 0; i < json_array_length (value) && !check->broken; i++)
        check_placeholders (json_array_at (value, i), check);
    }
  else if (type == JSON_TYPE_OBJECT &&
           json_value_boolean (json_object_find (value, PLACEHOLDER_KEY)))
    {
      const JsonValue *number = json_object_find (value, PLACEHOLDER_NUM_KEY);
      int64_t index = json_value_integer (number);

      if (number == NULL || json_value_get_type (number) != JSON_TYPE_INTEGER || index < 0 ||
          (uint64_t) index >= check->count)
        check->broken = true;
      else
        check->seen[index] = 1;
    }
  else if (type == JSON_TYPE_OBJECT)
    json_object_each (value, check_member, check);
}

/* Holds that placeholders and the @count attachments announced belong together, before the first
 * attachment has come. */
static bool
placeholders_fit (const JsonValue *data, size_t count, GError **error)
{
  g_autofree uint8_t *seen = g_malloc0 (count);
  PlaceholderCheck check = { .count = count, .seen = seen };

  check_placeholders (data, &check);
  if (check.broken)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_ATTACHMENTS,
                           "A placeholder stands for no attachment of its packet.");
      return false;
    }
  if (count > 0 && memchr (seen, 0, count) != NULL)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_ATTACHMENTS,
                           "A packet announces an attachment that no placeholder stands for.");
      return false;
    }
  return true;
}

/* Decodes the text of a packet; @due is how many attachments must follow. */
static SioPacket *
decode_text (const SioDecoder *decoder, const char *at, size_t size, size_t *due, GError **error)
{
  g_autoptr (JsonValue) data = NULL;
  g_autofree char *nsp = NULL;
  const char *end;
  const char *problem;
  SioType type;
  int64_t id;

  *due = 0;
  if (size == 0)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_EMPTY, "A packet has no type: it is empty.");
      return NULL;
    }
  if (*at < '0' + SIO_CONNECT || *at > '0' + SIO_BINARY_ACK)
    {
      g_set_error (error, SIO_ERROR, SIO_ERROR_TYPE, "There is no packet type 0x%02x.",
                   (unsigned char) *at);
      return NULL;
    }

  end = at + size;
  type = (SioType) (*at++ - '0');
  if (type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK)
    {
      if (!read_attachment_count (&at, end, decoder->max_attachments, due, error))
        return NULL;
      type = type == SIO_BINARY_EVENT ? SIO_EVENT : SIO_ACK;
    }
  nsp = read_namespace (&at, end, error);
  if (nsp == NULL || !read_id (&at, end, type, &id, error))
    return NULL;

  if (at < end)
    {
      data = json_value_parse (at, (size_t) (end - at), NULL);
      if (data == NULL)
        {
          g_set_error_literal (error, SIO_ERROR, SIO_ERROR_PAYLOAD,
                               "A packet's payload is not valid JSON.");
          return NULL;
        }
    }
  problem = payload_problem (type, data);
  if (problem != NULL)
    {
      g_set_error (error, SIO_ERROR, SIO_ERROR_PAYLOAD, "The payload of a packet of type %d %s.",
                   type, problem);
      return NULL;
    }
  if ((type == SIO_EVENT || type == SIO_ACK) && !placeholders_fit (data, *due, error))
    return NULL;

  return sio_packet_new (type, nsp, id, g_steal_pointer (&data), NULL);
}

static bool
feed_text (SioDecoder *decoder, const char *text, size_t size, SioPacket **packet, GError **error)
{
  g_autoptr (SioPacket) decoded = NULL;
  size_t due;

  if (decoder->pending != NULL)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_UNEXPECTED,
                           "A text packet came where an attachment was due.");
      return false;
    }
  decoded = decode_text (decoder, text, size, &due, error);
  if (decoded == NULL)
    return false;

  if (due > 0)
    {
      decoded->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      decoder->pending = g_steal_pointer (&decoded);
      decoder->due = due;
      decoder->bytes = size;
    }
  else
    *packet = g_steal_pointer (&decoded);
  return true;
}

static bool
feed_attachment (SioDecoder *decoder,
                 const uint8_t *data,
                 size_t size,
                 SioPacket **packet,
                 GError **error)
{
  if (decoder->pending == NULL)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_UNEXPECTED,
                           "An attachment came that no packet awaits.");
      return false;
    }

  g_ptr_array_add (decoder->pending->attachments, g_bytes_new (data, size));
  decoder->bytes += size;
  if (--decoder->due == 0)
    *packet = g_steal_pointer (&decoder->pending);
  return true;
}

/* Whether a message of @size bytes keeps within the limit of its packet. */
static bool
has_room (const SioDecoder *decoder, size_t size, bool binary, GError **error)
{
  size_t bytes = decoder->pending != NULL ? decoder->bytes : 0;

  if (decoder->max_bytes == 0 ||
      (bytes <= decoder->max_bytes && size <= decoder->max_bytes - bytes))
    return true;

  g_set_error (error, SIO_ERROR, binary ? SIO_ERROR_ATTACHMENTS : SIO_ERROR_PAYLOAD,
               "A packet has more than %" G_GSIZE_FORMAT " bytes.", decoder->max_bytes);
  return false;
}

bool
sio_decoder_feed (SioDecoder *decoder,
                  const uint8_t *data,
                  size_t size,
                  bool binary,
                  SioPacket **packet,
                  GError **error)
{
  *packet = NULL;
  if (decoder->failed)
    {
      g_set_error_literal (error, SIO_ERROR, SIO_ERROR_UNEXPECTED,
                           "A message came after a malformed one.");
      return false;
    }

  if (has_room (decoder, size, binary, error) &&
      (binary ? feed_attachment (decoder, data, size, packet, error)
              : feed_text (decoder, (const char *) data, size, packet, error)))
    return true;

  decoder->failed = true;
  g_clear_pointer (&decoder->pending, sio_packet_free);
  return false;
}

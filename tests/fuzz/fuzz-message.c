/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of pairing protocol 1: what is read is written so that it reads back the same. The
 * input's first line names the message as below, the rest is its JSON. */
#include "tests/fuzz/fuzz.h"

#include "net/wire/message.h"

#include <string.h>

/* Reads @json as the message named, and writes it again; %NULL where it is refused. */
typedef JsonValue *(*RewriteFunc) (const char *name, const JsonValue *json);

static JsonValue *
rewrite_event (WireSender sender, const char *name, const JsonValue *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WireMessage) message = wire_message_parse (sender, name, json, &error);

  g_assert_cmpint (message == NULL, ==, error != NULL);
  if (message != NULL)
    return wire_message_to_json (message);

  g_assert_true (error->domain == WIRE_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return NULL;
}

static JsonValue *
rewrite_client_event (const char *name, const JsonValue *json)
{
  return rewrite_event (WIRE_FROM_CLIENT, name, json);
}

static JsonValue *
rewrite_server_event (const char *name, const JsonValue *json)
{
  return rewrite_event (WIRE_FROM_SERVER, name, json);
}

static JsonValue *
rewrite_auth (const char *name, const JsonValue *json)
{
  JsonValue *written;
  WireAuth auth;

  if (!wire_auth_from_json (json, &auth, NULL))
    return NULL;
  written = wire_auth_to_json (&auth);
  wire_auth_clear (&auth);
  return written;
}

static JsonValue *
rewrite_refusal (const char *name, const JsonValue *json)
{
  JsonValue *written;
  WireRefusal refusal;

  wire_refusal_from_json (json, &refusal);
  written = wire_refusal_to_json (&refusal);
  wire_refusal_clear (&refusal);
  return written;
}

static JsonValue *
rewrite_ack (const char *name, const JsonValue *json)
{
  JsonValue *written;
  WireAck ack;

  wire_ack_from_json (json, &ack);
  written = wire_ack_to_json (&ack);
  wire_ack_clear (&ack);
  return written;
}

static const struct
{
  const char *prefix;
  RewriteFunc rewrite;
} kinds[] = {
  { "client ", rewrite_client_event },
  { "server ", rewrite_server_event },
  { "auth", rewrite_auth },
  { "refusal", rewrite_refusal },
  { "ack", rewrite_ack },
};

static void
check_json (size_t kind, const char *line, const char *text, size_t size)
{
  const char *name = line + strlen (kinds[kind].prefix);
  g_autoptr (JsonValue) json = json_value_parse (text, size, NULL);
  g_autoptr (JsonValue) written = NULL;
  g_autoptr (JsonValue) again = NULL;
  g_autofree char *written_text = NULL;
  g_autofree char *again_text = NULL;

  if (json == NULL)
    return;
  written = kinds[kind].rewrite (name, json);
  if (written == NULL)
    return;

  again = kinds[kind].rewrite (name, written);
  g_assert_nonnull (again);
  written_text = json_value_to_string (written);
  again_text = json_value_to_string (again);
  g_assert_cmpstr (written_text, ==, again_text);
}

/* The same for what two clients say to each other, which starts from bytes. Returns (transfer
 * full):
 * @text read and written again, or %NULL where it is refused. */
static char *
rewrite_peer (const char *kind, const char *text, size_t size)
{
  char *written = NULL;

  if (strcmp (kind, "description") == 0)
    {
      WireDescription description;

      if (!wire_description_read (text, size, &description, NULL))
        return NULL;
      written = wire_description_write (description.type, description.sdp);
      wire_description_clear (&description);
    }
  else if (strcmp (kind, "candidate") == 0)
    {
      WireCandidate candidate;

      if (!wire_candidate_read (text, size, &candidate, NULL))
        return NULL;
      written = wire_candidate_write (candidate.candidate, candidate.mline_index);
      wire_candidate_clear (&candidate);
    }
  else if (strcmp (kind, "device-state") == 0)
    {
      WireDeviceState state;

      if (wire_device_state_read (text, size, &state, NULL))
        written = wire_device_state_write (&state);
    }
  else if (strcmp (kind, "text") == 0)
    {
      WireText message;

      if (!wire_text_read (text, size, &message, NULL))
        return NULL;
      written = wire_text_write (message.number, message.text);
      wire_text_clear (&message);
    }
  else if (strcmp (kind, "receipt") == 0)
    {
      int64_t up_to;

      if (wire_receipt_read (text, size, &up_to, NULL))
        written = wire_receipt_write (up_to);
    }
  else if (strcmp (kind, "bye") == 0)
    {
      WireEndReason reason;

      if (wire_bye_read (text, size, &reason, NULL))
        written = wire_bye_write (reason);
    }
  return written;
}

static void
check_peer (const char *kind, const char *text, size_t size)
{
  g_autofree char *written = rewrite_peer (kind, text, size);
  g_autofree char *again = NULL;

  if (written == NULL)
    return;
  again = rewrite_peer (kind, written, strlen (written));
  g_assert_cmpstr (written, ==, again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *line_end = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *line = NULL;
  const char *text;
  size_t text_size;

  if (line_end == NULL)
    return 0;
  line = g_strndup ((const char *) data, (size_t) (line_end - data));
  text = (const char *) line_end + 1;
  text_size = size - (size_t) (line_end - data) - 1;

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_str_has_prefix (line, kinds[i].prefix))
        {
          check_json (i, line, text, text_size);
          return 0;
        }
    }
  check_peer (line, text, text_size);
  return 0;
}

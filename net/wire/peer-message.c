/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two clients say to each other inside their channel: see message.h. It comes from a stranger
 * who may run any program, so it is checked as strictly as what comes from the server. */
#include "net/wire/message.h"

#include "net/wire/fields.h"

#include <string.h>

static const char *const description_words[] = { "offer", "answer" };
static const char *const bye_words[] = { "hang-up", "next", "failed" };

/* Returns the object that @text is, or %NULL with @error. */
static JsonValue *
read_object (const char *text, size_t size, GError **error)
{
  g_autoptr (JsonValue) json = NULL;

  if (size > WIRE_PACKET_MAX)
    {
      g_set_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG, "The message has more than %d bytes.",
                   WIRE_PACKET_MAX);
      return NULL;
    }
  json = json_value_parse (text, size, NULL);
  if (json == NULL)
    {
      g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_MALFORMED,
                           "The message is not valid JSON.");
      return NULL;
    }
  return field_is_object (json, error) ? g_steal_pointer (&json) : NULL;
}

static const char *
check_not_empty (const char *string)
{
  return *string != '\0' ? NULL : "must not be empty";
}

/* An empty candidate says that no more come; a line break would make two lines of one. */
static const char *
check_candidate (const char *candidate)
{
  return *candidate == '\0' ? NULL : field_check_line (candidate);
}

char *
wire_description_write (const char *type, const char *sdp)
{
  g_autoptr (JsonValue) json = json_new_object ();

  json_object_put_string (json, "type", type);
  json_object_put_string (json, "sdp", sdp);
  return json_value_to_string (json);
}

bool
wire_description_read (const char *text, size_t size, WireDescription *out, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);
  unsigned type;

  *out = (WireDescription){ 0 };
  if (json == NULL ||
      !field_word (json, "type", description_words, G_N_ELEMENTS (description_words), &type,
                   error) ||
      !field_string (json, "sdp", FIELD_REQUIRED, WIRE_SDP_MAX, check_not_empty, &out->sdp, error))
    return false;

  out->type = g_strdup (description_words[type]);
  return true;
}

void
wire_description_clear (WireDescription *description)
{
  g_clear_pointer (&description->type, g_free);
  g_clear_pointer (&description->sdp, g_free);
}

char *
wire_candidate_write (const char *candidate, unsigned mline_index)
{
  g_autoptr (JsonValue) json = json_new_object ();

  json_object_put_string (json, "candidate", candidate);
  json_object_put_integer (json, "sdpMLineIndex", mline_index);
  return json_value_to_string (json);
}

bool
wire_candidate_read (const char *text, size_t size, WireCandidate *out, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);
  g_autofree char *candidate = NULL;
  int64_t mline_index = 0;

  *out = (WireCandidate){ 0 };
  /* The end of candidates may be said for all lines at once, without an index. */
  if (json == NULL ||
      !field_string (json, "candidate", FIELD_REQUIRED, WIRE_CANDIDATE_MAX, check_candidate,
                     &candidate, error) ||
      !field_integer (json, "sdpMLineIndex", *candidate == '\0' ? FIELD_OPTIONAL : FIELD_REQUIRED,
                      0, G_MAXUINT16, &mline_index, error))
    return false;

  out->candidate = g_steal_pointer (&candidate);
  out->mline_index = (unsigned) mline_index;
  return true;
}

void
wire_candidate_clear (WireCandidate *candidate)
{
  g_clear_pointer (&candidate->candidate, g_free);
}

char *
wire_device_state_write (const WireDeviceState *state)
{
  g_autoptr (JsonValue) json = json_new_object ();

  json_object_put_boolean (json, "camera", state->camera);
  json_object_put_boolean (json, "microphone", state->microphone);
  return json_value_to_string (json);
}

bool
wire_device_state_read (const char *text, size_t size, WireDeviceState *out, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);

  *out = (WireDeviceState){ 0 };
  return json != NULL && field_boolean (json, "camera", FIELD_REQUIRED, &out->camera, error) &&
         field_boolean (json, "microphone", FIELD_REQUIRED, &out->microphone, error);
}

char *
wire_text_write (int64_t number, const char *text)
{
  g_autoptr (JsonValue) json = json_new_object ();

  json_object_put_integer (json, "number", number);
  json_object_put_string (json, "text", text);
  return json_value_to_string (json);
}

bool
wire_text_read (const char *text, size_t size, WireText *out, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);

  *out = (WireText){ 0 };
  return json != NULL &&
         field_integer (json, "number", FIELD_REQUIRED, 1, FIELD_INTEGER_MAX, &out->number,
                        error) &&
         field_string (json, "text", FIELD_REQUIRED, WIRE_TEXT_MAX, check_not_empty, &out->text,
                       error);
}

void
wire_text_clear (WireText *text)
{
  g_clear_pointer (&text->text, g_free);
}

char *
wire_receipt_write (int64_t up_to)
{
  g_autoptr (JsonValue) json = json_new_object ();

  json_object_put_integer (json, "upto", up_to);
  return json_value_to_string (json);
}

bool
wire_receipt_read (const char *text, size_t size, int64_t *up_to, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);

  *up_to = 0;
  return json != NULL &&
         field_integer (json, "upto", FIELD_REQUIRED, 0, FIELD_INTEGER_MAX, up_to, error);
}

char *
wire_bye_write (WireEndReason reason)
{
  g_autoptr (JsonValue) json = json_new_object ();

  /* What only a server says is no word of a partner's. */
  json_object_put_string (json, "reason",
                          bye_words[reason < G_N_ELEMENTS (bye_words) ? reason : WIRE_END_HANG_UP]);
  return json_value_to_string (json);
}

bool
wire_bye_read (const char *text, size_t size, WireEndReason *reason, GError **error)
{
  g_autoptr (JsonValue) json = read_object (text, size, error);
  unsigned word;

  *reason = WIRE_END_HANG_UP;
  if (json == NULL ||
      !field_word (json, "reason", bye_words, G_N_ELEMENTS (bye_words), &word, error))
    return false;

  *reason = (WireEndReason) word;
  return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds the events of pairing protocol 1: a connection's auth, why it is refused, the
 * acknowledgement of an event, and the error codes: see message.h. */
#include "net/wire/message.h"

#include "net/wire/fields.h"

#include <string.h>

#define CODE_MAX 64 /* bytes of an error code that is not known yet */

static const char *const error_codes[] = {
  [WIRE_ERROR_MALFORMED] = "malformed",
  [WIRE_ERROR_TOO_LONG] = "too-long",
  [WIRE_ERROR_UNKNOWN_EVENT] = "unknown-event",
  [WIRE_ERROR_NOT_PAIRED] = "not-paired",
  [WIRE_ERROR_ALREADY] = "already",
  [WIRE_ERROR_TOO_MANY] = "too-many",
  [WIRE_ERROR_DRAINING] = "draining",
  [WIRE_ERROR_PARTNER_AWAY] = "partner-away",
  [WIRE_ERROR_INTERNAL] = "internal",
};

static const char *const refusal_codes[] = {
  [WIRE_REFUSAL_PROTOCOL_UNSUPPORTED] = "protocol-unsupported",
  [WIRE_REFUSAL_POLICY_OUTDATED] = "policy-outdated",
  [WIRE_REFUSAL_UNDERAGE] = "underage",
  [WIRE_REFUSAL_BANNED] = "banned",
  [WIRE_REFUSAL_FULL] = "full",
  [WIRE_REFUSAL_TOO_MANY] = "too-many",
  [WIRE_REFUSAL_MALFORMED] = "malformed",
  [WIRE_REFUSAL_UNKNOWN] = "unknown",
};

G_DEFINE_QUARK (wire_error, wire_error)

const char *
wire_error_code (int code)
{
  if (code < 0 || (size_t) code >= G_N_ELEMENTS (error_codes))
    code = WIRE_ERROR_INTERNAL;
  return error_codes[code];
}

int
wire_error_from_code (const char *string)
{
  for (size_t i = 0; i < G_N_ELEMENTS (error_codes); i++)
    {
      if (g_strcmp0 (string, error_codes[i]) == 0)
        return (int) i;
    }
  return WIRE_ERROR_INTERNAL;
}

JsonValue *
wire_refusal_to_json (const WireRefusal *refusal)
{
  JsonValue *json = json_new_object ();
  JsonValue *data = json_new_object ();

  json_object_put_string (data, "code", refusal_codes[refusal->code]);
  field_put_optional (data, "version", refusal->version);
  if (refusal->code == WIRE_REFUSAL_BANNED)
    json_object_put_integer (data, "seconds", refusal->seconds);
  json_object_put_string (json, "message", refusal->message != NULL ? refusal->message : "");
  json_object_put (json, "data", data);
  return json;
}

/* Returns @value's sentence where it is one that can be shown, else an empty one. */
static char *
read_sentence (const JsonValue *value)
{
  const char *sentence = json_value_string (value);

  if (sentence == NULL || strlen (sentence) > WIRE_SENTENCE_MAX ||
      field_check_line (sentence) != NULL)
    return g_strdup ("");
  return g_strdup (sentence);
}

void
wire_refusal_from_json (const JsonValue *json, WireRefusal *refusal)
{
  const JsonValue *data = json_object_find (json, "data");
  const char *code = json_value_string (json_object_find (data, "code"));
  const JsonValue *message = json_object_find (json, "message");

  *refusal = (WireRefusal){ .code = WIRE_REFUSAL_UNKNOWN };
  for (size_t i = 0; i < G_N_ELEMENTS (refusal_codes); i++)
    {
      if (g_strcmp0 (code, refusal_codes[i]) == 0)
        refusal->code = (WireRefusalCode) i;
    }

  /* Servers of older protocols refuse with a string alone. */
  refusal->message = read_sentence (message != NULL ? message : json);
  field_string (data, "version", FIELD_OPTIONAL, WIRE_VERSION_MAX, field_check_line,
                &refusal->version, NULL);
  field_integer (data, "seconds", FIELD_OPTIONAL, 0, FIELD_INTEGER_MAX, &refusal->seconds, NULL);
}

void
wire_refusal_clear (WireRefusal *refusal)
{
  g_clear_pointer (&refusal->message, g_free);
  g_clear_pointer (&refusal->version, g_free);
}

JsonValue *
wire_auth_to_json (const WireAuth *auth)
{
  JsonValue *json = json_new_object ();

  json_object_put_integer (json, "protocol", auth->protocol);
  field_put_optional (json, "locale", auth->locale);
  field_put_optional (json, "policy", auth->policy);
  json_object_put_boolean (json, "adult", auth->adult);
  field_put_optional (json, "resume", auth->resume);
  return json;
}

bool
wire_auth_from_json (const JsonValue *json, WireAuth *auth, GError **error)
{
  int64_t protocol = 0;

  *auth = (WireAuth){ 0 };
  if (!field_is_object (json, error) ||
      !field_integer (json, "protocol", FIELD_REQUIRED, 0, G_MAXINT32, &protocol, error) ||
      !field_string (json, "locale", FIELD_OPTIONAL, WIRE_LANGUAGE_MAX, field_check_line,
                     &auth->locale, error) ||
      !field_string (json, "policy", FIELD_OPTIONAL, WIRE_VERSION_MAX, field_check_line,
                     &auth->policy, error) ||
      !field_boolean (json, "adult", FIELD_OPTIONAL, &auth->adult, error) ||
      !field_id (json, "resume", FIELD_OPTIONAL, &auth->resume, error))
    {
      wire_auth_clear (auth);
      return false;
    }

  auth->protocol = (int) protocol;
  return true;
}

void
wire_auth_clear (WireAuth *auth)
{
  g_clear_pointer (&auth->locale, g_free);
  g_clear_pointer (&auth->policy, g_free);
  g_clear_pointer (&auth->resume, g_free);
}

JsonValue *
wire_ack_to_json (const WireAck *ack)
{
  JsonValue *json = json_new_object ();

  json_object_put_boolean (json, "ok", ack->ok);
  if (ack->ok && ack->waiting >= 0)
    json_object_put_integer (json, "waiting", ack->waiting);
  if (!ack->ok)
    {
      json_object_put_string (json, "error", wire_error_code (ack->error));
      json_object_put_string (json, "message", ack->message != NULL ? ack->message : "");
    }
  return json;
}

static bool
read_ack (const JsonValue *json, WireAck *ack)
{
  g_autofree char *code = NULL;
  bool ok;

  if (!field_is_object (json, NULL) || !field_boolean (json, "ok", FIELD_REQUIRED, &ok, NULL))
    return false;

  if (ok)
    {
      if (!field_integer (json, "waiting", FIELD_OPTIONAL, 0, FIELD_INTEGER_MAX, &ack->waiting,
                          NULL))
        return false;
      ack->ok = true;
      return true;
    }

  if (!field_string (json, "error", FIELD_REQUIRED, CODE_MAX, field_check_line, &code, NULL))
    return false;
  ack->error = wire_error_from_code (code);
  ack->message = read_sentence (json_object_find (json, "message"));
  return true;
}

void
wire_ack_from_json (const JsonValue *json, WireAck *ack)
{
  *ack = (WireAck){ .waiting = -1 };
  if (read_ack (json, ack))
    return;

  ack->error = WIRE_ERROR_MALFORMED;
  ack->message = g_strdup ("The answer is not an acknowledgement.");
}

void
wire_ack_clear (WireAck *ack)
{
  g_clear_pointer (&ack->message, g_free);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds the events of pairing protocol 1: auth, refusals, acknowledgements, error codes.
 */
#include "net/wire/message.h"

#include <string.h>

static JsonValue *
json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonValue *value = json_value_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return value;
}

static void
assert_json (JsonValue *value, const char *expected)
{
  g_autofree char *text = json_value_to_string (value);

  g_assert_cmpstr (text, ==, expected);
  json_value_unref (value);
}

static void
test_error_codes (void)
{
  static const char *const codes[] = { "malformed",  "too-long",     "unknown-event",
                                       "not-paired", "already",      "too-many",
                                       "draining",   "partner-away", "internal" };

  for (int code = WIRE_ERROR_MALFORMED; code <= WIRE_ERROR_INTERNAL; code++)
    {
      g_assert_cmpstr (wire_error_code (code), ==, codes[code]);
      g_assert_cmpint (wire_error_from_code (codes[code]), ==, code);
    }
  g_assert_cmpstr (wire_error_code (-1), ==, "internal");
  g_assert_cmpstr (wire_error_code (WIRE_ERROR_INTERNAL + 1), ==, "internal");
  g_assert_cmpint (wire_error_from_code ("new-in-protocol-2"), ==, WIRE_ERROR_INTERNAL);
  g_assert_cmpint (wire_error_from_code (NULL), ==, WIRE_ERROR_INTERNAL);
}

static void
test_auth (void)
{
  const char text[] = "{\"protocol\":1,\"locale\":\"fr\",\"policy\":\"2024-05-01\",\"adult\":true,"
                      "\"resume\":\"a_b-C9\"}";
  g_autoptr (JsonValue) value = json (text);
  g_autoptr (GError) error = NULL;
  WireAuth auth;

  g_assert_true (wire_auth_from_json (value, &auth, &error));
  g_assert_no_error (error);
  g_assert_cmpint (auth.protocol, ==, 1);
  g_assert_cmpstr (auth.locale, ==, "fr");
  g_assert_cmpstr (auth.policy, ==, "2024-05-01");
  g_assert_true (auth.adult);
  g_assert_cmpstr (auth.resume, ==, "a_b-C9");
  assert_json (wire_auth_to_json (&auth), text);
  wire_auth_clear (&auth);
  g_assert_null (auth.locale);
}

static void
test_auth_least (void)
{
  const char *const texts[] = {
    "{\"protocol\":2}",
    "{\"protocol\":2,\"locale\":null,\"policy\":null,\"adult\":null,\"resume\":null}",
    "{\"protocol\":2,\"shoe\":45}"
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonValue) value = json (texts[i]);
      g_autoptr (GError) error = NULL;
      WireAuth auth;

      g_assert_true (wire_auth_from_json (value, &auth, &error));
      g_assert_no_error (error);
      g_assert_cmpint (auth.protocol, ==, 2);
      g_assert_null (auth.locale);
      g_assert_null (auth.policy);
      g_assert_false (auth.adult);
      g_assert_null (auth.resume);
      assert_json (wire_auth_to_json (&auth), "{\"protocol\":2,\"adult\":false}");
      wire_auth_clear (&auth);
    }
}

static const struct
{
  const char *name, *text;
  int code;
  const char *field;
} refused_auths[] = {
  { "null", "null", WIRE_ERROR_MALFORMED, "object" },
  { "array", "[]", WIRE_ERROR_MALFORMED, "object" },
  { "protocol-missing", "{}", WIRE_ERROR_MALFORMED, "protocol" },
  { "protocol-string", "{\"protocol\":\"1\"}", WIRE_ERROR_MALFORMED, "protocol" },
  { "protocol-real", "{\"protocol\":1.0}", WIRE_ERROR_MALFORMED, "protocol" },
  { "protocol-negative", "{\"protocol\":-1}", WIRE_ERROR_MALFORMED, "protocol" },
  { "protocol-large", "{\"protocol\":4294967297}", WIRE_ERROR_MALFORMED, "protocol" },
  { "locale-number", "{\"protocol\":1,\"locale\":1}", WIRE_ERROR_MALFORMED, "locale" },
  { "locale-36", "{\"protocol\":1,\"locale\":\"012345678901234567890123456789012345\"}",
    WIRE_ERROR_TOO_LONG, "locale" },
  { "policy-33", "{\"protocol\":1,\"policy\":\"012345678901234567890123456789012\"}",
    WIRE_ERROR_TOO_LONG, "policy" },
  { "adult-string", "{\"protocol\":1,\"adult\":\"yes\"}", WIRE_ERROR_MALFORMED, "adult" },
  { "adult-number", "{\"protocol\":1,\"locale\":\"fr\",\"adult\":1}", WIRE_ERROR_MALFORMED,
    "adult" },
  { "resume-space", "{\"protocol\":1,\"locale\":\"fr\",\"resume\":\"a b\"}", WIRE_ERROR_MALFORMED,
    "resume" },
};

static void
test_refused_auth (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (JsonValue) value = json (refused_auths[i].text);
  g_autoptr (GError) error = NULL;
  WireAuth auth;

  g_assert_false (wire_auth_from_json (value, &auth, &error));
  g_assert_error (error, WIRE_ERROR, refused_auths[i].code);
  g_assert_nonnull (strstr (error->message, refused_auths[i].field));
  g_assert_null (auth.locale);
}

/* A client that connects without any auth. */
static void
test_auth_missing (void)
{
  g_autoptr (GError) error = NULL;
  WireAuth auth;

  g_assert_false (wire_auth_from_json (NULL, &auth, &error));
  g_assert_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED);
}

static void
test_refusal_round_trip (void)
{
  static const char *const codes[] = { "protocol-unsupported",
                                       "policy-outdated",
                                       "underage",
                                       "banned",
                                       "full",
                                       "too-many",
                                       "malformed",
                                       "unknown" };

  for (int code = WIRE_REFUSAL_PROTOCOL_UNSUPPORTED; code <= WIRE_REFUSAL_UNKNOWN; code++)
    {
      const WireRefusal sent = {
        .code = (WireRefusalCode) code,
        .message = (char *) "Not now.",
        .version = code == WIRE_REFUSAL_POLICY_OUTDATED ? (char *) "2" : NULL,
        .seconds = code == WIRE_REFUSAL_BANNED ? 60 : 0,
      };
      g_autoptr (JsonValue) value = wire_refusal_to_json (&sent);
      g_autofree char *text = json_value_to_string (value);
      g_autofree char *start =
          g_strdup_printf ("{\"message\":\"Not now.\",\"data\":{\"code\":\"%s\"", codes[code]);
      WireRefusal received;

      g_assert_true (g_str_has_prefix (text, start));
      wire_refusal_from_json (value, &received);
      g_assert_cmpint (received.code, ==, code);
      g_assert_cmpstr (received.message, ==, sent.message);
      g_assert_cmpstr (received.version, ==, sent.version);
      g_assert_cmpint (received.seconds, ==, sent.seconds);
      wire_refusal_clear (&received);
    }
}

/* Whatever a server refuses with can be read. */
static const struct
{
  const char *name, *text;
  WireRefusalCode code;
  const char *message, *version;
  int64_t seconds;
} refusals[] = {
  { "plain", "{\"message\":\"Invalid namespace\"}", WIRE_REFUSAL_UNKNOWN, "Invalid namespace", NULL,
    0 },
  { "string", "\"Invalid namespace\"", WIRE_REFUSAL_UNKNOWN, "Invalid namespace", NULL, 0 },
  { "new-code", "{\"message\":\"a\",\"data\":{\"code\":\"moved\"}}", WIRE_REFUSAL_UNKNOWN, "a",
    NULL, 0 },
  { "empty", "{}", WIRE_REFUSAL_UNKNOWN, "", NULL, 0 },
  { "null", "null", WIRE_REFUSAL_UNKNOWN, "", NULL, 0 },
  { "array", "[1]", WIRE_REFUSAL_UNKNOWN, "", NULL, 0 },
  { "wrong-types",
    "{\"message\":1,\"data\":{\"code\":\"banned\",\"seconds\":\"60\",\"version\":[]}}",
    WIRE_REFUSAL_BANNED, "", NULL, 0 },
  { "data-string", "{\"message\":\"a\",\"data\":\"banned\"}", WIRE_REFUSAL_UNKNOWN, "a", NULL, 0 },
  { "negative", "{\"message\":\"a\",\"data\":{\"code\":\"banned\",\"seconds\":-1}}",
    WIRE_REFUSAL_BANNED, "a", NULL, 0 },
  { "control", "{\"message\":\"a\\u001b[31m\",\"data\":{\"code\":\"full\"}}", WIRE_REFUSAL_FULL, "",
    NULL, 0 },
  { "outdated",
    "{\"message\":\"a\",\"data\":{\"code\":\"policy-outdated\",\"version\":\"2024-06-01\"}}",
    WIRE_REFUSAL_POLICY_OUTDATED, "a", "2024-06-01", 0 },
  { "version-long",
    "{\"message\":\"a\",\"data\":{\"code\":\"policy-outdated\","
    "\"version\":\"012345678901234567890123456789012\"}}",
    WIRE_REFUSAL_POLICY_OUTDATED, "a", NULL, 0 },
};

static void
test_refusal (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (JsonValue) value = json (refusals[i].text);
  WireRefusal refusal;

  wire_refusal_from_json (value, &refusal);
  g_assert_cmpint (refusal.code, ==, refusals[i].code);
  g_assert_cmpstr (refusal.message, ==, refusals[i].message);
  g_assert_cmpstr (refusal.version, ==, refusals[i].version);
  g_assert_cmpint (refusal.seconds, ==, refusals[i].seconds);
  wire_refusal_clear (&refusal);
}

static void
test_refusal_missing (void)
{
  WireRefusal refusal;

  wire_refusal_from_json (NULL, &refusal);
  g_assert_cmpint (refusal.code, ==, WIRE_REFUSAL_UNKNOWN);
  g_assert_cmpstr (refusal.message, ==, "");
  wire_refusal_clear (&refusal);
}

/* A sentence may be long, but not so long that it fills a window. */
static void
test_sentence_limit (void)
{
  for (size_t size = WIRE_SENTENCE_MAX; size <= WIRE_SENTENCE_MAX + 1; size++)
    {
      g_autofree char *sentence = g_strnfill (size, 'a');
      g_autoptr (JsonValue) value = json_new_string (sentence);
      WireRefusal refusal;

      wire_refusal_from_json (value, &refusal);
      g_assert_cmpstr (refusal.message, ==, size == WIRE_SENTENCE_MAX ? sentence : "");
      wire_refusal_clear (&refusal);
    }
}

static void
test_ack_to_json (void)
{
  const WireAck plain = { .ok = true, .waiting = -1 };
  const WireAck waiting = { .ok = true, .waiting = 3 };
  const WireAck failed = { .waiting = -1,
                           .error = WIRE_ERROR_TOO_MANY,
                           .message = (char *) "Slow down." };
  const WireAck silent = { .waiting = -1, .error = WIRE_ERROR_INTERNAL };

  assert_json (wire_ack_to_json (&plain), "{\"ok\":true}");
  assert_json (wire_ack_to_json (&waiting), "{\"ok\":true,\"waiting\":3}");
  assert_json (wire_ack_to_json (&failed),
               "{\"ok\":false,\"error\":\"too-many\",\"message\":\"Slow down.\"}");
  assert_json (wire_ack_to_json (&silent),
               "{\"ok\":false,\"error\":\"internal\",\"message\":\"\"}");
}

static const struct
{
  const char *name, *text;
  bool ok;
  int64_t waiting;
  int error;
  const char *message;
} acks[] = {
  { "ok", "{\"ok\":true}", true, -1, 0, NULL },
  { "waiting", "{\"ok\":true,\"waiting\":12}", true, 12, 0, NULL },
  { "waiting-null", "{\"ok\":true,\"waiting\":null}", true, -1, 0, NULL },
  { "unknown-field", "{\"ok\":true,\"x\":[]}", true, -1, 0, NULL },
  { "failed", "{\"ok\":false,\"error\":\"already\",\"message\":\"You seek already.\"}", false, -1,
    WIRE_ERROR_ALREADY, "You seek already." },
  { "new-code", "{\"ok\":false,\"error\":\"moved\",\"message\":\"a\"}", false, -1,
    WIRE_ERROR_INTERNAL, "a" },
  { "no-sentence", "{\"ok\":false,\"error\":\"already\"}", false, -1, WIRE_ERROR_ALREADY, "" },
};

static void
test_ack (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (JsonValue) value = json (acks[i].text);
  WireAck ack;

  wire_ack_from_json (value, &ack);
  g_assert_cmpint (ack.ok, ==, acks[i].ok);
  g_assert_cmpint (ack.waiting, ==, acks[i].waiting);
  g_assert_cmpstr (ack.message, ==, acks[i].message);
  if (!acks[i].ok)
    g_assert_cmpint (ack.error, ==, acks[i].error);
  wire_ack_clear (&ack);
}

static void
test_malformed_ack (void)
{
  const char *const texts[] = { "null",
                                "true",
                                "[]",
                                "{}",
                                "{\"ok\":1}",
                                "{\"ok\":\"true\"}",
                                "{\"ok\":null}",
                                "{\"ok\":true,\"waiting\":\"1\"}",
                                "{\"ok\":true,\"waiting\":-1}",
                                "{\"ok\":true,\"waiting\":1.5}",
                                "{\"ok\":false}",
                                "{\"ok\":false,\"error\":1}",
                                NULL };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonValue) value = texts[i] != NULL ? json (texts[i]) : NULL;
      WireAck ack;

      wire_ack_from_json (value, &ack);
      g_assert_false (ack.ok);
      g_assert_cmpint (ack.waiting, ==, -1);
      g_assert_cmpint (ack.error, ==, WIRE_ERROR_MALFORMED);
      g_assert_cmpstr (ack.message, !=, "");
      wire_ack_clear (&ack);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/connection/error-codes", test_error_codes);
  g_test_add_func ("/connection/auth", test_auth);
  g_test_add_func ("/connection/auth-least", test_auth_least);
  g_test_add_func ("/connection/auth-missing", test_auth_missing);
  for (size_t i = 0; i < G_N_ELEMENTS (refused_auths); i++)
    {
      g_autofree char *path =
          g_strconcat ("/connection/auth-refused/", refused_auths[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused_auth);
    }
  g_test_add_func ("/connection/refusal-round-trip", test_refusal_round_trip);
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/connection/refusal/", refusals[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refusal);
    }
  g_test_add_func ("/connection/refusal-missing", test_refusal_missing);
  g_test_add_func ("/connection/sentence-limit", test_sentence_limit);
  g_test_add_func ("/connection/ack-to-json", test_ack_to_json);
  for (size_t i = 0; i < G_N_ELEMENTS (acks); i++)
    {
      g_autofree char *path = g_strconcat ("/connection/ack/", acks[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_ack);
    }
  g_test_add_func ("/connection/malformed-ack", test_malformed_ack);
  return g_test_run ();
}

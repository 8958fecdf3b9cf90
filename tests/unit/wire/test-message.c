/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The events of pairing protocol 1: what each side may send, every field's type, need and limit,
 * and that what is written reads back the same. */
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

static WireMessage *
parse (WireSender sender, const char *name, const char *text, GError **error)
{
  g_autoptr (JsonValue) payload = text != NULL ? json (text) : NULL;

  return wire_message_parse (sender, name, payload, error);
}

#define C          WIRE_FROM_CLIENT
#define S          WIRE_FROM_SERVER
#define ID64       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789-_AZaz"
#define LANGUAGE35 "abcdefgh-abcdefgh-abcdefgh-abcdefgh"
#define TOPIC64                                                                                    \
  "caf\u00e9caf\u00e9caf\u00e9caf\u00e9caf\u00e9caf\u00e9caf\u00e9caf\u00e9"                       \
  "caf\u00e9caf\u00e9caf\u00e9caf\u00e91234"
#define WELCOME(rest)                                                                              \
  "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[],\"online\":0,\"resumed\":false" rest "}"
#define ICE(servers)                                                                               \
  "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[" servers                                  \
  "],\"online\":0,\"resumed\":false}"
#define SEEK(languages, topics)                                                                    \
  "{\"languages\":[" languages "],\"topics\":[" topics "],\"video\":true,\"audio\":true}"

/* Arguments that are read, and how they are written again (%NULL: the same). */
static const struct
{
  const char *name;
  WireSender sender;
  WireType type;
  const char *text, *written;
} accepted[] = {
  { "full", S, WIRE_WELCOME,
    "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[{\"urls\":[\"stun:stun.example.net\"]},"
    "{\"urls\":[\"turn:192.0.2.1:3478?transport=udp\",\"turns:turn.example.net\"],"
    "\"username\":\"1700000000:a\",\"credential\":\"c+/=\"}],"
    "\"policy\":{\"version\":\"2024-05-01\",\"languages\":[\"en\",\"fr\",\"pt-BR\"]},"
    "\"online\":7,\"resumed\":true,\"encounter\":\"e\"}",
    NULL },
  { "least", S, WIRE_WELCOME,
    "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[],\"online\":0}", WELCOME ("") },
  { "one-url", S, WIRE_WELCOME, ICE ("{\"urls\":\"stuns:a\"}"), ICE ("{\"urls\":[\"stuns:a\"]}") },
  { "null-for-nothing", S, WIRE_WELCOME, WELCOME (",\"policy\":null,\"encounter\":null"),
    WELCOME ("") },
  { "full", C, WIRE_SEEK,
    "{\"languages\":[\"fr\",\"de-CH-1996\"],\"topics\":[\"cin\u00e9ma\",\"old maps\"],"
    "\"video\":false,\"audio\":true}",
    NULL },
  { "nothing", C, WIRE_SEEK, NULL, SEEK ("", "") },
  { "empty", C, WIRE_SEEK, "{}", SEEK ("", "") },
  { "unknown-field", C, WIRE_SEEK, "{\"mood\":{\"a\":[1]},\"audio\":false}",
    "{\"languages\":[],\"topics\":[],\"video\":true,\"audio\":false}" },
  { "limits", C, WIRE_SEEK, SEEK ("\"" LANGUAGE35 "\"", "\"" TOPIC64 "\""), NULL },
  { "eight", C, WIRE_SEEK,
    SEEK ("\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"",
          "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\""),
    NULL },
  { "nothing", C, WIRE_LEAVE, NULL, "{}" },
  { "empty", C, WIRE_LEAVE, "{}", NULL },
  { "unknown-field", C, WIRE_LEAVE, "{\"why\":1}", "{}" },
  { "caller", S, WIRE_PAIRED,
    "{\"encounter\":\"e\",\"role\":\"caller\",\"common\":{\"languages\":[\"fr\"],"
    "\"topics\":[\"cinema\"]}}",
    NULL },
  { "callee", S, WIRE_PAIRED,
    "{\"encounter\":\"" ID64 "\",\"role\":\"callee\",\"common\":{\"languages\":[],\"topics\":[]}}",
    NULL },
  { "noise", C, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"AQIDBA==\"}",
    NULL },
  { "sealed", S, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"sealed\",\"body\":\"\"}", NULL },
  { "hang-up", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"hang-up\"}", NULL },
  { "next", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"next\"}", NULL },
  { "failed", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"failed\"}", NULL },
  { "hang-up", S, WIRE_ENDED, "{\"encounter\":\"e\",\"reason\":\"hang-up\"}", NULL },
  { "lost", S, WIRE_ENDED, "{\"encounter\":\"e\",\"reason\":\"lost\"}", NULL },
  { "minor", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"minor\"}", NULL },
  { "nudity", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"nudity\"}", NULL },
  { "harassment", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"harassment\"}", NULL },
  { "spam", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"spam\"}", NULL },
  { "other", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"other\"}", NULL },
  { "block", C, WIRE_BLOCK, "{\"encounter\":\"e\"}", NULL },
  { "version", S, WIRE_POLICY_CHANGED, "{\"version\":\"2024-06-01\"}", NULL },
  { "away", S, WIRE_PARTNER, "{\"encounter\":\"e\",\"state\":\"away\"}", NULL },
  { "back", S, WIRE_PARTNER, "{\"encounter\":\"e\",\"state\":\"back\"}", NULL },
  { "nothing", S, WIRE_CLOSING, NULL, "{}" },
  { "empty", S, WIRE_CLOSING, "{}", NULL },
};

static void
test_accepted (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (WireMessage) message =
      parse (accepted[i].sender, wire_event_name (accepted[i].type), accepted[i].text, &error);
  g_autoptr (WireMessage) again = NULL;
  g_autoptr (JsonValue) value = NULL;
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (message->type, ==, accepted[i].type);
  value = wire_message_to_json (message);
  written = json_value_to_string (value);
  g_assert_cmpstr (written, ==,
                   accepted[i].written != NULL ? accepted[i].written : accepted[i].text);

  again =
      wire_message_parse (accepted[i].sender, wire_event_name (accepted[i].type), value, &error);
  g_assert_no_error (error);
  g_assert_nonnull (again);
}

static const struct
{
  const char *name;
  WireSender sender;
  WireType type;
  const char *text;
  int code;
  const char *field;
} refused[] = {
  { "id-empty", C, WIRE_BLOCK, "{\"encounter\":\"\"}", WIRE_ERROR_MALFORMED, "encounter" },
  { "id-65", C, WIRE_BLOCK, "{\"encounter\":\"" ID64 "0\"}", WIRE_ERROR_TOO_LONG, "encounter" },
  { "id-space", C, WIRE_BLOCK, "{\"encounter\":\"a b\"}", WIRE_ERROR_MALFORMED, "encounter" },
  { "id-slash", C, WIRE_BLOCK, "{\"encounter\":\"a/b\"}", WIRE_ERROR_MALFORMED, "encounter" },
  { "id-utf-8", C, WIRE_BLOCK, "{\"encounter\":\"\u00e9\"}", WIRE_ERROR_MALFORMED, "encounter" },
  { "id-line-break", C, WIRE_BLOCK, "{\"encounter\":\"a\\n\"}", WIRE_ERROR_MALFORMED, "encounter" },
  { "argument-null", C, WIRE_LEAVE, "null", WIRE_ERROR_MALFORMED, "object" },
  { "argument-array", C, WIRE_LEAVE, "[]", WIRE_ERROR_MALFORMED, "object" },
  { "argument-string", C, WIRE_SEEK, "\"a\"", WIRE_ERROR_MALFORMED, "object" },
  { "argument-missing", C, WIRE_BLOCK, NULL, WIRE_ERROR_MALFORMED, "encounter" },
  { "languages-9", C, WIRE_SEEK,
    "{\"languages\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}", WIRE_ERROR_TOO_LONG,
    "languages" },
  { "languages-36", C, WIRE_SEEK, "{\"languages\":[\"" LANGUAGE35 "a\"]}", WIRE_ERROR_TOO_LONG,
    "languages" },
  { "languages-number", C, WIRE_SEEK, "{\"languages\":[\"fr\",1]}", WIRE_ERROR_MALFORMED,
    "languages" },
  { "languages-empty", C, WIRE_SEEK, "{\"languages\":[\"\"]}", WIRE_ERROR_MALFORMED, "languages" },
  { "languages-space", C, WIRE_SEEK, "{\"languages\":[\"f r\"]}", WIRE_ERROR_MALFORMED,
    "languages" },
  { "topics-9", C, WIRE_SEEK,
    "{\"topics\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}", WIRE_ERROR_TOO_LONG,
    "topics" },
  { "topics-65", C, WIRE_SEEK, "{\"topics\":[\"" TOPIC64 "a\"]}", WIRE_ERROR_TOO_LONG, "topics" },
  { "topics-empty", C, WIRE_SEEK, "{\"topics\":[\"\"]}", WIRE_ERROR_MALFORMED, "topics" },
  { "topics-control", C, WIRE_SEEK, "{\"topics\":[\"a\\u001bb\"]}", WIRE_ERROR_MALFORMED,
    "topics" },
  { "topics-control-c1", C, WIRE_SEEK, "{\"topics\":[\"a\\u0085b\"]}", WIRE_ERROR_MALFORMED,
    "topics" },
  { "topics-nested", C, WIRE_SEEK, "{\"topics\":[[\"a\"]]}", WIRE_ERROR_MALFORMED, "topics" },
  { "role", S, WIRE_PAIRED,
    "{\"encounter\":\"e\",\"role\":\"host\",\"common\":{\"languages\":[],\"topics\":[]}}",
    WIRE_ERROR_MALFORMED, "role" },
  { "common-no-languages", S, WIRE_PAIRED,
    "{\"encounter\":\"e\",\"role\":\"caller\",\"common\":{\"topics\":[]}}", WIRE_ERROR_MALFORMED,
    "common.languages" },
  { "common-no-topics", S, WIRE_PAIRED,
    "{\"encounter\":\"e\",\"role\":\"caller\",\"common\":{\"languages\":[]}}", WIRE_ERROR_MALFORMED,
    "common.topics" },
  { "kind", C, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"plain\",\"body\":\"\"}",
    WIRE_ERROR_MALFORMED, "kind" },
  { "body-no-padding", C, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"AQI\"}",
    WIRE_ERROR_MALFORMED, "body" },
  { "body-url", C, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"_-_-\"}",
    WIRE_ERROR_MALFORMED, "body" },
  { "body-line-break", C, WIRE_RELAY,
    "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"AQID\\nAQID\"}", WIRE_ERROR_MALFORMED,
    "body" },
  { "body-stray-bits", C, WIRE_RELAY, "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"AR==\"}",
    WIRE_ERROR_MALFORMED, "body" },
  { "body-utf-8", C, WIRE_RELAY,
    "{\"encounter\":\"e\",\"kind\":\"noise\",\"body\":\"\u00e9\u00e9\"}", WIRE_ERROR_MALFORMED,
    "body" },
  { "reason", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"bored\"}", WIRE_ERROR_MALFORMED,
    "reason" },
  { "reason-of-a-server", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"lost\"}",
    WIRE_ERROR_MALFORMED, "reason" },
  { "reason-case", C, WIRE_END, "{\"encounter\":\"e\",\"reason\":\"Next\"}", WIRE_ERROR_MALFORMED,
    "reason" },
  { "reason", S, WIRE_ENDED, "{\"encounter\":\"e\",\"reason\":\"report\"}", WIRE_ERROR_MALFORMED,
    "reason" },
  { "reason", C, WIRE_REPORT, "{\"encounter\":\"e\",\"reason\":\"\"}", WIRE_ERROR_MALFORMED,
    "reason" },
  { "state", S, WIRE_PARTNER, "{\"encounter\":\"e\",\"state\":\"gone\"}", WIRE_ERROR_MALFORMED,
    "state" },
  { "version-33", S, WIRE_POLICY_CHANGED, "{\"version\":\"012345678901234567890123456789012\"}",
    WIRE_ERROR_TOO_LONG, "version" },
  { "version-empty", S, WIRE_POLICY_CHANGED, "{\"version\":\"\"}", WIRE_ERROR_MALFORMED,
    "version" },
  { "online-negative", S, WIRE_WELCOME,
    "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[],\"online\":-1}", WIRE_ERROR_MALFORMED,
    "online" },
  { "online-2-53", S, WIRE_WELCOME,
    "{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[],\"online\":9007199254740992}",
    WIRE_ERROR_MALFORMED, "online" },
  { "policy-no-version", S, WIRE_WELCOME, WELCOME (",\"policy\":{\"languages\":[]}"),
    WIRE_ERROR_MALFORMED, "policy.version" },
  { "policy-no-languages", S, WIRE_WELCOME, WELCOME (",\"policy\":{\"version\":\"1\"}"),
    WIRE_ERROR_MALFORMED, "policy.languages" },
  { "ice-not-an-object", S, WIRE_WELCOME, ICE ("\"stun:a\""), WIRE_ERROR_MALFORMED, "ice_servers" },
  { "ice-no-urls", S, WIRE_WELCOME, ICE ("{}"), WIRE_ERROR_MALFORMED, "ice_servers.urls" },
  { "ice-urls-empty", S, WIRE_WELCOME, ICE ("{\"urls\":[]}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-urls-number", S, WIRE_WELCOME, ICE ("{\"urls\":1}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-urls-of-numbers", S, WIRE_WELCOME, ICE ("{\"urls\":[1]}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-urls-9", S, WIRE_WELCOME,
    ICE ("{\"urls\":[\"stun:a\",\"stun:a\",\"stun:a\",\"stun:a\",\"stun:a\",\"stun:a\",\"stun:a\","
         "\"stun:a\",\"stun:a\"]}"),
    WIRE_ERROR_TOO_LONG, "ice_servers.urls" },
  { "ice-scheme", S, WIRE_WELCOME, ICE ("{\"urls\":\"https://example.net\"}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-scheme-alone", S, WIRE_WELCOME, ICE ("{\"urls\":[\"turn:\"]}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-space", S, WIRE_WELCOME, ICE ("{\"urls\":\"stun:a b\"}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-utf-8", S, WIRE_WELCOME, ICE ("{\"urls\":\"stun:\u00e9\"}"), WIRE_ERROR_MALFORMED,
    "ice_servers.urls" },
  { "ice-username", S, WIRE_WELCOME, ICE ("{\"urls\":\"turn:a\",\"username\":1}"),
    WIRE_ERROR_MALFORMED, "ice_servers.username" },
  { "ice-credential", S, WIRE_WELCOME, ICE ("{\"urls\":\"turn:a\",\"credential\":\"a\\nb\"}"),
    WIRE_ERROR_MALFORMED, "ice_servers.credential" },
};

static void
test_refused (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      parse (refused[i].sender, wire_event_name (refused[i].type), refused[i].text, &error));
  g_assert_error (error, WIRE_ERROR, refused[i].code);
  g_assert_nonnull (strstr (error->message, refused[i].field));
}

/* Every field: the type that it must have, and whether it may be left out. */
static const struct
{
  WireType type;
  const char *field;
  JsonType json_type;
  bool optional;
} fields[] = {
  { WIRE_WELCOME, "session", JSON_TYPE_STRING, false },
  { WIRE_WELCOME, "resume", JSON_TYPE_STRING, false },
  { WIRE_WELCOME, "ice_servers", JSON_TYPE_ARRAY, false },
  { WIRE_WELCOME, "policy", JSON_TYPE_OBJECT, true },
  { WIRE_WELCOME, "online", JSON_TYPE_INTEGER, false },
  { WIRE_WELCOME, "resumed", JSON_TYPE_BOOLEAN, true },
  { WIRE_WELCOME, "encounter", JSON_TYPE_STRING, true },
  { WIRE_SEEK, "languages", JSON_TYPE_ARRAY, true },
  { WIRE_SEEK, "topics", JSON_TYPE_ARRAY, true },
  { WIRE_SEEK, "video", JSON_TYPE_BOOLEAN, true },
  { WIRE_SEEK, "audio", JSON_TYPE_BOOLEAN, true },
  { WIRE_PAIRED, "encounter", JSON_TYPE_STRING, false },
  { WIRE_PAIRED, "role", JSON_TYPE_STRING, false },
  { WIRE_PAIRED, "common", JSON_TYPE_OBJECT, false },
  { WIRE_RELAY, "encounter", JSON_TYPE_STRING, false },
  { WIRE_RELAY, "kind", JSON_TYPE_STRING, false },
  { WIRE_RELAY, "body", JSON_TYPE_STRING, false },
  { WIRE_END, "encounter", JSON_TYPE_STRING, false },
  { WIRE_END, "reason", JSON_TYPE_STRING, false },
  { WIRE_ENDED, "encounter", JSON_TYPE_STRING, false },
  { WIRE_ENDED, "reason", JSON_TYPE_STRING, false },
  { WIRE_REPORT, "encounter", JSON_TYPE_STRING, false },
  { WIRE_REPORT, "reason", JSON_TYPE_STRING, false },
  { WIRE_BLOCK, "encounter", JSON_TYPE_STRING, false },
  { WIRE_POLICY_CHANGED, "version", JSON_TYPE_STRING, false },
  { WIRE_PARTNER, "encounter", JSON_TYPE_STRING, false },
  { WIRE_PARTNER, "state", JSON_TYPE_STRING, false },
};

typedef struct
{
  const char *field; /* left out, or replaced by @value */
  JsonValue *value;
  JsonValue *copy;
} Change;

static bool
copy_member (const char *key, JsonValue *value, void *data)
{
  Change *change = data;

  if (strcmp (key, change->field) != 0)
    json_object_put (change->copy, key, json_value_ref (value));
  else if (change->value != NULL)
    json_object_put (change->copy, key, json_value_ref (change->value));
  return true;
}

/* Returns the first accepted argument of @type with @field replaced by @value, or without it. */
static JsonValue *
changed (WireType type, const char *field, JsonValue *value, WireSender *sender)
{
  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr (JsonValue) good = NULL;
      Change change = { .field = field, .value = value };

      if (accepted[i].type != type)
        continue;
      *sender = accepted[i].sender;
      good = json (accepted[i].text);
      g_assert_nonnull (json_object_find (good, field));
      change.copy = json_new_object ();
      json_object_each (good, copy_member, &change);
      return change.copy;
    }
  g_assert_not_reached ();
}

static void
test_field (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  const char *const values[] = { "null", "true", "1", "1.0", "\"1\"", "[]", "{}" };
  const char *name = wire_event_name (fields[i].type);

  for (size_t j = 0; j <= G_N_ELEMENTS (values); j++)
    {
      g_autoptr (JsonValue) value = j < G_N_ELEMENTS (values) ? json (values[j]) : NULL;
      JsonType type = value != NULL ? json_value_get_type (value) : JSON_TYPE_NULL;
      WireSender sender;
      g_autoptr (JsonValue) argument = changed (fields[i].type, fields[i].field, value, &sender);
      g_autoptr (GError) error = NULL;
      g_autoptr (WireMessage) message = NULL;

      if (type == fields[i].json_type)
        continue;
      message = wire_message_parse (sender, name, argument, &error);
      if (type == JSON_TYPE_NULL && fields[i].optional)
        {
          g_assert_no_error (error);
          g_assert_nonnull (message);
        }
      else
        {
          g_assert_null (message);
          g_assert_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED);
          g_assert_nonnull (strstr (error->message, fields[i].field));
        }
    }
}

/* Each side has its own events. */
static void
test_senders (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      WireSender other = accepted[i].sender == C ? S : C;
      g_autoptr (GError) error = NULL;
      g_autoptr (WireMessage) message =
          parse (other, wire_event_name (accepted[i].type), accepted[i].text, &error);

      if (accepted[i].type == WIRE_RELAY)
        g_assert_no_error (error);
      else
        g_assert_error (error, WIRE_ERROR, WIRE_ERROR_UNKNOWN_EVENT);
      g_assert_cmpint (message != NULL, ==, accepted[i].type == WIRE_RELAY);
    }
}

static void
test_unknown_event (void)
{
  const char *const names[] = { "message", "", "Seek", "seek ", NULL };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (C, names[i], "{}", &error));
      g_assert_error (error, WIRE_ERROR, WIRE_ERROR_UNKNOWN_EVENT);
    }
}

static void
test_welcome (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WireMessage) message = parse (S, "welcome", accepted[0].text, &error);
  const WireIceServer *stun, *turn;

  g_assert_no_error (error);
  g_assert_cmpstr (message->welcome.session, ==, "s");
  g_assert_cmpstr (message->welcome.resume, ==, "r");
  g_assert_cmpuint (message->welcome.ice_servers->len, ==, 2);
  stun = g_ptr_array_index (message->welcome.ice_servers, 0);
  g_assert_cmpstr (stun->urls[0], ==, "stun:stun.example.net");
  g_assert_null (stun->urls[1]);
  g_assert_null (stun->username);
  turn = g_ptr_array_index (message->welcome.ice_servers, 1);
  g_assert_cmpuint (g_strv_length (turn->urls), ==, 2);
  g_assert_cmpstr (turn->username, ==, "1700000000:a");
  g_assert_cmpstr (turn->credential, ==, "c+/=");
  g_assert_cmpstr (message->welcome.policy_version, ==, "2024-05-01");
  g_assert_cmpuint (g_strv_length (message->welcome.policy_languages), ==, 3);
  g_assert_cmpstr (message->welcome.policy_languages[2], ==, "pt-BR");
  g_assert_cmpint (message->welcome.online, ==, 7);
  g_assert_true (message->welcome.resumed);
  g_assert_cmpstr (message->welcome.encounter, ==, "e");
}

static void
test_welcome_without_policy (void)
{
  g_autoptr (WireMessage) message = parse (S, "welcome", WELCOME (""), NULL);

  g_assert_null (message->welcome.policy_version);
  g_assert_cmpuint (g_strv_length (message->welcome.policy_languages), ==, 0);
  g_assert_null (message->welcome.encounter);
  g_assert_false (message->welcome.resumed);
}

static void
test_too_many_ice_servers (void)
{
  for (unsigned count = WIRE_ICE_SERVERS_MAX; count <= WIRE_ICE_SERVERS_MAX + 1; count++)
    {
      g_autoptr (WireMessage) message = wire_message_new (WIRE_WELCOME);
      g_autoptr (WireMessage) read = NULL;
      g_autoptr (JsonValue) value = NULL;
      g_autoptr (GError) error = NULL;
      const char *urls[] = { "stun:a", NULL };
      const WireIceServer server = { .urls = (char **) urls };

      message->welcome.session = g_strdup ("s");
      message->welcome.resume = g_strdup ("r");
      for (unsigned i = 0; i < count; i++)
        g_ptr_array_add (message->welcome.ice_servers, wire_ice_server_copy (&server));
      value = wire_message_to_json (message);
      read = wire_message_parse (S, "welcome", value, &error);
      if (count <= WIRE_ICE_SERVERS_MAX)
        g_assert_cmpuint (read->welcome.ice_servers->len, ==, count);
      else
        g_assert_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG);
    }
}

static void
test_seek (void)
{
  g_autoptr (WireMessage) message =
      parse (C, "seek", "{\"languages\":[\"fr\",\"en\"],\"topics\":[\"cinema\"],\"audio\":false}",
             NULL);
  g_autoptr (WireMessage) bare = parse (C, "seek", NULL, NULL);

  g_assert_cmpuint (g_strv_length (message->seek.languages), ==, 2);
  g_assert_cmpstr (message->seek.languages[1], ==, "en");
  g_assert_cmpstr (message->seek.topics[0], ==, "cinema");
  g_assert_true (message->seek.video);
  g_assert_false (message->seek.audio);

  g_assert_cmpuint (g_strv_length (bare->seek.languages), ==, 0);
  g_assert_cmpuint (g_strv_length (bare->seek.topics), ==, 0);
  g_assert_true (bare->seek.video);
  g_assert_true (bare->seek.audio);
}

static void
test_paired (void)
{
  g_autoptr (WireMessage) message = parse (
      S, "paired",
      "{\"encounter\":\"e\",\"role\":\"callee\",\"common\":{\"languages\":[\"fr\"],\"topics\":[]}}",
      NULL);

  g_assert_cmpstr (message->paired.encounter, ==, "e");
  g_assert_cmpint (message->paired.role, ==, WIRE_CALLEE);
  g_assert_cmpstr (message->paired.common_languages[0], ==, "fr");
  g_assert_cmpuint (g_strv_length (message->paired.common_topics), ==, 0);
}

static void
test_relay (void)
{
  g_autoptr (WireMessage) message =
      parse (C, "relay", "{\"encounter\":\"e\",\"kind\":\"sealed\",\"body\":\"AAH/\"}", NULL);
  const uint8_t expected[] = { 0, 1, 255 };
  size_t size;
  const void *bytes = g_bytes_get_data (message->relay.body, &size);

  g_assert_cmpstr (message->relay.encounter, ==, "e");
  g_assert_cmpint (message->relay.kind, ==, WIRE_KIND_SEALED);
  g_assert_cmpmem (bytes, size, expected, sizeof expected);
}

/* The largest body goes through, four letters more do not; both within a packet. */
static void
test_relay_limit (void)
{
  for (size_t letters = WIRE_BODY_MAX; letters <= WIRE_BODY_MAX + 4; letters += 4)
    {
      size_t size = letters / 4 * 3;
      g_autofree uint8_t *bytes = g_malloc (size);
      g_autoptr (WireMessage) message = wire_message_new (WIRE_RELAY);
      g_autoptr (WireMessage) read = NULL;
      g_autoptr (JsonValue) value = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) g_test_rand_int_range (0, 256);
      message->relay.encounter = g_strdup (ID64);
      message->relay.kind = WIRE_KIND_SEALED;
      message->relay.body = g_bytes_new (bytes, size);
      value = wire_message_to_json (message);
      text = json_value_to_string (value);
      g_assert_cmpuint (strlen (text), <, WIRE_PACKET_MAX);

      read = wire_message_parse (S, "relay", value, &error);
      if (letters == WIRE_BODY_MAX)
        {
          g_assert_no_error (error);
          g_assert_true (g_bytes_equal (read->relay.body, message->relay.body));
        }
      else
        g_assert_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG);
    }
}

/* Who was reported does not learn it. */
static void
test_report_ends_like_a_hang_up (void)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_ENDED);
  g_autoptr (JsonValue) value = NULL;
  g_autofree char *text = NULL;

  message->end.encounter = g_strdup ("e");
  message->end.reason = WIRE_END_REPORT;
  value = wire_message_to_json (message);
  text = json_value_to_string (value);
  g_assert_cmpstr (text, ==, "{\"encounter\":\"e\",\"reason\":\"hang-up\"}");
}

static void
test_reasons (void)
{
  g_autoptr (WireMessage) lost =
      parse (S, "ended", "{\"encounter\":\"e\",\"reason\":\"lost\"}", NULL);
  g_autoptr (WireMessage) hang_up =
      parse (S, "ended", "{\"encounter\":\"e\",\"reason\":\"hang-up\"}", NULL);
  g_autoptr (WireMessage) spam =
      parse (C, "report", "{\"encounter\":\"e\",\"reason\":\"spam\"}", NULL);
  g_autoptr (WireMessage) away =
      parse (S, "partner", "{\"encounter\":\"e\",\"state\":\"away\"}", NULL);
  g_autoptr (WireMessage) back =
      parse (S, "partner", "{\"encounter\":\"e\",\"state\":\"back\"}", NULL);

  g_assert_cmpint (lost->end.reason, ==, WIRE_END_LOST);
  g_assert_cmpint (hang_up->end.reason, ==, WIRE_END_HANG_UP);
  g_assert_cmpint (spam->report.reason, ==, WIRE_REPORT_SPAM);
  g_assert_true (away->partner.away);
  g_assert_false (back->partner.away);
}

/* A sentence names the field and quotes nothing of what was in it. */
static void
test_sentence_quotes_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (C, "block", "{\"encounter\":\"SECRET words\"}", &error));
  g_assert_null (strstr (error->message, "SECRET"));
}

static void
test_ice_server_copy (void)
{
  const char *urls[] = { "turn:a", "turns:b", NULL };
  const WireIceServer server = { .urls = (char **) urls,
                                 .username = (char *) "u",
                                 .credential = (char *) "c" };
  WireIceServer *copy = wire_ice_server_copy (&server);

  g_assert_true (g_strv_equal ((const char *const *) copy->urls, urls));
  g_assert_true (copy->urls[0] != urls[0]);
  g_assert_cmpstr (copy->username, ==, "u");
  g_assert_cmpstr (copy->credential, ==, "c");
  wire_ice_server_free (copy);
  wire_ice_server_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/message/accepted/%s/%s", wire_event_name (accepted[i].type),
                           accepted[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_accepted);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strdup_printf ("/message/refused/%s/%s",
                                               wire_event_name (refused[i].type), refused[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *path = g_strdup_printf ("/message/field/%s/%s",
                                               wire_event_name (fields[i].type), fields[i].field);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_field);
    }
  g_test_add_func ("/message/senders", test_senders);
  g_test_add_func ("/message/unknown-event", test_unknown_event);
  g_test_add_func ("/message/welcome", test_welcome);
  g_test_add_func ("/message/welcome-without-policy", test_welcome_without_policy);
  g_test_add_func ("/message/too-many-ice-servers", test_too_many_ice_servers);
  g_test_add_func ("/message/seek", test_seek);
  g_test_add_func ("/message/paired", test_paired);
  g_test_add_func ("/message/relay", test_relay);
  g_test_add_func ("/message/relay-limit", test_relay_limit);
  g_test_add_func ("/message/report-ends-like-a-hang-up", test_report_ends_like_a_hang_up);
  g_test_add_func ("/message/reasons", test_reasons);
  g_test_add_func ("/message/sentence-quotes-nothing", test_sentence_quotes_nothing);
  g_test_add_func ("/message/ice-server-copy", test_ice_server_copy);
  return g_test_run ();
}

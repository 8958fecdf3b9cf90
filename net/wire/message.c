/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The events of pairing protocol 1: see message.h. One reader and one writer each; which side may
 * send what is in one table. What surrounds them (auth, refusals, acknowledgements) is in
 * message-connection.c, what clients say to each other in peer-message.c. */
#include "net/wire/message.h"

#include "net/wire/fields.h"
#include "net/wire/text.h"

#include <string.h>

#define ICE_URLS_MAX 8 /* of one server */

static const char *const role_words[] = { "caller", "callee" };
static const char *const kind_words[] = { "noise", "sealed" };
static const char *const report_words[] = { "minor", "nudity", "harassment", "spam", "other" };
static const char *const partner_words[] = { "back", "away" }; /* as bool away */
/* A report looks like any other end to the one who was reported. */
static const char *const end_words[] = { "hang-up", "next", "failed", "lost", "hang-up" };
#define END_WORDS_OF_CLIENT 3
#define END_WORDS_OF_SERVER 4

WireIceServer *
wire_ice_server_copy (const WireIceServer *server)
{
  WireIceServer *copy = g_new0 (WireIceServer, 1);

  copy->urls = g_strdupv (server->urls);
  copy->username = g_strdup (server->username);
  copy->credential = g_strdup (server->credential);
  return copy;
}

void
wire_ice_server_free (WireIceServer *server)
{
  if (server == NULL)
    return;

  g_strfreev (server->urls);
  g_free (server->username);
  g_free (server->credential);
  g_free (server);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WireIceServer, wire_ice_server_free)

/* RFC 7064 and RFC 7065: the scheme, and then only what an address is made of. */
static const char *
check_ice_url (const char *url)
{
  static const char *const schemes[] = { "stun:", "stuns:", "turn:", "turns:" };

  for (const char *at = url; *at != '\0'; at++)
    {
      if (!g_ascii_isgraph (*at))
        return "must hold addresses without spaces";
    }
  for (size_t i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      if (g_str_has_prefix (url, schemes[i]) && url[strlen (schemes[i])] != '\0')
        return NULL;
    }
  return "must hold stun:, stuns:, turn: or turns: addresses";
}

static bool
read_ice_urls (const JsonValue *json, WireIceServer *server, GError **error)
{
  const JsonValue *urls = json_object_find (json, "urls");
  char *url = NULL;

  /* The standard lets one address stand without a list. */
  if (urls != NULL && json_value_get_type (urls) == JSON_TYPE_STRING)
    {
      if (!field_string (json, "ice_servers.urls", FIELD_REQUIRED, WIRE_URL_MAX, check_ice_url,
                         &url, error))
        return false;
      server->urls = g_new0 (char *, 2);
      server->urls[0] = url;
      return true;
    }

  if (!field_strings (json, "ice_servers.urls", FIELD_REQUIRED, ICE_URLS_MAX, WIRE_URL_MAX,
                      check_ice_url, &server->urls, error))
    return false;
  if (server->urls[0] != NULL)
    return true;

  g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_MALFORMED,
                       "The field \"ice_servers.urls\" must not be empty.");
  return false;
}

static bool
read_ice_servers (const JsonValue *json, GPtrArray *servers, GError **error)
{
  const JsonValue *array;

  if (!field_array (json, "ice_servers", FIELD_REQUIRED, WIRE_ICE_SERVERS_MAX, &array, error))
    return false;

  for (size_t i = 0; i < json_array_length (array); i++)
    {
      const JsonValue *entry = json_array_at (array, i);
      g_autoptr (WireIceServer) server = g_new0 (WireIceServer, 1);

      if (!field_is_object (entry, NULL))
        {
          g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_MALFORMED,
                               "The field \"ice_servers\" must be a list of objects.");
          return false;
        }
      if (!read_ice_urls (entry, server, error) ||
          !field_string (entry, "ice_servers.username", FIELD_OPTIONAL, WIRE_URL_MAX,
                         field_check_line, &server->username, error) ||
          !field_string (entry, "ice_servers.credential", FIELD_OPTIONAL, WIRE_URL_MAX,
                         field_check_line, &server->credential, error))
        return false;
      g_ptr_array_add (servers, g_steal_pointer (&server));
    }
  return true;
}

static JsonValue *
write_ice_servers (const GPtrArray *servers)
{
  JsonValue *array = json_new_array ();

  for (unsigned i = 0; i < servers->len; i++)
    {
      const WireIceServer *server = g_ptr_array_index (servers, i);
      JsonValue *entry = json_new_object ();

      json_object_put (entry, "urls", field_new_strings ((const char *const *) server->urls));
      field_put_optional (entry, "username", server->username);
      field_put_optional (entry, "credential", server->credential);
      json_array_add (array, entry);
    }
  return array;
}

static bool
read_welcome (const JsonValue *json, WireMessage *message, GError **error)
{
  const JsonValue *policy;

  if (!field_id (json, "session", FIELD_REQUIRED, &message->welcome.session, error) ||
      !field_id (json, "resume", FIELD_REQUIRED, &message->welcome.resume, error) ||
      !read_ice_servers (json, message->welcome.ice_servers, error) ||
      !field_object (json, "policy", FIELD_OPTIONAL, &policy, error) ||
      !field_integer (json, "online", FIELD_REQUIRED, 0, FIELD_INTEGER_MAX,
                      &message->welcome.online, error) ||
      !field_boolean (json, "resumed", FIELD_OPTIONAL, &message->welcome.resumed, error) ||
      !field_id (json, "encounter", FIELD_OPTIONAL, &message->welcome.encounter, error))
    return false;

  return policy == NULL ||
         (field_string (policy, "policy.version", FIELD_REQUIRED, WIRE_VERSION_MAX,
                        field_check_line, &message->welcome.policy_version, error) &&
          field_strings (policy, "policy.languages", FIELD_REQUIRED, WIRE_POLICY_LANGUAGES_MAX,
                         WIRE_LANGUAGE_MAX, field_check_language,
                         &message->welcome.policy_languages, error));
}

static void
write_welcome (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "session", message->welcome.session);
  json_object_put_string (json, "resume", message->welcome.resume);
  json_object_put (json, "ice_servers", write_ice_servers (message->welcome.ice_servers));
  if (message->welcome.policy_version != NULL)
    {
      JsonValue *policy = json_new_object ();

      json_object_put_string (policy, "version", message->welcome.policy_version);
      json_object_put (policy, "languages",
                       field_new_strings ((const char *const *) message->welcome.policy_languages));
      json_object_put (json, "policy", policy);
    }
  json_object_put_integer (json, "online", message->welcome.online);
  json_object_put_boolean (json, "resumed", message->welcome.resumed);
  field_put_optional (json, "encounter", message->welcome.encounter);
}

static bool
read_languages (const JsonValue *json,
                const char *path,
                FieldNeed need,
                char ***out,
                GError **error)
{
  return field_strings (json, path, need, WIRE_LIST_MAX, WIRE_LANGUAGE_MAX, field_check_language,
                        out, error);
}

static bool
read_topics (const JsonValue *json, const char *path, FieldNeed need, char ***out, GError **error)
{
  return field_strings (json, path, need, WIRE_LIST_MAX, WIRE_TOPIC_MAX, field_check_line, out,
                        error);
}

static bool
read_seek (const JsonValue *json, WireMessage *message, GError **error)
{
  message->seek.video = true;
  message->seek.audio = true;
  return read_languages (json, "languages", FIELD_OPTIONAL, &message->seek.languages, error) &&
         read_topics (json, "topics", FIELD_OPTIONAL, &message->seek.topics, error) &&
         field_boolean (json, "video", FIELD_OPTIONAL, &message->seek.video, error) &&
         field_boolean (json, "audio", FIELD_OPTIONAL, &message->seek.audio, error);
}

static void
write_seek (const WireMessage *message, JsonValue *json)
{
  json_object_put (json, "languages",
                   field_new_strings ((const char *const *) message->seek.languages));
  json_object_put (json, "topics", field_new_strings ((const char *const *) message->seek.topics));
  json_object_put_boolean (json, "video", message->seek.video);
  json_object_put_boolean (json, "audio", message->seek.audio);
}

static bool
read_paired (const JsonValue *json, WireMessage *message, GError **error)
{
  const JsonValue *common;
  unsigned role;

  if (!field_id (json, "encounter", FIELD_REQUIRED, &message->paired.encounter, error) ||
      !field_word (json, "role", role_words, G_N_ELEMENTS (role_words), &role, error) ||
      !field_object (json, "common", FIELD_REQUIRED, &common, error) ||
      !read_languages (common, "common.languages", FIELD_REQUIRED,
                       &message->paired.common_languages, error) ||
      !read_topics (common, "common.topics", FIELD_REQUIRED, &message->paired.common_topics, error))
    return false;

  message->paired.role = (WireRole) role;
  return true;
}

static void
write_paired (const WireMessage *message, JsonValue *json)
{
  JsonValue *common = json_new_object ();

  json_object_put (common, "languages",
                   field_new_strings ((const char *const *) message->paired.common_languages));
  json_object_put (common, "topics",
                   field_new_strings ((const char *const *) message->paired.common_topics));
  json_object_put_string (json, "encounter", message->paired.encounter);
  json_object_put_string (json, "role", role_words[message->paired.role]);
  json_object_put (json, "common", common);
}

static bool
read_relay (const JsonValue *json, WireMessage *message, GError **error)
{
  g_autofree char *body = NULL;
  size_t size;
  unsigned kind;

  if (!field_id (json, "encounter", FIELD_REQUIRED, &message->relay.encounter, error) ||
      !field_word (json, "kind", kind_words, G_N_ELEMENTS (kind_words), &kind, error) ||
      !field_string (json, "body", FIELD_REQUIRED, WIRE_BODY_MAX, NULL, &body, error))
    return false;

  /* Decoding never makes the bytes more, so the copy has the room. */
  if (!text_base64_decode ((const uint8_t *) body, strlen (body), (uint8_t *) body, &size))
    {
      g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_MALFORMED,
                           "The field \"body\" must be base64.");
      return false;
    }
  message->relay.kind = (WireKind) kind;
  message->relay.body = g_bytes_new_take (g_steal_pointer (&body), size);
  return true;
}

static void
write_relay (const WireMessage *message, JsonValue *json)
{
  size_t size = 0;
  const uint8_t *bytes =
      message->relay.body != NULL ? g_bytes_get_data (message->relay.body, &size) : NULL;
  g_autofree char *body = g_base64_encode (bytes, size);

  json_object_put_string (json, "encounter", message->relay.encounter);
  json_object_put_string (json, "kind", kind_words[message->relay.kind]);
  json_object_put_string (json, "body", body);
}

static bool
read_ending (const JsonValue *json, size_t words, WireMessage *message, GError **error)
{
  unsigned reason;

  if (!field_id (json, "encounter", FIELD_REQUIRED, &message->end.encounter, error) ||
      !field_word (json, "reason", end_words, words, &reason, error))
    return false;

  message->end.reason = (WireEndReason) reason;
  return true;
}

static bool
read_end (const JsonValue *json, WireMessage *message, GError **error)
{
  return read_ending (json, END_WORDS_OF_CLIENT, message, error);
}

static bool
read_ended (const JsonValue *json, WireMessage *message, GError **error)
{
  return read_ending (json, END_WORDS_OF_SERVER, message, error);
}

static void
write_end (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "encounter", message->end.encounter);
  json_object_put_string (json, "reason", end_words[message->end.reason]);
}

static bool
read_report (const JsonValue *json, WireMessage *message, GError **error)
{
  unsigned reason;

  if (!field_id (json, "encounter", FIELD_REQUIRED, &message->report.encounter, error) ||
      !field_word (json, "reason", report_words, G_N_ELEMENTS (report_words), &reason, error))
    return false;

  message->report.reason = (WireReportReason) reason;
  return true;
}

static void
write_report (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "encounter", message->report.encounter);
  json_object_put_string (json, "reason", report_words[message->report.reason]);
}

static bool
read_block (const JsonValue *json, WireMessage *message, GError **error)
{
  return field_id (json, "encounter", FIELD_REQUIRED, &message->block.encounter, error);
}

static void
write_block (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "encounter", message->block.encounter);
}

static bool
read_policy_changed (const JsonValue *json, WireMessage *message, GError **error)
{
  return field_string (json, "version", FIELD_REQUIRED, WIRE_VERSION_MAX, field_check_line,
                       &message->policy_changed.version, error);
}

static void
write_policy_changed (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "version", message->policy_changed.version);
}

static bool
read_partner (const JsonValue *json, WireMessage *message, GError **error)
{
  unsigned away;

  if (!field_id (json, "encounter", FIELD_REQUIRED, &message->partner.encounter, error) ||
      !field_word (json, "state", partner_words, G_N_ELEMENTS (partner_words), &away, error))
    return false;

  message->partner.away = away == 1;
  return true;
}

static void
write_partner (const WireMessage *message, JsonValue *json)
{
  json_object_put_string (json, "encounter", message->partner.encounter);
  json_object_put_string (json, "state", partner_words[message->partner.away ? 1 : 0]);
}

static bool
read_nothing (const JsonValue *json, WireMessage *message, GError **error)
{
  return true;
}

static void
write_nothing (const WireMessage *message, JsonValue *json)
{
}

#define CLIENT (1u << WIRE_FROM_CLIENT)
#define SERVER (1u << WIRE_FROM_SERVER)

static const struct
{
  const char *name;
  unsigned senders;
  bool (*read) (const JsonValue *json, WireMessage *message, GError **error);
  void (*write) (const WireMessage *message, JsonValue *json);
} events[] = {
  [WIRE_WELCOME] = { "welcome", SERVER, read_welcome, write_welcome },
  [WIRE_SEEK] = { "seek", CLIENT, read_seek, write_seek },
  [WIRE_LEAVE] = { "leave", CLIENT, read_nothing, write_nothing },
  [WIRE_PAIRED] = { "paired", SERVER, read_paired, write_paired },
  [WIRE_RELAY] = { "relay", CLIENT | SERVER, read_relay, write_relay },
  [WIRE_END] = { "end", CLIENT, read_end, write_end },
  [WIRE_ENDED] = { "ended", SERVER, read_ended, write_end },
  [WIRE_REPORT] = { "report", CLIENT, read_report, write_report },
  [WIRE_BLOCK] = { "block", CLIENT, read_block, write_block },
  [WIRE_POLICY_CHANGED] = { "policy-changed", SERVER, read_policy_changed, write_policy_changed },
  [WIRE_PARTNER] = { "partner", SERVER, read_partner, write_partner },
  [WIRE_CLOSING] = { "closing", SERVER, read_nothing, write_nothing },
};

const char *
wire_event_name (WireType type)
{
  g_return_val_if_fail (type < G_N_ELEMENTS (events), NULL);

  return events[type].name;
}

WireMessage *
wire_message_new (WireType type)
{
  WireMessage *message = g_new0 (WireMessage, 1);

  message->type = type;
  switch (type)
    {
    case WIRE_WELCOME:
      message->welcome.ice_servers =
          g_ptr_array_new_with_free_func ((GDestroyNotify) wire_ice_server_free);
      message->welcome.policy_languages = g_new0 (char *, 1);
      break;
    case WIRE_SEEK:
      message->seek.languages = g_new0 (char *, 1);
      message->seek.topics = g_new0 (char *, 1);
      break;
    case WIRE_PAIRED:
      message->paired.common_languages = g_new0 (char *, 1);
      message->paired.common_topics = g_new0 (char *, 1);
      break;
    case WIRE_LEAVE:
    case WIRE_RELAY:
    case WIRE_END:
    case WIRE_ENDED:
    case WIRE_REPORT:
    case WIRE_BLOCK:
    case WIRE_POLICY_CHANGED:
    case WIRE_PARTNER:
    case WIRE_CLOSING:
      break;
    }
  return message;
}

void
wire_message_free (WireMessage *message)
{
  if (message == NULL)
    return;

  switch (message->type)
    {
    case WIRE_WELCOME:
      g_free (message->welcome.session);
      g_free (message->welcome.resume);
      g_ptr_array_unref (message->welcome.ice_servers);
      g_free (message->welcome.policy_version);
      g_strfreev (message->welcome.policy_languages);
      g_free (message->welcome.encounter);
      break;
    case WIRE_SEEK:
      g_strfreev (message->seek.languages);
      g_strfreev (message->seek.topics);
      break;
    case WIRE_PAIRED:
      g_free (message->paired.encounter);
      g_strfreev (message->paired.common_languages);
      g_strfreev (message->paired.common_topics);
      break;
    case WIRE_RELAY:
      g_free (message->relay.encounter);
      g_clear_pointer (&message->relay.body, g_bytes_unref);
      break;
    case WIRE_END:
    case WIRE_ENDED:
      g_free (message->end.encounter);
      break;
    case WIRE_REPORT:
      g_free (message->report.encounter);
      break;
    case WIRE_BLOCK:
      g_free (message->block.encounter);
      break;
    case WIRE_POLICY_CHANGED:
      g_free (message->policy_changed.version);
      break;
    case WIRE_PARTNER:
      g_free (message->partner.encounter);
      break;
    case WIRE_LEAVE:
    case WIRE_CLOSING:
      break;
    }
  g_free (message);
}

WireMessage *
wire_message_parse (WireSender sender, const char *name, const JsonValue *payload, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autoptr (JsonValue) empty = NULL;
      g_autoptr (WireMessage) message = NULL;

      if ((events[i].senders & (1u << sender)) == 0 || g_strcmp0 (events[i].name, name) != 0)
        continue;

      if (payload == NULL)
        payload = empty = json_new_object ();
      message = wire_message_new ((WireType) i);
      if (!field_is_object (payload, error) || !events[i].read (payload, message, error))
        return NULL;
      return g_steal_pointer (&message);
    }

  g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_UNKNOWN_EVENT, "There is no such event here.");
  return NULL;
}

JsonValue *
wire_message_to_json (const WireMessage *message)
{
  JsonValue *json = json_new_object ();

  events[message->type].write (message, json);
  return json;
}

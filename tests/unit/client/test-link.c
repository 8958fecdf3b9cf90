/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: a link comes online and says who it is; what the server says arrives in order and is
 * acknowledged; requests end with the server's answer; each way to be no server, or a bad one, is
 * told apart.
 */
#include "tests/unit/client/fixture.h"
#include "tests/unit/client/scripted-server.h"

/* Self-signed, for 127.0.0.1: exactly what must not be trusted. */
static const char certificate_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBkTCCATagAwIBAgIUWd3zzGAurwQU0QRM2t9TYnmT3f8wCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjE4MDUwMloYDzIxMjYxMDI5\n"
    "MTgwNTAyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAASx5TEJJkux7iBItwk/Sg+AUZLA2MMT+W93+jAJBhRi8Ntg6ifbbkxj\n"
    "Umq8XMcjDAZp1Ga9icpb2V2H881SPvMyo2QwYjAdBgNVHQ4EFgQUfcKjIBZ7gYt7\n"
    "fqRIJJkgnRpbWTYwHwYDVR0jBBgwFoAUfcKjIBZ7gYt7fqRIJJkgnRpbWTYwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC\n"
    "IQCmaCxQdI/063A6+w5yDy1wiuE6iWt8/DAITZ80XnlglgIhALsZqgdrgj42wTRC\n"
    "ELPjPDYoGlzS4GOk95/Cs9NBcrop\n"
    "-----END CERTIFICATE-----\n";
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7ULNMXl5Q7W3s0mE\n"
                              "AlItvVPJmjWNGafkwxJK85zBIfahRANCAASx5TEJJkux7iBItwk/Sg+AUZLA2MMT\n"
                              "+W93+jAJBhRi8Ntg6ifbbkxjUmq8XMcjDAZp1Ga9icpb2V2H881SPvMy\n"
                              "-----END PRIVATE KEY-----\n";

static void
test_welcome (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (GError) error = NULL;
  g_autofree char *encounter = NULL;
  GPtrArray *ice_servers;
  gint64 online;
  gboolean resumed;

  g_assert_cmpstr (causette_link_get_address (watch->link), ==, server->address);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_OFFLINE);
  ice_servers = causette_signalling_get_ice_servers (CAUSETTE_SIGNALLING (watch->link));
  g_assert_cmpuint (ice_servers->len, ==, 0);
  fixture_drain ();
  g_assert_cmpuint (server->connections, ==, 0);

  causette_link_connect (watch->link);
  causette_link_connect (watch->link);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_CONNECTING);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);

  WAIT_FOR (watch->messages->len > 0);
  g_assert_cmpstr (watch->messages->str, ==, "welcome");
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
  g_assert_cmpuint (watch->error_notifies, ==, 0);
  g_assert_cmpuint (server->connections, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (server->queries, 0), ==, "EIO=4&transport=websocket");
  g_assert_cmpstr (g_ptr_array_index (server->auths, 0), ==,
                   "{\"protocol\":1,\"locale\":\"fr\",\"policy\":\"2024-01-01\",\"adult\":true}");

  g_object_get (watch->link, "online-count", &online, "resumed", &resumed, "encounter", &encounter,
                "error", &error, NULL);
  g_assert_cmpint (online, ==, 3);
  g_assert_false (resumed);
  g_assert_null (encounter);
  g_assert_no_error (error);
  ice_servers = causette_signalling_get_ice_servers (CAUSETTE_SIGNALLING (watch->link));
  g_assert_cmpuint (ice_servers->len, ==, 1);
  g_assert_cmpstr (((WireIceServer *) g_ptr_array_index (ice_servers, 0))->urls[0], ==,
                   "stun:127.0.0.1:3478");
}

/* Let in but not welcomed is not online. */
static void
test_mute (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) request = NULL;

  server->admit = ADMIT_MUTE;
  causette_link_connect (watch->link);
  WAIT_FOR (server->auths->len == 1);
  scripted_server_send (server, "2");
  WAIT_FOR (server->pongs == 1);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_CONNECTING);

  request = request_type (watch, WIRE_SEEK);
  WAIT_FOR (request->done);
  g_assert_error (request->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
}

static void
on_message_count_acks (CausetteLink *link, const WireMessage *message, ScriptedServer *server)
{
  /* Acknowledged when it has been dealt with, not before. */
  if (message->type == WIRE_PAIRED)
    g_assert_cmpuint (server->acks->len, ==, 0);
}

static void
test_events (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (WireMessage) paired = wire_message_new (WIRE_PAIRED);
  g_autoptr (WireMessage) ended = wire_message_new (WIRE_ENDED);
  g_autoptr (WireMessage) closing = wire_message_new (WIRE_CLOSING);

  paired->paired.encounter = g_strdup ("encounter");
  paired->paired.role = WIRE_CALLEE;
  ended->end.encounter = g_strdup ("encounter");
  ended->end.reason = WIRE_END_LOST;
  g_signal_connect (watch->link, "message", G_CALLBACK (on_message_count_acks), server);
  watch_go_online (watch);

  scripted_server_say (server, paired, 12);
  for (unsigned i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      g_autoptr (WireMessage) relay = message_relay ("encounter", text, strlen (text));

      scripted_server_say (server, relay, i < 25 ? SIO_NO_ID : (int64_t) i);
    }
  scripted_server_say (server, ended, SIO_NO_ID);
  scripted_server_send (server, "42[\"news-of-a-newer-server\",{\"a\":1}]");
  scripted_server_send (server, "4299[\"news-of-a-newer-server\",{\"a\":1}]");
  scripted_server_send (server, "42[1]");
  scripted_server_send (server, "6");
  scripted_server_say (server, closing, 100);
  WAIT_FOR (server->acks->len == 28);

  g_assert_true (g_str_has_prefix (watch->messages->str, "welcome paired relay relay "));
  g_assert_true (g_str_has_suffix (watch->messages->str, " relay ended closing"));
  g_assert_cmpuint (watch->bodies->len, ==, 50);
  for (unsigned i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      g_assert_cmpstr (g_ptr_array_index (watch->bodies, i), ==, text);
    }
  g_assert_cmpstr (g_ptr_array_index (server->acks, 0), ==, "12 {\"ok\":true}");
  g_assert_cmpstr (g_ptr_array_index (server->acks, 1), ==, "25 {\"ok\":true}");
  g_assert_nonnull (strstr (g_ptr_array_index (server->acks, 26), "\"error\":\"unknown-event\""));
  g_assert_cmpstr (g_ptr_array_index (server->acks, 27), ==, "100 {\"ok\":true}");
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
}

static void
test_requests (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) seek = NULL;
  g_autoptr (Request) no = NULL;
  g_autoptr (Request) bad = NULL;

  watch_go_online (watch);
  seek = request_type (watch, WIRE_SEEK);
  WAIT_FOR (seek->done);
  g_assert_true (seek->ok);
  g_assert_cmpint (seek->waiting, ==, 7);
  g_assert_cmpstr (g_ptr_array_index (server->events, 0), ==,
                   "seek {\"languages\":[],\"topics\":[],\"video\":false,\"audio\":false}");

  server->ack = ACK_NO;
  no = request_relay (watch, "encounter", "hello");
  WAIT_FOR (no->done);
  g_assert_error (no->error, WIRE_ERROR, WIRE_ERROR_NOT_PAIRED);
  g_assert_cmpstr (no->error->message, ==, "No such.");

  server->ack = ACK_BAD;
  bad = request_type (watch, WIRE_LEAVE);
  WAIT_FOR (bad->done);
  g_assert_error (bad->error, WIRE_ERROR, WIRE_ERROR_MALFORMED);
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
}

/* Answers may come in any order; each finds its request, a late or invented one none. */
static void
test_answers (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *requests[3];

  server->ack = ACK_NONE;
  watch_go_online (watch);
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = request_type (watch, WIRE_SEEK);
  WAIT_FOR (server->event_ids->len == 3);

  scripted_server_acknowledge (server, 4711, "{\"ok\":true}");
  for (unsigned i = 0; i < 3; i++)
    {
      unsigned index = (i + 2) % 3;
      int64_t id = g_array_index (server->event_ids, gint64, index);
      g_autofree char *ack = g_strdup_printf ("{\"ok\":true,\"waiting\":%u}", index);

      g_assert_false (requests[index]->done);
      scripted_server_acknowledge (server, id, ack);
      scripted_server_acknowledge (server, id, "{\"ok\":true,\"waiting\":99}");
      WAIT_FOR (requests[index]->done);
      g_assert_cmpint (requests[index]->waiting, ==, index);
    }
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    request_free (requests[i]);
}

static void
test_timeout (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) late = NULL;
  g_autoptr (Request) next = NULL;

  server->ack = ACK_NONE;
  causette_link_set_times (watch->link, 20, 100, 50);
  watch_go_online (watch);
  late = request_type (watch, WIRE_SEEK);
  WAIT_FOR (late->done);
  g_assert_error (late->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_TIMEOUT);

  WAIT_FOR (server->event_ids->len == 1);
  scripted_server_acknowledge (server, g_array_index (server->event_ids, gint64, 0),
                               "{\"ok\":true}");
  causette_link_set_times (watch->link, 20, 100, 15000);
  server->ack = ACK_OK;
  next = request_type (watch, WIRE_LEAVE);
  WAIT_FOR (next->done);
  g_assert_true (next->ok);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_ONLINE);
}

static void
test_cancel (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Request) sent = NULL;
  g_autoptr (Request) never = NULL;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  sent = request_start (watch, wire_message_new (WIRE_SEEK), cancellable);
  WAIT_FOR (server->events->len == 1);
  g_assert_false (sent->done);
  g_cancellable_cancel (cancellable);
  WAIT_FOR (sent->done);
  g_assert_error (sent->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  never = request_start (watch, wire_message_new (WIRE_LEAVE), cancellable);
  WAIT_FOR (never->done);
  g_assert_error (never->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* The answer that nobody waits for any more harms nobody. */
  scripted_server_acknowledge (server, g_array_index (server->event_ids, gint64, 0),
                               "{\"ok\":true}");
  scripted_server_send (server, "2");
  WAIT_FOR (server->pongs == 1);
  g_assert_cmpuint (server->events->len, ==, 1);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_ONLINE);
}

static void
test_queue_count (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *requests[64];
  g_autoptr (Request) full = NULL;
  g_autoptr (Request) after = NULL;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = request_type (watch, WIRE_LEAVE);
  full = request_type (watch, WIRE_LEAVE);
  WAIT_FOR (full->done);
  g_assert_error (full->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_QUEUE_FULL);

  WAIT_FOR (server->events->len == 64);
  scripted_server_acknowledge (server, g_array_index (server->event_ids, gint64, 0),
                               "{\"ok\":true}");
  WAIT_FOR (requests[0]->done);
  server->ack = ACK_OK;
  after = request_type (watch, WIRE_LEAVE);
  WAIT_FOR (after->done);
  g_assert_true (after->ok);

  causette_link_disconnect (watch->link);
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      WAIT_FOR (requests[i]->done);
      if (i > 0)
        g_assert_error (requests[i]->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
      request_free (requests[i]);
    }
}

static void
test_queue_bytes (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autofree char *body = g_strnfill (36 * 1024, 'x'); /* 48 KiB in base64 */
  Request *requests[21];
  g_autoptr (Request) full = NULL;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = request_relay (watch, "encounter", body);
  full = request_relay (watch, "encounter", body);
  WAIT_FOR (full->done);
  g_assert_error (full->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_QUEUE_FULL);
  WAIT_FOR (server->events->len == G_N_ELEMENTS (requests));

  causette_link_disconnect (watch->link);
  for (unsigned i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      WAIT_FOR (requests[i]->done);
      request_free (requests[i]);
    }
}

/* The server would cut us off for it. */
static void
test_too_long (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autofree char *body = g_strnfill (3000, 'x');
  g_autoptr (Request) large = NULL;
  g_autoptr (Request) small = NULL;

  server->max_payload = 2000;
  watch_go_online (watch);
  large = request_relay (watch, "encounter", body);
  WAIT_FOR (large->done);
  g_assert_error (large->error, WIRE_ERROR, WIRE_ERROR_TOO_LONG);
  small = request_relay (watch, "encounter", "x");
  WAIT_FOR (small->done);
  g_assert_true (small->ok);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *json;
    CausetteLinkError error;
    bool final;
    const char *sentence; /* a part of it, nullable */
  } rows[] = {
    { "{\"message\":\"no\",\"data\":{\"code\":\"protocol-unsupported\"}}",
      CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL, true, "version" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"policy-outdated\",\"version\":\"2025-01-01\"}}",
      CAUSETTE_LINK_ERROR_REFUSED_POLICY, true, "policy" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"underage\"}}", CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE,
      true, "adults" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"banned\",\"seconds\":59}}",
      CAUSETTE_LINK_ERROR_REFUSED_BANNED, true, "one more minute" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"banned\",\"seconds\":7201}}",
      CAUSETTE_LINK_ERROR_REFUSED_BANNED, true, "3 more hours" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"banned\",\"seconds\":864000}}",
      CAUSETTE_LINK_ERROR_REFUSED_BANNED, true, "10 more days" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"banned\"}}", CAUSETTE_LINK_ERROR_REFUSED_BANNED,
      true, "banned" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"full\"}}", CAUSETTE_LINK_ERROR_REFUSED_FULL, false,
      "full" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"too-many\"}}", CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY,
      false, "too many" },
    { "{\"message\":\"no\",\"data\":{\"code\":\"what-is-this\"}}",
      CAUSETTE_LINK_ERROR_REFUSED_OTHER, false, NULL },
    { "{\"message\":\"Invalid namespace\"}", CAUSETTE_LINK_ERROR_REFUSED_OTHER, false, NULL },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      g_autoptr (Watch) watch = watch_new (server->address);
      const GError *error;

      g_test_message ("%s", rows[i].json);
      server->admit = ADMIT_REFUSE;
      server->refusal = rows[i].json;
      causette_link_connect (watch->link);
      WAIT_FOR (watch_has_error (watch, rows[i].error));
      error = causette_signalling_get_error (CAUSETTE_SIGNALLING (watch->link));
      if (rows[i].sentence != NULL)
        g_assert_nonnull (strstr (error->message, rows[i].sentence));
      g_assert_null (strstr (error->message, "%d"));

      if (rows[i].final)
        {
          g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_OFFLINE);
          g_assert_cmpstr (watch->states->str, ==, "connecting offline");
        }
      else
        {
          g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_RECONNECTING);
          WAIT_FOR (server->connections >= 3);
        }
      /* Said once, however often it happens again. */
      g_assert_cmpuint (watch->error_notifies, ==, 1);

      /* Asked again, it tries again; and the error goes. */
      server->admit = ADMIT_WELCOME;
      causette_link_connect (watch->link);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
      g_assert_null (causette_signalling_get_error (CAUSETTE_SIGNALLING (watch->link)));
      g_assert_cmpuint (watch->error_notifies, ==, 2);
    }
}

/* Whatever cannot be read ends the connection as PROTOCOL, and a new one is made. */
static void
test_malformed (void)
{
  static const char *const online[] = {
    "",
    "9",
    "x",
    "3",
    "5",
    "0{}",
    "4",
    "49",
    "42",
    "42{}",
    "42[]",
    "42[\"paired\"",
    "42[\"paired\"]",
    "42[\"paired\",{\"encounter\":1}]",
    "42[\"relay\",{\"encounter\":\"e\",\"kind\":\"sealed\",\"body\":\"!!!\"}]",
    "42[\"connect\"]",
    "42/other,[\"paired\",{}]",
    "40{\"sid\":\"again\"}",
    "44{\"message\":\"too late\"}",
    "43[{\"ok\":true}]",
    "451-[\"relay\",{\"_placeholder\":true,\"num\":0}]",
    "42[\"welcome\",{\"session\":\"s\",\"resume\":\"r\",\"ice_servers\":[],\"policy\":{\"version\":"
    "\"1\",\"languages\":[]},\"online\":1}]",
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (online); i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      g_autoptr (Watch) watch = watch_new (server->address);

      g_test_message ("%s", online[i]);
      watch_go_online (watch);
      scripted_server_send (server, online[i]);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
      g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_PROTOCOL));
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
      g_assert_cmpuint (server->connections, ==, 2);
    }
}

static void
test_bad_open (void)
{
  static const char *const opens[] = {
    "",
    "[]",
    "{\"sid\":\"engine\"}",
    "{\"sid\":\"engine\",\"upgrades\":[],\"pingInterval\":\"25000\",\"pingTimeout\":20000,"
    "\"maxPayload\":1000000}",
    "{\"sid\":\"engine\",\"upgrades\":[],\"pingInterval\":-1,\"pingTimeout\":20000,"
    "\"maxPayload\":1000000}",
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (opens); i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      g_autoptr (Watch) watch = watch_new (server->address);

      g_test_message ("%s", opens[i]);
      server->open = opens[i];
      causette_link_connect (watch->link);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
      g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_PROTOCOL));
      g_assert_cmpuint (server->auths->len, ==, 0);
    }
}

/* Nothing is believed before the handshakes are through. */
static void
test_too_early (void)
{
  static const struct
  {
    Admit admit;
    const char *text;
  } rows[] = {
    { ADMIT_NO_OPEN, "40{\"sid\":\"socket\"}" },
    { ADMIT_NO_OPEN, "2" },
    { ADMIT_NEVER, "42[\"policy-changed\",{\"version\":\"2\"}]" },
    { ADMIT_NEVER, "430[{\"ok\":true}]" },
    { ADMIT_MUTE, "42[\"policy-changed\",{\"version\":\"2\"}]" },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      g_autoptr (Watch) watch = watch_new (server->address);

      g_test_message ("%s", rows[i].text);
      server->admit = rows[i].admit;
      causette_link_connect (watch->link);
      WAIT_FOR (server->connections == 1);
      if (rows[i].admit != ADMIT_NO_OPEN)
        WAIT_FOR (server->auths->len == 1);
      scripted_server_send (server, rows[i].text);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
      g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_PROTOCOL));
      g_assert_cmpstr (watch->messages->str, ==, "");
    }
}

static void
test_binary (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  watch_go_online (watch);
  scripted_server_send_binary (server, "2", 1);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_PROTOCOL));
}

static void
test_oversized (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autofree char *text = g_strnfill (WIRE_PACKET_MAX + 4096, ' ');

  watch_go_online (watch);
  memcpy (text, "42[", 3);
  scripted_server_send (server, text);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_PROTOCOL));
}

static void
on_http (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer data)
{
  const char *elsewhere = g_object_get_data (G_OBJECT (server), "elsewhere");

  soup_server_message_set_status (message, GPOINTER_TO_UINT (data), NULL);
  if (elsewhere != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Location",
                                 elsewhere);
}

/* Something answers there, but with HTTP. */
static void
test_not_a_server (void)
{
  static const struct
  {
    guint status;
    CausetteLinkError error;
  } rows[] = {
    { 200, CAUSETTE_LINK_ERROR_PROTOCOL },    { 404, CAUSETTE_LINK_ERROR_PROTOCOL },
    { 401, CAUSETTE_LINK_ERROR_PROTOCOL },    { 500, CAUSETTE_LINK_ERROR_PROTOCOL },
    { 302, CAUSETTE_LINK_ERROR_PROTOCOL },    { 502, CAUSETTE_LINK_ERROR_UNREACHABLE },
    { 503, CAUSETTE_LINK_ERROR_UNREACHABLE }, { 429, CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY },
  };
  g_autoptr (ScriptedServer) elsewhere = scripted_server_new (NULL);

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
      g_autoptr (Watch) watch = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *address = NULL;
      GSList *uris;

      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
      g_assert_no_error (error);
      uris = soup_server_get_uris (server);
      address = g_strdup_printf ("127.0.0.1:%d", g_uri_get_port (uris->data));
      g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
      g_object_set_data_full (G_OBJECT (server), "elsewhere",
                              g_strconcat (elsewhere->address, "/socket.io/", NULL), g_free);
      soup_server_add_handler (server, NULL, on_http, GUINT_TO_POINTER (rows[i].status), NULL);

      g_test_message ("%u", rows[i].status);
      watch = watch_new (address);
      causette_link_connect (watch->link);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
      g_assert_true (watch_has_error (watch, rows[i].error));
    }
  g_assert_cmpuint (elsewhere->connections, ==, 0);
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             const char *greeting)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  g_output_stream_write_all (output, greeting, strlen (greeting), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

/* Not even HTTP, and nothing at all. */
static void
test_rubbish (void)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (Watch) rubbish = NULL;
  g_autoptr (Watch) secure = NULL;
  g_autofree char *address = NULL;
  g_autofree char *secure_address = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);

  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (on_incoming),
                    (gpointer) "SSH-2.0-OpenSSH_9.2\r\n\r\n");
  address = g_strdup_printf ("127.0.0.1:%u", port);
  rubbish = watch_new (address);
  causette_link_connect (rubbish->link);
  WAIT_FOR (watch_state (rubbish) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (rubbish, CAUSETTE_LINK_ERROR_PROTOCOL));

  /* No TLS there is not the same as a certificate that is not trusted. */
  secure_address = g_strdup_printf ("https://127.0.0.1:%u", port);
  secure = watch_new (secure_address);
  causette_link_connect (secure->link);
  WAIT_FOR (watch_state (secure) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (secure, CAUSETTE_LINK_ERROR_PROTOCOL));
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
}

static void
test_unreachable (void)
{
  g_autoptr (GSocket) bound = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autoptr (Watch) watch = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  /* Bound and not listening: nobody else gets the port meanwhile. */
  bound = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (bound, any_port, FALSE, &error);
  g_assert_no_error (error);
  taken = g_socket_get_local_address (bound, &error);
  g_assert_no_error (error);
  address = g_strdup_printf ("127.0.0.1:%u",
                             g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));

  watch = watch_new (address);
  causette_link_connect (watch->link);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_UNREACHABLE));
  g_assert_cmpstr (watch->states->str, ==, "connecting reconnecting");
}

static void
test_tls (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = g_strconcat (certificate_pem, key_pem, NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_autoptr (ScriptedServer) server = NULL;
  g_autoptr (Watch) watch = NULL;

  g_assert_no_error (error);
  server = scripted_server_new (certificate);
  watch = watch_new (server->address);
  causette_link_connect (watch->link);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_TLS));
  g_assert_cmpuint (server->connections, ==, 0);
}

/* The leak checker of GCC 12 crashes by itself at the end of this program, in the threads that
 * GnuTLS has used; the other tests of the link look for the same leaks, without TLS. */
__attribute__ ((visibility ("default"))) int __lsan_is_turned_off (void);
int
__lsan_is_turned_off (void)
{
  return 1;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/welcome", test_welcome);
  g_test_add_func ("/link/mute", test_mute);
  g_test_add_func ("/link/events", test_events);
  g_test_add_func ("/link/requests", test_requests);
  g_test_add_func ("/link/answers", test_answers);
  g_test_add_func ("/link/timeout", test_timeout);
  g_test_add_func ("/link/cancel", test_cancel);
  g_test_add_func ("/link/queue-count", test_queue_count);
  g_test_add_func ("/link/queue-bytes", test_queue_bytes);
  g_test_add_func ("/link/too-long", test_too_long);
  g_test_add_func ("/link/refusals", test_refusals);
  g_test_add_func ("/link/malformed", test_malformed);
  g_test_add_func ("/link/bad-open", test_bad_open);
  g_test_add_func ("/link/too-early", test_too_early);
  g_test_add_func ("/link/binary", test_binary);
  g_test_add_func ("/link/oversized", test_oversized);
  g_test_add_func ("/link/not-a-server", test_not_a_server);
  g_test_add_func ("/link/rubbish", test_rubbish);
  g_test_add_func ("/link/unreachable", test_unreachable);
  g_test_add_func ("/link/tls", test_tls);
  return g_test_run ();
}

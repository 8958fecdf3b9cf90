/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lobby on a virtual clock with scripted clients: see lobby-world.h. */
#include "tests/unit/server/lobby-world.h"

#include "net/wire/sio.h"

#include <string.h>

#define TURNS_MAX 100000

typedef struct
{
  Peer *peer;
  bool open;
} Connection;

typedef struct
{
  char *name;
  int64_t id;
  JsonValue *payload;
} WorldEvent;

static void
event_free (WorldEvent *event)
{
  g_free (event->name);
  json_value_unref (event->payload);
  g_free (event);
}

/* The lobby's output */

static void
emit (void *connection, const char *name, int64_t id, JsonValue *payload, void *data)
{
  Connection *c = connection;
  Peer *peer = c->peer;
  WorldEvent *event = g_new0 (WorldEvent, 1);

  g_assert_true (c->open);
  g_assert_true (peer->connection == c);
  event->name = g_strdup (name);
  event->id = id;
  event->payload = payload;
  g_queue_push_tail (&peer->received, event);
  if (id != SIO_NO_ID && !peer->forgetful)
    g_queue_push_tail (&peer->to_acknowledge, g_memdup2 (&id, sizeof id));
}

static void
acknowledge (void *connection, int64_t id, JsonValue *answer, void *data)
{
  Connection *c = connection;

  g_assert_true (c->open);
  g_assert_cmpint (id, ==, 7);
  g_assert_null (c->peer->answer);
  c->peer->answer = json_value_to_string (answer);
  json_value_unref (answer);
}

static void
ping (void *connection, void *data)
{
  Connection *c = connection;

  g_assert_true (c->open);
  c->peer->pings++;
  c->peer->to_pong = true;
}

static void
close_connection (void *connection, void *data)
{
  Connection *c = connection;

  g_assert_true (c->open);
  c->open = false;
}

static void
fill_random (void *bytes, size_t size, void *data)
{
  World *world = data;
  uint8_t *at = bytes;

  /* A count in the first bytes makes each different. */
  memset (bytes, 0, size);
  at[0] = ++world->random;
}

/* What clients do by themselves */

static bool
settle_peer (Peer *peer)
{
  int64_t *id;

  if (peer->session == NULL)
    return false;
  if (peer->to_pong && !peer->silent)
    {
      peer->to_pong = false;
      lobby_heard (peer->world->lobby, peer->session, peer->world->now_ms);
      return true;
    }

  id = g_queue_pop_head (&peer->to_acknowledge);
  if (id == NULL)
    return false;

  lobby_heard (peer->world->lobby, peer->session, peer->world->now_ms);
  lobby_delivered (peer->world->lobby, peer->session, *id);
  g_free (id);
  return true;
}

static void
settle (World *world)
{
  bool again = true;

  for (unsigned turn = 0; again; turn++)
    {
      g_assert_cmpuint (turn, <, TURNS_MAX);
      again = false;
      for (unsigned i = 0; i < world->peers->len; i++)
        again = settle_peer (world->peers->pdata[i]) || again;
    }
}

World *
world_new (const LobbySettings *settings)
{
  static const LobbyOutput output = {
    .emit = emit,
    .acknowledge = acknowledge,
    .ping = ping,
    .close = close_connection,
    .random = fill_random,
  };
  World *world = g_new0 (World, 1);
  LobbySettings own;

  if (settings == NULL)
    {
      lobby_settings_init (&own);
      settings = &own;
    }
  world->now_ms = 1000000;
  world->peers = g_ptr_array_new ();
  world->lobby = lobby_new (settings, &output, world);

  return world;
}

static void
disconnect (Peer *peer)
{
  Connection *connection = peer->connection;

  peer->session = NULL;
  peer->to_pong = false;
  g_queue_clear_full (&peer->to_acknowledge, g_free);
  g_clear_pointer (&connection, g_free);
  peer->connection = NULL;
}

static void
forget_received (Peer *peer)
{
  g_queue_clear_full (&peer->received, (GDestroyNotify) event_free);
}

static void
peer_free (Peer *peer)
{
  disconnect (peer);
  forget_received (peer);
  json_value_unref (peer->payload);
  g_free (peer->answer);
  g_free (peer->token);
  g_free (peer->encounter);
  g_free (peer);
}

void
world_free (World *world)
{
  lobby_free (world->lobby);
  g_ptr_array_set_free_func (world->peers, (GDestroyNotify) peer_free);
  g_ptr_array_unref (world->peers);
  g_free (world->refusal);
  g_free (world);
}

void
world_run (World *world, uint64_t ms)
{
  uint64_t end_ms = world->now_ms + ms;
  uint64_t next_ms;

  settle (world);
  for (unsigned turn = 0; (next_ms = lobby_next_deadline_ms (world->lobby)) <= end_ms; turn++)
    {
      g_assert_cmpuint (turn, <, TURNS_MAX);
      world->now_ms = MAX (world->now_ms, next_ms);
      lobby_tick (world->lobby, world->now_ms);
      g_assert_cmpuint (lobby_next_deadline_ms (world->lobby), >, world->now_ms);
      settle (world);
    }
  world->now_ms = end_ms;
}

static void
connect_peer (Peer *peer, const char *auth)
{
  World *world = peer->world;
  g_autoptr (JsonValue) json = auth == NULL ? NULL : json_value_parse (auth, strlen (auth), NULL);
  g_autoptr (JsonValue) refusal = NULL;
  Connection *connection = g_new0 (Connection, 1);

  connection->peer = peer;
  connection->open = true;
  peer->session = lobby_admit (world->lobby, connection, json, &refusal, world->now_ms);
  if (peer->session == NULL)
    {
      g_assert_nonnull (refusal);
      g_free (world->refusal);
      world->refusal = json_value_to_string (refusal);
      g_free (connection);
      return;
    }

  g_assert_null (refusal);
  if (peer->connection != NULL)
    {
      g_assert_false (((Connection *) peer->connection)->open);
      g_free (peer->connection);
    }
  peer->connection = connection;
  lobby_welcome (world->lobby, peer->session, world->now_ms);
  settle (world);
}

Peer *
world_join_as (World *world, const char *auth)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->world = world;
  connect_peer (peer, auth);
  if (peer->session == NULL)
    {
      peer_free (peer);
      return NULL;
    }

  g_ptr_array_add (world->peers, peer);
  peer->token = g_strdup (peer_expect_string (peer, "welcome", "resume"));
  return peer;
}

Peer *
world_join (World *world)
{
  Peer *peer = world_join_as (world, WORLD_AUTH);

  g_assert_nonnull (peer);
  return peer;
}

void
world_meet (World *world, Peer **caller, Peer **callee)
{
  *caller = world_join (world);
  *callee = world_join (world);
  peer_seek (*caller, "", "");
  peer_seek (*callee, "", "");
  peer_expect_paired (*caller, "caller");
  peer_expect_paired (*callee, "callee");
}

static void
send_event (Peer *peer, const char *name, const char *payload, int64_t id)
{
  World *world = peer->world;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) json =
      payload == NULL ? NULL : json_value_parse (payload, strlen (payload), &error);

  g_assert_no_error (error);
  g_clear_pointer (&peer->answer, g_free);
  lobby_event (world->lobby, peer->session, name, json, id, world->now_ms);
  settle (world);
}

const char *
peer_send (Peer *peer, const char *name, const char *payload)
{
  send_event (peer, name, payload, 7);
  g_assert_nonnull (peer->answer);
  return peer->answer;
}

void
peer_tell (Peer *peer, const char *name, const char *payload)
{
  send_event (peer, name, payload, SIO_NO_ID);
  g_assert_null (peer->answer);
}

const char *
peer_say (Peer *peer, const char *name, const char *more)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"encounter\":\"%s\"%s%s}", peer->encounter, *more ? "," : "", more);

  return peer_send (peer, name, payload);
}

const char *
peer_relay (Peer *peer, const char *body)
{
  g_autofree char *more = g_strdup_printf ("\"kind\":\"sealed\",\"body\":\"%s\"", body);

  return peer_say (peer, "relay", more);
}

static char *
quote_list (const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, ",", 0);
  g_autofree char *joined = g_strjoinv ("\",\"", list);

  return *words == '\0' ? g_strdup ("[]") : g_strdup_printf ("[\"%s\"]", joined);
}

const char *
peer_seek (Peer *peer, const char *topics, const char *languages)
{
  g_autofree char *topic_list = quote_list (topics);
  g_autofree char *language_list = quote_list (languages);
  g_autofree char *payload =
      g_strdup_printf ("{\"languages\":%s,\"topics\":%s,\"video\":true,\"audio\":true}",
                       language_list, topic_list);

  return peer_send (peer, "seek", payload);
}

void
assert_no (const char *answer, const char *code)
{
  g_autofree char *error = g_strdup_printf ("\"error\":\"%s\"", code);

  g_assert_true (g_str_has_prefix (answer, "{\"ok\":false"));
  if (strstr (answer, error) == NULL)
    g_error ("%s is not %s", answer, code);
  g_assert_nonnull (strstr (answer, "\"message\":\""));
}

const JsonValue *
peer_expect (Peer *peer, const char *name)
{
  WorldEvent *event = g_queue_pop_head (&peer->received);

  if (event == NULL)
    g_error ("expected %s, nothing came", name);
  g_assert_cmpstr (event->name, ==, name);
  json_value_unref (peer->payload);
  peer->payload = json_value_ref (event->payload);
  peer->expected_id = event->id;
  event_free (event);

  return peer->payload;
}

const char *
peer_expect_string (Peer *peer, const char *name, const char *member)
{
  const JsonValue *payload = peer_expect (peer, name);
  const char *value = json_value_string (json_object_find (payload, member));

  g_assert_nonnull (value);
  return value;
}

void
peer_expect_nothing (Peer *peer)
{
  const WorldEvent *event = g_queue_peek_head (&peer->received);

  if (event != NULL)
    g_error ("expected nothing, %s came", event->name);
}

void
peer_expect_paired (Peer *peer, const char *role)
{
  g_assert_cmpstr (peer_expect_string (peer, "paired", "role"), ==, role);
  g_free (peer->encounter);
  peer->encounter = g_strdup (json_value_string (json_object_find (peer->payload, "encounter")));
}

void
peer_expect_relay (Peer *peer, const char *body)
{
  g_assert_cmpstr (peer_expect_string (peer, "relay", "body"), ==, body);
}

void
peer_drop (Peer *peer)
{
  lobby_disconnected (peer->world->lobby, peer->session, false, peer->world->now_ms);
  disconnect (peer);
  settle (peer->world);
}

void
peer_quit (Peer *peer)
{
  lobby_disconnected (peer->world->lobby, peer->session, true, peer->world->now_ms);
  disconnect (peer);
  settle (peer->world);
}

void
peer_resume (Peer *peer)
{
  g_autofree char *auth =
      g_strdup_printf ("{\"protocol\":1,\"adult\":true,\"resume\":\"%s\"}", peer->token);

  forget_received (peer);
  g_queue_clear_full (&peer->to_acknowledge, g_free);
  peer->to_pong = false;
  connect_peer (peer, auth);
}

void
peer_stir (Peer *peer)
{
  peer->to_pong = false;
  lobby_heard (peer->world->lobby, peer->session, peer->world->now_ms);
  settle (peer->world);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: a connection that breaks, falls silent or is closed comes back by itself; a session
 * that is resumed loses no relay and keeps their order; one that is not says so to each who waits.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/client/fixture.h"
#include "tests/unit/client/proxy.h"
#include "tests/unit/client/scripted-server.h"

#define NEVER_MS (24 * 60 * 60 * 1000)

static void
test_dead_peer (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  server->ping_interval_ms = 60;
  server->ping_timeout_ms = 40;
  watch_go_online (watch);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_LOST));
  server->ping_interval_ms = 25000;
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  g_assert_null (causette_signalling_get_error (CAUSETTE_SIGNALLING (watch->link)));
}

/* It also counts before the welcome. */
static void
test_dead_at_the_door (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  server->admit = ADMIT_NEVER;
  server->ping_interval_ms = 60;
  server->ping_timeout_ms = 40;
  causette_link_connect (watch->link);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_LOST));
}

/* A server that pings is alive, however long it has nothing to say. */
static void
test_heartbeat (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  server->ping = true;
  server->ping_interval_ms = 150;
  server->ping_timeout_ms = 1500;
  watch_go_online (watch);
  WAIT_FOR (server->pongs >= 15);
  g_assert_cmpuint (server->connections, ==, 1);
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
}

static const char *
auth_of (ScriptedServer *server, unsigned connection)
{
  g_assert_cmpuint (server->auths->len, >, connection);
  return g_ptr_array_index (server->auths, connection);
}

static void
assert_relays (ScriptedServer *server, unsigned from, unsigned count)
{
  g_assert_cmpuint (server->events->len, ==, from + count);
  for (unsigned i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      g_autofree char *base64 = g_base64_encode ((guchar *) text, strlen (text));

      g_assert_nonnull (strstr (g_ptr_array_index (server->events, from + i), base64));
    }
}

static void
test_resume (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *relays[20];
  g_autoptr (Request) seek = NULL;
  g_autoptr (Request) seek_meanwhile = NULL;
  g_autofree char *encounter = NULL;
  gboolean resumed;
  unsigned last = 0;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  g_assert_null (strstr (auth_of (server, 0), "resume"));

  /* Ten reach the server, their acknowledgements do not come back. */
  for (unsigned i = 0; i < 10; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      relays[i] = request_relay (watch, "encounter", text);
    }
  seek = request_type (watch, WIRE_SEEK);
  WAIT_FOR (server->events->len == 11);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_LOST));

  /* Ten more are made while there is no connection. */
  for (unsigned i = 10; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      relays[i] = request_relay (watch, "encounter", text);
    }
  seek_meanwhile = request_type (watch, WIRE_SEEK);
  WAIT_FOR (seek->done && seek_meanwhile->done);
  g_assert_error (seek->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_error (seek_meanwhile->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);

  server->ack = ACK_OK;
  WAIT_FOR (relays[19]->done);
  g_assert_nonnull (strstr (auth_of (server, 1), "\"resume\":\"token-1\""));
  assert_relays (server, 11, 20);
  for (unsigned i = 0; i < 20; i++)
    {
      g_assert_true (relays[i]->ok);
      g_assert_cmpuint (relays[i]->order, >, last);
      last = relays[i]->order;
      request_free (relays[i]);
    }

  g_object_get (watch->link, "resumed", &resumed, "encounter", &encounter, NULL);
  g_assert_true (resumed);
  g_assert_cmpstr (encounter, ==, "encounter");
  g_assert_cmpstr (watch->states->str, ==, "connecting online reconnecting online");
  g_assert_cmpstr (watch->messages->str, ==, "welcome welcome");

  /* The newest token is the one that counts. */
  scripted_server_cut (server);
  WAIT_FOR (server->auths->len == 3);
  g_assert_nonnull (strstr (auth_of (server, 2), "\"resume\":\"token-2\""));
}

static void
say_relay (ScriptedServer *server, unsigned i, int64_t id)
{
  g_autofree char *text = g_strdup_printf ("relay %u", i);
  g_autoptr (WireMessage) relay = message_relay ("encounter", text, strlen (text));

  scripted_server_say (server, relay, id);
}

/* The server repeats what it has no acknowledgement of: it is acknowledged, but heard once. */
static void
test_repeated (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  watch_go_online (watch);
  for (unsigned i = 0; i < 3; i++)
    say_relay (server, i, i);
  WAIT_FOR (server->acks->len == 3);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  for (unsigned i = 1; i < 5; i++)
    say_relay (server, i, i);
  WAIT_FOR (server->acks->len == 7);
  g_assert_cmpuint (watch->bodies->len, ==, 5);
  for (unsigned i = 0; i < 5; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      g_assert_cmpstr (g_ptr_array_index (watch->bodies, i), ==, text);
    }

  /* Another session counts from the start. */
  server->resumed = false;
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  say_relay (server, 5, 0);
  WAIT_FOR (server->acks->len == 8);
  g_assert_cmpuint (watch->bodies->len, ==, 6);
}

/* Several drops one after the other, some before the resume is through. */
static void
test_resume_again (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *relays[5];

  server->ack = ACK_NONE;
  watch_go_online (watch);
  for (unsigned i = 0; i < 5; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      relays[i] = request_relay (watch, "encounter", text);
    }
  WAIT_FOR (server->events->len == 5);

  server->admit = ADMIT_MUTE;
  scripted_server_cut (server);
  for (unsigned drop = 2; drop < 5; drop++)
    {
      WAIT_FOR (server->connections == drop && server->auths->len == drop);
      if (drop == 4)
        server->admit = ADMIT_WELCOME;
      scripted_server_cut (server);
    }
  server->ack = ACK_OK;
  WAIT_FOR (relays[4]->done);
  assert_relays (server, 5, 5);
  for (unsigned i = 0; i < 5; i++)
    {
      g_assert_true (relays[i]->ok);
      request_free (relays[i]);
    }
  g_assert_cmpstr (watch->states->str, ==, "connecting online reconnecting online");
}

static void
test_waiting_kinds (void)
{
  static const WireType kinds[] = { WIRE_END, WIRE_REPORT, WIRE_BLOCK };
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *requests[3];
  g_autoptr (Request) leave = NULL;

  watch_go_online (watch);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  for (unsigned i = 0; i < 3; i++)
    requests[i] = request_type (watch, kinds[i]);
  leave = request_type (watch, WIRE_LEAVE);
  WAIT_FOR (leave->done);
  g_assert_error (leave->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);

  WAIT_FOR (requests[2]->done);
  for (unsigned i = 0; i < 3; i++)
    {
      g_assert_true (requests[i]->ok);
      g_assert_true (
          g_str_has_prefix (g_ptr_array_index (server->events, i), wire_event_name (kinds[i])));
      request_free (requests[i]);
    }
}

static void
test_no_resume (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) sent = NULL;
  g_autoptr (Request) waiting = NULL;
  g_autoptr (Request) fresh = NULL;
  gboolean resumed;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  sent = request_relay (watch, "encounter", "sent");
  WAIT_FOR (server->events->len == 1);
  server->resumed = false;
  server->ack = ACK_OK;
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  waiting = request_relay (watch, "encounter", "waiting");
  g_assert_false (waiting->done);

  WAIT_FOR (sent->done && waiting->done);
  g_assert_error (sent->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_error (waiting->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_ONLINE);
  g_object_get (watch->link, "resumed", &resumed, NULL);
  g_assert_false (resumed);

  fresh = request_type (watch, WIRE_SEEK);
  WAIT_FOR (fresh->done);
  g_assert_true (fresh->ok);
  g_assert_cmpuint (server->events->len, ==, 2);
}

static void
test_waiting_full (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  Request *relays[64];
  g_autoptr (Request) full = NULL;

  watch_go_online (watch);
  causette_link_set_times (watch->link, NEVER_MS, NEVER_MS, 15000);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  for (unsigned i = 0; i < G_N_ELEMENTS (relays); i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u", i);
      relays[i] = request_relay (watch, "encounter", text);
    }
  full = request_relay (watch, "encounter", "one too many");
  WAIT_FOR (full->done);
  g_assert_error (full->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_QUEUE_FULL);

  causette_link_retry (watch->link);
  WAIT_FOR (relays[63]->done);
  assert_relays (server, 0, 64);
  for (unsigned i = 0; i < G_N_ELEMENTS (relays); i++)
    {
      g_assert_true (relays[i]->ok);
      request_free (relays[i]);
    }
}

/* A request that waits can be taken back. */
static void
test_cancel_waiting (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Request) cancelled = NULL;
  g_autoptr (Request) kept = NULL;

  watch_go_online (watch);
  causette_link_set_times (watch->link, NEVER_MS, NEVER_MS, 15000);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  cancelled = request_start (watch, message_relay ("encounter", "x", 1), cancellable);
  kept = request_relay (watch, "encounter", "relay 0");
  g_cancellable_cancel (cancellable);
  WAIT_FOR (cancelled->done);
  g_assert_error (cancelled->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  causette_link_retry (watch->link);
  WAIT_FOR (kept->done);
  assert_relays (server, 0, 1);
}

static void
test_closed_by_server (void)
{
  static const char *const goodbyes[] = { "41", "1", NULL };

  for (unsigned i = 0; i < 3; i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      g_autoptr (Watch) watch = watch_new (server->address);
      g_autoptr (WireMessage) closing = wire_message_new (WIRE_CLOSING);

      watch_go_online (watch);
      scripted_server_say (server, closing, SIO_NO_ID);
      WAIT_FOR (g_str_has_suffix (watch->messages->str, "closing"));
      g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_ONLINE);
      if (goodbyes[i] != NULL)
        scripted_server_send (server, goodbyes[i]);
      else
        scripted_server_close (server);
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
      g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_LOST));
      WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
      g_assert_nonnull (strstr (auth_of (server, 1), "resume"));
    }
}

static void
test_retry (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);

  causette_link_retry (watch->link);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_OFFLINE);
  watch_go_online (watch);
  causette_link_retry (watch->link);
  causette_link_set_times (watch->link, NEVER_MS, NEVER_MS, 15000);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  causette_link_retry (watch->link);
  causette_link_retry (watch->link);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  g_assert_cmpuint (server->connections, ==, 2);
}

static void
test_network_changed (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  GNetworkMonitor *network = g_network_monitor_get_default ();

  watch_go_online (watch);
  causette_link_set_times (watch->link, NEVER_MS, NEVER_MS, 15000);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_signal_emit_by_name (network, "network-changed", TRUE);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *message, unsigned *pongs)
{
  (*pongs)++;
}

/* A connection that is well outlives a change of the network. */
static void
test_probe (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  GNetworkMonitor *network = g_network_monitor_get_default ();
  unsigned pongs = 0;

  watch_go_online (watch);
  g_signal_emit_by_name (network, "network-changed", TRUE);
  g_signal_connect (server->connection, "pong", G_CALLBACK (on_pong), &pongs);
  soup_websocket_connection_set_keepalive_interval (server->connection, 1);
  WAIT_FOR (pongs >= 2);
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
  g_assert_cmpuint (server->connections, ==, 1);
}

/* One whose other end is out of reach is found out long before the next heartbeat is due. */
static void
test_probe_dead (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Proxy) proxy = proxy_new ((guint16) atoi (strrchr (server->address, ':') + 1));
  g_autoptr (Watch) watch = watch_new (proxy->address);
  GNetworkMonitor *network = g_network_monitor_get_default ();

  watch_go_online (watch);
  proxy_freeze (proxy);
  g_signal_emit_by_name (network, "network-changed", TRUE);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_LOST));
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  g_assert_cmpuint (server->connections, ==, 2);
}

static void
test_disconnect (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) sent = NULL;
  g_autoptr (Request) late = NULL;

  server->ack = ACK_NONE;
  watch_go_online (watch);
  sent = request_relay (watch, "encounter", "sent");
  causette_link_disconnect (watch->link);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_OFFLINE);
  g_assert_null (causette_signalling_get_error (CAUSETTE_SIGNALLING (watch->link)));
  causette_link_disconnect (watch->link);
  late = request_relay (watch, "encounter", "late");
  WAIT_FOR (sent->done && late->done);
  g_assert_error (sent->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_error (late->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);

  /* The server is told, so that it does not keep the session; what was sent before got there. */
  WAIT_FOR (server->goodbyes == 1 && server->closes == 1);
  g_assert_cmpuint (server->events->len, ==, 1);
  g_assert_cmpstr (watch->states->str, ==, "connecting online offline");

  /* Once more, as if for the first time. */
  causette_link_connect (watch->link);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_ONLINE);
  g_assert_null (strstr (auth_of (server, 1), "resume"));
}

static void
test_disconnect_while_waiting (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) waiting = NULL;

  watch_go_online (watch);
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  waiting = request_relay (watch, "encounter", "waiting");
  causette_link_disconnect (watch->link);
  WAIT_FOR (waiting->done);
  g_assert_error (waiting->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_null (causette_signalling_get_error (CAUSETTE_SIGNALLING (watch->link)));
}

/* Refused for good in the middle: what waits will not be sent. */
static void
test_refused_later (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  g_autoptr (Watch) watch = watch_new (server->address);
  g_autoptr (Request) waiting = NULL;

  watch_go_online (watch);
  server->admit = ADMIT_REFUSE;
  server->refusal = "{\"message\":\"no\",\"data\":{\"code\":\"policy-outdated\"}}";
  scripted_server_cut (server);
  WAIT_FOR (watch_state (watch) == CAUSETTE_LINK_RECONNECTING);
  waiting = request_relay (watch, "encounter", "waiting");
  WAIT_FOR (waiting->done);
  g_assert_error (waiting->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  g_assert_cmpint (watch_state (watch), ==, CAUSETTE_LINK_OFFLINE);
  g_assert_true (watch_has_error (watch, CAUSETTE_LINK_ERROR_REFUSED_POLICY));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/dead-peer", test_dead_peer);
  g_test_add_func ("/link/dead-at-the-door", test_dead_at_the_door);
  g_test_add_func ("/link/heartbeat", test_heartbeat);
  g_test_add_func ("/link/resume", test_resume);
  g_test_add_func ("/link/repeated", test_repeated);
  g_test_add_func ("/link/resume-again", test_resume_again);
  g_test_add_func ("/link/waiting-kinds", test_waiting_kinds);
  g_test_add_func ("/link/no-resume", test_no_resume);
  g_test_add_func ("/link/waiting-full", test_waiting_full);
  g_test_add_func ("/link/cancel-waiting", test_cancel_waiting);
  g_test_add_func ("/link/closed-by-server", test_closed_by_server);
  g_test_add_func ("/link/retry", test_retry);
  g_test_add_func ("/link/network-changed", test_network_changed);
  g_test_add_func ("/link/probe", test_probe);
  g_test_add_func ("/link/probe-dead", test_probe_dead);
  g_test_add_func ("/link/disconnect", test_disconnect);
  g_test_add_func ("/link/disconnect-while-waiting", test_disconnect_while_waiting);
  g_test_add_func ("/link/refused-later", test_refused_later);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: the link speaks with the reference implementation of Socket.IO, npm's socket.io, as
 * with a server of our own: handshake, refusal, acknowledgements both ways, heartbeat, resume.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/client/child.h"
#include "tests/unit/client/fixture.h"

static char *node;

/* Returns: (transfer full): the running server, or %NULL when the test is skipped. */
static Child *
start_server (const char *options, char **address)
{
  g_autofree char *script =
      g_test_build_filename (G_TEST_DIST, "unit", "client", "reference-server.mjs", NULL);
  g_autofree char *module =
      g_test_build_filename (G_TEST_DIST, "node_modules", "socket.io", "package.json", NULL);
  const char *argv[] = { node, script, options, NULL };
  Child *server;

  if (node == NULL)
    {
      g_test_skip ("node is not installed");
      return NULL;
    }
  if (!g_file_test (module, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("npm's socket.io is not installed: run npm ci in tests/");
      return NULL;
    }

  server = child_new (argv);
  WAIT_FOR (server->ended || server->lines->len > 0);
  g_assert_true (g_str_has_prefix (server->lines->str, "{\"port\":"));
  *address = g_strdup_printf ("127.0.0.1:%d", atoi (server->lines->str + strlen ("{\"port\":")));
  return server;
}

static void
pair (Watch *one, Watch *other)
{
  g_autoptr (Request) seek = request_type (one, WIRE_SEEK);
  g_autoptr (Request) seek_too = NULL;

  WAIT_FOR (seek->done);
  g_assert_no_error (seek->error);
  g_assert_cmpint (seek->waiting, ==, 2);
  seek_too = request_type (other, WIRE_SEEK);
  WAIT_FOR (seek_too->done);
  g_assert_no_error (seek_too->error);
  WAIT_FOR (strstr (one->messages->str, "paired") && strstr (other->messages->str, "paired"));
}

static void
assert_heard (Watch *watch, unsigned count)
{
  WAIT_FOR (watch->bodies->len >= count);
  g_assert_cmpuint (watch->bodies->len, ==, count);
  for (unsigned i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("relay %u \xc3\xa9t\xc3\xa9", i);
      g_assert_cmpstr (g_ptr_array_index (watch->bodies, i), ==, text);
    }
}

static Request *
relay (Watch *watch, unsigned i)
{
  g_autofree char *text = g_strdup_printf ("relay %u \xc3\xa9t\xc3\xa9", i);

  return request_relay (watch, "encounter", text);
}

static void
test_meet (void)
{
  g_autofree char *address = NULL;
  g_autoptr (Child) server = start_server (NULL, &address);
  g_autoptr (Watch) one = NULL;
  g_autoptr (Watch) other = NULL;
  Request *relays[20];

  if (server == NULL)
    return;
  one = watch_new (address);
  other = watch_new (address);
  watch_go_online (one);
  watch_go_online (other);
  /* Its lines come by another way than its packets: they are waited for. */
  WAIT_FOR (child_count (server, "\"transport\":\"websocket\"") == 2);

  relays[0] = relay (one, 0);
  WAIT_FOR (relays[0]->done);
  g_assert_error (relays[0]->error, WIRE_ERROR, WIRE_ERROR_NOT_PAIRED);
  request_free (relays[0]);

  pair (one, other);
  WAIT_FOR (child_count (server, "{\"event\":\"acknowledged\",\"answer\":{\"ok\":true}}") == 2);

  child_tell (server, "unknown");
  for (unsigned i = 0; i < 20; i++)
    relays[i] = relay (one, i);
  for (unsigned i = 0; i < 20; i++)
    {
      WAIT_FOR (relays[i]->done);
      g_assert_no_error (relays[i]->error);
      request_free (relays[i]);
    }
  assert_heard (other, 20);

  causette_link_disconnect (one->link);
  WAIT_FOR (child_count (server, "\"client namespace disconnect\"") == 1);
  g_assert_cmpstr (other->states->str, ==, "connecting online");
}

static void
test_refused (void)
{
  g_autofree char *address = NULL;
  g_autoptr (Child) server = start_server (NULL, &address);
  g_autoptr (CausetteLink) link = NULL;
  CausetteLinkHello hello = { .locale = "fr", .adult = false };

  if (server == NULL)
    return;
  link = causette_link_new (address, &hello, NULL);
  causette_link_connect (link);
  WAIT_FOR (causette_signalling_get_state (CAUSETTE_SIGNALLING (link)) == CAUSETTE_LINK_OFFLINE);
  g_assert_error (causette_signalling_get_error (CAUSETTE_SIGNALLING (link)), CAUSETTE_LINK_ERROR,
                  CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE);
}

static void
test_resume (void)
{
  g_autofree char *address = NULL;
  g_autoptr (Child) server = start_server (NULL, &address);
  g_autoptr (Watch) one = NULL;
  g_autoptr (Watch) other = NULL;
  Request *relays[10];

  if (server == NULL)
    return;
  one = watch_new (address);
  other = watch_new (address);
  watch_go_online (one);
  watch_go_online (other);
  pair (one, other);

  /* The partner is back first, for this server keeps nothing for who is away. */
  causette_link_set_times (one->link, 24 * 60 * 60 * 1000, 24 * 60 * 60 * 1000, 15000);
  child_tell (server, "cut");
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_RECONNECTING);
  for (unsigned i = 0; i < 10; i++)
    relays[i] = relay (one, i);
  WAIT_FOR (g_str_has_suffix (other->states->str, "reconnecting online"));
  causette_link_retry (one->link);
  for (unsigned i = 0; i < 10; i++)
    {
      WAIT_FOR (relays[i]->done);
      g_assert_no_error (relays[i]->error);
      request_free (relays[i]);
    }
  assert_heard (other, 10);
  WAIT_FOR (child_count (server, "\"resumed\":true") == 2);

  child_tell (server, "disconnect");
  WAIT_FOR (child_count (server, "\"server namespace disconnect\"") == 2);
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_RECONNECTING);
  g_assert_true (watch_has_error (one, CAUSETTE_LINK_ERROR_LOST));
  causette_link_retry (one->link);
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_ONLINE);
  child_tell (server, "disconnect-all");
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_RECONNECTING);
}

/* Its heartbeats are answered and believed. */
static void
test_heartbeat (void)
{
  g_autofree char *address = NULL;
  g_autoptr (Child) server = start_server ("{\"pingInterval\":100,\"pingTimeout\":2000}", &address);
  g_autoptr (Watch) watch = NULL;

  if (server == NULL)
    return;
  watch = watch_new (address);
  watch_go_online (watch);
  WAIT_FOR (child_count (server, "heartbeat") >= 25);
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  node = g_find_program_in_path ("node");
  g_test_add_func ("/reference/meet", test_meet);
  g_test_add_func ("/reference/refused", test_refused);
  g_test_add_func ("/reference/resume", test_resume);
  g_test_add_func ("/reference/heartbeat", test_heartbeat);
  status = g_test_run ();
  g_free (node);
  return status;
}

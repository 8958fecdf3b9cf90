/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: two links meet through the real causetted, relay to each other, and lose nothing when
 * the cable between one of them and the server is pulled and put back; a server that stops and
 * starts again has its clients back.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/client/child.h"
#include "tests/unit/client/fixture.h"
#include "tests/unit/client/proxy.h"

#define NEVER_MS (24 * 60 * 60 * 1000)

static char *causetted;
static char *policy_dir; /* with one policy in it, as a real server has */

/* Returns: (transfer full): the server, with its port in @port (0: any). */
static Child *
start_server (guint16 *port)
{
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%u", *port);
  const char *argv[] = { causetted, "--listen", listen, "--policy", policy_dir, NULL };
  Child *server = child_new (argv);
  const char *colon;

  WAIT_FOR (server->ended || server->lines->len > 0);
  g_assert_true (g_str_has_prefix (server->lines->str, "listening on http://127.0.0.1:"));
  colon = strrchr (server->lines->str, ':');
  *port = (guint16) atoi (colon + 1);
  g_assert_cmpuint (*port, >, 0);
  return server;
}

static Request *
seek (Watch *watch)
{
  WireMessage *message = wire_message_new (WIRE_SEEK);

  message->seek.video = true;
  message->seek.audio = true;
  return request_start (watch, message, NULL);
}

static void
on_paired (CausetteLink *link, const WireMessage *message, char **encounter)
{
  if (message->type != WIRE_PAIRED)
    return;
  g_free (*encounter);
  *encounter = g_strdup (message->paired.encounter);
}

/* Brings both online and pairs them. Returns: (transfer full): the encounter. */
static char *
pair (Watch *one, Watch *other)
{
  g_autoptr (Request) first = NULL;
  g_autoptr (Request) second = NULL;
  g_autofree char *encounter = NULL;
  g_autofree char *encounter_too = NULL;
  gulong handlers[2];

  handlers[0] = g_signal_connect (one->link, "message", G_CALLBACK (on_paired), &encounter);
  handlers[1] = g_signal_connect (other->link, "message", G_CALLBACK (on_paired), &encounter_too);
  watch_go_online (one);
  watch_go_online (other);
  first = seek (one);
  WAIT_FOR (first->done);
  g_assert_no_error (first->error);
  g_assert_cmpint (first->waiting, ==, 1);
  second = seek (other);
  WAIT_FOR (second->done);
  g_assert_no_error (second->error);
  WAIT_FOR (encounter != NULL && encounter_too != NULL);
  g_signal_handler_disconnect (one->link, handlers[0]);
  g_signal_handler_disconnect (other->link, handlers[1]);
  g_assert_cmpstr (encounter, ==, encounter_too);
  return g_steal_pointer (&encounter);
}

static Request *
relay (Watch *watch, const char *encounter, unsigned i)
{
  g_autofree char *text = g_strdup_printf ("relay %u", i);

  return request_relay (watch, encounter, text);
}

static void
finish (Request **requests, unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    {
      WAIT_FOR (requests[i]->done);
      g_assert_no_error (requests[i]->error);
      request_free (requests[i]);
    }
}

/* Everything, in order; a relay may come twice (it was sent again), as if it came once. */
static bool
heard_all (Watch *watch, unsigned count)
{
  unsigned next = 0;

  for (unsigned i = 0; i < watch->bodies->len; i++)
    {
      const char *body = g_ptr_array_index (watch->bodies, i);
      unsigned number = (unsigned) atoi (body + strlen ("relay "));

      g_assert_cmpuint (number, <=, next);
      if (number == next)
        next++;
    }
  return next == count;
}

static void
test_meet (void)
{
  guint16 port = 0;
  g_autoptr (Child) server = start_server (&port);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (Watch) one = watch_new (address);
  g_autoptr (Watch) other = watch_new (address);
  g_autofree char *encounter = pair (one, other);
  Request *there[20];
  Request *back[20];
  Request *end;

  for (unsigned i = 0; i < 20; i++)
    {
      there[i] = relay (one, encounter, i);
      back[i] = relay (other, encounter, i);
    }
  finish (there, 20);
  finish (back, 20);
  WAIT_FOR (one->bodies->len >= 20 && other->bodies->len >= 20);
  g_assert_cmpuint (one->bodies->len, ==, 20);
  g_assert_true (heard_all (one, 20) && heard_all (other, 20));

  end = request_start (one, wire_message_new (WIRE_LEAVE), NULL);
  WAIT_FOR (end->done);
  request_free (end);
  {
    WireMessage *message = wire_message_new (WIRE_END);

    message->end.encounter = g_strdup (encounter);
    message->end.reason = WIRE_END_HANG_UP;
    end = request_start (one, message, NULL);
  }
  finish (&end, 1);
  WAIT_FOR (strstr (other->messages->str, "ended") != NULL);

  there[0] = relay (other, encounter, 0);
  WAIT_FOR (there[0]->done);
  g_assert_error (there[0]->error, WIRE_ERROR, WIRE_ERROR_NOT_PAIRED);
  request_free (there[0]);
}

/* The cable is pulled in the middle of a conversation, a few times, and both go on talking. */
static void
test_resume (void)
{
  guint16 port = 0;
  g_autoptr (Child) server = start_server (&port);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (Proxy) proxy = proxy_new (port);
  g_autoptr (Watch) one = watch_new (proxy->address);
  g_autoptr (Watch) other = watch_new (address);
  g_autofree char *encounter = pair (one, other);
  Request *there[30];
  Request *back[30];
  g_autofree char *goes_on = NULL;
  gboolean resumed;
  unsigned n = 0;

  for (unsigned cut = 0; cut < 3; cut++)
    {
      /* Some are on their way when it happens, some are said meanwhile. */
      for (unsigned i = 0; i < 5; i++, n++)
        {
          there[n] = relay (one, encounter, n);
          back[n] = relay (other, encounter, n);
        }
      if (cut > 0)
        WAIT_FOR (other->bodies->len > 0);
      causette_link_set_times (one->link, NEVER_MS, NEVER_MS, 15000);
      if (cut == 1)
        proxy_freeze (proxy);
      proxy_cut (proxy);
      WAIT_FOR (watch_state (one) == CAUSETTE_LINK_RECONNECTING);
      for (unsigned i = 0; i < 5; i++, n++)
        {
          there[n] = relay (one, encounter, n);
          back[n] = relay (other, encounter, n);
        }
      causette_link_retry (one->link);
      WAIT_FOR (watch_state (one) == CAUSETTE_LINK_ONLINE);
      g_object_get (one->link, "resumed", &resumed, NULL);
      g_assert_true (resumed);
    }
  finish (there, n);
  finish (back, n);
  WAIT_FOR (heard_all (one, n) && heard_all (other, n));
  g_object_get (one->link, "encounter", &goes_on, NULL);
  g_assert_cmpstr (goes_on, ==, encounter);
  /* What the server repeated was heard once. */
  g_assert_cmpuint (one->bodies->len, ==, n);
  g_assert_cmpstr (other->states->str, ==, "connecting online");
}

/* It tells its clients, ends, and comes back without a memory. */
static void
test_restart (void)
{
  guint16 port = 0;
  Child *server = start_server (&port);
  g_autoptr (Child) next = NULL;
  g_autoptr (Proxy) proxy = proxy_new (port);
  g_autoptr (Watch) one = watch_new (proxy->address);
  g_autoptr (Watch) other = watch_new (proxy->address);
  g_autofree char *encounter = pair (one, other);
  g_autofree char *again = NULL;
  Request *waiting;
  gboolean resumed;

  child_terminate (server);
  WAIT_FOR (strstr (one->messages->str, "closing") && strstr (other->messages->str, "closing"));
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_RECONNECTING &&
            watch_state (other) == CAUSETTE_LINK_RECONNECTING);
  waiting = relay (one, encounter, 0);
  WAIT_FOR (server->ended);
  child_free (server);
  WAIT_FOR (proxy->refused > 0);

  port = 0;
  next = start_server (&port);
  proxy->target = port;
  WAIT_FOR (watch_state (one) == CAUSETTE_LINK_ONLINE &&
            watch_state (other) == CAUSETTE_LINK_ONLINE);
  WAIT_FOR (waiting->done);
  g_assert_error (waiting->error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  request_free (waiting);
  g_object_get (one->link, "resumed", &resumed, NULL);
  g_assert_false (resumed);

  /* The new one does not remember that they have met. */
  again = pair (one, other);
  g_assert_nonnull (again);
}

/* Started with nothing but an address to listen on. */
static void
test_no_policy (void)
{
  const char *argv[] = { causetted, "--listen", "127.0.0.1:0", NULL };
  g_autoptr (Child) server = child_new (argv);
  g_autofree char *address = NULL;
  g_autoptr (Watch) watch = NULL;

  WAIT_FOR (server->ended || server->lines->len > 0);
  address = g_strdup_printf ("127.0.0.1:%d", atoi (strrchr (server->lines->str, ':') + 1));
  watch = watch_new (address);
  watch_go_online (watch);
  g_assert_cmpstr (watch->states->str, ==, "connecting online");
}

/* Its word that one has left for good: the partner hears of it at once and not after 30 s. */
static void
test_leave (void)
{
  guint16 port = 0;
  g_autoptr (Child) server = start_server (&port);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (Watch) one = watch_new (address);
  g_autoptr (Watch) other = watch_new (address);
  g_autofree char *encounter = pair (one, other);

  causette_link_disconnect (one->link);
  WAIT_FOR (strstr (other->messages->str, "ended") != NULL);
  g_assert_cmpint (watch_state (other), ==, CAUSETTE_LINK_ONLINE);
}

static void
make_policy (void)
{
  static const char text[] = "---\nversion: 2024-01-01\n---\n\nWe keep nothing.\n";
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;

  policy_dir = g_dir_make_tmp ("causette-policy-XXXXXX", &error);
  g_assert_no_error (error);
  file = g_build_filename (policy_dir, "en.md", NULL);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
}

static void
remove_policy (void)
{
  g_autofree char *file = g_build_filename (policy_dir, "en.md", NULL);

  g_remove (file);
  g_rmdir (policy_dir);
  g_clear_pointer (&policy_dir, g_free);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  causetted = argv[1];
  g_test_add_func ("/causetted/meet", test_meet);
  g_test_add_func ("/causetted/resume", test_resume);
  g_test_add_func ("/causetted/restart", test_restart);
  g_test_add_func ("/causetted/no-policy", test_no_policy);
  g_test_add_func ("/causetted/leave", test_leave);
  make_policy ();
  status = g_test_run ();
  remove_policy ();
  return status;
}

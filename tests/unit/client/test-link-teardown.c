/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: a link can be told to stop, dropped or disposed of at any moment and from inside any of
 * its callbacks; then it is gone, nothing calls back, no descriptor stays open.
 */
#include <string.h>

#include "tests/unit/client/fixture.h"
#include "tests/unit/client/scripted-server.h"

#define ROUNDS 150 /* each way at each of 50 moments */

typedef enum
{
  BY_DISCONNECT,
  BY_UNREF,
  BY_DISPOSE,
  N_WAYS,
} Way;

typedef struct
{
  bool gone; /* nothing may be heard any more */
  unsigned heard;
} Ear;

static void
on_anything (Ear *ear)
{
  g_assert_false (ear->gone);
  ear->heard++;
}

static CausetteLink *
link_new (ScriptedServer *server, Ear *ear)
{
  CausetteLink *link = causette_link_new (server->address, NULL, NULL);

  g_assert_nonnull (link);
  causette_link_set_times (link, 1, 5, 15000);
  g_signal_connect_swapped (link, "notify", G_CALLBACK (on_anything), ear);
  g_signal_connect_swapped (link, "message", G_CALLBACK (on_anything), ear);
  return link;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  unsigned *open_requests = data;

  causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, NULL, &error);
  g_assert_cmpuint (*open_requests, >, 0);
  (*open_requests)--;
}

static unsigned
open_files (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  unsigned count = 0;

  if (dir == NULL)
    return 0;
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static bool
server_is_idle (ScriptedServer *server)
{
  return server->connection == NULL && server->leaving->len == 0;
}

/* Keeps the main loop turning where nothing else happens. */
static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* One life of a link: @steps turns of the main loop long, ended in one @way. */
static void
live (ScriptedServer *server, unsigned steps, Way way)
{
  Ear ear = { 0 };
  CausetteLink *link = link_new (server, &ear);
  unsigned open_requests = 0;
  gpointer weak = link;
  guint ticker = g_timeout_add (1, on_tick, NULL);

  g_object_add_weak_pointer (G_OBJECT (link), &weak);
  causette_link_connect (link);
  for (unsigned i = 0; i < steps; i++)
    {
      if (i % 4 == 3)
        {
          g_autoptr (WireMessage) relay = message_relay ("encounter", "x", 1);

          open_requests++;
          causette_signalling_request_async (CAUSETTE_SIGNALLING (link), relay, NULL, on_answer,
                                             &open_requests);
        }
      if (i % 23 == 22 && server->connection != NULL)
        scripted_server_cut (server);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (ticker);

  switch (way)
    {
    case BY_DISCONNECT:
      causette_link_disconnect (link);
      ear.gone = true;
      g_object_unref (link);
      break;
    case BY_DISPOSE:
      g_object_run_dispose (G_OBJECT (link));
      ear.gone = true;
      g_object_unref (link);
      break;
    case BY_UNREF:
      /* Requests keep it: once they are answered it goes by itself. */
      WAIT_FOR (open_requests == 0);
      g_object_unref (link);
      ear.gone = weak == NULL;
      break;
    case N_WAYS:
    default:
      g_assert_not_reached ();
    }
  WAIT_FOR (weak == NULL && open_requests == 0);
  ear.gone = true;
}

static void
test_any_moment (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  unsigned before = 0;

  for (unsigned round = 0; round < ROUNDS; round++)
    {
      live (server, round % 50, (Way) (round % N_WAYS));
      WAIT_FOR (server_is_idle (server));
      if (round == 10)
        before = open_files ();
    }
  fixture_drain ();
  g_assert_cmpuint (open_files (), <=, before + 2);
}

/* From inside its own callbacks. */
typedef struct
{
  CausetteLink *link; /* owned */
  unsigned ended;
} Suicide;

static void
commit (Suicide *suicide)
{
  CausetteLink *link = g_steal_pointer (&suicide->link);

  suicide->ended++;
  if (link == NULL)
    return;
  causette_link_disconnect (link);
  g_object_unref (link);
}

static void
on_message (CausetteLink *link, const WireMessage *message, Suicide *suicide)
{
  commit (suicide);
}

static void
on_notify (CausetteLink *link, GParamSpec *pspec, Suicide *suicide)
{
  gint state;

  g_object_get (link, "state", &state, NULL);
  if (state == CAUSETTE_LINK_ONLINE || state == CAUSETTE_LINK_RECONNECTING)
    commit (suicide);
}

static void
on_error_notify (CausetteLink *link, GParamSpec *pspec, Suicide *suicide)
{
  commit (suicide);
}

static void
on_request (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, NULL, &error);
  commit (data);
}

static void
test_from_callback (void)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
    bool cut;
  } rows[] = {
    { "message", G_CALLBACK (on_message), false },
    { "notify::state", G_CALLBACK (on_notify), false },
    { "notify::online-count", G_CALLBACK (on_error_notify), false },
    { "notify::error", G_CALLBACK (on_error_notify), true },
    { NULL, NULL, false },
    { NULL, NULL, true },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
      Suicide suicide = { 0 };
      Ear ear = { 0 };
      gpointer weak;

      suicide.link = link_new (server, &ear);
      weak = suicide.link;
      g_object_add_weak_pointer (G_OBJECT (suicide.link), &weak);
      if (rows[i].signal != NULL)
        g_signal_connect (suicide.link, rows[i].signal, rows[i].callback, &suicide);
      server->ack = rows[i].cut ? ACK_NONE : ACK_OK;
      causette_link_connect (suicide.link);

      if (rows[i].signal == NULL)
        {
          g_autoptr (WireMessage) seek = wire_message_new (WIRE_SEEK);

          WAIT_FOR (causette_signalling_get_state (CAUSETTE_SIGNALLING (suicide.link)) ==
                    CAUSETTE_LINK_ONLINE);
          for (unsigned n = 0; n < 3; n++)
            causette_signalling_request_async (CAUSETTE_SIGNALLING (suicide.link), seek, NULL,
                                               on_request, &suicide);
          if (rows[i].cut)
            WAIT_FOR (server->events->len == 3);
        }
      else if (rows[i].cut)
        WAIT_FOR (server->auths->len == 1);
      if (rows[i].cut)
        scripted_server_cut (server);

      WAIT_FOR (weak == NULL);
      g_assert_cmpuint (suicide.ended, >, 0);
      WAIT_FOR (server_is_idle (server));
      fixture_drain ();
    }
}

/* Whoever listens may also start over at once. */
static void
on_offline (CausetteLink *link, GParamSpec *pspec, unsigned *rounds)
{
  gint state;

  g_object_get (link, "state", &state, NULL);
  if (state == CAUSETTE_LINK_ONLINE)
    causette_link_disconnect (link);
  else if (state == CAUSETTE_LINK_OFFLINE && ++(*rounds) < 10)
    causette_link_connect (link);
}

static void
test_start_over (void)
{
  g_autoptr (ScriptedServer) server = scripted_server_new (NULL);
  Ear ear = { 0 };
  CausetteLink *link = link_new (server, &ear);
  unsigned rounds = 0;

  g_signal_connect (link, "notify::state", G_CALLBACK (on_offline), &rounds);
  causette_link_connect (link);
  WAIT_FOR (rounds == 10);
  WAIT_FOR (server_is_idle (server));
  g_assert_cmpint (causette_signalling_get_state (CAUSETTE_SIGNALLING (link)), ==,
                   CAUSETTE_LINK_OFFLINE);
  g_assert_finalize_object (link);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/teardown/any-moment", test_any_moment);
  g_test_add_func ("/link/teardown/from-callback", test_from_callback);
  g_test_add_func ("/link/teardown/start-over", test_start_over);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server of this computer's own: the real causetted, started, spoken to and ended.
 */

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "app/server-host.h"

#define LIMIT_S 20

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
on_limit (gpointer data)
{
  g_error ("Waited too long");

  return G_SOURCE_REMOVE;
}

static CausetteServerHost *
start (gboolean public_, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  causette_server_host_start_async (public_, cancellable, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);

  return causette_server_host_start_finish (result, error);
}

static gboolean
is_reachable (const char *address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, address, 0, NULL, NULL);

  return connection != NULL;
}

/* Waits until the process, a child of this one, is gone and collected. */
static void
wait_until_gone (pid_t pid)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (kill (pid, 0) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_cmpint (errno, ==, ESRCH);
  g_source_remove (limit);
}

static void
test_private (void)
{
  g_autoptr (GError) error = NULL;
  CausetteServerHost *host = start (FALSE, NULL, &error);
  g_autofree char *address = NULL;
  pid_t pid;

  g_assert_no_error (error);
  address = g_strdup (causette_server_host_get_local_address (host));
  g_assert_true (g_str_has_prefix (address, "127.0.0.1:"));
  g_assert_cmpstr (causette_server_host_get_address (host), ==, address);
  g_assert_true (is_reachable (address));

  pid = (pid_t) g_ascii_strtoll (causette_server_host_get_pid (host), NULL, 10);
  g_assert_cmpint (pid, >, 1);
  g_assert_finalize_object (host);
  wait_until_gone (pid);
  g_assert_false (is_reachable (address));
}

/* Two at once: the second takes another port than the usual one. */
static void
test_public (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CausetteServerHost) one = start (TRUE, NULL, &error);
  g_autoptr (CausetteServerHost) two = NULL;

  g_assert_no_error (error);
  two = start (TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (causette_server_host_get_local_address (one), !=,
                   causette_server_host_get_local_address (two));
  g_assert_true (is_reachable (causette_server_host_get_local_address (one)));
  g_assert_true (is_reachable (causette_server_host_get_local_address (two)));

  /* What others type has the same port. */
  g_assert_cmpstr (strrchr (causette_server_host_get_address (two), ':'), ==,
                   strrchr (causette_server_host_get_local_address (two), ':'));

  causette_server_host_stop (one);
  causette_server_host_stop (one);
  g_assert_null (causette_server_host_get_pid (one));
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  causette_server_host_start_async (FALSE, cancellable, on_result, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  g_assert_null (causette_server_host_start_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_error (&error);
  g_assert_null (start (FALSE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/server-host/private", test_private);
  g_test_add_func ("/app/server-host/public", test_public);
  g_test_add_func ("/app/server-host/cancelled", test_cancelled);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts causetted, reads the one line that it writes when it listens, and ends it.
 *
 * Owns: the child process and its standard output. Called by: app/session.
 * Must never: leave the child behind; on Linux the kernel ends it when this program is killed.
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "app/program.h"
#include "app/server-host.h"

#define PORT         8710
#define LISTENING    "listening on http://"
#define START_MS     10000
#define LINE_MAX_LEN 512

struct _CausetteServerHost
{
  GObject parent_instance;

  GSubprocess *process;
  GDataInputStream *output;
  GCancellable *reading;
  gboolean public_;
  char *local_address;
  char *address;
};

G_DEFINE_FINAL_TYPE (CausetteServerHost, causette_server_host, G_TYPE_OBJECT)

G_DEFINE_QUARK (causette - server - host - error - quark, server_host_error)

typedef struct
{
  CausetteServerHost *host;
  guint timer;
  gboolean timed_out;
  gboolean any_port;
  GCancellable *cancellable; /* of the caller, nullable */
  gulong cancelled_id;
} Start;

static void launch (GTask *task);
static void read_on (CausetteServerHost *self);

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_handle_id (&start->timer, g_source_remove);
  g_clear_object (&start->host);
  g_free (start);
}

#ifdef G_OS_UNIX
/* Between fork and exec. */
static void
set_up_child (gpointer data)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGTERM);
#endif
}
#endif

/* An address of this computer that others on its network can reach: the one that packets to the
 * outside would leave from. Nothing is sent. */
static char *
find_network_address (void)
{
  static const char *const outside[] = { "192.0.2.1", "2001:db8::1" };

  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (outside[i], 9);
      g_autoptr (GSocketAddress) local = NULL;
      g_autoptr (GSocket) socket = NULL;
      GInetAddress *address;

      socket = g_socket_new (g_socket_address_get_family (remote), G_SOCKET_TYPE_DATAGRAM,
                             G_SOCKET_PROTOCOL_UDP, NULL);
      if (socket == NULL || !g_socket_connect (socket, remote, NULL, NULL))
        continue;

      local = g_socket_get_local_address (socket, NULL);
      if (local == NULL)
        continue;

      address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local));
      if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address))
        continue;

      if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
        {
          g_autofree char *text = g_inet_address_to_string (address);

          return g_strdup_printf ("[%s]", text);
        }

      return g_inet_address_to_string (address);
    }

  return g_strdup (g_get_host_name ());
}

/* Takes the port out of "listening on http://HOST:PORT". Returns 0 for anything else. */
static guint16
parse_line (const char *line)
{
  g_autoptr (GUri) uri = NULL;

  if (line == NULL || strlen (line) > LINE_MAX_LEN || !g_str_has_prefix (line, LISTENING))
    return 0;

  uri = g_uri_parse (line + strlen ("listening on "), G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_port (uri) < 1 || g_uri_get_port (uri) > G_MAXUINT16)
    return 0;

  return (guint16) g_uri_get_port (uri);
}

/* The child writes nothing more of interest, but must not be held up by a full pipe. */
static void
on_more_output (GObject *source, GAsyncResult *result, gpointer data)
{
  CausetteServerHost *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);

  /* Cancelled, it may not exist any more. */
  if (error != NULL || line == NULL)
    return;

  read_on (self);
}

static void
read_on (CausetteServerHost *self)
{
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_LOW, self->reading, on_more_output,
                                       self);
}

static void
fail (GTask *task)
{
  Start *start = g_task_get_task_data (task);

  causette_server_host_stop (start->host);
  if (g_task_return_error_if_cancelled (task))
    return;

  g_task_return_new_error (task, SERVER_HOST_ERROR, SERVER_HOST_ERROR_START, "%s",
                           start->timed_out
                               ? _ ("The server on this computer did not start in time.")
                               : _ ("The server on this computer could not be started."));
}

static void
on_first_line (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Start *start = g_task_get_task_data (task);
  CausetteServerHost *self = start->host;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  guint16 port = parse_line (line);

  g_clear_handle_id (&start->timer, g_source_remove);
  if (start->cancelled_id != 0)
    g_cancellable_disconnect (start->cancellable, start->cancelled_id);
  start->cancelled_id = 0;

  if (port == 0)
    {
      /* Another program may have the usual port. */
      if (self->public_ && !start->any_port && !start->timed_out &&
          !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
        {
          start->any_port = TRUE;
          causette_server_host_stop (self);
          launch (g_object_ref (task));
          return;
        }
      fail (task);
      return;
    }

  self->local_address = g_strdup_printf ("127.0.0.1:%u", port);
  if (self->public_)
    {
      g_autofree char *network = find_network_address ();

      self->address = g_strdup_printf ("%s:%u", network, port);
    }
  else
    self->address = g_strdup (self->local_address);

  read_on (self);
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static void
on_start_time_out (gpointer data)
{
  Start *start = data;

  start->timer = 0;
  start->timed_out = TRUE;
  g_cancellable_cancel (start->host->reading);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/* Starts the child and waits for its line. @task: (transfer full) */
static void
launch (GTask *task)
{
  g_autoptr (GTask) owned = task;
  Start *start = g_task_get_task_data (task);
  CausetteServerHost *self = start->host;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *listen = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  path = causette_server_host_find (&error);
  if (path == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  listen = g_strdup_printf ("%s:%d", self->public_ ? "0.0.0.0" : "127.0.0.1",
                            self->public_ && !start->any_port ? PORT : 0);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
#ifdef G_OS_UNIX
  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
#endif
  self->process = g_subprocess_launcher_spawn (launcher, &error, path, "--listen", listen, NULL);
  if (self->process == NULL)
    {
      g_debug ("causetted could not be started: %s", error->message);
      fail (task);
      return;
    }

  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  start->timer = g_timeout_add_once (START_MS, on_start_time_out, start);
  start->cancellable = g_task_get_cancellable (task);
  if (start->cancellable != NULL)
    start->cancelled_id = g_cancellable_connect (start->cancellable, G_CALLBACK (on_cancelled),
                                                 g_object_ref (self->reading), g_object_unref);
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_DEFAULT, self->reading,
                                       on_first_line, g_steal_pointer (&owned));
}

static void
causette_server_host_finalize (GObject *object)
{
  CausetteServerHost *self = CAUSETTE_SERVER_HOST (object);

  causette_server_host_stop (self);
  g_free (self->local_address);
  g_free (self->address);

  G_OBJECT_CLASS (causette_server_host_parent_class)->finalize (object);
}

static void
causette_server_host_class_init (CausetteServerHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = causette_server_host_finalize;
}

static void
causette_server_host_init (CausetteServerHost *self)
{
}

char *
causette_server_host_find (GError **error)
{
  static const char *const places[] = {
    "causetted",           /* installed */
    "net/server/causetted" /* a build folder */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = program_find (places[i]);

      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) &&
          !g_file_test (path, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&path);
    }

  {
    g_autofree char *path = g_find_program_in_path ("causetted");

    if (path != NULL)
      return g_steal_pointer (&path);
  }

  g_set_error_literal (error, SERVER_HOST_ERROR, SERVER_HOST_ERROR_MISSING,
                       _ ("The server program is not installed on this computer."));
  return NULL;
}

void
causette_server_host_start_async (gboolean public_,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);

  g_task_set_source_tag (task, causette_server_host_start_async);
  start->host = g_object_new (CAUSETTE_TYPE_SERVER_HOST, NULL);
  start->host->public_ = public_;
  g_task_set_task_data (task, start, start_free);

  if (g_task_return_error_if_cancelled (task))
    return;

  launch (g_steal_pointer (&task));
}

CausetteServerHost *
causette_server_host_start_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
causette_server_host_stop (CausetteServerHost *self)
{
  g_return_if_fail (CAUSETTE_IS_SERVER_HOST (self));

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_object (&self->output);

  if (self->process != NULL)
    {
#ifdef G_OS_UNIX
      g_subprocess_send_signal (self->process, SIGTERM);
#else
      g_subprocess_force_exit (self->process);
#endif
    }
  g_clear_object (&self->process);
}

const char *
causette_server_host_get_local_address (CausetteServerHost *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SERVER_HOST (self), NULL);

  return self->local_address;
}

const char *
causette_server_host_get_address (CausetteServerHost *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SERVER_HOST (self), NULL);

  return self->address;
}

const char *
causette_server_host_get_pid (CausetteServerHost *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SERVER_HOST (self), NULL);

  return self->process != NULL ? g_subprocess_get_identifier (self->process) : NULL;
}

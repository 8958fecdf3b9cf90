/* SPDX-License-Identifier: GPL-3.0-or-later */
/* causette-probe's command line, lines and exit status, with a real server and without devices.
 */

#include <signal.h>
#include <string.h>

#include <gio/gio.h>

#include "app/program.h"
#include "app/server-host.h"
#include "net/wire/json.h"

#define LIMIT_S 60

static char *probe_path;
static CausetteServerHost *host;

typedef struct
{
  GSubprocess *process;
  GString *output;
  char chunk[4096];
  gboolean ended;
  int status;
} Probe;

static gboolean
on_limit (gpointer data)
{
  g_error ("Waited too long");

  return G_SOURCE_REMOVE;
}

static void
on_output (GObject *source, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;
  g_autoptr (GError) error = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  g_assert_no_error (error);
  if (size == 0)
    {
      g_subprocess_wait (probe->process, NULL, NULL);
      probe->status = g_subprocess_get_if_exited (probe->process)
                          ? g_subprocess_get_exit_status (probe->process)
                          : -1;
      probe->ended = TRUE;
      return;
    }

  g_string_append_len (probe->output, probe->chunk, size);
  g_input_stream_read_async (G_INPUT_STREAM (source), probe->chunk, sizeof probe->chunk,
                             G_PRIORITY_DEFAULT, NULL, on_output, probe);
}

/* @options: separated by spaces. @with_server: with the server, and without devices. */
static Probe *
start (const char *options, gboolean with_server)
{
  Probe *probe = g_new0 (Probe, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) split = g_strsplit (options, " ", -1);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  g_strv_builder_add (builder, probe_path);
  if (with_server)
    g_strv_builder_add_many (builder, "--server", causette_server_host_get_local_address (host),
                             "--video", "none", "--audio", "none", NULL);
  for (gsize i = 0; split[i] != NULL; i++)
    if (*split[i] != '\0')
      g_strv_builder_add (builder, split[i]);
  argv = g_strv_builder_end (builder);

  probe->output = g_string_new (NULL);
  probe->process =
      g_subprocess_newv ((const char *const *) argv,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE, &error);
  g_assert_no_error (error);
  g_input_stream_read_async (g_subprocess_get_stdout_pipe (probe->process), probe->chunk,
                             sizeof probe->chunk, G_PRIORITY_DEFAULT, NULL, on_output, probe);

  return probe;
}

static void
probe_free (Probe *probe)
{
  g_assert_true (probe->ended);
  g_object_unref (probe->process);
  g_string_free (probe->output, TRUE);
  g_free (probe);
}

/* Returns: (transfer full): the lines so far, each read as JSON; every one has its time and name.
 */
static GPtrArray *
get_lines (Probe *probe)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_value_unref);
  const char *at = probe->output->str;
  const char *end;

  while ((end = strchr (at, '\n')) != NULL)
    {
      g_autoptr (GError) error = NULL;
      JsonValue *line = json_value_parse (at, (size_t) (end - at), &error);

      g_assert_no_error (error);
      g_assert_cmpint (json_value_get_type (json_object_find (line, "t_ms")), ==,
                       JSON_TYPE_INTEGER);
      g_assert_nonnull (json_value_string (json_object_find (line, "event")));
      g_ptr_array_add (lines, line);
      at = end + 1;
    }

  return lines;
}

static guint
count (Probe *probe, const char *event)
{
  g_autoptr (GPtrArray) lines = get_lines (probe);
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    if (g_str_equal (json_value_string (json_object_find (g_ptr_array_index (lines, i), "event")),
                     event))
      n++;

  return n;
}

/* What the last line with @event says under @key. */
static char *
get_last (Probe *probe, const char *event, const char *key)
{
  g_autoptr (GPtrArray) lines = get_lines (probe);

  for (guint i = lines->len; i > 0; i--)
    {
      JsonValue *line = g_ptr_array_index (lines, i - 1);

      if (g_str_equal (json_value_string (json_object_find (line, "event")), event))
        return g_strdup (json_value_string (json_object_find (line, key)));
    }

  return NULL;
}

static void
wait_for_event (Probe *probe, const char *event, guint n)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (count (probe, event) < n)
    {
      g_assert_false (probe->ended);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (limit);
}

static void
wait_for_end (Probe *probe, int status)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (!probe->ended)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);

  if (probe->status != status)
    g_printerr ("%s", probe->output->str);
  g_assert_cmpint (probe->status, ==, status);

  if (status != 0)
    {
      g_autoptr (GPtrArray) lines = get_lines (probe);
      JsonValue *last = g_ptr_array_index (lines, lines->len - 1);

      g_assert_cmpstr (json_value_string (json_object_find (last, "event")), ==, "error");
      g_assert_nonnull (json_value_string (json_object_find (last, "message")));
    }
  else
    g_assert_cmpuint (count (probe, "error"), ==, 0);
}

static void
tell (Probe *probe, const char *line)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (probe->process);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (input, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_bad_options (void)
{
  static const char *const bad[] = {
    "",
    "--server",
    "--server x y",
    "--server 127.0.0.1:9 --fps many",
    "--server 127.0.0.1:9 --fps 0",
    "--server 127.0.0.1:9 --size 640",
    "--server 127.0.0.1:9 --size 640x",
    "--server 127.0.0.1:9 --size 0x0",
    "--server 127.0.0.1:9 --video film",
    "--server 127.0.0.1:9 --audio tape",
    "--server 127.0.0.1:9 --duration -1",
    "--server 127.0.0.1:9 --exit-after never",
    "--server 127.0.0.1:9 --exit-after 0",
    "--server 127.0.0.1:9 --next-after -1",
    "--server 127.0.0.1:9 --unknown",
    "--server ftp://example.org",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      Probe *probe = start (bad[i], FALSE);

      wait_for_end (probe, 1);
      probe_free (probe);
    }
}

static void
test_help (void)
{
  Probe *probe = start ("--help", FALSE);
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (!probe->ended)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  g_assert_cmpint (probe->status, ==, 0);
  g_assert_nonnull (strstr (probe->output->str, "--relay-only"));
  g_assert_nonnull (strstr (probe->output->str, "first-video-frame"));
  probe_free (probe);
}

static void
test_nobody (void)
{
  Probe *probe = start ("--duration 1", TRUE);

  wait_for_end (probe, 1);
  g_assert_cmpuint (count (probe, "seeking"), ==, 1);
  probe_free (probe);

  /* A signal ends it politely. */
  probe = start ("", TRUE);
  wait_for_event (probe, "seeking", 1);
  g_subprocess_send_signal (probe->process, SIGTERM);
  wait_for_end (probe, 1);
  {
    g_autofree char *reason = get_last (probe, "ended", "reason");

    g_assert_cmpstr (reason, ==, "left");
  }
  probe_free (probe);
}

static void
test_texts (void)
{
  Probe *one = start ("--exit-after text --say hello --say there", TRUE);
  Probe *two = start ("--exit-after text --say Salut", TRUE);
  g_autofree char *role_one = NULL;
  g_autofree char *role_two = NULL;

  wait_for_end (one, 0);
  wait_for_end (two, 0);
  g_assert_cmpuint (count (one, "text"), ==, 3);
  g_assert_cmpuint (count (two, "text"), ==, 3);
  g_assert_cmpuint (count (one, "secured"), ==, 1);
  g_assert_cmpuint (count (one, "online"), ==, 1);
  g_assert_cmpuint (count (one, "ended"), ==, 1);
  role_one = get_last (one, "paired", "role");
  role_two = get_last (two, "paired", "role");
  g_assert_cmpstr (role_one, !=, role_two);
  probe_free (one);
  probe_free (two);
}

/* One goes on to the next, and ends after the second conversation; those who are left end too. */
static void
test_next (void)
{
  Probe *one = start ("--next-after 1 --exit-after 2", TRUE);
  Probe *two = start ("", TRUE);
  Probe *three;
  g_autofree char *reason = NULL;

  wait_for_event (one, "paired", 1);
  three = start ("--say here", TRUE);
  wait_for_end (two, 0);
  reason = get_last (two, "ended", "reason");
  g_assert_cmpstr (reason, ==, "partner-next");
  wait_for_event (one, "paired", 2);
  wait_for_event (three, "delivered", 1);
  wait_for_event (one, "ice", 4); /* connecting and connected, twice */
  wait_for_event (three, "ice", 2);
  g_subprocess_send_signal (three->process, SIGINT);
  wait_for_end (three, 0);
  wait_for_end (one, 0);
  g_assert_cmpuint (count (one, "ended"), ==, 2);
  probe_free (one);
  probe_free (two);
  probe_free (three);
}

static void
test_interactive (void)
{
  Probe *one = start ("--interactive", TRUE);
  Probe *two = start ("--interactive --video fail:busy", TRUE);
  g_autofree char *text = NULL;
  g_autofree char *reason = NULL;
  g_autoptr (GError) error = NULL;

  wait_for_event (one, "secured", 1);
  wait_for_event (two, "secured", 1);
  wait_for_event (two, "device", 1);
  tell (one, "say Bonjour, ça va ?\nnonsense\n");
  wait_for_event (one, "delivered", 1);
  wait_for_event (one, "warning", 1);
  text = get_last (two, "text", "text");
  g_assert_cmpstr (text, ==, "Bonjour, ça va ?");

  /* It does not end with the conversation. */
  tell (two, "end\n");
  wait_for_event (one, "ended", 1);
  wait_for_event (two, "ended", 1);
  reason = get_last (one, "ended", "reason");
  g_assert_cmpstr (reason, ==, "partner-hung-up");
  tell (one, "say to nobody\n");
  wait_for_event (one, "warning", 2);
  tell (one, "next\n");
  wait_for_event (one, "seeking", 2);

  tell (one, "quit\n");
  g_output_stream_close (g_subprocess_get_stdin_pipe (two->process), NULL, &error);
  g_assert_no_error (error);
  wait_for_end (one, count (one, "ice") >= 2 ? 0 : 1);
  wait_for_end (two, count (two, "ice") >= 2 ? 0 : 1);
  probe_free (one);
  probe_free (two);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  host = causette_server_host_start_finish (result, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  probe_path = program_find ("app/causette-probe");
  g_assert_nonnull (probe_path);
  causette_server_host_start_async (FALSE, NULL, on_started, NULL);
  while (host == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_test_add_func ("/app/probe/bad-options", test_bad_options);
  g_test_add_func ("/app/probe/help", test_help);
  g_test_add_func ("/app/probe/nobody", test_nobody);
  g_test_add_func ("/app/probe/texts", test_texts);
  g_test_add_func ("/app/probe/next", test_next);
  g_test_add_func ("/app/probe/interactive", test_interactive);

  status = g_test_run ();
  g_clear_object (&host);
  g_free (probe_path);

  return status;
}

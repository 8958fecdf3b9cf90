/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server in a process of its own; see the header. */
#include "tests/unit/client/child.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/client/fixture.h"

static void read_line (Child *self);

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Child *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);

  if (line == NULL)
    {
      self->ended = true;
      return;
    }
  g_string_append_printf (self->lines, "%s\n", line);
  read_line (self);
}

static void
read_line (Child *self)
{
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_DEFAULT, self->cancellable, on_line,
                                       self);
}

Child *
child_new (const char *const *argv)
{
  Child *self = g_new0 (Child, 1);
  g_autoptr (GError) error = NULL;

  self->process =
      g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                         &error);
  g_assert_no_error (error);
  self->cancellable = g_cancellable_new ();
  self->lines = g_string_new (NULL);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  read_line (self);
  return self;
}

void
child_free (Child *self)
{
  g_cancellable_cancel (self->cancellable);
  WAIT_FOR (self->ended);
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->output);
  g_object_unref (self->process);
  g_object_unref (self->cancellable);
  g_string_free (self->lines, TRUE);
  g_free (self);
}

unsigned
child_count (Child *self, const char *text)
{
  unsigned count = 0;

  for (const char *p = self->lines->str; (p = strstr (p, text)) != NULL; p += strlen (text))
    count++;
  return count;
}

void
child_tell (Child *self, const char *line)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (self->process);
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (input, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

void
child_terminate (Child *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of causette-probe, checked.
 *
 * Called by: app/probe. The words are for people who test and measure: they are not translated.
 */

#include "config.h"

#include "app/probe-options.h"

#include <stdlib.h>
#include <string.h>

#define SIDE_MAX     4096
#define RATE_MAX     120
#define DURATION_MAX (7 * 24 * 3600)
#define COUNT_MAX    1000000

/* Takes the number that @text is, as a whole, from @min to @max. */
static gboolean
parse_number (const char *name, const char *text, int min, int max, int *out, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, (guint64) min, (guint64) max, &value, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "%s wants a number from %d to %d, not “%s”.", name, min, max, text);
      return FALSE;
    }

  *out = (int) value;
  return TRUE;
}

static gboolean
parse_size (ProbeOptions *self, const char *text, GError **error)
{
  g_auto (GStrv) sides = g_strsplit (text, "x", 2);

  if (g_strv_length (sides) != 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--size wants WIDTHxHEIGHT, not “%s”.", text);
      return FALSE;
    }

  return parse_number ("--size", sides[0], 16, SIDE_MAX, &self->width, error) &&
         parse_number ("--size", sides[1], 16, SIDE_MAX, &self->height, error);
}

static gboolean
parse_exit_after (ProbeOptions *self, const char *text, GError **error)
{
  if (g_str_equal (text, "connected"))
    self->exit_after = PROBE_EXIT_CONNECTED;
  else if (g_str_equal (text, "text"))
    self->exit_after = PROBE_EXIT_TEXT;
  else
    {
      self->exit_after = PROBE_EXIT_COUNT;
      if (!g_ascii_isdigit (text[0]))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "--exit-after wants “connected”, “text” or a number, not “%s”.", text);
          return FALSE;
        }
      return parse_number ("--exit-after", text, 1, COUNT_MAX, &self->exit_count, error);
    }

  return TRUE;
}

/* Sources are checked here in so far as a slip would otherwise be found out much later. */
static gboolean
check_source (const char *name, const char *word, const char *source, GError **error)
{
  static const char *const others[] = { "test", "none", "fail" };

  if (g_str_has_prefix (source, word) &&
      (source[strlen (word)] == '\0' || source[strlen (word)] == ':'))
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      gsize length = strlen (others[i]);

      if (g_str_has_prefix (source, others[i]) && (source[length] == '\0' || source[length] == ':'))
        return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "%s wants “test”, “%s” or “none”, not “%s”.", name, word, source);
  return FALSE;
}

static gboolean
check (ProbeOptions *self,
       const char *size,
       const char *fps,
       const char *exit_after,
       GError **error)
{
  if (self->server == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "--server is missing: the address of a pairing server.");
      return FALSE;
    }

  if (self->duration_s < 0 || self->duration_s > DURATION_MAX)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--duration wants seconds up to %d.", DURATION_MAX);
      return FALSE;
    }

  if (self->next_after < 0 || self->next_after > COUNT_MAX)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--next-after wants a number from 0 to %d.", COUNT_MAX);
      return FALSE;
    }

  return check_source ("--video", "camera", self->video, error) &&
         check_source ("--audio", "microphone", self->audio, error) &&
         (size == NULL || parse_size (self, size, error)) &&
         (fps == NULL ||
          parse_number ("--fps", fps, 1, RATE_MAX, &self->frames_per_second, error)) &&
         (exit_after == NULL || parse_exit_after (self, exit_after, error));
}

static void
set_default (char **value, const char *text)
{
  if (*value == NULL)
    *value = g_strdup (text);
}

ProbeOptions *
probe_options_new (int *argc, char ***argv, GError **error)
{
  g_autoptr (ProbeOptions) self = g_new0 (ProbeOptions, 1);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *size = NULL;
  g_autofree char *fps = NULL;
  g_autofree char *exit_after = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "server", 's', 0, G_OPTION_ARG_STRING, &self->server, "Address of the pairing server",
      "URL" },
    { "video", 0, 0, G_OPTION_ARG_STRING, &self->video,
      "test[:PATTERN] (default), test:solid-RRGGBB, camera[:ID] or none", "SOURCE" },
    { "audio", 0, 0, G_OPTION_ARG_STRING, &self->audio,
      "test[:HERTZ] (default), microphone[:ID] or none", "SOURCE" },
    { "speaker", 0, 0, G_OPTION_ARG_STRING, &self->speaker, "none (default), speaker or speaker:ID",
      "SPEAKER" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, "Of the picture sent (640x480)", "WxH" },
    { "fps", 0, 0, G_OPTION_ARG_STRING, &fps, "Pictures a second (30)", "N" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &self->duration_s,
      "Hang up and end that many seconds after the start", "S" },
    { "say", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->say,
      "Write that to everyone who is met; may be repeated", "TEXT" },
    { "language", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->languages,
      "Wish for someone who speaks it; may be repeated", "TAG" },
    { "topic", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->topics,
      "Wish for someone to talk about it with; may be repeated", "TOPIC" },
    { "expect-sas", 0, 0, G_OPTION_ARG_STRING, &self->expect_sas,
      "Fail unless these are the emoji of the first conversation: their English names", "NAMES" },
    { "relay-only", 0, 0, G_OPTION_ARG_NONE, &self->relay_only, "Go through a TURN server only",
      NULL },
    { "exit-after", 0, 0, G_OPTION_ARG_STRING, &exit_after,
      "End when connected, when a text has come and the own ones have arrived, or after that many "
      "conversations",
      "connected|text|N" },
    { "next-after", 0, 0, G_OPTION_ARG_INT, &self->next_after,
      "Go on to someone else that many times, each time when connected for a second and all is "
      "said",
      "N" },
    { "interactive", 'i', 0, G_OPTION_ARG_NONE, &self->interactive,
      "Do what standard input says: say TEXT, next, end, camera on|off, microphone on|off, "
      "expect-sas NAMES, quit; "
      "do not end when a conversation does",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Show the version", NULL },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_set_summary (context,
                                "Meets people through a pairing server, without a window, and "
                                "tells what happens in lines of JSON.");
  g_option_context_set_description (
      context,
      "Each line has t_ms, milliseconds since the start, and event: start, online, offline, "
      "seeking, paired, secured, sas-compared, ice, first-video-frame, first-audio, text, "
      "delivered, partner, device, stats, "
      "ended, warning, error.\n\nThe exit status is 0 when someone was met and all ended as told, "
      "else 1 with an error as the last line.\n");
  g_option_context_add_main_entries (context, entries, NULL);

  if (!g_option_context_parse (context, argc, argv, error))
    return NULL;

  if (version)
    {
      g_print ("causette-probe %s\n", CAUSETTE_VERSION);
      exit (0);
    }

  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "“%s” is no option.",
                   (*argv)[1]);
      return NULL;
    }

  set_default (&self->video, "test");
  set_default (&self->audio, "test");
  set_default (&self->speaker, "none");
  self->width = 640;
  self->height = 480;
  self->frames_per_second = 30;
  if (self->say == NULL)
    self->say = g_new0 (char *, 1);

  if (!check (self, size, fps, exit_after, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
probe_options_free (ProbeOptions *self)
{
  g_free (self->server);
  g_free (self->video);
  g_free (self->audio);
  g_free (self->speaker);
  g_free (self->expect_sas);
  g_strfreev (self->say);
  g_strfreev (self->languages);
  g_strfreev (self->topics);
  g_free (self);
}

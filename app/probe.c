/* SPDX-License-Identifier: GPL-3.0-or-later */
/* causette-probe: the same encounter as in the window, without one. For tests, diagnosis and
 * measurement.
 *
 * Owns: the process's exit status and what is written to standard output.
 * Must never: do by itself what app, media and net do.
 */

#include "config.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#ifdef G_OS_UNIX
#include <glib-unix.h>
#endif

#include "app/probe-options.h"
#include "app/report-lines.h"
#include "app/report.h"
#include "app/session.h"
#include "media/webrtc-call.h"
#include "net/client/link.h"

#define NEXT_MS       1000 /* a conversation before --next-after goes on */
#define NEXT_CHECK_MS 200
#define GOAL_MS       500 /* from what --exit-after waits for to the end */

typedef struct
{
  ProbeOptions *options;
  GMainLoop *loop;
  CausetteSession *session;
  CausetteReport *report;
  CausetteEncounter *encounter; /* the one that is followed */
  gboolean begun;               /* has sought someone */
  gboolean connected;           /* the present conversation has been */
  gboolean text_came;
  guint n_met;
  guint n_over;
  int nexts_left;
  guint next_timer;
  guint goal_timer; /* what --exit-after waits for is there */
  guint duration_timer;
  guint signals[2];
  GIOChannel *input;
  guint input_watch;
  gboolean closing;
  char *failure; /* nullable: why it does not end as told */
} Probe;

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;

  causette_session_close_finish (CAUSETTE_SESSION (source), result);
  g_main_loop_quit (probe->loop);
}

/* Ends the program politely. @failure: nullable: it ends as told. */
static void
finish (Probe *probe, const char *failure)
{
  if (probe->closing)
    return;

  probe->closing = TRUE;
  probe->failure = g_strdup (failure);
  causette_session_close_async (probe->session, on_closed, probe);
}

/* Told to end: well done if someone was met. */
static void
finish_as_told (Probe *probe)
{
  const GError *error = causette_session_get_link_error (probe->session);

  if (probe->n_met > 0)
    finish (probe, NULL);
  else
    finish (probe, error != NULL ? error->message : "Nobody was met.");
}

/* The texts */

static gboolean
is_all_delivered (Probe *probe)
{
  GListModel *texts = causette_encounter_get_texts (probe->encounter);

  for (guint i = 0; i < g_list_model_get_n_items (texts); i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (texts, i);

      if (causette_text_get_status (text) != CAUSETTE_TEXT_DELIVERED)
        return FALSE;
    }

  return TRUE;
}

static gboolean
finish_soon (gpointer data)
{
  Probe *probe = data;

  probe->goal_timer = 0;
  finish (probe, NULL);

  return G_SOURCE_REMOVE;
}

/* What --exit-after waits for is there. The other side may be a moment behind. */
static void
reach_goal (Probe *probe, guint delay_ms)
{
  if (probe->goal_timer == 0)
    probe->goal_timer = g_timeout_add (delay_ms, finish_soon, probe);
}

static void
check_exit_after_text (Probe *probe)
{
  if (probe->options->exit_after == PROBE_EXIT_TEXT && probe->text_came && is_all_delivered (probe))
    reach_goal (probe, GOAL_MS);
}

static void
on_text_status (CausetteText *text, GParamSpec *pspec, Probe *probe)
{
  if (causette_text_get_status (text) != CAUSETTE_TEXT_DELIVERED)
    return;

  check_exit_after_text (probe);
}

static void
on_texts (GListModel *texts, guint position, guint removed, guint added, Probe *probe)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (texts, i);

      if (causette_text_get_own (text))
        g_signal_connect (text, "notify::status", G_CALLBACK (on_text_status), probe);
      else
        probe->text_came = TRUE;
    }

  if (added > 0)
    check_exit_after_text (probe);
}

static void
say (Probe *probe, const char *text)
{
  if (probe->encounter == NULL || !causette_encounter_say (probe->encounter, text))
    report_line_string ("warning", "message", "The text cannot be sent now.");
}

/* The encounter */

static gboolean
check_next (gpointer data)
{
  Probe *probe = data;

  if (!is_all_delivered (probe))
    return G_SOURCE_CONTINUE;

  probe->next_timer = 0;
  probe->nexts_left--;
  causette_session_meet (probe->session);

  return G_SOURCE_REMOVE;
}

static gboolean
begin_to_check_next (gpointer data)
{
  Probe *probe = data;

  probe->next_timer = g_timeout_add (NEXT_CHECK_MS, check_next, probe);

  return G_SOURCE_REMOVE;
}

static void
on_connected (Probe *probe)
{
  if (probe->connected)
    return;

  probe->connected = TRUE;
  probe->n_met++;

  if (probe->options->exit_after == PROBE_EXIT_CONNECTED)
    reach_goal (probe, GOAL_MS);
  else if (probe->nexts_left > 0)
    probe->next_timer = g_timeout_add (NEXT_MS, begin_to_check_next, probe);

  check_exit_after_text (probe);
}

static void
on_encounter_state (CausetteEncounter *encounter, GParamSpec *pspec, Probe *probe)
{
  if (causette_encounter_get_state (encounter) == CAUSETTE_ENCOUNTER_CONNECTED)
    on_connected (probe);
}

/* Holds the emoji against the names that were given, which a test or a person has from the other
 * side. */
static void
check_sas (Probe *probe, const char *expected)
{
  const SasWord *words[SAS_COUNT];
  g_autoptr (GString) names = g_string_new (NULL);
  JsonValue *line;
  gboolean same;

  if (probe->encounter == NULL || !causette_encounter_get_sas (probe->encounter, words))
    {
      report_line_string ("warning", "message", "There are no emoji now.");
      return;
    }

  for (gsize i = 0; i < SAS_COUNT; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", words[i]->name);
  same = g_ascii_strcasecmp (names->str, expected) == 0;

  line = report_line_new ("sas-compared");
  json_object_put_boolean (line, "same", same);
  report_line_write (line);
  if (!same)
    finish (probe, "The emoji are not those that were expected: someone is in between.");
}

static void
on_secured (CausetteEncounter *encounter, Probe *probe)
{
  if (probe->options->expect_sas != NULL)
    check_sas (probe, probe->options->expect_sas);
  g_clear_pointer (&probe->options->expect_sas, g_free);
  if (probe->closing)
    return;

  for (gsize i = 0; probe->options->say[i] != NULL; i++)
    say (probe, probe->options->say[i]);
}

static gboolean
meet_again (gpointer data)
{
  Probe *probe = data;

  if (!probe->closing)
    causette_session_meet (probe->session);

  return G_SOURCE_REMOVE;
}

static gboolean
is_normal_end (CausetteEndReason reason)
{
  return reason == CAUSETTE_END_HANG_UP || reason == CAUSETTE_END_NEXT ||
         reason == CAUSETTE_END_PARTNER_HUNG_UP || reason == CAUSETTE_END_PARTNER_NEXT;
}

static void
on_ended (CausetteEncounter *encounter, CausetteEndReason reason, Probe *probe)
{
  const GError *error = causette_encounter_get_error (encounter);

  g_clear_handle_id (&probe->next_timer, g_source_remove);
  if (probe->connected)
    probe->n_over++;
  probe->connected = FALSE;

  if (probe->closing)
    return;

  if (probe->options->exit_after == PROBE_EXIT_COUNT &&
      probe->n_over >= (guint) probe->options->exit_count)
    {
      reach_goal (probe, 0); /* not within this: the session may be about to meet the next */
      return;
    }

  if (reason == CAUSETTE_END_NEXT)
    return;

  if (probe->goal_timer != 0)
    {
      finish (probe, NULL);
      return;
    }

  if (probe->options->interactive)
    return;

  if (is_normal_end (reason) &&
      (probe->nexts_left > 0 || probe->options->exit_after == PROBE_EXIT_COUNT))
    {
      if (probe->nexts_left > 0)
        probe->nexts_left--;
      g_idle_add (meet_again, probe);
      return;
    }

  if (is_normal_end (reason) && probe->n_met > 0 &&
      probe->options->exit_after == PROBE_EXIT_WHEN_OVER)
    finish (probe, NULL);
  else
    finish (probe, error != NULL ? error->message : causette_end_reason_to_sentence (reason));
}

static void
on_encounter (CausetteSession *session, GParamSpec *pspec, Probe *probe)
{
  CausetteEncounter *encounter = causette_session_get_encounter (session);

  if (probe->encounter != NULL)
    {
      g_signal_handlers_disconnect_by_data (probe->encounter, probe);
      g_signal_handlers_disconnect_by_data (causette_encounter_get_texts (probe->encounter), probe);
    }
  g_set_object (&probe->encounter, encounter);
  probe->connected = FALSE;
  probe->text_came = FALSE;

  g_signal_connect (encounter, "notify::state", G_CALLBACK (on_encounter_state), probe);
  g_signal_connect (encounter, "secured", G_CALLBACK (on_secured), probe);
  g_signal_connect (encounter, "ended", G_CALLBACK (on_ended), probe);
  g_signal_connect (causette_encounter_get_texts (encounter), "items-changed",
                    G_CALLBACK (on_texts), probe);
}

/* The server */

static void
on_link_state (CausetteSession *session, GParamSpec *pspec, Probe *probe)
{
  CausetteLinkState state = causette_session_get_link_state (session);
  const GError *error = causette_session_get_link_error (session);

  if (state == CAUSETTE_LINK_ONLINE)
    {
      if (!probe->begun && !probe->closing)
        {
          probe->begun = TRUE;
          causette_session_meet (session);
        }
      return;
    }

  if (probe->closing || state == CAUSETTE_LINK_CONNECTING)
    return;

  /* Refused for good. */
  if (state == CAUSETTE_LINK_OFFLINE && probe->n_met == 0)
    finish (probe, error != NULL ? error->message : "The connection to the server was closed.");
}

/* The devices */

static void
open_devices (Probe *probe)
{
  GSettings *store = causette_settings_get_store (causette_session_get_settings (probe->session));
  CausetteCamera *camera = causette_session_get_camera (probe->session);
  CausetteMicrophone *microphone = causette_session_get_microphone (probe->session);
  ProbeOptions *options = probe->options;

  g_settings_set_string (store, "camera", options->video);
  g_settings_set_string (store, "microphone", options->audio);
  g_settings_set_string (store, "speaker", options->speaker);
  causette_session_set_video_size (probe->session, options->width, options->height,
                                   options->frames_per_second);

  causette_camera_set_enabled (camera, !g_str_equal (options->video, "none"));
  causette_microphone_set_enabled (microphone, !g_str_equal (options->audio, "none"));
}

/* What it is told on the way */

static void
do_command (Probe *probe, const char *line)
{
  CausetteCamera *camera = causette_session_get_camera (probe->session);
  CausetteMicrophone *microphone = causette_session_get_microphone (probe->session);

  if (g_str_has_prefix (line, "say "))
    say (probe, line + strlen ("say "));
  else if (g_str_equal (line, "next"))
    causette_session_meet (probe->session);
  else if (g_str_equal (line, "end"))
    causette_session_stop (probe->session);
  else if (g_str_equal (line, "quit"))
    finish_as_told (probe);
  else if (g_str_equal (line, "camera on") || g_str_equal (line, "camera off"))
    causette_camera_set_enabled (camera, g_str_has_suffix (line, "on"));
  else if (g_str_equal (line, "microphone on") || g_str_equal (line, "microphone off"))
    causette_microphone_set_enabled (microphone, g_str_has_suffix (line, "on"));
  else if (g_str_has_prefix (line, "expect-sas "))
    check_sas (probe, line + strlen ("expect-sas "));
  else if (*line != '\0')
    report_line_string ("warning", "message", "That is no command.");
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Probe *probe = data;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  gsize end;

  switch (g_io_channel_read_line (channel, &line, NULL, &end, &error))
    {
    case G_IO_STATUS_NORMAL:
      line[end] = '\0';
      do_command (probe, line);
      return G_SOURCE_CONTINUE;

    case G_IO_STATUS_AGAIN:
      return G_SOURCE_CONTINUE;

    case G_IO_STATUS_ERROR: /* not UTF-8 */
    case G_IO_STATUS_EOF:
    default:
      probe->input_watch = 0;
      finish_as_told (probe);
      return G_SOURCE_REMOVE;
    }
}

static void
listen_to_input (Probe *probe)
{
#ifdef G_OS_WIN32
  probe->input = g_io_channel_win32_new_fd (0);
#else
  probe->input = g_io_channel_unix_new (0);
#endif
  g_io_channel_set_flags (probe->input, G_IO_FLAG_NONBLOCK, NULL);
  probe->input_watch = g_io_add_watch (probe->input, G_IO_IN | G_IO_HUP, on_input, probe);
}

#ifdef G_OS_UNIX
static gboolean
on_signal (gpointer data)
{
  finish_as_told (data);

  return G_SOURCE_CONTINUE;
}
#endif

static gboolean
on_duration (gpointer data)
{
  Probe *probe = data;

  probe->duration_timer = 0;
  finish_as_told (probe);

  return G_SOURCE_REMOVE;
}

static gboolean
start (Probe *probe, GError **error)
{
  ProbeOptions *options = probe->options;
  g_autoptr (CausetteSettings) settings = causette_settings_new_in_memory ();

  probe->session = causette_session_new (settings);
  probe->report = causette_report_new (probe->session, TRUE);
  causette_session_set_wish (probe->session, (const char *const *) options->languages,
                             (const char *const *) options->topics);
  causette_session_set_relay_only (probe->session, options->relay_only);
  g_signal_connect (probe->session, "notify::link-state", G_CALLBACK (on_link_state), probe);
  g_signal_connect (probe->session, "notify::encounter", G_CALLBACK (on_encounter), probe);
  open_devices (probe);

#ifdef G_OS_UNIX
  probe->signals[0] = g_unix_signal_add (SIGTERM, on_signal, probe);
  probe->signals[1] = g_unix_signal_add (SIGINT, on_signal, probe);
#endif
  if (options->interactive)
    listen_to_input (probe);
  if (options->duration_s > 0)
    probe->duration_timer =
        g_timeout_add ((guint) (options->duration_s * 1000), on_duration, probe);

  return causette_session_connect (probe->session, options->server, error);
}

static void
stop (Probe *probe)
{
  g_clear_handle_id (&probe->next_timer, g_source_remove);
  g_clear_handle_id (&probe->goal_timer, g_source_remove);
  g_clear_handle_id (&probe->duration_timer, g_source_remove);
  g_clear_handle_id (&probe->input_watch, g_source_remove);
  for (gsize i = 0; i < G_N_ELEMENTS (probe->signals); i++)
    g_clear_handle_id (&probe->signals[i], g_source_remove);
  g_clear_pointer (&probe->input, g_io_channel_unref);

  if (probe->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (probe->session, probe);
    }
  if (probe->encounter != NULL)
    g_signal_handlers_disconnect_by_data (probe->encounter, probe);
  g_clear_object (&probe->report);
  g_clear_object (&probe->encounter);
  g_clear_object (&probe->session);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Probe probe = { 0 };
  gboolean failed;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, CAUSETTE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  report_line_start ();
  probe.options = probe_options_new (&argc, &argv, &error);
  if (probe.options == NULL)
    {
      report_line_string ("error", "message", error->message);
      return 1;
    }

  gst_init (NULL, NULL);
  probe.nexts_left = probe.options->next_after;
  probe.loop = g_main_loop_new (NULL, FALSE);
  report_line_string ("start", "version", CAUSETTE_VERSION);

  if (start (&probe, &error))
    g_main_loop_run (probe.loop);
  else
    probe.failure = g_strdup (error->message);

  stop (&probe);
  failed = probe.failure != NULL;
  if (failed)
    report_line_string ("error", "message", probe.failure);

  g_free (probe.failure);
  g_main_loop_unref (probe.loop);
  probe_options_free (probe.options);

  return failed ? 1 : 0;
}

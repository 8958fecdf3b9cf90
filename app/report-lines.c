/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the lines, each at once, so that whoever reads them sees things as they happen.
 *
 * Called by: app/report, app/probe.
 */

#include "app/report-lines.h"

#include <math.h>
#include <stdio.h>

static gint64 start_us;

void
report_line_start (void)
{
  start_us = g_get_monotonic_time ();
}

JsonValue *
report_line_new (const char *event)
{
  JsonValue *line = json_new_object ();

  json_object_put_integer (line, "t_ms", (g_get_monotonic_time () - start_us) / 1000);
  json_object_put_string (line, "event", event);

  return line;
}

void
report_line_write (JsonValue *line)
{
  g_autofree char *text = json_value_to_string (line);

  fputs (text, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
  json_value_unref (line);
}

void
report_line_event (const char *event)
{
  report_line_write (report_line_new (event));
}

void
report_line_string (const char *event, const char *key, const char *value)
{
  JsonValue *line = report_line_new (event);

  json_object_put_string (line, key, value);
  report_line_write (line);
}

/* Three digits after the point say enough. */
static void
put_rounded (JsonValue *line, const char *key, double value)
{
  json_object_put_real (line, key, isfinite (value) ? round (value * 1000) / 1000 : -1);
}

void
report_line_stats (const CausetteCallStats *stats)
{
  JsonValue *line = report_line_new ("stats");

  put_rounded (line, "video_fps_in", stats->video_fps_in);
  put_rounded (line, "video_kbps_in", stats->video_kbps_in);
  put_rounded (line, "video_kbps_out", stats->video_kbps_out);
  put_rounded (line, "audio_kbps_in", stats->audio_kbps_in);
  put_rounded (line, "audio_kbps_out", stats->audio_kbps_out);
  json_object_put_integer (line, "width", stats->width);
  json_object_put_integer (line, "height", stats->height);
  put_rounded (line, "rtt_ms", stats->rtt_ms);
  put_rounded (line, "jitter_ms", stats->jitter_ms);
  json_object_put_integer (line, "packets_lost", stats->packets_lost);
  json_object_put_integer (line, "frozen_ms", stats->frozen_ms);
  put_rounded (line, "audio_level_in", stats->audio_level_in);
  json_object_put_integer (line, "video_frames_in", (int64_t) stats->video_frames_in);
  json_object_put_integer (line, "audio_buffers_in", (int64_t) stats->audio_buffers_in);
  report_line_write (line);
}

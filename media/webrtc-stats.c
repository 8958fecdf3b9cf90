/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of a call: see webrtc-stats.h.
 *
 * Of webrtcbin's own get-stats several are wrong under BUNDLE; the RTP session's source statistics,
 * from which it makes them, are right.
 */
#include "media/webrtc-stats.h"

#include <string.h>

/* All is in one bundle: one session. */
#define SESSION_ID 0
/* A round trip is told in 1/65536 s (RFC 3550 §6.4.1). */
#define SHORT_NTP_HZ 65536.0

static void
read_source (const GstStructure *source, CausetteCallStats *stats)
{
  gboolean internal = FALSE;
  gboolean flag = FALSE;
  gint lost = 0;
  guint jitter = 0;
  guint round_trip = 0;
  gint clock_rate = 0;

  gst_structure_get_boolean (source, "internal", &internal);
  if (internal)
    return;

  /* The partner's report on what was sent to it. */
  if (gst_structure_get_boolean (source, "have-rb", &flag) && flag &&
      gst_structure_get_uint (source, "rb-round-trip", &round_trip) && round_trip > 0)
    stats->rtt_ms = MAX (stats->rtt_ms, round_trip * 1000 / SHORT_NTP_HZ);

  if (!gst_structure_get_boolean (source, "is-sender", &flag) || !flag)
    return;
  if (gst_structure_get_int (source, "packets-lost", &lost) && lost > 0)
    stats->packets_lost += lost;
  if (gst_structure_get_uint (source, "jitter", &jitter) &&
      gst_structure_get_int (source, "clock-rate", &clock_rate) && clock_rate > 0)
    stats->jitter_ms = MAX (stats->jitter_ms, jitter * 1000.0 / clock_rate);
}

static void
read_session (WebrtcGraph *graph, CausetteCallStats *stats)
{
  g_autoptr (GObject) session = NULL;
  g_autoptr (GstStructure) structure = NULL;
  const GValue *value = NULL;

  g_signal_emit_by_name (graph->rtpbin, "get-internal-session", SESSION_ID, &session);
  if (session == NULL)
    return;
  g_object_get (session, "stats", &structure, NULL);
  value = structure != NULL ? gst_structure_get_value (structure, "source-stats") : NULL;

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* the session speaks GValueArray */
      if (value != NULL && G_VALUE_HOLDS (value, g_value_array_get_type ()))
  {
    GValueArray *sources = g_value_get_boxed (value);

    for (guint i = 0; sources != NULL && i < sources->n_values; i++)
      read_source (gst_value_get_structure (sources->values + i), stats);
  }
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static double
kbps (guint64 now, guint64 before, double seconds)
{
  return (now - before) * 8 / seconds / 1000;
}

void
webrtc_stats_read (WebrtcGraph *graph, WebrtcStatsMemory *memory, CausetteCallStats *stats)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = MAX (now - memory->at_us, 1) / (double) G_USEC_PER_SEC;
  WebrtcStatsMemory last = *memory;

  memory->at_us = now;
  webrtc_receiver_get_counts (graph->receiver, &memory->in);
  memory->video_out = webrtc_sender_get_bytes (graph->video);
  memory->audio_out = webrtc_sender_get_bytes (graph->audio);

  *stats = (CausetteCallStats){
    .video_fps_in = (memory->in.video_frames - last.in.video_frames) / seconds,
    .video_kbps_in = kbps (memory->in.video_bytes, last.in.video_bytes, seconds),
    .audio_kbps_in = kbps (memory->in.audio_bytes, last.in.audio_bytes, seconds),
    .video_kbps_out = kbps (memory->video_out, last.video_out, seconds),
    .audio_kbps_out = kbps (memory->audio_out, last.audio_out, seconds),
    .width = memory->in.width,
    .height = memory->in.height,
    .rtt_ms = -1,
    .frozen_ms = memory->in.frozen_us / 1000,
    .audio_level_in = memory->in.audio_level,
    .video_frames_in = memory->in.video_frames,
    .audio_buffers_in = memory->in.audio_buffers,
  };
  read_session (graph, stats);
}

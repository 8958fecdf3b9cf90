/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of a call, once a second: from own counts, and from the RTP session for what only
 * RTCP knows.
 *
 * Called by: webrtc-call, on the main context.
 */
#pragma once

#include "media/webrtc-graph.h"

G_BEGIN_DECLS

/* The counts at the last reading, for rates; zeroed at the start. */
typedef struct
{
  gint64 at_us;
  WebrtcReceiverCounts in;
  guint64 video_out, audio_out;
} WebrtcStatsMemory;

void webrtc_stats_read (WebrtcGraph *graph, WebrtcStatsMemory *memory, CausetteCallStats *stats);

G_END_DECLS

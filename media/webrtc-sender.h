/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One sending branch of a call: from a feed through encoder and payloader to webrtcbin.
 *
 * Owns: its elements (the pipeline does), the consumer of the feed, the newest frame until the call
 * is open. Called by: webrtc-graph, webrtc-negotiation. Must never: send before it was opened, hold
 * up the feed: frames that the encoder has no time for are dropped.
 */
#pragma once

#include <gst/gst.h>

#include "media/feed.h"

G_BEGIN_DECLS

typedef struct _WebrtcSender WebrtcSender;

typedef struct
{
  gboolean video;
  CausetteFeed *feed; /* (nullable): then the branch is there and silent */
  guint kbps;         /* of the encoder */
} WebrtcSenderConfig;

/* Puts the branch into @pipeline; nothing flows yet. Returns: (nullable): %NULL when an element is
 * missing, whose name is then in @missing. */
WebrtcSender *
webrtc_sender_new (GstElement *pipeline, const WebrtcSenderConfig *config, const char **missing);
/* After the pipeline is in NULL. */
void webrtc_sender_free (WebrtcSender *self);

/* What the branch would like to send: caps of RTP with the payload type and the number of the
 * transport-wide sequence extension (0: without), and its own random source number.
 * Returns: (transfer full). */
GstCaps *webrtc_sender_get_preferences (WebrtcSender *self, int payload, int twcc_id);
/* Links to a sink pad of webrtcbin, with what was negotiated. Once, on the main thread. */
gboolean webrtc_sender_link (WebrtcSender *self, GstPad *webrtc_sink, int payload, int twcc_id);

/* Begins to send, with the newest frame at once, or sends no frame any more. Any thread. */
void webrtc_sender_set_open (WebrtcSender *self, gboolean open);
/* Takes no frame of the feed any more; returns when none is under way. Main thread. */
void webrtc_sender_close (WebrtcSender *self);

/* Bits a second of the encoder; live. Any thread. */
void webrtc_sender_set_kbps (WebrtcSender *self, guint kbps);
/* Bytes of RTP since the start. Any thread. */
guint64 webrtc_sender_get_bytes (WebrtcSender *self);

G_END_DECLS

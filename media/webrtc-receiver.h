/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving branches of a call: from webrtcbin's source pads to a feed of pictures and to the
 * loudspeaker.
 *
 * Owns: the branches (the pipeline does their elements), the counts. Called by: webrtc-graph.
 * Must never: decode, show or play anything before it was opened (the partner's certificate is
 * right), let a branch that fails stop the connection.
 */
#pragma once

#include <gst/gst.h>

#include "media/feed.h"

G_BEGIN_DECLS

typedef struct _WebrtcReceiver WebrtcReceiver;

/* Both on streaming threads. */
typedef struct
{
  void (*first_video_frame) (int width, int height, gpointer user_data);
  void (*first_audio) (gpointer user_data);
  gpointer user_data;
} WebrtcReceiverEvents;

/* All since the start. */
typedef struct
{
  guint64 video_frames, audio_buffers; /* decoded */
  guint64 video_bytes, audio_bytes;    /* of RTP */
  int width, height;                   /* of the last picture decoded */
  double audio_level;                  /* 0 to 1, of the last tenth of a second */
  gint64 frozen_us;                    /* gaps of over 500 ms in which a picture was due */
  gint64 last_frame_us;                /* g_get_monotonic_time() of the last picture, or 0 */
} WebrtcReceiverCounts;

/* @feed: gets the pictures. @speaker: as in CausetteWebrtcCallConfig. */
WebrtcReceiver *webrtc_receiver_new (GstElement *pipeline,
                                     CausetteFeed *feed,
                                     const char *speaker,
                                     const WebrtcReceiverEvents *events);
/* Lets go of webrtcbin's pads, which hold much of it; after the pipeline is in NULL. */
void webrtc_receiver_release (WebrtcReceiver *self);
/* After that, when no thread can be in it any more. */
void webrtc_receiver_free (WebrtcReceiver *self);

/* A new source pad of webrtcbin, on its streaming thread. What is not expected is taken and thrown
 * away. */
void webrtc_receiver_add_pad (WebrtcReceiver *self, GstPad *pad);
/* A pad that is gone; main thread. */
void webrtc_receiver_remove_pad (WebrtcReceiver *self, GstPad *pad);
/* Lets media through, or nothing any more. Any thread. */
void webrtc_receiver_set_open (WebrtcReceiver *self, gboolean open);
/* Nothing reaches the feed any more, but for a last %NULL; no branch is added any more. Main
 * thread. */
void webrtc_receiver_close (WebrtcReceiver *self);

/* A message of the bus: the sound's level, an error of the loudspeaker (which ends no call).
 * Returns whether it was one of the receiver's. Any thread. */
gboolean webrtc_receiver_take_message (WebrtcReceiver *self, GstMessage *message);
void webrtc_receiver_get_counts (WebrtcReceiver *self, WebrtcReceiverCounts *counts);

G_END_DECLS

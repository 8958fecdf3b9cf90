/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One opening of a source: a pipeline from its building to its closing, with all that streaming
 * threads touch of it.
 *
 * Owns: the gate through which frames pass, the feeds that they go to, the pipeline's changes of
 * state. Called by: source (and through it by camera and microphone). Must never: let a frame pass
 * after capture_close(), change the pipeline's state on the main thread or on a streaming thread.
 */
#pragma once

#include <gst/gst.h>

#include "media/feed.h"

G_BEGIN_DECLS

/* Reference-counted: it outlives its owner while threads use it. */
typedef struct _Capture Capture;

/* All are called on the main context, with the owner, while it is alive. */
typedef struct
{
  void (*flowing) (gpointer owner, Capture *capture); /* the first frame has passed */
  /* @message: the element's own error or end, (nullable) when it would not start without one. */
  void (*failed) (gpointer owner, Capture *capture, GstMessage *message);
  void (*element_message) (gpointer owner, Capture *capture, const GstStructure *structure);
  void (*closed) (gpointer owner, Capture *capture); /* the device is closed; the last one */
} CaptureEvents;

/* A pool for the changes of state of one source: one after another, so that a device is closed
 * before it is opened again, and none on the main thread, which a slow driver would stop. To be
 * freed with g_thread_pool_free (pool, FALSE, TRUE). */
GThreadPool *capture_pool_new (void);

/* @events: static. */
Capture *capture_new (GObject *owner, const CaptureEvents *events, GThreadPool *pool);
Capture *capture_ref (Capture *capture);
void capture_unref (Capture *capture);

/* What @sink (an appsink) gets goes to @feed. Before capture_open(). */
void capture_connect_sink (Capture *capture, GstElement *sink, CausetteFeed *feed);
/* Makes the PTS of what @element captures absolute times of the system clock. */
void capture_stamp (GstElement *element);
/* @pipeline: (transfer full). Has it played. */
void capture_open (Capture *capture, GstElement *pipeline);
/* Shuts the gate, tells the feeds' consumers that it is over, and has the pipeline closed. No event
 * but "closed" is of interest afterwards. */
void capture_close (Capture *capture);
/* For how long no frame has come, in microseconds, since the last one or since capture_new().
 * @flowing: (out): whether there was a first one. */
gint64 capture_get_silence (Capture *capture, gboolean *flowing);

G_END_DECLS

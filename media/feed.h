/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed carries raw frames (pictures or sound) from one source to any number of consumers.
 *
 * Owns: the list of consumers and the size that they want to see.
 * Called by: camera, microphone and call as sources; paintable, call and tests as consumers.
 * Must never: copy a frame, block the source for a consumer, call a consumer after its removal
 * returned. Safe from any thread: sources push from streaming threads.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define CAUSETTE_TYPE_FEED (causette_feed_get_type ())
G_DECLARE_FINAL_TYPE (CausetteFeed, causette_feed, CAUSETTE, FEED, GObject)

/* Called on the source's streaming thread; with a %NULL @sample also on the main thread.
 * @sample: (transfer none); %NULL says that the source has stopped (closed, or failed) and that the
 * last picture is no longer true. It must return soon and must not wait for the main context.
 *
 * Time: in samples of the camera and the microphone the buffer's PTS is the moment of capture as
 * absolute time of GStreamer's system clock (gst_system_clock_obtain(), monotonic), whatever the
 * sample's segment. A consumer with a pipeline on that clock gets its running time as
 * PTS - gst_element_get_base_time (pipeline); it may be negative for a frame from before its start.
 * The buffer is shared: gst_buffer_make_writable (gst_buffer_ref (buffer)) before changing PTS
 * copies no frame. */
typedef void (*CausetteFeedFunc) (CausetteFeed *feed, GstSample *sample, gpointer user_data);

CausetteFeed *causette_feed_new (void);
/* Returns: an id for causette_feed_remove(), never 0. */
guint causette_feed_add (CausetteFeed *self,
                         CausetteFeedFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy);
/* After this has returned @func does not run any more. Not to be called from within @func. */
void causette_feed_remove (CausetteFeed *self, guint id);
/* @sample: (transfer none) (nullable). Calls the consumers, in the order in which they came. */
void causette_feed_push (CausetteFeed *self, GstSample *sample);
/* Whether anybody would see a frame: a source may save itself the work of making one. */
gboolean causette_feed_has_consumers (CausetteFeed *self);
guint64 causette_feed_get_count (CausetteFeed *self); /* frames pushed so far */

/* The box in pixels in which pictures will be shown (0: as they come). Properties "wanted-width"
 * and "wanted-height", with notify on the setter's thread, after both are set; the source scales
 * before it pushes, as causette_feed_fit_size() says. */
void causette_feed_set_wanted_size (CausetteFeed *self, int width, int height);
void causette_feed_get_wanted_size (CausetteFeed *self, int *width, int *height);
/* The size at which a picture of @width × @height fits into the wanted box: the same aspect ratio,
 * even numbers, never larger than the picture. */
void causette_feed_fit_size (CausetteFeed *self,
                             int width,
                             int height,
                             int *fitted_width,
                             int *fitted_height);

G_END_DECLS

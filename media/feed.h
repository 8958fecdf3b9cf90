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

/* Called on the source's streaming thread. @sample: (transfer none); %NULL says that the source has
 * stopped (closed, or failed) and that the last picture is no longer true. @sample's segment and
 * the source pipeline's base time are those of the system clock: see
 * causette_feed_get_running_time(). */
typedef void (*CausetteFeedFunc) (CausetteFeed *feed, GstSample *sample, gpointer user_data);

CausetteFeed *causette_feed_new (void);
/* Returns: an id for causette_feed_remove(), never 0. */
guint causette_feed_add (CausetteFeed *self,
                         CausetteFeedFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy);
/* After this has returned @func does not run any more. Not to be called from within @func. */
void causette_feed_remove (CausetteFeed *self, guint id);
void causette_feed_push (CausetteFeed *self, GstSample *sample);
guint64 causette_feed_get_count (CausetteFeed *self); /* frames pushed so far */

/* The size in pixels at which pictures will be shown (0: as they come). Properties "wanted-width"
 * and "wanted-height", with notify on the setter's thread; the source scales before it pushes. */
void causette_feed_set_wanted_size (CausetteFeed *self, int width, int height);
void causette_feed_get_wanted_size (CausetteFeed *self, int *width, int *height);

G_END_DECLS

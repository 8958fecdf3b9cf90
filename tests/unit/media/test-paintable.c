/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture for GTK promises: the newest frame of its feed, without a copy, in its aspect
 * ratio; nothing once the source has stopped; no frame kept longer than it is shown. */
#include "media/paintable.h"

#include <gst/video/video.h>

#include "tests/unit/media/support.h"

#define LIMIT_MS 10000

static gint frames_alive;

static void
frame_freed (gpointer data)
{
  g_free (data);
  g_atomic_int_add (&frames_alive, -1);
}

/* Returns: (transfer full): a frame of one colour, counted while its bytes are alive. */
static GstSample *
make_frame (int width, int height, const char *format, int par_n, int par_d, guint32 pixel)
{
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format, "width", G_TYPE_INT,
                           width, "height", G_TYPE_INT, height, "pixel-aspect-ratio",
                           GST_TYPE_FRACTION, par_n, par_d, "framerate", GST_TYPE_FRACTION, 30, 1,
                           NULL);
  gsize size = (gsize) width * height * 4;
  guint32 *data = g_malloc (size);
  g_autoptr (GstBuffer) buffer = NULL;

  for (gsize i = 0; i < size / 4; i++)
    data[i] = GUINT32_TO_LE (pixel);
  g_atomic_int_inc (&frames_alive);
  buffer = gst_buffer_new_wrapped_full (0, data, size, 0, size, data, frame_freed);

  return gst_sample_new (buffer, caps, NULL, NULL);
}

static void
push_frame (CausetteFeed *feed, int width, int height, guint32 pixel)
{
  g_autoptr (GstSample) sample = make_frame (width, height, "BGRx", 1, 1, pixel);

  causette_feed_push (feed, sample);
}

/* The colour that is drawn, as 0xAARRGGBB; 0 when nothing is. */
static guint32
drawn_pixel (CausettePaintable *paintable)
{
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (GDK_PAINTABLE (paintable));
  g_autofree guint32 *pixels = NULL;
  int width, height;

  if (!GDK_IS_TEXTURE (image))
    return 0;
  width = gdk_texture_get_width (GDK_TEXTURE (image));
  height = gdk_texture_get_height (GDK_TEXTURE (image));
  pixels = g_new0 (guint32, (gsize) width * height);
  gdk_texture_download (GDK_TEXTURE (image), (guchar *) pixels, (gsize) width * 4);

  return pixels[(gsize) width * height - 1];
}

/* Whether a snapshot has anything in it. */
static gboolean
draws (CausettePaintable *paintable)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node = NULL;
  gboolean something;

  gdk_paintable_snapshot (GDK_PAINTABLE (paintable), GDK_SNAPSHOT (snapshot), 64, 64);
  node = gtk_snapshot_free_to_node (snapshot);
  something = node != NULL;
  g_clear_pointer (&node, gsk_render_node_unref);

  return something;
}

typedef struct
{
  guint sizes, contents, live;
} Counts;

static void
count (guint *counter)
{
  (*counter)++;
}

static void
watch (CausettePaintable *paintable, Counts *counts)
{
  g_signal_connect_swapped (paintable, "invalidate-size", G_CALLBACK (count), &counts->sizes);
  g_signal_connect_swapped (paintable, "invalidate-contents", G_CALLBACK (count),
                            &counts->contents);
  g_signal_connect_swapped (paintable, "notify::live", G_CALLBACK (count), &counts->live);
}

static void
wait_for_frames (CausettePaintable *paintable, guint64 frames)
{
  wait_until (causette_paintable_get_frames (paintable) == frames, LIMIT_MS);
}

static void
test_frames (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  GdkPaintable *drawable = GDK_PAINTABLE (paintable);
  Counts counts = { 0 };

  watch (paintable, &counts);
  g_assert_false (causette_paintable_get_live (paintable));
  g_assert_false (draws (paintable));
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (drawable), ==, 0);
  causette_paintable_set_feed (paintable, feed);
  g_assert_false (draws (paintable));

  push_frame (feed, 64, 32, 0xff102030);
  wait_for_frames (paintable, 1);
  g_assert_true (causette_paintable_get_live (paintable));
  g_assert_true (draws (paintable));
  g_assert_cmphex (drawn_pixel (paintable), ==, 0xff102030);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (drawable), ==, 64);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (drawable), ==, 32);
  g_assert_cmpfloat (gdk_paintable_get_intrinsic_aspect_ratio (drawable), ==, 2.0);

  /* Another frame of that size is no news of the size, one of another size is. */
  push_frame (feed, 64, 32, 0xff405060);
  wait_for_frames (paintable, 2);
  g_assert_cmphex (drawn_pixel (paintable), ==, 0xff405060);
  g_assert_cmpuint (counts.sizes, ==, 1);
  g_assert_cmpuint (counts.contents, ==, 2);
  push_frame (feed, 80, 60, 0xff000001);
  wait_for_frames (paintable, 3);
  g_assert_cmpuint (counts.sizes, ==, 2);
  g_assert_cmpuint (counts.live, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 1); /* only the one that is shown */

  /* The end: nothing is drawn, the frame is let go, the size stays. */
  causette_feed_push (feed, NULL);
  wait_until (!causette_paintable_get_live (paintable), LIMIT_MS);
  g_assert_false (draws (paintable));
  g_assert_cmphex (drawn_pixel (paintable), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (drawable), ==, 80);
  g_assert_cmpuint (counts.sizes, ==, 2);
  g_assert_cmpuint (counts.live, ==, 2);

  /* And it goes on when the source does. */
  push_frame (feed, 80, 60, 0xff070809);
  wait_until (causette_paintable_get_live (paintable), LIMIT_MS);
  g_assert_cmphex (drawn_pixel (paintable), ==, 0xff070809);

  g_assert_finalize_object (g_steal_pointer (&paintable));
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);
  g_assert_false (causette_feed_has_consumers (feed));
}

/* Frames that come faster than they are drawn are not queued. */
static void
test_newest_wins (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) feed = causette_feed_new ();

  causette_paintable_set_feed (paintable, feed);
  for (guint32 i = 1; i <= 100; i++)
    {
      push_frame (feed, 16, 16, 0xff000000 | i);
      g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 1);
    }
  wait_for_frames (paintable, 1);
  g_assert_cmphex (drawn_pixel (paintable), ==, 0xff000064);

  /* An end that comes with a frame that nobody has drawn yet is the end. */
  push_frame (feed, 16, 16, 0xff111111);
  causette_feed_push (feed, NULL);
  wait_until (!causette_paintable_get_live (paintable), LIMIT_MS);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);
}

/* The texture has the frame's own bytes: they live as long as it, and not longer. */
static void
test_no_copy (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  g_autoptr (GdkPaintable) kept = NULL;

  causette_paintable_set_feed (paintable, feed);
  push_frame (feed, 16, 16, 0xff123456);
  wait_for_frames (paintable, 1);
  kept = gdk_paintable_get_current_image (GDK_PAINTABLE (paintable));
  push_frame (feed, 16, 16, 0xff654321);
  wait_for_frames (paintable, 2);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 2);
  g_clear_object (&kept);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 1);
}

static void
test_pixel_aspect_ratio (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  g_autoptr (GstSample) sample = make_frame (48, 32, "BGRx", 4, 3, 0xff010101);

  causette_paintable_set_feed (paintable, feed);
  causette_feed_push (feed, sample);
  wait_for_frames (paintable, 1);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (paintable)), ==, 64);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (GDK_PAINTABLE (paintable)), ==, 32);
}

/* What is no picture, or of a format that was not agreed on, is left out. */
static void
test_unusable_frames (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  g_autoptr (GstBuffer) empty = gst_buffer_new ();
  g_autoptr (GstCaps) sound = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstSample) other = make_frame (16, 16, "RGBx", 1, 1, 0);
  g_autoptr (GstSample) short_one = gst_sample_new (empty, gst_sample_get_caps (other), NULL, NULL);
  g_autoptr (GstSample) noise = gst_sample_new (empty, sound, NULL, NULL);
  g_autoptr (GstSample) nothing = gst_sample_new (NULL, NULL, NULL, NULL);
  GstSample *samples[] = { other, short_one, noise, nothing };

  causette_paintable_set_feed (paintable, feed);
  push_frame (feed, 16, 16, 0xff0000aa);
  wait_for_frames (paintable, 1);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      causette_feed_push (feed, samples[i]);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmphex (drawn_pixel (paintable), ==, 0xff0000aa);
    }
  g_assert_cmpuint (causette_paintable_get_frames (paintable), ==, 1);
}

/* A frame of the feed that was taken away does not appear. */
static void
test_other_feed (void)
{
  g_autoptr (CausettePaintable) paintable = causette_paintable_new ();
  g_autoptr (CausetteFeed) one = causette_feed_new ();
  g_autoptr (CausetteFeed) two = causette_feed_new ();
  g_autoptr (CausetteFeed) seen = NULL;

  causette_paintable_set_feed (paintable, one);
  push_frame (one, 16, 16, 0xff0000aa);
  wait_for_frames (paintable, 1);
  push_frame (one, 16, 16, 0xff0000bb);
  causette_paintable_set_feed (paintable, two);
  g_object_get (paintable, "feed", &seen, NULL);
  g_assert_true (seen == two);
  g_assert_false (causette_paintable_get_live (paintable));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (causette_paintable_get_frames (paintable), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);

  push_frame (two, 16, 16, 0xff0000cc);
  wait_for_frames (paintable, 2);
  g_assert_cmphex (drawn_pixel (paintable), ==, 0xff0000cc);
  causette_paintable_set_feed (paintable, NULL);
  g_assert_false (causette_paintable_get_live (paintable));
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);
}

typedef struct
{
  CausetteFeed *feed;
  gint stop;
} Streaming;

static gpointer
stream (gpointer data)
{
  Streaming *streaming = data;

  for (guint32 i = 0; !g_atomic_int_get (&streaming->stop); i++)
    {
      push_frame (streaming->feed, 16 + 16 * (i % 3), 16, i);
      if (i % 50 == 0)
        causette_feed_push (streaming->feed, NULL);
    }

  return NULL;
}

/* Paintables come and go while frames stream in. */
static void
test_threads (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  Streaming streaming = { feed, 0 };
  GThread *thread = g_thread_new ("streaming", stream, &streaming);

  for (guint round = 0; round < 200; round++)
    {
      CausettePaintable *paintable = causette_paintable_new ();

      causette_paintable_set_feed (paintable, feed);
      if (round % 2 == 0)
        wait_until (causette_paintable_get_frames (paintable) > 0, LIMIT_MS);
      g_object_unref (paintable);
    }
  g_atomic_int_set (&streaming.stop, 1);
  g_thread_join (thread);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_atomic_int_get (&frames_alive), ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  (void) gtk_init_check (); /* for GSK's types; a display is not needed */

  g_test_add_func ("/media/paintable/frames", test_frames);
  g_test_add_func ("/media/paintable/newest-wins", test_newest_wins);
  g_test_add_func ("/media/paintable/no-copy", test_no_copy);
  g_test_add_func ("/media/paintable/pixel-aspect-ratio", test_pixel_aspect_ratio);
  g_test_add_func ("/media/paintable/unusable-frames", test_unusable_frames);
  g_test_add_func ("/media/paintable/other-feed", test_other_feed);
  g_test_add_func ("/media/paintable/threads", test_threads);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a camera promises, on test pictures: frames of the size set, stamped with the system clock;
 * a self view that follows the size at which it is shown; nothing open while it is off; nothing
 * left behind however often it is switched; and for each failure its own error. */
#include "media/camera.h"

#include <gst/video/video.h>

#include "tests/unit/media/support.h"

#define LIMIT_MS 10000

/* Collects what a feed hands out. */
typedef struct
{
  GMutex lock;
  GstSample *last; /* the last frame, kept after the end too */
  guint frames;
  gboolean ended; /* the last thing that came was the end */
} Eye;

static void
eye_take (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Eye *eye = user_data;

  g_mutex_lock (&eye->lock);
  eye->ended = sample == NULL;
  if (sample != NULL)
    {
      g_clear_pointer (&eye->last, gst_sample_unref);
      eye->last = gst_sample_ref (sample);
      eye->frames++;
    }
  g_mutex_unlock (&eye->lock);
}

static guint
eye_frames (Eye *eye)
{
  guint frames;

  g_mutex_lock (&eye->lock);
  frames = eye->frames;
  g_mutex_unlock (&eye->lock);

  return frames;
}

static gboolean
eye_ended (Eye *eye)
{
  gboolean ended;

  g_mutex_lock (&eye->lock);
  ended = eye->ended;
  g_mutex_unlock (&eye->lock);

  return ended;
}

/* Returns: (transfer full) */
static GstSample *
eye_last (Eye *eye)
{
  GstSample *sample;

  g_mutex_lock (&eye->lock);
  sample = gst_sample_ref (eye->last);
  g_mutex_unlock (&eye->lock);

  return sample;
}

static void
eye_size (Eye *eye, GstVideoFormat format, int *width, int *height)
{
  GstVideoInfo info;

  g_mutex_lock (&eye->lock);
  g_assert_nonnull (eye->last);
  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (eye->last)));
  g_mutex_unlock (&eye->lock);
  g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&info), ==, format);
  g_assert_cmpint (GST_VIDEO_INFO_PAR_N (&info), ==, GST_VIDEO_INFO_PAR_D (&info));
  *width = info.width;
  *height = info.height;
}

static gboolean
eye_has_size (Eye *eye, GstVideoFormat format, int width, int height)
{
  int seen_width, seen_height;

  if (eye_frames (eye) == 0)
    return FALSE;
  eye_size (eye, format, &seen_width, &seen_height);

  return seen_width == width && seen_height == height;
}

/* A frame that is kept keeps its pool, which has descriptors. */
static void
eye_forget (Eye *eye)
{
  g_mutex_lock (&eye->lock);
  g_clear_pointer (&eye->last, gst_sample_unref);
  g_mutex_unlock (&eye->lock);
}

static void
eye_clear (Eye *eye)
{
  g_clear_pointer (&eye->last, gst_sample_unref);
  g_mutex_clear (&eye->lock);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  guint *count = data;

  (*count)++;
}

static void
wait_for_state (CausetteCamera *camera, CausetteSourceState state)
{
  wait_until (causette_camera_get_state (camera) == state, LIMIT_MS);
}

static void
test_frames (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  Eye eye = { 0 };
  GstClockTime begun, previous = 0;

  causette_feed_add (causette_camera_get_feed (camera), eye_take, &eye, NULL);
  causette_camera_set_source (camera, "test");
  causette_camera_set_size (camera, 320, 240, 30);
  g_assert_cmpint (causette_camera_get_state (camera), ==, CAUSETTE_SOURCE_OFF);
  g_assert_cmpstr (causette_camera_get_device_name (camera), ==, "Test Picture");

  begun = gst_clock_get_time (clock);
  causette_camera_set_enabled (camera, TRUE);
  g_assert_cmpint (causette_camera_get_state (camera), ==, CAUSETTE_SOURCE_OPENING);
  wait_for_state (camera, CAUSETTE_SOURCE_ON);
  wait_until (eye_has_size (&eye, GST_VIDEO_FORMAT_I420, 320, 240), LIMIT_MS);

  /* Each frame's time is that of its capture on the system clock, and they go on. */
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GstSample) sample = NULL;
      GstClockTime time;
      guint frames = eye_frames (&eye);

      wait_until (eye_frames (&eye) > frames, LIMIT_MS);
      sample = eye_last (&eye);
      time = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
      g_assert_cmpuint (time, >=, begun);
      g_assert_cmpuint (time, <=, gst_clock_get_time (clock) + 50 * GST_MSECOND);
      g_assert_cmpuint (time, >, previous);
      previous = time;
    }

  /* A change of size takes effect while it is on. */
  causette_camera_set_size (camera, 640, 360, 15);
  wait_until (eye_has_size (&eye, GST_VIDEO_FORMAT_I420, 640, 360), LIMIT_MS);

  causette_camera_set_enabled (camera, FALSE);
  g_assert_true (eye_ended (&eye)); /* at once, whatever the device takes to close */
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  g_assert_true (eye_ended (&eye));
  g_assert_null (causette_camera_get_error (camera));

  support_finalize (g_steal_pointer (&camera));
  eye_clear (&eye);
}

/* The luma or colour byte of a plane at @x, @y. */
static guint8
sample_byte (GstSample *sample, guint plane, int x, int y, int bytes_a_pixel, int byte)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  const guint8 *data;
  guint8 value;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  data = GST_VIDEO_FRAME_PLANE_DATA (&frame, plane);
  value = data[y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, plane) + x * bytes_a_pixel + byte];
  gst_video_frame_unmap (&frame);

  return value;
}

/* The first column that is white in the row of the box, or -1. */
static int
find_box (GstSample *sample)
{
  for (int x = 0; x < 320; x++)
    if (sample_byte (sample, 0, x, 220, 1, 0) == 235)
      return x;

  return -1;
}

static void
test_picture (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  g_autoptr (GstSample) shown = NULL;
  Eye eye = { 0 }, preview = { 0 };
  int start, now;

  causette_feed_add (causette_camera_get_feed (camera), eye_take, &eye, NULL);
  causette_feed_add (causette_camera_get_preview (camera), eye_take, &preview, NULL);
  causette_camera_set_size (camera, 320, 240, 30);
  causette_camera_set_source (camera, "test:solid-2040c0");
  causette_camera_set_enabled (camera, TRUE);
  wait_until (eye_frames (&eye) > 0 && eye_frames (&preview) > 0, LIMIT_MS);

  /* The colour asked for, in the order of bytes that GTK draws. */
  shown = eye_last (&preview);
  g_assert_cmpint (ABS (sample_byte (shown, 0, 160, 100, 4, 0) - 0xc0), <=, 6);
  g_assert_cmpint (ABS (sample_byte (shown, 0, 160, 100, 4, 1) - 0x40), <=, 6);
  g_assert_cmpint (ABS (sample_byte (shown, 0, 160, 100, 4, 2) - 0x20), <=, 6);

  /* It is alive: the box moves. */
  {
    g_autoptr (GstSample) sample = eye_last (&eye);
    start = now = find_box (sample);
    g_assert_cmpint (start, >=, 0);
  }
  while (now == start)
    {
      g_autoptr (GstSample) sample = NULL;
      guint frames = eye_frames (&eye);

      wait_until (eye_frames (&eye) > frames, LIMIT_MS);
      sample = eye_last (&eye);
      now = find_box (sample);
    }
  g_assert_cmpint (now, >=, 0);

  causette_camera_set_enabled (camera, FALSE);
  support_finalize (g_steal_pointer (&camera));
  eye_clear (&eye);
  eye_clear (&preview);
}

/* "smpte" has a white bar at the left and a blue one at the right: in the self view it is the other
 * way round. */
static void
test_preview (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  g_autoptr (GstSample) sent = NULL;
  g_autoptr (GstSample) shown = NULL;
  CausetteFeed *preview = causette_camera_get_preview (camera);
  Eye eye = { 0 }, self_view = { 0 };
  guint id;

  causette_feed_add (causette_camera_get_feed (camera), eye_take, &eye, NULL);
  causette_camera_set_source (camera, "test:smpte");
  causette_camera_set_enabled (camera, TRUE);

  /* Nobody looks: nothing is made. */
  wait_until (eye_frames (&eye) > 5, LIMIT_MS);
  g_assert_cmpuint (causette_feed_get_count (preview), ==, 0);

  id = causette_feed_add (preview, eye_take, &self_view, NULL);
  wait_until (eye_has_size (&self_view, GST_VIDEO_FORMAT_BGRx, 640, 480), LIMIT_MS);
  causette_feed_set_wanted_size (preview, 160, 160);
  wait_until (eye_has_size (&self_view, GST_VIDEO_FORMAT_BGRx, 160, 120), LIMIT_MS);
  causette_feed_set_wanted_size (preview, 4000, 240);
  wait_until (eye_has_size (&self_view, GST_VIDEO_FORMAT_BGRx, 320, 240), LIMIT_MS);

  sent = eye_last (&eye);
  shown = eye_last (&self_view);
  g_assert_cmpint (sample_byte (sent, 0, 20, 100, 1, 0), >, 150);
  g_assert_cmpint (sample_byte (sent, 0, 620, 100, 1, 0), <, 60);
  g_assert_cmpint (sample_byte (shown, 0, 10, 50, 4, 1), <, 60);
  g_assert_cmpint (sample_byte (shown, 0, 310, 50, 4, 1), >, 150);

  causette_feed_remove (preview, id);
  causette_camera_set_enabled (camera, FALSE);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  support_finalize (g_steal_pointer (&camera));
  eye_clear (&eye);
  eye_clear (&self_view);
}

/* The self view comes at half the rate: counted against the call's frames, not against a clock. */
static void
test_preview_rate (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  CausetteFeed *feed = causette_camera_get_feed (camera);
  CausetteFeed *preview = causette_camera_get_preview (camera);
  Eye eye = { 0 };
  guint64 sent, shown;

  causette_feed_add (preview, eye_take, &eye, NULL);
  causette_feed_set_wanted_size (preview, 160, 120);
  causette_camera_set_size (camera, 320, 240, 30);
  causette_camera_set_source (camera, "test:ball");
  causette_camera_set_enabled (camera, TRUE);
  wait_until (causette_feed_get_count (preview) > 0, LIMIT_MS);
  sent = causette_feed_get_count (feed);
  shown = causette_feed_get_count (preview);
  wait_until (causette_feed_get_count (feed) >= sent + 45, LIMIT_MS);
  shown = causette_feed_get_count (preview) - shown;
  g_assert_cmpuint (shown, <=, 26);
  g_assert_cmpuint (shown, >=, 5); /* may lose some on a busy machine, not all */

  causette_camera_set_enabled (camera, FALSE);
  support_finalize (g_steal_pointer (&camera));
  eye_clear (&eye);
}

static void
test_failures (void)
{
  static const struct
  {
    const char *source;
    CausetteDeviceError code;
    const char *sentence;
  } cases[] = {
    { "fail:missing", CAUSETTE_DEVICE_ERROR_MISSING, "No camera was found." },
    { "fail:busy", CAUSETTE_DEVICE_ERROR_BUSY, "The camera is being used by another program." },
    { "fail:denied", CAUSETTE_DEVICE_ERROR_DENIED,
      "This computer does not let Causette use the camera." },
    { "fail:broken", CAUSETTE_DEVICE_ERROR_BROKEN, "The camera does not work, or was unplugged." },
    { "none", CAUSETTE_DEVICE_ERROR_MISSING, "No camera was found." },
    { "camera", CAUSETTE_DEVICE_ERROR_MISSING, "No camera was found." }, /* there is no list */
    { "microphone", CAUSETTE_DEVICE_ERROR_MISSING, "No camera was found." },
    { "testing", CAUSETTE_DEVICE_ERROR_MISSING, "No camera was found." },
    { "test:no-such-pattern", CAUSETTE_DEVICE_ERROR_MISSING,
      "There is no test picture called “no-such-pattern”." },
    { "test:solid-12345", CAUSETTE_DEVICE_ERROR_MISSING,
      "There is no test picture called “solid-12345”." },
    { "test:solid-gg0000", CAUSETTE_DEVICE_ERROR_MISSING,
      "There is no test picture called “solid-gg0000”." },
  };
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  guint states = 0;

  g_signal_connect (camera, "notify::state", G_CALLBACK (count_notify), &states);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      causette_camera_set_source (camera, cases[i].source);
      causette_camera_set_enabled (camera, TRUE);
      wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
      g_assert_error (causette_camera_get_error (camera), CAUSETTE_DEVICE_ERROR,
                      (int) cases[i].code);
      g_assert_cmpstr (causette_camera_get_error (camera)->message, ==, cases[i].sentence);
      g_assert_true (causette_camera_get_enabled (camera));
      causette_camera_set_enabled (camera, FALSE);
      g_assert_cmpint (causette_camera_get_state (camera), ==, CAUSETTE_SOURCE_OFF);
      g_assert_null (causette_camera_get_error (camera));
    }
  g_assert_cmpuint (states, ==, 2 * G_N_ELEMENTS (cases));

  /* A way on from each failure: another source, while it is still wanted. */
  causette_camera_set_source (camera, "fail:busy");
  causette_camera_set_enabled (camera, TRUE);
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
  causette_camera_set_source (camera, "test");
  wait_for_state (camera, CAUSETTE_SOURCE_ON);
  g_assert_null (causette_camera_get_error (camera));
  causette_camera_set_source (camera, "fail:busy");
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);

  support_finalize (g_steal_pointer (&camera));
}

/* Switching it from within its own news. */
static void
switch_off (GObject *object, GParamSpec *pspec, gpointer data)
{
  CausetteCamera *camera = CAUSETTE_CAMERA (object);

  if (causette_camera_get_state (camera) == CAUSETTE_SOURCE_ON ||
      causette_camera_get_state (camera) == CAUSETTE_SOURCE_FAILED)
    causette_camera_set_enabled (camera, FALSE);
}

static void
test_switched_by_its_news (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);

  g_signal_connect (camera, "notify::state", G_CALLBACK (switch_off), NULL);
  causette_camera_set_source (camera, "test");
  causette_camera_set_enabled (camera, TRUE);
  wait_until (!causette_camera_get_enabled (camera), LIMIT_MS);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  causette_camera_set_source (camera, "fail:busy");
  causette_camera_set_enabled (camera, TRUE);
  wait_until (!causette_camera_get_enabled (camera), LIMIT_MS);
  g_assert_cmpint (causette_camera_get_state (camera), ==, CAUSETTE_SOURCE_OFF);
  support_finalize (g_steal_pointer (&camera));
}

static void
open_and_close (CausetteCamera *camera, guint round)
{
  causette_camera_set_enabled (camera, TRUE);
  /* Closed at any state: before it is open, while it opens, when frames come. */
  if (round % 3 == 1)
    g_main_context_iteration (NULL, FALSE);
  else if (round % 3 == 2)
    wait_for_state (camera, CAUSETTE_SOURCE_ON);
  causette_camera_set_enabled (camera, FALSE);
  if (round % 2 == 0)
    wait_for_state (camera, CAUSETTE_SOURCE_OFF);
}

static void
test_leaks_nothing (void)
{
  g_autoptr (CausetteCamera) camera = causette_camera_new (NULL);
  Eye eye = { 0 };
  guint threads, descriptors;

  causette_feed_add (causette_camera_get_preview (camera), eye_take, &eye, NULL);
  causette_camera_set_source (camera, "test");
  causette_camera_set_size (camera, 160, 120, 60);

  /* What GLib and GStreamer keep for good is there after a few rounds. */
  for (guint round = 0; round < 6; round++)
    open_and_close (camera, round);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  eye_forget (&eye);
  threads = support_count_threads ();
  descriptors = support_count_descriptors ();

  for (guint round = 0; round < 100; round++)
    open_and_close (camera, round);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  eye_forget (&eye);
  wait_until (support_count_threads () <= threads, LIMIT_MS);
  wait_until (support_count_descriptors () <= descriptors, LIMIT_MS);

  support_finalize (g_steal_pointer (&camera));
  eye_clear (&eye);
}

/* Given up while open: finalized at once, and closed by then. */
static void
test_dropped_while_open (void)
{
  for (guint round = 0; round < 20; round++)
    {
      CausetteCamera *camera = causette_camera_new (NULL);
      CausetteFeed *feed = g_object_ref (causette_camera_get_feed (camera));
      guint64 count;

      causette_camera_set_source (camera, "test");
      causette_camera_set_enabled (camera, TRUE);
      if (round % 2 == 0)
        wait_for_state (camera, CAUSETTE_SOURCE_ON);
      support_finalize (camera);

      count = causette_feed_get_count (feed);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (causette_feed_get_count (feed), ==, count);
      g_assert_finalize_object (feed);
    }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/camera/frames", test_frames);
  g_test_add_func ("/media/camera/picture", test_picture);
  g_test_add_func ("/media/camera/preview", test_preview);
  g_test_add_func ("/media/camera/preview-rate", test_preview_rate);
  g_test_add_func ("/media/camera/failures", test_failures);
  g_test_add_func ("/media/camera/switched-by-its-news", test_switched_by_its_news);
  g_test_add_func ("/media/camera/leaks-nothing", test_leaks_nothing);
  g_test_add_func ("/media/camera/dropped-while-open", test_dropped_while_open);

  return g_test_run ();
}

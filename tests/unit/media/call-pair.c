/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two calls that are each other's partner: see call-pair.h. */
#include "call-pair.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  TestSource *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = NULL;
  g_autoptr (GstSample) stamped = NULL;

  if (sample == NULL)
    return GST_FLOW_OK;

  /* The moment of capture on the system's clock, as feeds have it. */
  buffer = gst_buffer_copy (gst_sample_get_buffer (sample));
  GST_BUFFER_PTS (buffer) += gst_element_get_base_time (self->pipeline);
  stamped = gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, NULL);
  gst_buffer_unref (buffer);
  causette_feed_push (self->feed, stamped);

  return GST_FLOW_OK;
}

TestSource *
test_source_new (const char *description)
{
  TestSource *self = g_new0 (TestSource, 1);
  g_autofree char *text =
      g_strdup_printf ("%s ! appsink name=sink sync=true max-buffers=2 drop=true", description);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  self->feed = causette_feed_new ();
  self->pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (self->pipeline);
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
  sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  test_source_set_running (self, TRUE);

  return self;
}

TestSource *
test_source_new_colour (guint rgb, int width, int height)
{
  g_autofree char *text =
      g_strdup_printf ("videotestsrc is-live=true pattern=solid-color foreground-color=0x%x ! "
                       "video/x-raw,format=I420,width=%d,height=%d,framerate=30/1",
                       0xff000000 | rgb, width, height);

  return test_source_new (text);
}

TestSource *
test_source_new_tone (void)
{
  return test_source_new ("audiotestsrc is-live=true samplesperbuffer=960 volume=0.5 ! "
                          "audio/x-raw,format=S16LE,rate=48000,channels=1");
}

void
test_source_set_running (TestSource *self, gboolean running)
{
  gst_element_set_state (self->pipeline, running ? GST_STATE_PLAYING : GST_STATE_NULL);
  if (!running)
    causette_feed_push (self->feed, NULL);
}

void
test_source_free (TestSource *self)
{
  if (self == NULL)
    return;

  test_source_set_running (self, FALSE);
  gst_object_unref (self->pipeline);
  g_object_unref (self->feed);
  g_free (self);
}

static gboolean
on_limit (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static gboolean
on_glance (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
pair_wait (Pair *self, const char *what, PairDone done, gpointer user_data)
{
  gboolean late = FALSE;
  guint limit = g_timeout_add (PAIR_LIMIT_MS, on_limit, &late);
  /* Frames are counted on streaming threads, which do not wake the main context. */
  guint glance = g_timeout_add (10, on_glance, NULL);

  while (!late && !done (self, user_data))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (glance);
  if (!late)
    {
      g_source_remove (limit);
      return;
    }
  if (self != NULL)
    {
      causette_webrtc_call_dump (CAUSETTE_WEBRTC_CALL (self->caller.call), "caller");
      causette_webrtc_call_dump (CAUSETTE_WEBRTC_CALL (self->callee.call), "callee");
    }
  g_error ("not within %d ms: %s", PAIR_LIMIT_MS, what);
}

static void
on_description (CausetteCall *call, const char *type, const char *sdp, gpointer user_data)
{
  Side *side = user_data;
  g_autofree char *sent = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (side->descriptions, g_strdup (type));
  g_ptr_array_add (side->descriptions, g_strdup (sdp));
  if (side->pair->hold)
    return;

  sent = side->pair->tamper != NULL ? side->pair->tamper (side, type, sdp) : g_strdup (sdp);
  causette_call_set_remote_description (side->partner, type, sent, &error);
  if (!side->pair->forgiving || causette_call_get_state (side->partner) != CAUSETTE_CALL_CLOSED)
    g_assert_no_error (error);
}

static void
on_candidate (CausetteCall *call, const char *candidate, guint index, gpointer user_data)
{
  Side *side = user_data;

  g_assert_cmpuint (side->descriptions->len, >, 0);
  g_ptr_array_add (side->candidates, g_strdup (candidate));
  if (!side->pair->hold)
    causette_call_add_remote_candidate (side->partner, candidate, index);
}

static void
on_message (CausetteCall *call, GBytes *message, gpointer user_data)
{
  Side *side = user_data;

  g_ptr_array_add (side->messages, g_bytes_ref (message));
}

static void
on_first_frame (CausetteCall *call, int width, int height, gpointer user_data)
{
  Side *side = user_data;

  side->first_frames++;
  side->first_width = width;
  side->first_height = height;
}

static void
on_first_sound (CausetteCall *call, gpointer user_data)
{
  Side *side = user_data;

  side->first_sounds++;
}

static void
on_stats (CausetteCall *call, const CausetteCallStats *stats, gpointer user_data)
{
  Side *side = user_data;

  side->stats = *stats;
  side->stats_count++;
}

/* On a streaming thread. */
static void
on_frame (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Side *side = user_data;
  GstVideoInfo info;
  GstVideoFrame frame;
  const guint8 *pixel;

  if (sample == NULL)
    {
      g_atomic_int_inc (&side->stops);
      return;
    }

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&info), ==, GST_VIDEO_FORMAT_BGRx);
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  pixel = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0) +
          GST_VIDEO_INFO_HEIGHT (&info) / 2 * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0) +
          GST_VIDEO_INFO_WIDTH (&info) / 2 * 4;
  g_atomic_int_set (&side->middle, pixel[2] << 16 | pixel[1] << 8 | pixel[0]);
  gst_video_frame_unmap (&frame);
  g_atomic_int_set (&side->width, GST_VIDEO_INFO_WIDTH (&info));
  g_atomic_int_set (&side->height, GST_VIDEO_INFO_HEIGHT (&info));
  g_atomic_int_inc (&side->frames);
}

static void
side_init (Side *side, Pair *pair, const CausetteWebrtcCallConfig *config)
{
  side->pair = pair;
  side->descriptions = g_ptr_array_new_with_free_func (g_free);
  side->candidates = g_ptr_array_new_with_free_func (g_free);
  side->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  side->call = causette_webrtc_call_new (config);
  g_signal_connect (side->call, "local-description", G_CALLBACK (on_description), side);
  g_signal_connect (side->call, "local-candidate", G_CALLBACK (on_candidate), side);
  g_signal_connect (side->call, "message", G_CALLBACK (on_message), side);
  g_signal_connect (side->call, "first-video-frame", G_CALLBACK (on_first_frame), side);
  g_signal_connect (side->call, "first-audio", G_CALLBACK (on_first_sound), side);
  g_signal_connect (side->call, "stats", G_CALLBACK (on_stats), side);
  side->consumer =
      causette_feed_add (causette_call_get_remote_video (side->call), on_frame, side, NULL);
}

static void
side_clear (Side *side)
{
  causette_feed_remove (causette_call_get_remote_video (side->call), side->consumer);
  g_signal_handlers_disconnect_by_data (side->call, side);
  g_assert_finalize_object (side->call);
  g_ptr_array_unref (side->descriptions);
  g_ptr_array_unref (side->candidates);
  g_ptr_array_unref (side->messages);
}

static CausetteWebrtcCallConfig
make_config (gboolean caller, TestSource *video, TestSource *audio)
{
  return (CausetteWebrtcCallConfig){
    .caller = caller,
    .video = video != NULL ? video->feed : NULL,
    .audio = audio != NULL ? audio->feed : NULL,
    .width = 320,
    .height = 240,
    .frames_per_second = 30,
    .speaker = "none",
  };
}

static Pair *
make_pair (const CausetteWebrtcCallConfig *caller, const CausetteWebrtcCallConfig *callee)
{
  Pair *self = g_new0 (Pair, 1);

  side_init (&self->caller, self, caller);
  side_init (&self->callee, self, callee);
  self->caller.partner = self->callee.call;
  self->callee.partner = self->caller.call;

  return self;
}

Pair *
pair_new (TestSource *caller_video,
          TestSource *caller_audio,
          TestSource *callee_video,
          TestSource *callee_audio)
{
  CausetteWebrtcCallConfig caller = make_config (TRUE, caller_video, caller_audio);
  CausetteWebrtcCallConfig callee = make_config (FALSE, callee_video, callee_audio);

  return make_pair (&caller, &callee);
}

Pair *
pair_new_with_caller (const CausetteWebrtcCallConfig *caller)
{
  CausetteWebrtcCallConfig callee = make_config (FALSE, NULL, NULL);

  return make_pair (caller, &callee);
}

void
pair_start (Pair *self)
{
  causette_call_start (self->callee.call);
  causette_call_start (self->caller.call);
}

static gboolean
both_connected (Pair *self, gpointer user_data)
{
  g_assert_no_error (causette_call_get_error (self->caller.call));
  g_assert_no_error (causette_call_get_error (self->callee.call));

  return causette_call_get_state (self->caller.call) == CAUSETTE_CALL_CONNECTED &&
         causette_call_get_state (self->callee.call) == CAUSETTE_CALL_CONNECTED;
}

void
pair_connect (Pair *self)
{
  pair_start (self);
  pair_wait (self, "both are connected", both_connected, NULL);
}

void
pair_free (Pair *self)
{
  if (self == NULL)
    return;

  /* News on its way to the main context hold a call for a moment. */
  causette_call_close (self->caller.call);
  causette_call_close (self->callee.call);
  g_assert_true (causette_webrtc_call_wait_closed (PAIR_LIMIT_MS));
  while (g_main_context_iteration (NULL, FALSE))
    ;

  side_clear (&self->caller);
  side_clear (&self->callee);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One sending branch of a call: see webrtc-sender.h.
 *
 * Frames come on the feed's thread and are encoded on appsrc's. Timestamps are the moment of
 * capture on the pipeline's clock, so that sound and picture stay in step on the other side.
 */
#include "media/webrtc-sender.h"

#include <gst/app/gstappsrc.h>
#include <gst/rtp/rtp.h>
#include <stdatomic.h>

#include "media/sdp.h"

#define VIDEO_QUEUE_FRAMES 2
#define AUDIO_QUEUE_FRAMES 10
/* A capture time farther from now than this is not believed. */
#define MAX_AGE (2 * GST_SECOND)
/* Key frames asked for more often than this are made once. */
#define MIN_KEY_FRAME_INTERVAL (400 * GST_MSECOND)
#define RTP_MTU                1200

struct _WebrtcSender
{
  gboolean video;
  guint32 ssrc;
  GstElement *pipeline; /* not owned */
  GstElement *source, *encoder, *payloader;

  CausetteFeed *feed;
  guint consumer;

  GMutex lock; /* protects all that follows but bytes */
  gboolean open;
  GstSample *newest; /* of a feed that pushes before the call is open */
  GstClockTime last; /* timestamp sent, or NONE */

  _Atomic guint64 bytes;
};

/* The running time of a frame in the sender's pipeline: its capture time when that can be, else
 * now. Never backwards. Called with the lock held. */
static GstClockTime
get_running_time (WebrtcSender *self, GstBuffer *buffer)
{
  GstClockTime base = gst_element_get_base_time (self->pipeline);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstClockTime now = gst_clock_get_time (clock);
  GstClockTime captured = GST_BUFFER_PTS (buffer);
  GstClockTime time;

  if (!GST_CLOCK_TIME_IS_VALID (captured) || captured > now || now - captured > MAX_AGE)
    captured = now;
  time = captured > base ? captured - base : 0;
  if (GST_CLOCK_TIME_IS_VALID (self->last) && time <= self->last)
    time = self->last + 1;
  self->last = time;

  return time;
}

/* Called with the lock held. */
static void
push (WebrtcSender *self, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  g_autoptr (GstSample) stamped = NULL;

  if (buffer == NULL)
    return;

  buffer = gst_buffer_copy (buffer); /* its metadata; the frame itself is shared */
  GST_BUFFER_PTS (buffer) = get_running_time (self, buffer);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  stamped = gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, NULL);
  gst_buffer_unref (buffer);
  /* It never waits: when the encoder lags, the oldest waiting frame goes. */
  gst_app_src_push_sample (GST_APP_SRC (self->source), stamped);
}

static void
on_frame (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  WebrtcSender *self = user_data;

  g_mutex_lock (&self->lock);
  if (self->open && sample != NULL)
    push (self, sample);
  else if (self->video && !self->open)
    {
      g_clear_pointer (&self->newest, gst_sample_unref);
      self->newest = sample != NULL ? gst_sample_ref (sample) : NULL;
    }
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
count_bytes (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcSender *self = user_data;
  gsize bytes;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    bytes = gst_buffer_list_calculate_size (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  else
    bytes = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  atomic_fetch_add (&self->bytes, bytes);

  return GST_PAD_PROBE_OK;
}

/* An element in @pipeline, linked behind @previous. */
static GstElement *
add_element (GstElement *pipeline, GstElement *previous, const char *name, const char **missing)
{
  GstElement *element = NULL;

  if (*missing != NULL)
    return NULL;
  element = gst_element_factory_make (name, NULL);
  if (element == NULL)
    {
      *missing = name;
      return NULL;
    }

  gst_bin_add (GST_BIN (pipeline), element);
  if (previous != NULL)
    gst_element_link (previous, element);

  return element;
}

static void
configure_source (WebrtcSender *self)
{
  g_object_set (self->source, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-buffers",
                (guint64) (self->video ? VIDEO_QUEUE_FRAMES : AUDIO_QUEUE_FRAMES), "max-bytes",
                (guint64) 0, "max-time", (guint64) 0, "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM,
                "emit-signals", FALSE, NULL);
}

static void
configure_video (WebrtcSender *self)
{
  gst_util_set_object_arg (G_OBJECT (self->encoder), "end-usage", "cbr");
  g_object_set (self->encoder, "deadline", (gint64) 1, "cpu-used", -6, "threads", 1,
                "keyframe-max-dist", 3000, "lag-in-frames", 0, "min-quantizer", 2, "max-quantizer",
                56, "buffer-size", 600, "buffer-initial-size", 300, "buffer-optimal-size", 400,
                "max-intra-bitrate", 450, "static-threshold", 1, "dropframe-threshold", 30,
                "min-force-key-unit-interval", (guint64) MIN_KEY_FRAME_INTERVAL, NULL);
  gst_util_set_object_arg (G_OBJECT (self->payloader), "picture-id-mode", "15-bit");
}

static void
configure_audio (WebrtcSender *self)
{
  gst_util_set_object_arg (G_OBJECT (self->encoder), "audio-type", "voice");
  gst_util_set_object_arg (G_OBJECT (self->encoder), "frame-size", "20");
  g_object_set (self->encoder, "inband-fec", TRUE, "packet-loss-percentage", 5, NULL);
}

WebrtcSender *
webrtc_sender_new (GstElement *pipeline, const WebrtcSenderConfig *config, const char **missing)
{
  static const char *const video[] = { "videoconvert", "vp8enc", "rtpvp8pay", NULL };
  static const char *const audio[] = { "audioconvert", "audioresample", "opusenc", "rtpopuspay",
                                       NULL };
  WebrtcSender *self = g_new0 (WebrtcSender, 1);
  GstElement *last = NULL;
  g_autoptr (GstPad) pad = NULL;

  *missing = NULL;
  g_mutex_init (&self->lock);
  self->video = config->video;
  self->pipeline = pipeline;
  self->last = GST_CLOCK_TIME_NONE;
  /* 0 and the largest number mean something else to payloaders and to webrtcbin. */
  self->ssrc = g_random_int_range (1, G_MAXINT32);

  self->source = last = add_element (pipeline, NULL, "appsrc", missing);
  for (const char *const *name = config->video ? video : audio; *name != NULL; name++)
    {
      self->encoder = self->payloader;
      self->payloader = last = add_element (pipeline, last, *name, missing);
    }
  if (*missing != NULL)
    {
      webrtc_sender_free (self);
      return NULL;
    }

  configure_source (self);
  if (self->video)
    configure_video (self);
  else
    configure_audio (self);
  webrtc_sender_set_kbps (self, config->kbps);
  g_object_set (self->payloader, "ssrc", self->ssrc, "mtu", RTP_MTU, NULL);

  pad = gst_element_get_static_pad (self->payloader, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, count_bytes,
                     self, NULL);

  if (config->feed != NULL)
    {
      self->feed = g_object_ref (config->feed);
      self->consumer = causette_feed_add (self->feed, on_frame, self, NULL);
    }

  return self;
}

void
webrtc_sender_free (WebrtcSender *self)
{
  if (self == NULL)
    return;

  webrtc_sender_close (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstCaps *
webrtc_sender_get_preferences (WebrtcSender *self, int payload, int twcc_id)
{
  GstCaps *caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
                                       self->video ? "video" : "audio", "encoding-name",
                                       G_TYPE_STRING, self->video ? "VP8" : "OPUS", "clock-rate",
                                       G_TYPE_INT, self->video ? 90000 : 48000, "payload",
                                       G_TYPE_INT, payload, "ssrc", G_TYPE_UINT, self->ssrc, NULL);

  if (!self->video)
    gst_caps_set_simple (caps, "encoding-params", G_TYPE_STRING, "2", NULL);
  if (twcc_id != 0)
    {
      g_autofree char *field = g_strdup_printf ("extmap-%d", twcc_id);

      gst_caps_set_simple (caps, field, G_TYPE_STRING, SDP_TWCC_URI, NULL);
    }

  return caps;
}

gboolean
webrtc_sender_link (WebrtcSender *self, GstPad *webrtc_sink, int payload, int twcc_id)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->payloader, "src");

  g_object_set (self->payloader, "pt", payload, NULL);
  if (twcc_id != 0)
    {
      g_autoptr (GstRTPHeaderExtension) extension =
          gst_rtp_header_extension_create_from_uri (SDP_TWCC_URI);

      if (extension == NULL)
        return FALSE;
      gst_rtp_header_extension_set_id (extension, twcc_id);
      g_signal_emit_by_name (self->payloader, "add-extension", extension);
    }

  return gst_pad_link (pad, webrtc_sink) == GST_PAD_LINK_OK;
}

void
webrtc_sender_set_open (WebrtcSender *self, gboolean open)
{
  g_autoptr (GstSample) newest = NULL;

  g_mutex_lock (&self->lock);
  if (open && !self->open)
    newest = g_steal_pointer (&self->newest);
  self->open = open;
  if (newest != NULL)
    push (self, newest);
  g_mutex_unlock (&self->lock);
}

void
webrtc_sender_close (WebrtcSender *self)
{
  if (self->feed != NULL)
    causette_feed_remove (self->feed, self->consumer);
  g_clear_object (&self->feed);

  g_mutex_lock (&self->lock);
  self->open = FALSE;
  g_clear_pointer (&self->newest, gst_sample_unref);
  g_mutex_unlock (&self->lock);
}

void
webrtc_sender_set_kbps (WebrtcSender *self, guint kbps)
{
  g_object_set (self->encoder, self->video ? "target-bitrate" : "bitrate", (int) kbps * 1000, NULL);
}

guint64
webrtc_sender_get_bytes (WebrtcSender *self)
{
  return atomic_load (&self->bytes);
}

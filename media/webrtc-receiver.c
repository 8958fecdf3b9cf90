/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving branches of a call: see webrtc-receiver.h.
 *
 * Pictures: webrtcbin ! errorignore ! rtpvp8depay ! vp8dec ! queue (newest wins) ! scale to the
 * size wanted ! appsink ! feed. Sound: webrtcbin ! errorignore ! rtpopusdepay ! opusdec ! level !
 * loudspeaker. errorignore: an error that came back to webrtcbin would stop the other branch and
 * the data channel too.
 */
#include "media/webrtc-receiver.h"

#include <gst/app/gstappsink.h>
#include <gst/rtp/rtp.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#define FREEZE_US      (500 * G_TIME_SPAN_MILLISECOND)
#define VIDEO_CLOCK_HZ 90000
/* Of the loudspeaker's own buffer: with more, sound comes later than the picture. */
#define SPEAKER_BUFFER_US 60000
#define SPEAKER_PERIOD_US 10000
#define SPEAKER_NAME      "causette-speaker"

#define VIDEO_BRANCH                                                                               \
  "errorignore convert-to=ok ! "                                                                   \
  "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! "                                    \
  "vp8dec name=decoder qos=false ! "                                                               \
  "queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! "                  \
  "videoconvertscale name=scale dither=none qos=false ! capsfilter name=size ! "                   \
  "appsink name=sink sync=false max-buffers=1 drop=true enable-last-sample=false qos=false"
#define AUDIO_BRANCH                                                                               \
  "errorignore convert-to=ok ! rtpopusdepay ! "                                                    \
  "opusdec name=decoder plc=true use-inband-fec=true ! level name=level interval=100000000 ! "     \
  "audioconvert ! audioresample name=last"

typedef struct
{
  GstElement *bin; /* not owned; NULL when there is none */
  GstPad *pad;     /* webrtcbin's, owned */
} Branch;

struct _WebrtcReceiver
{
  GstElement *pipeline; /* not owned */
  CausetteFeed *feed;
  gulong on_width, on_height;
  char *speaker;
  WebrtcReceiverEvents events;

  GMutex build_lock; /* held while branches come and go; protects the next two */
  gboolean building_over;
  Branch video, audio;

  GMutex push_lock; /* held while the feed is given a frame; protects the next one */
  gboolean closed;

  GMutex lock; /* protects all that follows; nothing is called with it held */
  gboolean open;
  WebrtcReceiverCounts counts;
  GstElement *size_filter;
  int source_width, source_height;
  guint16 next_sequence;
  gboolean have_sequence, hole;
  guint32 rtp_time, frame_rtp_time;
};

/* The size at which the pictures are made: fitted into what the feed's consumer shows. */
static void
update_size (WebrtcReceiver *self)
{
  g_autoptr (GstElement) filter = NULL;
  g_autoptr (GstCaps) caps = NULL;
  int source_width, source_height, width, height;

  g_mutex_lock (&self->lock);
  if (self->size_filter != NULL)
    filter = gst_object_ref (self->size_filter);
  source_width = self->source_width;
  source_height = self->source_height;
  g_mutex_unlock (&self->lock);
  if (filter == NULL || source_width <= 0 || source_height <= 0)
    return;

  causette_feed_fit_size (self->feed, source_width, source_height, &width, &height);
  caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width", G_TYPE_INT,
                              width, "height", G_TYPE_INT, height, NULL);
  g_object_set (filter, "caps", caps, NULL);
}

/* Caps reach the scaler: the size that it is to make follows before they do. */
static GstPadProbeReturn
on_scale_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps = NULL;
  GstVideoInfo video;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;

  g_mutex_lock (&self->lock);
  self->source_width = GST_VIDEO_INFO_WIDTH (&video);
  self->source_height = GST_VIDEO_INFO_HEIGHT (&video);
  g_mutex_unlock (&self->lock);
  update_size (self);

  return GST_PAD_PROBE_OK;
}

/* A gap between pictures counts as frozen when one was due: packets are missing, or the sender's
 * clock did not stand still meanwhile as it does while a camera is off. Called with the lock. */
static void
note_frame (WebrtcReceiver *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 gap = self->counts.last_frame_us != 0 ? now - self->counts.last_frame_us : 0;
  gint64 sent_gap =
      (gint64) (gint32) (self->rtp_time - self->frame_rtp_time) * G_USEC_PER_SEC / VIDEO_CLOCK_HZ;

  if (gap > FREEZE_US && (self->hole || sent_gap < gap / 2))
    self->counts.frozen_us += gap;
  self->counts.last_frame_us = now;
  self->frame_rtp_time = self->rtp_time;
  self->hole = FALSE;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  gboolean first;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;

  g_mutex_lock (&self->lock);
  note_frame (self);
  first = self->counts.video_frames++ == 0;
  self->counts.width = GST_VIDEO_INFO_WIDTH (&video);
  self->counts.height = GST_VIDEO_INFO_HEIGHT (&video);
  g_mutex_unlock (&self->lock);

  if (first)
    self->events.first_video_frame (GST_VIDEO_INFO_WIDTH (&video), GST_VIDEO_INFO_HEIGHT (&video),
                                    self->events.user_data);

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sound (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->counts.audio_buffers++ == 0;
  g_mutex_unlock (&self->lock);

  if (first)
    self->events.first_audio (self->events.user_data);

  return GST_PAD_PROBE_OK;
}

/* Called with the lock. */
static void
note_video_packet (WebrtcReceiver *self, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint16 sequence;

  self->counts.video_bytes += gst_buffer_get_size (buffer);
  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return;
  sequence = gst_rtp_buffer_get_seq (&rtp);
  if (self->have_sequence && sequence != self->next_sequence)
    self->hole = TRUE;
  self->next_sequence = sequence + 1;
  self->have_sequence = TRUE;
  self->rtp_time = gst_rtp_buffer_get_timestamp (&rtp);
  gst_rtp_buffer_unmap (&rtp);
}

/* The gate: nothing passes before the partner is known to be the right one. */
static GstPadProbeReturn
on_video_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  gboolean open;

  g_mutex_lock (&self->lock);
  open = self->open;
  if (open && (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST))
    {
      GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

      for (guint i = 0; i < gst_buffer_list_length (list); i++)
        note_video_packet (self, gst_buffer_list_get (list, i));
    }
  else if (open)
    note_video_packet (self, GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&self->lock);

  return open ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_audio_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  gboolean open;

  g_mutex_lock (&self->lock);
  open = self->open;
  if (open && (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST))
    self->counts.audio_bytes +=
        gst_buffer_list_calculate_size (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  else if (open)
    self->counts.audio_bytes += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&self->lock);

  return open ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  WebrtcReceiver *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample == NULL)
    return GST_FLOW_OK;

  g_mutex_lock (&self->push_lock);
  if (!self->closed)
    causette_feed_push (self->feed, sample);
  g_mutex_unlock (&self->push_lock);

  return GST_FLOW_OK;
}

static void
add_probe (GstElement *bin,
           const char *element_name,
           const char *pad_name,
           GstPadProbeType type,
           GstPadProbeCallback callback,
           WebrtcReceiver *self)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (bin), element_name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, type, callback, self, NULL);
}

static GstElement *
build_video (WebrtcReceiver *self)
{
  GstElement *bin = gst_parse_bin_from_description (VIDEO_BRANCH, FALSE, NULL);
  g_autoptr (GstElement) sink = NULL;
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  if (bin == NULL)
    return NULL;

  add_probe (bin, "decoder", "src", GST_PAD_PROBE_TYPE_BUFFER, on_picture, self);
  add_probe (bin, "scale", "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_scale_event, self);
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);

  g_mutex_lock (&self->lock);
  self->size_filter = gst_bin_get_by_name (GST_BIN (bin), "size");
  self->have_sequence = FALSE;
  g_mutex_unlock (&self->lock);

  return bin;
}

static void
configure_speaker (GstElement *sink)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (sink);

  if (g_object_class_find_property (klass, "buffer-time") != NULL &&
      g_object_class_find_property (klass, "latency-time") != NULL)
    g_object_set (sink, "buffer-time", (gint64) SPEAKER_BUFFER_US, "latency-time",
                  (gint64) SPEAKER_PERIOD_US, NULL);
}

static void
on_speaker_chosen (GstBin *bin, GstElement *sink, gpointer user_data)
{
  configure_speaker (sink);
}

/* A loudspeaker that works, else one that swallows sound in time. */
static GstElement *
make_speaker (WebrtcReceiver *self)
{
  GstElement *sink = NULL;

  if (g_str_has_prefix (self->speaker, "speaker:"))
    {
      sink = gst_element_factory_make ("pulsesink", NULL);
      if (sink != NULL)
        {
          configure_speaker (sink);
          g_object_set (sink, "device", self->speaker + strlen ("speaker:"), NULL);
        }
    }
  if (sink == NULL && strcmp (self->speaker, "none") != 0)
    {
      sink = gst_element_factory_make ("autoaudiosink", NULL);
      if (sink != NULL)
        g_signal_connect (sink, "element-added", G_CALLBACK (on_speaker_chosen), NULL);
    }

  if (sink != NULL && gst_element_set_state (sink, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE)
    {
      gst_element_set_state (sink, GST_STATE_NULL);
      gst_clear_object (&sink);
    }
  if (sink == NULL)
    {
      sink = gst_element_factory_make ("fakesink", NULL);
      g_object_set (sink, "sync", TRUE, "enable-last-sample", FALSE, NULL);
    }
  gst_object_set_name (GST_OBJECT (sink), SPEAKER_NAME);

  return sink;
}

static GstElement *
build_audio (WebrtcReceiver *self)
{
  GstElement *bin = gst_parse_bin_from_description (AUDIO_BRANCH, FALSE, NULL);
  GstElement *speaker = NULL;
  g_autoptr (GstElement) last = NULL;

  if (bin == NULL)
    return NULL;

  speaker = make_speaker (self);
  gst_bin_add (GST_BIN (bin), speaker);
  last = gst_bin_get_by_name (GST_BIN (bin), "last");
  gst_element_link (last, speaker);
  add_probe (bin, "decoder", "src", GST_PAD_PROBE_TYPE_BUFFER, on_sound, self);

  return bin;
}

/* The one unlinked sink pad of @bin, as a pad of the bin. */
static GstPad *
expose_sink (GstElement *bin)
{
  g_autoptr (GstPad) target = gst_bin_find_unlinked_pad (GST_BIN (bin), GST_PAD_SINK);
  GstPad *ghost = gst_ghost_pad_new ("sink", target);

  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (bin, ghost);

  return ghost;
}

static void
discard (WebrtcReceiver *self, GstPad *pad)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = NULL;

  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
}

static const char *
get_encoding (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const char *name = NULL;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (caps != NULL && !gst_caps_is_any (caps) && gst_caps_get_size (caps) > 0)
    name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");

  return g_intern_string (g_strcmp0 (name, "VP8") == 0 || g_strcmp0 (name, "OPUS") == 0 ? name
                                                                                        : NULL);
}

void
webrtc_receiver_add_pad (WebrtcReceiver *self, GstPad *pad)
{
  const char *encoding = get_encoding (pad);
  gboolean video = g_strcmp0 (encoding, "VP8") == 0;
  Branch *branch = video ? &self->video : &self->audio;
  GstElement *bin = NULL;

  g_mutex_lock (&self->build_lock);
  if (!self->building_over)
    {
      /* One picture and one sound at a time. */
      if (encoding != NULL && branch->bin == NULL)
        bin = video ? build_video (self) : build_audio (self);
      if (bin != NULL)
        {
          GstPad *sink = expose_sink (bin);

          branch->bin = bin;
          branch->pad = gst_object_ref (pad);
          gst_bin_add (GST_BIN (self->pipeline), bin);
          gst_element_sync_state_with_parent (bin);
          gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                             video ? on_video_packet : on_audio_packet, self, NULL);
          gst_pad_link (pad, sink);
        }
      else
        discard (self, pad);
    }
  g_mutex_unlock (&self->build_lock);
}

void
webrtc_receiver_remove_pad (WebrtcReceiver *self, GstPad *pad)
{
  Branch *branch = NULL;
  Branch taken = { NULL, NULL };

  g_mutex_lock (&self->build_lock);
  if (self->video.pad == pad)
    branch = &self->video;
  else if (self->audio.pad == pad)
    branch = &self->audio;
  if (branch != NULL && !self->building_over)
    {
      taken = *branch;
      *branch = (Branch){ NULL, NULL };
    }
  g_mutex_unlock (&self->build_lock);

  if (taken.bin == NULL)
    return;
  if (branch == &self->video)
    {
      g_mutex_lock (&self->lock);
      gst_clear_object (&self->size_filter);
      g_mutex_unlock (&self->lock);
    }
  gst_element_set_state (taken.bin, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), taken.bin);
  gst_object_unref (taken.pad);
}

void
webrtc_receiver_set_open (WebrtcReceiver *self, gboolean open)
{
  g_mutex_lock (&self->lock);
  self->open = open;
  g_mutex_unlock (&self->lock);
}

void
webrtc_receiver_close (WebrtcReceiver *self)
{
  gboolean told;

  g_clear_signal_handler (&self->on_width, self->feed);
  g_clear_signal_handler (&self->on_height, self->feed);

  g_mutex_lock (&self->push_lock);
  told = self->closed;
  self->closed = TRUE;
  g_mutex_unlock (&self->push_lock);
  if (!told)
    causette_feed_push (self->feed, NULL);

  g_mutex_lock (&self->lock);
  self->open = FALSE;
  g_mutex_unlock (&self->lock);

  g_mutex_lock (&self->build_lock);
  self->building_over = TRUE;
  g_mutex_unlock (&self->build_lock);
}

WebrtcReceiver *
webrtc_receiver_new (GstElement *pipeline,
                     CausetteFeed *feed,
                     const char *speaker,
                     const WebrtcReceiverEvents *events)
{
  WebrtcReceiver *self = g_new0 (WebrtcReceiver, 1);

  self->pipeline = pipeline;
  self->feed = g_object_ref (feed);
  self->speaker = g_strdup (speaker != NULL ? speaker : "speaker");
  self->events = *events;
  g_mutex_init (&self->build_lock);
  g_mutex_init (&self->push_lock);
  g_mutex_init (&self->lock);
  self->on_width =
      g_signal_connect_swapped (feed, "notify::wanted-width", G_CALLBACK (update_size), self);
  self->on_height =
      g_signal_connect_swapped (feed, "notify::wanted-height", G_CALLBACK (update_size), self);

  return self;
}

void
webrtc_receiver_release (WebrtcReceiver *self)
{
  g_mutex_lock (&self->build_lock);
  self->building_over = TRUE;
  gst_clear_object (&self->video.pad);
  gst_clear_object (&self->audio.pad);
  self->video.bin = self->audio.bin = NULL;
  g_mutex_unlock (&self->build_lock);

  g_mutex_lock (&self->lock);
  gst_clear_object (&self->size_filter);
  g_mutex_unlock (&self->lock);
}

void
webrtc_receiver_free (WebrtcReceiver *self)
{
  if (self == NULL)
    return;

  webrtc_receiver_close (self);
  webrtc_receiver_release (self);
  g_object_unref (self->feed);
  g_free (self->speaker);
  g_mutex_clear (&self->build_lock);
  g_mutex_clear (&self->push_lock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The loudest channel's root mean square, from decibels to 0…1. */
static void
take_level (WebrtcReceiver *self, const GstStructure *structure)
{
  const GValue *value = gst_structure_get_value (structure, "rms");
  double level = 0;

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* level speaks GValueArray */
      if (value != NULL && G_VALUE_HOLDS (value, g_value_array_get_type ()))
  {
    GValueArray *channels = g_value_get_boxed (value);

    for (guint i = 0; channels != NULL && i < channels->n_values; i++)
      level = MAX (level, pow (10, g_value_get_double (channels->values + i) / 20));
  }
  G_GNUC_END_IGNORE_DEPRECATIONS

  g_mutex_lock (&self->lock);
  self->counts.audio_level = CLAMP (level, 0, 1);
  g_mutex_unlock (&self->lock);
}

gboolean
webrtc_receiver_take_message (WebrtcReceiver *self, GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && gst_message_has_name (message, "level"))
    {
      take_level (self, gst_message_get_structure (message));
      return TRUE;
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    for (GstObject *object = GST_MESSAGE_SRC (message); object != NULL;
         object = GST_OBJECT_PARENT (object))
      if (g_strcmp0 (GST_OBJECT_NAME (object), SPEAKER_NAME) == 0)
        return TRUE;

  return FALSE;
}

void
webrtc_receiver_get_counts (WebrtcReceiver *self, WebrtcReceiverCounts *counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->counts;
  g_mutex_unlock (&self->lock);
}

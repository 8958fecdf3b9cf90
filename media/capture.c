/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One opening of a source: a pipeline from its building to its closing.
 *
 * The gate is shut first when it ends: after that no frame passes, whatever the pipeline still
 * does, and whatever its threads still have to say finds that its owner has gone on.
 */
#include "media/capture.h"

#include <gst/app/gstappsink.h>

#include "media/context.h"

struct _Capture
{
  GWeakRef owner;
  const CaptureEvents *events;
  GThreadPool *pool;
  GstElement *pipeline; /* main thread; NULL before it is opened and once it is closed */
  GPtrArray *feeds;     /* of CausetteFeed: those that get its frames; main thread */

  GMutex gate; /* held while a frame passes; protects all that follows */
  gboolean open;
  gboolean flowing;     /* the first frame has passed */
  gint64 last_frame_us; /* when the last one passed, or all began */
};

/* Where an appsink's frames go. */
typedef struct
{
  Capture *capture;
  CausetteFeed *feed;
} Output;

/* A change of state, for the pool. */
typedef struct
{
  Capture *capture;
  GstElement *pipeline;
  gboolean start; /* else stop, for good */
} Job;

/* On its way to the main context. */
typedef struct
{
  Capture *capture;
  GstMessage *message; /* (nullable) */
} News;

static void
capture_clear (gpointer data)
{
  Capture *self = data;

  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_ptr_array_unref (self->feeds);
  g_mutex_clear (&self->gate);
  g_weak_ref_clear (&self->owner);
}

static void
output_free (gpointer data)
{
  Output *output = data;

  capture_unref (output->capture);
  g_object_unref (output->feed);
  g_free (output);
}

static void
news_free (gpointer data)
{
  News *news = data;

  capture_unref (news->capture);
  g_clear_pointer (&news->message, gst_message_unref);
  g_free (news);
}

/* From any thread. @message: (transfer none) (nullable) */
static void
tell (Capture *self, CausetteContextFunc func, GstMessage *message)
{
  News *news = g_new0 (News, 1);

  news->capture = capture_ref (self);
  news->message = message != NULL ? gst_message_ref (message) : NULL;
  causette_context_invoke (&self->owner, func, news, news_free);
}

static void
tell_flowing (gpointer owner, gpointer payload)
{
  News *news = payload;

  news->capture->events->flowing (owner, news->capture);
}

static void
tell_failed (gpointer owner, gpointer payload)
{
  News *news = payload;

  news->capture->events->failed (owner, news->capture, news->message);
}

static void
tell_element_message (gpointer owner, gpointer payload)
{
  News *news = payload;
  const GstStructure *structure = gst_message_get_structure (news->message);

  if (structure != NULL)
    news->capture->events->element_message (owner, news->capture, structure);
}

static void
tell_closed (gpointer owner, gpointer payload)
{
  News *news = payload;

  news->capture->events->closed (owner, news->capture);
}

/* On any thread. A sync handler instead of a watch: what the bus says stays in order with what the
 * threads say, and ends with the capture. */
static GstBusSyncReply
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Capture *self = user_data;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_EOS: /* a device has no end */
      tell (self, tell_failed, message);
      break;
    case GST_MESSAGE_ELEMENT:
      tell (self, tell_element_message, message);
      break;
    default:
      break;
    }

  gst_message_unref (message);
  return GST_BUS_DROP;
}

static gboolean
is_open (Capture *self)
{
  gboolean open;

  g_mutex_lock (&self->gate);
  open = self->open;
  g_mutex_unlock (&self->gate);

  return open;
}

/* On the pool's thread. */
static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  Capture *self = job->capture;

  if (!job->start)
    {
      gst_element_set_state (job->pipeline, GST_STATE_NULL);
      g_clear_pointer (&job->pipeline, gst_object_unref);
      tell (self, tell_closed, NULL);
    }
  else if (is_open (self) && /* or it was closed before its turn came */
           gst_element_set_state (job->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    {
      tell (self, tell_failed, NULL);
    }

  g_clear_pointer (&job->pipeline, gst_object_unref);
  capture_unref (self);
  g_free (job);
}

static void
push_job (Capture *self, gboolean start)
{
  Job *job = g_new0 (Job, 1);

  job->capture = capture_ref (self);
  job->pipeline = gst_object_ref (self->pipeline);
  job->start = start;
  g_thread_pool_push (self->pool, job, NULL);
}

/* Streaming thread. */
static GstFlowReturn
on_new_sample (GstAppSink *sink, gpointer user_data)
{
  Output *output = user_data;
  Capture *self = output->capture;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  gboolean first = FALSE;

  if (sample == NULL)
    return GST_FLOW_EOS;

  g_mutex_lock (&self->gate);
  if (self->open)
    {
      first = !self->flowing;
      self->flowing = TRUE;
      self->last_frame_us = g_get_monotonic_time ();
      causette_feed_push (output->feed, sample);
    }
  g_mutex_unlock (&self->gate);

  if (first)
    tell (self, tell_flowing, NULL);

  return GST_FLOW_OK;
}

/* Streaming thread. Live sources stamp with running time; an element that has none, or one of
 * another clock, gets the time of its frame's arrival. */
static GstPadProbeReturn
stamp_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstClock *clock = user_data;
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClockTime now = gst_clock_get_time (clock);
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (element != NULL && GST_CLOCK_TIME_IS_VALID (time))
    time += gst_element_get_base_time (element);
  if (!GST_CLOCK_TIME_IS_VALID (time) || time > now + GST_SECOND || time + 2 * GST_SECOND < now)
    time = now;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_PAD_PROBE_INFO_DATA (info) = buffer;

  return GST_PAD_PROBE_OK;
}

GThreadPool *
capture_pool_new (void)
{
  return g_thread_pool_new (run_job, NULL, 1, FALSE, NULL);
}

Capture *
capture_new (GObject *owner, const CaptureEvents *events, GThreadPool *pool)
{
  Capture *self = g_atomic_rc_box_new0 (Capture);

  g_weak_ref_init (&self->owner, owner);
  self->events = events;
  self->pool = pool;
  self->feeds = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&self->gate);
  self->open = TRUE;
  self->last_frame_us = g_get_monotonic_time ();

  return self;
}

Capture *
capture_ref (Capture *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
capture_unref (Capture *self)
{
  g_atomic_rc_box_release_full (self, capture_clear);
}

void
capture_connect_sink (Capture *self, GstElement *sink, CausetteFeed *feed)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };
  Output *output = g_new0 (Output, 1);

  output->capture = capture_ref (self);
  output->feed = g_object_ref (feed);
  g_ptr_array_add (self->feeds, g_object_ref (feed));
  /* A late consumer loses frames rather than holding up the device; the last one is not kept, so
   * that an empty pipeline holds no picture. */
  g_object_set (sink, "sync", FALSE, "async", FALSE, "drop", TRUE, "max-buffers", 4,
                "enable-last-sample", FALSE, "wait-on-eos", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, output, output_free);
}

void
capture_stamp (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_buffer, gst_system_clock_obtain (),
                     gst_object_unref);
}

void
capture_open (Capture *self, GstElement *pipeline)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autoptr (GstBus) bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));

  self->pipeline = pipeline;
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_bus_set_sync_handler (bus, on_bus_message, capture_ref (self),
                            (GDestroyNotify) capture_unref);
  push_job (self, TRUE);
}

void
capture_close (Capture *self)
{
  g_mutex_lock (&self->gate);
  self->open = FALSE;
  g_mutex_unlock (&self->gate);

  push_job (self, FALSE);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  for (guint i = 0; i < self->feeds->len; i++)
    causette_feed_push (g_ptr_array_index (self->feeds, i), NULL);
}

gint64
capture_get_silence (Capture *self, gboolean *flowing)
{
  gint64 silence_us;

  g_mutex_lock (&self->gate);
  silence_us = g_get_monotonic_time () - self->last_frame_us;
  *flowing = self->flowing;
  g_mutex_unlock (&self->gate);

  return silence_us;
}

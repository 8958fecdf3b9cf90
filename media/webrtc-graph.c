/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pipeline of a call: see webrtc-graph.h.
 *
 * webrtcbin knows no way to give it a certificate and shows one and the same in every call of a
 * process; so each "dtlsdec" gets the call's own while it is put in, and is asked for the partner's
 * in the middle of the handshake, before a key for media or data exists.
 */
#include "media/webrtc-graph.h"

#include <string.h>

#include "media/webrtc-ice.h"

/* How long the jitter buffer waits for a packet that is asked for again. */
#define JITTER_MS 200
/* All sinks that keep time play this late: the largest latency of the pipeline would be theirs. */
#define PIPELINE_LATENCY (70 * GST_MSECOND)
/* All is in one bundle: one RTP session. */
#define SESSION_ID 0
/* RTCP is what is heard of a partner whose camera and microphone are off. */
#define RTCP_INTERVAL GST_SECOND
/* SSRCs of one partner: picture, its retransmissions, sound, and a few that follow. */
#define MAX_STREAMS 16
/* How long a request of webrtcbin can be under way when the call is taken down. */
#define SETTLE_US (5 * G_TIME_SPAN_SECOND)

/* Data channels of one call, one of which is used. */
#define MAX_CHANNELS 16

#define AUDIO_KBPS 32

typedef struct
{
  WebrtcGraph *graph;
  WebrtcReplyFunc func;
  gpointer user_data;
  GDestroyNotify free_user_data;
} Request;

static GMutex closing_lock;
static GCond closing_done;
static guint closing; /* graphs whose taking down is under way; protected by the lock */

static void
graph_free (gpointer data)
{
  WebrtcGraph *self = data;

  g_weak_ref_clear (&self->call);
  g_ptr_array_unref (self->channels);
  g_clear_pointer (&self->audio, webrtc_sender_free);
  g_clear_pointer (&self->video, webrtc_sender_free);
  g_clear_pointer (&self->receiver, webrtc_receiver_free);
  gst_clear_object (&self->rtpbin);
  gst_clear_object (&self->webrtcbin);
  gst_clear_object (&self->pipeline);
  certificate_free_pem (self->certificate_pem);
  g_free (self->stream_name);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->settled);
}

WebrtcGraph *
webrtc_graph_ref (WebrtcGraph *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
webrtc_graph_unref (WebrtcGraph *self)
{
  g_atomic_rc_box_release_full (self, graph_free);
}

static void
closure_unref (gpointer data, GClosure *closure)
{
  webrtc_graph_unref (data);
}

gulong
webrtc_graph_connect (WebrtcGraph *self, gpointer instance, const char *signal, GCallback callback)
{
  return g_signal_connect_data (instance, signal, callback, webrtc_graph_ref (self), closure_unref,
                                G_CONNECT_DEFAULT);
}

gboolean
webrtc_graph_is_closed (WebrtcGraph *self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);

  return closed;
}

typedef struct
{
  CausetteContextFunc func;
  gpointer payload;
  GDestroyNotify free_payload;
} Post;

static void
post_free (gpointer data)
{
  Post *post = data;

  if (post->payload != NULL && post->free_payload != NULL)
    post->free_payload (post->payload);
  g_free (post);
}

static void
run_post (gpointer object, gpointer payload)
{
  Post *post = payload;

  if (causette_call_get_state (CAUSETTE_CALL (object)) != CAUSETTE_CALL_CLOSED)
    post->func (object, post->payload);
}

void
webrtc_graph_post (WebrtcGraph *self,
                   CausetteContextFunc func,
                   gpointer payload,
                   GDestroyNotify free_payload)
{
  Post *post = g_new (Post, 1);

  *post = (Post){ func, payload, free_payload };
  causette_context_invoke (&self->call, run_post, post, post_free);
}

static void
fail_on_main (gpointer object, gpointer payload)
{
  causette_call_set_state (CAUSETTE_CALL (object), CAUSETTE_CALL_FAILED, g_error_copy (payload));
}

void
webrtc_graph_fail (WebrtcGraph *self, CausetteCallError code, const char *message)
{
  webrtc_graph_post (self, fail_on_main, g_error_new_literal (CAUSETTE_CALL_ERROR, code, message),
                     (GDestroyNotify) g_error_free);
}

/* webrtcbin answers, or gives the request up because it is closed. Runs once. */
static void
on_promise_change (GstPromise *promise, gpointer user_data)
{
  Request *request = user_data;
  WebrtcGraph *self = request->graph;
  const GstStructure *reply = NULL;
  g_autoptr (GError) error = NULL;

  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    reply = gst_promise_get_reply (promise);
  else
    error = g_error_new_literal (GST_WEBRTC_ERROR, GST_WEBRTC_ERROR_INVALID_STATE, "given up");
  if (reply != NULL && gst_structure_has_field (reply, "error"))
    {
      gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
      reply = NULL;
    }

  if (!webrtc_graph_is_closed (self) && request->func != NULL)
    request->func (self, reply, error, request->user_data);

  g_mutex_lock (&self->lock);
  self->requests--;
  g_cond_broadcast (&self->settled);
  g_mutex_unlock (&self->lock);

  gst_promise_unref (promise);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->free_user_data != NULL)
    request->free_user_data (request->user_data);
  webrtc_graph_unref (request->graph);
  g_free (request);
}

void
webrtc_graph_request (WebrtcGraph *self,
                      const char *action,
                      gpointer argument,
                      WebrtcReplyFunc func,
                      gpointer user_data,
                      GDestroyNotify free_user_data)
{
  Request *request = g_new0 (Request, 1);
  GstPromise *promise = NULL;

  request->graph = webrtc_graph_ref (self);
  request->func = func;
  request->user_data = user_data;
  request->free_user_data = free_user_data;
  promise = gst_promise_new_with_change_func (on_promise_change, request, request_free);

  g_mutex_lock (&self->lock);
  self->requests++;
  g_mutex_unlock (&self->lock);

  g_signal_emit_by_name (self->webrtcbin, action, argument, promise);
}

void
webrtc_graph_hasten_rtcp (WebrtcGraph *self)
{
  g_autoptr (GstElement) session = NULL;

  g_signal_emit_by_name (self->rtpbin, "get-session", SESSION_ID, &session);
  if (session != NULL)
    g_object_set (session, "rtcp-min-interval", (guint64) RTCP_INTERVAL, NULL);
}

void
webrtc_graph_expect (WebrtcGraph *self, const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES])
{
  g_mutex_lock (&self->lock);
  memcpy (self->expected, fingerprint, CERTIFICATE_FINGERPRINT_BYTES);
  self->expected_set = TRUE;
  g_mutex_unlock (&self->lock);
}

gboolean
webrtc_graph_is_verified (WebrtcGraph *self)
{
  gboolean verified;

  g_mutex_lock (&self->lock);
  verified = self->verified;
  g_mutex_unlock (&self->lock);

  return verified;
}

/* The handshake has the partner's certificate. On a streaming thread, within the handshake. */
static void
on_peer_certificate (GObject *dtlsdec, GParamSpec *pspec, gpointer user_data)
{
  WebrtcGraph *self = user_data;
  g_autofree char *pem = NULL;
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
  gboolean good, verified, closed;

  g_object_get (dtlsdec, "peer-pem", &pem, NULL);
  good = pem != NULL && certificate_get_fingerprint (pem, fingerprint);

  g_mutex_lock (&self->lock);
  good = good && self->expected_set && certificate_fingerprints_equal (fingerprint, self->expected);
  closed = self->closed;
  verified = self->verified = good && !closed;
  g_mutex_unlock (&self->lock);

  webrtc_receiver_set_open (self->receiver, verified);
  webrtc_sender_set_open (self->audio, verified);
  webrtc_sender_set_open (self->video, verified);
  if (!verified && !closed)
    webrtc_graph_fail (self, CAUSETTE_CALL_ERROR_SECURITY,
                       "The connection does not lead to your partner: somebody is in between.");
}

/* Anything that comes from the partner's address, encrypted as it is. */
static GstPadProbeReturn
on_arrival (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WebrtcGraph *self = user_data;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (self->last_arrival_us != 0)
    self->longest_pause_us = MAX (self->longest_pause_us * 255 / 256, now - self->last_arrival_us);
  self->last_arrival_us = now;
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

/* Whatever webrtcbin puts together inside itself passes here before it runs. */
static void
on_deep_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  WebrtcGraph *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (strcmp (name, "dtlsdec") == 0)
    {
      g_object_set (element, "pem", self->certificate_pem, NULL);
      webrtc_graph_connect (self, element, "notify::peer-pem", G_CALLBACK (on_peer_certificate));
    }
  else if (strcmp (name, "rtpjitterbuffer") == 0)
    /* The packet after a pause (a camera that is off) must not be asked for, given up for lost, and
     * thrown away when it comes. */
    g_object_set (element, "faststart-min-packets", 1, "rtx-next-seqnum", FALSE, NULL);
  else if (strcmp (name, "nicesrc") == 0)
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                         on_arrival, webrtc_graph_ref (self), (GDestroyNotify) webrtc_graph_unref);
    }
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *pad, gpointer user_data)
{
  WebrtcGraph *self = user_data;

  if (GST_PAD_DIRECTION (pad) == GST_PAD_SRC)
    webrtc_receiver_add_pad (self->receiver, pad);
}

/* webrtcbin lets go of a channel that is closed, but not of its elements: these speak to it when a
 * last message is being pushed and when they are taken down. So all are kept until then. On a
 * streaming thread or the main one. */
static void
on_prepare_channel (GstElement *webrtcbin,
                    GstWebRTCDataChannel *channel,
                    gboolean is_local,
                    gpointer user_data)
{
  WebrtcGraph *self = user_data;
  gboolean too_many;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->channels, gst_object_ref (channel));
  too_many = self->channels->len > MAX_CHANNELS;
  g_mutex_unlock (&self->lock);

  if (too_many)
    webrtc_graph_fail (self, CAUSETTE_CALL_ERROR_SECURITY,
                       "Your partner’s program asks for more than a call needs.");
}

typedef struct
{
  WebrtcGraph *graph;
  GstPad *pad;
} GonePad;

static void
gone_pad_free (gpointer data)
{
  GonePad *gone = data;

  gst_object_unref (gone->pad);
  webrtc_graph_unref (gone->graph);
  g_free (gone);
}

static void
remove_pad_on_main (gpointer object, gpointer payload)
{
  GonePad *gone = payload;

  webrtc_receiver_remove_pad (gone->graph->receiver, gone->pad);
}

static void
on_pad_removed (GstElement *webrtcbin, GstPad *pad, gpointer user_data)
{
  GonePad *gone = NULL;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC || webrtc_graph_is_closed (user_data))
    return;
  gone = g_new (GonePad, 1);
  *gone = (GonePad){ webrtc_graph_ref (user_data), gst_object_ref (pad) };
  webrtc_graph_post (user_data, remove_pad_on_main, gone, gone_pad_free);
}

/* The call is not closed, so its pipeline is there. */
static void
recalculate_latency (gpointer object, gpointer payload)
{
  WebrtcGraph *self = payload;

  gst_bin_recalculate_latency (GST_BIN (self->pipeline));
}

static void
first_frame_on_main (gpointer object, gpointer payload)
{
  const int *size = payload;

  causette_call_emit_first_video_frame (CAUSETTE_CALL (object), size[0], size[1]);
}

static void
on_first_video_frame (int width, int height, gpointer user_data)
{
  int *size = g_new (int, 2);

  size[0] = width;
  size[1] = height;
  webrtc_graph_post (user_data, first_frame_on_main, size, g_free);
}

static void
first_audio_on_main (gpointer object, gpointer payload)
{
  causette_call_emit_first_audio (CAUSETTE_CALL (object));
}

static void
on_first_audio (gpointer user_data)
{
  webrtc_graph_post (user_data, first_audio_on_main, NULL, NULL);
}

/* On whatever thread posts. Nothing is left for a bus watch. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  WebrtcGraph *self = user_data;

  if (webrtc_graph_is_closed (self) || webrtc_receiver_take_message (self->receiver, message))
    ;
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_debug ("%s failed: %s", GST_MESSAGE_SRC_NAME (message), error->message);
      webrtc_graph_fail (self, CAUSETTE_CALL_ERROR_PIPELINE,
                         "A part of the program’s sound or video failed.");
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    webrtc_graph_post (self, recalculate_latency, webrtc_graph_ref (self),
                       (GDestroyNotify) webrtc_graph_unref);

  gst_message_unref (message);

  return GST_BUS_DROP;
}

static guint
pick_kbps (const CausetteWebrtcCallConfig *config)
{
  int pixels = config->width * config->height;

  if (config->video_kbps > 0)
    return config->video_kbps;
  if (pixels <= 320 * 240)
    return 500;
  if (pixels <= 640 * 480)
    return 1200;
  if (pixels <= 960 * 540)
    return 1800;
  if (pixels <= 1280 * 720)
    return 2500;

  return 4000;
}

static gboolean
build (WebrtcGraph *self, const CausetteWebrtcCallConfig *config, const char **missing)
{
  WebrtcSenderConfig audio = { .feed = config->audio, .kbps = AUDIO_KBPS };
  WebrtcSenderConfig video = { .video = TRUE, .feed = config->video, .kbps = pick_kbps (config) };

  self->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  if (self->webrtcbin == NULL)
    {
      *missing = "webrtcbin";
      return FALSE;
    }
  gst_object_ref_sink (self->webrtcbin);
  gst_util_set_object_arg (G_OBJECT (self->webrtcbin), "bundle-policy", "max-bundle");
  g_object_set (self->webrtcbin, "latency", JITTER_MS, NULL);
  webrtc_ice_configure (self->webrtcbin, config->ice_servers, config->relay_only);
  gst_bin_add (GST_BIN (self->pipeline), self->webrtcbin);

  self->rtpbin = gst_bin_get_by_name (GST_BIN (self->webrtcbin), "rtpbin");
  if (self->rtpbin == NULL)
    {
      *missing = "rtpbin";
      return FALSE;
    }
  g_object_set (self->rtpbin, "max-streams", MAX_STREAMS, NULL);

  self->audio = webrtc_sender_new (self->pipeline, &audio, missing);
  if (self->audio != NULL)
    self->video = webrtc_sender_new (self->pipeline, &video, missing);

  return self->video != NULL;
}

static gboolean
start (WebrtcGraph *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  webrtc_graph_connect (self, self->webrtcbin, "pad-added", G_CALLBACK (on_pad_added));
  webrtc_graph_connect (self, self->webrtcbin, "pad-removed", G_CALLBACK (on_pad_removed));
  webrtc_graph_connect (self, self->webrtcbin, "prepare-data-channel",
                        G_CALLBACK (on_prepare_channel));
  gst_bus_set_sync_handler (bus, on_message, webrtc_graph_ref (self),
                            (GDestroyNotify) webrtc_graph_unref);
  /* The feeds' clock; a loudspeaker's would drift from it. */
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
  gst_pipeline_set_latency (GST_PIPELINE (self->pipeline), PIPELINE_LATENCY);

  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error_literal (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_PIPELINE,
                       "The program’s sound and video could not be started.");

  return FALSE;
}

WebrtcGraph *
webrtc_graph_new (CausetteCall *call,
                  CausetteFeed *remote_video,
                  const CausetteWebrtcCallConfig *config,
                  GError **error)
{
  WebrtcGraph *self = g_atomic_rc_box_new0 (WebrtcGraph);
  WebrtcReceiverEvents events = { on_first_video_frame, on_first_audio, self };
  const char *missing = NULL;

  g_weak_ref_init (&self->call, call);
  g_mutex_init (&self->lock);
  g_cond_init (&self->settled);
  self->channels = g_ptr_array_new_with_free_func (gst_object_unref);
  self->relay_only = config->relay_only;
  self->stream_name = g_uuid_string_random ();
  self->pipeline = gst_object_ref_sink (gst_pipeline_new ("call"));
  webrtc_graph_connect (self, self->pipeline, "deep-element-added",
                        G_CALLBACK (on_deep_element_added));

  self->certificate_pem = certificate_new_pem ();
  if (self->certificate_pem == NULL ||
      !certificate_get_fingerprint (self->certificate_pem, self->fingerprint))
    missing = "libcrypto";
  self->receiver = webrtc_receiver_new (self->pipeline, remote_video, config->speaker, &events);

  if (missing == NULL)
    build (self, config, &missing);
  if (missing != NULL)
    g_set_error (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_PIPELINE,
                 "A part of GStreamer is missing on this computer: %s.", missing);
  if (missing != NULL || !start (self, error))
    {
      webrtc_graph_shut_down (self);
      return NULL;
    }

  return self;
}

/* Signals hold the graph, the graph holds the elements: this is where the ring is opened. */
static gpointer
shut_down_thread (gpointer data)
{
  WebrtcGraph *self = data;
  gint64 deadline = g_get_monotonic_time () + SETTLE_US;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  /* webrtcbin must not be building when its state changes: it would leave elements running. */
  g_mutex_lock (&self->lock);
  while (self->requests > 0 && g_cond_wait_until (&self->settled, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);

  webrtc_receiver_release (self->receiver);
  g_ptr_array_set_size (self->channels, 0);
  gst_clear_object (&self->rtpbin);
  gst_clear_object (&self->webrtcbin);
  gst_clear_object (&self->pipeline);
  webrtc_graph_unref (self);

  g_mutex_lock (&closing_lock);
  closing--;
  g_cond_broadcast (&closing_done);
  g_mutex_unlock (&closing_lock);

  return NULL;
}

void
webrtc_graph_shut_down (WebrtcGraph *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  self->verified = FALSE;
  g_mutex_unlock (&self->lock);

  /* Feeds belong to others: from here on they are not touched. */
  if (self->audio != NULL)
    webrtc_sender_close (self->audio);
  if (self->video != NULL)
    webrtc_sender_close (self->video);
  if (self->receiver != NULL)
    webrtc_receiver_close (self->receiver);

  g_mutex_lock (&closing_lock);
  closing++;
  g_mutex_unlock (&closing_lock);
  g_thread_unref (g_thread_new ("call-closing", shut_down_thread, self));
}

gboolean
webrtc_graph_wait_closed (guint timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
  gboolean done = TRUE;

  g_mutex_lock (&closing_lock);
  while (closing > 0 && done)
    done = g_cond_wait_until (&closing_done, &closing_lock, deadline);
  done = closing == 0;
  g_mutex_unlock (&closing_lock);

  return done;
}

void
webrtc_graph_dump (WebrtcGraph *self, const char *name)
{
  GST_DEBUG_BIN_TO_DOT_FILE_WITH_TS (GST_BIN (self->pipeline), GST_DEBUG_GRAPH_SHOW_ALL, name);
}

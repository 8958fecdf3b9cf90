/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call on webrtcbin: puts its parts together and tells how it stands.
 *
 * The parts: webrtc-graph (the pipeline and its end), webrtc-sender and webrtc-receiver (media),
 * webrtc-negotiation (descriptions and candidates), webrtc-channel (messages), webrtc-ice (the
 * path), webrtc-stats (figures). Main context only.
 */
#include "media/webrtc-call.h"

#include "media/webrtc-channel.h"
#include "media/webrtc-graph.h"
#include "media/webrtc-ice.h"
#include "media/webrtc-negotiation.h"
#include "media/webrtc-stats.h"

#define TICK_MS        500
#define STATS_TICKS    2 /* ticks from one set of figures to the next */
#define SILENCE_US     (3 * G_TIME_SPAN_SECOND)
#define MAX_SILENCE_US (12 * G_TIME_SPAN_SECOND)
/* A path that is silent so long is given up. */
#define DEAD_US (30 * G_TIME_SPAN_SECOND)

struct _CausetteWebrtcCall
{
  CausetteCall parent_instance;

  gboolean caller;
  CausetteFeed *remote_video;
  WebrtcGraph *graph; /* NULL when it could not be made, and when closed */
  WebrtcNegotiation *negotiation;
  WebrtcChannel *channel;
  gulong on_connection, on_ice;
  GError *early_error; /* of the making; told at the start */

  guint tick_source;
  guint ticks;
  WebrtcStatsMemory memory;
};

G_DEFINE_FINAL_TYPE (CausetteWebrtcCall, causette_webrtc_call, CAUSETTE_TYPE_CALL)

/* Silence that is more than a pause: a partner whose devices are off is heard by RTCP alone. */
static gint64
get_silence_limit (gint64 longest_pause_us)
{
  return CLAMP (3 * longest_pause_us, SILENCE_US, MAX_SILENCE_US);
}

/* webrtcbin does not tell when a path dies; that nothing comes any more does. */
static void
watch_arrival (CausetteWebrtcCall *self)
{
  CausetteCall *call = CAUSETTE_CALL (self);
  gint64 silence, limit;

  g_mutex_lock (&self->graph->lock);
  silence = g_get_monotonic_time () - self->graph->last_arrival_us;
  limit = get_silence_limit (self->graph->longest_pause_us);
  g_mutex_unlock (&self->graph->lock);

  if (causette_call_get_state (call) == CAUSETTE_CALL_CONNECTED && silence > limit)
    causette_call_set_state (call, CAUSETTE_CALL_INTERRUPTED, NULL);
  else if (causette_call_get_state (call) == CAUSETTE_CALL_INTERRUPTED && silence < limit)
    causette_call_set_state (call, CAUSETTE_CALL_CONNECTED, NULL);
  else if (causette_call_get_state (call) == CAUSETTE_CALL_INTERRUPTED && silence > DEAD_US)
    causette_call_set_state (call, CAUSETTE_CALL_FAILED,
                             g_error_new_literal (CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_NO_ROUTE,
                                                  "The connection to your partner is lost."));
}

static gboolean
on_tick (gpointer user_data)
{
  g_autoptr (CausetteWebrtcCall) self = g_object_ref (user_data);

  if (self->ticks == 0)
    webrtc_graph_hasten_rtcp (self->graph);
  watch_arrival (self);
  if (++self->ticks % STATS_TICKS == 0 && self->graph != NULL)
    {
      CausetteCallStats stats;

      webrtc_stats_read (self->graph, &self->memory, &stats);
      if (causette_call_get_state (CAUSETTE_CALL (self)) == CAUSETTE_CALL_INTERRUPTED &&
          self->memory.in.last_frame_us != 0)
        stats.frozen_ms += (self->memory.at_us - self->memory.in.last_frame_us) / 1000;
      causette_call_emit_stats (CAUSETTE_CALL (self), &stats);
    }

  return self->tick_source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
start_ticking (CausetteWebrtcCall *self)
{
  if (self->tick_source != 0)
    return;

  webrtc_receiver_get_counts (self->graph->receiver, &self->memory.in);
  self->memory.video_out = webrtc_sender_get_bytes (self->graph->video);
  self->memory.audio_out = webrtc_sender_get_bytes (self->graph->audio);
  self->memory.at_us = g_get_monotonic_time ();
  self->tick_source = g_timeout_add (TICK_MS, on_tick, self);
}

static void
update_state (gpointer object, gpointer payload)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (object);
  CausetteCall *call = CAUSETTE_CALL (object);
  GstWebRTCPeerConnectionState connection;
  GstWebRTCICEConnectionState ice;

  g_object_get (self->graph->webrtcbin, "connection-state", &connection, "ice-connection-state",
                &ice, NULL);

  if (ice == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
    causette_call_set_state (call, CAUSETTE_CALL_FAILED,
                             g_error_new_literal (CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_NO_ROUTE,
                                                  "No way to your partner could be found."));
  else if (connection == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    causette_call_set_state (call, CAUSETTE_CALL_FAILED,
                             g_error_new_literal (CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_SECURITY,
                                                  "The connection could not be made secure."));
  else if (connection == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED &&
           webrtc_graph_is_verified (self->graph) &&
           causette_call_get_state (call) == CAUSETTE_CALL_CONNECTING)
    {
      start_ticking (self);
      causette_call_set_state (call, CAUSETTE_CALL_CONNECTED, NULL);
    }
}

/* On webrtcbin's thread. */
static void
on_webrtc_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  webrtc_graph_post (user_data, update_state, NULL, NULL);
}

static void
causette_webrtc_call_start (CausetteCall *call)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  if (self->graph == NULL)
    {
      causette_call_set_state (call, CAUSETTE_CALL_FAILED, g_steal_pointer (&self->early_error));
      return;
    }

  if (self->caller)
    webrtc_channel_create (self->channel);
  webrtc_negotiation_start (self->negotiation);
  causette_call_set_state (call, CAUSETTE_CALL_CONNECTING, NULL);
}

static gboolean
causette_webrtc_call_set_remote_description (CausetteCall *call,
                                             const char *type,
                                             const char *sdp,
                                             GError **error)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  if (self->graph == NULL)
    {
      g_set_error_literal (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
                           "There is no call to describe.");
      return FALSE;
    }

  return webrtc_negotiation_set_remote (self->negotiation, type, sdp, error);
}

static void
causette_webrtc_call_add_remote_candidate (CausetteCall *call,
                                           const char *candidate,
                                           guint mline_index)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  if (self->graph != NULL)
    webrtc_negotiation_add_candidate (self->negotiation, candidate);
}

static gboolean
causette_webrtc_call_send (CausetteCall *call, GBytes *message)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  return self->graph != NULL && webrtc_channel_send (self->channel, message);
}

static void
causette_webrtc_call_close (CausetteCall *call)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (self->graph == NULL)
    return;

  g_clear_signal_handler (&self->on_connection, self->graph->webrtcbin);
  g_clear_signal_handler (&self->on_ice, self->graph->webrtcbin);
  g_clear_pointer (&self->channel, webrtc_channel_close);
  g_clear_pointer (&self->negotiation, webrtc_negotiation_close);
  g_clear_pointer (&self->graph, webrtc_graph_shut_down);
}

static CausetteFeed *
causette_webrtc_call_get_remote_video (CausetteCall *call)
{
  return CAUSETTE_WEBRTC_CALL (call)->remote_video;
}

static void
causette_webrtc_call_get_candidate_types (CausetteCall *call,
                                          const char **local,
                                          const char **remote)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (call);

  if (self->graph != NULL)
    webrtc_ice_get_types (self->graph->webrtcbin, local, remote);
}

static void
causette_webrtc_call_finalize (GObject *object)
{
  CausetteWebrtcCall *self = CAUSETTE_WEBRTC_CALL (object);

  g_clear_object (&self->remote_video);
  g_clear_error (&self->early_error);

  G_OBJECT_CLASS (causette_webrtc_call_parent_class)->finalize (object);
}

static void
causette_webrtc_call_class_init (CausetteWebrtcCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  CausetteCallClass *call_class = CAUSETTE_CALL_CLASS (klass);

  certificate_init ();

  object_class->finalize = causette_webrtc_call_finalize;

  call_class->start = causette_webrtc_call_start;
  call_class->set_remote_description = causette_webrtc_call_set_remote_description;
  call_class->add_remote_candidate = causette_webrtc_call_add_remote_candidate;
  call_class->send = causette_webrtc_call_send;
  call_class->close = causette_webrtc_call_close;
  call_class->get_remote_video = causette_webrtc_call_get_remote_video;
  call_class->get_candidate_types = causette_webrtc_call_get_candidate_types;
}

static void
causette_webrtc_call_init (CausetteWebrtcCall *self)
{
  self->remote_video = causette_feed_new ();
}

/* The thread that prepares, until someone has waited for it. */
static GThread *preparing;

static gpointer
prepare_thread (gpointer data)
{
  /* The first dtlsdec of a process makes an RSA certificate, which takes 130 to 400 ms and is not
   * used. The others load their plugins. */
  static const char *const names[] = {
    "dtlsdec",      "webrtcbin",    "nicesrc", "sctpdec",       "rtpbin",      "srtpdec",
    "vp8enc",       "vp8dec",       "opusenc", "opusdec",       "rtpvp8pay",   "rtpopuspay",
    "videoconvert", "audioconvert", "level",   "audioresample", "errorignore", "appsrc",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);

      if (element != NULL)
        gst_object_unref (gst_object_ref_sink (element));
    }

  return NULL;
}

void
causette_webrtc_call_prepare (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  certificate_init ();
  g_atomic_pointer_set (&preparing, g_thread_new ("call-prepare", prepare_thread, NULL));
  g_once_init_leave (&once, 1);
}

gboolean
causette_webrtc_call_wait_closed (guint timeout_ms)
{
  GThread *thread = g_atomic_pointer_exchange (&preparing, NULL);

  /* A process that exits while plugins are being loaded crashes in what they have set up so far. */
  if (thread != NULL)
    g_thread_join (thread);

  return webrtc_graph_wait_closed (timeout_ms);
}

void
causette_webrtc_call_dump (CausetteWebrtcCall *self, const char *name)
{
  g_return_if_fail (CAUSETTE_IS_WEBRTC_CALL (self));

  if (self->graph != NULL)
    webrtc_graph_dump (self->graph, name);
}

CausetteCall *
causette_webrtc_call_new (const CausetteWebrtcCallConfig *config)
{
  CausetteWebrtcCall *self = NULL;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (CAUSETTE_TYPE_WEBRTC_CALL, NULL);
  self->caller = config->caller;
  self->graph =
      webrtc_graph_new (CAUSETTE_CALL (self), self->remote_video, config, &self->early_error);
  if (self->graph != NULL)
    {
      self->negotiation = webrtc_negotiation_new (self->graph, self->caller);
      self->channel = webrtc_channel_new (self->graph);
      self->on_connection =
          webrtc_graph_connect (self->graph, self->graph->webrtcbin, "notify::connection-state",
                                G_CALLBACK (on_webrtc_state));
      self->on_ice =
          webrtc_graph_connect (self->graph, self->graph->webrtcbin, "notify::ice-connection-state",
                                G_CALLBACK (on_webrtc_state));
    }

  return CAUSETTE_CALL (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data channel of a call: see webrtc-channel.h. */
#include "media/webrtc-channel.h"

#include <string.h>

#define LABEL "causette"
/* What the partner may send faster than the main context takes it. */
#define MAX_WAITING_BYTES    (8 * 1024 * 1024)
#define MAX_WAITING_MESSAGES 16384
/* What may wait for the partner. */
#define MAX_UNSENT_BYTES (4 * 1024 * 1024)

/* Shared by the main context and the channel's threads; lives as long as a handler does. */
struct _WebrtcChannel
{
  WebrtcGraph *graph;
  gulong on_channel;

  GMutex lock; /* protects all that follows */
  gboolean closed;
  GstWebRTCDataChannel *channel;
  gsize waiting_bytes;
  guint waiting_messages;
};

typedef struct
{
  WebrtcChannel *channel;
  GBytes *bytes;
} Message;

static void
channel_free (gpointer data)
{
  WebrtcChannel *self = data;

  gst_clear_object (&self->channel);
  webrtc_graph_unref (self->graph);
  g_mutex_clear (&self->lock);
}

static WebrtcChannel *
channel_ref (WebrtcChannel *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
channel_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, channel_free);
}

static void
closure_unref (gpointer data, GClosure *closure)
{
  channel_unref (data);
}

static gulong
connect (WebrtcChannel *self, gpointer instance, const char *signal, GCallback callback)
{
  return g_signal_connect_data (instance, signal, callback, channel_ref (self), closure_unref,
                                G_CONNECT_DEFAULT);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_mutex_lock (&message->channel->lock);
  message->channel->waiting_bytes -= g_bytes_get_size (message->bytes);
  message->channel->waiting_messages--;
  g_mutex_unlock (&message->channel->lock);

  channel_unref (message->channel);
  g_bytes_unref (message->bytes);
  g_free (message);
}

static void
message_on_main (gpointer object, gpointer payload)
{
  Message *message = payload;

  causette_call_emit_message (CAUSETTE_CALL (object), message->bytes);
}

/* Takes over @bytes. On a streaming thread. */
static void
take_message (WebrtcChannel *self, GBytes *bytes)
{
  Message *message = NULL;
  gboolean taken;
  gboolean too_much = FALSE;

  g_mutex_lock (&self->lock);
  taken = !self->closed && webrtc_graph_is_verified (self->graph);
  if (taken)
    {
      self->waiting_bytes += g_bytes_get_size (bytes);
      self->waiting_messages++;
      too_much =
          self->waiting_bytes > MAX_WAITING_BYTES || self->waiting_messages > MAX_WAITING_MESSAGES;
    }
  g_mutex_unlock (&self->lock);
  if (!taken)
    {
      g_bytes_unref (bytes);
      return;
    }

  message = g_new (Message, 1);
  *message = (Message){ channel_ref (self), bytes };
  if (too_much)
    {
      message_free (message);
      webrtc_graph_fail (self->graph, CAUSETTE_CALL_ERROR_SECURITY,
                         "Your partner’s program sends more than can be taken in.");
      return;
    }
  webrtc_graph_post (self->graph, message_on_main, message, message_free);
}

static void
on_message_data (GstWebRTCDataChannel *channel, GBytes *bytes, gpointer user_data)
{
  take_message (user_data, bytes != NULL ? g_bytes_ref (bytes) : g_bytes_new (NULL, 0));
}

static void
on_message_string (GstWebRTCDataChannel *channel, const char *text, gpointer user_data)
{
  take_message (user_data, g_bytes_new (text, text != NULL ? strlen (text) : 0));
}

static void
ready_on_main (gpointer object, gpointer payload)
{
  causette_call_set_data_ready (CAUSETTE_CALL (object), GPOINTER_TO_INT (payload));
}

static void
on_ready_state (GstWebRTCDataChannel *channel, GParamSpec *pspec, gpointer user_data)
{
  WebrtcChannel *self = user_data;
  GstWebRTCDataChannelState state;
  gboolean ready;

  g_object_get (channel, "ready-state", &state, NULL);
  ready = state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN && webrtc_graph_is_verified (self->graph);
  webrtc_graph_post (self->graph, ready_on_main, GINT_TO_POINTER (ready), NULL);
}

/* Takes over @channel as the call's, unless there is one. */
static void
adopt (WebrtcChannel *self, GstWebRTCDataChannel *channel)
{
  gboolean mine;

  g_mutex_lock (&self->lock);
  mine = !self->closed && self->channel == NULL;
  if (mine)
    self->channel = gst_object_ref (channel);
  g_mutex_unlock (&self->lock);
  if (!mine)
    return;

  connect (self, channel, "on-message-data", G_CALLBACK (on_message_data));
  connect (self, channel, "on-message-string", G_CALLBACK (on_message_string));
  connect (self, channel, "notify::ready-state", G_CALLBACK (on_ready_state));
}

/* Early enough that no message is missed; on a streaming thread. */
static void
on_prepare (GstElement *webrtcbin,
            GstWebRTCDataChannel *channel,
            gboolean is_local,
            gpointer user_data)
{
  adopt (user_data, channel);
}

WebrtcChannel *
webrtc_channel_new (WebrtcGraph *graph)
{
  WebrtcChannel *self = g_atomic_rc_box_new0 (WebrtcChannel);

  self->graph = webrtc_graph_ref (graph);
  g_mutex_init (&self->lock);
  self->on_channel =
      connect (self, graph->webrtcbin, "prepare-data-channel", G_CALLBACK (on_prepare));

  return self;
}

void
webrtc_channel_create (WebrtcChannel *self)
{
  GstWebRTCDataChannel *channel = NULL;

  /* Ordered and reliable is what it is without options (W3C webrtc-pc §6.1). */
  g_signal_emit_by_name (self->graph->webrtcbin, "create-data-channel", LABEL, NULL, &channel);
  if (channel == NULL)
    return;
  adopt (self, channel);
  gst_object_unref (channel);
}

gboolean
webrtc_channel_send (WebrtcChannel *self, GBytes *message)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  guint64 unsent;

  g_mutex_lock (&self->lock);
  if (self->channel != NULL && !self->closed)
    channel = gst_object_ref (self->channel);
  g_mutex_unlock (&self->lock);
  if (channel == NULL)
    return FALSE;

  /* An empty message (RFC 8831 §6.6 sends a byte in its place) makes GStreamer's sctpenc fail. */
  if (g_bytes_get_size (message) == 0)
    return FALSE;

  g_object_get (channel, "buffered-amount", &unsent, NULL);
  if (unsent + g_bytes_get_size (message) > MAX_UNSENT_BYTES)
    return FALSE;

  return gst_webrtc_data_channel_send_data_full (channel, message, NULL);
}

void
webrtc_channel_close (WebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;

  if (self == NULL)
    return;

  g_clear_signal_handler (&self->on_channel, self->graph->webrtcbin);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  channel = g_steal_pointer (&self->channel);
  g_mutex_unlock (&self->lock);
  if (channel != NULL)
    g_signal_handlers_disconnect_by_data (channel, self);
  channel_unref (self);
}

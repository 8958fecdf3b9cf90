/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a server; see the header.
 *
 * The WebSocket is used from the start (Engine.IO protocol, "WebSocket-only"): a desktop has no
 * proxy between it and the server that polling would help with which CONNECT does not pass.
 */
#include "config.h"

#include "net/client/link-socket.h"

#include "net/client/link-errors.h"
#include "net/wire/eio.h"

#define PATH                 "/socket.io/?EIO=4&transport=websocket"
#define HANDSHAKE_TIMEOUT_MS 20000
#define SILENCE_MIN_MS       50
#define SILENCE_MAX_MS       (60 * 60 * 1000)
#define PROBE_INTERVAL_S     1
#define PROBE_TIMEOUT_MS     6000
/* Type bytes, id and event name beside the JSON. */
#define PAYLOAD_MAX (WIRE_PACKET_MAX + 1024)

typedef enum
{
  STAGE_CONNECTING, /* until the WebSocket stands */
  STAGE_OPENING,    /* until Engine.IO's open packet */
  STAGE_JOINING,    /* until the answer to Socket.IO's CONNECT */
  STAGE_JOINED,
  STAGE_ENDED, /* nothing is read any more */
} Stage;

struct _LinkSocket
{
  grefcount refs; /* the owner's, and one of each call that is under way */
  const LinkSocketEvents *events;
  void *data;
  Stage stage;
  JsonValue *auth;
  GCancellable *cancellable;
  SoupMessage *request;
  SoupWebsocketConnection *connection;
  SioDecoder *decoder;
  GError *failure; /* what libsoup reported, until it is told */
  size_t max_payload_bytes;
  unsigned silence_ms; /* how long nothing may be heard */
  bool probing;
  GSource *handshake_timer;
  GSource *silence_timer;
  GSource *failure_source;
};

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static LinkSocket *
link_socket_ref (LinkSocket *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

static void
link_socket_unref (LinkSocket *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;

  g_assert (self->connection == NULL);
  json_value_unref (self->auth);
  g_object_unref (self->cancellable);
  g_clear_object (&self->request);
  sio_decoder_free (self->decoder);
  g_clear_error (&self->failure);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LinkSocket, link_socket_unref)

static void
add_timer (GSource **source, unsigned ms, GSourceFunc func, LinkSocket *self)
{
  clear_source (source);
  *source = g_timeout_source_new (ms);
  g_source_set_callback (*source, func, self, NULL);
  g_source_attach (*source, NULL);
}

/* Lets go of the connection. The reference to an open one goes over to itself until both sides
 * have closed (libsoup limits that to seconds), or the last bytes might not get out. */
static void
release_connection (LinkSocket *self, bool gracefully)
{
  SoupWebsocketConnection *connection = g_steal_pointer (&self->connection);

  if (connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  if (gracefully && soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      g_signal_connect (connection, "closed", G_CALLBACK (g_object_unref), NULL);
      soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
      return;
    }
  g_object_unref (connection); /* closes what is open without waiting */
}

static void
stop (LinkSocket *self, bool gracefully)
{
  self->stage = STAGE_ENDED;
  clear_source (&self->handshake_timer);
  clear_source (&self->silence_timer);
  clear_source (&self->failure_source);
  g_cancellable_cancel (self->cancellable);
  release_connection (self, gracefully);
}

/* Takes @error over. */
static void
end (LinkSocket *self, GError *error)
{
  g_autoptr (LinkSocket) kept = link_socket_ref (self);
  g_autoptr (GError) reason = error;

  if (self->stage == STAGE_ENDED)
    return;
  /* A server that breaks the protocol need not be waited for. */
  stop (self, false);
  if (self->events != NULL)
    self->events->ended (self, reason, self->data);
}

static void
end_with (LinkSocket *self, CausetteLinkError code)
{
  end (self, link_error_new (code));
}

static gboolean
on_handshake_timeout (gpointer data)
{
  LinkSocket *self = data;

  end_with (self, self->stage == STAGE_CONNECTING ? CAUSETTE_LINK_ERROR_UNREACHABLE
                                                  : CAUSETTE_LINK_ERROR_PROTOCOL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_silence (gpointer data)
{
  end_with (data, CAUSETTE_LINK_ERROR_LOST);
  return G_SOURCE_REMOVE;
}

/* Something came from the other end. */
static void
heard (LinkSocket *self)
{
  if (self->silence_timer == NULL)
    return;
  if (self->probing)
    {
      self->probing = false;
      soup_websocket_connection_set_keepalive_interval (self->connection, 0);
    }
  g_source_set_ready_time (self->silence_timer,
                           g_get_monotonic_time () + (gint64) self->silence_ms * 1000);
}

static void
send_engine (LinkSocket *self, EioType type, const char *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  EioPacket packet = {
    .type = type,
    .data = (const uint8_t *) text,
    .size = text != NULL ? strlen (text) : 0,
  };

  if (self->connection == NULL ||
      soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  eio_packet_encode (&packet, bytes);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  soup_websocket_connection_send_text (self->connection, (const char *) bytes->data);
}

static bool
on_open (LinkSocket *self, const EioPacket *packet)
{
  EioHandshake handshake = { 0 };
  g_autoptr (SioPacket) connect = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  uint64_t silence_ms;

  if (!eio_handshake_decode (packet->data, packet->size, &handshake, NULL))
    return false;

  silence_ms = (uint64_t) handshake.ping_interval_ms + handshake.ping_timeout_ms;
  self->silence_ms = (unsigned) CLAMP (silence_ms, SILENCE_MIN_MS, SILENCE_MAX_MS);
  self->max_payload_bytes = handshake.max_payload_bytes;
  eio_handshake_clear (&handshake);
  add_timer (&self->silence_timer, self->silence_ms, on_silence, self);

  self->stage = STAGE_JOINING;
  connect = sio_packet_new (SIO_CONNECT, "/", SIO_NO_ID, g_steal_pointer (&self->auth), NULL);
  sio_packet_encode (connect, text);
  send_engine (self, EIO_MESSAGE, text->str);
  return true;
}

static void
on_refused (LinkSocket *self, const SioPacket *packet)
{
  WireRefusal refusal = { 0 };
  GError *error;

  wire_refusal_from_json (packet->data, &refusal);
  error = link_error_from_refusal (&refusal);
  wire_refusal_clear (&refusal);
  end (self, error);
}

/* Returns false for what a server must not send. */
static bool
on_socket_packet (LinkSocket *self, const SioPacket *packet)
{
  if (strcmp (packet->nsp, "/") != 0)
    return false;

  switch (packet->type)
    {
    case SIO_CONNECT:
      if (self->stage != STAGE_JOINING)
        return false;
      self->stage = STAGE_JOINED;
      return true;
    case SIO_CONNECT_ERROR:
      if (self->stage != STAGE_JOINING)
        return false;
      on_refused (self, packet);
      return true;
    case SIO_DISCONNECT:
      end_with (self, CAUSETTE_LINK_ERROR_LOST);
      return true;
    case SIO_EVENT:
    case SIO_ACK:
      if (self->stage != STAGE_JOINED)
        return false;
      if (self->events != NULL)
        self->events->packet (self, packet, self->data);
      return true;
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK:
    default:
      return false;
    }
}

static bool
on_engine_packet (LinkSocket *self, const EioPacket *packet)
{
  if (self->stage == STAGE_OPENING)
    return packet->type == EIO_OPEN && on_open (self, packet);

  switch (packet->type)
    {
    case EIO_PING:
      send_engine (self, EIO_PONG, NULL);
      return true;
    case EIO_CLOSE:
      end_with (self, CAUSETTE_LINK_ERROR_LOST);
      return true;
    case EIO_NOOP:
      return true;
    case EIO_MESSAGE:
      {
        g_autoptr (SioPacket) decoded = NULL;

        if (!sio_decoder_feed (self->decoder, packet->data, packet->size, false, &decoded, NULL))
          return false;
        /* Attachments would come in binary frames, which are refused. */
        return decoded != NULL && on_socket_packet (self, decoded);
      }
    case EIO_OPEN:
    case EIO_PONG:
    case EIO_UPGRADE:
    default:
      return false;
    }
}

static void
on_message (SoupWebsocketConnection *connection,
            SoupWebsocketDataType type,
            GBytes *message,
            LinkSocket *socket)
{
  g_autoptr (LinkSocket) self = link_socket_ref (socket);
  EioPacket packet;
  gsize size;
  const uint8_t *data = g_bytes_get_data (message, &size);

  if (self->stage == STAGE_ENDED || self->failure != NULL)
    return;

  heard (self);
  if (type != SOUP_WEBSOCKET_DATA_TEXT || size > PAYLOAD_MAX ||
      !eio_packet_decode (data, size, false, &packet, NULL) || !on_engine_packet (self, &packet))
    end_with (self, CAUSETTE_LINK_ERROR_PROTOCOL);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *message, LinkSocket *self)
{
  heard (self);
}

static gboolean
on_failure (gpointer data)
{
  LinkSocket *self = data;

  end (self, g_steal_pointer (&self->failure));
  return G_SOURCE_REMOVE;
}

/* libsoup reports a failed write from inside our own call to send: tell of it from the loop. */
static void
on_error (SoupWebsocketConnection *connection, const GError *error, LinkSocket *self)
{
  if (self->failure != NULL)
    return;
  self->failure =
      link_error_new (error->domain == SOUP_WEBSOCKET_ERROR ? CAUSETTE_LINK_ERROR_PROTOCOL
                                                            : CAUSETTE_LINK_ERROR_LOST);
  self->failure_source = g_idle_source_new ();
  g_source_set_priority (self->failure_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->failure_source, on_failure, self, NULL);
  g_source_attach (self->failure_source, NULL);
}

static void
on_closed (SoupWebsocketConnection *connection, LinkSocket *self)
{
  end (self, self->failure != NULL ? g_steal_pointer (&self->failure)
                                   : link_error_new (CAUSETTE_LINK_ERROR_LOST));
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LinkSocket) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (self->stage == STAGE_ENDED)
    return;
  if (connection == NULL)
    {
      end (self, link_error_from_connect (error, soup_message_get_status (self->request)));
      return;
    }

  self->stage = STAGE_OPENING;
  self->connection = g_steal_pointer (&connection);
  soup_websocket_connection_set_max_incoming_payload_size (self->connection, PAYLOAD_MAX);
  /* libsoup 3.8 bounds the sum of a message's fragments too. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->connection),
                                    "max-total-message-size") != NULL)
    g_object_set (self->connection, "max-total-message-size", (guint64) PAYLOAD_MAX, NULL);
  g_signal_connect (self->connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (self->connection, "error", G_CALLBACK (on_error), self);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
}

LinkSocket *
link_socket_new (SoupSession *session,
                 const char *address,
                 JsonValue *auth,
                 const LinkSocketEvents *events,
                 void *data)
{
  LinkSocket *self = g_new0 (LinkSocket, 1);
  g_autofree char *url = g_strconcat (address, PATH, NULL);

  g_ref_count_init (&self->refs);
  self->events = events;
  self->data = data;
  self->auth = auth;
  self->cancellable = g_cancellable_new ();
  self->decoder = sio_decoder_new (0, PAYLOAD_MAX);
  self->request = soup_message_new (SOUP_METHOD_GET, url);
  /* Elsewhere than where the person wanted, perhaps without TLS: no. */
  soup_message_add_flags (self->request, SOUP_MESSAGE_NO_REDIRECT);

  add_timer (&self->handshake_timer, HANDSHAKE_TIMEOUT_MS, on_handshake_timeout, self);
  soup_session_websocket_connect_async (session, self->request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, on_connected, link_socket_ref (self));
  return self;
}

void
link_socket_close (LinkSocket *self, bool goodbye)
{
  g_return_if_fail (self != NULL);

  self->events = NULL;
  if (goodbye && self->stage == STAGE_JOINED)
    {
      g_autoptr (SioPacket) packet = sio_packet_new (SIO_DISCONNECT, "/", SIO_NO_ID, NULL, NULL);
      g_autoptr (GString) text = g_string_new (NULL);

      sio_packet_encode (packet, text);
      send_engine (self, EIO_MESSAGE, text->str);
    }
  if (self->stage != STAGE_ENDED)
    stop (self, goodbye);
  link_socket_unref (self);
}

bool
link_socket_send (LinkSocket *self, const char *text)
{
  g_return_val_if_fail (self != NULL, false);

  if (self->max_payload_bytes != 0 && strlen (text) + 1 > self->max_payload_bytes)
    return false;
  send_engine (self, EIO_MESSAGE, text);
  return true;
}

void
link_socket_settle (LinkSocket *self)
{
  clear_source (&self->handshake_timer);
}

void
link_socket_probe (LinkSocket *self)
{
  gint64 ready_us = g_get_monotonic_time () + PROBE_TIMEOUT_MS * 1000;

  if (self->stage != STAGE_JOINED || self->silence_timer == NULL || self->probing)
    return;

  /* The other end's next ping may be half a minute away, and only it pings in Engine.IO 4: ask with
   * a ping of the WebSocket, which every endpoint has to answer (RFC 6455 §5.5.2). */
  self->probing = true;
  soup_websocket_connection_set_keepalive_interval (self->connection, PROBE_INTERVAL_S);
  if (ready_us < g_source_get_ready_time (self->silence_timer))
    g_source_set_ready_time (self->silence_timer, ready_us);
}

void
link_socket_fail (LinkSocket *self, const GError *error)
{
  end (self, g_error_copy (error));
}

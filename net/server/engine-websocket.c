/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transport of WebSocket (Engine.IO protocol, "WebSocket"), and the upgrade to it from
 * long-polling ("Upgrade").
 *
 * Owns: WebSocket connections: what comes in pieces, what is written at once, how they are closed.
 * Called by: engine-http.c with what libwebsockets reports, engine-session.c.
 * Must never: collect more of a message than the limit, write more than a share at a time.
 */
#include "net/server/engine-internal.h"

#include <string.h>

#define PROBE      "probe"
#define OPCODE_FIN 0x80

enum
{
  OPCODE_TEXT = 1,
  OPCODE_BINARY = 2,
  OPCODE_CLOSE = 8,
};

int
websocket_filter (Peer *peer, const Request *request)
{
  Engine *engine = peer->engine;
  EngineSocket *socket;
  Refusal refusal = request_judge (engine, request, true, &socket);

  if (refusal != REFUSAL_NONE)
    {
      engine->counters.handshakes_refused += request->has_sid ? 0 : 1;
      return refuse_websocket (peer->wsi, refusal == REFUSAL_FORBIDDEN ? 403 : 400, refusal);
    }
  if (socket == NULL && !engine_has_room (engine))
    {
      engine->counters.handshakes_refused++;
      return refuse_websocket (peer->wsi, 503, REFUSAL_FORBIDDEN);
    }

  if (socket == NULL)
    peer_set_kind (peer, PEER_WEBSOCKET);
  else if (socket->websocket != NULL || socket->probe != NULL)
    peer_set_kind (peer, PEER_CLOSING);
  else
    {
      peer->socket = socket;
      peer_set_kind (peer, PEER_PROBE);
      socket->probe = peer;
      socket->upgrade_ms = engine_now_ms (engine) + engine->settings.upgrade_timeout_ms;
      session_rearm (socket);
    }
  return 0;
}

int
websocket_established (Peer *peer)
{
  EngineSocket *socket;

  if (peer->kind == PEER_CLOSING)
    {
      websocket_finish (peer, NULL, LWS_CLOSE_STATUS_NORMAL);
      return 0;
    }
  if (peer->kind != PEER_WEBSOCKET)
    return 0;

  socket = session_new (peer->engine, peer->wsi);
  peer->socket = socket;
  socket->websocket = peer;
  session_open (socket, true);
  return 0;
}

/* Appends one unmasked frame (RFC 6455 §5.2). */
static void
append_frame (GByteArray *out, bool binary, int type, const uint8_t *data, size_t size)
{
  size_t length = size + (type >= 0 ? 1 : 0);
  uint8_t head[11];
  guint used = 0;

  head[used++] = OPCODE_FIN | (binary ? OPCODE_BINARY : OPCODE_TEXT);
  if (length < 126)
    head[used++] = (uint8_t) length;
  else
    {
      unsigned bytes = length <= G_MAXUINT16 ? 2 : 8;

      head[used++] = bytes == 2 ? 126 : 127;
      for (unsigned i = bytes; i-- > 0;)
        head[used++] = (uint8_t) ((uint64_t) length >> (8 * i));
    }
  if (type >= 0)
    head[used++] = (uint8_t) ('0' + type);
  g_byte_array_append (out, head, used);
  if (size > 0)
    g_byte_array_append (out, data, (guint) size);
}

/* Takes packets out of the queue of @socket and appends them as frames, until @max bytes are there
 * or the queue is empty. */
static void
append_queue (GByteArray *out, EngineSocket *socket, size_t max)
{
  while (socket->first != NULL && out->len < max)
    {
      g_autofree Outgoing *outgoing = session_take (socket);

      append_frame (out, outgoing->binary, outgoing->binary ? -1 : (int) outgoing->type,
                    outgoing->data, outgoing->size);
    }
}

/* Frames of several messages go out in one write: libwebsockets would take a turn of the loop for
 * each, so that they are framed here and handed to it as they are. */
static int
write_frames (Peer *peer, GByteArray *out)
{
  Engine *engine = peer->engine;
  size_t size = out->len - LWS_PRE;
  int written = lws_write (peer->wsi, out->data + LWS_PRE, size, LWS_WRITE_HTTP);

  peer->in_flight = size;
  engine->counters.bytes_out += size;
  if (out == engine->scratch && out->len > 2 * ENGINE_WRITE_MAX)
    {
      g_byte_array_unref (out);
      engine->scratch = g_byte_array_new ();
    }
  return written < 0 ? -1 : 0;
}

/* The closing handshake (RFC 6455 §7.1.2). That of libwebsockets is cut short on libuv: it closes
 * again at once what it is asked to close while it may write. So the frame is sent here, and the
 * connection ends with the peer's answer to it, or with the time that was set for that. */
static int
write_closing (Peer *peer)
{
  g_autoptr (GByteArray) out = g_steal_pointer (&peer->bytes);
  uint8_t frame[] = { OPCODE_FIN | OPCODE_CLOSE, 2, (uint8_t) (peer->close_code >> 8),
                      (uint8_t) peer->close_code };

  if (peer->said_goodbye)
    return 0;
  peer->said_goodbye = true;
  if (out == NULL)
    {
      out = g_byte_array_new ();
      g_byte_array_set_size (out, LWS_PRE);
    }
  g_byte_array_append (out, frame, sizeof frame);
  return write_frames (peer, out);
}

static int
write_probe (Peer *peer)
{
  GByteArray *out = peer->engine->scratch;

  if (!peer->probed)
    return 0;
  peer->probed = false;
  g_byte_array_set_size (out, LWS_PRE);
  append_frame (out, false, EIO_PONG, (const uint8_t *) PROBE, strlen (PROBE));
  return write_frames (peer, out);
}

int
websocket_writable (Peer *peer)
{
  GByteArray *out;

  peer->writing = false;
  peer->in_flight = 0;
  if (peer->kind == PEER_CLOSING)
    return write_closing (peer);
  if (peer->kind == PEER_PROBE || peer->probed)
    {
      if (write_probe (peer) < 0)
        return -1;
      if (peer->kind == PEER_WEBSOCKET && peer->socket->first != NULL)
        peer_want_write (peer);
      return 0;
    }
  if (peer->kind != PEER_WEBSOCKET || peer->socket->first == NULL)
    return 0;

  out = peer->engine->scratch;
  g_byte_array_set_size (out, LWS_PRE);
  append_queue (out, peer->socket, LWS_PRE + ENGINE_WRITE_MAX);
  if (write_frames (peer, out) < 0)
    return -1;
  if (peer->socket->first != NULL)
    peer_want_write (peer);
  return 0;
}

static bool
packet_is (const EioPacket *packet, EioType type, const char *text)
{
  return packet->type == type && packet->size == strlen (text) &&
         (packet->size == 0 || memcmp (packet->data, text, packet->size) == 0);
}

/* The probe has become the transport. */
static void
upgrade (Peer *peer)
{
  EngineSocket *socket = peer->socket;

  socket->probe = NULL;
  if (socket->state == SESSION_LINGERING)
    {
      websocket_finish (peer, socket, LWS_CLOSE_STATUS_NORMAL);
      session_linger_over (socket);
      return;
    }

  socket->upgrading = false;
  socket->upgrade_ms = 0;
  polling_release (socket, EIO_NOOP, false);
  socket->websocket = peer;
  peer_set_kind (peer, PEER_WEBSOCKET);
  peer->engine->counters.upgrades++;
  session_rearm (socket);
  if (socket->first != NULL || peer->probed)
    peer_want_write (peer);
}

static void
handle_probe (Peer *peer, const uint8_t *data, size_t size, bool binary)
{
  EngineSocket *socket = peer->socket;
  EioPacket packet;

  if (eio_packet_decode (data, size, binary, &packet, NULL))
    {
      if (packet_is (&packet, EIO_PING, PROBE))
        {
          socket->upgrading = true;
          peer->probed = true;
          peer_want_write (peer);
          polling_release (socket, EIO_NOOP, true);
          return;
        }
      if (packet_is (&packet, EIO_UPGRADE, "") && socket->upgrading)
        {
          upgrade (peer);
          return;
        }
    }

  /* Nothing else may be said on it yet. The session goes on where it is. */
  session_lost (socket, peer);
  websocket_finish (peer, NULL, LWS_CLOSE_STATUS_PROTOCOL_ERR);
}

static void
handle_message (Peer *peer, const uint8_t *data, size_t size, bool binary)
{
  EngineSocket *socket = peer->socket;
  EioPacket packet;

  peer->engine->counters.bytes_in += size;
  if (peer->kind == PEER_PROBE)
    {
      handle_probe (peer, data, size, binary);
      return;
    }

  session_hold (socket);
  if (eio_packet_decode (data, size, binary, &packet, NULL))
    (void) session_packet (socket, &packet);
  else
    session_parse_error (socket);
  session_release (socket);
}

static void
refuse_large (Peer *peer)
{
  EngineSocket *socket = peer->socket;

  peer->engine->counters.parse_errors++;
  if (peer->kind == PEER_WEBSOCKET)
    {
      socket->websocket = NULL;
      websocket_finish (peer, NULL, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
      session_close (socket, "parse error", END_CUT);
    }
  else
    {
      session_lost (socket, peer);
      websocket_finish (peer, NULL, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
    }
}

int
websocket_receive (Peer *peer, const uint8_t *data, size_t size)
{
  struct lws *wsi = peer->wsi;
  bool first = lws_is_first_fragment (wsi);
  bool final = lws_is_final_fragment (wsi);
  size_t have = peer->bytes != NULL && !first ? peer->bytes->len : 0;
  size_t max = peer->engine->settings.max_payload_bytes;
  size_t due = lws_remaining_packet_payload (wsi);

  if (peer->kind != PEER_WEBSOCKET && peer->kind != PEER_PROBE)
    return 0;
  if (size > max || have > max - size || due > max - size - have)
    {
      refuse_large (peer);
      return 0;
    }

  if (first && final)
    {
      handle_message (peer, data, size, lws_frame_is_binary (wsi));
      return 0;
    }

  if (peer->bytes == NULL)
    peer->bytes = g_byte_array_sized_new ((guint) (size + due));
  g_byte_array_append (peer->bytes, data, (guint) size);
  if (final)
    {
      g_autoptr (GByteArray) message = g_steal_pointer (&peer->bytes);

      handle_message (peer, message->data, message->len, lws_frame_is_binary (wsi));
    }
  return 0;
}

void
websocket_finish (Peer *peer, EngineSocket *flush, uint16_t code)
{
  GByteArray *last = NULL;

  if (flush != NULL && flush->first != NULL)
    {
      last = g_byte_array_new ();
      g_byte_array_set_size (last, LWS_PRE);
      append_queue (last, flush, G_MAXSIZE);
    }

  peer_reset (peer);
  peer->bytes = last;
  peer->close_code = code;
  peer_set_kind (peer, PEER_CLOSING);
  peer_want_write (peer);
  lws_set_timeout (peer->wsi, PENDING_TIMEOUT_USER_REASON_BASE, ENGINE_CLOSE_S);
  engine_kick (peer->engine);
}

void
websocket_kill (Peer *peer)
{
  Engine *engine = peer->engine;
  struct lws *wsi = peer->wsi;

  peer_reset (peer);
  lws_set_timeout (wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  engine_kick (engine);
}

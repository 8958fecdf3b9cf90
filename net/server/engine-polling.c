/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transport of HTTP long-polling (Engine.IO protocol, "HTTP long-polling").
 *
 * Owns: handshakes by GET, parked polls, bodies of POSTs.
 * Called by: engine-http.c with requests, engine-session.c when a session has something to say.
 * Must never: park two polls of a session, collect more of a body than the limit.
 */
#include "net/server/engine-internal.h"

#include <string.h>

#define PAYLOAD_TYPE "text/plain; charset=UTF-8"
#define HTML_TYPE    "text/html"

/* A body beyond the limit is read over up to this size, so that its sender gets to see the answer.
 */
#define BODY_SKIP_MAX (8 * 1024 * 1024)

static GByteArray *
take_payload (EngineSocket *socket)
{
  GByteArray *payload = g_byte_array_new ();
  Outgoing *outgoing;

  while ((outgoing = session_take (socket)) != NULL)
    {
      EioPacket packet = { .type = outgoing->type,
                           .binary = outgoing->binary,
                           .data = outgoing->data,
                           .size = outgoing->size };

      eio_payload_append (payload, &packet);
      g_free (outgoing);
    }
  return payload;
}

static int
respond_payload (struct lws *wsi, const GByteArray *payload)
{
  return respond (wsi, 200, PAYLOAD_TYPE, payload->data, payload->len);
}

void
polling_release (EngineSocket *socket, EioType last, bool flush)
{
  Peer *peer = g_steal_pointer (&socket->poll);
  EioPacket packet = { .type = last };
  GByteArray *payload;

  if (peer == NULL)
    return;

  payload = flush ? take_payload (socket) : g_byte_array_new ();
  if (payload->len == 0)
    eio_payload_append (payload, &packet);
  peer_reset (peer);
  peer->bytes = payload;
  peer_set_kind (peer, PEER_ANSWER);
  peer_want_write (peer);
}

/* The last words of a session that is over, and behind them, with the next poll, that it is:
 * clients that hear both at once do not look at the words any more. */
static int
fetch_last (Peer *peer, EngineSocket *socket)
{
  if (socket->first != NULL)
    {
      g_autoptr (GByteArray) payload = take_payload (socket);

      return respond_payload (peer->wsi, payload);
    }

  session_linger_over (socket);
  return respond_text (peer->wsi, 200, "1");
}

static int
handshake (Peer *peer)
{
  struct lws *wsi = peer->wsi;
  EngineSocket *socket = session_new (peer->engine, wsi);
  g_autoptr (GByteArray) payload = NULL;

  session_hold (socket);
  session_open (socket, false);
  payload = take_payload (socket);
  session_release (socket);
  return respond_payload (wsi, payload);
}

static int
poll_session (Peer *peer, EngineSocket *socket)
{
  if (socket->state == SESSION_LINGERING)
    return fetch_last (peer, socket);

  if (socket->poll != NULL)
    {
      session_close (socket, "transport close", END_POLITE);
      return respond_refusal (peer->wsi, 400, REFUSAL_REQUEST);
    }

  if (socket->first != NULL)
    {
      g_autoptr (GByteArray) payload = take_payload (socket);

      return respond_payload (peer->wsi, payload);
    }

  /* While a WebSocket is being probed no poll is kept: the client waits for its end to upgrade. */
  if (socket->upgrading)
    return respond_text (peer->wsi, 200, "6");

  /* Parked for longer than libwebsockets likes. The heartbeat sees to it that it is not for ever.
   */
  lws_set_timeout (peer->wsi, NO_PENDING_TIMEOUT, 0);
  peer->socket = socket;
  peer_set_kind (peer, PEER_POLL);
  socket->poll = peer;
  return 0;
}

static int
begin_post (Peer *peer, EngineSocket *socket, const Request *request)
{
  Engine *engine = peer->engine;

  if (socket->state == SESSION_LINGERING)
    return respond_text (peer->wsi, 200, "ok");

  if (socket->post != NULL)
    {
      session_close (socket, "transport close", END_POLITE);
      return respond_refusal (peer->wsi, 400, REFUSAL_REQUEST);
    }
  if (request->length > engine->settings.max_payload_bytes)
    {
      engine->counters.parse_errors++;
      session_close (socket, "parse error", END_POLITE);
      return request->length > BODY_SKIP_MAX ? -1 : respond_text (peer->wsi, 413, "too large");
    }

  peer->socket = socket;
  peer->bytes = g_byte_array_sized_new ((guint) request->length);
  peer_set_kind (peer, PEER_POST);
  socket->post = peer;
  return 0;
}

int
polling_request (Peer *peer, const Request *request)
{
  Engine *engine = peer->engine;
  EngineSocket *socket;
  Refusal refusal = request_judge (engine, request, false, &socket);

  if (refusal == REFUSAL_NONE && request->method == METHOD_OTHER)
    refusal = REFUSAL_REQUEST;
  if (refusal != REFUSAL_NONE)
    {
      engine->counters.handshakes_refused += request->has_sid ? 0 : 1;
      return respond_refusal (peer->wsi, refusal == REFUSAL_FORBIDDEN ? 403 : 400, refusal);
    }

  if (socket == NULL)
    {
      if (!engine_has_room (engine))
        {
          engine->counters.handshakes_refused++;
          return respond_refusal (peer->wsi, 503, REFUSAL_FORBIDDEN);
        }
      return handshake (peer);
    }
  if (request->method == METHOD_POST)
    return begin_post (peer, socket, request);
  return poll_session (peer, socket);
}

int
polling_body (Peer *peer, const uint8_t *data, size_t size)
{
  if (peer->kind != PEER_POST || size == 0)
    return 0;
  if (size > peer->engine->settings.max_payload_bytes - peer->bytes->len)
    return -1;

  g_byte_array_append (peer->bytes, data, (guint) size);
  return 0;
}

int
polling_body_complete (Peer *peer)
{
  struct lws *wsi = peer->wsi;
  EngineSocket *socket = peer->socket;
  g_autoptr (GByteArray) body = g_steal_pointer (&peer->bytes);
  g_autoptr (EioPayload) payload = NULL;
  Engine *engine = peer->engine;
  bool fine = true;

  if (peer->kind != PEER_POST)
    return 0;
  peer_reset (peer);
  if (socket == NULL)
    return respond_refusal (wsi, 400, REFUSAL_SID);

  socket->post = NULL;
  engine->counters.bytes_in += body->len;
  payload = eio_payload_decode (body->data, body->len, engine->settings.max_payload_bytes, NULL);

  session_hold (socket);
  if (payload == NULL)
    session_parse_error (socket);
  for (size_t i = 0; payload != NULL && i < eio_payload_length (payload); i++)
    {
      EioPacket packet = eio_payload_get (payload, i);

      if (!session_packet (socket, &packet))
        break;
    }
  fine = !socket->malformed;
  session_release (socket);

  return fine ? respond (wsi, 200, HTML_TYPE, "ok", 2)
              : respond_refusal (wsi, 400, REFUSAL_REQUEST);
}

int
polling_writable (Peer *peer)
{
  struct lws *wsi = peer->wsi;
  g_autoptr (GByteArray) payload = NULL;

  peer->writing = false;
  if (peer->kind == PEER_POLL && peer->socket->first != NULL)
    {
      payload = take_payload (peer->socket);
      peer->socket->poll = NULL;
    }
  else if (peer->kind == PEER_ANSWER)
    payload = g_steal_pointer (&peer->bytes);
  else
    return 0;

  peer_reset (peer);
  return respond_payload (wsi, payload);
}

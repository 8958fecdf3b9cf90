/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO sessions, whatever carries them.
 *
 * Owns: a session's life, its queue, its heartbeat and its other deadlines.
 * Called by: the transports, engine-namespace.c, the layer above in raw mode.
 * Must never: end a session inside a function that only sends (the caller may be in the middle of
 * its clients): such an end comes at the next turn of the loop.
 */
#include "net/server/engine-internal.h"

#include <string.h>

EngineSocket *
session_new (Engine *engine, struct lws *wsi)
{
  EngineSocket *socket = g_new0 (EngineSocket, 1);

  socket->engine = engine;
  socket->state = SESSION_OPEN;
  socket->peer_key = peer_address_key (engine, wsi);
  engine_random_sid (socket->sid);
  g_hash_table_insert (engine->sessions, socket->sid, socket);
  engine->counters.sessions_opened++;
  return socket;
}

EngineSocket *
session_find (Engine *engine, const char *sid)
{
  return g_hash_table_lookup (engine->sessions, sid);
}

static void
drop_queue (EngineSocket *socket)
{
  Outgoing *outgoing;

  while ((outgoing = session_take (socket)) != NULL)
    g_free (outgoing);
}

static void
session_free (EngineSocket *socket)
{
  drop_queue (socket);
  sio_decoder_free (socket->decoder);
  timers_cancel (socket->engine->timers, &socket->timer);
  g_free (socket);
}

void
session_hold (EngineSocket *socket)
{
  socket->holds++;
}

void
session_release (EngineSocket *socket)
{
  if (--socket->holds == 0 && socket->state == SESSION_CLOSED)
    session_free (socket);
}

static void
drop_probe (EngineSocket *socket)
{
  Peer *probe = g_steal_pointer (&socket->probe);

  if (probe != NULL)
    websocket_finish (probe, NULL, LWS_CLOSE_STATUS_NORMAL);
  socket->upgrading = false;
  socket->upgrade_ms = 0;
}

static void
forget (EngineSocket *socket)
{
  g_hash_table_remove (socket->engine->sessions, socket->sid);
  socket->state = SESSION_CLOSED;
}

static uint64_t
earlier (uint64_t a, uint64_t b)
{
  return a == 0 ? b : b == 0 ? a : MIN (a, b);
}

void
session_rearm (EngineSocket *socket)
{
  Engine *engine = socket->engine;
  uint64_t due = socket->linger_ms;

  if (socket->doom != NULL)
    due = engine_now_ms (engine);
  due = earlier (due, socket->ping_ms);
  due = earlier (due, socket->pong_ms);
  due = earlier (due, socket->connect_ms);
  due = earlier (due, socket->upgrade_ms);

  if (due == 0)
    timers_cancel (engine->timers, &socket->timer);
  else
    timers_set (engine->timers, &socket->timer, due);
  engine_rearm (engine);
}

static size_t
unsent_bytes (const EngineSocket *socket)
{
  return socket->unsent + (socket->websocket != NULL ? socket->websocket->in_flight : 0);
}

static void
append_outgoing (EngineSocket *socket, EioType type, const void *data, size_t size, bool binary)
{
  Outgoing *outgoing = g_malloc (sizeof (Outgoing) + size);

  outgoing->next = NULL;
  outgoing->size = size;
  outgoing->type = type;
  outgoing->binary = binary;
  if (size > 0)
    memcpy (outgoing->data, data, size);

  if (socket->last != NULL)
    socket->last->next = outgoing;
  else
    socket->first = outgoing;
  socket->last = outgoing;
  socket->unsent += size;
}

void
session_enqueue (EngineSocket *socket, EioType type, const void *data, size_t size, bool binary)
{
  Engine *engine = socket->engine;
  Peer *carrier = socket->websocket != NULL ? socket->websocket : socket->poll;

  if (socket->state != SESSION_OPEN || socket->doom != NULL)
    return;

  if (engine->settings.max_unsent_bytes > 0 &&
      unsent_bytes (socket) + size > engine->settings.max_unsent_bytes)
    {
      drop_queue (socket);
      socket->doom = "unread limit";
      session_rearm (socket);
      return;
    }

  append_outgoing (socket, type, data, size, binary);
  engine->counters.messages_out += type == EIO_MESSAGE ? 1 : 0;
  if (carrier != NULL)
    peer_want_write (carrier);
}

Outgoing *
session_take (EngineSocket *socket)
{
  Outgoing *outgoing = socket->first;

  if (outgoing == NULL)
    return NULL;
  socket->first = outgoing->next;
  if (socket->first == NULL)
    socket->last = NULL;
  socket->unsent -= outgoing->size;
  return outgoing;
}

void
session_open (EngineSocket *socket, bool websocket)
{
  Engine *engine = socket->engine;
  const EngineSettings *settings = &engine->settings;
  char *upgrades[] = { websocket ? NULL : (char[]){ "websocket" }, NULL };
  EioHandshake handshake = {
    .sid = socket->sid,
    .upgrades = upgrades,
    .ping_interval_ms = settings->ping_interval_ms,
    .ping_timeout_ms = settings->ping_timeout_ms,
    .max_payload_bytes = settings->max_payload_bytes,
  };
  g_autofree char *text = eio_handshake_encode (&handshake);
  uint64_t now_ms = engine_now_ms (engine);

  session_enqueue (socket, EIO_OPEN, text, strlen (text), false);
  socket->ping_ms = now_ms + settings->ping_interval_ms;
  if (!settings->raw)
    socket->connect_ms = now_ms + settings->connect_timeout_ms;
  session_rearm (socket);

  session_hold (socket);
  if (settings->raw && engine->handlers.on_open != NULL)
    engine->handlers.on_open (socket, engine->data);
  session_release (socket);
}

static void
handle_message (EngineSocket *socket, const EioPacket *packet)
{
  Engine *engine = socket->engine;

  engine->counters.messages_in++;
  if (!engine->settings.raw)
    {
      if (!namespace_message (socket, packet->data, packet->size, packet->binary))
        session_parse_error (socket);
    }
  else if (engine->handlers.on_message != NULL)
    engine->handlers.on_message (socket, packet->data, packet->size, packet->binary, engine->data);
}

/* A pong that answers no ping of the heartbeat, but one of engine_client_ping(), changes nothing
 * here. */
static void
handle_pong (EngineSocket *socket)
{
  Engine *engine = socket->engine;

  if (socket->pong_ms == 0)
    return;
  socket->pong_ms = 0;
  socket->ping_ms = engine_now_ms (engine) + engine->settings.ping_interval_ms;
  session_rearm (socket);
}

bool
session_packet (EngineSocket *socket, const EioPacket *packet)
{
  bool open;

  if (socket->state != SESSION_OPEN || socket->doom != NULL)
    return false;

  session_hold (socket);
  namespace_heard (socket);
  if (socket->state == SESSION_OPEN)
    switch (packet->type)
      {
      case EIO_MESSAGE:
        handle_message (socket, packet);
        break;
      case EIO_PONG:
        handle_pong (socket);
        break;
      case EIO_CLOSE:
        session_close (socket, "transport close", END_CLIENT);
        break;
      case EIO_UPGRADE:
      case EIO_NOOP:
        break;
      case EIO_OPEN:
      case EIO_PING:
      default:
        session_parse_error (socket);
        break;
      }
  open = socket->state == SESSION_OPEN;
  session_release (socket);
  return open;
}

void
session_parse_error (EngineSocket *socket)
{
  socket->engine->counters.parse_errors++;
  socket->malformed = true;
  session_close (socket, "parse error", END_POLITE);
}

/* Takes leave of the connections of a session. Returns whether the client has still to come for
 * what it is to be told: with another poll, or by completing the upgrade that is under way. */
static bool
close_transports (EngineSocket *socket, SessionEnd end)
{
  Peer *websocket = g_steal_pointer (&socket->websocket);
  Peer *post = g_steal_pointer (&socket->post);
  bool flush = end == END_FLUSH;
  bool linger = flush && websocket == NULL && (socket->poll == NULL || socket->first != NULL);

  polling_release (socket, end == END_CLIENT ? EIO_NOOP : EIO_CLOSE, flush);
  if (post != NULL)
    post->socket = NULL;
  if (websocket != NULL && end == END_CUT)
    websocket_kill (websocket);
  else if (websocket != NULL)
    websocket_finish (websocket, flush ? socket : NULL, LWS_CLOSE_STATUS_NORMAL);
  if (!linger)
    drop_probe (socket);
  return linger;
}

void
session_close (EngineSocket *socket, const char *reason, SessionEnd end)
{
  Engine *engine = socket->engine;

  if (socket->state != SESSION_OPEN)
    return;

  session_hold (socket);
  socket->state = SESSION_LINGERING;
  socket->doom = NULL;
  socket->ping_ms = socket->pong_ms = socket->connect_ms = socket->upgrade_ms = 0;
  if (close_transports (socket, end))
    socket->linger_ms = engine_now_ms (engine) + ENGINE_LINGER_MS;
  else
    forget (socket);
  session_rearm (socket);
  engine->counters.sessions_closed++;

  namespace_close_all (socket, reason);
  if (engine->settings.raw && engine->handlers.on_close != NULL)
    engine->handlers.on_close (socket, reason, engine->data);
  session_release (socket);
}

void
session_linger_over (EngineSocket *socket)
{
  session_hold (socket);
  socket->linger_ms = 0;
  drop_probe (socket);
  forget (socket);
  session_release (socket);
}

void
session_lost (EngineSocket *socket, Peer *peer)
{
  if (socket->probe == peer)
    {
      socket->probe = NULL;
      socket->upgrading = false;
      socket->upgrade_ms = 0;
      session_rearm (socket);
      return;
    }

  if (socket->websocket == peer)
    socket->websocket = NULL;
  if (socket->poll == peer)
    socket->poll = NULL;
  if (socket->post == peer)
    socket->post = NULL;
  session_close (socket, "transport close", END_CUT);
}

/* The time for the pong counts from when the ping was due, so that delays do not add up; but after
 * a standstill of the server nobody is to be blamed for it. */
static uint64_t
pong_due (const EngineSocket *socket, uint64_t now_ms)
{
  unsigned timeout_ms = socket->engine->settings.ping_timeout_ms;
  bool in_time = now_ms - socket->ping_ms < timeout_ms / 2;

  return (in_time ? socket->ping_ms : now_ms) + timeout_ms;
}

void
session_timer (EngineSocket *socket, uint64_t now_ms)
{
  Engine *engine = socket->engine;

  if (socket->doom != NULL)
    session_close (socket, socket->doom, END_CUT);
  else if (socket->linger_ms != 0)
    {
      if (socket->linger_ms <= now_ms)
        session_linger_over (socket);
      else
        session_rearm (socket);
    }
  else if (socket->pong_ms != 0 && socket->pong_ms <= now_ms)
    {
      engine->counters.heartbeat_timeouts++;
      session_close (socket, "ping timeout", END_POLITE);
    }
  else if (socket->connect_ms != 0 && socket->connect_ms <= now_ms)
    session_close (socket, "connect timeout", END_POLITE);
  else
    {
      if (socket->upgrade_ms != 0 && socket->upgrade_ms <= now_ms)
        drop_probe (socket);
      if (socket->ping_ms != 0 && socket->ping_ms <= now_ms)
        {
          socket->pong_ms = pong_due (socket, now_ms);
          socket->ping_ms = 0;
          session_enqueue (socket, EIO_PING, NULL, 0, false);
        }
      session_rearm (socket);
    }
}

void
engine_socket_send (EngineSocket *socket, const uint8_t *bytes, size_t size, bool binary)
{
  session_enqueue (socket, EIO_MESSAGE, bytes, size, binary);
}

void
engine_socket_close (EngineSocket *socket)
{
  session_close (socket, "server namespace disconnect", END_FLUSH);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Engine.IO 4 and Socket.IO 5 server layer, on libwebsockets with the libuv loop.
 *
 * Owns: listening sockets, transports (WebSocket, HTTP long-polling, upgrade from one to the
 * other), sessions and their heartbeats, namespaces, acknowledgements, binary attachments, plain
 * HTTP routes beside them, limits on what one peer may send or leave unread. Called by:
 * net/server/main.c and pairing above it, tests/conformance. Must never: know of pairing, block,
 * log an address or a payload, take over signals. One thread: the loop's.
 */
#pragma once

#include <glib.h>
#include <uv.h>

#include "net/wire/eio.h"
#include "net/wire/sio.h"

G_BEGIN_DECLS

typedef struct _Engine Engine;
typedef struct _EngineSocket EngineSocket; /* an Engine.IO session */
typedef struct _EngineClient EngineClient; /* one namespace of a Socket.IO session */

typedef struct
{
  const char *host; /* to listen on, numeric or a name */
  uint16_t port;    /* 0 picks a free one */
  const char *path; /* "/socket.io/" or "/engine.io/" */
  bool raw;         /* Engine.IO only: on_message instead of Socket.IO */
  unsigned ping_interval_ms;
  unsigned ping_timeout_ms;
  unsigned connect_timeout_ms; /* a session that joins no namespace by then is closed */
  unsigned upgrade_timeout_ms;
  size_t max_payload_bytes; /* of one message, and of one polling body */
  size_t max_unsent_bytes;  /* a session that leaves more unread is closed */
  unsigned max_attachments;
  unsigned max_sessions;              /* 0: no limit */
  const char *const *allowed_origins; /* CORS; {"*", NULL} for any, NULL for none */
} EngineSettings;
/* Socket.IO's own defaults: 25 s, 20 s, 45 s, 10 s, 64 KiB, 1 MiB, 0 attachments, path /socket.io/.
 */
void engine_settings_init (EngineSettings *settings);

typedef struct
{
  int status; /* HTTP status */
  const char *content_type;
  GBytes *body; /* (transfer full) */
} EngineResponse;

/* What the layer above does. Every function gets the @data of engine_new(). None may free the
 * engine. */
typedef struct
{
  /* A client asks to join namespace @nsp with @auth (an object or NULL). Returns true to let it in.
   * Otherwise sets *@refusal (transfer full): the data of the CONNECT_ERROR. On true the client's
   * sid and data may be set with engine_client_set_data(); on_connected follows after the CONNECT
   * packet was queued. */
  bool (*on_connect) (EngineClient *client,
                      const char *nsp,
                      const JsonValue *auth,
                      JsonValue **refusal,
                      void *data);
  void (*on_connected) (EngineClient *client, void *data);
  /* An event; an acknowledgement is due when packet->id is not SIO_NO_ID. */
  void (*on_event) (EngineClient *client, const SioPacket *packet, void *data);
  /* It left: by its own DISCONNECT packet (@by_client) or because the session ended, for @reason:
   * "transport close", "ping timeout", "parse error", "client namespace disconnect", "server
   * namespace disconnect", "unread limit", "server shutting down". The client is freed on return. A
   * session that ends because of what was sent to it ends at the loop's next turn, never inside a
   * function that sends. */
  void (*on_disconnected) (EngineClient *client, const char *reason, void *data);
  /* raw: a session opened, said something, closed. */
  void (*on_open) (EngineSocket *socket, void *data);
  void (*on_message) (EngineSocket *socket,
                      const uint8_t *bytes,
                      size_t size,
                      bool binary,
                      void *data);
  void (*on_close) (EngineSocket *socket, const char *reason, void *data);
  /* A GET for @path outside the protocol's. Returns true with @response filled in, or false for a
   * 404. */
  bool (*on_get) (const char *path, EngineResponse *response, void *data);
  /* The client's acknowledgement (SIO_ACK) of an event that engine_client_send() sent with an id;
   * whether that id is still awaited is for the layer above to know. May be NULL. */
  void (*on_ack) (EngineClient *client, const SioPacket *packet, void *data);
  /* Anything at all came from the client's session, a pong among them: it is alive now. Called
   * before the packet's own handler. May be NULL. */
  void (*on_heard) (EngineClient *client, void *data);
} EngineHandlers;

/* Starts to listen. Returns NULL with @error (G_IO_ERROR, a sentence) when the address cannot be
 * had; handles close at the loop's next turns then too. */
Engine *engine_new (uv_loop_t *loop,
                    const EngineSettings *settings,
                    const EngineHandlers *handlers,
                    void *data,
                    GError **error);
uint16_t engine_get_port (const Engine *engine);
/* Adds a second listener that serves plain HTTP routes only (for the administration address). Its
 * port must differ from the first one's, whatever the hosts. Returns its port, or 0 with @error. */
uint16_t
engine_add_http_listener (Engine *engine,
                          const char *host,
                          uint16_t port,
                          bool (*on_get) (const char *path, EngineResponse *response, void *data),
                          void *data,
                          GError **error);
/* Stops accepting and closes every session, after what was queued was sent; calls @done when the
 * last is gone or @timeout_ms is over. */
void engine_drain (Engine *engine, unsigned timeout_ms, void (*done) (void *data), void *data);
/* Ends every session, with the handlers told, and frees everything. The loop must be run afterwards
 * until it has no handles of the engine's any more (uv_run() with UV_RUN_DEFAULT returns then). */
void engine_free (Engine *engine);

/* Time of the loop, monotonic, in milliseconds. */
uint64_t engine_now_ms (const Engine *engine);
size_t engine_session_count (const Engine *engine);

void engine_client_set_data (EngineClient *client, void *data);
void *engine_client_get_data (const EngineClient *client);
const char *engine_client_get_sid (const EngineClient *client);
/* A number that stands for the peer's address within this process's life (a keyed hash), for
 * limits: the address itself never leaves the engine. IPv6 peers have that of their network of 64
 * bits. */
uint64_t engine_client_get_peer_key (const EngineClient *client);
/* Sends @packet (not consumed). */
void engine_client_send (EngineClient *client, const SioPacket *packet);
/* Sends event @name with @argument (transfer full, may be NULL). */
void engine_client_emit (EngineClient *client, const char *name, JsonValue *argument);
/* Answers event @id with @argument (transfer full). Nothing happens for SIO_NO_ID. */
void engine_client_ack (EngineClient *client, int64_t id, JsonValue *argument);
/* Sends a DISCONNECT packet for its namespace; on_disconnected follows before this returns. @close:
 * the whole session too. */
void engine_client_disconnect (EngineClient *client, bool close);
size_t engine_client_unsent_bytes (const EngineClient *client);
/* Sends an Engine.IO ping now, beside those of the heartbeat: on_heard follows when its pong comes.
 * Neither delays nor replaces the heartbeat. */
void engine_client_ping (EngineClient *client);

/* raw mode */
void engine_socket_send (EngineSocket *socket, const uint8_t *bytes, size_t size, bool binary);
void engine_socket_close (EngineSocket *socket);

/* Counters for metrics; all since the start. */
typedef struct
{
  uint64_t sessions_opened;
  uint64_t sessions_closed;
  uint64_t handshakes_refused;
  uint64_t upgrades;
  uint64_t messages_in;
  uint64_t messages_out;
  uint64_t bytes_in;
  uint64_t bytes_out;
  uint64_t parse_errors;
  uint64_t heartbeat_timeouts;
} EngineCounters;
void engine_get_counters (const Engine *engine, EngineCounters *counters);

G_END_DECLS

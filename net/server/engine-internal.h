/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the engine layer share with each other and with nobody else.
 *
 * Owns: the engine, a session, a connection as these files see them.
 * Called by: net/server/engine*.c only.
 * Must never: be included by the layer above.
 *
 * engine.c            the whole: settings, listeners, time, draining, the end
 * engine-http.c       requests and answers, CORS, the callback of libwebsockets
 * engine-polling.c    the transport of HTTP long-polling
 * engine-websocket.c  the transport of WebSocket, and the upgrade to it
 * engine-session.c    sessions: what waits to be sent, heartbeat, their end
 * engine-namespace.c  Socket.IO in a session
 */
#pragma once

#include "net/server/engine.h"
#include "net/server/timers.h"

#include <libwebsockets.h>

#define ENGINE_SID_BYTES  15                         /* random ones in a sid */
#define ENGINE_SID_LENGTH (ENGINE_SID_BYTES / 3 * 4) /* characters of base64url */
#define ENGINE_WRITE_MAX  (64 * 1024)                /* bytes written to a WebSocket at once */
#define ENGINE_LINGER_MS                                                                           \
  5000                   /* how long an ended session's last words                                 \
                            wait for the poll that fetches them */
#define ENGINE_CLOSE_S 5 /* how long a closing WebSocket may take */

typedef struct _Peer Peer;

/* A listening address. */
typedef struct
{
  Engine *engine;
  struct lws_vhost *vhost;
  char *name; /* libwebsockets keeps these two as they are */
  char *address;
  bool protocol; /* Engine.IO is spoken here, not plain routes alone */
  bool (*on_get) (const char *path, EngineResponse *response, void *data);
  void *data;
} Listener;

struct _Engine
{
  uv_loop_t *loop;
  EngineSettings settings;
  char **origins; /* or %NULL */
  char *path;
  EngineHandlers handlers;
  void *data;

  struct lws_context *context; /* %NULL again once libwebsockets has let go of everything */
  void *loops[1];
  GPtrArray *listeners; /* of Listener; the first is the protocol's */

  GHashTable *sessions; /* of EngineSocket by their sid */
  Timers *timers;
  uv_timer_t timer;
  uint64_t timer_due_ms; /* when @timer fires; %G_MAXUINT64: never */
  uint8_t address_key[16];
  GByteArray *scratch; /* for one message or answer under construction */
  EngineCounters counters;

  size_t busy_peers; /* connections that are WebSockets, or owe an answer */
  Timer drain;       /* the next step of draining */
  uint64_t drain_until_ms;
  void (*drained) (void *data);
  void *drained_data;
  bool draining;
  unsigned farewell; /* turns of the loop since engine_free() */
};

/* A packet that waits to be sent. */
typedef struct _Outgoing Outgoing;
struct _Outgoing
{
  Outgoing *next;
  size_t size;
  EioType type;
  bool binary;
  uint8_t data[];
};

typedef enum
{
  SESSION_OPEN,
  SESSION_LINGERING, /* over for the layer above; its last words wait for a poll */
  SESSION_CLOSED,    /* to be freed as soon as nobody is inside it */
} SessionState;

struct _EngineSocket
{
  Engine *engine;
  char sid[ENGINE_SID_LENGTH + 1];
  uint8_t state;  /* a SessionState */
  bool joined;    /* it was in a namespace once */
  bool upgrading; /* its probe was answered */
  bool malformed; /* it ended because of what it sent */
  unsigned holds; /* functions inside which it must not be freed */

  Peer *poll;      /* the parked GET */
  Peer *post;      /* the POST whose body is coming in */
  Peer *websocket; /* the transport, once it is one */
  Peer *probe;     /* a WebSocket that wants to become it */

  Outgoing *first, *last;
  size_t unsent; /* bytes in them */

  SioDecoder *decoder;   /* from the first message on */
  EngineClient *clients; /* the namespaces joined */
  uint64_t peer_key;

  Timer timer; /* at the earliest of these; 0: none */
  uint64_t ping_ms, pong_ms, connect_ms, upgrade_ms, linger_ms;
  const char *doom; /* why it ends at the next turn of the loop, or %NULL */
};

struct _EngineClient
{
  EngineClient *next;
  EngineSocket *socket;
  char *nsp;
  char sid[ENGINE_SID_LENGTH + 1];
  bool connected;
  void *data;
};

typedef enum
{
  PEER_NONE,      /* nothing is owed and nothing expected */
  PEER_POLL,      /* a GET parked until its session has something to say */
  PEER_ANSWER,    /* a GET whose answer is in @bytes */
  PEER_POST,      /* a POST; its body is collected in @bytes */
  PEER_WEBSOCKET, /* the transport of a session; @bytes: a message that comes in pieces */
  PEER_PROBE,     /* a WebSocket before its upgrade */
  PEER_CLOSING,   /* a WebSocket to be closed after @bytes were sent */
} PeerKind;

/* A connection (libwebsockets' per-session data; it starts all zero). */
struct _Peer
{
  struct lws *wsi;
  Engine *engine;
  EngineSocket *socket;
  GByteArray *bytes;
  uint64_t request_ms; /* when a request must have come, while it is PEER_NONE; 0: none may */
  size_t in_flight;    /* bytes handed to libwebsockets at the last write */
  uint16_t close_code;
  uint8_t kind;      /* a PeerKind */
  bool writing;      /* a writable callback is asked for */
  bool probed;       /* the answer to a probe is due */
  bool said_goodbye; /* its close frame was sent */
  bool counted;      /* in Engine.busy_peers */
};

/* engine.c */
void engine_rearm (Engine *engine);
/* Ends what is overdue. Called before a request is looked at, so that a session that is late by a
 * moment is already gone. */
void engine_run_timers (Engine *engine);
/* Has libwebsockets look at its own timeouts, which it does only after its own events. */
void engine_kick (Engine *engine);
/* Whether one more session may begin. */
bool engine_has_room (const Engine *engine);
void engine_random_sid (char sid[ENGINE_SID_LENGTH + 1]);

/* engine-http.c */
typedef enum
{
  METHOD_GET,
  METHOD_POST,
  METHOD_OPTIONS,
  METHOD_OTHER,
} Method;

/* The codes of the reference implementation, in the body of a refusal. */
typedef enum
{
  REFUSAL_TRANSPORT = 0,
  REFUSAL_SID = 1,
  REFUSAL_METHOD = 2,
  REFUSAL_REQUEST = 3,
  REFUSAL_FORBIDDEN = 4,
  REFUSAL_PROTOCOL = 5,
  REFUSAL_NONE = 6,
} Refusal;

typedef struct
{
  Method method;
  char path[256];
  char transport[16];
  char sid[EIO_SID_MAX + 1];
  char version[4];
  bool has_transport, has_sid, has_version;
  bool origin_ok;
  bool has_length;
  uint64_t length;  /* of the body */
  bool bad_framing; /* the body cannot be told from what follows */
} Request;

extern const struct lws_protocols engine_protocols[];
extern const struct lws_http_mount engine_mount;

void request_read (struct lws *wsi, const Engine *engine, Request *request);
/* Says whether a request for a session may go on; @websocket: it asks for a WebSocket.
 * *@socket: its session, %NULL for a handshake. */
Refusal
request_judge (Engine *engine, const Request *request, bool websocket, EngineSocket **socket);
/* Sends a whole answer. Returns what the callback of libwebsockets must return. The peer is invalid
 * afterwards. */
int respond (struct lws *wsi, unsigned status, const char *type, const void *body, size_t size);
int respond_text (struct lws *wsi, unsigned status, const char *text);
int respond_refusal (struct lws *wsi, unsigned status, Refusal refusal);
/* The same in place of a WebSocket handshake; the connection is closed. Returns the callback's -1.
 */
int refuse_websocket (struct lws *wsi, unsigned status, Refusal refusal);

void peer_set_kind (Peer *peer, PeerKind kind);
/* Unbinds @peer from its session and frees what it holds; the connection itself stays. */
void peer_reset (Peer *peer);
void peer_want_write (Peer *peer);
uint64_t peer_address_key (const Engine *engine, struct lws *wsi);

/* engine-polling.c; each returns what the callback of libwebsockets must return. */
int polling_request (Peer *peer, const Request *request);
int polling_body (Peer *peer, const uint8_t *data, size_t size);
int polling_body_complete (Peer *peer);
int polling_writable (Peer *peer);
/* Answers the parked poll of @socket, if any, and unparks it: with what is queued, if @flush and
 * there is something, else with a packet of type @last. */
void polling_release (EngineSocket *socket, EioType last, bool flush);

/* engine-websocket.c */
int websocket_filter (Peer *peer, const Request *request);
int websocket_established (Peer *peer);
int websocket_receive (Peer *peer, const uint8_t *data, size_t size);
int websocket_writable (Peer *peer);
/* Unbinds @peer; what is queued in @flush (may be %NULL) is sent before it is closed with @code. */
void websocket_finish (Peer *peer, EngineSocket *flush, uint16_t code);
/* Unbinds @peer and cuts it off. */
void websocket_kill (Peer *peer);

/* engine-session.c */
typedef enum
{
  END_FLUSH,  /* what is queued is still sent */
  END_POLITE, /* the transport is closed as the protocol has it, the queue is dropped */
  END_CLIENT, /* likewise; the client asked for it */
  END_CUT,    /* the transport is gone, or cut off */
} SessionEnd;

EngineSocket *session_new (Engine *engine, struct lws *wsi);
EngineSocket *session_find (Engine *engine, const char *sid);
void session_hold (EngineSocket *socket);
void session_release (EngineSocket *socket);
void
session_enqueue (EngineSocket *socket, EioType type, const void *data, size_t size, bool binary);
/* Takes the first packet out; the caller frees it. */
Outgoing *session_take (EngineSocket *socket);
/* Queues the open packet and starts the clocks. */
void session_open (EngineSocket *socket, bool websocket);
/* Handles a packet of its transport. Returns false when the session is over. */
bool session_packet (EngineSocket *socket, const EioPacket *packet);
void session_parse_error (EngineSocket *socket);
void session_close (EngineSocket *socket, const char *reason, SessionEnd end);
void session_rearm (EngineSocket *socket);
void session_timer (EngineSocket *socket, uint64_t now_ms);
/* A connection was lost or is used for something else. */
void session_lost (EngineSocket *socket, Peer *peer);
/* A lingering session's last words were fetched, or will not be any more. */
void session_linger_over (EngineSocket *socket);

/* engine-namespace.c */
bool namespace_message (EngineSocket *socket, const uint8_t *data, size_t size, bool binary);
void namespace_heard (EngineSocket *socket);
void namespace_close_all (EngineSocket *socket, const char *reason);

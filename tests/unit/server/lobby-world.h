/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lobby on a virtual clock with scripted clients, for the scenarios of the lobby's tests.
 *
 * Owns: the clock, a reproducible random source, the clients' ends of connections. A client answers
 * pings and acknowledges what it receives, unless it is told not to; both happen after the lobby's
 * call has returned, as over a network.
 */
#pragma once

#include "net/server/lobby.h"

G_BEGIN_DECLS

#define WORLD_AUTH "{\"protocol\":1,\"adult\":true}"

typedef struct
{
  Lobby *lobby;
  uint64_t now_ms;
  uint8_t random;
  GPtrArray *peers;
  char *refusal; /* of the last client that was refused, as JSON */
} World;

typedef struct
{
  World *world;
  LobbySession *session; /* NULL: not connected */
  void *connection;
  char *token;
  char *encounter; /* of the last `paired` */
  bool silent;     /* answers no ping */
  bool forgetful;  /* acknowledges nothing */
  GQueue received; /* of WorldEvent */
  GQueue to_acknowledge;
  bool to_pong;
  unsigned pings;
  char *answer;        /* to the last event sent, as JSON; NULL: none came */
  JsonValue *payload;  /* of the last event expected */
  int64_t expected_id; /* and its id */
} Peer;

/* @settings: %NULL for the server's own. */
World *world_new (const LobbySettings *settings);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)
/* Lets @ms pass: everything that is due in that time happens at its own time. */
void world_run (World *world, uint64_t ms);

/* A client connects with @auth (JSON, or NULL); its welcome is taken as read. Returns NULL when it
 * is refused. */
Peer *world_join_as (World *world, const char *auth);
Peer *world_join (World *world);
/* Two clients who have met; the first is the caller. */
void world_meet (World *world, Peer **caller, Peer **callee);

/* The client sends an event. Returns the answer, as JSON. */
const char *peer_send (Peer *peer, const char *name, const char *payload);
/* The same without asking for an answer. */
void peer_tell (Peer *peer, const char *name, const char *payload);
/* The same for an event about its encounter; @more: further members, or "". */
const char *peer_say (Peer *peer, const char *name, const char *more);
const char *peer_relay (Peer *peer, const char *body);
const char *peer_seek (Peer *peer, const char *topics, const char *languages);
#define PEER_OK "{\"ok\":true}"
/* Fails unless @answer is a no with error @code. */
void assert_no (const char *answer, const char *code);

/* The next event that the client has received must be @name. Returns its payload, borrowed until
 * the next call. */
const JsonValue *peer_expect (Peer *peer, const char *name);
const char *peer_expect_string (Peer *peer, const char *name, const char *member);
void peer_expect_nothing (Peer *peer);
void peer_expect_paired (Peer *peer, const char *role);
void peer_expect_relay (Peer *peer, const char *body);

/* The connection breaks; the client leaves for good; it comes back with its token (the welcome is
 * left to be read). */
void peer_drop (Peer *peer);
void peer_quit (Peer *peer);
void peer_resume (Peer *peer);
/* A pong, or anything else, comes from the client. */
void peer_stir (Peer *peer);

G_END_DECLS

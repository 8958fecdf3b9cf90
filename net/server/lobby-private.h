/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the lobby share: lobby.c (sessions and time), lobby-pairing.c (who meets),
 * lobby-events.c (what clients say). Included by these alone. */
#pragma once

#include "net/server/lobby.h"
#include "net/server/memory.h"
#include "net/server/outbox.h"
#include "net/server/queue.h"
#include "net/wire/sio.h"

typedef struct _Check Check;

typedef enum
{
  SESSION_IDLE,
  SESSION_WAITING,  /* in the queue */
  SESSION_CHECKING, /* out of it, while it or its partner-to-be is asked for a sign of life */
  SESSION_SILENT,   /* wants to wait but did not answer: out of the queue until it is heard */
  SESSION_PAIRED,
} SessionState;

typedef struct
{
  char *id;
  LobbySession *caller;
  LobbySession *callee;
} Encounter;

struct _LobbySession
{
  uint64_t number;  /* names it in queue and memory; never 0, never used twice */
  char *id;         /* public */
  char *token;      /* for a resume; the same as long as the session lives, so that a welcome that
                       got lost costs nothing */
  void *connection; /* %NULL: away */
  bool is_new;      /* has had no welcome yet */
  bool has_acknowledged; /* ever */
  uint64_t heard_ms;
  uint64_t away_until_ms;
  GList away_link; /* in Lobby.away while away */
  GList link;      /* in Lobby.sessions */
  Outbox *outbox;
  bool in_unreceived;
  GList unreceived_link; /* in Lobby.unreceived while the outbox is not empty */
  Throttle throttle;

  SessionState state;
  Wish *wish;                   /* while it seeks */
  uint64_t since_ms;            /* when it began to seek */
  uint64_t keep_since_until_ms; /* it dropped out while it sought: a seek before then goes on */
  uint64_t seek_number;         /* order of seeking, within one millisecond */
  Check *check;                 /* while CHECKING */

  Encounter *encounter;    /* while PAIRED */
  bool told_about_partner; /* a `partner` was sent in this encounter */
  char *last_encounter;    /* the one before, until */
  uint64_t last_until_ms;
  uint64_t last_partner;
};

/* Two who are to be paired as soon as both have been heard. */
struct _Check
{
  LobbySession *sessions[2];
  bool heard[2];
  uint64_t until_ms;
  GList link; /* in Lobby.checks */
};

struct _Lobby
{
  LobbySettings settings;
  LobbyOutput output;
  void *data;
  char *policy_version;
  char **policy_languages;
  bool draining;
  uint64_t next_number;
  uint64_t next_seek;
  GHashTable *by_number; /* uint64_t → LobbySession */
  GHashTable *by_token;  /* token → LobbySession */
  GQueue sessions;
  GQueue away;       /* by away_until_ms */
  GQueue checks;     /* of Check, by until_ms */
  unsigned n_silent; /* sessions that are SILENT */
  GQueue unreceived; /* sessions with something in the outbox */
  uint64_t sweep_ms; /* when to look through `unreceived` next */
  Queue *queue;
  Memory *memory;
  GArray *reunited; /* of uint64_t: who waits and may meet somebody again; empty between sweeps */
  LobbyCounters counters;
};

/* lobby.c */
/* Returns: (transfer full): 22 characters that nobody can guess. */
char *lobby_new_id (Lobby *lobby);
LobbySession *lobby_find (Lobby *lobby, uint64_t number);
/* Sends a message that says how things stand, if the session is connected. */
void lobby_say (Lobby *lobby, LobbySession *session, const WireMessage *message);
/* Sends an event that must arrive: keeps it until it has. @payload: (transfer full). */
void lobby_deliver (Lobby *lobby,
                    LobbySession *session,
                    WireType type,
                    JsonValue *payload,
                    size_t size_bytes,
                    uint64_t now_ms);
/* Whether a relay of @size_bytes can be kept for @session. */
bool lobby_has_room (Lobby *lobby, LobbySession *session, size_t size_bytes, uint64_t now_ms);

/* lobby-pairing.c */
void lobby_seek (Lobby *lobby, LobbySession *session, Wish *wish, uint64_t now_ms);
/* Pairs whoever can be, beginning with @session, which waits. */
void lobby_match (Lobby *lobby, LobbySession *session, uint64_t now_ms);
/* Out of the queue or of a check; nothing happens when it does not seek. */
void lobby_stop_seeking (Lobby *lobby, LobbySession *session, uint64_t now_ms);
bool lobby_is_seeking (const LobbySession *session);
unsigned lobby_waiting (const Lobby *lobby);
/* A sign of life of one who is being checked, or was silent. */
void lobby_pairing_heard (Lobby *lobby, LobbySession *session, uint64_t now_ms);
void lobby_pairing_tick (Lobby *lobby, uint64_t now_ms);
LobbySession *lobby_partner (const LobbySession *session);
/* Ends @session's encounter; its partner gets `ended` with @reason. */
void
lobby_end_encounter (Lobby *lobby, LobbySession *session, WireEndReason reason, uint64_t now_ms);

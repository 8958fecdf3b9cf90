/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing protocol 1, the server's side: sessions, the queue, encounters, what is relayed.
 *
 * Owns: sessions and their resume tokens, encounters, who waits, who met whom, what a session has
 * not yet received, the limits of a session. Called by: net/server/service.c and the tests, on one
 * thread. Must never: know of sockets, keep a clock or a random source of its own, look into what
 * is relayed, log.
 *
 * Delivery. `paired`, `relay` and `ended` are sent with an acknowledgement id that grows by one
 * with each of them within a session, also across a resume. A client acknowledges each
 * ({"ok":true}); what it has not acknowledged when its connection drops is sent again after a
 * resume, in order, right after `welcome` and with the same ids: an event whose id is not greater
 * than the last one seen in this session is a repetition. The other events (`welcome`, `partner`,
 * `policy-changed`, `closing`) say how things stand now, carry no id and are never repeated. A
 * client that acknowledges nothing works as well: what was sent to it over a connection that was
 * still there `delivered_after_ms` later has arrived; until then it may be repeated after a resume,
 * and what does not fit any more is taken as arrived, oldest first.
 *
 * Bounds. What one session has not received is at most `outbox_bytes` and `outbox_entries`: a relay
 * beyond it is answered "partner-away" and may be tried again. Seeks, ends, relays, reports and
 * bytes are limited per session and second (throttle.h): "too-many".
 *
 * Half-open connections. A session that waits is given a partner only if it was heard within
 * `fresh_ms`; otherwise it is sent a ping first, and when nothing comes within `check_ms` it is
 * passed over until it is heard again.
 */
#pragma once

#include "net/server/throttle.h"
#include "net/wire/message.h"

G_BEGIN_DECLS

typedef struct _Lobby Lobby;
typedef struct _LobbySession LobbySession;

/* How the lobby speaks. A connection is whatever lobby_admit() was given. Any of these may find the
 * connection broken and call lobby_disconnected() before it returns. */
typedef struct
{
  /* Sends event @name. @id is an acknowledgement id, or SIO_NO_ID. @payload: (transfer full). */
  void (*emit) (void *connection, const char *name, int64_t id, JsonValue *payload, void *data);
  /* Answers the client's event @id (never SIO_NO_ID). @answer: (transfer full). */
  void (*acknowledge) (void *connection, int64_t id, JsonValue *answer, void *data);
  /* Asks for a sign of life; lobby_heard() follows if there is one. */
  void (*ping) (void *connection, void *data);
  /* Closes a connection whose session another one has taken over. lobby_disconnected() must not
   * follow. */
  void (*close) (void *connection, void *data);
  /* Fills @size bytes from a cryptographic source. */
  void (*random) (void *bytes, size_t size, void *data);
} LobbyOutput;

typedef struct
{
  uint64_t resume_ms;          /* how long a session outlives its connection */
  uint64_t widen_ms;           /* how long a wish stays as narrow as it is */
  uint64_t fresh_ms;           /* heard at most so long ago: alive */
  uint64_t check_ms;           /* how long a ping before a pairing may take */
  uint64_t delivered_after_ms; /* sent so long ago over a connection that is still there: arrived */
  uint64_t met_ms;             /* how long two who met are kept apart */
  uint64_t afterwards_ms;      /* how long an encounter that is over can be reported or blocked */
  unsigned max_sessions;       /* 0: no limit */
  size_t outbox_bytes;
  unsigned outbox_entries;
  unsigned max_kept_apart; /* of one person */
  const ThrottleLimit *limits;
  bool require_policy;    /* refuse who has not accepted the present version */
  GPtrArray *ice_servers; /* of WireIceServer; borrowed as long as the lobby lives; may be %NULL */
} LobbySettings;
/* 30 s, 5 s, 0.5 s, 3 s, 70 s, 30 min, 5 min, no limit, 256 KiB, 512, 1024, the default limits. */
void lobby_settings_init (LobbySettings *settings);

/* What there is now, and what there was since the start; counts only. */
typedef struct
{
  uint64_t sessions_online;
  uint64_t sessions_away;
  uint64_t waiting;
  uint64_t encounters;
  uint64_t sessions_total;
  uint64_t resumed_total;
  uint64_t refused_total[WIRE_REFUSAL_UNKNOWN + 1]; /* by WireRefusalCode */
  uint64_t paired_total;
  uint64_t ended_total[WIRE_END_REPORT + 1]; /* by WireEndReason */
  uint64_t relays_total;
  uint64_t relay_bytes_total;
  uint64_t repeated_total;                        /* events sent again after a resume */
  uint64_t errors_total[WIRE_ERROR_INTERNAL + 1]; /* answers that were no, by WireError */
  uint64_t reports_total[WIRE_REPORT_OTHER + 1];  /* by WireReportReason */
  uint64_t blocks_total;
  uint64_t silent_total; /* who waited and did not answer the ping before a pairing */
} LobbyCounters;

Lobby *lobby_new (const LobbySettings *settings, const LobbyOutput *output, void *data);
void lobby_free (Lobby *lobby);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lobby, lobby_free)

/* The policy that is served now; %NULL or "" and no languages for none. Tells everybody who is
 * connected when the version is another one than before. */
void lobby_set_policy (Lobby *lobby, const char *version, const char *const *languages);

/* A connection asks to come in with @auth (may be %NULL). Returns its session, a new one or the one
 * that auth.resume names, and nothing has been sent yet: lobby_welcome() does that. Otherwise %NULL
 * with *@refusal (transfer full), the data of a CONNECT_ERROR. A connection that the session had
 * until now is closed. */
LobbySession *lobby_admit (Lobby *lobby,
                           void *connection,
                           const JsonValue *auth,
                           JsonValue **refusal,
                           uint64_t now_ms);
/* Sends `welcome`, and after a resume what the session has not received yet. */
void lobby_welcome (Lobby *lobby, LobbySession *session, uint64_t now_ms);
/* The session's connection is gone. @for_good: the client said that it leaves: the session ends at
 * once, and its encounter with "hang-up". Otherwise it can be resumed for a while. @session must
 * not be used afterwards. */
void lobby_disconnected (Lobby *lobby, LobbySession *session, bool for_good, uint64_t now_ms);

/* Something came from the session's connection: it is alive. */
void lobby_heard (Lobby *lobby, LobbySession *session, uint64_t now_ms);
/* The client sent event @name with @payload (may be %NULL); @id is SIO_NO_ID when it wants no
 * answer. */
void lobby_event (Lobby *lobby,
                  LobbySession *session,
                  const char *name,
                  const JsonValue *payload,
                  int64_t id,
                  uint64_t now_ms);
/* The client has received the event that was emitted with @id. An id that is not awaited is
 * ignored. */
void lobby_delivered (Lobby *lobby, LobbySession *session, int64_t id);

/* Does what is due by @now_ms. */
void lobby_tick (Lobby *lobby, uint64_t now_ms);
/* When lobby_tick() must be called at the latest; UINT64_MAX when nothing is due. */
uint64_t lobby_next_deadline_ms (const Lobby *lobby);

/* Tells every client `closing`; from now on a seek is answered "draining" and nobody is paired. */
void lobby_drain (Lobby *lobby);

void lobby_get_counters (const Lobby *lobby, LobbyCounters *counters);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What clients say, and what each of it is answered. See lobby.h. */
#include "net/server/lobby-private.h"

#include <string.h>

/* What the fields around a relayed body come to, in the outbox's account. */
#define RELAY_OVERHEAD_BYTES 160

typedef struct
{
  Lobby *lobby;
  LobbySession *session;
  int64_t id;
  uint64_t now_ms;
} Request;

static void
answer (const Request *request, const WireAck *ack)
{
  if (request->id == SIO_NO_ID || request->session->connection == NULL)
    return;

  request->lobby->output.acknowledge (request->session->connection, request->id,
                                      wire_ack_to_json (ack), request->lobby->data);
}

static void
answer_yes (const Request *request)
{
  answer (request, &(WireAck){ .ok = true, .waiting = -1 });
}

static void
answer_no (const Request *request, int error, const char *sentence)
{
  request->lobby->counters.errors_total[error]++;
  answer (request,
          &(WireAck){ .ok = false, .waiting = -1, .error = error, .message = (char *) sentence });
}

static bool
take (const Request *request, ThrottleKind kind, uint32_t amount)
{
  if (throttle_take (&request->session->throttle, request->lobby->settings.limits, kind, amount,
                     request->now_ms))
    return true;

  answer_no (request, WIRE_ERROR_TOO_MANY, "That is more than the server takes in this time.");
  return false;
}

static bool
is_in_encounter (const LobbySession *session, const char *encounter)
{
  return session->encounter != NULL && strcmp (session->encounter->id, encounter) == 0;
}

/* The partner of @encounter, also for a while after it is over; 0 when it is not the session's. */
static uint64_t
partner_of (const Request *request, const char *encounter)
{
  const LobbySession *session = request->session;

  if (is_in_encounter (session, encounter))
    return lobby_partner (session)->number;
  if (session->last_encounter != NULL && request->now_ms < session->last_until_ms &&
      strcmp (session->last_encounter, encounter) == 0)
    return session->last_partner;

  return 0;
}

static void
answer_not_paired (const Request *request)
{
  answer_no (request, WIRE_ERROR_NOT_PAIRED, "That encounter is over, or is not yours.");
}

static void
seek (const Request *request, const WireMessage *message)
{
  LobbySession *session = request->session;
  WireAck ack = { .ok = true };

  if (request->lobby->draining)
    {
      answer_no (request, WIRE_ERROR_DRAINING, "The server is about to stop.");
      return;
    }
  if (session->state != SESSION_IDLE)
    {
      answer_no (request, WIRE_ERROR_ALREADY, "You are waiting or in an encounter already.");
      return;
    }
  if (!take (request, THROTTLE_SEEKS, 1))
    return;

  lobby_seek (request->lobby, session,
              wish_new ((const char *const *) message->seek.topics,
                        (const char *const *) message->seek.languages),
              request->now_ms);
  ack.waiting = lobby_waiting (request->lobby);
  answer (request, &ack);
  lobby_match (request->lobby, session, request->now_ms);
}

static void
leave (const Request *request)
{
  if (!take (request, THROTTLE_SEEKS, 1))
    return;

  lobby_stop_seeking (request->lobby, request->session, request->now_ms);
  answer_yes (request);
}

/* Passes on the three fields of a relay as they came, and nothing else that stands beside them. */
static void
relay (const Request *request, const WireMessage *message, const JsonValue *payload)
{
  Lobby *lobby = request->lobby;
  LobbySession *partner;
  JsonValue *body = json_object_find (payload, "body");
  size_t body_bytes = strlen (json_value_string (body));
  size_t size_bytes = body_bytes + RELAY_OVERHEAD_BYTES;
  JsonValue *copy;

  if (!take (request, THROTTLE_RELAYS, 1) ||
      !take (request, THROTTLE_RELAY_BYTES, (uint32_t) body_bytes))
    return;
  if (!is_in_encounter (request->session, message->relay.encounter))
    {
      answer_not_paired (request);
      return;
    }
  partner = lobby_partner (request->session);
  if (!lobby_has_room (lobby, partner, size_bytes, request->now_ms))
    {
      answer_no (request, WIRE_ERROR_PARTNER_AWAY,
                 "Your partner receives nothing at present, and no more can be kept for them.");
      return;
    }

  copy = json_new_object ();
  json_object_put (copy, "encounter", json_value_ref (json_object_find (payload, "encounter")));
  json_object_put (copy, "kind", json_value_ref (json_object_find (payload, "kind")));
  json_object_put (copy, "body", json_value_ref (body));
  lobby->counters.relays_total++;
  lobby->counters.relay_bytes_total += body_bytes;
  lobby_deliver (lobby, partner, WIRE_RELAY, copy, size_bytes, request->now_ms);
  answer_yes (request);
}

static void
end (const Request *request, const WireMessage *message)
{
  if (!take (request, THROTTLE_ENDS, 1))
    return;
  if (!is_in_encounter (request->session, message->end.encounter))
    {
      answer_not_paired (request);
      return;
    }

  lobby_end_encounter (request->lobby, request->session, message->end.reason, request->now_ms);
  answer_yes (request);
}

/* Returns false, with the answer given, when the two cannot be kept apart. */
static bool
block_partner (const Request *request, const char *encounter)
{
  uint64_t partner = partner_of (request, encounter);

  if (!take (request, THROTTLE_SAFETY, 1))
    return false;
  if (partner == 0)
    {
      answer_not_paired (request);
      return false;
    }
  /* A session that is gone never comes back: there is nobody to be kept apart from. */
  if (lobby_find (request->lobby, partner) != NULL &&
      !memory_block (request->lobby->memory, request->session->number, partner))
    {
      answer_no (request, WIRE_ERROR_TOO_MANY, "No more people can be blocked in this session.");
      return false;
    }

  return true;
}

static void
report (const Request *request, const WireMessage *message)
{
  if (!block_partner (request, message->report.encounter))
    return;

  request->lobby->counters.reports_total[message->report.reason]++;
  if (is_in_encounter (request->session, message->report.encounter))
    lobby_end_encounter (request->lobby, request->session, WIRE_END_REPORT, request->now_ms);
  answer_yes (request);
}

static void
block (const Request *request, const WireMessage *message)
{
  if (!block_partner (request, message->block.encounter))
    return;

  request->lobby->counters.blocks_total++;
  answer_yes (request);
}

void
lobby_event (Lobby *lobby,
             LobbySession *session,
             const char *name,
             const JsonValue *payload,
             int64_t id,
             uint64_t now_ms)
{
  const Request request = { .lobby = lobby, .session = session, .id = id, .now_ms = now_ms };
  g_autoptr (WireMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  lobby_heard (lobby, session, now_ms);
  if (!take (&request, THROTTLE_EVENTS, 1))
    return;

  /* What JavaScript sends for an argument that it does not have. */
  if (payload != NULL && json_value_get_type (payload) == JSON_TYPE_NULL)
    payload = NULL;
  message = wire_message_parse (WIRE_FROM_CLIENT, name, payload, &error);
  if (message == NULL)
    {
      answer_no (&request, error->code, error->message);
      return;
    }

  switch (message->type)
    {
    case WIRE_SEEK:
      seek (&request, message);
      break;
    case WIRE_LEAVE:
      leave (&request);
      break;
    case WIRE_RELAY:
      relay (&request, message, payload);
      break;
    case WIRE_END:
      end (&request, message);
      break;
    case WIRE_REPORT:
      report (&request, message);
      break;
    case WIRE_BLOCK:
      block (&request, message);
      break;
    default:
      answer_no (&request, WIRE_ERROR_UNKNOWN_EVENT, "The server knows no such event.");
    }
}

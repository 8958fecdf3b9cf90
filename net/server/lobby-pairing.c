/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who meets whom: seeking, the sign of life before a pairing, encounters. See lobby.h. */
#include "net/server/lobby-private.h"

/* What the fields around a list of wishes come to, in the outbox's account. */
#define CONTROL_BYTES 1024

bool
lobby_is_seeking (const LobbySession *session)
{
  return session->state == SESSION_WAITING || session->state == SESSION_CHECKING ||
         session->state == SESSION_SILENT;
}

unsigned
lobby_waiting (const Lobby *lobby)
{
  return queue_length (lobby->queue) + 2 * lobby->checks.length + lobby->n_silent;
}

LobbySession *
lobby_partner (const LobbySession *session)
{
  const Encounter *encounter = session->encounter;

  if (encounter == NULL)
    return NULL;

  return encounter->caller == session ? encounter->callee : encounter->caller;
}

static void
set_state (Lobby *lobby, LobbySession *session, SessionState state)
{
  if (session->state == SESSION_SILENT)
    lobby->n_silent--;
  session->state = state;
  if (state == SESSION_SILENT)
    lobby->n_silent++;
}

/* Encounters */

static void
deliver_paired (Lobby *lobby,
                LobbySession *session,
                const Wish *own,
                const Wish *other,
                WireRole role,
                uint64_t now_ms)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_PAIRED);

  message->paired.encounter = g_strdup (session->encounter->id);
  message->paired.role = role;
  g_strfreev (message->paired.common_languages);
  message->paired.common_languages = wish_common_languages (own, other);
  g_strfreev (message->paired.common_topics);
  message->paired.common_topics = wish_common_topics (own, other);
  lobby_deliver (lobby, session, WIRE_PAIRED, wire_message_to_json (message), CONTROL_BYTES,
                 now_ms);
}

/* Brings two together who are in no queue and no check any more. */
static void
pair (Lobby *lobby, LobbySession *caller, LobbySession *callee, uint64_t now_ms)
{
  g_autoptr (Wish) caller_wish = g_steal_pointer (&caller->wish);
  g_autoptr (Wish) callee_wish = g_steal_pointer (&callee->wish);
  Encounter *encounter = g_new0 (Encounter, 1);

  encounter->id = lobby_new_id (lobby);
  encounter->caller = caller;
  encounter->callee = callee;
  caller->encounter = callee->encounter = encounter;
  caller->told_about_partner = callee->told_about_partner = false;
  set_state (lobby, caller, SESSION_PAIRED);
  set_state (lobby, callee, SESSION_PAIRED);
  memory_met (lobby->memory, caller->number, callee->number, now_ms);
  lobby->counters.encounters++;
  lobby->counters.paired_total++;

  deliver_paired (lobby, caller, caller_wish, callee_wish, WIRE_CALLER, now_ms);
  deliver_paired (lobby, callee, callee_wish, caller_wish, WIRE_CALLEE, now_ms);
}

/* Remembers the encounter, which can be reported for a while. */
static void
leave_encounter (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  g_free (session->last_encounter);
  session->last_encounter = g_strdup (session->encounter->id);
  session->last_until_ms = now_ms + lobby->settings.afterwards_ms;
  session->last_partner = lobby_partner (session)->number;
}

void
lobby_end_encounter (Lobby *lobby, LobbySession *session, WireEndReason reason, uint64_t now_ms)
{
  g_autoptr (WireMessage) message = NULL;
  Encounter *encounter = session->encounter;
  LobbySession *partner = lobby_partner (session);

  if (encounter == NULL)
    return;

  leave_encounter (lobby, session, now_ms);
  leave_encounter (lobby, partner, now_ms);
  session->encounter = partner->encounter = NULL;
  set_state (lobby, session, SESSION_IDLE);
  set_state (lobby, partner, SESSION_IDLE);
  lobby->counters.encounters--;
  lobby->counters.ended_total[reason]++;

  message = wire_message_new (WIRE_ENDED);
  message->end.encounter = encounter->id;
  message->end.reason = reason;
  encounter->id = NULL;
  g_free (encounter);
  lobby_deliver (lobby, partner, WIRE_ENDED, wire_message_to_json (message), CONTROL_BYTES, now_ms);
}

/* Signs of life */

static void
unlink_check (Lobby *lobby, Check *check)
{
  g_queue_unlink (&lobby->checks, &check->link);
  for (unsigned i = 0; i < G_N_ELEMENTS (check->sessions); i++)
    check->sessions[i]->check = NULL;
}

/* Back into the queue, with the time already waited. */
static void
requeue (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  set_state (lobby, session, SESSION_WAITING);
  queue_add (lobby->queue, session->number, session->wish, session->since_ms, now_ms);
}

static bool
waited_longer (const LobbySession *a, const LobbySession *b)
{
  return a->since_ms != b->since_ms ? a->since_ms < b->since_ms : a->seek_number < b->seek_number;
}

/* Pairs those of @check if both have been heard. Returns whether that was so; @check is gone then.
 */
static bool
conclude (Lobby *lobby, Check *check, uint64_t now_ms)
{
  LobbySession *a = check->sessions[0];
  LobbySession *b = check->sessions[1];

  if (!check->heard[0] || !check->heard[1])
    return false;

  unlink_check (lobby, check);
  g_free (check);
  if (waited_longer (a, b))
    pair (lobby, a, b, now_ms);
  else
    pair (lobby, b, a, now_ms);

  return true;
}

static bool
is_fresh (const Lobby *lobby, const LobbySession *session, uint64_t now_ms)
{
  return session->heard_ms + lobby->settings.fresh_ms >= now_ms;
}

static void
begin_check (Lobby *lobby, LobbySession *a, LobbySession *b, uint64_t now_ms)
{
  Check *check = g_new0 (Check, 1);
  LobbySession *both[] = { a, b };

  check->until_ms = now_ms + lobby->settings.check_ms;
  check->link.data = check;
  g_queue_push_tail_link (&lobby->checks, &check->link);
  for (unsigned i = 0; i < G_N_ELEMENTS (both); i++)
    {
      queue_remove (lobby->queue, both[i]->number);
      set_state (lobby, both[i], SESSION_CHECKING);
      both[i]->check = check;
      check->sessions[i] = both[i];
      check->heard[i] = is_fresh (lobby, both[i], now_ms);
    }

  if (conclude (lobby, check, now_ms))
    return;
  /* From here on @check is not touched: a ping may find a connection broken, which ends it. */
  for (unsigned i = 0; i < G_N_ELEMENTS (both); i++)
    if (both[i]->state == SESSION_CHECKING && !is_fresh (lobby, both[i], now_ms))
      lobby->output.ping (both[i]->connection, lobby->data);
}

void
lobby_match (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  uint64_t partner;

  if (lobby->draining || session->state != SESSION_WAITING)
    return;

  partner = queue_find_partner (lobby->queue, session->number);
  if (partner != 0)
    begin_check (lobby, session, lobby_find (lobby, partner), now_ms);
}

void
lobby_pairing_heard (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  Check *check = session->check;

  if (check == NULL)
    {
      requeue (lobby, session, now_ms);
      lobby_match (lobby, session, now_ms);
      return;
    }

  check->heard[check->sessions[0] == session ? 0 : 1] = true;
  conclude (lobby, check, now_ms);
}

/* Those who were not heard are passed over from now on; the other one looks for somebody else. */
static void
fail_check (Lobby *lobby, Check *check, uint64_t now_ms)
{
  unlink_check (lobby, check);
  for (unsigned i = 0; i < G_N_ELEMENTS (check->sessions); i++)
    if (!check->heard[i])
      {
        set_state (lobby, check->sessions[i], SESSION_SILENT);
        lobby->counters.silent_total++;
      }
  for (unsigned i = 0; i < G_N_ELEMENTS (check->sessions); i++)
    if (check->heard[i])
      {
        requeue (lobby, check->sessions[i], now_ms);
        lobby_match (lobby, check->sessions[i], now_ms);
      }
  g_free (check);
}

/* Seeking */

void
lobby_seek (Lobby *lobby, LobbySession *session, Wish *wish, uint64_t now_ms)
{
  if (now_ms >= session->keep_since_until_ms)
    session->since_ms = now_ms;
  session->keep_since_until_ms = 0;
  session->seek_number = lobby->next_seek++;
  session->wish = wish;
  requeue (lobby, session, now_ms);
}

void
lobby_stop_seeking (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  Check *check = session->check;

  if (!lobby_is_seeking (session))
    return;

  queue_remove (lobby->queue, session->number);
  set_state (lobby, session, SESSION_IDLE);
  g_clear_pointer (&session->wish, wish_free);
  if (check != NULL)
    {
      LobbySession *other = check->sessions[check->sessions[0] == session ? 1 : 0];

      unlink_check (lobby, check);
      g_free (check);
      requeue (lobby, other, now_ms);
      lobby_match (lobby, other, now_ms);
    }
}

void
lobby_pairing_tick (Lobby *lobby, uint64_t now_ms)
{
  Check *check;
  uint64_t person;

  while ((check = g_queue_peek_head (&lobby->checks)) != NULL && check->until_ms <= now_ms)
    fail_check (lobby, check, now_ms);
  while ((person = queue_widen (lobby->queue, now_ms)) != 0)
    lobby_match (lobby, lobby_find (lobby, person), now_ms);
}

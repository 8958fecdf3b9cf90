/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions: coming in, dropping out, coming back, what they have not received, time. See lobby.h.
 */
#include "net/server/lobby-private.h"

#define SWEEP_MS (10 * 1000)

#define ID_BYTES    16
#define TOKEN_BYTES 24

void
lobby_settings_init (LobbySettings *settings)
{
  *settings = (LobbySettings){
    .resume_ms = 30 * 1000,
    .widen_ms = 5 * 1000,
    .fresh_ms = 500,
    .check_ms = 3 * 1000,
    .delivered_after_ms = 70 * 1000,
    .met_ms = 30 * 60 * 1000,
    .afterwards_ms = 5 * 60 * 1000,
    .outbox_bytes = 256 * 1024,
    .outbox_entries = 512,
    .max_kept_apart = 1024,
    .limits = throttle_default_limits,
  };
}

/* RFC 4648 §5 without padding: @size is a multiple of 3, or the padding is cut off. */
static char *
random_text (Lobby *lobby, size_t size)
{
  uint8_t bytes[TOKEN_BYTES];
  char *text;

  g_assert (size <= sizeof bytes);
  lobby->output.random (bytes, size, lobby->data);
  text = g_base64_encode (bytes, size);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[(size * 8 + 5) / 6] = '\0';

  return text;
}

char *
lobby_new_id (Lobby *lobby)
{
  return random_text (lobby, ID_BYTES);
}

static bool
keeps_apart (uint64_t a, uint64_t b, void *data)
{
  const Lobby *lobby = data;

  return memory_keeps_apart (lobby->memory, a, b);
}

LobbySession *
lobby_find (Lobby *lobby, uint64_t number)
{
  return g_hash_table_lookup (lobby->by_number, &number);
}

/* Sending */

static void
update_unreceived (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  bool wanted = !outbox_is_empty (session->outbox);

  if (wanted == session->in_unreceived)
    return;

  session->in_unreceived = wanted;
  if (!wanted)
    {
      g_queue_unlink (&lobby->unreceived, &session->unreceived_link);
      return;
    }
  if (lobby->unreceived.length == 0)
    lobby->sweep_ms = now_ms + SWEEP_MS;
  g_queue_push_tail_link (&lobby->unreceived, &session->unreceived_link);
}

/* Forgets what has surely arrived over the connection that is still there. */
static void
drop_arrived (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  if (session->connection == NULL || now_ms < lobby->settings.delivered_after_ms)
    return;

  outbox_drop_sent_by (session->outbox, now_ms - lobby->settings.delivered_after_ms);
}

void
lobby_say (Lobby *lobby, LobbySession *session, const WireMessage *message)
{
  if (session->connection == NULL)
    return;

  lobby->output.emit (session->connection, wire_event_name (message->type), SIO_NO_ID,
                      wire_message_to_json (message), lobby->data);
}

bool
lobby_has_room (Lobby *lobby, LobbySession *session, size_t size_bytes, uint64_t now_ms)
{
  drop_arrived (lobby, session, now_ms);
  /* One who never acknowledges must not be cut off for it: over a connection that is there, what
   * was sent counts as arrived when its place is needed. */
  while (session->connection != NULL && !session->has_acknowledged &&
         !outbox_has_room (session->outbox, size_bytes) &&
         outbox_drop_oldest_sent (session->outbox))
    continue;
  update_unreceived (lobby, session, now_ms);

  return outbox_has_room (session->outbox, size_bytes);
}

void
lobby_deliver (Lobby *lobby,
               LobbySession *session,
               WireType type,
               JsonValue *payload,
               size_t size_bytes,
               uint64_t now_ms)
{
  OutboxEntry *entry;

  while (!outbox_has_room (session->outbox, size_bytes) &&
         outbox_drop_oldest_sent (session->outbox))
    continue;
  entry = outbox_add (session->outbox, wire_event_name (type), payload, size_bytes);
  update_unreceived (lobby, session, now_ms);
  if (session->connection == NULL)
    return;

  entry->sent_ms = now_ms;
  lobby->output.emit (session->connection, entry->name, entry->id, json_value_ref (payload),
                      lobby->data);
}

static void
repeat_unreceived (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  void *connection = session->connection;
  OutboxEntry *entry = outbox_next (session->outbox, 0);

  /* Sending may find the connection broken: look again after each. */
  while (entry != NULL && session->connection == connection)
    {
      int64_t id = entry->id;

      entry->sent_ms = now_ms;
      lobby->counters.repeated_total++;
      lobby->output.emit (connection, entry->name, id, json_value_ref (entry->payload),
                          lobby->data);
      entry = outbox_next (session->outbox, id);
    }
}

static void
say_partner (Lobby *lobby, LobbySession *session, bool away)
{
  g_autoptr (WireMessage) message = NULL;

  /* When the server stops, everybody's connection goes: that says nothing about the partner. */
  if (session == NULL || session->connection == NULL || lobby->draining)
    return;

  session->told_about_partner = true;
  message = wire_message_new (WIRE_PARTNER);
  message->partner.encounter = g_strdup (session->encounter->id);
  message->partner.away = away;
  lobby_say (lobby, session, message);
}

/* Sessions */

static LobbySession *
session_new (Lobby *lobby, uint64_t now_ms)
{
  LobbySession *session = g_new0 (LobbySession, 1);

  session->number = lobby->next_number++;
  session->id = lobby_new_id (lobby);
  session->token = random_text (lobby, TOKEN_BYTES);
  session->is_new = true;
  session->outbox = outbox_new (lobby->settings.outbox_bytes, lobby->settings.outbox_entries);
  session->link.data = session->away_link.data = session->unreceived_link.data = session;
  throttle_init (&session->throttle, lobby->settings.limits, now_ms);
  g_queue_push_tail_link (&lobby->sessions, &session->link);
  g_hash_table_insert (lobby->by_number, &session->number, session);
  g_hash_table_insert (lobby->by_token, session->token, session);
  lobby->counters.sessions_total++;

  return session;
}

/* Takes the session, which is in no encounter and seeks nobody, out of everything. */
static void
session_free (Lobby *lobby, LobbySession *session)
{
  if (session->away_until_ms != 0)
    g_queue_unlink (&lobby->away, &session->away_link);
  if (session->in_unreceived)
    g_queue_unlink (&lobby->unreceived, &session->unreceived_link);
  g_queue_unlink (&lobby->sessions, &session->link);
  g_hash_table_remove (lobby->by_number, &session->number);
  g_hash_table_remove (lobby->by_token, session->token);
  memory_forget (lobby->memory, session->number);

  outbox_free (session->outbox);
  wish_free (session->wish);
  g_free (session->last_encounter);
  g_free (session->token);
  g_free (session->id);
  g_free (session);
}

static void
session_end (Lobby *lobby, LobbySession *session, WireEndReason reason, uint64_t now_ms)
{
  lobby_stop_seeking (lobby, session, now_ms);
  lobby_end_encounter (lobby, session, reason, now_ms);
  session_free (lobby, session);
}

static void
set_present (Lobby *lobby, LobbySession *session)
{
  if (session->away_until_ms == 0)
    return;

  session->away_until_ms = 0;
  g_queue_unlink (&lobby->away, &session->away_link);
}

static void
set_away (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  session->connection = NULL;
  session->away_until_ms = MAX (1, now_ms + lobby->settings.resume_ms);
  g_queue_push_tail_link (&lobby->away, &session->away_link);
}

static JsonValue *
refuse (Lobby *lobby, WireRefusalCode code, const char *sentence)
{
  WireRefusal refusal = { .code = code, .message = (char *) sentence };

  if (code == WIRE_REFUSAL_POLICY_OUTDATED)
    refusal.version = lobby->policy_version;
  lobby->counters.refused_total[code]++;

  return wire_refusal_to_json (&refusal);
}

/* Returns: (nullable) (transfer full): why @auth is not let in. */
static JsonValue *
check_auth (Lobby *lobby, const WireAuth *auth)
{
  if (auth->protocol != WIRE_PROTOCOL)
    return refuse (lobby, WIRE_REFUSAL_PROTOCOL_UNSUPPORTED,
                   "This server speaks another version of the protocol.");
  if (!auth->adult)
    return refuse (lobby, WIRE_REFUSAL_UNDERAGE, "This server is for people of 18 years or over.");
  if (lobby->settings.require_policy && *lobby->policy_version != '\0' &&
      g_strcmp0 (auth->policy, lobby->policy_version) != 0)
    return refuse (lobby, WIRE_REFUSAL_POLICY_OUTDATED,
                   "The privacy policy has changed and has to be accepted first.");

  return NULL;
}

/* A client that comes back says anew whether it seeks; if it does soon, it has not lost its time.
 */
static void
interrupt_seeking (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  if (!lobby_is_seeking (session))
    return;

  session->keep_since_until_ms = now_ms + lobby->settings.resume_ms;
  lobby_stop_seeking (lobby, session, now_ms);
}

static LobbySession *
take_up (Lobby *lobby, LobbySession *session, void *connection, uint64_t now_ms)
{
  void *former = session->connection;
  bool was_away = session->away_until_ms != 0;

  /* A connection that dropped without a word may still seem to be there. */
  interrupt_seeking (lobby, session, now_ms);
  set_present (lobby, session);
  session->connection = connection;
  session->heard_ms = now_ms;
  lobby->counters.resumed_total++;
  if (former != NULL)
    lobby->output.close (former, lobby->data);
  if (was_away)
    say_partner (lobby, lobby_partner (session), false);

  return session;
}

LobbySession *
lobby_admit (Lobby *lobby,
             void *connection,
             const JsonValue *auth_json,
             JsonValue **refusal,
             uint64_t now_ms)
{
  WireAuth auth = { 0 };
  g_autoptr (GError) error = NULL;
  LobbySession *session = NULL;

  g_return_val_if_fail (connection != NULL, NULL);

  if (!wire_auth_from_json (auth_json, &auth, &error))
    {
      *refusal = refuse (lobby, WIRE_REFUSAL_MALFORMED, error->message);
      return NULL;
    }

  *refusal = check_auth (lobby, &auth);
  if (*refusal == NULL && auth.resume != NULL)
    session = g_hash_table_lookup (lobby->by_token, auth.resume);
  wire_auth_clear (&auth);
  if (*refusal != NULL)
    return NULL;
  if (session != NULL)
    return take_up (lobby, session, connection, now_ms);

  if (lobby->settings.max_sessions != 0 && lobby->sessions.length >= lobby->settings.max_sessions)
    {
      *refusal = refuse (lobby, WIRE_REFUSAL_FULL, "The server is full.");
      return NULL;
    }

  session = session_new (lobby, now_ms);
  session->connection = connection;
  session->heard_ms = now_ms;

  return session;
}

void
lobby_welcome (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_WELCOME);
  bool resumed = !session->is_new;

  message->welcome.session = g_strdup (session->id);
  message->welcome.resume = g_strdup (session->token);
  for (unsigned i = 0; lobby->settings.ice_servers != NULL && i < lobby->settings.ice_servers->len;
       i++)
    g_ptr_array_add (message->welcome.ice_servers,
                     wire_ice_server_copy (lobby->settings.ice_servers->pdata[i]));
  /* A server without a policy says nothing of one: an empty version is none that can be accepted.
   */
  if (*lobby->policy_version != '\0')
    message->welcome.policy_version = g_strdup (lobby->policy_version);
  g_strfreev (message->welcome.policy_languages);
  message->welcome.policy_languages = g_strdupv (lobby->policy_languages);
  message->welcome.online = lobby->sessions.length - lobby->away.length;
  message->welcome.resumed = resumed;
  if (session->encounter != NULL)
    message->welcome.encounter = g_strdup (session->encounter->id);
  session->is_new = false;
  lobby_say (lobby, session, message);

  if (!resumed)
    return;
  repeat_unreceived (lobby, session, now_ms);
  if (session->encounter != NULL)
    {
      bool away = lobby_partner (session)->connection == NULL;

      if (away || session->told_about_partner)
        say_partner (lobby, session, away);
    }
}

void
lobby_disconnected (Lobby *lobby, LobbySession *session, bool for_good, uint64_t now_ms)
{
  if (for_good)
    {
      session->connection = NULL;
      session_end (lobby, session, WIRE_END_HANG_UP, now_ms);
      return;
    }

  drop_arrived (lobby, session, now_ms);
  update_unreceived (lobby, session, now_ms);
  set_away (lobby, session, now_ms);
  interrupt_seeking (lobby, session, now_ms);
  say_partner (lobby, lobby_partner (session), true);
}

void
lobby_heard (Lobby *lobby, LobbySession *session, uint64_t now_ms)
{
  session->heard_ms = now_ms;
  if (session->state == SESSION_CHECKING || session->state == SESSION_SILENT)
    lobby_pairing_heard (lobby, session, now_ms);
}

void
lobby_delivered (Lobby *lobby, LobbySession *session, int64_t id)
{
  session->has_acknowledged = true;
  if (outbox_acknowledge (session->outbox, id))
    update_unreceived (lobby, session, 0);
}

/* Time */

static void
may_meet_again (uint64_t a, uint64_t b, void *data)
{
  Lobby *lobby = data;
  LobbySession *session = lobby_find (lobby, a);

  /* Matched after the sweep: matching changes the memory that is being swept. */
  if (session != NULL && session->state == SESSION_WAITING)
    g_array_append_val (lobby->reunited, a);
}

static void
sweep_memory (Lobby *lobby, uint64_t now_ms)
{
  memory_sweep (lobby->memory, now_ms, may_meet_again, lobby);
  for (unsigned i = 0; i < lobby->reunited->len; i++)
    {
      LobbySession *session = lobby_find (lobby, g_array_index (lobby->reunited, uint64_t, i));

      if (session != NULL && session->state == SESSION_WAITING)
        lobby_match (lobby, session, now_ms);
    }
  g_array_set_size (lobby->reunited, 0);
}

static void
sweep_unreceived (Lobby *lobby, uint64_t now_ms)
{
  GList *next;

  if (lobby->unreceived.length == 0 || lobby->sweep_ms > now_ms)
    return;

  lobby->sweep_ms = now_ms + SWEEP_MS;
  for (GList *l = lobby->unreceived.head; l != NULL; l = next)
    {
      LobbySession *session = l->data;

      next = l->next;
      drop_arrived (lobby, session, now_ms);
      update_unreceived (lobby, session, now_ms);
    }
}

void
lobby_tick (Lobby *lobby, uint64_t now_ms)
{
  LobbySession *session;

  while ((session = g_queue_peek_head (&lobby->away)) != NULL && session->away_until_ms <= now_ms)
    session_end (lobby, session, WIRE_END_LOST, now_ms);
  sweep_memory (lobby, now_ms);
  lobby_pairing_tick (lobby, now_ms);
  sweep_unreceived (lobby, now_ms);
}

uint64_t
lobby_next_deadline_ms (const Lobby *lobby)
{
  uint64_t next_ms =
      MIN (queue_next_deadline_ms (lobby->queue), memory_next_deadline_ms (lobby->memory));

  if (lobby->away.head != NULL)
    next_ms = MIN (next_ms, ((LobbySession *) lobby->away.head->data)->away_until_ms);
  if (lobby->checks.head != NULL)
    next_ms = MIN (next_ms, ((Check *) lobby->checks.head->data)->until_ms);
  if (lobby->unreceived.head != NULL)
    next_ms = MIN (next_ms, lobby->sweep_ms);

  return next_ms;
}

/* The whole */

void
lobby_set_policy (Lobby *lobby, const char *version, const char *const *languages)
{
  static const char *const none[] = { NULL };
  bool changed = g_strcmp0 (lobby->policy_version, version == NULL ? "" : version) != 0;
  g_autoptr (WireMessage) message = NULL;

  g_free (lobby->policy_version);
  lobby->policy_version = g_strdup (version == NULL ? "" : version);
  g_strfreev (lobby->policy_languages);
  lobby->policy_languages = g_strdupv ((char **) (languages == NULL ? none : languages));
  if (!changed)
    return;

  message = wire_message_new (WIRE_POLICY_CHANGED);
  message->policy_changed.version = g_strdup (lobby->policy_version);
  for (GList *l = lobby->sessions.head; l != NULL; l = l->next)
    lobby_say (lobby, l->data, message);
}

void
lobby_drain (Lobby *lobby)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_CLOSING);

  lobby->draining = true;
  for (GList *l = lobby->sessions.head; l != NULL; l = l->next)
    lobby_say (lobby, l->data, message);
}

Lobby *
lobby_new (const LobbySettings *settings, const LobbyOutput *output, void *data)
{
  Lobby *lobby = g_new0 (Lobby, 1);

  lobby->settings = *settings;
  lobby->output = *output;
  lobby->data = data;
  lobby->next_number = 1;
  lobby->policy_version = g_strdup ("");
  lobby->policy_languages = g_new0 (char *, 1);
  lobby->by_number = g_hash_table_new (g_int64_hash, g_int64_equal);
  lobby->by_token = g_hash_table_new (g_str_hash, g_str_equal);
  lobby->queue = queue_new (settings->widen_ms, keeps_apart, lobby);
  lobby->memory = memory_new (settings->met_ms, settings->max_kept_apart);
  lobby->reunited = g_array_new (FALSE, FALSE, sizeof (uint64_t));

  return lobby;
}

void
lobby_free (Lobby *lobby)
{
  LobbySession *session;

  if (lobby == NULL)
    return;

  lobby->draining = true; /* nobody is paired by the others' going */
  for (GList *l = lobby->sessions.head; l != NULL; l = l->next)
    ((LobbySession *) l->data)->connection = NULL;
  while ((session = g_queue_peek_head (&lobby->sessions)) != NULL)
    session_end (lobby, session, WIRE_END_LOST, 0);

  g_array_unref (lobby->reunited);
  queue_free (lobby->queue);
  memory_free (lobby->memory);
  g_hash_table_unref (lobby->by_token);
  g_hash_table_unref (lobby->by_number);
  g_strfreev (lobby->policy_languages);
  g_free (lobby->policy_version);
  g_free (lobby);
}

void
lobby_get_counters (const Lobby *lobby, LobbyCounters *counters)
{
  *counters = lobby->counters;
  counters->sessions_away = lobby->away.length;
  counters->sessions_online = lobby->sessions.length - lobby->away.length;
  counters->waiting = lobby_waiting (lobby);
}

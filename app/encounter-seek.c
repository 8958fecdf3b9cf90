/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encounter's dealings with the server: a place in the queue, a partner, and what becomes of
 * both when the connection is lost, taken up again or gone for good.
 *
 * Owns: nothing of its own. Called by: encounter.c and the signalling.
 * Must never: believe a message about another encounter than the present one.
 */

#include "config.h"

#include "app/encounter-private.h"

static void
seek_again (gpointer data)
{
  CausetteEncounter *self = data;

  self->seek_timer = 0;
  encounter_seek_try (self);
}

static void
seek_again_later (CausetteEncounter *self)
{
  causette_clock_clear (self->clock, &self->seek_timer);
  self->seek_timer = causette_clock_add (self->clock, ENCOUNTER_SEEK_AGAIN_MS, seek_again, self);
}

static void
set_waiting (CausetteEncounter *self, int64_t waiting)
{
  int value = (int) CLAMP (waiting, -1, G_MAXINT);

  if (self->waiting == value)
    return;

  self->waiting = value;
  encounter_notify (self, "waiting");
}

static void
on_seek_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr (CausetteEncounter) self = g_weak_ref_get (ref);
  g_autoptr (GError) error = NULL;
  WireAck ack = { 0 };
  gboolean taken;

  g_weak_ref_clear (ref);
  taken = causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, &ack, &error);

  if (self == NULL || self->state != CAUSETTE_ENCOUNTER_SEEKING)
    {
      /* Left, or paired before the answer came. */
    }
  else if (taken)
    {
      self->seek_pending = FALSE;
      self->seek_unsure = FALSE;
      self->seek_taken = TRUE;
      set_waiting (self, ack.waiting);
    }
  else
    {
      self->seek_pending = FALSE;

      if (error->domain != WIRE_ERROR)
        {
          /* The connection's fault; it is asked again when there is one. */
          self->seek_unsure = TRUE;
          seek_again_later (self);
        }
      else if (error->code == WIRE_ERROR_ALREADY && self->seek_unsure)
        {
          /* An earlier question, whose answer was lost, had been heard. */
          self->seek_unsure = FALSE;
          self->seek_taken = TRUE;
        }
      else if (error->code == WIRE_ERROR_DRAINING)
        {
          /* The server is being restarted, or hands over to another: there will be one soon. */
          seek_again_later (self);
        }
      else
        {
          encounter_finish (self, CAUSETTE_END_SERVER_REFUSED, g_steal_pointer (&error));
        }
    }

  if (taken)
    wire_ack_clear (&ack);
}

static CausetteEndReason
reason_of_partner (WireEndReason reason)
{
  switch (reason)
    {
    case WIRE_END_NEXT:
      return CAUSETTE_END_PARTNER_NEXT;
    case WIRE_END_FAILED:
      return CAUSETTE_END_PARTNER_FAILED;
    case WIRE_END_LOST:
      return CAUSETTE_END_PARTNER_LOST;
    case WIRE_END_HANG_UP:
    case WIRE_END_REPORT:
    default:
      return CAUSETTE_END_PARTNER_HUNG_UP;
    }
}

static void
take_partner (CausetteEncounter *self, const char *id, WireRole role)
{
  causette_clock_clear (self->clock, &self->seek_timer);
  self->id = g_strdup (id);
  self->role = role == WIRE_CALLER ? CHANNEL_CALLER : CHANNEL_CALLEE;

  if (!encounter_set_state (self, CAUSETTE_ENCOUNTER_PAIRED))
    return;

  encounter_emit_paired (self, role == WIRE_CALLER);
  if (self->state == CAUSETTE_ENCOUNTER_PAIRED)
    encounter_channel_begin (self);
}

static void
set_partner_away (CausetteEncounter *self, gboolean away)
{
  if (self->partner_away == away)
    return;

  self->partner_away = away;
  encounter_notify (self, "partner-away");

  if (!away)
    encounter_texts_resend (self);
}

/* The server speaks of an encounter that this side was never told about: its announcement may
 * still come; if not, both sides are better off without it. */
static void
give_up_stray (gpointer data)
{
  CausetteEncounter *self = data;
  g_autoptr (WireMessage) message = wire_message_new (WIRE_END);

  self->seek_timer = 0;
  message->end.encounter = g_strdup (self->welcome_encounter);
  message->end.reason = WIRE_END_FAILED;
  causette_signalling_request_async (self->signalling, message, NULL, NULL, NULL);

  self->seek_taken = FALSE;
  encounter_seek_try (self);
}

static void
welcomed_while_seeking (CausetteEncounter *self)
{
  if (self->welcome_resumed && self->welcome_encounter != NULL)
    {
      causette_clock_clear (self->clock, &self->seek_timer);
      self->seek_timer = causette_clock_add (self->clock, ENCOUNTER_STRAY_MS, give_up_stray, self);
      return;
    }

  if (self->welcome_resumed && self->seek_taken)
    return; /* still in the queue */

  self->seek_taken = FALSE;
  encounter_seek_try (self);
}

/* Online: for the first time, or again. */
static void
take_up (CausetteEncounter *self)
{
  gboolean known;

  self->welcome_pending = FALSE;

  if (self->state == CAUSETTE_ENCOUNTER_SEEKING)
    {
      welcomed_while_seeking (self);
      return;
    }

  if (self->id == NULL || self->server_forgot)
    return;

  known = self->welcome_resumed && g_strcmp0 (self->welcome_encounter, self->id) == 0;
  if (!known)
    {
      encounter_server_forgot (self);
      return;
    }

  encounter_channel_send_devices (self);
  if (self->state != CAUSETTE_ENCOUNTER_ENDED)
    encounter_texts_resend (self);
}

static void
take_welcome (CausetteEncounter *self, const WireMessage *message)
{
  self->welcome_pending = TRUE;
  self->welcome_resumed = message->welcome.resumed;
  g_free (self->welcome_encounter);
  self->welcome_encounter = g_strdup (message->welcome.encounter);

  if (causette_signalling_get_state (self->signalling) == CAUSETTE_LINK_ONLINE)
    take_up (self);
}

static void
on_message (CausetteSignalling *signalling, const WireMessage *message, CausetteEncounter *self)
{
  switch (message->type)
    {
    case WIRE_WELCOME:
      take_welcome (self, message);
      break;

    case WIRE_PAIRED:
      if (self->state == CAUSETTE_ENCOUNTER_SEEKING)
        take_partner (self, message->paired.encounter, message->paired.role);
      break;

    case WIRE_RELAY:
      if (g_strcmp0 (message->relay.encounter, self->id) == 0)
        encounter_channel_relayed (self, message->relay.kind, message->relay.body);
      break;

    case WIRE_ENDED:
      if (g_strcmp0 (message->end.encounter, self->id) == 0)
        {
          self->server_forgot = TRUE;
          encounter_finish (self, reason_of_partner (message->end.reason), NULL);
        }
      break;

    case WIRE_PARTNER:
      if (g_strcmp0 (message->partner.encounter, self->id) == 0)
        set_partner_away (self, message->partner.away);
      break;

    case WIRE_SEEK:
    case WIRE_LEAVE:
    case WIRE_END:
    case WIRE_REPORT:
    case WIRE_BLOCK:
    case WIRE_POLICY_CHANGED:
    case WIRE_CLOSING:
    default:
      break;
    }
}

static void
on_link_state (CausetteSignalling *signalling, GParamSpec *pspec, CausetteEncounter *self)
{
  switch (causette_signalling_get_state (signalling))
    {
    case CAUSETTE_LINK_ONLINE:
      if (self->welcome_pending)
        take_up (self);
      break;

    case CAUSETTE_LINK_OFFLINE:
      if (self->call_was_connected)
        self->server_forgot = TRUE; /* the two go on without it */
      else
        encounter_time_out (self, CAUSETTE_END_SERVER_LOST);
      break;

    case CAUSETTE_LINK_CONNECTING:
    case CAUSETTE_LINK_RECONNECTING:
    default:
      break;
    }
}

void
encounter_seek_watch (CausetteEncounter *self)
{
  g_signal_connect (self->signalling, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->signalling, "notify::state", G_CALLBACK (on_link_state), self);
}

void
encounter_seek_unwatch (CausetteEncounter *self)
{
  g_signal_handlers_disconnect_by_data (self->signalling, self);
}

void
encounter_seek_try (CausetteEncounter *self)
{
  GWeakRef *ref;

  if (self->state != CAUSETTE_ENCOUNTER_SEEKING || self->seek_pending || self->seek_taken)
    return;

  switch (causette_signalling_get_state (self->signalling))
    {
    case CAUSETTE_LINK_OFFLINE: /* nothing will come of waiting */
      encounter_time_out (self, CAUSETTE_END_SERVER_LOST);
      return;

    case CAUSETTE_LINK_CONNECTING:
    case CAUSETTE_LINK_RECONNECTING:
      return; /* asked when the server has said welcome */

    case CAUSETTE_LINK_ONLINE:
    default:
      break;
    }

  self->seek_pending = TRUE;
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  causette_signalling_request_async (self->signalling, self->wish, NULL, on_seek_answered, ref);
}

void
encounter_seek_leave (CausetteEncounter *self)
{
  g_autoptr (WireMessage) message = NULL;

  if (!self->seek_pending && !self->seek_taken && !self->seek_unsure)
    return;

  if (causette_signalling_get_state (self->signalling) != CAUSETTE_LINK_ONLINE)
    return;

  message = wire_message_new (WIRE_LEAVE);
  causette_signalling_request_async (self->signalling, message, NULL, NULL, NULL);
}

void
encounter_tell_server (CausetteEncounter *self, WireEndReason reason)
{
  g_autoptr (WireMessage) message = NULL;

  if (self->server_forgot ||
      causette_signalling_get_state (self->signalling) == CAUSETTE_LINK_OFFLINE)
    return;

  message = wire_message_new (WIRE_END);
  message->end.encounter = g_strdup (self->id);
  message->end.reason = reason;
  causette_signalling_request_async (self->signalling, message, NULL, NULL, NULL);
}

void
encounter_server_forgot (CausetteEncounter *self)
{
  if (self->server_forgot)
    return;

  self->server_forgot = TRUE;

  /* Picture, sound and texts need no server once they go straight from one to the other. */
  if (!self->call_was_connected)
    encounter_finish (self, CAUSETTE_END_SERVER_LOST, NULL);
}

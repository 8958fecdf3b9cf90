/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encounter as an object: its states, its beginning, its end, and what others may ask of it.
 * The files beside it (see encounter-private.h) hold the parts; this one alone sets the state.
 *
 * Owns: everything of one conversation. Called by: app/session.
 * Must never: keep keys, texts or the call after the end; move on from ENDED.
 */

#include "config.h"

#include "app/encounter-private.h"

G_DEFINE_FINAL_TYPE (CausetteEncounter, causette_encounter, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_REASON,
  PROP_ERROR,
  PROP_WAITING,
  PROP_CALL,
  PROP_PARTNER_CAMERA,
  PROP_PARTNER_MICROPHONE,
  PROP_PARTNER_AWAY,
  PROP_ENCRYPTED,
  PROP_TEXTS,
  N_PROPS
};

enum
{
  SIGNAL_PAIRED,
  SIGNAL_SECURED,
  SIGNAL_ENDED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
on_setup_time_out (gpointer data)
{
  CausetteEncounter *self = data;

  self->setup_timer = 0;

  /* With both descriptions in hand only the path is missing. */
  if (self->description_sent && self->description_taken)
    encounter_finish (self, CAUSETTE_END_NO_ROUTE, NULL);
  else
    encounter_time_out (self, CAUSETTE_END_TIMEOUT);
}

static void
clear_timers (CausetteEncounter *self)
{
  if (self->clock == NULL)
    return;

  causette_clock_clear (self->clock, &self->setup_timer);
  causette_clock_clear (self->clock, &self->lost_timer);
  causette_clock_clear (self->clock, &self->seek_timer);
  causette_clock_clear (self->clock, &self->resend_timer);
}

/* What the partner and the server are told for @reason. */
static WireEndReason
reason_on_the_wire (CausetteEndReason reason)
{
  switch (reason)
    {
    case CAUSETTE_END_NEXT:
      return WIRE_END_NEXT;

    case CAUSETTE_END_HANG_UP:
    case CAUSETTE_END_REPORTED: /* the partner is not told of it */
    case CAUSETTE_END_BLOCKED:
    case CAUSETTE_END_PARTNER_HUNG_UP:
    case CAUSETTE_END_PARTNER_NEXT:
      return WIRE_END_HANG_UP;

    case CAUSETTE_END_NONE:
    case CAUSETTE_END_LEFT:
    case CAUSETTE_END_PARTNER_LOST:
    case CAUSETTE_END_PARTNER_FAILED:
    case CAUSETTE_END_NO_ROUTE:
    case CAUSETTE_END_NOT_SECURE:
    case CAUSETTE_END_TIMEOUT:
    case CAUSETTE_END_SERVER_LOST:
    case CAUSETTE_END_SERVER_REFUSED:
    case CAUSETTE_END_MEDIA_FAILED:
    default:
      return WIRE_END_FAILED;
    }
}

static gboolean
is_partners_wish (CausetteEndReason reason)
{
  return reason == CAUSETTE_END_PARTNER_HUNG_UP || reason == CAUSETTE_END_PARTNER_NEXT ||
         reason == CAUSETTE_END_PARTNER_FAILED;
}

/* Says goodbye to those who are still to hear it, then lets go of the call. */
static void
take_leave (CausetteEncounter *self, CausetteEndReason reason)
{
  WireEndReason wire_reason = reason_on_the_wire (reason);
  EncounterPath path = ENCOUNTER_PATH_NONE;
  gboolean server_tells;

  if (self->id == NULL)
    {
      encounter_seek_leave (self);
      return;
    }

  if (!is_partners_wish (reason))
    {
      g_autofree char *bye = wire_bye_write (wire_reason);

      path = encounter_channel_send (self, CHANNEL_BYE, bye);
    }

  server_tells = !self->server_forgot &&
                 causette_signalling_get_state (self->signalling) == CAUSETTE_LINK_ONLINE;
  encounter_tell_server (self, wire_reason);
  encounter_call_end (self, path == ENCOUNTER_PATH_DATA && !server_tells);
}

static void
causette_encounter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteEncounter *self = CAUSETTE_ENCOUNTER (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_REASON:
      g_value_set_enum (value, (int) self->reason);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_WAITING:
      g_value_set_int (value, self->waiting);
      break;
    case PROP_CALL:
      g_value_set_object (value, self->call);
      break;
    case PROP_PARTNER_CAMERA:
      g_value_set_boolean (value, self->partner_camera);
      break;
    case PROP_PARTNER_MICROPHONE:
      g_value_set_boolean (value, self->partner_microphone);
      break;
    case PROP_PARTNER_AWAY:
      g_value_set_boolean (value, self->partner_away);
      break;
    case PROP_ENCRYPTED:
      g_value_set_boolean (value, self->encrypted);
      break;
    case PROP_TEXTS:
      g_value_set_object (value, self->texts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_encounter_dispose (GObject *object)
{
  CausetteEncounter *self = CAUSETTE_ENCOUNTER (object);

  /* Whoever lets go of a conversation ends it. */
  if (self->state != CAUSETTE_ENCOUNTER_ENDED && self->signalling != NULL)
    causette_encounter_end (self, CAUSETTE_END_HANG_UP);

  clear_timers (self);
  if (self->signalling != NULL)
    encounter_seek_unwatch (self);
  g_clear_pointer (&self->channel, channel_free);
  g_clear_pointer (&self->conversation, conversation_free);
  g_clear_object (&self->call);
  g_clear_object (&self->signalling);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (causette_encounter_parent_class)->dispose (object);
}

static void
causette_encounter_finalize (GObject *object)
{
  CausetteEncounter *self = CAUSETTE_ENCOUNTER (object);

  g_clear_error (&self->error);
  g_clear_pointer (&self->wish, wire_message_free);
  g_free (self->welcome_encounter);
  g_free (self->id);
  g_clear_object (&self->texts);
  g_clear_pointer (&self->own_texts, g_ptr_array_unref);

  G_OBJECT_CLASS (causette_encounter_parent_class)->finalize (object);
}

static void
causette_encounter_class_init (CausetteEncounterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_encounter_get_property;
  object_class->dispose = causette_encounter_dispose;
  object_class->finalize = causette_encounter_finalize;

  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CAUSETTE_TYPE_ENCOUNTER_STATE,
                                         CAUSETTE_ENCOUNTER_IDLE, flags);
  props[PROP_REASON] =
      g_param_spec_enum ("reason", NULL, NULL, CAUSETTE_TYPE_END_REASON, CAUSETTE_END_NONE, flags);
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_WAITING] = g_param_spec_int ("waiting", NULL, NULL, -1, G_MAXINT, -1, flags);
  props[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, CAUSETTE_TYPE_CALL, flags);
  props[PROP_PARTNER_CAMERA] = g_param_spec_boolean ("partner-camera", NULL, NULL, TRUE, flags);
  props[PROP_PARTNER_MICROPHONE] =
      g_param_spec_boolean ("partner-microphone", NULL, NULL, TRUE, flags);
  props[PROP_PARTNER_AWAY] = g_param_spec_boolean ("partner-away", NULL, NULL, FALSE, flags);
  props[PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", NULL, NULL, FALSE, flags);
  props[PROP_TEXTS] = g_param_spec_object ("texts", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_PAIRED] = g_signal_new ("paired", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[SIGNAL_SECURED] = g_signal_new ("secured", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, CAUSETTE_TYPE_END_REASON);
}

static void
causette_encounter_init (CausetteEncounter *self)
{
  self->waiting = -1;
  self->partner_camera = TRUE;
  self->partner_microphone = TRUE;
  self->texts = g_list_store_new (CAUSETTE_TYPE_TEXT);
  self->own_texts = g_ptr_array_new_with_free_func (g_object_unref);
  self->conversation = conversation_new ();
}

gboolean
encounter_set_state (CausetteEncounter *self, CausetteEncounterState state)
{
  if (self->state == CAUSETTE_ENCOUNTER_ENDED)
    return state == CAUSETTE_ENCOUNTER_ENDED;

  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
    }

  return self->state == state;
}

void
encounter_finish (CausetteEncounter *self, CausetteEndReason reason, GError *error)
{
  g_autoptr (CausetteEncounter) alive = NULL;
  g_autoptr (GError) owned = error;

  if (self->state == CAUSETTE_ENCOUNTER_ENDED)
    return;

  alive = g_object_ref (self);
  g_object_freeze_notify (G_OBJECT (self));

  clear_timers (self);
  encounter_seek_unwatch (self);
  take_leave (self, reason);
  g_clear_pointer (&self->channel, channel_free);
  encounter_texts_clear (self);

  self->reason = reason;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REASON]);
  if (owned != NULL)
    {
      self->error = g_steal_pointer (&owned);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
    }
  encounter_set_state (self, CAUSETTE_ENCOUNTER_ENDED);

  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, reason);
}

void
encounter_notify (CausetteEncounter *self, const char *property)
{
  g_object_notify (G_OBJECT (self), property);
}

void
encounter_emit_paired (CausetteEncounter *self, gboolean caller)
{
  g_signal_emit (self, signals[SIGNAL_PAIRED], 0, caller);
}

void
encounter_emit_secured (CausetteEncounter *self)
{
  g_signal_emit (self, signals[SIGNAL_SECURED], 0);
}

void
encounter_start_setup_timer (CausetteEncounter *self, guint delay_ms)
{
  causette_clock_clear (self->clock, &self->setup_timer);
  self->setup_timer = causette_clock_add (self->clock, delay_ms, on_setup_time_out, self);
}

void
encounter_time_out (CausetteEncounter *self, CausetteEndReason reason)
{
  const GError *error;

  if (causette_signalling_get_state (self->signalling) == CAUSETTE_LINK_ONLINE)
    {
      encounter_finish (self, reason, NULL);
      return;
    }

  error = causette_signalling_get_error (self->signalling);
  encounter_finish (self, CAUSETTE_END_SERVER_LOST, error != NULL ? g_error_copy (error) : NULL);
}

CausetteEncounter *
causette_encounter_new (CausetteSignalling *signalling,
                        CausetteClock *clock,
                        CausetteCallFactory factory,
                        gpointer factory_data)
{
  CausetteEncounter *self;

  g_return_val_if_fail (CAUSETTE_IS_SIGNALLING (signalling), NULL);
  g_return_val_if_fail (CAUSETTE_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (factory != NULL, NULL);

  self = g_object_new (CAUSETTE_TYPE_ENCOUNTER, NULL);
  self->signalling = g_object_ref (signalling);
  self->clock = g_object_ref (clock);
  self->factory = factory;
  self->factory_data = factory_data;

  return self;
}

void
causette_encounter_seek (CausetteEncounter *self, const CausetteWish *wish)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER (self));
  g_return_if_fail (self->state == CAUSETTE_ENCOUNTER_IDLE);
  g_return_if_fail (wish != NULL);

  self->wish = wire_message_new (WIRE_SEEK);
  g_clear_pointer (&self->wish->seek.languages, g_strfreev);
  g_clear_pointer (&self->wish->seek.topics, g_strfreev);
  self->wish->seek.languages =
      wish->languages != NULL ? g_strdupv ((char **) wish->languages) : g_new0 (char *, 1);
  self->wish->seek.topics =
      wish->topics != NULL ? g_strdupv ((char **) wish->topics) : g_new0 (char *, 1);
  self->wish->seek.video = wish->video;
  self->wish->seek.audio = wish->audio;

  encounter_seek_watch (self);
  if (encounter_set_state (self, CAUSETTE_ENCOUNTER_SEEKING))
    encounter_seek_try (self);
}

void
causette_encounter_end (CausetteEncounter *self, CausetteEndReason reason)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER (self));
  g_return_if_fail (reason == CAUSETTE_END_LEFT || reason == CAUSETTE_END_HANG_UP ||
                    reason == CAUSETTE_END_NEXT);

  if (self->state <= CAUSETTE_ENCOUNTER_SEEKING)
    reason = CAUSETTE_END_LEFT;
  else if (reason == CAUSETTE_END_LEFT)
    reason = CAUSETTE_END_HANG_UP;

  encounter_finish (self, reason, NULL);
}

void
causette_encounter_report (CausetteEncounter *self, WireReportReason reason)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER (self));

  if (self->id == NULL || self->state == CAUSETTE_ENCOUNTER_ENDED)
    return;

  if (!self->server_forgot)
    {
      g_autoptr (WireMessage) message = wire_message_new (WIRE_REPORT);

      message->report.encounter = g_strdup (self->id);
      message->report.reason = reason;
      causette_signalling_request_async (self->signalling, message, NULL, NULL, NULL);
    }

  encounter_finish (self, CAUSETTE_END_REPORTED, NULL);
}

void
causette_encounter_block (CausetteEncounter *self)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER (self));

  if (self->id == NULL || self->state == CAUSETTE_ENCOUNTER_ENDED)
    return;

  if (!self->server_forgot)
    {
      g_autoptr (WireMessage) message = wire_message_new (WIRE_BLOCK);

      message->block.encounter = g_strdup (self->id);
      causette_signalling_request_async (self->signalling, message, NULL, NULL, NULL);
    }

  encounter_finish (self, CAUSETTE_END_BLOCKED, NULL);
}

void
causette_encounter_set_devices (CausetteEncounter *self, gboolean camera, gboolean microphone)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER (self));

  if (self->devices_known && self->devices.camera == camera &&
      self->devices.microphone == microphone)
    return;

  self->devices_known = TRUE;
  self->devices.camera = camera;
  self->devices.microphone = microphone;
  encounter_channel_send_devices (self);
}

CausetteEncounterState
causette_encounter_get_state (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), CAUSETTE_ENCOUNTER_IDLE);

  return self->state;
}

CausetteEndReason
causette_encounter_get_reason (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), CAUSETTE_END_NONE);

  return self->reason;
}

const GError *
causette_encounter_get_error (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), NULL);

  return self->error;
}

int
causette_encounter_get_waiting (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), -1);

  return self->waiting;
}

CausetteCall *
causette_encounter_get_call (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), NULL);

  return self->call;
}

gboolean
causette_encounter_get_partner_camera (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);

  return self->partner_camera;
}

gboolean
causette_encounter_get_partner_microphone (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);

  return self->partner_microphone;
}

gboolean
causette_encounter_get_partner_away (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);

  return self->partner_away;
}

gboolean
causette_encounter_get_encrypted (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);

  return self->encrypted;
}

gboolean
causette_encounter_get_sas (CausetteEncounter *self, const SasWord *words[SAS_COUNT])
{
  uint8_t indices[CHANNEL_SAS_COUNT];

  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);

  if (self->channel == NULL || !channel_get_sas (self->channel, indices))
    return FALSE;

  for (gsize i = 0; i < SAS_COUNT; i++)
    words[i] = sas_word (indices[i]);

  return TRUE;
}

GListModel *
causette_encounter_get_texts (CausetteEncounter *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), NULL);

  return G_LIST_MODEL (self->texts);
}

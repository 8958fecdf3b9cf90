/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encounter's call: brings descriptions and candidates to and fro, and makes of the call's
 * states those of the encounter.
 *
 * Owns: the call's connections to the encounter. Called by: the encounter's other files.
 * Must never: hand the call what another generation of it was meant to get.
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/encounter-private.h"

/* A call that is closed a moment after its encounter's end, so that the goodbye gets through. It
 * stands on its own: the encounter may be gone before. */
typedef struct
{
  CausetteCall *call;
  CausetteClock *clock;
} Lingering;

static void
close_lingering (gpointer data)
{
  Lingering *lingering = data;

  causette_call_close (lingering->call);
  g_object_unref (lingering->call);
  g_object_unref (lingering->clock);
  g_free (lingering);
}

static GError *
copy_call_error (CausetteEncounter *self)
{
  const GError *error = causette_call_get_error (self->call);

  return error != NULL ? g_error_copy (error) : NULL;
}

static void
on_lost (gpointer data)
{
  CausetteEncounter *self = data;

  self->lost_timer = 0;
  encounter_finish (self, CAUSETTE_END_PARTNER_LOST, NULL);
}

static void
start_lost_timer (CausetteEncounter *self, guint delay_ms)
{
  causette_clock_clear (self->clock, &self->lost_timer);
  self->lost_timer = causette_clock_add (self->clock, delay_ms, on_lost, self);
}

static void
on_connected (CausetteEncounter *self)
{
  causette_clock_clear (self->clock, &self->setup_timer);
  causette_clock_clear (self->clock, &self->lost_timer);
  self->call_was_connected = TRUE;

  if (encounter_set_state (self, CAUSETTE_ENCOUNTER_CONNECTED))
    encounter_texts_resend (self);
}

static void
on_interrupted (CausetteEncounter *self)
{
  if (!self->call_was_connected)
    return;

  start_lost_timer (self, ENCOUNTER_INTERRUPTED_MS);
  if (encounter_set_state (self, CAUSETTE_ENCOUNTER_RECONNECTING))
    encounter_texts_resend (self); /* by the relay, if there is one */
}

static void
on_failed (CausetteEncounter *self)
{
  const GError *error = causette_call_get_error (self->call);
  int code = CAUSETTE_CALL_ERROR_NO_ROUTE;

  if (error != NULL && error->domain == CAUSETTE_CALL_ERROR)
    code = error->code;

  switch (code)
    {
    case CAUSETTE_CALL_ERROR_SECURITY:
      encounter_finish (self, CAUSETTE_END_NOT_SECURE, copy_call_error (self));
      return;

    case CAUSETTE_CALL_ERROR_PIPELINE:
      encounter_finish (self, CAUSETTE_END_MEDIA_FAILED, copy_call_error (self));
      return;

    case CAUSETTE_CALL_ERROR_DESCRIPTION:
      encounter_finish (self, CAUSETTE_END_PARTNER_FAILED, copy_call_error (self));
      return;

    case CAUSETTE_CALL_ERROR_NO_ROUTE:
    default:
      break;
    }

  if (!self->call_was_connected)
    {
      encounter_finish (self, CAUSETTE_END_NO_ROUTE, copy_call_error (self));
      return;
    }

  start_lost_timer (self, ENCOUNTER_FAILED_MS);
  if (encounter_set_state (self, CAUSETTE_ENCOUNTER_RECONNECTING))
    encounter_texts_resend (self);
}

static void
on_call_state (CausetteCall *call, GParamSpec *pspec, CausetteEncounter *self)
{
  g_autoptr (CausetteEncounter) alive = g_object_ref (self);

  switch (causette_call_get_state (call))
    {
    case CAUSETTE_CALL_CONNECTED:
      on_connected (self);
      break;

    case CAUSETTE_CALL_INTERRUPTED:
      on_interrupted (self);
      break;

    case CAUSETTE_CALL_FAILED:
      on_failed (self);
      break;

    case CAUSETTE_CALL_NEW:
    case CAUSETTE_CALL_CONNECTING:
    case CAUSETTE_CALL_CLOSED:
    default:
      break;
    }
}

static void
on_data_ready (CausetteCall *call, GParamSpec *pspec, CausetteEncounter *self)
{
  g_autoptr (CausetteEncounter) alive = g_object_ref (self);

  /* The other way may have taken something with it when it broke. */
  if (causette_call_get_data_ready (call))
    encounter_channel_send_devices (self);
  encounter_texts_resend (self);
}

static void
on_local_description (CausetteCall *call,
                      const char *type,
                      const char *sdp,
                      CausetteEncounter *self)
{
  g_autofree char *text = wire_description_write (type, sdp);

  self->description_sent = TRUE;
  if (encounter_channel_send (self, CHANNEL_DESCRIPTION, text) != ENCOUNTER_PATH_NONE)
    return;

  encounter_finish (self, CAUSETTE_END_MEDIA_FAILED,
                    g_error_new_literal (CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
                                         _ ("The call’s description could not be sent.")));
}

static void
on_local_candidate (CausetteCall *call,
                    const char *candidate,
                    guint mline_index,
                    CausetteEncounter *self)
{
  g_autofree char *text = wire_candidate_write (candidate, mline_index);

  encounter_channel_send (self, CHANNEL_CANDIDATE, text);
}

static void
on_call_message (CausetteCall *call, GBytes *message, CausetteEncounter *self)
{
  encounter_channel_arrived (self, message);
}

/* A WireIceServer is the protocol's, the factory's are the protocol's too: media's own type is made
 * by the factory, which alone knows what kind of call it makes. */
void
encounter_call_begin (CausetteEncounter *self)
{
  GPtrArray *ice_servers = causette_signalling_get_ice_servers (self->signalling);

  self->call = self->factory (self->role == CHANNEL_CALLER, ice_servers, self->factory_data);
  if (self->call == NULL)
    {
      encounter_finish (self, CAUSETTE_END_MEDIA_FAILED, NULL);
      return;
    }

  g_signal_connect (self->call, "notify::state", G_CALLBACK (on_call_state), self);
  g_signal_connect (self->call, "notify::data-ready", G_CALLBACK (on_data_ready), self);
  g_signal_connect (self->call, "local-description", G_CALLBACK (on_local_description), self);
  g_signal_connect (self->call, "local-candidate", G_CALLBACK (on_local_candidate), self);
  g_signal_connect (self->call, "message", G_CALLBACK (on_call_message), self);

  encounter_start_setup_timer (self, ENCOUNTER_CONNECTING_MS);
  encounter_notify (self, "call");
  if (self->state != CAUSETTE_ENCOUNTER_SECURING ||
      !encounter_set_state (self, CAUSETTE_ENCOUNTER_CONNECTING))
    return;

  encounter_channel_send_devices (self);
  encounter_texts_flush (self);
  causette_call_start (self->call);
}

void
encounter_call_take_description (CausetteEncounter *self, const char *text, size_t size)
{
  /* The one who makes the offer takes the answer. */
  const char *expected = self->role == CHANNEL_CALLER ? "answer" : "offer";
  g_autoptr (GError) error = NULL;
  WireDescription description;

  if (self->call == NULL)
    return;

  if (!wire_description_read (text, size, &description, &error))
    {
      encounter_finish (self, CAUSETTE_END_PARTNER_FAILED, g_steal_pointer (&error));
      return;
    }

  if (self->description_taken || !g_str_equal (description.type, expected))
    {
      g_set_error_literal (&error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
                           _ ("The other person’s program described its call out of turn."));
    }
  else
    {
      self->description_taken = TRUE;
      causette_call_set_remote_description (self->call, description.type, description.sdp, &error);
    }

  wire_description_clear (&description);

  if (error != NULL)
    encounter_finish (self, CAUSETTE_END_PARTNER_FAILED, g_steal_pointer (&error));
}

void
encounter_call_take_candidate (CausetteEncounter *self, const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  WireCandidate candidate;

  if (self->call == NULL)
    return;

  if (!wire_candidate_read (text, size, &candidate, &error))
    {
      g_debug ("A candidate was ignored: %s", error->message);
      return;
    }

  causette_call_add_remote_candidate (self->call, candidate.candidate, candidate.mline_index);
  wire_candidate_clear (&candidate);
}

gboolean
encounter_call_is_open (CausetteEncounter *self)
{
  return self->call != NULL && causette_call_get_data_ready (self->call) &&
         causette_call_get_state (self->call) == CAUSETTE_CALL_CONNECTED;
}

void
encounter_call_end (CausetteEncounter *self, gboolean linger)
{
  if (self->call == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->call, self);

  if (linger)
    {
      Lingering *lingering = g_new0 (Lingering, 1);

      lingering->call = g_steal_pointer (&self->call);
      lingering->clock = g_object_ref (self->clock);
      causette_clock_add (self->clock, ENCOUNTER_LINGER_MS, close_lingering, lingering);
    }
  else
    {
      causette_call_close (self->call);
      g_clear_object (&self->call);
    }

  encounter_notify (self, "call");
}

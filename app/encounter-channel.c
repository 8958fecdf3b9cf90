/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encounter's dealings with the partner: the handshake, and everything sealed and opened, by
 * whichever of the two ways there is: the call's data channel or the server's relay.
 *
 * Owns: the channel's coming to be. Called by: the encounter's other files.
 * Must never: let through what the channel has not opened; send anything unsealed but the
 * handshake; trust what it opened to be well formed.
 */

#include "config.h"

#include <sodium.h>

#include "app/encounter-private.h"

typedef struct
{
  GWeakRef encounter;
  gboolean is_text;
} Relay;

static void
random_bytes (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

static void
on_relay_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Relay *relay = data;
  g_autoptr (CausetteEncounter) self = g_weak_ref_get (&relay->encounter);
  g_autoptr (GError) error = NULL;

  causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, NULL, &error);

  if (self != NULL && self->state != CAUSETTE_ENCOUNTER_ENDED)
    {
      if (g_error_matches (error, WIRE_ERROR, WIRE_ERROR_NOT_PAIRED))
        encounter_server_forgot (self);

      if (relay->is_text && self->state != CAUSETTE_ENCOUNTER_ENDED)
        encounter_texts_relay_done (self, error);
    }

  g_weak_ref_clear (&relay->encounter);
  g_free (relay);
}

static void
send_by_relay (CausetteEncounter *self, WireKind kind, gboolean is_text, GBytes *body)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_RELAY);
  Relay *relay = g_new0 (Relay, 1);

  message->relay.encounter = g_strdup (self->id);
  message->relay.kind = kind;
  message->relay.body = g_bytes_ref (body);

  g_weak_ref_init (&relay->encounter, self);
  relay->is_text = is_text;
  if (is_text)
    self->relays_in_flight++;

  causette_signalling_request_async (self->signalling, message, NULL, on_relay_answered, relay);
}

/* Brings what the channel wants to say next to the partner. */
static void
go_on_with_handshake (CausetteEncounter *self)
{
  uint8_t message[CHANNEL_HANDSHAKE_MAX];
  size_t size;

  while (self->channel != NULL && channel_next_handshake (self->channel, message, &size))
    {
      g_autoptr (GBytes) body = g_bytes_new (message, size);

      send_by_relay (self, WIRE_KIND_NOISE, FALSE, body);
    }

  if (self->channel == NULL || self->state != CAUSETTE_ENCOUNTER_SECURING)
    return;

  switch (channel_get_state (self->channel))
    {
    case CHANNEL_BROKEN:
      encounter_finish (self, CAUSETTE_END_NOT_SECURE, NULL);
      return;

    case CHANNEL_HANDSHAKING:
      return;

    case CHANNEL_READY:
    default:
      break;
    }

  causette_clock_clear (self->clock, &self->setup_timer);
  self->encrypted = TRUE;
  encounter_notify (self, "encrypted");
  if (self->state != CAUSETTE_ENCOUNTER_SECURING)
    return;

  encounter_emit_secured (self);
  if (self->state == CAUSETTE_ENCOUNTER_SECURING)
    encounter_call_begin (self);
}

static CausetteEndReason
reason_of_bye (const char *text, size_t size)
{
  WireEndReason reason;

  /* A goodbye that cannot be read is a goodbye all the same. */
  if (!wire_bye_read (text, size, &reason, NULL))
    return CAUSETTE_END_PARTNER_HUNG_UP;

  switch (reason)
    {
    case WIRE_END_NEXT:
      return CAUSETTE_END_PARTNER_NEXT;
    case WIRE_END_FAILED:
      return CAUSETTE_END_PARTNER_FAILED;
    case WIRE_END_HANG_UP:
    case WIRE_END_LOST:
    case WIRE_END_REPORT:
    default:
      return CAUSETTE_END_PARTNER_HUNG_UP;
    }
}

static void
take_devices (CausetteEncounter *self, const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  WireDeviceState devices;
  gboolean camera_changed, microphone_changed;

  if (!wire_device_state_read (text, size, &devices, &error))
    {
      g_debug ("A device state was ignored: %s", error->message);
      return;
    }

  camera_changed = self->partner_camera != devices.camera;
  microphone_changed = self->partner_microphone != devices.microphone;
  self->partner_camera = devices.camera;
  self->partner_microphone = devices.microphone;

  if (camera_changed)
    encounter_notify (self, "partner-camera");
  if (microphone_changed)
    encounter_notify (self, "partner-microphone");
}

/* One message of the partner, opened; its content is still to be read with care. */
static void
dispatch (CausetteEncounter *self,
          ChannelPurpose purpose,
          uint32_t generation,
          const char *plain,
          size_t size)
{
  switch (purpose)
    {
    case CHANNEL_DESCRIPTION:
      if (generation == self->generation)
        encounter_call_take_description (self, plain, size);
      break;

    case CHANNEL_CANDIDATE:
      if (generation == self->generation)
        encounter_call_take_candidate (self, plain, size);
      break;

    case CHANNEL_TEXT:
      encounter_texts_take (self, plain, size);
      break;

    case CHANNEL_RECEIPT:
      encounter_texts_take_receipt (self, plain, size);
      break;

    case CHANNEL_DEVICE_STATE:
      take_devices (self, plain, size);
      break;

    case CHANNEL_BYE:
      encounter_finish (self, reason_of_bye (plain, size), NULL);
      break;

    case CHANNEL_FINGERPRINT: /* is in the description */
    case CHANNEL_TYPING:
    default:
      break;
    }
}

void
encounter_channel_begin (CausetteEncounter *self)
{
  if (!encounter_set_state (self, CAUSETTE_ENCOUNTER_SECURING))
    return;

  encounter_start_setup_timer (self, ENCOUNTER_SECURING_MS);
  self->channel = channel_new (self->role, self->id, random_bytes, NULL);
  go_on_with_handshake (self);
}

void
encounter_channel_relayed (CausetteEncounter *self, WireKind kind, GBytes *body)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data (body, &size);

  if (self->channel == NULL)
    return;

  if (kind == WIRE_KIND_NOISE)
    {
      if (size > CHANNEL_HANDSHAKE_MAX || channel_handshake (self->channel, data, size) < 0)
        g_debug ("A handshake message was refused");
      go_on_with_handshake (self);
      return;
    }

  if (kind == WIRE_KIND_SEALED)
    encounter_channel_arrived (self, body);
}

void
encounter_channel_arrived (CausetteEncounter *self, GBytes *sealed)
{
  g_autoptr (CausetteEncounter) alive = g_object_ref (self);
  ChannelPurpose purpose;
  uint32_t generation;
  char *plain;
  size_t plain_size;
  gsize size;
  const uint8_t *data = g_bytes_get_data (sealed, &size);
  int opened;

  if (self->channel == NULL || data == NULL || size > CHANNEL_SEALED_MAX)
    return;

  plain = g_malloc (CHANNEL_PLAIN_MAX);
  opened = channel_open (self->channel, data, size, &purpose, &generation, (uint8_t *) plain,
                         &plain_size);

  if (opened == 0)
    {
      dispatch (self, purpose, generation, plain, plain_size);
      sodium_memzero (plain, plain_size);
    }
  else if (opened < 0)
    g_debug ("A message could not be opened");

  g_free (plain);
}

EncounterPath
encounter_channel_get_path (CausetteEncounter *self)
{
  if (encounter_call_is_open (self))
    return ENCOUNTER_PATH_DATA;

  if (!self->server_forgot &&
      causette_signalling_get_state (self->signalling) == CAUSETTE_LINK_ONLINE)
    return ENCOUNTER_PATH_RELAY;

  return ENCOUNTER_PATH_NONE;
}

EncounterPath
encounter_channel_send (CausetteEncounter *self, ChannelPurpose purpose, const char *plain)
{
  /* What the call is made of cannot go through it. */
  gboolean for_setup = purpose == CHANNEL_DESCRIPTION || purpose == CHANNEL_CANDIDATE;
  g_autoptr (GBytes) sealed = NULL;
  uint8_t *out;
  size_t out_size;
  gboolean can_relay;

  if (self->channel == NULL || channel_get_state (self->channel) != CHANNEL_READY)
    return ENCOUNTER_PATH_NONE;

  out = g_malloc (CHANNEL_SEALED_MAX);
  if (channel_seal (self->channel, purpose, self->generation, (const uint8_t *) plain,
                    strlen (plain), out, &out_size) < 0)
    {
      g_free (out);
      return ENCOUNTER_PATH_NONE;
    }
  sealed = g_bytes_new_take (out, out_size);

  /* While the connection is being taken up again the signalling keeps what is relayed. */
  can_relay = !self->server_forgot &&
              causette_signalling_get_state (self->signalling) != CAUSETTE_LINK_OFFLINE;

  if ((!for_setup || !can_relay) && encounter_call_is_open (self) &&
      causette_call_send (self->call, sealed))
    return ENCOUNTER_PATH_DATA;

  if (!can_relay)
    return ENCOUNTER_PATH_NONE;

  send_by_relay (self, WIRE_KIND_SEALED, purpose == CHANNEL_TEXT, sealed);

  return ENCOUNTER_PATH_RELAY;
}

void
encounter_channel_send_devices (CausetteEncounter *self)
{
  g_autofree char *text = NULL;

  if (!self->devices_known || self->channel == NULL)
    return;

  text = wire_device_state_write (&self->devices);
  encounter_channel_send (self, CHANNEL_DEVICE_STATE, text);
}

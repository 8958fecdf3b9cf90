/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encounter's texts: from the person's hand over whichever path there is to the partner's
 * receipt, and from the partner into the list, each once and in order.
 *
 * Owns: the list's and the queue's being in step. Called by: the encounter's other files, and by
 * causette_encounter_say().
 * Must never: log a text, keep one after the end.
 */

#include "config.h"

#include <string.h>

#include "app/encounter-private.h"

static void
resend_now (gpointer data)
{
  CausetteEncounter *self = data;

  self->resend_timer = 0;
  encounter_texts_resend (self);
}

/* Looks after texts without a receipt, in case that a path took them without saying that it lost
 * them. It waits longer each time that nothing has come of it. */
static void
start_resend_timer (CausetteEncounter *self)
{
  int64_t confirmed = conversation_get_confirmed (self->conversation);

  if (self->resend_timer != 0)
    return;

  if (!conversation_has_unconfirmed (self->conversation))
    {
      self->resend_ms = 0;
      return;
    }

  if (self->resend_ms == 0 || confirmed != self->resend_confirmed)
    self->resend_ms = ENCOUNTER_RESEND_FIRST_MS;
  else
    self->resend_ms = MIN (self->resend_ms * 2, ENCOUNTER_RESEND_MAX_MS);

  self->resend_confirmed = confirmed;
  self->resend_timer = causette_clock_add (self->clock, self->resend_ms, resend_now, self);
}

/* Brings the lines' statuses in step with the queue. */
static void
update_own (CausetteEncounter *self)
{
  g_autoptr (CausetteEncounter) alive = g_object_ref (self);
  int64_t confirmed = conversation_get_confirmed (self->conversation);
  int64_t sent = conversation_get_sent (self->conversation);

  while (self->own_delivered < confirmed && self->own_texts->len > 0)
    {
      g_autoptr (CausetteText) text = g_ptr_array_steal_index (self->own_texts, 0);

      self->own_delivered++;
      causette_text_set_status (text, CAUSETTE_TEXT_DELIVERED);
    }

  for (guint i = 0; i < self->own_texts->len && self->own_delivered + i + 1 <= sent; i++)
    causette_text_set_status (g_ptr_array_index (self->own_texts, i), CAUSETTE_TEXT_SENT);
}

static void
show (CausetteEncounter *self, CausetteText *text)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->texts));

  if (n >= ENCOUNTER_TEXTS_SHOWN)
    g_list_store_remove (self->texts, 0);

  g_list_store_append (self->texts, text);
}

static void
send_receipt (CausetteEncounter *self)
{
  g_autofree char *receipt = wire_receipt_write (conversation_get_received (self->conversation));

  /* One that is lost is made up for when the partner sends the text again. */
  encounter_channel_send (self, CHANNEL_RECEIPT, receipt);
}

void
encounter_texts_flush (CausetteEncounter *self)
{
  int64_t number;
  const char *text;

  while (self->channel != NULL && conversation_peek_unsent (self->conversation, &number, &text))
    {
      EncounterPath path = encounter_channel_get_path (self);
      g_autofree char *plain = NULL;

      if (path == ENCOUNTER_PATH_NONE ||
          (path == ENCOUNTER_PATH_RELAY && self->relays_in_flight >= ENCOUNTER_RELAYS_IN_FLIGHT))
        break;

      plain = wire_text_write (number, text);
      if (encounter_channel_send (self, CHANNEL_TEXT, plain) == ENCOUNTER_PATH_NONE)
        break;

      conversation_mark_sent (self->conversation, number);
    }

  if (self->conversation == NULL)
    return;

  start_resend_timer (self);
  update_own (self);
}

void
encounter_texts_resend (CausetteEncounter *self)
{
  if (self->conversation == NULL)
    return;

  causette_clock_clear (self->clock, &self->resend_timer);
  conversation_resend (self->conversation);
  encounter_texts_flush (self);
}

void
encounter_texts_relay_done (CausetteEncounter *self, const GError *error)
{
  if (self->relays_in_flight > 0)
    self->relays_in_flight--;

  if (error == NULL)
    {
      encounter_texts_flush (self);
      return;
    }

  /* Not at once: the server said that it is too much, or its connection is just breaking. */
  causette_clock_clear (self->clock, &self->resend_timer);
  self->resend_timer = causette_clock_add (self->clock, ENCOUNTER_RELAY_AGAIN_MS, resend_now, self);
}

void
encounter_texts_take (CausetteEncounter *self, const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  ConversationResult result;
  WireText read;

  if (!wire_text_read (text, size, &read, &error))
    {
      g_debug ("A text was refused: %s", error->message);
      return;
    }

  result = conversation_take (self->conversation, read.number, read.text);
  wire_text_clear (&read);

  if (result == CONVERSATION_REFUSED)
    return;

  while (self->conversation != NULL)
    {
      g_autofree char *next = conversation_pop (self->conversation);
      g_autoptr (CausetteText) line = NULL;

      if (next == NULL)
        break;

      line = causette_text_new (next, FALSE);
      show (self, line);
      memset (next, 0, strlen (next));
    }

  if (self->conversation != NULL)
    send_receipt (self);
}

void
encounter_texts_take_receipt (CausetteEncounter *self, const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  int64_t up_to;

  if (!wire_receipt_read (text, size, &up_to, &error))
    {
      g_debug ("A receipt was refused: %s", error->message);
      return;
    }

  if (!conversation_take_receipt (self->conversation, up_to))
    {
      g_debug ("A receipt for what was never sent was refused");
      return;
    }

  encounter_texts_flush (self);
}

void
encounter_texts_clear (CausetteEncounter *self)
{
  g_clear_pointer (&self->conversation, conversation_free);
  g_ptr_array_set_size (self->own_texts, 0);
  g_list_store_remove_all (self->texts);
}

gboolean
causette_encounter_say (CausetteEncounter *self, const char *text)
{
  g_autofree char *longest = NULL;
  g_autoptr (CausetteText) line = NULL;
  gsize length;

  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (self->state < CAUSETTE_ENCOUNTER_SECURING || self->state == CAUSETTE_ENCOUNTER_ENDED)
    return FALSE;

  length = strlen (text);
  if (length < 1 || length > WIRE_TEXT_MAX || !g_utf8_validate (text, (gssize) length, NULL))
    return FALSE;

  /* Control characters take up to six times their room on the wire. */
  longest = wire_text_write (G_MAXINT32, text);
  if (longest == NULL || strlen (longest) > CHANNEL_PLAIN_MAX)
    return FALSE;

  if (conversation_add (self->conversation, text) == 0)
    return FALSE;

  line = causette_text_new (text, TRUE);
  g_ptr_array_add (self->own_texts, g_object_ref (line));
  show (self, line);
  if (self->conversation != NULL)
    encounter_texts_flush (self);

  return TRUE;
}

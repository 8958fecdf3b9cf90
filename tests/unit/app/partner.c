/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scripted partner.
 */

#include "tests/unit/app/partner.h"

#include <sodium.h>
#include <string.h>

static void
random_bytes (void *data, uint8_t *out, size_t size)
{
  randombytes_buf (out, size);
}

static void
message_free (gpointer data)
{
  PartnerMessage *message = data;

  g_free (message->text);
  g_free (message);
}

static void
continue_handshake (Partner *partner)
{
  uint8_t bytes[CHANNEL_HANDSHAKE_MAX];
  size_t size;

  while (channel_next_handshake (partner->channel, bytes, &size))
    partner_send_raw (partner, WIRE_KIND_NOISE, bytes, size);
}

static void
take (Partner *partner, GBytes *bytes, gboolean relayed)
{
  PartnerMessage *message = g_new0 (PartnerMessage, 1);
  g_autofree char *plain = g_malloc0 (CHANNEL_PLAIN_MAX + 1);
  gsize in_size;
  const uint8_t *in = g_bytes_get_data (bytes, &in_size);
  size_t size;

  g_assert_cmpint (channel_open (partner->channel, in, in_size, &message->purpose,
                                 &message->generation, (uint8_t *) plain, &size),
                   ==, 0);
  plain[size] = '\0';
  message->text = g_steal_pointer (&plain);
  message->relayed = relayed;
  g_queue_push_tail (&partner->messages, message);
}

static gboolean
take_request (Partner *partner)
{
  FakeRequest *request = fake_signalling_pop (partner->person->signalling);
  const WireMessage *message;

  if (request == NULL)
    return FALSE;

  message = fake_request_get_message (request);
  if (message->type == WIRE_RELAY)
    {
      gsize size;
      const uint8_t *data = g_bytes_get_data (message->relay.body, &size);

      g_assert_cmpstr (message->relay.encounter, ==, partner->encounter);

      if (message->relay.kind == WIRE_KIND_NOISE)
        {
          g_assert_cmpint (channel_handshake (partner->channel, data, size), ==, 0);
          continue_handshake (partner);
        }
      else if (partner->n_refuse > 0)
        {
          partner->n_refuse--;
          fake_request_refuse (request, partner->refuse_with, "Not now.");
          return TRUE;
        }
      else
        take (partner, message->relay.body, TRUE);
    }

  fake_request_accept (request, -1);

  return TRUE;
}

Partner *
partner_new (Person *person, const char *encounter, WireRole role)
{
  Partner *partner = g_new0 (Partner, 1);

  partner->person = person;
  partner->encounter = g_strdup (encounter);
  partner->channel = channel_new (role == WIRE_CALLER ? CHANNEL_CALLEE : CHANNEL_CALLER, encounter,
                                  random_bytes, NULL);
  g_queue_init (&partner->messages);

  fake_request_accept (fake_signalling_expect (person->signalling, WIRE_SEEK), 1);
  virtual_clock_settle ();
  fake_signalling_say_paired (person->signalling, encounter, role);
  continue_handshake (partner);
  partner_pump (partner);

  return partner;
}

void
partner_free (Partner *partner)
{
  g_queue_clear_full (&partner->messages, message_free);
  channel_free (partner->channel);
  g_free (partner->encounter);
  g_free (partner);
}

void
partner_pump (Partner *partner)
{
  gboolean moved;

  do
    {
      GBytes *sent;

      virtual_clock_settle ();
      moved = take_request (partner);

      while (partner->person->call != NULL &&
             (sent = fake_call_pop_sent (partner->person->call)) != NULL)
        {
          take (partner, sent, FALSE);
          g_bytes_unref (sent);
          moved = TRUE;
        }
    }
  while (moved);
}

static GBytes *
seal (Partner *partner, ChannelPurpose purpose, uint32_t generation, const char *text)
{
  uint8_t *out = g_malloc (CHANNEL_SEALED_MAX);
  size_t size;

  g_assert_cmpint (channel_seal (partner->channel, purpose, generation, (const uint8_t *) text,
                                 strlen (text), out, &size),
                   ==, 0);

  return g_bytes_new_take (out, size);
}

GBytes *
partner_seal (Partner *partner, ChannelPurpose purpose, const char *text)
{
  return seal (partner, purpose, 0, text);
}

void
partner_send_raw (Partner *partner, WireKind kind, const void *data, gsize size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);

  fake_signalling_say_relay (partner->person->signalling, partner->encounter, kind, body);
}

void
partner_send_generation (Partner *partner,
                         ChannelPurpose purpose,
                         uint32_t generation,
                         const char *text)
{
  g_autoptr (GBytes) body = seal (partner, purpose, generation, text);

  fake_signalling_say_relay (partner->person->signalling, partner->encounter, WIRE_KIND_SEALED,
                             body);
}

void
partner_send (Partner *partner, ChannelPurpose purpose, const char *text)
{
  partner_send_generation (partner, purpose, 0, text);
}

void
partner_send_data (Partner *partner, ChannelPurpose purpose, const char *text)
{
  g_autoptr (GBytes) body = seal (partner, purpose, 0, text);

  causette_call_emit_message (CAUSETTE_CALL (partner->person->call), body);
}

char *
partner_expect (Partner *partner, ChannelPurpose purpose)
{
  PartnerMessage *message;

  partner_pump (partner);

  while ((message = g_queue_pop_head (&partner->messages)) != NULL)
    {
      g_autofree char *text = g_steal_pointer (&message->text);
      ChannelPurpose found = message->purpose;

      message_free (message);
      if (found == purpose)
        return g_steal_pointer (&text);
    }

  g_error ("The partner got no message of purpose %d", (int) purpose);
}

guint
partner_count (Partner *partner, ChannelPurpose purpose)
{
  guint n = 0;

  partner_pump (partner);
  for (GList *l = partner->messages.head; l != NULL; l = l->next)
    if (((PartnerMessage *) l->data)->purpose == purpose)
      n++;

  return n;
}

void
partner_skip (Partner *partner)
{
  partner_pump (partner);
  g_queue_clear_full (&partner->messages, message_free);
}

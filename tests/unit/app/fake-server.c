/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pairing server of the scenario tests: as much of pairing protocol 1 as an encounter sees. It
 * does not encode packets and does not judge wishes; the real one's tests do that.
 */

#include "tests/unit/app/fake-server.h"

#define LOST_MS 30000

typedef struct
{
  FakeServer *server;
  FakeSignalling *signalling;
  gboolean online;
  gboolean known; /* its session has not been forgotten */
  gboolean seeking;
  char *encounter; /* nullable */
  WireRole role;
  GQueue to_client; /* of Flight, while it is away */
  GQueue to_server; /* of FakeRequest, while it is away */
  guint lost_timer;
} Client;

struct _FakeServer
{
  VirtualClock *clock;
  guint latency_ms;
  GPtrArray *clients; /* of Client */
  guint n_encounters;
  guint n_relayed;
};

/* Something on its way: to the server a request, to the client a message or an answer. */
typedef struct
{
  Client *client;
  FakeRequest *request; /* nullable */
  WireMessage *message; /* nullable */
  int64_t waiting;      /* of an answer */
  gboolean refused;
  WireError code;
} Flight;

static void handle (Client *client, FakeRequest *request);

static Client *
find_partner (Client *client)
{
  for (guint i = 0; client->encounter != NULL && i < client->server->clients->len; i++)
    {
      Client *other = g_ptr_array_index (client->server->clients, i);

      if (other != client && g_strcmp0 (other->encounter, client->encounter) == 0)
        return other;
    }

  return NULL;
}

static void
flight_free (gpointer data)
{
  Flight *flight = data;

  if (flight->request != NULL)
    fake_request_fail (flight->request, CAUSETTE_LINK_ERROR_LOST, "The connection was lost.");
  g_clear_pointer (&flight->message, wire_message_free);
  g_free (flight);
}

/* @flight: (transfer full) */
static void
arrive (Flight *flight)
{
  FakeRequest *request = g_steal_pointer (&flight->request);

  if (flight->message != NULL)
    causette_signalling_emit_message (CAUSETTE_SIGNALLING (flight->client->signalling),
                                      flight->message);
  else if (flight->refused)
    fake_request_refuse (request, flight->code, "The server refuses.");
  else
    fake_request_accept (request, flight->waiting);

  flight_free (flight);
}

static void
land_at_client (gpointer data)
{
  Flight *flight = data;

  if (flight->client->online)
    arrive (flight);
  else
    g_queue_push_tail (&flight->client->to_client, flight);
}

static void
take_off (Flight *flight)
{
  causette_clock_add (CAUSETTE_CLOCK (flight->client->server->clock),
                      flight->client->server->latency_ms, land_at_client, flight);
}

/* @message: (transfer full) */
static void
tell (Client *client, WireMessage *message)
{
  Flight *flight = g_new0 (Flight, 1);

  flight->client = client;
  flight->message = message;
  take_off (flight);
}

/* Answers come in order with all else that the server says. @request: (transfer full) */
static void
accept (Client *client, FakeRequest *request, int64_t waiting)
{
  Flight *flight = g_new0 (Flight, 1);

  flight->client = client;
  flight->request = request;
  flight->waiting = waiting;
  take_off (flight);
}

static void
refuse (Client *client, FakeRequest *request, WireError code)
{
  Flight *flight = g_new0 (Flight, 1);

  flight->client = client;
  flight->request = request;
  flight->refused = TRUE;
  flight->code = code;
  take_off (flight);
}

static void
tell_ended (Client *client, WireEndReason reason)
{
  WireMessage *message = wire_message_new (WIRE_ENDED);

  message->end.encounter = g_steal_pointer (&client->encounter);
  message->end.reason = reason;
  tell (client, message);
}

static void
tell_partner_state (Client *client, gboolean away)
{
  Client *partner = find_partner (client);
  WireMessage *message;

  if (partner == NULL)
    return;

  message = wire_message_new (WIRE_PARTNER);
  message->partner.encounter = g_strdup (partner->encounter);
  message->partner.away = away;
  tell (partner, message);
}

static void
pair (FakeServer *self)
{
  Client *first = NULL;

  for (guint i = 0; i < self->clients->len; i++)
    {
      Client *client = g_ptr_array_index (self->clients, i);

      if (!client->seeking)
        continue;

      if (first == NULL)
        {
          first = client;
          continue;
        }

      self->n_encounters++;
      for (int side = 0; side < 2; side++)
        {
          Client *one = side == 0 ? first : client;
          WireMessage *message = wire_message_new (WIRE_PAIRED);

          one->seeking = FALSE;
          one->encounter = g_strdup_printf ("encounter-%u", self->n_encounters);
          one->role = side == 0 ? WIRE_CALLER : WIRE_CALLEE;
          message->paired.encounter = g_strdup (one->encounter);
          message->paired.role = one->role;
          tell (one, message);
        }
      return;
    }
}

static void
relay (Client *client, FakeRequest *request)
{
  const WireMessage *asked = fake_request_get_message (request);
  Client *partner = find_partner (client);
  WireMessage *message = wire_message_new (WIRE_RELAY);

  message->relay.encounter = g_strdup (asked->relay.encounter);
  message->relay.kind = asked->relay.kind;
  message->relay.body = g_bytes_ref (asked->relay.body);
  client->server->n_relayed++;
  tell (partner, message);
  accept (client, request, -1);
}

static gboolean
is_in (Client *client, const char *encounter)
{
  return g_strcmp0 (client->encounter, encounter) == 0 && find_partner (client) != NULL;
}

static void
end_encounter (Client *client, WireEndReason reason)
{
  Client *partner = find_partner (client);

  tell_ended (partner, reason);
  g_clear_pointer (&client->encounter, g_free);
}

static void
handle (Client *client, FakeRequest *request)
{
  const WireMessage *message = fake_request_get_message (request);
  const char *encounter = NULL;

  switch (message->type)
    {
    case WIRE_SEEK:
      if (client->seeking || client->encounter != NULL)
        {
          refuse (client, request, WIRE_ERROR_ALREADY);
          return;
        }
      client->seeking = TRUE;
      accept (client, request, 1);
      pair (client->server);
      return;

    case WIRE_LEAVE:
      client->seeking = FALSE;
      accept (client, request, -1);
      return;

    case WIRE_RELAY:
      encounter = message->relay.encounter;
      break;
    case WIRE_END:
      encounter = message->end.encounter;
      break;
    case WIRE_REPORT:
      encounter = message->report.encounter;
      break;
    case WIRE_BLOCK:
      encounter = message->block.encounter;
      break;

    case WIRE_WELCOME:
    case WIRE_PAIRED:
    case WIRE_ENDED:
    case WIRE_POLICY_CHANGED:
    case WIRE_PARTNER:
    case WIRE_CLOSING:
    default:
      g_assert_not_reached ();
    }

  if (!is_in (client, encounter))
    refuse (client, request, WIRE_ERROR_NOT_PAIRED);
  else if (message->type == WIRE_RELAY)
    relay (client, request);
  else
    {
      if (message->type == WIRE_END)
        end_encounter (client, message->end.reason);
      else if (message->type == WIRE_REPORT)
        end_encounter (client, WIRE_END_HANG_UP);
      accept (client, request, -1);
    }
}

static void
land_at_server (gpointer data)
{
  g_autofree Flight *flight = data;

  /* The connection that carried it may have broken: the client's queue has it then. */
  if (flight->client->online)
    handle (flight->client, flight->request);
  else
    g_queue_push_tail (&flight->client->to_server, flight->request);
}

static void
on_request (FakeSignalling *signalling, FakeRequest *request, gpointer user_data)
{
  Client *client = user_data;
  WireType type = fake_request_get_message (request)->type;
  Flight *flight;

  if (!client->online)
    {
      if (type == WIRE_SEEK || type == WIRE_LEAVE)
        fake_request_fail (request, CAUSETTE_LINK_ERROR_LOST, "There is no connection.");
      else
        g_queue_push_tail (&client->to_server, request);
      return;
    }

  flight = g_new0 (Flight, 1);
  flight->client = client;
  flight->request = request;
  causette_clock_add (CAUSETTE_CLOCK (client->server->clock), client->server->latency_ms,
                      land_at_server, flight);
}

static void
fail_requests (Client *client)
{
  FakeRequest *request;

  while ((request = g_queue_pop_head (&client->to_server)) != NULL)
    fake_request_fail (request, CAUSETTE_LINK_ERROR_LOST, "The connection was lost.");
}

static void
forget (Client *client)
{
  causette_clock_clear (CAUSETTE_CLOCK (client->server->clock), &client->lost_timer);
  client->known = FALSE;
  client->seeking = FALSE;
  g_clear_pointer (&client->encounter, g_free);
  g_queue_clear_full (&client->to_client, flight_free);
}

static void
on_lost (gpointer data)
{
  Client *client = data;
  Client *partner = find_partner (client);

  client->lost_timer = 0;
  if (partner != NULL)
    tell_ended (partner, WIRE_END_LOST);
  forget (client);
}

static void
client_free (gpointer data)
{
  Client *client = data;

  fail_requests (client);
  forget (client);
  fake_signalling_set_handler (client->signalling, NULL, NULL);
  g_object_unref (client->signalling);
  g_free (client);
}

FakeServer *
fake_server_new (VirtualClock *clock, guint latency_ms)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->clock = g_object_ref (clock);
  self->latency_ms = latency_ms;
  self->clients = g_ptr_array_new_with_free_func (client_free);

  return self;
}

void
fake_server_free (FakeServer *self)
{
  /* What is on its way lands first. */
  virtual_clock_advance (self->clock, 3 * self->latency_ms);
  g_ptr_array_unref (self->clients);
  virtual_clock_settle ();
  g_object_unref (self->clock);
  g_free (self);
}

static Client *
find (FakeServer *self, FakeSignalling *signalling)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      Client *client = g_ptr_array_index (self->clients, i);

      if (client->signalling == signalling)
        return client;
    }

  g_assert_not_reached ();
}

void
fake_server_add (FakeServer *self, FakeSignalling *signalling)
{
  Client *client = g_new0 (Client, 1);

  client->server = self;
  client->signalling = g_object_ref (signalling);
  client->online = TRUE;
  client->known = TRUE;
  g_queue_init (&client->to_client);
  g_queue_init (&client->to_server);
  g_ptr_array_add (self->clients, client);
  fake_signalling_set_handler (signalling, on_request, client);
  fake_signalling_go_online (signalling);
}

static void
disconnect (Client *client)
{
  client->online = FALSE;
  fake_signalling_set_state (client->signalling, CAUSETTE_LINK_RECONNECTING,
                             CAUSETTE_LINK_ERROR_LOST, "The connection was lost.");
}

void
fake_server_cut (FakeServer *self, FakeSignalling *signalling)
{
  Client *client = find (self, signalling);

  tell_partner_state (client, TRUE);
  client->lost_timer = causette_clock_add (CAUSETTE_CLOCK (self->clock), LOST_MS, on_lost, client);
  disconnect (client);
}

void
fake_server_mend (FakeServer *self, FakeSignalling *signalling)
{
  Client *client = find (self, signalling);
  gboolean resumed = client->known;
  Flight *flight;
  FakeRequest *request;

  causette_clock_clear (CAUSETTE_CLOCK (self->clock), &client->lost_timer);
  client->online = TRUE;
  client->known = TRUE;
  if (!resumed)
    fail_requests (client);

  fake_signalling_resume (signalling, resumed, client->encounter);
  while ((flight = g_queue_pop_head (&client->to_client)) != NULL)
    arrive (flight);
  while ((request = g_queue_pop_head (&client->to_server)) != NULL)
    handle (client, request);
  tell_partner_state (client, FALSE);
}

void
fake_server_crash (FakeServer *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    forget (g_ptr_array_index (self->clients, i));
  for (guint i = 0; i < self->clients->len; i++)
    disconnect (g_ptr_array_index (self->clients, i));
}

guint
fake_server_get_n_relayed (FakeServer *self)
{
  return self->n_relayed;
}

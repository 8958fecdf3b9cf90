/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO in an Engine.IO session: namespaces joined and left, events, acknowledgements.
 *
 * Owns: a session's clients.
 * Called by: engine-session.c with messages, the layer above.
 * Must never: touch a client after a handler of the layer above was called that may have left.
 */
#include "net/server/engine-internal.h"

#include <string.h>

static EngineClient *
find_client (const EngineSocket *socket, const char *nsp)
{
  for (EngineClient *client = socket->clients; client != NULL; client = client->next)
    if (strcmp (client->nsp, nsp) == 0)
      return client;

  return NULL;
}

static EngineClient *
nth_client (const EngineSocket *socket, size_t index)
{
  EngineClient *client = socket->clients;

  while (client != NULL && index-- > 0)
    client = client->next;
  return client;
}

static void
client_free (EngineClient *client)
{
  g_free (client->nsp);
  g_free (client);
}

static void
send_packet (EngineSocket *socket, const SioPacket *packet)
{
  g_autoptr (GString) text = g_string_new (NULL);

  sio_packet_encode (packet, text);
  session_enqueue (socket, EIO_MESSAGE, text->str, text->len, false);
  for (guint i = 0; packet->attachments != NULL && i < packet->attachments->len; i++)
    {
      gsize size;
      const void *data = g_bytes_get_data (g_ptr_array_index (packet->attachments, i), &size);

      session_enqueue (socket, EIO_MESSAGE, data, size, true);
    }
}

/* Makes a packet of @type with @data (transfer full, may be %NULL) and sends it. */
static void
send_new (EngineSocket *socket, SioType type, const char *nsp, int64_t id, JsonValue *data)
{
  g_autoptr (SioPacket) packet = sio_packet_new (type, nsp, id, data, NULL);

  send_packet (socket, packet);
}

static void
leave (EngineClient *client, const char *reason)
{
  EngineSocket *socket = client->socket;
  Engine *engine = socket->engine;
  EngineClient **link = &socket->clients;

  while (*link != client)
    link = &(*link)->next;
  *link = client->next;
  client->connected = false;

  if (socket->clients == NULL && socket->state == SESSION_OPEN)
    {
      socket->connect_ms = engine_now_ms (engine) + engine->settings.connect_timeout_ms;
      session_rearm (socket);
    }
  if (engine->handlers.on_disconnected != NULL)
    engine->handlers.on_disconnected (client, reason, engine->data);
  client_free (client);
}

static void
refuse (EngineClient *client, JsonValue *refusal)
{
  if (refusal == NULL)
    {
      refusal = json_new_object ();
      json_object_put_string (refusal, "message", "Invalid namespace");
    }
  send_new (client->socket, SIO_CONNECT_ERROR, client->nsp, SIO_NO_ID, refusal);
  client_free (client);
}

static void
join (EngineSocket *socket, const SioPacket *packet)
{
  Engine *engine = socket->engine;
  const EngineHandlers *handlers = &engine->handlers;
  EngineClient *client = g_new0 (EngineClient, 1);
  JsonValue *refusal = NULL;
  JsonValue *answer;

  client->socket = socket;
  client->nsp = g_strdup (packet->nsp);
  engine_random_sid (client->sid);
  if (!handlers->on_connect (client, client->nsp, packet->data, &refusal, engine->data))
    {
      refuse (client, refusal);
      return;
    }

  client->connected = true;
  client->next = socket->clients;
  socket->clients = client;
  socket->joined = true;
  if (socket->state != SESSION_OPEN)
    {
      leave (client, "transport close");
      return;
    }
  socket->connect_ms = 0;
  session_rearm (socket);

  answer = json_new_object ();
  json_object_put_string (answer, "sid", client->sid);
  send_new (socket, SIO_CONNECT, client->nsp, SIO_NO_ID, answer);
  if (handlers->on_connected != NULL)
    handlers->on_connected (client, engine->data);
}

/* Returns false for what a client may not say. */
static bool
handle_packet (EngineSocket *socket, const SioPacket *packet)
{
  Engine *engine = socket->engine;
  const EngineHandlers *handlers = &engine->handlers;
  EngineClient *client = find_client (socket, packet->nsp);

  if (packet->type == SIO_CONNECT)
    {
      if (client != NULL)
        return false;
      join (socket, packet);
      return true;
    }
  if (packet->type == SIO_CONNECT_ERROR)
    return false;
  /* What it said before it knew that it was put out of a namespace is no fault of its own. */
  if (client == NULL)
    return socket->joined;

  if (packet->type == SIO_DISCONNECT)
    leave (client, "client namespace disconnect");
  else if (packet->type == SIO_EVENT && handlers->on_event != NULL)
    handlers->on_event (client, packet, engine->data);
  else if (packet->type == SIO_ACK && handlers->on_ack != NULL)
    handlers->on_ack (client, packet, engine->data);
  return true;
}

bool
namespace_message (EngineSocket *socket, const uint8_t *data, size_t size, bool binary)
{
  const EngineSettings *settings = &socket->engine->settings;
  g_autoptr (SioPacket) packet = NULL;

  /* For the decoder no number of attachments means its own default. */
  if (settings->max_attachments == 0 &&
      (binary ||
       (size > 0 && (data[0] == '0' + SIO_BINARY_EVENT || data[0] == '0' + SIO_BINARY_ACK))))
    return false;

  if (socket->decoder == NULL)
    socket->decoder = sio_decoder_new (settings->max_attachments, settings->max_payload_bytes);
  if (!sio_decoder_feed (socket->decoder, data, size, binary, &packet, NULL))
    return false;
  return packet == NULL || handle_packet (socket, packet);
}

void
namespace_heard (EngineSocket *socket)
{
  Engine *engine = socket->engine;
  EngineClient *client;

  if (engine->handlers.on_heard == NULL)
    return;
  for (size_t i = 0; socket->state == SESSION_OPEN && (client = nth_client (socket, i)) != NULL;
       i++)
    engine->handlers.on_heard (client, engine->data);
}

void
namespace_close_all (EngineSocket *socket, const char *reason)
{
  while (socket->clients != NULL)
    leave (socket->clients, reason);
}

void
engine_client_set_data (EngineClient *client, void *data)
{
  client->data = data;
}

void *
engine_client_get_data (const EngineClient *client)
{
  return client->data;
}

const char *
engine_client_get_sid (const EngineClient *client)
{
  return client->sid;
}

uint64_t
engine_client_get_peer_key (const EngineClient *client)
{
  return client->socket->peer_key;
}

void
engine_client_send (EngineClient *client, const SioPacket *packet)
{
  if (client->connected)
    send_packet (client->socket, packet);
}

void
engine_client_emit (EngineClient *client, const char *name, JsonValue *argument)
{
  g_autoptr (SioPacket) packet = sio_packet_new_event (client->nsp, SIO_NO_ID, name, argument);

  engine_client_send (client, packet);
}

void
engine_client_ack (EngineClient *client, int64_t id, JsonValue *argument)
{
  JsonValue *arguments;

  if (id == SIO_NO_ID)
    {
      json_value_unref (argument);
      return;
    }

  arguments = json_new_array ();
  if (argument != NULL)
    json_array_add (arguments, argument);
  if (client->connected)
    send_new (client->socket, SIO_ACK, client->nsp, id, arguments);
  else
    json_value_unref (arguments);
}

void
engine_client_disconnect (EngineClient *client, bool close)
{
  EngineSocket *socket = client->socket;

  if (!client->connected)
    return;

  session_hold (socket);
  send_new (socket, SIO_DISCONNECT, client->nsp, SIO_NO_ID, NULL);
  leave (client, "server namespace disconnect");
  if (close)
    session_close (socket, "server namespace disconnect", END_FLUSH);
  session_release (socket);
}

size_t
engine_client_unsent_bytes (const EngineClient *client)
{
  const EngineSocket *socket = client->socket;

  return socket->unsent + (socket->websocket != NULL ? socket->websocket->in_flight : 0);
}

void
engine_client_ping (EngineClient *client)
{
  if (client->connected)
    session_enqueue (client->socket, EIO_PING, NULL, 0, false);
}

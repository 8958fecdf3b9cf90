/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server for tests; see the header. */
#include "tests/unit/client/scripted-server.h"

#include "net/wire/eio.h"

static void
record (GPtrArray *list, int64_t id, const char *name, const JsonValue *json)
{
  g_autofree char *text = json != NULL ? json_value_to_string (json) : g_strdup ("-");

  if (name != NULL)
    g_ptr_array_add (list, g_strdup_printf ("%s %s", name, text));
  else if (id != SIO_NO_ID)
    g_ptr_array_add (list, g_strdup_printf ("%" G_GINT64_FORMAT " %s", id, text));
  else
    g_ptr_array_add (list, g_steal_pointer (&text));
}

static void
welcome (ScriptedServer *self, const JsonValue *auth)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_WELCOME);
  WireIceServer *ice = g_new0 (WireIceServer, 1);
  const char *urls[] = { "stun:127.0.0.1:3478", NULL };

  ice->urls = g_strdupv ((char **) urls);
  if (message->welcome.ice_servers == NULL)
    message->welcome.ice_servers =
        g_ptr_array_new_with_free_func ((GDestroyNotify) wire_ice_server_free);
  g_ptr_array_add (message->welcome.ice_servers, ice);
  message->welcome.session = g_strdup ("session");
  message->welcome.resume = g_strdup_printf ("token-%u", self->connections);
  message->welcome.policy_version = g_strdup ("2024-01-01");
  message->welcome.online = 3;
  if (self->resumed && json_object_find (auth, "resume") != NULL)
    {
      message->welcome.resumed = true;
      message->welcome.encounter = g_strdup ("encounter");
    }
  scripted_server_say (self, message, SIO_NO_ID);
}

static void
on_connect (ScriptedServer *self, const SioPacket *packet)
{
  record (self->auths, SIO_NO_ID, NULL, packet->data);
  switch (self->admit)
    {
    case ADMIT_WELCOME:
      scripted_server_send (self, "40{\"sid\":\"socket\"}");
      welcome (self, packet->data);
      break;
    case ADMIT_MUTE:
      scripted_server_send (self, "40{\"sid\":\"socket\"}");
      break;
    case ADMIT_REFUSE:
      {
        g_autofree char *text = g_strconcat ("44", self->refusal, NULL);
        scripted_server_send (self, text);
        break;
      }
    case ADMIT_NEVER:
    case ADMIT_NO_OPEN:
    default:
      break;
    }
}

static void
on_event (ScriptedServer *self, const SioPacket *packet)
{
  record (self->events, packet->id, sio_packet_event_name (packet),
          sio_packet_argument (packet, 0));
  g_array_append_val (self->event_ids, packet->id);
  switch (self->ack)
    {
    case ACK_OK:
      scripted_server_acknowledge (self, packet->id, "{\"ok\":true,\"waiting\":7}");
      break;
    case ACK_NO:
      scripted_server_acknowledge (
          self, packet->id, "{\"ok\":false,\"error\":\"not-paired\",\"message\":\"No such.\"}");
      break;
    case ACK_BAD:
      scripted_server_acknowledge (self, packet->id, "[1]");
      break;
    case ACK_NONE:
    default:
      break;
    }
}

static void
on_message (SoupWebsocketConnection *connection,
            SoupWebsocketDataType type,
            GBytes *message,
            ScriptedServer *self)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (SioPacket) packet = NULL;
  g_autoptr (GError) error = NULL;
  EioPacket engine;
  gsize size;
  const uint8_t *data = g_bytes_get_data (message, &size);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  eio_packet_decode (data, size, false, &engine, &error);
  g_assert_no_error (error);
  if (engine.type == EIO_PONG)
    {
      self->pongs++;
      return;
    }
  g_assert_cmpint (engine.type, ==, EIO_MESSAGE);
  sio_decoder_feed (decoder, engine.data, engine.size, false, &packet, &error);
  g_assert_no_error (error);
  g_assert_nonnull (packet);

  switch (packet->type)
    {
    case SIO_CONNECT:
      on_connect (self, packet);
      break;
    case SIO_EVENT:
      on_event (self, packet);
      break;
    case SIO_ACK:
      record (self->acks, packet->id, NULL, sio_packet_argument (packet, 0));
      break;
    case SIO_DISCONNECT:
      self->goodbyes++;
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
on_closed (SoupWebsocketConnection *connection, ScriptedServer *self)
{
  self->closes++;
  if (connection == self->connection)
    g_clear_object (&self->connection);
  else
    g_ptr_array_remove_fast (self->leaving, connection);
}

static gboolean
on_ping (gpointer data)
{
  ScriptedServer *self = data;

  scripted_server_send (self, "2");
  return G_SOURCE_CONTINUE;
}

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *connection,
              gpointer data)
{
  ScriptedServer *self = data;
  g_autofree char *open = NULL;

  if (self->connection != NULL)
    g_ptr_array_add (self->leaving, g_steal_pointer (&self->connection));
  self->connection = g_object_ref (connection);
  self->connections++;
  g_ptr_array_add (self->queries,
                   g_strdup (g_uri_get_query (soup_server_message_get_uri (message))));
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);

  if (self->admit == ADMIT_NO_OPEN)
    return;
  open = self->open != NULL
             ? g_strconcat ("0", self->open, NULL)
             : g_strdup_printf ("0{\"sid\":\"engine\",\"upgrades\":[],\"pingInterval\":%u,"
                                "\"pingTimeout\":%u,\"maxPayload\":%u}",
                                self->ping_interval_ms, self->ping_timeout_ms, self->max_payload);
  scripted_server_send (self, open);
  g_clear_handle_id (&self->ping_source, g_source_remove);
  if (self->ping)
    self->ping_source = g_timeout_add (self->ping_interval_ms, on_ping, self);
}

ScriptedServer *
scripted_server_new (GTlsCertificate *certificate)
{
  ScriptedServer *self = g_new0 (ScriptedServer, 1);
  g_autoptr (GError) error = NULL;
  SoupServerListenOptions options = SOUP_SERVER_LISTEN_IPV4_ONLY;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  if (certificate != NULL)
    {
      soup_server_set_tls_certificate (self->server, certificate);
      options |= SOUP_SERVER_LISTEN_HTTPS;
    }
  soup_server_listen_local (self->server, 0, options, &error);
  g_assert_no_error (error);
  soup_server_add_websocket_handler (self->server, "/socket.io/", NULL, NULL, on_websocket, self,
                                     NULL);

  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("%s://127.0.0.1:%d", certificate != NULL ? "https" : "http",
                                   g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  self->ping_interval_ms = 25000;
  self->ping_timeout_ms = 20000;
  self->max_payload = 1000000;
  self->resumed = true;
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
  self->auths = g_ptr_array_new_with_free_func (g_free);
  self->queries = g_ptr_array_new_with_free_func (g_free);
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->acks = g_ptr_array_new_with_free_func (g_free);
  self->event_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

static void
let_go (ScriptedServer *self, SoupWebsocketConnection *connection)
{
  g_signal_handlers_disconnect_by_data (connection, self);
  g_object_unref (connection);
}

void
scripted_server_free (ScriptedServer *self)
{
  g_clear_handle_id (&self->ping_source, g_source_remove);
  g_ptr_array_set_free_func (self->leaving, NULL);
  for (unsigned i = 0; i < self->leaving->len; i++)
    let_go (self, g_ptr_array_index (self->leaving, i));
  g_ptr_array_unref (self->leaving);
  if (self->connection != NULL)
    let_go (self, g_steal_pointer (&self->connection));
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->auths);
  g_ptr_array_unref (self->queries);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->acks);
  g_array_unref (self->event_ids);
  g_free (self->address);
  g_free (self);
}

void
scripted_server_send (ScriptedServer *self, const char *text)
{
  if (self->connection != NULL &&
      soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
}

void
scripted_server_send_binary (ScriptedServer *self, const void *data, size_t size)
{
  g_assert_nonnull (self->connection);
  soup_websocket_connection_send_binary (self->connection, data, size);
}

void
scripted_server_say (ScriptedServer *self, const WireMessage *message, int64_t id)
{
  g_autoptr (SioPacket) packet = sio_packet_new_event ("/", id, wire_event_name (message->type),
                                                       wire_message_to_json (message));
  g_autoptr (GString) text = g_string_new ("4");

  sio_packet_encode (packet, text);
  scripted_server_send (self, text->str);
}

void
scripted_server_acknowledge (ScriptedServer *self, int64_t id, const char *json)
{
  g_autofree char *text = g_strdup_printf ("43%" G_GINT64_FORMAT "[%s]", id, json);

  scripted_server_send (self, text);
}

void
scripted_server_cut (ScriptedServer *self)
{
  g_assert_nonnull (self->connection);
  g_clear_handle_id (&self->ping_source, g_source_remove);
  let_go (self, g_steal_pointer (&self->connection));
}

void
scripted_server_close (ScriptedServer *self)
{
  g_assert_nonnull (self->connection);
  g_clear_handle_id (&self->ping_source, g_source_remove);
  soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

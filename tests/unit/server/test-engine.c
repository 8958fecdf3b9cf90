/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine promises to the layer above it: when handlers are called, what may be done inside
 * them, listening, draining, the end. Clients speak long-polling over plain sockets on the same
 * loop; what the protocols demand is tested in tests/conformance. */
#include "net/server/engine.h"

#include <string.h>

#define LIMIT_MS 10000

typedef struct
{
  uv_loop_t loop;
  Engine *engine;
  GPtrArray *log;       /* of char: what the handlers saw */
  EngineClient *client; /* the last to join, as long as it is there */
  bool drained;
  bool leave_on_connected, leave_on_event, flood_on_connected;
} World;

typedef struct
{
  uv_tcp_t handle;
  uv_timer_t limit;
  GString *answer;
  bool done, late;
} Exchange;

static void note (World *world, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (World *world, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (world->log, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* Asserts what was noted since the last call, joined by '|'. */
static void
assert_log (World *world, const char *expected)
{
  g_autofree char *text = NULL;

  g_ptr_array_add (world->log, NULL);
  text = g_strjoinv ("|", (char **) world->log->pdata);
  g_assert_cmpstr (text, ==, expected);
  g_ptr_array_set_size (world->log, 0);
}

static bool
on_connect (EngineClient *client,
            const char *nsp,
            const JsonValue *auth,
            JsonValue **refusal,
            void *data)
{
  World *world = data;

  note (world, "connect %s", nsp);
  return strcmp (nsp, "/") == 0;
}

static void
on_connected (EngineClient *client, void *data)
{
  World *world = data;

  note (world, "connected");
  world->client = client;
  if (world->leave_on_connected)
    engine_client_disconnect (client, true);
  for (unsigned i = 0; world->flood_on_connected && i < 1000; i++)
    engine_client_emit (client, "flood", json_new_string ("some words to be left unread"));
}

static void
on_event (EngineClient *client, const SioPacket *packet, void *data)
{
  World *world = data;

  note (world, "event %s", sio_packet_event_name (packet));
  if (world->leave_on_event)
    engine_client_disconnect (client, true);
  else
    engine_client_ack (client, packet->id, json_new_string ("fine"));
}

static void
on_ack (EngineClient *client, const SioPacket *packet, void *data)
{
  note (data, "ack %d %s", (int) packet->id, json_value_string (sio_packet_argument (packet, 0)));
}

static void
on_heard (EngineClient *client, void *data)
{
  note (data, "heard");
}

static void
on_disconnected (EngineClient *client, const char *reason, void *data)
{
  World *world = data;

  note (world, "disconnected: %s", reason);
  if (world->client == client)
    world->client = NULL;
}

static bool
on_get (const char *path, EngineResponse *response, void *data)
{
  if (strcmp (path, "/known") != 0)
    return false;
  response->body = g_bytes_new_static ("route", 5);
  return true;
}

static bool
on_admin_get (const char *path, EngineResponse *response, void *data)
{
  if (strcmp (path, "/metrics") != 0)
    return false;
  response->body = g_bytes_new_static ("numbers", 7);
  return true;
}

static void
on_drained (void *data)
{
  World *world = data;

  world->drained = true;
  g_clear_pointer (&world->engine, engine_free);
}

static const EngineHandlers handlers = {
  .on_connect = on_connect,
  .on_connected = on_connected,
  .on_event = on_event,
  .on_ack = on_ack,
  .on_disconnected = on_disconnected,
  .on_get = on_get,
};

static void
world_start (World *world, const EngineSettings *settings, const EngineHandlers *which)
{
  g_autoptr (GError) error = NULL;

  *world = (World){ .log = g_ptr_array_new_with_free_func (g_free) };
  g_assert_cmpint (uv_loop_init (&world->loop), ==, 0);
  world->engine = engine_new (&world->loop, settings, which, world, &error);
  g_assert_no_error (error);
}

/* Frees the engine if it is still there, and holds that it leaves nothing in the loop. */
static void
world_end (World *world)
{
  g_clear_pointer (&world->engine, engine_free);
  uv_run (&world->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&world->loop), ==, 0);
  g_ptr_array_unref (world->log);
}

static void
on_limit (uv_timer_t *handle)
{
  ((Exchange *) handle->data)->late = true;
}

static void
on_alloc (uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
  *buffer = uv_buf_init (g_malloc (suggested), (unsigned) suggested);
}

static void
on_read (uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
  Exchange *exchange = stream->data;

  if (size > 0)
    g_string_append_len (exchange->answer, buffer->base, size);
  else if (size < 0)
    exchange->done = true;
  g_free (buffer->base);
}

static void
on_connection (uv_connect_t *request, int status)
{
  g_assert_cmpint (status, ==, 0);
  uv_read_start (request->handle, on_alloc, on_read);
}

/* Sends a request from @from and returns all that comes until the server closes. */
static char *
ask (World *world, const char *from, uint16_t port, const char *request)
{
  Exchange exchange = { .answer = g_string_new (NULL) };
  uv_buf_t buffer = uv_buf_init ((char *) request, (unsigned) strlen (request));
  uv_connect_t connect;
  uv_write_t write;
  struct sockaddr_in local, remote;

  uv_ip4_addr (from, 0, &local);
  uv_ip4_addr ("127.0.0.1", port, &remote);
  uv_tcp_init (&world->loop, &exchange.handle);
  uv_timer_init (&world->loop, &exchange.limit);
  exchange.handle.data = exchange.limit.data = &exchange;
  uv_timer_start (&exchange.limit, on_limit, LIMIT_MS, 0);
  g_assert_cmpint (uv_tcp_bind (&exchange.handle, (struct sockaddr *) &local, 0), ==, 0);
  uv_tcp_connect (&connect, &exchange.handle, (struct sockaddr *) &remote, on_connection);
  uv_write (&write, (uv_stream_t *) &exchange.handle, &buffer, 1, NULL);

  while (!exchange.done && !exchange.late)
    uv_run (&world->loop, UV_RUN_ONCE);
  g_assert_false (exchange.late);

  uv_close ((uv_handle_t *) &exchange.handle, NULL);
  uv_close ((uv_handle_t *) &exchange.limit, NULL);
  while (uv_is_active ((uv_handle_t *) &exchange.handle) ||
         uv_is_active ((uv_handle_t *) &exchange.limit))
    uv_run (&world->loop, UV_RUN_ONCE);
  uv_run (&world->loop, UV_RUN_NOWAIT);
  return g_string_free (exchange.answer, FALSE);
}

static unsigned
status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ") ? (unsigned) atoi (answer + 9) : 0;
}

static const char *
body_of (const char *answer)
{
  const char *body = strstr (answer, "\r\n\r\n");

  g_assert_nonnull (body);
  return body + 4;
}

static char *
get_from (World *world, const char *from, uint16_t port, const char *target)
{
  g_autofree char *request =
      g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target);

  return ask (world, from, port, request);
}

static char *
get (World *world, const char *target)
{
  return get_from (world, "127.0.0.1", engine_get_port (world->engine), target);
}

static void
assert_get (World *world, uint16_t port, const char *target, unsigned status, const char *body)
{
  g_autofree char *answer = get_from (world, "127.0.0.1", port, target);

  g_assert_cmpuint (status_of (answer), ==, status);
  if (body != NULL)
    g_assert_cmpstr (body_of (answer), ==, body);
}

/* Opens a session by polling; returns its sid. */
static char *
open_session (World *world, const char *from)
{
  g_autofree char *answer = get_from (world, from, engine_get_port (world->engine),
                                      "/socket.io/?EIO=4&transport=polling");
  EioHandshake handshake;
  const char *body = body_of (answer);
  char *sid;

  g_assert_cmpuint (status_of (answer), ==, 200);
  g_assert_true (
      eio_handshake_decode ((const uint8_t *) body + 1, strlen (body) - 1, &handshake, NULL));
  sid = g_strdup (handshake.sid);
  eio_handshake_clear (&handshake);
  return sid;
}

static void
assert_poll (World *world, const char *sid, unsigned status, const char *prefix)
{
  g_autofree char *target = g_strdup_printf ("/socket.io/?EIO=4&transport=polling&sid=%s", sid);
  g_autofree char *answer = get (world, target);

  g_assert_cmpuint (status_of (answer), ==, status);
  if (prefix != NULL && !g_str_has_prefix (body_of (answer), prefix))
    g_assert_cmpstr (body_of (answer), ==, prefix);
}

static unsigned
post (World *world, const char *sid, const char *body)
{
  g_autofree char *request = g_strdup_printf (
      "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      "Content-Length: %zu\r\n\r\n%s",
      sid, strlen (body), body);
  g_autofree char *answer = ask (world, "127.0.0.1", engine_get_port (world->engine), request);

  return status_of (answer);
}

static void
default_settings (EngineSettings *settings)
{
  engine_settings_init (settings);
  settings->host = "127.0.0.1";
}

static void
test_listening (void)
{
  g_autoptr (GError) error = NULL;
  EngineSettings settings;
  World world, second;

  default_settings (&settings);
  settings.host = "localhost";
  world_start (&world, &settings, &handlers);
  g_assert_cmpuint (engine_get_port (world.engine), !=, 0);

  settings.port = engine_get_port (world.engine);
  second = (World){ .log = g_ptr_array_new_with_free_func (g_free) };
  uv_loop_init (&second.loop);
  g_assert_null (engine_new (&second.loop, &settings, &handlers, &second, &error));
  g_assert_nonnull (error);
  world_end (&second);

  g_clear_error (&error);
  settings.host = "192.0.2.1";
  second = (World){ .log = g_ptr_array_new_with_free_func (g_free) };
  uv_loop_init (&second.loop);
  g_assert_null (engine_new (&second.loop, &settings, &handlers, &second, &error));
  g_assert_nonnull (error);
  world_end (&second);
  world_end (&world);
}

static void
test_routes (void)
{
  g_autoptr (GError) error = NULL;
  EngineSettings settings;
  World world;
  uint16_t port, admin;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  port = engine_get_port (world.engine);
  admin = engine_add_http_listener (world.engine, "127.0.0.1", 0, on_admin_get, &world, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (admin, !=, 0);
  g_assert_cmpuint (admin, !=, port);

  assert_get (&world, port, "/known", 200, "route");
  assert_get (&world, port, "/metrics", 404, NULL);
  assert_get (&world, admin, "/metrics", 200, "numbers");
  assert_get (&world, admin, "/known", 404, NULL);
  assert_get (&world, admin, "/socket.io/?EIO=4&transport=polling", 404, NULL);

  g_assert_cmpuint (engine_add_http_listener (world.engine, "127.0.0.2", port, on_admin_get, &world,
                                              &error),
                    ==, 0);
  g_assert_nonnull (error);
  world_end (&world);
}

static void
test_too_many_sessions (void)
{
  EngineSettings settings;
  EngineCounters counters;
  World world;

  default_settings (&settings);
  settings.max_sessions = 2;
  world_start (&world, &settings, &handlers);
  for (unsigned i = 0; i < 2; i++)
    {
      g_autofree char *sid = open_session (&world, "127.0.0.1");

      g_assert_nonnull (sid);
    }
  assert_get (&world, engine_get_port (world.engine), "/socket.io/?EIO=4&transport=polling", 503,
              NULL);
  g_assert_cmpuint (engine_session_count (world.engine), ==, 2);
  engine_get_counters (world.engine, &counters);
  g_assert_cmpuint (counters.sessions_opened, ==, 2);
  g_assert_cmpuint (counters.handshakes_refused, ==, 1);
  world_end (&world);
}

static void
test_events (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  g_assert_cmpuint (post (&world, sid, "40"), ==, 200);
  assert_log (&world, "connect /|connected");
  assert_poll (&world, sid, 200, "40{\"sid\":\"");

  g_assert_cmpuint (post (&world, sid,
                          "427[\"hello\"]\x1e"
                          "42[\"silent\"]"),
                    ==, 200);
  assert_log (&world, "event hello|event silent");
  assert_poll (&world, sid, 200, "437[\"fine\"]");

  g_assert_cmpuint (post (&world, sid, "4312[\"done\"]"), ==, 200);
  assert_log (&world, "ack 12 done");

  g_assert_cmpuint (post (&world, sid, "41"), ==, 200);
  assert_log (&world, "disconnected: client namespace disconnect");
  g_assert_cmpuint (engine_session_count (world.engine), ==, 1);
  world_end (&world);
}

static void
test_heard (void)
{
  EngineHandlers all = handlers;
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  all.on_heard = on_heard;
  default_settings (&settings);
  world_start (&world, &settings, &all);
  sid = open_session (&world, "127.0.0.1");
  post (&world, sid, "40");
  assert_log (&world, "connect /|connected");
  assert_poll (&world, sid, 200, "40");

  engine_client_ping (world.client);
  assert_poll (&world, sid, 200, "2");
  g_assert_cmpuint (post (&world, sid, "3"), ==, 200);
  assert_log (&world, "heard");
  g_assert_cmpuint (post (&world, sid, "42[\"hello\"]"), ==, 200);
  assert_log (&world, "heard|event hello");
  world_end (&world);
}

static void
test_refused (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  g_assert_cmpuint (post (&world, sid, "40/other,"), ==, 200);
  assert_log (&world, "connect /other");
  assert_poll (&world, sid, 200, "44/other,{\"message\":\"Invalid namespace\"}");
  world_end (&world);
}

/* A client may be put out inside the handlers that tell of it. */
static void
test_leaving_inside_handlers (void)
{
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);

  for (unsigned round = 0; round < 2; round++)
    {
      g_autofree char *sid = open_session (&world, "127.0.0.1");

      world.leave_on_connected = round == 0;
      world.leave_on_event = round == 1;
      g_assert_cmpuint (post (&world, sid,
                              "40\x1e"
                              "42[\"one\"]\x1e"
                              "42[\"two\"]"),
                        ==, 200);
      assert_log (&world,
                  round == 0
                      ? "connect /|connected|disconnected: server namespace disconnect"
                      : "connect /|connected|event one|disconnected: server namespace disconnect");
      g_assert_null (world.client);
      assert_poll (&world, sid, 200, "40");
      assert_poll (&world, sid, 200, "1");
      assert_poll (&world, sid, 400, NULL);
    }
  g_assert_cmpuint (engine_session_count (world.engine), ==, 0);
  world_end (&world);
}

/* A client that is sent more than it reads stays valid for the function that sends. */
static void
test_unread (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  settings.max_unsent_bytes = 5000;
  world_start (&world, &settings, &handlers);
  world.flood_on_connected = true;
  sid = open_session (&world, "127.0.0.1");
  post (&world, sid, "40");
  assert_poll (&world, sid, 400, NULL);
  assert_log (&world, "connect /|connected|disconnected: unread limit");
  world_end (&world);
}

static void
test_no_attachments (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  g_assert_cmpuint (settings.max_attachments, ==, 0);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  post (&world, sid, "40");
  g_assert_cmpuint (post (&world, sid, "451-[\"x\",{\"_placeholder\":true,\"num\":0}]"), ==, 400);
  assert_log (&world, "connect /|connected|disconnected: parse error");
  world_end (&world);
}

static uint64_t
join_from (World *world, const char *from)
{
  g_autofree char *sid = open_session (world, from);

  post (world, sid, "40");
  return engine_client_get_peer_key (world->client);
}

static void
test_peer_key (void)
{
  EngineSettings settings;
  uint64_t first, other;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  first = join_from (&world, "127.0.0.1");
  other = join_from (&world, "127.0.0.2");
  g_assert_cmpuint (first, !=, other);
  g_assert_cmpuint (join_from (&world, "127.0.0.1"), ==, first);
  world_end (&world);

  world_start (&world, &settings, &handlers);
  g_assert_cmpuint (join_from (&world, "127.0.0.1"), !=, first);
  world_end (&world);
}

static void
test_free_with_sessions (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  post (&world, sid, "40");
  assert_log (&world, "connect /|connected");
  g_clear_pointer (&world.engine, engine_free);
  assert_log (&world, "disconnected: server shutting down");
  world_end (&world);
}

static void
test_drain (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  post (&world, sid, "40");
  assert_poll (&world, sid, 200, "40");
  assert_log (&world, "connect /|connected");

  engine_drain (world.engine, LIMIT_MS, on_drained, &world);
  assert_poll (&world, sid, 200, "1");
  assert_log (&world, "disconnected: server shutting down");
  uv_run (&world.loop, UV_RUN_DEFAULT);
  g_assert_true (world.drained);
  world_end (&world);
}

/* A session whose last words nobody fetches does not hold the end up for longer than was said. */
static void
test_drain_limit (void)
{
  g_autofree char *sid = NULL;
  EngineSettings settings;
  World world;

  default_settings (&settings);
  world_start (&world, &settings, &handlers);
  sid = open_session (&world, "127.0.0.1");
  g_assert_nonnull (sid);
  engine_drain (world.engine, 50, on_drained, &world);
  uv_run (&world.loop, UV_RUN_DEFAULT);
  g_assert_true (world.drained);
  world_end (&world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server/engine/listening", test_listening);
  g_test_add_func ("/server/engine/routes", test_routes);
  g_test_add_func ("/server/engine/too-many-sessions", test_too_many_sessions);
  g_test_add_func ("/server/engine/events", test_events);
  g_test_add_func ("/server/engine/heard", test_heard);
  g_test_add_func ("/server/engine/refused", test_refused);
  g_test_add_func ("/server/engine/leaving-inside-handlers", test_leaving_inside_handlers);
  g_test_add_func ("/server/engine/unread", test_unread);
  g_test_add_func ("/server/engine/no-attachments", test_no_attachments);
  g_test_add_func ("/server/engine/peer-key", test_peer_key);
  g_test_add_func ("/server/engine/free-with-sessions", test_free_with_sessions);
  g_test_add_func ("/server/engine/drain", test_drain);
  g_test_add_func ("/server/engine/drain-limit", test_drain_limit);

  return g_test_run ();
}

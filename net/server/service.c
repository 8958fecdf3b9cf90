/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pairing server as a whole: see service.h. */
#include "net/server/service.h"

#include "net/server/metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define POLICY_PATH "/policy/"
#define NAMESPACE   "/"

/* Between the word that the server closes and the closing. The reference client loses an event that
 * it polls together with the end of its session. */
#define CLOSING_MS 300

struct _Service
{
  const Options *options;
  Engine *engine;
  Lobby *lobby;
  PolicyStore *policy; /* nullable */
  uint16_t admin_port;
  bool draining;
  uv_timer_t *timer; /* for lobby_tick(); freed by the loop */
  uint64_t timer_ms; /* what it is set to; UINT64_MAX: it rests */
  uv_timer_t *drain_timer;
  unsigned drain_timeout_ms;
  void (*drained) (void *data);
  void *drained_data;
};

static void on_timer (uv_timer_t *timer);

/* The lobby's deadlines may have changed after everything that came in. */
static void
set_timer (Service *service)
{
  uint64_t next_ms = lobby_next_deadline_ms (service->lobby);
  uint64_t now_ms = engine_now_ms (service->engine);

  if (next_ms == service->timer_ms)
    return;

  service->timer_ms = next_ms;
  if (next_ms == UINT64_MAX)
    uv_timer_stop (service->timer);
  else
    uv_timer_start (service->timer, on_timer, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

static void
on_timer (uv_timer_t *timer)
{
  Service *service = timer->data;

  service->timer_ms = UINT64_MAX;
  lobby_tick (service->lobby, engine_now_ms (service->engine));
  set_timer (service);
}

/* What the lobby says */

static void
emit (void *connection, const char *name, int64_t id, JsonValue *payload, void *data)
{
  g_autoptr (SioPacket) packet = sio_packet_new_event (NAMESPACE, id, name, payload);

  engine_client_send (connection, packet);
}

static void
acknowledge (void *connection, int64_t id, JsonValue *answer, void *data)
{
  engine_client_ack (connection, id, answer);
}

static void
ping (void *connection, void *data)
{
  engine_client_ping (connection);
}

static void
close_connection (void *connection, void *data)
{
  engine_client_set_data (connection, NULL);
  engine_client_disconnect (connection, true);
}

static void
fill_random (void *bytes, size_t size, void *data)
{
  uint8_t *at = bytes;

  while (size > 0)
    {
      ssize_t n = getrandom (at, size, 0);

      if (n < 0 && errno != EINTR)
        g_error ("The system gives no random numbers.");
      if (n > 0)
        {
          at += n;
          size -= (size_t) n;
        }
    }
}

/* What the engine says */

static bool
on_connect (EngineClient *client,
            const char *nsp,
            const JsonValue *auth,
            JsonValue **refusal,
            void *data)
{
  Service *service = data;
  LobbySession *session;

  if (strcmp (nsp, NAMESPACE) != 0)
    {
      *refusal = json_new_object ();
      json_object_put_string (*refusal, "message", "Invalid namespace");
      return false;
    }

  session = lobby_admit (service->lobby, client, auth, refusal, engine_now_ms (service->engine));
  engine_client_set_data (client, session);
  set_timer (service);

  return session != NULL;
}

static void
on_connected (EngineClient *client, void *data)
{
  Service *service = data;

  lobby_welcome (service->lobby, engine_client_get_data (client), engine_now_ms (service->engine));
  set_timer (service);
}

static void
on_event (EngineClient *client, const SioPacket *packet, void *data)
{
  Service *service = data;

  lobby_event (service->lobby, engine_client_get_data (client), sio_packet_event_name (packet),
               sio_packet_argument (packet, 0), packet->id, engine_now_ms (service->engine));
  set_timer (service);
}

static void
on_ack (EngineClient *client, const SioPacket *packet, void *data)
{
  Service *service = data;

  lobby_delivered (service->lobby, engine_client_get_data (client), packet->id);
  set_timer (service);
}

static void
on_heard (EngineClient *client, void *data)
{
  Service *service = data;
  LobbySession *session = engine_client_get_data (client);

  if (session == NULL)
    return;

  lobby_heard (service->lobby, session, engine_now_ms (service->engine));
  set_timer (service);
}

static void
on_disconnected (EngineClient *client, const char *reason, void *data)
{
  Service *service = data;
  LobbySession *session = engine_client_get_data (client);

  if (session == NULL)
    return; /* another connection has taken the session over */

  engine_client_set_data (client, NULL);
  lobby_disconnected (service->lobby, session, strcmp (reason, "client namespace disconnect") == 0,
                      engine_now_ms (service->engine));
  set_timer (service);
}

/* HTTP */

static void
respond (EngineResponse *response, int status, const char *content_type, const char *text)
{
  response->status = status;
  response->content_type = content_type;
  response->body = g_bytes_new (text, strlen (text));
}

static bool
get_health (const Service *service, EngineResponse *response)
{
  if (service->draining)
    respond (response, 503, "text/plain; charset=utf-8", "draining\n");
  else
    respond (response, 200, "text/plain; charset=utf-8", "ok\n");

  return true;
}

static bool
get_policy (const Service *service, const char *language, EngineResponse *response)
{
  GBytes *text = service->policy == NULL ? NULL : policy_store_find (service->policy, language);

  if (text == NULL)
    {
      respond (response, 404, "text/plain; charset=utf-8",
               service->policy == NULL ? "This server has no privacy policy of its own.\n"
                                       : "The privacy policy is not there in this language.\n");
      return true;
    }

  response->status = 200;
  response->content_type = "text/markdown; charset=utf-8";
  response->body = g_bytes_ref (text);
  return true;
}

static bool
on_get (const char *path, EngineResponse *response, void *data)
{
  const Service *service = data;

  if (strcmp (path, "/healthz") == 0)
    return get_health (service, response);
  if (g_str_has_prefix (path, POLICY_PATH))
    return get_policy (service, path + strlen (POLICY_PATH), response);

  return false;
}

static bool
on_admin_get (const char *path, EngineResponse *response, void *data)
{
  const Service *service = data;

  if (strcmp (path, "/healthz") == 0)
    return get_health (service, response);
  if (strcmp (path, "/metrics") == 0)
    {
      g_autofree char *page = NULL;
      LobbyCounters lobby;
      EngineCounters engine;

      lobby_get_counters (service->lobby, &lobby);
      engine_get_counters (service->engine, &engine);
      page = metrics_write (&lobby, &engine, engine_session_count (service->engine));
      respond (response, 200, METRICS_CONTENT_TYPE, page);
      return true;
    }

  return false;
}

/* The whole */

static Lobby *
make_lobby (Service *service, const EngineSettings *engine)
{
  static const LobbyOutput output = {
    .emit = emit,
    .acknowledge = acknowledge,
    .ping = ping,
    .close = close_connection,
    .random = fill_random,
  };
  LobbySettings settings;

  lobby_settings_init (&settings);
  settings.resume_ms = (uint64_t) service->options->resume_seconds * 1000;
  settings.max_sessions = service->options->max_sessions;
  settings.require_policy = service->options->require_policy;
  settings.ice_servers = service->options->ice_servers;
  /* A pong to a ping that was sent after a message says that the message has arrived. The ping
   * before it may be answered late, then comes an interval, and the next one may be late too. */
  settings.delivered_after_ms =
      (uint64_t) engine->ping_interval_ms + 2 * engine->ping_timeout_ms + 5000;

  return lobby_new (&settings, &output, service);
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

static bool
listen_for_admin (Service *service, GError **error)
{
  const OptionsAddress *admin = &service->options->admin;

  if (admin->host == NULL)
    return true;

  service->admin_port = engine_add_http_listener (service->engine, admin->host, admin->port,
                                                  on_admin_get, service, error);
  return service->admin_port != 0;
}

Service *
service_new (uv_loop_t *loop, const Options *options, PolicyStore *policy, GError **error)
{
  static const EngineHandlers handlers = {
    .on_connect = on_connect,
    .on_connected = on_connected,
    .on_event = on_event,
    .on_disconnected = on_disconnected,
    .on_get = on_get,
    .on_ack = on_ack,
    .on_heard = on_heard,
  };
  Service *service = g_new0 (Service, 1);
  EngineSettings settings;

  engine_settings_init (&settings);
  settings.host = options->listen.host;
  settings.port = options->listen.port;
  settings.max_payload_bytes = WIRE_PACKET_MAX;
  /* The protocol has no binary events; one that comes is answered like any other mistake. */
  settings.max_attachments = 4;
  settings.allowed_origins = (const char *const *) options->allow_origins;
  /* Beyond the lobby's limit, which says "full", so that it can say so; connections that have not
   * said who they are, or are about to be replaced, count here and not there. */
  settings.max_sessions = options->max_sessions == 0 ? 0 : 2 * options->max_sessions + 64;

  service->options = options;
  service->lobby = make_lobby (service, &settings);
  service->timer = g_new0 (uv_timer_t, 1);
  uv_timer_init (loop, service->timer);
  service->timer->data = service;
  service->drain_timer = g_new0 (uv_timer_t, 1);
  uv_timer_init (loop, service->drain_timer);
  service->drain_timer->data = service;
  service->timer_ms = UINT64_MAX;
  if (policy != NULL)
    service_set_policy (service, policy);
  service->engine = engine_new (loop, &settings, &handlers, service, error);
  if (service->engine == NULL || !listen_for_admin (service, error))
    {
      service_free (service);
      return NULL;
    }

  return service;
}

void
service_free (Service *service)
{
  if (service == NULL)
    return;

  /* The engine first: it tells the lobby of every client that goes. */
  g_clear_pointer (&service->engine, engine_free);
  lobby_free (service->lobby);
  policy_store_free (service->policy);
  uv_close ((uv_handle_t *) service->timer, free_handle);
  uv_close ((uv_handle_t *) service->drain_timer, free_handle);
  g_free (service);
}

uint16_t
service_get_port (const Service *service)
{
  return engine_get_port (service->engine);
}

uint16_t
service_get_admin_port (const Service *service)
{
  return service->admin_port;
}

void
service_set_policy (Service *service, PolicyStore *policy)
{
  policy_store_free (service->policy);
  service->policy = policy;
  lobby_set_policy (service->lobby, policy_store_version (policy), policy_store_languages (policy));
}

static void
on_drain_timer (uv_timer_t *timer)
{
  Service *service = timer->data;

  engine_drain (service->engine, service->drain_timeout_ms, service->drained,
                service->drained_data);
}

void
service_drain (Service *service, unsigned timeout_ms, void (*done) (void *data), void *data)
{
  unsigned closing_ms = engine_session_count (service->engine) == 0 ? 0 : CLOSING_MS;

  service->draining = true;
  service->drain_timeout_ms = timeout_ms - MIN (closing_ms, timeout_ms);
  service->drained = done;
  service->drained_data = data;
  lobby_drain (service->lobby);
  uv_timer_start (service->drain_timer, on_drain_timer, closing_ms, 0);
}

void
service_get_counters (const Service *service, LobbyCounters *counters)
{
  lobby_get_counters (service->lobby, counters);
}

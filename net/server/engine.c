/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as a whole: settings, listening addresses, the one timer, draining, the end.
 *
 * Called by: net/server/main.c, tests/conformance.
 * Must never: let libwebsockets log (it would log addresses), own the loop (else it takes over
 * signals), use its retry and idle policy (a timer for each connection, in a sorted list).
 */
#include "net/server/engine-internal.h"

#include <errno.h>
#include <gio/gio.h>
#include <netdb.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_TIMEOUT_S    10 /* for a request's headers, and between parts of its body */
#define KEEPALIVE_S         20 /* for an idle HTTP connection */
#define SERVICE_BYTES       (16 * 1024)
#define HEADERS_BYTES       4096
#define DRAIN_STEP_MS       2
#define DRAIN_STEP_SESSIONS 256
#define FAREWELL_TURNS      4 /* of the loop, for the handles of libwebsockets to close */
#define NEVER               G_MAXUINT64

/* No pings and no hang-ups of libwebsockets' own: all zero. */
static const lws_retry_bo_t no_policy;

void
engine_settings_init (EngineSettings *settings)
{
  *settings = (EngineSettings){
    .host = "127.0.0.1",
    .path = "/socket.io/",
    .ping_interval_ms = 25 * 1000,
    .ping_timeout_ms = 20 * 1000,
    .connect_timeout_ms = 45 * 1000,
    .upgrade_timeout_ms = 10 * 1000,
    .max_payload_bytes = 64 * 1024,
    .max_unsent_bytes = 1024 * 1024,
  };
}

void
engine_random_sid (char sid[ENGINE_SID_LENGTH + 1])
{
  uint8_t bytes[ENGINE_SID_BYTES];

  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (sid, ENGINE_SID_LENGTH + 1, bytes, sizeof bytes,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool
engine_has_room (const Engine *engine)
{
  return !engine->draining &&
         (engine->settings.max_sessions == 0 ||
          g_hash_table_size (engine->sessions) < engine->settings.max_sessions);
}

uint64_t
engine_now_ms (const Engine *engine)
{
  return uv_now (engine->loop);
}

size_t
engine_session_count (const Engine *engine)
{
  return g_hash_table_size (engine->sessions);
}

void
engine_get_counters (const Engine *engine, EngineCounters *counters)
{
  *counters = engine->counters;
}

void
engine_kick (Engine *engine)
{
  lws_cancel_service (engine->context);
}

/* Closes a share of the sessions at each step: libwebsockets keeps those that are closing in a
 * sorted list, so that they should not be many at once. */
static void
drain_step (Engine *engine)
{
  g_autoptr (GPtrArray) share = g_ptr_array_new ();
  GHashTableIter iter;
  void *value;

  g_hash_table_iter_init (&iter, engine->sessions);
  while (share->len < DRAIN_STEP_SESSIONS && g_hash_table_iter_next (&iter, NULL, &value))
    if (((EngineSocket *) value)->state == SESSION_OPEN)
      {
        session_hold (value);
        g_ptr_array_add (share, value);
      }

  for (guint i = 0; i < share->len; i++)
    {
      EngineSocket *socket = g_ptr_array_index (share, i);

      session_close (socket, "server shutting down", END_FLUSH);
      session_release (socket);
    }
  timers_set (engine->timers, &engine->drain, engine_now_ms (engine) + DRAIN_STEP_MS);
}

static bool
drain_is_over (const Engine *engine)
{
  bool empty = g_hash_table_size (engine->sessions) == 0 && engine->busy_peers == 0;

  return engine->drained != NULL && (empty || engine->drain_until_ms <= engine_now_ms (engine));
}

void
engine_run_timers (Engine *engine)
{
  uint64_t now_ms = engine_now_ms (engine);
  Timer *timer;

  while ((timer = timers_pop (engine->timers, now_ms)) != NULL)
    if (timer == &engine->drain)
      drain_step (engine);
    else
      session_timer ((EngineSocket *) ((char *) timer - G_STRUCT_OFFSET (EngineSocket, timer)),
                     now_ms);
  engine_rearm (engine);
}

static void
on_timer (uv_timer_t *handle)
{
  Engine *engine = handle->data;

  engine->timer_due_ms = NEVER;
  engine_run_timers (engine);
  if (drain_is_over (engine))
    {
      void (*drained) (void *data) = g_steal_pointer (&engine->drained);

      timers_cancel (engine->timers, &engine->drain);
      drained (engine->drained_data); /* may have freed the engine */
    }
}

void
engine_rearm (Engine *engine)
{
  uint64_t now_ms = engine_now_ms (engine);
  uint64_t due_ms;

  if (!timers_next (engine->timers, &due_ms) || due_ms >= engine->timer_due_ms)
    return;

  engine->timer_due_ms = due_ms;
  uv_timer_start (&engine->timer, on_timer, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

/* Turns a host's name into a numeric address, which is what libwebsockets binds without looking it
 * up among the interfaces. */
static bool
resolve (const char *host,
         uint16_t port,
         struct sockaddr_storage *address,
         socklen_t *length,
         GError **error)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
  struct addrinfo *found = NULL;
  g_autofree char *service = g_strdup_printf ("%u", port);
  int problem = getaddrinfo (host, service, &hints, &found);

  if (problem != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The address %s cannot be found: %s.",
                   host, gai_strerror (problem));
      return false;
    }
  memcpy (address, found->ai_addr, found->ai_addrlen);
  *length = found->ai_addrlen;
  freeaddrinfo (found);
  return true;
}

/* libwebsockets does not say why it could not listen; trying the same tells. */
static bool
can_listen (const struct sockaddr_storage *address,
            socklen_t length,
            const char *host,
            uint16_t port,
            GError **error)
{
  int on = 1;
  int fd = socket (address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool fine = fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind (fd, (const struct sockaddr *) address, length) == 0 && listen (fd, 1) == 0;

  if (!fine)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot listen on %s:%u: %s.",
                 host, port, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return fine;
}

/* Returns the port, or 0 with @error. */
static uint16_t
listen_on (Engine *engine, Listener *listener, const char *host, uint16_t port, GError **error)
{
  struct lws_context_creation_info info;
  struct sockaddr_storage address;
  char numeric[NI_MAXHOST];
  socklen_t length;

  if (!resolve (host, port, &address, &length, error) ||
      !can_listen (&address, length, host, port, error))
    return 0;
  if (getnameinfo ((struct sockaddr *) &address, length, numeric, sizeof numeric, NULL, 0,
                   NI_NUMERICHOST) != 0)
    numeric[0] = '\0';
  listener->name = g_strdup_printf ("listener-%u", engine->listeners->len);
  listener->address = g_strdup (numeric);

  memset (&info, 0, sizeof info);
  info.port = port;
  info.iface = listener->address;
  info.vhost_name = listener->name;
  info.protocols = engine_protocols;
  info.mounts = &engine_mount;
  info.user = listener;
  info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
  if (address.ss_family == AF_INET)
    info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  info.keepalive_timeout = KEEPALIVE_S;
  info.timeout_secs_ah_idle = HEADER_TIMEOUT_S;
  info.retry_and_idle_policy = &no_policy;

  listener->vhost = lws_create_vhost (engine->context, &info);
  if (listener->vhost == NULL || lws_get_vhost_listen_port (listener->vhost) <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot listen on %s:%u.", host, port);
      return 0;
    }
  return (uint16_t) lws_get_vhost_listen_port (listener->vhost);
}

static void
listener_free (void *data)
{
  Listener *listener = data;

  g_free (listener->name);
  g_free (listener->address);
  g_free (listener);
}

static Listener *
listener_new (Engine *engine)
{
  Listener *listener = g_new0 (Listener, 1);

  listener->engine = engine;
  g_ptr_array_add (engine->listeners, listener);
  return listener;
}

static bool
create_context (Engine *engine, GError **error)
{
  struct lws_context_creation_info info;

  lws_set_log_level (0, NULL);
  memset (&info, 0, sizeof info);
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = engine->loops;
  info.pcontext = &engine->context;
  info.timeout_secs = HEADER_TIMEOUT_S;
  info.max_http_header_data = HEADERS_BYTES;
  info.pt_serv_buf_size = SERVICE_BYTES;
  info.retry_and_idle_policy = &no_policy;
  engine->context = lws_create_context (&info);
  if (engine->context == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         "libwebsockets cannot start; is its plugin for libuv installed?");
  return engine->context != NULL;
}

static Engine *
engine_alloc (uv_loop_t *loop,
              const EngineSettings *settings,
              const EngineHandlers *handlers,
              void *data)
{
  Engine *engine = g_new0 (Engine, 1);

  engine->loop = loop;
  engine->loops[0] = loop;
  engine->settings = *settings;
  engine->path = g_strdup (settings->path);
  engine->origins = g_strdupv ((char **) settings->allowed_origins);
  engine->settings.host = NULL;
  engine->settings.path = engine->path;
  engine->settings.allowed_origins = (const char *const *) engine->origins;
  engine->handlers = *handlers;
  engine->data = data;
  engine->listeners = g_ptr_array_new_with_free_func (listener_free);
  engine->sessions = g_hash_table_new (g_str_hash, g_str_equal);
  engine->timers = timers_new ();
  engine->scratch = g_byte_array_new ();
  engine->timer_due_ms = NEVER;
  crypto_shorthash_keygen (engine->address_key);
  uv_timer_init (loop, &engine->timer);
  engine->timer.data = engine;
  return engine;
}

Engine *
engine_new (uv_loop_t *loop,
            const EngineSettings *settings,
            const EngineHandlers *handlers,
            void *data,
            GError **error)
{
  Engine *engine;
  Listener *listener;

  G_STATIC_ASSERT (sizeof engine->address_key == crypto_shorthash_KEYBYTES);
  if (sodium_init () < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "libsodium cannot start.");
      return NULL;
    }

  engine = engine_alloc (loop, settings, handlers, data);
  listener = listener_new (engine);
  listener->protocol = true;
  listener->on_get = handlers->on_get;
  listener->data = data;
  if (!create_context (engine, error) ||
      listen_on (engine, listener, settings->host, settings->port, error) == 0)
    {
      engine_free (engine);
      return NULL;
    }
  return engine;
}

uint16_t
engine_get_port (const Engine *engine)
{
  const Listener *listener = g_ptr_array_index (engine->listeners, 0);

  return (uint16_t) lws_get_vhost_listen_port (listener->vhost);
}

uint16_t
engine_add_http_listener (Engine *engine,
                          const char *host,
                          uint16_t port,
                          bool (*on_get) (const char *path, EngineResponse *response, void *data),
                          void *data,
                          GError **error)
{
  Listener *listener;

  /* libwebsockets tells listeners apart by their port. */
  if (port != 0 && port == engine_get_port (engine))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                   "Port %u serves the protocol already, choose another one.", port);
      return 0;
    }

  listener = listener_new (engine);
  listener->on_get = on_get;
  listener->data = data;
  return listen_on (engine, listener, host, port, error);
}

void
engine_drain (Engine *engine, unsigned timeout_ms, void (*done) (void *data), void *data)
{
  engine->draining = true;
  engine->drain_until_ms = engine_now_ms (engine) + timeout_ms;
  engine->drained = done;
  engine->drained_data = data;
  timers_set (engine->timers, &engine->drain, engine_now_ms (engine));
  engine_rearm (engine);
}

static void
on_timer_closed (uv_handle_t *handle)
{
  Engine *engine = handle->data;

  g_clear_pointer (&engine->listeners, g_ptr_array_unref);
  g_clear_pointer (&engine->sessions, g_hash_table_unref);
  g_clear_pointer (&engine->timers, timers_free);
  g_clear_pointer (&engine->scratch, g_byte_array_unref);
  g_free (engine->path);
  g_strfreev (engine->origins);
  g_free (engine);
}

/* libwebsockets ends in two steps on a loop that is not its own: at the first it closes its
 * handles, at the second, when the loop is through with them, it frees itself. */
static void
on_farewell (uv_timer_t *handle)
{
  Engine *engine = handle->data;

  if (++engine->farewell < FAREWELL_TURNS)
    return;
  if (engine->context != NULL)
    lws_context_destroy (engine->context);
  uv_timer_stop (handle);
  uv_close ((uv_handle_t *) handle, on_timer_closed);
}

void
engine_free (Engine *engine)
{
  GHashTableIter iter;
  void *value;

  if (engine == NULL)
    return;

  engine->draining = true;
  engine->drained = NULL;
  timers_cancel (engine->timers, &engine->drain);
  for (g_hash_table_iter_init (&iter, engine->sessions);
       g_hash_table_iter_next (&iter, NULL, &value);
       g_hash_table_iter_init (&iter, engine->sessions))
    {
      EngineSocket *socket = value;

      session_hold (socket);
      session_close (socket, "server shutting down", END_POLITE);
      if (socket->state == SESSION_LINGERING)
        session_linger_over (socket);
      session_release (socket);
    }

  if (engine->context != NULL)
    lws_context_destroy (engine->context);
  uv_timer_start (&engine->timer, on_farewell, 0, 1);
}

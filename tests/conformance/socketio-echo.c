/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that answers with what it is told, for the tests of the engine layer: it has the
 * settings and the behaviour that the Engine.IO and Socket.IO protocols' documents ask of a server
 * under test.
 *
 * Usage: socketio-echo [--listen HOST:PORT] [--mode engine|socket] [--origin ORIGIN]
 * Beside the protocol it serves GET /sessions, the number of sessions that there are, and GET
 * /ends, how often sessions or clients ended for which reason. Called by: the tests beside it. Must
 * never: be of use for anything else.
 */
#include "net/server/engine.h"
#include "net/server/timers.h"

#include <stdio.h>
#include <string.h>

/* Test programs that wait for one message at a time lose the second of two that come in one read,
 * so that what follows the answer to CONNECT comes a moment later. */
#define AUTH_DELAY_MS 50

#define DRAIN_MS    2000
#define UNSENT_MAX  (4 * 1000 * 1000)
#define PAYLOAD_MAX (1000 * 1000)

typedef struct
{
  EngineClient *client;
  JsonValue *auth; /* what it authenticated with */
  Timer timer;     /* when it is told */
} Guest;

typedef struct
{
  Engine *engine;
  Timers *timers;
  uv_timer_t timer;
  JsonValue *ends; /* how often for which reason */
} Echo;

static char *option_listen;
static char *option_mode;
static char **option_origins;

static const GOptionEntry options[] = {
  { "listen", 0, 0, G_OPTION_ARG_STRING, &option_listen, "Address to listen on", "HOST:PORT" },
  { "mode", 0, 0, G_OPTION_ARG_STRING, &option_mode, "Protocol to speak", "engine|socket" },
  { "origin", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_origins, "Origin to allow", "ORIGIN" },
  { NULL },
};

static void
count_end (Echo *echo, const char *reason)
{
  int64_t count = json_value_integer (json_object_find (echo->ends, reason));

  json_object_put_integer (echo->ends, reason, count + 1);
}

static void
on_close (EngineSocket *socket, const char *reason, void *data)
{
  count_end (data, reason);
}

static void
on_message (EngineSocket *socket, const uint8_t *bytes, size_t size, bool binary, void *data)
{
  engine_socket_send (socket, bytes, size, binary);
}

static bool
on_connect (EngineClient *client,
            const char *nsp,
            const JsonValue *auth,
            JsonValue **refusal,
            void *data)
{
  Guest *guest;

  if (strcmp (nsp, "/") != 0 && strcmp (nsp, "/custom") != 0)
    {
      *refusal = json_new_object ();
      json_object_put_string (*refusal, "message", "Invalid namespace");
      return false;
    }

  guest = g_new0 (Guest, 1);
  guest->client = client;
  guest->auth = auth != NULL ? json_value_ref ((JsonValue *) auth) : json_new_object ();
  engine_client_set_data (client, guest);
  return true;
}

static void
on_timer (uv_timer_t *handle)
{
  Echo *echo = handle->data;
  Timer *timer;

  while ((timer = timers_pop (echo->timers, engine_now_ms (echo->engine))) != NULL)
    {
      Guest *guest = (Guest *) ((char *) timer - G_STRUCT_OFFSET (Guest, timer));

      engine_client_emit (guest->client, "auth", json_value_ref (guest->auth));
    }
  if (timers_count (echo->timers) > 0)
    uv_timer_start (&echo->timer, on_timer, 1, 0);
}

static void
on_connected (EngineClient *client, void *data)
{
  Guest *guest = engine_client_get_data (client);
  Echo *echo = data;

  timers_set (echo->timers, &guest->timer, engine_now_ms (echo->engine) + AUTH_DELAY_MS);
  if (!uv_is_active ((uv_handle_t *) &echo->timer))
    uv_timer_start (&echo->timer, on_timer, AUTH_DELAY_MS, 0);
}

static void
on_disconnected (EngineClient *client, const char *reason, void *data)
{
  Guest *guest = engine_client_get_data (client);
  Echo *echo = data;

  count_end (echo, reason);
  timers_cancel (echo->timers, &guest->timer);
  json_value_unref (guest->auth);
  g_free (guest);
}

/* Sends @packet's arguments back, as event @name or, without one, as its acknowledgement. */
static void
send_back (EngineClient *client, const SioPacket *packet, const char *name)
{
  GPtrArray *attachments =
      packet->attachments != NULL ? g_ptr_array_ref (packet->attachments) : NULL;
  JsonValue *arguments = json_new_array ();
  g_autoptr (SioPacket) answer = NULL;

  if (name != NULL)
    json_array_add (arguments, json_new_string (name));
  for (size_t i = 1; i < json_array_length (packet->data); i++)
    json_array_add (arguments, json_value_ref (json_array_at (packet->data, i)));

  answer = sio_packet_new (name != NULL ? SIO_EVENT : SIO_ACK, packet->nsp,
                           name != NULL ? SIO_NO_ID : packet->id, arguments, attachments);
  engine_client_send (client, answer);
}

static void
on_event (EngineClient *client, const SioPacket *packet, void *data)
{
  const char *name = sio_packet_event_name (packet);

  if (g_strcmp0 (name, "message") == 0)
    send_back (client, packet, "message-back");
  else if (g_strcmp0 (name, "message-with-ack") == 0 && packet->id != SIO_NO_ID)
    send_back (client, packet, NULL);
  else if (g_strcmp0 (name, "put-me-out") == 0)
    engine_client_disconnect (client, json_value_boolean (sio_packet_argument (packet, 0)));
}

static bool
on_get (const char *path, EngineResponse *response, void *data)
{
  Echo *echo = data;
  g_autofree char *text = NULL;

  if (strcmp (path, "/sessions") == 0)
    text = g_strdup_printf ("%" G_GSIZE_FORMAT, engine_session_count (echo->engine));
  else if (strcmp (path, "/ends") == 0)
    text = json_value_to_string (echo->ends);
  else
    return false;
  response->body = g_bytes_new (text, strlen (text));
  return true;
}

static void
on_drained (void *data)
{
  Echo *echo = data;

  g_clear_pointer (&echo->engine, engine_free);
  uv_close ((uv_handle_t *) &echo->timer, NULL);
}

static void
on_signal (uv_signal_t *handle, int number)
{
  Echo *echo = handle->data;

  uv_close ((uv_handle_t *) handle, NULL);
  engine_drain (echo->engine, DRAIN_MS, on_drained, echo);
}

/* Splits HOST:PORT in place. */
static bool
read_address (char *text, const char **host, uint16_t *port)
{
  char *colon = strrchr (text, ':');
  guint64 number;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &number, NULL))
    return false;
  *colon = '\0';
  *host = text;
  *port = (uint16_t) number;
  return true;
}

static int
run (const EngineSettings *settings)
{
  const EngineHandlers handlers = {
    .on_connect = on_connect,
    .on_connected = on_connected,
    .on_disconnected = on_disconnected,
    .on_event = on_event,
    .on_message = on_message,
    .on_close = on_close,
    .on_get = on_get,
  };
  g_autoptr (GError) error = NULL;
  Echo echo = { .timers = timers_new (), .timer.data = &echo, .ends = json_new_object () };
  uv_signal_t term = { .data = &echo };
  uv_loop_t loop;
  int status = 0;

  uv_loop_init (&loop);
  echo.engine = engine_new (&loop, settings, &handlers, &echo, &error);
  if (echo.engine == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      status = 1;
    }
  else
    {
      printf ("listening on http://%s:%u\n", settings->host, engine_get_port (echo.engine));
      fflush (stdout);
      uv_timer_init (&loop, &echo.timer);
      uv_signal_init (&loop, &term);
      uv_signal_start (&term, on_signal, SIGTERM);
    }

  uv_run (&loop, UV_RUN_DEFAULT);
  if (uv_loop_close (&loop) != 0)
    {
      fprintf (stderr, "Handles were left in the loop.\n");
      status = 1;
    }
  timers_free (echo.timers);
  json_value_unref (echo.ends);
  return status;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- echo for the protocols' tests");
  static const char *const any_origin[] = { "*", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *listen = NULL;
  EngineSettings settings;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }

  engine_settings_init (&settings);
  settings.raw = g_strcmp0 (option_mode, "engine") == 0;
  settings.path = settings.raw ? "/engine.io/" : "/socket.io/";
  settings.ping_interval_ms = 300;
  settings.ping_timeout_ms = 200;
  settings.connect_timeout_ms = 1000;
  settings.upgrade_timeout_ms = 1000;
  settings.max_payload_bytes = PAYLOAD_MAX;
  settings.max_unsent_bytes = UNSENT_MAX;
  settings.max_attachments = SIO_ATTACHMENTS_MAX;
  settings.allowed_origins =
      option_origins != NULL ? (const char *const *) option_origins : any_origin;

  listen = g_strdup (option_listen != NULL ? option_listen : "127.0.0.1:0");
  if (!read_address (listen, &settings.host, &settings.port))
    {
      fprintf (stderr, "An address has the form HOST:PORT.\n");
      return 2;
    }
  return run (&settings);
}

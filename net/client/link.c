/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The link: keeps a session with the server through one connection after another. The connection
 * itself is in link-socket, what waits for an answer in link-requests.
 *
 * Whoever listens may do anything in a callback, disconnect and drop the link included. So in each
 * function here that tells someone of something the own state is in order first, and what comes
 * after looks at it again.
 */
#include "config.h"

#include "net/client/link.h"

#include <libsoup/soup.h>

#include "net/client/address.h"
#include "net/client/backoff.h"
#include "net/client/link-errors.h"
#include "net/client/link-requests.h"
#include "net/client/link-socket.h"

#define BACKOFF_FIRST_MS 500
#define BACKOFF_MAX_MS   30000

struct _CausetteLink
{
  CausetteSignalling parent_instance;

  char *address;
  char *locale;         /* nullable */
  char *policy_version; /* nullable */
  bool adult;

  CausetteLinkState state;
  GError *error; /* nullable */
  SoupSession *session;
  LinkSocket *socket; /* %NULL between two attempts */
  LinkRequests *requests;
  char *resume;          /* of the last welcome, nullable */
  int64_t last_event_id; /* of what the server numbered in this session, SIO_NO_ID before */
  gint64 online_since_us;
  bool closing; /* the server said that it is about to stop */

  Backoff backoff;
  guint retry_id;
  GNetworkMonitor *network;
};

G_DEFINE_FINAL_TYPE (CausetteLink, causette_link, CAUSETTE_TYPE_SIGNALLING)

static void start_attempt (CausetteLink *self);

static uint32_t
random_bits (void *data)
{
  return g_random_int ();
}

/* Takes @error over. Notifies of what changed, when both are set. */
static void
set_state (CausetteLink *self, CausetteLinkState state, GError *error)
{
  bool state_changed = self->state != state;
  bool error_changed;

  if (error == NULL || self->error == NULL)
    error_changed = error != self->error;
  else
    error_changed = !g_error_matches (self->error, error->domain, error->code) ||
                    strcmp (self->error->message, error->message) != 0;

  self->state = state;
  g_clear_error (&self->error);
  self->error = error;

  g_object_freeze_notify (G_OBJECT (self));
  if (error_changed)
    g_object_notify (G_OBJECT (self), "error");
  if (state_changed)
    g_object_notify (G_OBJECT (self), "state");
  g_object_thaw_notify (G_OBJECT (self));
}

static void
drop_socket (CausetteLink *self, bool goodbye)
{
  LinkSocket *socket = g_steal_pointer (&self->socket);

  if (socket != NULL)
    link_socket_close (socket, goodbye);
}

static gboolean
on_retry (gpointer data)
{
  CausetteLink *self = data;

  self->retry_id = 0;
  start_attempt (self);
  return G_SOURCE_REMOVE;
}

static void
fail_requests (GPtrArray *requests)
{
  g_autoptr (GError) lost = link_error_new (CAUSETTE_LINK_ERROR_LOST);

  link_requests_fail (requests, lost);
}

static void
on_network_changed (GNetworkMonitor *network, gboolean available, CausetteLink *self)
{
  if (self->socket != NULL)
    link_socket_probe (self->socket);
  else if (available)
    causette_link_retry (self);
}

static void
watch_network (CausetteLink *self)
{
  if (self->network != NULL)
    return;
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect (self->network, "network-changed", G_CALLBACK (on_network_changed), self);
}

/* Stops everything that would call back. */
static void
stop (CausetteLink *self)
{
  drop_socket (self, true);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  if (self->network != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->network, self);
      g_clear_object (&self->network);
    }
  g_clear_pointer (&self->resume, g_free);
}

static void
on_ended (LinkSocket *socket, const GError *error, void *data)
{
  g_autoptr (CausetteLink) self = g_object_ref (data);
  GPtrArray *doomed;

  drop_socket (self, false);
  if (self->state == CAUSETTE_LINK_ONLINE)
    backoff_held (&self->backoff,
                  (uint64_t) (g_get_monotonic_time () - self->online_since_us) / 1000);

  if (link_error_is_final (error))
    {
      stop (self);
      doomed = link_requests_close (self->requests, false);
      set_state (self, CAUSETTE_LINK_OFFLINE, g_error_copy (error));
    }
  else
    {
      BackoffPace pace = link_error_is_gentle (error) ? BACKOFF_GENTLE
                         : self->closing              ? BACKOFF_SPREAD
                                                      : BACKOFF_NORMAL;

      self->closing = false;
      self->retry_id = g_timeout_add (backoff_next_ms (&self->backoff, pace), on_retry, self);
      doomed = link_requests_close (self->requests, self->resume != NULL);
      set_state (self, CAUSETTE_LINK_RECONNECTING, g_error_copy (error));
    }
  fail_requests (doomed);
}

static void
acknowledge (LinkSocket *socket, const SioPacket *packet, bool ok, int error, const char *message)
{
  WireAck ack = { .ok = ok, .waiting = -1, .error = error, .message = (char *) message };
  g_autoptr (SioPacket) answer = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  JsonValue *arguments;

  if (packet->id == SIO_NO_ID)
    return;
  arguments = json_new_array ();
  json_array_add (arguments, wire_ack_to_json (&ack));
  answer = sio_packet_new (SIO_ACK, "/", packet->id, arguments, NULL);
  sio_packet_encode (answer, text);
  link_socket_send (socket, text->str);
}

static void
on_welcome (CausetteLink *self, LinkSocket *socket, const WireMessage *message)
{
  GPtrArray *doomed = NULL;

  link_socket_settle (socket);
  g_free (self->resume);
  self->resume = g_strdup (message->welcome.resume);
  self->online_since_us = g_get_monotonic_time ();
  self->closing = false;
  if (!message->welcome.resumed)
    {
      self->last_event_id = SIO_NO_ID;
      doomed = link_requests_close (self->requests, false);
    }

  link_requests_open (self->requests);
  if (self->socket == socket)
    causette_signalling_note_welcome (CAUSETTE_SIGNALLING (self), message);
  if (self->socket == socket)
    set_state (self, CAUSETTE_LINK_ONLINE, NULL);
  if (doomed != NULL)
    fail_requests (doomed);
}

static void
on_event (CausetteLink *self, LinkSocket *socket, const SioPacket *packet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WireMessage) message = NULL;

  /* What the server does not know to have arrived it sends again after a resume. Its ids grow
   * throughout a session, so that a repetition can be told. */
  if (packet->id != SIO_NO_ID && self->state == CAUSETTE_LINK_ONLINE)
    {
      if (packet->id <= self->last_event_id)
        {
          acknowledge (socket, packet, true, 0, NULL);
          return;
        }
      self->last_event_id = packet->id;
    }

  message = wire_message_parse (WIRE_FROM_SERVER, sio_packet_event_name (packet),
                                sio_packet_argument (packet, 0), &error);
  if (message == NULL && g_error_matches (error, WIRE_ERROR, WIRE_ERROR_UNKNOWN_EVENT))
    {
      /* A newer server's. */
      acknowledge (socket, packet, false, error->code, error->message);
      return;
    }
  /* The welcome comes first, and once. */
  if (message == NULL || (message->type == WIRE_WELCOME) == (self->state == CAUSETTE_LINK_ONLINE))
    {
      g_autoptr (GError) protocol = link_error_new (CAUSETTE_LINK_ERROR_PROTOCOL);
      link_socket_fail (socket, protocol);
      return;
    }

  if (message->type == WIRE_WELCOME)
    on_welcome (self, socket, message);
  else if (message->type == WIRE_CLOSING)
    self->closing = true;

  if (self->socket != socket)
    return;
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), message);
  if (self->socket == socket)
    acknowledge (socket, packet, true, 0, NULL);
}

static void
on_packet (LinkSocket *socket, const SioPacket *packet, void *data)
{
  g_autoptr (CausetteLink) self = g_object_ref (data);

  if (packet->type == SIO_ACK)
    link_requests_acknowledge (self->requests, packet->id, sio_packet_argument (packet, 0));
  else
    on_event (self, socket, packet);
}

static void
start_attempt (CausetteLink *self)
{
  static const LinkSocketEvents events = { on_packet, on_ended };
  WireAuth auth = {
    .protocol = WIRE_PROTOCOL,
    .locale = self->locale,
    .policy = self->policy_version,
    .adult = self->adult,
    .resume = self->resume,
  };

  self->socket =
      link_socket_new (self->session, self->address, wire_auth_to_json (&auth), &events, self);
}

static bool
send_text (const char *text, void *data)
{
  CausetteLink *self = data;

  /* None: a callback has just disconnected; the request is about to be failed. */
  return self->socket == NULL || link_socket_send (self->socket, text);
}

static void
causette_link_request_async (CausetteSignalling *signalling,
                             const WireMessage *message,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  CausetteLink *self = CAUSETTE_LINK (signalling);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, causette_signalling_request_async);
  if (self->state == CAUSETTE_LINK_ONLINE ||
      (self->resume != NULL && self->state == CAUSETTE_LINK_RECONNECTING &&
       link_requests_may_wait (message->type)))
    {
      link_requests_add (self->requests, task, message);
      return;
    }
  g_task_return_error (task, link_error_new (CAUSETTE_LINK_ERROR_LOST));
  g_object_unref (task);
}

static bool
causette_link_request_finish (CausetteSignalling *signalling,
                              GAsyncResult *result,
                              WireAck *ack,
                              GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, signalling), false);

  return link_requests_finish (G_TASK (result), ack, error);
}

static CausetteLinkState
causette_link_get_state (CausetteSignalling *signalling)
{
  return CAUSETTE_LINK (signalling)->state;
}

static const GError *
causette_link_get_error (CausetteSignalling *signalling)
{
  return CAUSETTE_LINK (signalling)->error;
}

static void
causette_link_dispose (GObject *object)
{
  CausetteLink *self = CAUSETTE_LINK (object);

  stop (self);
  self->state = CAUSETTE_LINK_OFFLINE;
  /* Requests keep the link: there are some only when g_object_run_dispose() was called. */
  fail_requests (link_requests_close (self->requests, false));

  G_OBJECT_CLASS (causette_link_parent_class)->dispose (object);
}

static void
causette_link_finalize (GObject *object)
{
  CausetteLink *self = CAUSETTE_LINK (object);

  g_clear_pointer (&self->requests, link_requests_free);
  g_clear_object (&self->session);
  g_clear_error (&self->error);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->locale, g_free);
  g_clear_pointer (&self->policy_version, g_free);

  G_OBJECT_CLASS (causette_link_parent_class)->finalize (object);
}

static void
causette_link_class_init (CausetteLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  CausetteSignallingClass *signalling_class = CAUSETTE_SIGNALLING_CLASS (klass);

  object_class->dispose = causette_link_dispose;
  object_class->finalize = causette_link_finalize;
  signalling_class->request_async = causette_link_request_async;
  signalling_class->request_finish = causette_link_request_finish;
  signalling_class->get_state = causette_link_get_state;
  signalling_class->get_error = causette_link_get_error;
}

static void
causette_link_init (CausetteLink *self)
{
  self->state = CAUSETTE_LINK_OFFLINE;
  self->last_event_id = SIO_NO_ID;
  self->requests = link_requests_new (send_text, self);
  /* Proxies and trust store are the desktop's, by default. No user agent, no cookies, and no
   * compression: how long a compressed message is tells of what is in it, and what a small one
   * unpacks to is not bounded. */
  self->session = soup_session_new ();
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  backoff_init (&self->backoff, BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random_bits, NULL);
}

CausetteLink *
causette_link_new (const char *address, const CausetteLinkHello *hello, GError **error)
{
  g_autofree char *base = NULL;
  CausetteLink *self;

  base = causette_link_normalise_address (address, error);
  if (base == NULL)
    return NULL;

  self = g_object_new (CAUSETTE_TYPE_LINK, NULL);
  self->address = g_steal_pointer (&base);
  if (hello != NULL)
    {
      self->locale = g_strdup (hello->locale);
      self->policy_version = g_strdup (hello->policy_version);
      self->adult = hello->adult;
    }
  return self;
}

char *
causette_link_normalise_address (const char *address, GError **error)
{
  return address_normalise (address, error);
}

const char *
causette_link_get_address (CausetteLink *self)
{
  g_return_val_if_fail (CAUSETTE_IS_LINK (self), NULL);

  return self->address;
}

void
causette_link_connect (CausetteLink *self)
{
  g_return_if_fail (CAUSETTE_IS_LINK (self));

  if (self->state != CAUSETTE_LINK_OFFLINE)
    return;

  backoff_held (&self->backoff, UINT64_MAX);
  watch_network (self);
  start_attempt (self);
  set_state (self, CAUSETTE_LINK_CONNECTING, NULL);
}

void
causette_link_disconnect (CausetteLink *self)
{
  g_autoptr (CausetteLink) kept = NULL;
  GPtrArray *doomed;

  g_return_if_fail (CAUSETTE_IS_LINK (self));

  kept = g_object_ref (self);
  stop (self);
  doomed = link_requests_close (self->requests, false);
  set_state (self, CAUSETTE_LINK_OFFLINE, NULL);
  fail_requests (doomed);
}

void
causette_link_retry (CausetteLink *self)
{
  g_return_if_fail (CAUSETTE_IS_LINK (self));

  if (self->retry_id == 0)
    return;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  start_attempt (self);
}

void
causette_link_set_times (CausetteLink *self,
                         unsigned backoff_first_ms,
                         unsigned backoff_max_ms,
                         unsigned ack_timeout_ms)
{
  g_return_if_fail (CAUSETTE_IS_LINK (self));

  backoff_init (&self->backoff, backoff_first_ms, backoff_max_ms, random_bits, NULL);
  link_requests_set_timeout (self->requests, ack_timeout_ms);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scripted connection to a server. What is asked goes through the protocol's own writer and
 * reader, so that a request that a real server would refuse fails the test.
 */

#include "tests/unit/app/fake-signalling.h"

struct _FakeRequest
{
  WireMessage *message;
  GTask *task;
};

struct _FakeSignalling
{
  CausetteSignalling parent_instance;

  CausetteLinkState state;
  GError *error;
  GQueue requests; /* of FakeRequest */
  FakeRequestFunc handler;
  gpointer handler_data;
};

G_DEFINE_FINAL_TYPE (FakeSignalling, fake_signalling, CAUSETTE_TYPE_SIGNALLING)

static void
request_free (FakeRequest *request)
{
  wire_message_free (request->message);
  g_object_unref (request->task);
  g_free (request);
}

static void
free_ack (gpointer data)
{
  wire_ack_clear (data);
  g_free (data);
}

static void
fake_signalling_request_async (CausetteSignalling *signalling,
                               const WireMessage *message,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  FakeSignalling *self = FAKE_SIGNALLING (signalling);
  FakeRequest *request = g_new0 (FakeRequest, 1);
  g_autoptr (JsonValue) json = wire_message_to_json (message);
  g_autoptr (GError) error = NULL;

  request->message =
      wire_message_parse (WIRE_FROM_CLIENT, wire_event_name (message->type), json, &error);
  g_assert_no_error (error);
  request->task = g_task_new (self, cancellable, callback, user_data);

  if (self->state == CAUSETTE_LINK_OFFLINE)
    fake_request_fail (request, CAUSETTE_LINK_ERROR_LOST, "There is no connection.");
  else if (self->handler != NULL)
    self->handler (self, request, self->handler_data);
  else
    g_queue_push_tail (&self->requests, request);
}

static bool
fake_signalling_request_finish (CausetteSignalling *signalling,
                                GAsyncResult *result,
                                WireAck *ack,
                                GError **error)
{
  WireAck *given = g_task_propagate_pointer (G_TASK (result), error);

  if (given == NULL)
    return false;

  if (ack != NULL)
    *ack = *given;
  else
    wire_ack_clear (given);
  g_free (given);

  return true;
}

static CausetteLinkState
fake_signalling_get_state (CausetteSignalling *signalling)
{
  return FAKE_SIGNALLING (signalling)->state;
}

static const GError *
fake_signalling_get_error (CausetteSignalling *signalling)
{
  return FAKE_SIGNALLING (signalling)->error;
}

static void
fake_signalling_finalize (GObject *object)
{
  FakeSignalling *self = FAKE_SIGNALLING (object);

  g_queue_clear_full (&self->requests, (GDestroyNotify) request_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (fake_signalling_parent_class)->finalize (object);
}

static void
fake_signalling_class_init (FakeSignallingClass *klass)
{
  CausetteSignallingClass *signalling_class = CAUSETTE_SIGNALLING_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fake_signalling_finalize;
  signalling_class->request_async = fake_signalling_request_async;
  signalling_class->request_finish = fake_signalling_request_finish;
  signalling_class->get_state = fake_signalling_get_state;
  signalling_class->get_error = fake_signalling_get_error;
}

static void
fake_signalling_init (FakeSignalling *self)
{
  g_queue_init (&self->requests);
}

FakeSignalling *
fake_signalling_new (void)
{
  return g_object_new (FAKE_TYPE_SIGNALLING, NULL);
}

const WireMessage *
fake_request_get_message (FakeRequest *request)
{
  return request->message;
}

void
fake_request_accept (FakeRequest *request, int64_t waiting)
{
  WireAck *ack = g_new0 (WireAck, 1);

  ack->ok = true;
  ack->waiting = waiting;
  g_task_return_pointer (request->task, ack, free_ack);
  request_free (request);
}

void
fake_request_refuse (FakeRequest *request, WireError code, const char *sentence)
{
  g_task_return_new_error (request->task, WIRE_ERROR, (int) code, "%s", sentence);
  request_free (request);
}

void
fake_request_fail (FakeRequest *request, CausetteLinkError code, const char *sentence)
{
  g_task_return_new_error (request->task, CAUSETTE_LINK_ERROR, (int) code, "%s", sentence);
  request_free (request);
}

FakeRequest *
fake_signalling_expect (FakeSignalling *self, WireType type)
{
  FakeRequest *request = g_queue_pop_head (&self->requests);

  g_assert_nonnull (request);
  g_assert_cmpstr (wire_event_name (request->message->type), ==, wire_event_name (type));

  return request;
}

FakeRequest *
fake_signalling_pop (FakeSignalling *self)
{
  return g_queue_pop_head (&self->requests);
}

guint
fake_signalling_get_n_requests (FakeSignalling *self)
{
  return self->requests.length;
}

void
fake_signalling_set_handler (FakeSignalling *self, FakeRequestFunc func, gpointer user_data)
{
  self->handler = func;
  self->handler_data = user_data;
}

void
fake_signalling_go_online (FakeSignalling *self)
{
  fake_signalling_resume (self, FALSE, NULL);
}

void
fake_signalling_resume (FakeSignalling *self, gboolean resumed, const char *encounter)
{
  g_autoptr (WireMessage) welcome = wire_message_new (WIRE_WELCOME);

  welcome->welcome.session = g_strdup ("session");
  welcome->welcome.resume = g_strdup ("resume");
  welcome->welcome.online = 2;
  welcome->welcome.resumed = resumed;
  welcome->welcome.encounter = g_strdup (encounter);

  /* As the real one: it knows before it tells. */
  causette_signalling_note_welcome (CAUSETTE_SIGNALLING (self), welcome);
  fake_signalling_set_state (self, CAUSETTE_LINK_ONLINE, 0, NULL);
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), welcome);
}

void
fake_signalling_set_state (FakeSignalling *self,
                           CausetteLinkState state,
                           CausetteLinkError code,
                           const char *sentence)
{
  g_clear_error (&self->error);
  if (sentence != NULL)
    self->error = g_error_new_literal (CAUSETTE_LINK_ERROR, (int) code, sentence);
  self->state = state;
  g_object_notify (G_OBJECT (self), "error");
  g_object_notify (G_OBJECT (self), "state");
}

void
fake_signalling_say_paired (FakeSignalling *self, const char *encounter, WireRole role)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_PAIRED);

  message->paired.encounter = g_strdup (encounter);
  message->paired.role = role;
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), message);
}

void
fake_signalling_say_relay (FakeSignalling *self, const char *encounter, WireKind kind, GBytes *body)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_RELAY);

  message->relay.encounter = g_strdup (encounter);
  message->relay.kind = kind;
  message->relay.body = g_bytes_ref (body);
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), message);
}

void
fake_signalling_say_ended (FakeSignalling *self, const char *encounter, WireEndReason reason)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_ENDED);

  message->end.encounter = g_strdup (encounter);
  message->end.reason = reason;
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), message);
}

void
fake_signalling_say_partner (FakeSignalling *self, const char *encounter, gboolean away)
{
  g_autoptr (WireMessage) message = wire_message_new (WIRE_PARTNER);

  message->partner.encounter = g_strdup (encounter);
  message->partner.away = away;
  causette_signalling_emit_message (CAUSETTE_SIGNALLING (self), message);
}

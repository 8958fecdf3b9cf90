/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scripted call. A description "fake N" says which call of the net it is.
 */

#include "tests/unit/app/fake-call.h"

#include <stdlib.h>
#include <string.h>

struct _FakeNet
{
  VirtualClock *clock;
  guint latency_ms;
  gboolean blocked;
  GPtrArray *calls; /* of FakeCall, (unowned), %NULL where one is gone */
};

struct _FakeCall
{
  CausetteCall parent_instance;

  FakeNet *net; /* nullable */
  guint number;
  gboolean caller;
  gboolean started;
  gboolean closed;
  gboolean described; /* has told its own description */
  guint n_descriptions;
  char *remote_sdp;
  guint n_candidates;
  CausetteFeed *remote_video;
  guint peer; /* number + 1 */
  gboolean interrupted;
  GQueue sent; /* of GBytes: by hand, or while interrupted */
};

G_DEFINE_FINAL_TYPE (FakeCall, fake_call, CAUSETTE_TYPE_CALL)

typedef struct
{
  FakeNet *net;
  guint to;
  GBytes *message; /* nullable: they find each other */
} Flight;

static FakeCall *
get_peer (FakeCall *self)
{
  if (self->net == NULL || self->peer == 0)
    return NULL;

  return g_ptr_array_index (self->net->calls, self->peer - 1);
}

static void
land (gpointer data)
{
  g_autofree Flight *flight = data;
  FakeCall *call = g_ptr_array_index (flight->net->calls, flight->to);
  g_autoptr (GBytes) message = flight->message;

  if (call == NULL || call->closed)
    return;

  if (message == NULL)
    {
      causette_call_set_state (CAUSETTE_CALL (call), CAUSETTE_CALL_CONNECTED, NULL);
      if (!call->closed)
        causette_call_set_data_ready (CAUSETTE_CALL (call), TRUE);
    }
  else if (causette_call_get_data_ready (CAUSETTE_CALL (call)))
    causette_call_emit_message (CAUSETTE_CALL (call), message);
}

static void
fly (FakeNet *net, guint to, GBytes *message)
{
  Flight *flight = g_new0 (Flight, 1);

  flight->net = net;
  flight->to = to;
  flight->message = message != NULL ? g_bytes_ref (message) : NULL;
  causette_clock_add (CAUSETTE_CLOCK (net->clock), net->latency_ms, land, flight);
}

static gboolean
is_complete (FakeCall *self)
{
  return self->described && self->remote_sdp != NULL && self->n_candidates > 0;
}

static void
look_for_peer (FakeCall *self)
{
  FakeCall *peer = get_peer (self);

  if (peer == NULL || get_peer (peer) != self || !is_complete (self) || !is_complete (peer) ||
      self->net->blocked)
    return;

  fly (self->net, self->number, NULL);
  fly (self->net, peer->number, NULL);
}

static void
describe (FakeCall *self)
{
  g_autofree char *sdp = g_strdup_printf ("fake %u", self->number);

  self->described = TRUE;
  causette_call_emit_local_description (CAUSETTE_CALL (self), self->caller ? "offer" : "answer",
                                        sdp);
  causette_call_emit_local_candidate (CAUSETTE_CALL (self), "candidate:1 1 UDP 1 192.0.2.1 9", 0);
}

static void
fake_call_start (CausetteCall *call)
{
  FakeCall *self = FAKE_CALL (call);

  g_assert_false (self->started);
  self->started = TRUE;
  if (self->net == NULL)
    return;

  causette_call_set_state (call, CAUSETTE_CALL_CONNECTING, NULL);
  if (self->caller)
    describe (self);
}

static gboolean
fake_call_set_remote_description (CausetteCall *call,
                                  const char *type,
                                  const char *sdp,
                                  GError **error)
{
  FakeCall *self = FAKE_CALL (call);

  g_assert_cmpstr (type, ==, self->caller ? "answer" : "offer");

  if (!g_str_has_prefix (sdp, "fake "))
    {
      g_set_error_literal (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
                           "The description cannot be used.");
      return FALSE;
    }

  self->n_descriptions++;
  g_free (self->remote_sdp);
  self->remote_sdp = g_strdup (sdp);
  if (self->net == NULL)
    return TRUE;

  self->peer = (guint) strtoul (sdp + strlen ("fake "), NULL, 10) + 1;
  g_assert_cmpuint (self->peer, <=, self->net->calls->len);
  if (!self->caller)
    describe (self);
  look_for_peer (self);

  return TRUE;
}

static void
fake_call_add_remote_candidate (CausetteCall *call, const char *candidate, guint mline_index)
{
  FakeCall *self = FAKE_CALL (call);

  self->n_candidates++;
  look_for_peer (self);
}

static gboolean
fake_call_send (CausetteCall *call, GBytes *message)
{
  FakeCall *self = FAKE_CALL (call);

  if (self->closed || !causette_call_get_data_ready (call))
    return FALSE;

  if (self->net == NULL || self->interrupted)
    g_queue_push_tail (&self->sent, g_bytes_ref (message));
  else if (self->peer != 0)
    fly (self->net, self->peer - 1, message);

  return TRUE;
}

static void
fake_call_close (CausetteCall *call)
{
  FakeCall *self = FAKE_CALL (call);

  if (self->closed)
    return;

  self->closed = TRUE;
  g_queue_clear_full (&self->sent, (GDestroyNotify) g_bytes_unref);
}

static void
fake_call_finalize (GObject *object)
{
  FakeCall *self = FAKE_CALL (object);

  if (self->net != NULL)
    self->net->calls->pdata[self->number] = NULL;
  g_queue_clear_full (&self->sent, (GDestroyNotify) g_bytes_unref);
  g_free (self->remote_sdp);
  g_object_unref (self->remote_video);

  G_OBJECT_CLASS (fake_call_parent_class)->finalize (object);
}

static CausetteFeed *
fake_call_get_remote_video (CausetteCall *call)
{
  return FAKE_CALL (call)->remote_video;
}

static void
fake_call_class_init (FakeCallClass *klass)
{
  CausetteCallClass *call_class = CAUSETTE_CALL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fake_call_finalize;
  call_class->start = fake_call_start;
  call_class->set_remote_description = fake_call_set_remote_description;
  call_class->add_remote_candidate = fake_call_add_remote_candidate;
  call_class->send = fake_call_send;
  call_class->close = fake_call_close;
  call_class->get_remote_video = fake_call_get_remote_video;
}

static void
fake_call_init (FakeCall *self)
{
  g_queue_init (&self->sent);
  self->remote_video = causette_feed_new ();
}

FakeNet *
fake_net_new (VirtualClock *clock, guint latency_ms)
{
  FakeNet *self = g_new0 (FakeNet, 1);

  self->clock = g_object_ref (clock);
  self->latency_ms = latency_ms;
  self->calls = g_ptr_array_new ();

  return self;
}

void
fake_net_free (FakeNet *self)
{
  virtual_clock_advance (self->clock, 2 * self->latency_ms);
  for (guint i = 0; i < self->calls->len; i++)
    g_assert_null (g_ptr_array_index (self->calls, i));
  g_ptr_array_unref (self->calls);
  g_object_unref (self->clock);
  g_free (self);
}

void
fake_net_block (FakeNet *self)
{
  self->blocked = TRUE;
}

FakeCall *
fake_call_new (FakeNet *net, gboolean caller)
{
  FakeCall *self = g_object_new (FAKE_TYPE_CALL, NULL);

  self->caller = caller;
  self->net = net;
  if (net != NULL)
    {
      self->number = net->calls->len;
      g_ptr_array_add (net->calls, self);
    }

  return self;
}

gboolean
fake_call_is_caller (FakeCall *self)
{
  return self->caller;
}

gboolean
fake_call_is_started (FakeCall *self)
{
  return self->started;
}

gboolean
fake_call_is_closed (FakeCall *self)
{
  return self->closed;
}

guint
fake_call_get_n_descriptions (FakeCall *self)
{
  return self->n_descriptions;
}

const char *
fake_call_get_remote_sdp (FakeCall *self)
{
  return self->remote_sdp;
}

guint
fake_call_get_n_candidates (FakeCall *self)
{
  return self->n_candidates;
}

GBytes *
fake_call_pop_sent (FakeCall *self)
{
  return g_queue_pop_head (&self->sent);
}

static void
flush (FakeCall *self)
{
  GBytes *message;

  while ((message = g_queue_pop_head (&self->sent)) != NULL)
    {
      fly (self->net, self->peer - 1, message);
      g_bytes_unref (message);
    }
}

void
fake_call_interrupt (FakeCall *self)
{
  FakeCall *sides[] = { self, get_peer (self) };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] != NULL && !sides[i]->closed)
      {
        sides[i]->interrupted = TRUE;
        causette_call_set_state (CAUSETTE_CALL (sides[i]), CAUSETTE_CALL_INTERRUPTED, NULL);
      }
}

void
fake_call_restore (FakeCall *self)
{
  FakeCall *sides[] = { self, get_peer (self) };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] != NULL && !sides[i]->closed)
      {
        sides[i]->interrupted = FALSE;
        causette_call_set_state (CAUSETTE_CALL (sides[i]), CAUSETTE_CALL_CONNECTED, NULL);
        flush (sides[i]);
      }
}

void
fake_call_break (FakeCall *self)
{
  FakeCall *sides[] = { self, get_peer (self) };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] != NULL && !sides[i]->closed)
      {
        g_queue_clear_full (&sides[i]->sent, (GDestroyNotify) g_bytes_unref);
        causette_call_set_data_ready (CAUSETTE_CALL (sides[i]), FALSE);
        fake_call_fail (sides[i], CAUSETTE_CALL_ERROR_NO_ROUTE, "The path is gone.");
      }
}

void
fake_call_fail (FakeCall *self, CausetteCallError code, const char *sentence)
{
  causette_call_set_state (CAUSETTE_CALL (self), CAUSETTE_CALL_FAILED,
                           g_error_new_literal (CAUSETTE_CALL_ERROR, (int) code, sentence));
}

void
fake_call_set_data_open (FakeCall *self, gboolean open)
{
  FakeCall *sides[] = { self, get_peer (self) };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] != NULL && !sides[i]->closed)
      {
        g_queue_clear_full (&sides[i]->sent, (GDestroyNotify) g_bytes_unref);
        causette_call_set_data_ready (CAUSETTE_CALL (sides[i]), open);
      }
}

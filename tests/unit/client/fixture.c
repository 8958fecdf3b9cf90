/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the link share; see the header. */
#include "tests/unit/client/fixture.h"

typedef struct
{
  guint source;
  const char *where;
  const char *what;
} Limit;

static gboolean
on_limit (gpointer data)
{
  Limit *limit = data;

  g_error ("%s: waited in vain for: %s", limit->where, limit->what);
  return G_SOURCE_REMOVE;
}

gpointer
fixture_limit_start (const char *where, const char *what)
{
  Limit *limit = g_new0 (Limit, 1);

  limit->where = where;
  limit->what = what;
  limit->source = g_timeout_add (FIXTURE_LIMIT_MS, on_limit, limit);
  return limit;
}

void
fixture_limit_stop (gpointer data)
{
  Limit *limit = data;

  g_source_remove (limit->source);
  g_free (limit);
}

void
fixture_drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
append_word (GString *list, const char *word)
{
  g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", word);
}

static void
on_state (CausetteLink *link, GParamSpec *pspec, Watch *self)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (CAUSETTE_TYPE_LINK_STATE);
  gint state;

  g_object_get (link, "state", &state, NULL);
  g_assert_cmpint (state, ==, (gint) watch_state (self));
  append_word (self->states, g_enum_get_value (klass, state)->value_nick);
  self->state_notifies++;
}

static void
on_error (CausetteLink *link, GParamSpec *pspec, Watch *self)
{
  self->error_notifies++;
}

static void
on_message (CausetteLink *link, const WireMessage *message, Watch *self)
{
  append_word (self->messages, wire_event_name (message->type));
  if (message->type == WIRE_RELAY)
    {
      gsize size;
      const char *body = g_bytes_get_data (message->relay.body, &size);

      g_ptr_array_add (self->bodies, g_strndup (body, size));
    }
}

Watch *
watch_new (const char *address)
{
  Watch *self = g_new0 (Watch, 1);
  CausetteLinkHello hello = { .locale = "fr", .policy_version = "2024-01-01", .adult = true };
  g_autoptr (GError) error = NULL;

  self->link = causette_link_new (address, &hello, &error);
  g_assert_no_error (error);
  causette_link_set_times (self->link, 20, 100, 15000);
  self->states = g_string_new (NULL);
  self->messages = g_string_new (NULL);
  self->bodies = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->link, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (self->link, "notify::error", G_CALLBACK (on_error), self);
  g_signal_connect (self->link, "message", G_CALLBACK (on_message), self);
  return self;
}

void
watch_free (Watch *self)
{
  if (self->link != NULL)
    {
      causette_link_disconnect (self->link);
      fixture_drain ();
      g_assert_finalize_object (self->link);
    }
  g_string_free (self->states, TRUE);
  g_string_free (self->messages, TRUE);
  g_ptr_array_unref (self->bodies);
  g_free (self);
  fixture_drain ();
}

CausetteLinkState
watch_state (Watch *self)
{
  return causette_signalling_get_state (CAUSETTE_SIGNALLING (self->link));
}

bool
watch_has_error (Watch *self, CausetteLinkError code)
{
  return g_error_matches (causette_signalling_get_error (CAUSETTE_SIGNALLING (self->link)),
                          CAUSETTE_LINK_ERROR, (gint) code);
}

void
watch_go_online (Watch *self)
{
  causette_link_connect (self->link);
  WAIT_FOR (watch_state (self) == CAUSETTE_LINK_ONLINE);
}

static void
on_request (GObject *source, GAsyncResult *result, gpointer data)
{
  static unsigned order;
  Request *self = data;
  WireAck ack = { 0 };

  g_assert_false (self->done);
  self->ok =
      causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, &ack, &self->error);
  g_assert_true (self->ok == (self->error == NULL));
  if (self->ok)
    {
      self->waiting = ack.waiting;
      wire_ack_clear (&ack);
    }
  self->order = ++order;
  self->done = true;
}

Request *
request_start (Watch *watch, WireMessage *message, GCancellable *cancellable)
{
  Request *self = g_new0 (Request, 1);

  causette_signalling_request_async (CAUSETTE_SIGNALLING (watch->link), message, cancellable,
                                     on_request, self);
  wire_message_free (message);
  return self;
}

WireMessage *
message_relay (const char *encounter, const void *body, size_t size)
{
  WireMessage *message = wire_message_new (WIRE_RELAY);

  message->relay.encounter = g_strdup (encounter);
  message->relay.kind = WIRE_KIND_SEALED;
  message->relay.body = g_bytes_new (body, size);
  return message;
}

Request *
request_relay (Watch *watch, const char *encounter, const char *text)
{
  return request_start (watch, message_relay (encounter, text, strlen (text)), NULL);
}

Request *
request_type (Watch *watch, WireType type)
{
  WireMessage *message = wire_message_new (type);

  if (type == WIRE_END)
    message->end.encounter = g_strdup ("encounter");
  else if (type == WIRE_REPORT)
    {
      message->report.encounter = g_strdup ("encounter");
      message->report.reason = WIRE_REPORT_SPAM;
    }
  else if (type == WIRE_BLOCK)
    message->block.encounter = g_strdup ("encounter");
  else
    g_assert_true (type == WIRE_SEEK || type == WIRE_LEAVE);
  return request_start (watch, message, NULL);
}

void
request_free (Request *self)
{
  g_assert_true (self->done);
  g_clear_error (&self->error);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that wait for their acknowledgement; see the header.
 *
 * A request keeps its id for life: sent again after a resume it is the same packet, and an
 * acknowledgement that comes late, of the time before, still answers it.
 */
#include "config.h"

#include "net/client/link-requests.h"

#include "net/client/link-errors.h"
#include "net/wire/sio.h"

#define ACK_TIMEOUT_MS 15000

struct _LinkRequests
{
  GQueue queue; /* of Request, oldest first */
  size_t bytes;
  int64_t next_id;
  unsigned timeout_ms;
  bool open;
  bool opening; /* sending what waits: a new one queues up behind it */
  LinkRequestsSend send;
  void *data;
};

typedef struct
{
  LinkRequests *owner; /* %NULL once out of the queue */
  GList *node;
  GTask *task;
  WireType type;
  int64_t id;
  char *text;
  size_t size;
  bool sent;
  GSource *timeout;
  GSource *cancelled;
} Request;

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
request_free (Request *request)
{
  clear_source (&request->timeout);
  clear_source (&request->cancelled);
  g_clear_object (&request->task);
  g_free (request->text);
  g_free (request);
}

static void
take_out (Request *request)
{
  LinkRequests *self = request->owner;

  g_queue_delete_link (&self->queue, request->node);
  self->bytes -= request->size;
  request->owner = NULL;
  request->node = NULL;
  clear_source (&request->timeout);
  clear_source (&request->cancelled);
}

static void
ack_free (WireAck *ack)
{
  wire_ack_clear (ack);
  g_free (ack);
}

static gboolean
on_timeout (gpointer data)
{
  Request *request = data;

  take_out (request);
  g_task_return_error (request->task, link_error_new (CAUSETTE_LINK_ERROR_TIMEOUT));
  request_free (request);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Request *request = data;

  take_out (request);
  g_task_return_error_if_cancelled (request->task);
  request_free (request);
  return G_SOURCE_REMOVE;
}

static void
send_request (LinkRequests *self, Request *request)
{
  if (!self->send (request->text, self->data))
    {
      take_out (request);
      g_task_return_new_error (request->task, WIRE_ERROR, WIRE_ERROR_TOO_LONG, "%s",
                               "A message is larger than the server takes.");
      request_free (request);
      return;
    }

  request->sent = true;
  request->timeout = g_timeout_source_new (self->timeout_ms);
  g_source_set_callback (request->timeout, on_timeout, request, NULL);
  g_source_attach (request->timeout, NULL);
}

static char *
encode (int64_t id, const WireMessage *message)
{
  g_autoptr (SioPacket) packet = sio_packet_new_event ("/", id, wire_event_name (message->type),
                                                       wire_message_to_json (message));
  g_autoptr (GString) text = g_string_new (NULL);

  sio_packet_encode (packet, text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

LinkRequests *
link_requests_new (LinkRequestsSend send, void *data)
{
  LinkRequests *self = g_new0 (LinkRequests, 1);

  g_queue_init (&self->queue);
  self->timeout_ms = ACK_TIMEOUT_MS;
  self->send = send;
  self->data = data;
  return self;
}

void
link_requests_free (LinkRequests *self)
{
  g_autoptr (GError) lost = link_error_new (CAUSETTE_LINK_ERROR_LOST);

  link_requests_fail (link_requests_close (self, false), lost);
  g_free (self);
}

void
link_requests_set_timeout (LinkRequests *self, unsigned timeout_ms)
{
  self->timeout_ms = timeout_ms;
}

bool
link_requests_may_wait (WireType type)
{
  return type == WIRE_RELAY || type == WIRE_END || type == WIRE_REPORT || type == WIRE_BLOCK;
}

void
link_requests_add (LinkRequests *self, GTask *task, const WireMessage *message)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Request *request;

  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }

  request = g_new0 (Request, 1);
  request->task = task;
  request->type = message->type;
  request->id = self->next_id++;
  request->text = encode (request->id, message);
  request->size = strlen (request->text);

  if (self->queue.length >= LINK_REQUESTS_MAX ||
      self->bytes + request->size > LINK_REQUESTS_MAX_BYTES)
    {
      g_task_return_error (task, link_error_new (CAUSETTE_LINK_ERROR_QUEUE_FULL));
      request_free (request);
      return;
    }

  g_queue_push_tail (&self->queue, request);
  request->owner = self;
  request->node = self->queue.tail;
  self->bytes += request->size;
  if (cancellable != NULL)
    {
      request->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_cancelled), request, NULL);
      g_source_attach (request->cancelled, NULL);
    }

  if (self->open)
    send_request (self, request);
}

bool
link_requests_finish (GTask *task, WireAck *ack, GError **error)
{
  WireAck *answer = g_task_propagate_pointer (task, error);

  if (answer == NULL)
    return false;
  if (!answer->ok)
    {
      g_set_error_literal (error, WIRE_ERROR, answer->error,
                           answer->message != NULL ? answer->message
                                                   : "The server refused the request.");
      ack_free (answer);
      return false;
    }
  if (ack != NULL)
    {
      *ack = *answer;
      g_free (answer);
    }
  else
    ack_free (answer);
  return true;
}

void
link_requests_open (LinkRequests *self)
{
  if (self->open || self->opening)
    return;

  /* send_request() may take a request out and run its callback, which may add or remove others, or
   * close the queue: look for the next one from the front each time. */
  self->opening = true;
  while (self->opening)
    {
      Request *next = NULL;

      for (GList *l = self->queue.head; l != NULL && next == NULL; l = l->next)
        if (!((Request *) l->data)->sent)
          next = l->data;
      if (next != NULL)
        send_request (self, next);
      else
        {
          self->opening = false;
          self->open = true;
        }
    }
}

GPtrArray *
link_requests_close (LinkRequests *self, bool keep)
{
  GPtrArray *doomed = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  GList *next;

  self->open = false;
  self->opening = false;
  for (GList *l = self->queue.head; l != NULL; l = next)
    {
      Request *request = l->data;

      next = l->next;
      if (keep && link_requests_may_wait (request->type))
        {
          request->sent = false;
          clear_source (&request->timeout);
          continue;
        }
      take_out (request);
      g_ptr_array_add (doomed, request);
    }
  return doomed;
}

void
link_requests_fail (GPtrArray *requests, const GError *error)
{
  for (unsigned i = 0; i < requests->len; i++)
    {
      Request *request = g_ptr_array_index (requests, i);
      g_task_return_error (request->task, g_error_copy (error));
    }
  g_ptr_array_unref (requests);
}

void
link_requests_acknowledge (LinkRequests *self, int64_t id, const JsonValue *argument)
{
  for (GList *l = self->queue.head; l != NULL; l = l->next)
    {
      Request *request = l->data;
      WireAck *ack;

      if (request->id != id || !request->sent)
        continue;
      take_out (request);
      ack = g_new0 (WireAck, 1);
      wire_ack_from_json (argument, ack);
      g_task_return_pointer (request->task, ack, (GDestroyNotify) ack_free);
      request_free (request);
      return;
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requests of one link that are not yet answered, in the order in which they were made.
 *
 * Owns: their GTasks, ids, texts, timers and cancellables; the bounds of the queue.
 * Called by: net/client/link.
 * Must never: know why the connection is up or down; call back into the link but through the send
 * function. A task's callback may run inside any function here and may call any of them again.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "net/wire/message.h"

G_BEGIN_DECLS

#define LINK_REQUESTS_MAX       64
#define LINK_REQUESTS_MAX_BYTES (1024 * 1024)

typedef struct _LinkRequests LinkRequests;

/* Puts @text, a whole Socket.IO packet, on the wire. Returns false when the server would not take
 * one of that size; it never fails for another reason that it can tell at once. */
typedef bool (*LinkRequestsSend) (const char *text, void *data);

/* Starts closed: nothing is sent before link_requests_open(). */
LinkRequests *link_requests_new (LinkRequestsSend send, void *data);
/* Fails what is left with LOST. */
void link_requests_free (LinkRequests *self);
/* How long the server may take, counted from the sending; for requests sent from now on. */
void link_requests_set_timeout (LinkRequests *self, unsigned timeout_ms);

/* Returns whether requests of @type outlive a connection. */
bool link_requests_may_wait (WireType type);
/* Adds @message for @task (transfer full), which returns a WireAck (link_requests_finish()). Sends
 * it at once when open, else keeps it. */
void link_requests_add (LinkRequests *self, GTask *task, const WireMessage *message);
/* What the task that link_requests_add() took came to: as causette_signalling_request_finish(). */
bool link_requests_finish (GTask *task, WireAck *ack, GError **error);

/* A session is there: sends all that waits, in order. */
void link_requests_open (LinkRequests *self);
/* The connection broke. Returns: (transfer full): those that cannot wait for the next one, or with
 * @keep false all; to be given to link_requests_fail() when the caller's own state is in order. */
GPtrArray *link_requests_close (LinkRequests *self, bool keep);
void link_requests_fail (GPtrArray *requests, const GError *error);

/* The server acknowledged @id with @argument. One that nobody waits for (any more) is ignored. */
void link_requests_acknowledge (LinkRequests *self, int64_t id, const JsonValue *argument);

G_END_DECLS

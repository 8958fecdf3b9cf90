/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sent, or is to be sent, to one session and is not known to have arrived.
 *
 * Owns: those events until they are acknowledged, old enough to have arrived, or the session ends.
 * Called by: lobby. Must never: send, grow beyond its bounds, look into a payload.
 *
 * Every event gets an id that is one greater than the one before, also across a resume: an event
 * that is sent again carries the id that it had. The ids are the acknowledgement ids of Socket.IO,
 * so a client can tell a repeated event from a new one: its id is not greater than the last seen.
 */
#pragma once

#include "net/wire/json.h"

G_BEGIN_DECLS

typedef struct
{
  int64_t id;
  const char *name;   /* of the event */
  JsonValue *payload; /* its argument */
  size_t size_bytes;
  uint64_t sent_ms; /* 0: never yet */
} OutboxEntry;

typedef struct _Outbox Outbox;

Outbox *outbox_new (size_t max_bytes, unsigned max_entries);
void outbox_free (Outbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outbox, outbox_free)

/* Whether an event of @size_bytes still fits. */
bool outbox_has_room (const Outbox *outbox, size_t size_bytes);
/* Keeps an event. @name must be static; @payload is (transfer full). It is taken even when there is
 * no room: what must not be lost is bounded by the caller. Returns the entry, borrowed. */
OutboxEntry *outbox_add (Outbox *outbox, const char *name, JsonValue *payload, size_t size_bytes);
/* Event @id has arrived. Returns false when it is not here (any more). */
bool outbox_acknowledge (Outbox *outbox, int64_t id);
/* Forgets the oldest event if it was sent. Returns false when there is none such. */
bool outbox_drop_oldest_sent (Outbox *outbox);
/* Forgets what was sent at or before @sent_by_ms. */
void outbox_drop_sent_by (Outbox *outbox, uint64_t sent_by_ms);
/* Returns: (nullable): the first event with an id greater than @id, borrowed. */
OutboxEntry *outbox_next (const Outbox *outbox, int64_t id);
bool outbox_is_empty (const Outbox *outbox);
size_t outbox_bytes (const Outbox *outbox);

G_END_DECLS

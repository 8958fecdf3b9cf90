/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sent to one session and is not known to have arrived: see outbox.h. */
#include "net/server/outbox.h"

struct _Outbox
{
  size_t max_bytes;
  unsigned max_entries;
  GQueue entries; /* of OutboxEntry, by id */
  size_t bytes;
  int64_t next_id;
};

static void
entry_free (OutboxEntry *entry)
{
  json_value_unref (entry->payload);
  g_free (entry);
}

static void
remove_link (Outbox *outbox, GList *link)
{
  OutboxEntry *entry = link->data;

  outbox->bytes -= entry->size_bytes;
  g_queue_delete_link (&outbox->entries, link);
  entry_free (entry);
}

Outbox *
outbox_new (size_t max_bytes, unsigned max_entries)
{
  Outbox *outbox = g_new0 (Outbox, 1);

  outbox->max_bytes = max_bytes;
  outbox->max_entries = max_entries;
  outbox->next_id = 1;
  g_queue_init (&outbox->entries);

  return outbox;
}

void
outbox_free (Outbox *outbox)
{
  if (outbox == NULL)
    return;

  g_queue_clear_full (&outbox->entries, (GDestroyNotify) entry_free);
  g_free (outbox);
}

bool
outbox_has_room (const Outbox *outbox, size_t size_bytes)
{
  return outbox->entries.length < outbox->max_entries && outbox->bytes <= outbox->max_bytes &&
         size_bytes <= outbox->max_bytes - outbox->bytes;
}

OutboxEntry *
outbox_add (Outbox *outbox, const char *name, JsonValue *payload, size_t size_bytes)
{
  OutboxEntry *entry = g_new0 (OutboxEntry, 1);

  entry->id = outbox->next_id++;
  entry->name = name;
  entry->payload = payload;
  entry->size_bytes = size_bytes;
  outbox->bytes += size_bytes;
  g_queue_push_tail (&outbox->entries, entry);

  return entry;
}

bool
outbox_acknowledge (Outbox *outbox, int64_t id)
{
  for (GList *l = outbox->entries.head; l != NULL; l = l->next)
    {
      const OutboxEntry *entry = l->data;

      if (entry->id > id)
        break;
      if (entry->id == id)
        {
          remove_link (outbox, l);
          return true;
        }
    }

  return false;
}

bool
outbox_drop_oldest_sent (Outbox *outbox)
{
  const OutboxEntry *entry = g_queue_peek_head (&outbox->entries);

  if (entry == NULL || entry->sent_ms == 0)
    return false;

  remove_link (outbox, outbox->entries.head);
  return true;
}

void
outbox_drop_sent_by (Outbox *outbox, uint64_t sent_by_ms)
{
  const OutboxEntry *entry;

  while ((entry = g_queue_peek_head (&outbox->entries)) != NULL && entry->sent_ms != 0 &&
         entry->sent_ms <= sent_by_ms)
    remove_link (outbox, outbox->entries.head);
}

OutboxEntry *
outbox_next (const Outbox *outbox, int64_t id)
{
  for (GList *l = outbox->entries.head; l != NULL; l = l->next)
    {
      OutboxEntry *entry = l->data;

      if (entry->id > id)
        return entry;
    }

  return NULL;
}

bool
outbox_is_empty (const Outbox *outbox)
{
  return outbox->entries.length == 0;
}

size_t
outbox_bytes (const Outbox *outbox)
{
  return outbox->bytes;
}

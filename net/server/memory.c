/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who must not be brought together: see memory.h.
 *
 * A pair stands once in memory and is reached from both persons. Meetings all last equally long, so
 * a queue in the order of meeting is in the order of expiry as well. */
#include "net/server/memory.h"

typedef struct
{
  uint64_t a;
  uint64_t b;
  uint64_t until_ms;
  bool blocked; /* then it is not in the queue and has no end */
  GList link;   /* in Memory.meetings */
} Pair;

struct _Memory
{
  uint64_t met_ms;
  unsigned max_per_person;
  GHashTable *persons; /* uint64_t → GHashTable of uint64_t (the other) → Pair */
  GQueue meetings;     /* of Pair, the one that expires first at its head */
};

static uint64_t *
key_new (uint64_t person)
{
  return g_memdup2 (&person, sizeof person);
}

static GHashTable *
pairs_of (const Memory *memory, uint64_t person)
{
  return g_hash_table_lookup (memory->persons, &person);
}

static GHashTable *
ensure_pairs_of (Memory *memory, uint64_t person)
{
  GHashTable *pairs = pairs_of (memory, person);

  if (pairs == NULL)
    {
      pairs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      g_hash_table_insert (memory->persons, key_new (person), pairs);
    }

  return pairs;
}

static Pair *
find (const Memory *memory, uint64_t a, uint64_t b)
{
  GHashTable *pairs = pairs_of (memory, a);

  return pairs == NULL ? NULL : g_hash_table_lookup (pairs, &b);
}

static void
detach (Memory *memory, uint64_t person, uint64_t other)
{
  GHashTable *pairs = pairs_of (memory, person);

  if (pairs == NULL)
    return;

  g_hash_table_remove (pairs, &other);
  if (g_hash_table_size (pairs) == 0)
    g_hash_table_remove (memory->persons, &person);
}

static void
drop (Memory *memory, Pair *pair)
{
  if (!pair->blocked)
    g_queue_unlink (&memory->meetings, &pair->link);

  detach (memory, pair->a, pair->b);
  detach (memory, pair->b, pair->a);
  g_free (pair);
}

/* Makes room for one more pair of @person. Returns false when blocks alone fill it. */
static bool
make_room (Memory *memory, uint64_t person)
{
  GHashTable *pairs = pairs_of (memory, person);
  Pair *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  if (pairs == NULL || g_hash_table_size (pairs) < memory->max_per_person)
    return true;

  g_hash_table_iter_init (&iter, pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Pair *pair = value;

      if (!pair->blocked && (oldest == NULL || pair->until_ms < oldest->until_ms))
        oldest = pair;
    }
  if (oldest == NULL)
    return false;

  drop (memory, oldest);
  return true;
}

/* Returns the pair of @a and @b, linked nowhere yet when it is new; %NULL when there is no room. */
static Pair *
ensure (Memory *memory, uint64_t a, uint64_t b)
{
  Pair *pair = find (memory, a, b);

  if (pair != NULL)
    return pair;
  if (!make_room (memory, a) || !make_room (memory, b))
    return NULL;

  pair = g_new0 (Pair, 1);
  pair->a = a;
  pair->b = b;
  pair->link.data = pair;
  g_hash_table_insert (ensure_pairs_of (memory, a), key_new (b), pair);
  g_hash_table_insert (ensure_pairs_of (memory, b), key_new (a), pair);

  return pair;
}

Memory *
memory_new (uint64_t met_ms, unsigned max_per_person)
{
  Memory *memory = g_new0 (Memory, 1);

  memory->met_ms = met_ms;
  memory->max_per_person = MAX (1, max_per_person);
  memory->persons = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) g_hash_table_unref);
  g_queue_init (&memory->meetings);

  return memory;
}

void
memory_free (Memory *memory)
{
  GHashTableIter iter;
  gpointer key;

  if (memory == NULL)
    return;

  g_hash_table_iter_init (&iter, memory->persons);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      memory_forget (memory, *(uint64_t *) key);
      g_hash_table_iter_init (&iter, memory->persons);
    }
  g_hash_table_unref (memory->persons);
  g_free (memory);
}

void
memory_met (Memory *memory, uint64_t a, uint64_t b, uint64_t now_ms)
{
  bool known = find (memory, a, b) != NULL;
  Pair *pair = ensure (memory, a, b);

  if (pair == NULL || pair->blocked)
    return;

  if (known)
    g_queue_unlink (&memory->meetings, &pair->link);
  pair->until_ms = now_ms + memory->met_ms;
  g_queue_push_tail_link (&memory->meetings, &pair->link);
}

bool
memory_block (Memory *memory, uint64_t a, uint64_t b)
{
  bool known = find (memory, a, b) != NULL;
  Pair *pair = ensure (memory, a, b);

  if (pair == NULL)
    return false;
  if (pair->blocked)
    return true;

  if (known)
    g_queue_unlink (&memory->meetings, &pair->link);
  pair->blocked = true;

  return true;
}

bool
memory_keeps_apart (const Memory *memory, uint64_t a, uint64_t b)
{
  return find (memory, a, b) != NULL;
}

unsigned
memory_count (const Memory *memory, uint64_t person)
{
  GHashTable *pairs = pairs_of (memory, person);

  return pairs == NULL ? 0 : g_hash_table_size (pairs);
}

void
memory_forget (Memory *memory, uint64_t person)
{
  GHashTable *pairs;

  while ((pairs = pairs_of (memory, person)) != NULL)
    {
      GHashTableIter iter;
      gpointer value;

      g_hash_table_iter_init (&iter, pairs);
      if (g_hash_table_iter_next (&iter, NULL, &value))
        drop (memory, value);
    }
}

void
memory_sweep (Memory *memory, uint64_t now_ms, MemoryPairFunc expired, void *data)
{
  Pair *pair;

  while ((pair = g_queue_peek_head (&memory->meetings)) != NULL && pair->until_ms <= now_ms)
    {
      uint64_t a = pair->a;
      uint64_t b = pair->b;

      drop (memory, pair);
      if (expired != NULL)
        expired (a, b, data);
    }
}

uint64_t
memory_next_deadline_ms (const Memory *memory)
{
  const Pair *pair = memory->meetings.head == NULL ? NULL : memory->meetings.head->data;

  return pair == NULL ? UINT64_MAX : pair->until_ms;
}

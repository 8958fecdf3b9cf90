/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits for whom: see queue.h. */
#include "net/server/queue.h"

/* The common line; keys of the others begin with 't' or 'l'. */
#define ANYONE "*"

typedef struct
{
  char *key;
  GQueue places; /* of Place */
} Line;

typedef struct
{
  uint64_t person;
  const Wish *wish;
  uint64_t since_ms;
  uint64_t number; /* order of entry, for those who began in the same millisecond */
  WishLevel level;
  uint64_t level_since_ms;
  GPtrArray *places;       /* of Place, owned; in the order topics, languages, anyone */
  GSequenceIter *deadline; /* in Queue.deadlines; %NULL at the last level */
} Waiter;

typedef struct
{
  Waiter *waiter;
  Line *line;
  WishLevel level; /* what kind of line it is */
  GList link;      /* in line->places */
} Place;

struct _Queue
{
  uint64_t widen_ms;
  QueueKeepsApart keeps_apart;
  void *data;
  GHashTable *waiters;  /* uint64_t → Waiter, owned */
  GHashTable *lines;    /* key → Line, owned; none is empty */
  GSequence *deadlines; /* of Waiter, the one to widen first at the begin */
  uint64_t next_number;
  uint64_t steps;
};

static void
line_free (Line *line)
{
  g_free (line->key);
  g_free (line);
}

static void
waiter_free (Waiter *waiter)
{
  g_ptr_array_unref (waiter->places);
  g_free (waiter);
}

static void
enter (Queue *queue, Waiter *waiter, WishLevel level, char *key)
{
  Line *line = g_hash_table_lookup (queue->lines, key);
  Place *place = g_new0 (Place, 1);

  if (line == NULL)
    {
      line = g_new0 (Line, 1);
      line->key = g_strdup (key);
      g_queue_init (&line->places);
      g_hash_table_insert (queue->lines, line->key, line);
    }
  g_free (key);

  place->waiter = waiter;
  place->line = line;
  place->level = level;
  place->link.data = place;
  g_queue_push_tail_link (&line->places, &place->link);
  g_ptr_array_add (waiter->places, place);
}

/* Puts @waiter into the lines that its present level adds. */
static void
enter_level (Queue *queue, Waiter *waiter, WishLevel level)
{
  const Wish *wish = waiter->wish;

  switch (level)
    {
    case WISH_TOPIC:
      for (unsigned i = 0; i < wish->topic_keys->len; i++)
        enter (queue, waiter, level,
               g_strconcat ("t", (const char *) wish->topic_keys->pdata[i], NULL));
      break;
    case WISH_LANGUAGE:
      for (unsigned i = 0; i < wish->language_keys->len; i++)
        enter (queue, waiter, level,
               g_strconcat ("l", (const char *) wish->language_keys->pdata[i], NULL));
      break;
    case WISH_ANYONE:
      enter (queue, waiter, level, g_strdup (ANYONE));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
leave_lines (Queue *queue, Waiter *waiter)
{
  for (unsigned i = 0; i < waiter->places->len; i++)
    {
      Place *place = waiter->places->pdata[i];

      g_queue_unlink (&place->line->places, &place->link);
      if (place->line->places.length == 0)
        g_hash_table_remove (queue->lines, place->line->key);
    }
}

static uint64_t
deadline_of (const Queue *queue, const Waiter *waiter)
{
  return waiter->level_since_ms + queue->widen_ms;
}

static int
compare_deadlines (gconstpointer a, gconstpointer b, gpointer data)
{
  uint64_t first = deadline_of (data, a);
  uint64_t second = deadline_of (data, b);

  return first < second ? -1 : first > second;
}

static void
set_deadline (Queue *queue, Waiter *waiter)
{
  waiter->deadline =
      waiter->level == WISH_ANYONE
          ? NULL
          : g_sequence_insert_sorted (queue->deadlines, waiter, compare_deadlines, queue);
}

static void
widen (Queue *queue, Waiter *waiter)
{
  waiter->level_since_ms = deadline_of (queue, waiter);
  waiter->level = wish_next_level (waiter->wish, waiter->level);
  enter_level (queue, waiter, waiter->level);
}

static bool
waited_longer (const Waiter *a, const Waiter *b)
{
  return a->since_ms != b->since_ms ? a->since_ms < b->since_ms : a->number < b->number;
}

/* The first of @line who may meet @waiter. Whoever is passed is kept apart from @waiter. */
static Waiter *
first_in_line (Queue *queue, const Waiter *waiter, const Line *line)
{
  for (GList *l = line->places.head; l != NULL; l = l->next)
    {
      Waiter *other = ((Place *) l->data)->waiter;

      queue->steps++;
      if (other != waiter && !queue->keeps_apart (waiter->person, other->person, queue->data))
        return other;
    }

  return NULL;
}

Queue *
queue_new (uint64_t widen_ms, QueueKeepsApart keeps_apart, void *data)
{
  Queue *queue = g_new0 (Queue, 1);

  queue->widen_ms = widen_ms;
  queue->keeps_apart = keeps_apart;
  queue->data = data;
  queue->waiters =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) waiter_free);
  queue->lines = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) line_free);
  queue->deadlines = g_sequence_new (NULL);

  return queue;
}

void
queue_free (Queue *queue)
{
  if (queue == NULL)
    return;

  g_sequence_free (queue->deadlines);
  g_hash_table_unref (queue->lines);
  g_hash_table_unref (queue->waiters);
  g_free (queue);
}

bool
queue_add (Queue *queue, uint64_t person, const Wish *wish, uint64_t since_ms, uint64_t now_ms)
{
  Waiter *waiter;
  WishLevel first = wish_first_level (wish);

  g_return_val_if_fail (person != 0, false);

  if (queue_contains (queue, person))
    return false;

  waiter = g_new0 (Waiter, 1);
  waiter->person = person;
  waiter->wish = wish;
  waiter->since_ms = waiter->level_since_ms = MIN (since_ms, now_ms);
  waiter->number = queue->next_number++;
  waiter->level = first;
  waiter->places = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (queue->waiters, &waiter->person, waiter);

  for (WishLevel level = WISH_TOPIC; level <= first; level++)
    enter_level (queue, waiter, level);
  while (waiter->level != WISH_ANYONE && deadline_of (queue, waiter) <= now_ms)
    widen (queue, waiter);
  set_deadline (queue, waiter);

  return true;
}

bool
queue_remove (Queue *queue, uint64_t person)
{
  Waiter *waiter = g_hash_table_lookup (queue->waiters, &person);

  if (waiter == NULL)
    return false;

  if (waiter->deadline != NULL)
    g_sequence_remove (waiter->deadline);
  leave_lines (queue, waiter);
  g_hash_table_remove (queue->waiters, &person);

  return true;
}

bool
queue_contains (const Queue *queue, uint64_t person)
{
  return g_hash_table_contains (queue->waiters, &person);
}

unsigned
queue_length (const Queue *queue)
{
  return g_hash_table_size (queue->waiters);
}

uint64_t
queue_find_partner (Queue *queue, uint64_t person)
{
  const Waiter *waiter = g_hash_table_lookup (queue->waiters, &person);
  const Waiter *best = NULL;
  WishLevel level = WISH_TOPIC;

  if (waiter == NULL)
    return 0;

  for (unsigned i = 0; i < waiter->places->len; i++)
    {
      const Place *place = waiter->places->pdata[i];
      const Waiter *other;

      if (place->level != level && best != NULL)
        break;

      level = place->level;
      other = first_in_line (queue, waiter, place->line);
      if (other != NULL && (best == NULL || waited_longer (other, best)))
        best = other;
    }

  return best == NULL ? 0 : best->person;
}

uint64_t
queue_widen (Queue *queue, uint64_t now_ms)
{
  GSequenceIter *begin = g_sequence_get_begin_iter (queue->deadlines);
  Waiter *waiter;

  if (g_sequence_iter_is_end (begin))
    return 0;

  waiter = g_sequence_get (begin);
  if (deadline_of (queue, waiter) > now_ms)
    return 0;

  g_sequence_remove (begin);
  widen (queue, waiter);
  set_deadline (queue, waiter);

  return waiter->person;
}

uint64_t
queue_next_deadline_ms (const Queue *queue)
{
  GSequenceIter *begin = g_sequence_get_begin_iter (queue->deadlines);

  return g_sequence_iter_is_end (begin) ? UINT64_MAX : deadline_of (queue, g_sequence_get (begin));
}

uint64_t
queue_steps (const Queue *queue)
{
  return queue->steps;
}

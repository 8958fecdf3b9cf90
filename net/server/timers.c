/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many deadlines in one binary heap: see timers.h. */
#include "net/server/timers.h"

struct _Timers
{
  GPtrArray *heap; /* of Timer, borrowed; the earliest first */
};

static Timer *
node_at (const Timers *timers, size_t index)
{
  return g_ptr_array_index (timers->heap, index);
}

static void
put (Timers *timers, size_t index, Timer *timer)
{
  g_ptr_array_index (timers->heap, index) = timer;
  timer->place = index + 1;
}

/* Moves @timer from @index towards the root while its parent is later. */
static void
sift_up (Timers *timers, size_t index, Timer *timer)
{
  while (index > 0)
    {
      size_t parent = (index - 1) / 2;

      if (node_at (timers, parent)->due_ms <= timer->due_ms)
        break;
      put (timers, index, node_at (timers, parent));
      index = parent;
    }
  put (timers, index, timer);
}

/* Moves @timer from @index towards the leaves while a child is earlier. */
static void
sift_down (Timers *timers, size_t index, Timer *timer)
{
  size_t count = timers->heap->len;

  for (;;)
    {
      size_t child = 2 * index + 1;

      if (child >= count)
        break;
      if (child + 1 < count &&
          node_at (timers, child + 1)->due_ms < node_at (timers, child)->due_ms)
        child++;
      if (node_at (timers, child)->due_ms >= timer->due_ms)
        break;
      put (timers, index, node_at (timers, child));
      index = child;
    }
  put (timers, index, timer);
}

Timers *
timers_new (void)
{
  Timers *timers = g_new0 (Timers, 1);

  timers->heap = g_ptr_array_new ();
  return timers;
}

void
timers_free (Timers *timers)
{
  if (timers == NULL)
    return;

  for (size_t i = 0; i < timers->heap->len; i++)
    node_at (timers, i)->place = 0;
  g_ptr_array_unref (timers->heap);
  g_free (timers);
}

void
timers_set (Timers *timers, Timer *timer, uint64_t due_ms)
{
  bool later = due_ms > timer->due_ms;

  timer->due_ms = due_ms;
  if (timer->place == 0)
    {
      g_ptr_array_add (timers->heap, timer);
      sift_up (timers, timers->heap->len - 1, timer);
    }
  else if (later)
    sift_down (timers, timer->place - 1, timer);
  else
    sift_up (timers, timer->place - 1, timer);
}

void
timers_cancel (Timers *timers, Timer *timer)
{
  size_t index = timer->place - 1;
  Timer *last;

  if (timer->place == 0)
    return;

  timer->place = 0;
  last = node_at (timers, timers->heap->len - 1);
  g_ptr_array_set_size (timers->heap, (gint) timers->heap->len - 1);
  if (last == timer)
    return;

  /* The last leaf fills the hole; it may belong on either side of it. */
  if (index > 0 && node_at (timers, (index - 1) / 2)->due_ms > last->due_ms)
    sift_up (timers, index, last);
  else
    sift_down (timers, index, last);
}

bool
timer_is_set (const Timer *timer)
{
  return timer->place != 0;
}

bool
timers_next (const Timers *timers, uint64_t *due_ms)
{
  if (timers->heap->len == 0)
    return false;

  *due_ms = node_at (timers, 0)->due_ms;
  return true;
}

Timer *
timers_pop (Timers *timers, uint64_t now_ms)
{
  Timer *first;

  if (timers->heap->len == 0)
    return NULL;
  first = node_at (timers, 0);
  if (first->due_ms > now_ms)
    return NULL;

  timers_cancel (timers, first);
  return first;
}

size_t
timers_count (const Timers *timers)
{
  return timers->heap->len;
}

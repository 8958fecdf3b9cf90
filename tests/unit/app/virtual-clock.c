/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time for the scenario tests. Two calls that fall due at the same time come in the order in which
 * they were asked for.
 */

#include "tests/unit/app/virtual-clock.h"

typedef struct
{
  guint id;
  gint64 due_ms;
  GSourceOnceFunc func;
  gpointer data;
} Timer;

struct _VirtualClock
{
  CausetteClock parent_instance;

  gint64 now_ms;
  guint last_id;
  GList *timers; /* of Timer, by due time, then by id */
};

G_DEFINE_FINAL_TYPE (VirtualClock, virtual_clock, CAUSETTE_TYPE_CLOCK)

static int
compare (gconstpointer a, gconstpointer b)
{
  const Timer *one = a, *other = b;

  if (one->due_ms != other->due_ms)
    return one->due_ms < other->due_ms ? -1 : 1;

  return one->id < other->id ? -1 : 1;
}

static gint64
virtual_clock_now_ms (CausetteClock *clock)
{
  return VIRTUAL_CLOCK (clock)->now_ms;
}

static guint
virtual_clock_add (CausetteClock *clock, guint delay_ms, GSourceOnceFunc func, gpointer data)
{
  VirtualClock *self = VIRTUAL_CLOCK (clock);
  Timer *timer = g_new0 (Timer, 1);

  timer->id = ++self->last_id;
  timer->due_ms = self->now_ms + delay_ms;
  timer->func = func;
  timer->data = data;
  self->timers = g_list_insert_sorted (self->timers, timer, compare);

  return timer->id;
}

static void
virtual_clock_remove (CausetteClock *clock, guint id)
{
  VirtualClock *self = VIRTUAL_CLOCK (clock);

  for (GList *l = self->timers; l != NULL; l = l->next)
    {
      Timer *timer = l->data;

      if (timer->id == id)
        {
          g_free (timer);
          self->timers = g_list_delete_link (self->timers, l);
          return;
        }
    }

  /* As strict as the system's. */
  g_error ("There is no timer %u", id);
}

static void
virtual_clock_finalize (GObject *object)
{
  VirtualClock *self = VIRTUAL_CLOCK (object);

  g_list_free_full (self->timers, g_free);

  G_OBJECT_CLASS (virtual_clock_parent_class)->finalize (object);
}

static void
virtual_clock_class_init (VirtualClockClass *klass)
{
  CausetteClockClass *clock_class = CAUSETTE_CLOCK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = virtual_clock_finalize;
  clock_class->now_ms = virtual_clock_now_ms;
  clock_class->add = virtual_clock_add;
  clock_class->remove = virtual_clock_remove;
}

static void
virtual_clock_init (VirtualClock *self)
{
}

VirtualClock *
virtual_clock_new (void)
{
  return g_object_new (VIRTUAL_TYPE_CLOCK, NULL);
}

void
virtual_clock_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
virtual_clock_advance (VirtualClock *self, guint ms)
{
  gint64 end_ms = self->now_ms + ms;

  virtual_clock_settle ();

  while (self->timers != NULL)
    {
      g_autofree Timer *timer = self->timers->data;

      if (timer->due_ms > end_ms)
        {
          g_steal_pointer (&timer);
          break;
        }

      self->timers = g_list_delete_link (self->timers, self->timers);
      self->now_ms = timer->due_ms;
      timer->func (timer->data);
      virtual_clock_settle ();
    }

  self->now_ms = end_ms;
}

guint
virtual_clock_get_pending (VirtualClock *self)
{
  return g_list_length (self->timers);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock that the parts that wait are given, and the system's one.
 *
 * Owns: nothing but GLib's time-outs. Called by: app/session (makes the system's), app/encounter.
 * Must never: be asked for the time of day; this is time that passes.
 */

#include "app/clock.h"

G_DEFINE_ABSTRACT_TYPE (CausetteClock, causette_clock, G_TYPE_OBJECT)

#define CAUSETTE_TYPE_SYSTEM_CLOCK (causette_system_clock_get_type ())
G_DECLARE_FINAL_TYPE (CausetteSystemClock,
                      causette_system_clock,
                      CAUSETTE,
                      SYSTEM_CLOCK,
                      CausetteClock)

struct _CausetteSystemClock
{
  CausetteClock parent_instance;
};

G_DEFINE_FINAL_TYPE (CausetteSystemClock, causette_system_clock, CAUSETTE_TYPE_CLOCK)

static gint64
causette_system_clock_now_ms (CausetteClock *clock)
{
  return g_get_monotonic_time () / 1000;
}

static guint
causette_system_clock_add (CausetteClock *clock,
                           guint delay_ms,
                           GSourceOnceFunc func,
                           gpointer data)
{
  return g_timeout_add_once (delay_ms, func, data);
}

static void
causette_system_clock_remove (CausetteClock *clock, guint id)
{
  g_source_remove (id);
}

static void
causette_system_clock_class_init (CausetteSystemClockClass *klass)
{
  CausetteClockClass *clock_class = CAUSETTE_CLOCK_CLASS (klass);

  clock_class->now_ms = causette_system_clock_now_ms;
  clock_class->add = causette_system_clock_add;
  clock_class->remove = causette_system_clock_remove;
}

static void
causette_system_clock_init (CausetteSystemClock *self)
{
}

static void
causette_clock_class_init (CausetteClockClass *klass)
{
}

static void
causette_clock_init (CausetteClock *self)
{
}

CausetteClock *
causette_clock_new_system (void)
{
  return g_object_new (CAUSETTE_TYPE_SYSTEM_CLOCK, NULL);
}

gint64
causette_clock_now_ms (CausetteClock *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CLOCK (self), 0);

  return CAUSETTE_CLOCK_GET_CLASS (self)->now_ms (self);
}

guint
causette_clock_add (CausetteClock *self, guint delay_ms, GSourceOnceFunc func, gpointer data)
{
  g_return_val_if_fail (CAUSETTE_IS_CLOCK (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  return CAUSETTE_CLOCK_GET_CLASS (self)->add (self, delay_ms, func, data);
}

void
causette_clock_clear (CausetteClock *self, guint *id)
{
  g_return_if_fail (CAUSETTE_IS_CLOCK (self));
  g_return_if_fail (id != NULL);

  if (*id == 0)
    return;

  CAUSETTE_CLOCK_GET_CLASS (self)->remove (self, *id);
  *id = 0;
}

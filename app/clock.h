/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time for the parts that wait: the system's in the programs, a virtual one in the scenario tests.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define CAUSETTE_TYPE_CLOCK (causette_clock_get_type ())
G_DECLARE_DERIVABLE_TYPE (CausetteClock, causette_clock, CAUSETTE, CLOCK, GObject)

struct _CausetteClockClass
{
  GObjectClass parent_class;

  gint64 (*now_ms) (CausetteClock *self);
  guint (*add) (CausetteClock *self, guint delay_ms, GSourceOnceFunc func, gpointer data);
  void (*remove) (CausetteClock *self, guint id);
};

/* Returns: (transfer full): the system's monotonic clock and main loop. */
CausetteClock *causette_clock_new_system (void);
gint64 causette_clock_now_ms (CausetteClock *self);
/* Calls @func once after @delay_ms. Returns: an id, never 0. */
guint causette_clock_add (CausetteClock *self, guint delay_ms, GSourceOnceFunc func, gpointer data);
/* Cancels *@id, if it is not 0, and clears it. */
void causette_clock_clear (CausetteClock *self, guint *id);

G_END_DECLS

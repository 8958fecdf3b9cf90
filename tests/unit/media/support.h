/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of media share: waiting for a condition with a limit, and counting what a process
 * holds on to. Used by the test programs of this folder only. */
#pragma once

#include <glib-object.h>

/* Runs the main context until @condition is true; fails the test after @limit_ms. */
#define wait_until(condition, limit_ms)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 wait_until_end = g_get_monotonic_time () + (gint64) (limit_ms) *1000;                   \
    guint wait_until_tick = g_timeout_add (5, support_tick, NULL);                                 \
                                                                                                   \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (g_get_monotonic_time () > wait_until_end)                                              \
          g_error ("%s:%d: not so within %d ms: %s", __FILE__, __LINE__, (int) (limit_ms),         \
                   #condition);                                                                    \
        g_main_context_iteration (NULL, TRUE);                                                     \
      }                                                                                            \
    g_source_remove (wait_until_tick);                                                             \
  }                                                                                                \
  G_STMT_END

/* Wakes the main context up, for conditions that other threads make true. */
static inline gboolean
support_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Drops @object (transfer full), the last reference but for news that is on its way to the main
 * context, and waits until it is gone. */
static inline void
support_finalize (gpointer object)
{
  gpointer watched = object;

  g_object_add_weak_pointer (object, &watched);
  g_object_unref (object);
  wait_until (watched == NULL, 10000);
}

/* The number of entries in @path, a folder below /proc/self. */
static inline guint
support_count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;

  return count;
}

static inline guint
support_count_threads (void)
{
  return support_count_entries ("/proc/self/task");
}

static inline guint
support_count_descriptors (void)
{
  return support_count_entries ("/proc/self/fd");
}

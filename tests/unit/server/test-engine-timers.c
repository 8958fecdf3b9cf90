/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ordered deadlines promise: the earliest first, whatever was set, moved and taken out. */
#include "net/server/timers.h"

#define MANY 2000

static void
test_order (void)
{
  g_autoptr (Timers) timers = timers_new ();
  Timer a = { 0 }, b = { 0 }, c = { 0 };
  uint64_t due;

  g_assert_false (timers_next (timers, &due));
  g_assert_null (timers_pop (timers, G_MAXUINT64));

  timers_set (timers, &a, 30);
  timers_set (timers, &b, 10);
  timers_set (timers, &c, 20);
  g_assert_true (timers_next (timers, &due));
  g_assert_cmpuint (due, ==, 10);

  g_assert_null (timers_pop (timers, 9));
  g_assert_true (timers_pop (timers, 20) == &b);
  g_assert_false (timer_is_set (&b));
  g_assert_true (timers_pop (timers, 20) == &c);
  g_assert_null (timers_pop (timers, 20));
  g_assert_true (timers_pop (timers, 30) == &a);
  g_assert_cmpuint (timers_count (timers), ==, 0);
}

static void
test_moved (void)
{
  g_autoptr (Timers) timers = timers_new ();
  Timer a = { 0 }, b = { 0 };

  timers_set (timers, &a, 10);
  timers_set (timers, &b, 20);
  timers_set (timers, &a, 30);
  g_assert_true (timers_pop (timers, 100) == &b);
  timers_set (timers, &b, 40);
  timers_set (timers, &b, 5);
  g_assert_true (timers_pop (timers, 100) == &b);
  g_assert_true (timers_pop (timers, 100) == &a);

  timers_cancel (timers, &a);
  g_assert_cmpuint (timers_count (timers), ==, 0);
}

static void
test_freed_with_nodes (void)
{
  Timers *timers = timers_new ();
  Timer a = { 0 };

  timers_set (timers, &a, 10);
  timers_free (timers);
  g_assert_false (timer_is_set (&a));
}

/* The heap gives what a plain search over all nodes gives. */
static void
test_against_search (void)
{
  g_autoptr (Timers) timers = timers_new ();
  g_autofree Timer *nodes = g_new0 (Timer, MANY);
  uint64_t last = 0;
  size_t left;

  for (unsigned step = 0; step < 10 * MANY; step++)
    {
      Timer *node = &nodes[g_test_rand_int_range (0, MANY)];

      if (g_test_rand_int_range (0, 4) == 0)
        timers_cancel (timers, node);
      else
        timers_set (timers, node, (uint64_t) g_test_rand_int_range (0, 1000));

      if (step % 100 == 0)
        {
          uint64_t earliest = G_MAXUINT64, due = G_MAXUINT64;

          for (unsigned i = 0; i < MANY; i++)
            if (timer_is_set (&nodes[i]))
              earliest = MIN (earliest, nodes[i].due_ms);
          timers_next (timers, &due);
          g_assert_cmpuint (due, ==, earliest);
        }
    }

  left = timers_count (timers);
  g_assert_cmpuint (left, >, 0);
  for (Timer *node; (node = timers_pop (timers, 1000)) != NULL; left--)
    {
      g_assert_cmpuint (node->due_ms, >=, last);
      last = node->due_ms;
    }
  g_assert_cmpuint (left, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server/timers/order", test_order);
  g_test_add_func ("/server/timers/moved", test_moved);
  g_test_add_func ("/server/timers/freed-with-nodes", test_freed_with_nodes);
  g_test_add_func ("/server/timers/against-search", test_against_search);

  return g_test_run ();
}

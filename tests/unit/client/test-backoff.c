/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: waits never exceed their ceiling, which doubles up to the maximum; they are spread from
 * nothing to the ceiling; only a connection that held for a while starts them again.
 */
#include "net/client/backoff.h"

typedef struct
{
  uint32_t value;
} Fixed;

static uint32_t
fixed_random (void *data)
{
  return ((Fixed *) data)->value;
}

static uint32_t
seeded_random (void *data)
{
  return g_rand_int (data);
}

static void
test_ceilings (void)
{
  static const unsigned ceilings[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
  Fixed highest = { UINT32_MAX };
  Fixed lowest = { 0 };
  Backoff high, low;

  backoff_init (&high, 500, 30000, fixed_random, &highest);
  backoff_init (&low, 500, 30000, fixed_random, &lowest);
  for (unsigned i = 0; i < G_N_ELEMENTS (ceilings); i++)
    {
      g_assert_cmpuint (backoff_next_ms (&high, BACKOFF_NORMAL), ==, ceilings[i]);
      g_assert_cmpuint (backoff_next_ms (&low, BACKOFF_NORMAL), ==, 1);
    }
  /* However often it is asked. */
  for (unsigned i = 0; i < 1000; i++)
    g_assert_cmpuint (backoff_next_ms (&high, BACKOFF_NORMAL), ==, 30000);
}

static void
test_spread (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  unsigned quarters[4] = { 0 };

  for (unsigned i = 0; i < 4000; i++)
    {
      Backoff backoff;
      unsigned ms;

      backoff_init (&backoff, 1000, 30000, seeded_random, rand);
      ms = backoff_next_ms (&backoff, BACKOFF_NORMAL);
      g_assert_cmpuint (ms, >=, 1);
      g_assert_cmpuint (ms, <=, 1000);
      quarters[(ms - 1) / 250]++;
    }
  for (unsigned i = 0; i < 4; i++)
    {
      g_assert_cmpuint (quarters[i], >, 850);
      g_assert_cmpuint (quarters[i], <, 1150);
    }
}

static void
test_paces (void)
{
  Fixed highest = { UINT32_MAX };
  Fixed lowest = { 0 };
  Backoff backoff;

  backoff_init (&backoff, 500, 30000, fixed_random, &highest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_SPREAD), ==, 2000);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, 1000);

  backoff_init (&backoff, 500, 30000, fixed_random, &highest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_GENTLE), ==, 8000);
  backoff_init (&backoff, 500, 30000, fixed_random, &lowest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_GENTLE), ==, 4001);

  /* The maximum holds for them too. */
  backoff_init (&backoff, 500, 600, fixed_random, &highest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_GENTLE), ==, 600);
}

static void
test_held (void)
{
  Fixed highest = { UINT32_MAX };
  Backoff backoff;

  backoff_init (&backoff, 500, 30000, fixed_random, &highest);
  backoff_next_ms (&backoff, BACKOFF_NORMAL);
  backoff_next_ms (&backoff, BACKOFF_NORMAL);
  g_assert_cmpuint (backoff.ceiling_ms, ==, 1000);

  backoff_held (&backoff, 999);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, 2000);
  backoff_held (&backoff, 2000);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, 500);
}

static void
test_odd_times (void)
{
  Fixed highest = { UINT32_MAX };
  Backoff backoff;

  backoff_init (&backoff, 0, 0, fixed_random, &highest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, 1);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_GENTLE), ==, 1);

  backoff_init (&backoff, 100, 10, fixed_random, &highest);
  g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, 100);

  backoff_init (&backoff, UINT32_MAX, UINT32_MAX, fixed_random, &highest);
  for (unsigned i = 0; i < 64; i++)
    g_assert_cmpuint (backoff_next_ms (&backoff, BACKOFF_NORMAL), ==, UINT32_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/ceilings", test_ceilings);
  g_test_add_func ("/backoff/spread", test_spread);
  g_test_add_func ("/backoff/paces", test_paces);
  g_test_add_func ("/backoff/held", test_held);
  g_test_add_func ("/backoff/odd-times", test_odd_times);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits of a session: a burst, then a rate, each kind by itself. */
#include "net/server/throttle.h"

static const ThrottleLimit limits[THROTTLE_N_KINDS] = {
  [THROTTLE_EVENTS] = { .per_second = 10, .burst = 20 },
  [THROTTLE_SEEKS] = { .per_second = 2, .burst = 3 },
  [THROTTLE_RELAY_BYTES] = { .per_second = 1000, .burst = 5000 },
};

static unsigned
take_all (Throttle *throttle, ThrottleKind kind, uint64_t now_ms)
{
  unsigned n = 0;

  while (throttle_take (throttle, limits, kind, 1, now_ms))
    n++;

  return n;
}

static void
test_burst_and_rate (void)
{
  Throttle throttle;
  unsigned taken = 0;

  throttle_init (&throttle, limits, 1000);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_SEEKS, 1000), ==, 3);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_EVENTS, 1000), ==, 20);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_SEEKS, 1499), ==, 0);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_SEEKS, 1500), ==, 1);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_EVENTS, 2000), ==, 10);

  /* The rate is kept to the token over a long time, however often one asks. */
  throttle_init (&throttle, limits, 0);
  for (uint64_t now_ms = 0; now_ms < 100 * 1000; now_ms += 7)
    taken += take_all (&throttle, THROTTLE_SEEKS, now_ms);
  g_assert_cmpuint (taken, >=, 3 + 199);
  g_assert_cmpuint (taken, <=, 3 + 200);

  /* No more than the burst is saved up, and a time that does not pass gives nothing. */
  g_assert_cmpuint (take_all (&throttle, THROTTLE_SEEKS, G_MAXUINT64), ==, 3);
  g_assert_cmpuint (take_all (&throttle, THROTTLE_SEEKS, 5), ==, 0);
}

static void
test_amounts (void)
{
  Throttle throttle;

  throttle_init (&throttle, limits, 0);
  g_assert_false (throttle_take (&throttle, limits, THROTTLE_RELAY_BYTES, 5001, 0));
  g_assert_true (throttle_take (&throttle, limits, THROTTLE_RELAY_BYTES, 4000, 0));
  g_assert_false (throttle_take (&throttle, limits, THROTTLE_RELAY_BYTES, 1001, 0));
  g_assert_true (throttle_take (&throttle, limits, THROTTLE_RELAY_BYTES, 1001, 1));
  g_assert_false (throttle_take (&throttle, limits, THROTTLE_RELAY_BYTES, G_MAXUINT32, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/throttle/burst-and-rate", test_burst_and_rate);
  g_test_add_func ("/throttle/amounts", test_amounts);
  return g_test_run ();
}

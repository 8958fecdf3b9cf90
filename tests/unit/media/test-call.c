/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call promises: the two of it see, hear and write to each other, and devices, sizes and
 * states may change while they do. */
#include <gst/gst.h>
#include <stdlib.h>

#include "call-pair.h"

#define RED   0xd02020u
#define GREEN 0x20b040u

static gboolean
both_seen_and_heard (Pair *pair, gpointer user_data)
{
  int frames = GPOINTER_TO_INT (user_data);

  return g_atomic_int_get (&pair->caller.frames) >= frames &&
         g_atomic_int_get (&pair->callee.frames) >= frames && pair->caller.first_sounds == 1 &&
         pair->callee.first_sounds == 1;
}

static void
assert_colour (guint got, guint32 wanted)
{
  for (int shift = 0; shift <= 16; shift += 8)
    g_assert_cmpint (abs ((int) (got >> shift & 0xff) - (int) (wanted >> shift & 0xff)), <=, 12);
}

static void
test_both_ways (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *green = test_source_new_colour (GREEN, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (red, tone, green, tone);

  pair_connect (pair);
  pair_wait (pair, "pictures and sound both ways", both_seen_and_heard, GINT_TO_POINTER (30));

  g_assert_cmpuint (pair->caller.first_frames, ==, 1);
  g_assert_cmpuint (pair->callee.first_frames, ==, 1);
  g_assert_cmpint (pair->callee.first_width, ==, 320);
  g_assert_cmpint (pair->callee.first_height, ==, 240);
  assert_colour (g_atomic_int_get (&pair->callee.middle), RED);
  assert_colour (g_atomic_int_get (&pair->caller.middle), GREEN);

  pair_free (pair);
  test_source_free (red);
  test_source_free (green);
  test_source_free (tone);
  g_assert_true (causette_webrtc_call_wait_closed (PAIR_LIMIT_MS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/call/both-ways", test_both_ways);

  return g_test_run ();
}

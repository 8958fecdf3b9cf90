/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who must not meet: for how long, for ever, and how many are remembered. */
#include "net/server/memory.h"

#define MET_MS (30 * 60 * 1000)

static void
count (uint64_t a, uint64_t b, void *data)
{
  unsigned *n = data;

  (*n)++;
}

static void
test_thirty_minutes (void)
{
  g_autoptr (Memory) memory = memory_new (MET_MS, 100);
  unsigned expired = 0;

  g_assert_cmpuint (memory_next_deadline_ms (memory), ==, UINT64_MAX);
  memory_met (memory, 1, 2, 1000);
  memory_met (memory, 1, 3, 2000);
  g_assert_true (memory_keeps_apart (memory, 1, 2));
  g_assert_true (memory_keeps_apart (memory, 2, 1));
  g_assert_false (memory_keeps_apart (memory, 2, 3));
  g_assert_cmpuint (memory_next_deadline_ms (memory), ==, 1000 + MET_MS);

  memory_sweep (memory, 1000 + MET_MS - 1, count, &expired);
  g_assert_cmpuint (expired, ==, 0);
  memory_sweep (memory, 1000 + MET_MS, count, &expired);
  g_assert_cmpuint (expired, ==, 1);
  g_assert_false (memory_keeps_apart (memory, 1, 2));
  g_assert_true (memory_keeps_apart (memory, 3, 1));

  /* A new meeting counts from its own time. */
  memory_met (memory, 3, 1, 5000);
  memory_sweep (memory, 2000 + MET_MS, count, &expired);
  g_assert_true (memory_keeps_apart (memory, 1, 3));
  memory_sweep (memory, 5000 + MET_MS, count, &expired);
  g_assert_cmpuint (expired, ==, 2);
  g_assert_cmpuint (memory_count (memory, 1), ==, 0);
}

static void
test_blocks_stay (void)
{
  g_autoptr (Memory) memory = memory_new (MET_MS, 100);

  memory_met (memory, 1, 2, 0);
  g_assert_true (memory_block (memory, 2, 1));
  g_assert_true (memory_block (memory, 1, 2));
  g_assert_true (memory_block (memory, 1, 3));
  memory_met (memory, 1, 3, 0);
  memory_sweep (memory, UINT64_MAX, NULL, NULL);
  g_assert_true (memory_keeps_apart (memory, 1, 2));
  g_assert_true (memory_keeps_apart (memory, 3, 1));
  g_assert_cmpuint (memory_next_deadline_ms (memory), ==, UINT64_MAX);

  memory_forget (memory, 1);
  g_assert_false (memory_keeps_apart (memory, 1, 2));
  g_assert_cmpuint (memory_count (memory, 2), ==, 0);
  memory_forget (memory, 1);
}

static void
test_bound (void)
{
  g_autoptr (Memory) memory = memory_new (MET_MS, 3);

  g_assert_true (memory_block (memory, 1, 2));
  for (uint64_t other = 3; other < 20; other++)
    memory_met (memory, 1, other, other);
  g_assert_cmpuint (memory_count (memory, 1), ==, 3);
  g_assert_true (memory_keeps_apart (memory, 1, 2));
  g_assert_true (memory_keeps_apart (memory, 1, 18));
  g_assert_true (memory_keeps_apart (memory, 1, 19));
  g_assert_cmpuint (memory_count (memory, 3), ==, 0);

  /* Blocks push meetings out, and are not pushed out themselves. */
  g_assert_true (memory_block (memory, 1, 30));
  g_assert_true (memory_block (memory, 1, 31));
  g_assert_false (memory_block (memory, 1, 32));
  g_assert_false (memory_block (memory, 33, 1));
  memory_met (memory, 1, 34, 100);
  g_assert_false (memory_keeps_apart (memory, 1, 34));
  g_assert_true (memory_keeps_apart (memory, 1, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/thirty-minutes", test_thirty_minutes);
  g_test_add_func ("/memory/blocks-stay", test_blocks_stay);
  g_test_add_func ("/memory/bound", test_bound);
  return g_test_run ();
}

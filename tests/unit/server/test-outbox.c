/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session has not received: kept in order, until it is acknowledged or old, within bounds.
 */
#include "net/server/outbox.h"

static int64_t
add (Outbox *outbox, size_t size, uint64_t sent_ms)
{
  OutboxEntry *entry = outbox_add (outbox, "relay", json_new_object (), size);

  entry->sent_ms = sent_ms;
  return entry->id;
}

static void
test_order (void)
{
  g_autoptr (Outbox) outbox = outbox_new (1000, 10);
  int64_t first = add (outbox, 10, 1);
  int64_t second = add (outbox, 10, 1);
  int64_t third = add (outbox, 10, 0);

  g_assert_cmpint (first, <, second);
  g_assert_cmpint (second, <, third);
  g_assert_true (outbox_acknowledge (outbox, second));
  g_assert_false (outbox_acknowledge (outbox, second));
  g_assert_false (outbox_acknowledge (outbox, 12345));
  g_assert_cmpint (outbox_next (outbox, 0)->id, ==, first);
  g_assert_cmpint (outbox_next (outbox, first)->id, ==, third);
  g_assert_null (outbox_next (outbox, third));
  g_assert_cmpuint (outbox_bytes (outbox), ==, 20);

  /* An id is never used twice. */
  g_assert_true (outbox_acknowledge (outbox, third));
  g_assert_cmpint (add (outbox, 10, 1), >, third);
}

static void
test_bounds (void)
{
  g_autoptr (Outbox) outbox = outbox_new (100, 3);

  g_assert_true (outbox_has_room (outbox, 100));
  g_assert_false (outbox_has_room (outbox, 101));
  add (outbox, 60, 5);
  g_assert_true (outbox_has_room (outbox, 40));
  g_assert_false (outbox_has_room (outbox, 41));
  add (outbox, 60, 0); /* beyond it: the caller's decision */
  g_assert_false (outbox_has_room (outbox, 0));

  g_assert_true (outbox_drop_oldest_sent (outbox));
  g_assert_false (outbox_drop_oldest_sent (outbox));
  g_assert_cmpuint (outbox_bytes (outbox), ==, 60);
  add (outbox, 1, 6);
  add (outbox, 1, 6);
  g_assert_false (outbox_has_room (outbox, 1));
}

static void
test_age (void)
{
  g_autoptr (Outbox) outbox = outbox_new (100, 10);

  add (outbox, 1, 10);
  add (outbox, 1, 20);
  add (outbox, 1, 0);
  outbox_drop_sent_by (outbox, 9);
  g_assert_cmpuint (outbox_bytes (outbox), ==, 3);
  outbox_drop_sent_by (outbox, 10);
  g_assert_cmpuint (outbox_bytes (outbox), ==, 2);
  outbox_drop_sent_by (outbox, 1000);
  g_assert_cmpuint (outbox_bytes (outbox), ==, 1);
  g_assert_false (outbox_is_empty (outbox));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outbox/order", test_order);
  g_test_add_func ("/outbox/bounds", test_bounds);
  g_test_add_func ("/outbox/age", test_age);
  return g_test_run ();
}

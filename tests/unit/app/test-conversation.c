/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the texts of a conversation promise: each is handed out exactly once and in order, whatever
 * the paths between the two lose, repeat or mix up; and neither side can make the other keep more
 * than a bounded number.
 */

#include <glib.h>

#include "app/conversation.h"

static void
send_all (Conversation *from, Conversation *to)
{
  int64_t number;
  const char *text;

  while (conversation_peek_unsent (from, &number, &text))
    {
      if (to != NULL)
        conversation_take (to, number, text);
      conversation_mark_sent (from, number);
    }
}

static void
assert_pops (Conversation *self, const char *expected)
{
  g_autofree char *text = conversation_pop (self);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_simple (void)
{
  g_autoptr (Conversation) a = conversation_new ();
  g_autoptr (Conversation) b = conversation_new ();

  g_assert_cmpint (conversation_add (a, "hello"), ==, 1);
  g_assert_cmpint (conversation_add (a, "there"), ==, 2);
  g_assert_cmpint (conversation_get_sent (a), ==, 0);
  g_assert_false (conversation_has_unconfirmed (a));

  send_all (a, b);
  g_assert_cmpint (conversation_get_sent (a), ==, 2);
  g_assert_cmpint (conversation_get_confirmed (a), ==, 0);
  g_assert_true (conversation_has_unconfirmed (a));

  assert_pops (b, "hello");
  assert_pops (b, "there");
  assert_pops (b, NULL);
  g_assert_cmpint (conversation_get_received (b), ==, 2);

  g_assert_true (conversation_take_receipt (a, conversation_get_received (b)));
  g_assert_cmpint (conversation_get_confirmed (a), ==, 2);
  g_assert_false (conversation_has_unconfirmed (a));
}

static void
test_resend (void)
{
  g_autoptr (Conversation) a = conversation_new ();
  g_autoptr (Conversation) b = conversation_new ();

  conversation_add (a, "one");
  conversation_add (a, "two");
  conversation_add (a, "three");
  send_all (a, NULL); /* lost on the way */
  g_assert_true (conversation_take_receipt (a, 0));
  conversation_resend (a);
  send_all (a, b);
  assert_pops (b, "one");
  g_assert_true (conversation_take_receipt (a, 1)); /* the other receipts are lost */
  conversation_resend (a);
  send_all (a, b);
  assert_pops (b, "two");
  assert_pops (b, "three");
  assert_pops (b, NULL);
  g_assert_cmpint (conversation_take (b, 2, "two"), ==, CONVERSATION_REPEATED);
  assert_pops (b, NULL);
}

static void
test_order (void)
{
  g_autoptr (Conversation) b = conversation_new ();

  g_assert_cmpint (conversation_take (b, 3, "three"), ==, CONVERSATION_TAKEN);
  g_assert_cmpint (conversation_take (b, 2, "two"), ==, CONVERSATION_TAKEN);
  g_assert_cmpint (conversation_take (b, 2, "two"), ==, CONVERSATION_REPEATED);
  assert_pops (b, NULL);
  g_assert_cmpint (conversation_get_received (b), ==, 0);
  g_assert_cmpint (conversation_take (b, 1, "one"), ==, CONVERSATION_TAKEN);
  assert_pops (b, "one");
  assert_pops (b, "two");
  assert_pops (b, "three");
  assert_pops (b, NULL);
  g_assert_cmpint (conversation_get_received (b), ==, 3);
}

static void
test_impossible_numbers (void)
{
  g_autoptr (Conversation) a = conversation_new ();

  g_assert_cmpint (conversation_take (a, 0, "x"), ==, CONVERSATION_REFUSED);
  g_assert_cmpint (conversation_take (a, -1, "x"), ==, CONVERSATION_REFUSED);
  g_assert_cmpint (conversation_take (a, INT64_MIN, "x"), ==, CONVERSATION_REFUSED);
  g_assert_cmpint (conversation_take (a, INT64_MAX, "x"), ==, CONVERSATION_REFUSED);
  g_assert_cmpint (conversation_take (a, CONVERSATION_WINDOW + 1, "x"), ==, CONVERSATION_REFUSED);
  g_assert_cmpint (conversation_take (a, CONVERSATION_WINDOW, "x"), ==, CONVERSATION_TAKEN);

  g_assert_false (conversation_take_receipt (a, 1));
  g_assert_false (conversation_take_receipt (a, -1));
  conversation_add (a, "never sent");
  g_assert_false (conversation_take_receipt (a, 1));
  send_all (a, NULL);
  g_assert_false (conversation_take_receipt (a, 2));
  g_assert_true (conversation_take_receipt (a, 1));
  g_assert_true (conversation_take_receipt (a, 0)); /* an old one, overtaken */
  g_assert_cmpint (conversation_get_confirmed (a), ==, 1);
}

/* A receipt that comes while texts are being sent again does not make it skip or repeat any. */
static void
test_receipt_while_resending (void)
{
  g_autoptr (Conversation) a = conversation_new ();
  int64_t number;
  const char *text;

  conversation_add (a, "one");
  conversation_add (a, "two");
  conversation_add (a, "three");
  send_all (a, NULL);
  conversation_resend (a);
  g_assert_true (conversation_take_receipt (a, 2));
  g_assert_true (conversation_peek_unsent (a, &number, &text));
  g_assert_cmpint (number, ==, 3);
  g_assert_cmpstr (text, ==, "three");
}

static void
test_bounds (void)
{
  g_autoptr (Conversation) a = conversation_new ();
  g_autoptr (Conversation) b = conversation_new ();
  int received = 0;

  for (int i = 1; i <= CONVERSATION_QUEUE_MAX; i++)
    g_assert_cmpint (conversation_add (a, "x"), ==, i);
  g_assert_cmpint (conversation_add (a, "x"), ==, 0);

  while (received < CONVERSATION_QUEUE_MAX)
    {
      char *text;

      send_all (a, b);
      g_assert_cmpint (conversation_get_sent (a) - conversation_get_confirmed (a), <=,
                       CONVERSATION_WINDOW);
      while ((text = conversation_pop (b)) != NULL)
        {
          received++;
          g_free (text);
        }
      g_assert_true (conversation_take_receipt (a, conversation_get_received (b)));
    }

  g_assert_cmpint (received, ==, CONVERSATION_QUEUE_MAX);
  g_assert_cmpint (conversation_add (a, "x"), ==, CONVERSATION_QUEUE_MAX + 1);
}

/* A path that loses, repeats and mixes up at random, with a fixed seed. */
static void
test_bad_path (void)
{
  enum
  {
    N = 500
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  g_autoptr (Conversation) a = conversation_new ();
  g_autoptr (Conversation) b = conversation_new ();
  int received = 0;

  for (int i = 1; i <= N; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %d", i);

      g_assert_cmpint (conversation_add (a, text), ==, i);
    }

  for (int round = 0; received < N; round++)
    {
      int64_t numbers[CONVERSATION_WINDOW];
      char *texts[CONVERSATION_WINDOW];
      int n = 0;
      const char *text;
      char *popped;

      g_assert_cmpint (round, <, 10000);
      while (n < CONVERSATION_WINDOW && conversation_peek_unsent (a, &numbers[n], &text))
        {
          texts[n] = g_strdup (text);
          conversation_mark_sent (a, numbers[n]);
          n++;
        }
      for (int i = 0; i < 2 * n; i++)
        {
          int pick = g_rand_int_range (rand, 0, n);

          conversation_take (b, numbers[pick], texts[pick]);
        }
      for (int i = 0; i < n; i++)
        g_free (texts[i]);

      while ((popped = conversation_pop (b)) != NULL)
        {
          g_autofree char *expected = g_strdup_printf ("text %d", ++received);

          g_assert_cmpstr (popped, ==, expected);
          g_free (popped);
        }
      if (g_rand_boolean (rand))
        g_assert_true (conversation_take_receipt (a, conversation_get_received (b)));
      conversation_resend (a);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/conversation/simple", test_simple);
  g_test_add_func ("/app/conversation/resend", test_resend);
  g_test_add_func ("/app/conversation/order", test_order);
  g_test_add_func ("/app/conversation/impossible-numbers", test_impossible_numbers);
  g_test_add_func ("/app/conversation/receipt-while-resending", test_receipt_while_resending);
  g_test_add_func ("/app/conversation/bounds", test_bounds);
  g_test_add_func ("/app/conversation/bad-path", test_bad_path);

  return g_test_run ();
}

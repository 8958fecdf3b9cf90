/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: first come first served, wishes that widen, the excluded passed over, a cost that does
 * not grow with the queue. */
#include "net/server/queue.h"

#define WIDEN_MS 5000

typedef struct
{
  Queue *queue;
  GHashTable *apart; /* "a b" of those who must not meet */
  GPtrArray *wishes;
} Fixture;

static char *
pair_key (uint64_t a, uint64_t b)
{
  return g_strdup_printf ("%u %u", (unsigned) MIN (a, b), (unsigned) MAX (a, b));
}

static bool
keeps_apart (uint64_t a, uint64_t b, void *data)
{
  Fixture *fixture = data;
  g_autofree char *key = pair_key (a, b);

  return g_hash_table_contains (fixture->apart, key);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->queue = queue_new (WIDEN_MS, keeps_apart, fixture);
  fixture->apart = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fixture->wishes = g_ptr_array_new_with_free_func ((GDestroyNotify) wish_free);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  queue_free (fixture->queue);
  g_hash_table_unref (fixture->apart);
  g_ptr_array_unref (fixture->wishes);
}

static void
part (Fixture *fixture, uint64_t a, uint64_t b)
{
  g_hash_table_add (fixture->apart, pair_key (a, b));
}

/* @topics, @languages: separated by commas, or "". */
static void
add (Fixture *fixture,
     uint64_t person,
     const char *topics,
     const char *languages,
     uint64_t since_ms,
     uint64_t now_ms)
{
  g_auto (GStrv) topic_list = g_strsplit (topics, ",", 0);
  g_auto (GStrv) language_list = g_strsplit (languages, ",", 0);
  Wish *wish = wish_new ((const char *const *) topic_list, (const char *const *) language_list);

  g_ptr_array_add (fixture->wishes, wish);
  g_assert_true (queue_add (fixture->queue, person, wish, since_ms, now_ms));
}

static void
assert_partner (Fixture *fixture, uint64_t person, uint64_t partner)
{
  g_assert_cmpuint (queue_find_partner (fixture->queue, person), ==, partner);
}

static void
test_first_come (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, "cinema", "fr", 100, 100);
  add (fixture, 2, "chess", "fr", 200, 200);
  add (fixture, 3, "chess", "fr", 300, 300);
  assert_partner (fixture, 1, 0);
  assert_partner (fixture, 3, 2);

  /* Of several topics the one where somebody has waited longest. */
  add (fixture, 4, "chess,cinema", "de", 400, 400);
  assert_partner (fixture, 4, 1);

  g_assert_true (queue_remove (fixture->queue, 1));
  g_assert_false (queue_remove (fixture->queue, 1));
  g_assert_false (queue_contains (fixture->queue, 1));
  assert_partner (fixture, 4, 2);
  g_assert_cmpuint (queue_length (fixture->queue), ==, 3);
}

static void
test_same_words (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, " Cin\u00e9ma", "", 0, 0);
  add (fixture, 2, "CINE\u0301MA", "", 0, 0);
  assert_partner (fixture, 2, 1);

  add (fixture, 3, "", "FR-ca", 0, 0);
  add (fixture, 4, "", "fr", 0, 0);
  assert_partner (fixture, 4, 3);
}

static void
test_widening (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, "cinema", "fr", 0, 0);
  add (fixture, 2, "chess", "fr", 1000, 1000);
  assert_partner (fixture, 2, 0);
  g_assert_cmpuint (queue_next_deadline_ms (fixture->queue), ==, WIDEN_MS);
  g_assert_cmpuint (queue_widen (fixture->queue, WIDEN_MS - 1), ==, 0);

  /* The first accepts a language now, the second not yet: both must. */
  g_assert_cmpuint (queue_widen (fixture->queue, WIDEN_MS), ==, 1);
  assert_partner (fixture, 1, 0);
  g_assert_cmpuint (queue_widen (fixture->queue, 1000 + WIDEN_MS), ==, 2);
  assert_partner (fixture, 2, 1);
  assert_partner (fixture, 1, 2);
}

static void
test_anyone_at_last (Fixture *fixture, gconstpointer data)
{
  uint64_t person;
  unsigned widened = 0;

  add (fixture, 1, "cinema", "fr", 0, 0);
  add (fixture, 2, "chess", "de", 0, 0);
  add (fixture, 3, "", "", 0, 0);
  assert_partner (fixture, 3, 0);

  while ((person = queue_widen (fixture->queue, 2 * WIDEN_MS - 1)) != 0)
    widened++;
  g_assert_cmpuint (widened, ==, 2);
  assert_partner (fixture, 1, 0);

  g_assert_cmpuint (queue_widen (fixture->queue, 2 * WIDEN_MS), ==, 1);
  assert_partner (fixture, 1, 3);
  g_assert_true (queue_remove (fixture->queue, 3));
  g_assert_cmpuint (queue_widen (fixture->queue, 2 * WIDEN_MS), ==, 2);
  assert_partner (fixture, 2, 1);
  g_assert_cmpuint (queue_next_deadline_ms (fixture->queue), ==, UINT64_MAX);
}

/* Someone who says nothing takes anybody at once; someone who names a language alone takes anybody
 * after one step. */
static void
test_without_wishes (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, "", "", 0, 0);
  add (fixture, 2, "", "", 0, 0);
  assert_partner (fixture, 2, 1);
  g_assert_true (queue_remove (fixture->queue, 2));

  add (fixture, 3, "", "fr", 0, 0);
  assert_partner (fixture, 3, 0);
  g_assert_cmpuint (queue_widen (fixture->queue, WIDEN_MS), ==, 3);
  assert_partner (fixture, 3, 1);
}

/* Who comes back with time already waited is as wide as that time makes them. */
static void
test_waited_already (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, "", "", 20000, 20000);
  add (fixture, 2, "cinema", "fr", 20000 - 2 * WIDEN_MS, 20000);
  assert_partner (fixture, 2, 1);
  g_assert_true (queue_remove (fixture->queue, 1));
  add (fixture, 3, "chess", "", 20000 - WIDEN_MS + 10, 20000);
  assert_partner (fixture, 3, 0);
  g_assert_cmpuint (queue_widen (fixture->queue, 20010), ==, 3);
  assert_partner (fixture, 3, 2);
}

static void
test_kept_apart (Fixture *fixture, gconstpointer data)
{
  add (fixture, 1, "cinema", "", 0, 0);
  add (fixture, 2, "cinema", "", 1, 1);
  part (fixture, 1, 2);
  assert_partner (fixture, 2, 0);
  add (fixture, 3, "cinema", "", 2, 2);
  assert_partner (fixture, 3, 1);
  part (fixture, 1, 3);
  assert_partner (fixture, 3, 2);
  g_assert_false (queue_add (fixture->queue, 3, fixture->wishes->pdata[0], 0, 0));
}

/* How many people a search looks at when @waiting wait, each with an own topic, and one shares the
 * seeker's, behind @apart others from whom the seeker is kept apart. */
static uint64_t
steps_of_search (unsigned waiting, unsigned apart)
{
  Fixture fixture;
  uint64_t before;
  uint64_t steps;

  set_up (&fixture, NULL);
  for (unsigned i = 0; i < waiting; i++)
    {
      g_autofree char *topic = g_strdup_printf ("topic %u", i);

      add (&fixture, 1000 + i, topic, "fr", i, i);
    }
  for (unsigned i = 0; i < apart; i++)
    {
      add (&fixture, 10 + i, "cinema", "fr", i, i);
      part (&fixture, 10 + i, 1);
      part (&fixture, 10 + i, 2);
    }
  add (&fixture, 1, "cinema", "fr", waiting, waiting);
  add (&fixture, 2, "cinema", "fr", waiting, waiting);
  before = queue_steps (fixture.queue);
  assert_partner (&fixture, 2, 1);
  steps = queue_steps (fixture.queue) - before;
  tear_down (&fixture, NULL);

  return steps;
}

static void
test_cost (void)
{
  g_assert_cmpuint (steps_of_search (10, 0), ==, 1);
  g_assert_cmpuint (steps_of_search (20000, 0), ==, 1);
  g_assert_cmpuint (steps_of_search (10, 40), ==, 41);
  g_assert_cmpuint (steps_of_search (20000, 40), ==, 41);
}

/* Many people with many wishes come and go by chance: after two steps of widening nobody is left
 * who could meet someone who waits. */
static void
test_nobody_left (Fixture *fixture, gconstpointer data)
{
  static const char *const topics[] = { "", "cinema", "chess", "cinema,food", "music" };
  static const char *const languages[] = { "", "fr", "de,fr", "en" };
  unsigned met = 0;

  for (uint64_t person = 1; person <= 500; person++)
    {
      uint64_t partner;

      for (uint64_t other = 1; other < person; other++)
        if (g_test_rand_int_range (0, 20) == 0)
          part (fixture, person, other);
      add (fixture, person, topics[g_test_rand_int_range (0, G_N_ELEMENTS (topics))],
           languages[g_test_rand_int_range (0, G_N_ELEMENTS (languages))], person, person);
      partner = queue_find_partner (fixture->queue, person);
      if (partner != 0)
        {
          g_assert_false (keeps_apart (person, partner, fixture));
          queue_remove (fixture->queue, person);
          queue_remove (fixture->queue, partner);
          met += 2;
        }
    }
  for (uint64_t person; (person = queue_widen (fixture->queue, 600 + 2 * WIDEN_MS)) != 0;)
    {
      uint64_t partner = queue_find_partner (fixture->queue, person);

      if (partner != 0)
        {
          g_assert_false (keeps_apart (person, partner, fixture));
          queue_remove (fixture->queue, person);
          queue_remove (fixture->queue, partner);
          met += 2;
        }
    }

  g_assert_cmpuint (met + queue_length (fixture->queue), ==, 500);
  for (uint64_t a = 1; a <= 500; a++)
    for (uint64_t b = a + 1; b <= 500; b++)
      if (queue_contains (fixture->queue, a) && queue_contains (fixture->queue, b))
        g_assert_true (keeps_apart (a, b, fixture));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/queue/first-come", test_first_come);
  ADD ("/queue/same-words", test_same_words);
  ADD ("/queue/widening", test_widening);
  ADD ("/queue/anyone-at-last", test_anyone_at_last);
  ADD ("/queue/without-wishes", test_without_wishes);
  ADD ("/queue/waited-already", test_waited_already);
  ADD ("/queue/kept-apart", test_kept_apart);
  ADD ("/queue/nobody-left", test_nobody_left);
#undef ADD
  g_test_add_func ("/queue/cost", test_cost);
  return g_test_run ();
}

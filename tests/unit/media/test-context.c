/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What causette_context_invoke() promises: on the main context, in order, never for an object that
 * is gone, the payload always freed there, and no object finalized on a streaming thread. */
#include "media/context.h"

#define CALLS 1000

typedef struct
{
  GWeakRef *ref;
  GArray *seen;
  GThread *main_thread;
  guint freed;
  gboolean finalized;
} Fixture;

typedef struct
{
  Fixture *fixture;
  guint number;
} Payload;

static void
payload_free (gpointer data)
{
  Payload *payload = data;

  g_assert_true (g_thread_self () == payload->fixture->main_thread);
  payload->fixture->freed++;
  g_free (payload);
}

static void
take (gpointer object, gpointer data)
{
  Payload *payload = data;

  g_assert_true (G_IS_OBJECT (object));
  g_assert_true (g_thread_self () == payload->fixture->main_thread);
  g_array_append_val (payload->fixture->seen, payload->number);
}

static gpointer
invoke_many (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < CALLS; i++)
    {
      Payload *payload = g_new0 (Payload, 1);

      payload->fixture = fixture;
      payload->number = i;
      causette_context_invoke (fixture->ref, take, payload, payload_free);
    }

  return NULL;
}

static void
on_finalized (gpointer data, GObject *where)
{
  Fixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->main_thread);
  fixture->finalized = TRUE;
}

static void
drain (Fixture *fixture)
{
  while (fixture->freed < CALLS)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_order (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
  GWeakRef ref;
  Fixture fixture = { &ref, seen, g_thread_self () };

  g_weak_ref_init (&ref, object);
  g_thread_join (g_thread_new ("streaming", invoke_many, &fixture));
  g_assert_cmpuint (seen->len, ==, 0);

  drain (&fixture);
  g_assert_cmpuint (seen->len, ==, CALLS);
  for (guint i = 0; i < CALLS; i++)
    g_assert_cmpuint (g_array_index (seen, guint, i), ==, i);
  g_weak_ref_clear (&ref);
  g_assert_finalize_object (g_steal_pointer (&object));
}

/* From the main thread too it does not run within the caller. */
static void
test_not_within_the_caller (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
  GWeakRef ref;
  Fixture fixture = { &ref, seen, g_thread_self () };

  g_weak_ref_init (&ref, object);
  invoke_many (&fixture);
  g_assert_cmpuint (seen->len, ==, 0);
  drain (&fixture);
  g_assert_cmpuint (seen->len, ==, CALLS);
  g_weak_ref_clear (&ref);
}

/* The last other reference goes while calls are under way: none runs, all payloads are freed, the
 * object is finalized on the main thread. */
static void
test_gone (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
  GWeakRef ref;
  Fixture fixture = { &ref, seen, g_thread_self () };

  g_weak_ref_init (&ref, object);
  g_object_weak_ref (object, on_finalized, &fixture);
  g_thread_join (g_thread_new ("streaming", invoke_many, &fixture));
  g_object_unref (object);

  drain (&fixture);
  g_assert_true (fixture.finalized);
  g_assert_cmpuint (seen->len, ==, 0);
  g_weak_ref_clear (&ref);
}

/* The same with threads that go on while the object goes. */
static void
test_gone_meanwhile (void)
{
  for (guint round = 0; round < 50; round++)
    {
      GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
      g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
      GWeakRef ref;
      Fixture fixture = { &ref, seen, g_thread_self () };
      GThread *thread = NULL;

      g_weak_ref_init (&ref, object);
      g_object_weak_ref (object, on_finalized, &fixture);
      thread = g_thread_new ("streaming", invoke_many, &fixture);
      g_object_unref (object);
      drain (&fixture);
      g_thread_join (thread);
      g_assert_true (fixture.finalized);
      g_weak_ref_clear (&ref);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/context/order", test_order);
  g_test_add_func ("/media/context/not-within-the-caller", test_not_within_the_caller);
  g_test_add_func ("/media/context/gone", test_gone);
  g_test_add_func ("/media/context/gone-meanwhile", test_gone_meanwhile);

  return g_test_run ();
}

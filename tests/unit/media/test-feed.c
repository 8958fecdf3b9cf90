/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a feed promises: every consumer gets every frame, none is called after its removal, and
 * consumers may come and go from any thread while frames flow. */
#include "media/feed.h"

typedef struct
{
  gint frames, ends, destroyed;
  gint removed; /* set once causette_feed_remove() has returned */
  GstSample *last;
} Consumer;

static void
consume (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Consumer *consumer = user_data;

  g_assert_cmpint (g_atomic_int_get (&consumer->removed), ==, 0);
  if (sample == NULL)
    g_atomic_int_inc (&consumer->ends);
  else
    g_atomic_int_inc (&consumer->frames);
  consumer->last = sample;
}

static void
destroyed (gpointer user_data)
{
  Consumer *consumer = user_data;

  g_atomic_int_inc (&consumer->destroyed);
}

static GstSample *
make_sample (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  return gst_sample_new (buffer, NULL, NULL, NULL);
}

static void
test_push (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  g_autoptr (GstSample) sample = make_sample ();
  Consumer one = { 0 }, two = { 0 };
  guint first, second;

  g_assert_false (causette_feed_has_consumers (feed));
  causette_feed_push (feed, sample);
  first = causette_feed_add (feed, consume, &one, destroyed);
  second = causette_feed_add (feed, consume, &two, destroyed);
  g_assert_cmpuint (first, !=, 0);
  g_assert_cmpuint (first, !=, second);
  g_assert_true (causette_feed_has_consumers (feed));

  causette_feed_push (feed, sample);
  g_assert_true (one.last == sample); /* the frame itself, not a copy */
  causette_feed_push (feed, NULL);
  g_assert_cmpint (one.frames, ==, 1);
  g_assert_cmpint (one.ends, ==, 1);
  g_assert_cmpint (two.frames, ==, 1);
  g_assert_cmpuint (causette_feed_get_count (feed), ==, 2);

  causette_feed_remove (feed, first);
  g_assert_cmpint (one.destroyed, ==, 1);
  causette_feed_push (feed, sample);
  g_assert_cmpint (one.frames, ==, 1);
  g_assert_cmpint (two.frames, ==, 2);

  g_assert_cmpint (two.destroyed, ==, 0);
  g_assert_finalize_object (g_steal_pointer (&feed));
  g_assert_cmpint (two.destroyed, ==, 1);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (sample), ==, 1);
}

typedef struct
{
  CausetteFeed *feed;
  gint stop;
} Streaming;

static gpointer
push_until_told (gpointer data)
{
  Streaming *streaming = data;
  g_autoptr (GstSample) sample = make_sample ();

  while (!g_atomic_int_get (&streaming->stop))
    {
      causette_feed_push (streaming->feed, sample);
      causette_feed_push (streaming->feed, NULL);
    }

  return NULL;
}

static gpointer
come_and_go (gpointer data)
{
  CausetteFeed *feed = data;

  for (guint i = 0; i < 2000; i++)
    {
      Consumer consumer = { 0 };
      guint id = causette_feed_add (feed, consume, &consumer, destroyed);

      /* Every other time a frame has surely come before it goes. */
      while (i % 2 == 0 && g_atomic_int_get (&consumer.frames) == 0)
        g_thread_yield ();
      causette_feed_remove (feed, id);
      g_atomic_int_set (&consumer.removed, 1);
      g_assert_cmpint (consumer.destroyed, ==, 1);
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  Streaming streaming = { feed, 0 };
  Consumer steady = { 0 };
  GThread *source = NULL;
  GThread *others[3];

  causette_feed_add (feed, consume, &steady, destroyed);
  source = g_thread_new ("streaming", push_until_told, &streaming);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    others[i] = g_thread_new ("consumer", come_and_go, feed);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_thread_join (others[i]);
  g_atomic_int_set (&streaming.stop, 1);
  g_thread_join (source);

  g_assert_cmpuint (causette_feed_get_count (feed), ==, (guint64) steady.frames);
  g_assert_cmpint (steady.frames, ==, steady.ends);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  guint *count = data;

  (*count)++;
}

static void
test_wanted_size (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  guint widths = 0, heights = 0;
  int width, height;

  g_signal_connect (feed, "notify::wanted-width", G_CALLBACK (count_notify), &widths);
  g_signal_connect (feed, "notify::wanted-height", G_CALLBACK (count_notify), &heights);

  causette_feed_fit_size (feed, 1280, 720, &width, &height);
  g_assert_cmpint (width, ==, 1280);
  g_assert_cmpint (height, ==, 720);

  causette_feed_set_wanted_size (feed, 320, 240);
  causette_feed_set_wanted_size (feed, 320, 240);
  g_assert_cmpuint (widths, ==, 1);
  g_assert_cmpuint (heights, ==, 1);
  g_object_set (feed, "wanted-height", 300, NULL);
  g_assert_cmpuint (widths, ==, 1);
  g_assert_cmpuint (heights, ==, 2);
  causette_feed_get_wanted_size (feed, &width, &height);
  g_assert_cmpint (width, ==, 320);
  g_assert_cmpint (height, ==, 300);

  causette_feed_fit_size (feed, 1280, 720, &width, &height);
  g_assert_cmpint (width, ==, 320);
  g_assert_cmpint (height, ==, 180);
  causette_feed_fit_size (feed, 160, 120, &width, &height); /* never enlarged */
  g_assert_cmpint (width, ==, 160);
  g_assert_cmpint (height, ==, 120);
  causette_feed_set_wanted_size (feed, 1, 1);
  causette_feed_fit_size (feed, 1280, 720, &width, &height);
  g_assert_cmpint (width, ==, 2);
  g_assert_cmpint (height, ==, 2);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/feed/push", test_push);
  g_test_add_func ("/media/feed/threads", test_threads);
  g_test_add_func ("/media/feed/wanted-size", test_wanted_size);

  return g_test_run ();
}

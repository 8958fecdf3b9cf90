/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call promises: the two of it see, hear and write to each other, and devices and sizes may
 * change while they do. */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#include "call-pair.h"

#define RED      0xd02020u
#define GREEN    0x20b040u
#define MESSAGES 1000

typedef struct
{
  int caller, callee;
} Counts;

static gboolean
have_frames (Pair *pair, gpointer user_data)
{
  const Counts *counts = user_data;

  return g_atomic_int_get (&pair->caller.frames) >= counts->caller &&
         g_atomic_int_get (&pair->callee.frames) >= counts->callee;
}

static gboolean
have_sound (Pair *pair, gpointer user_data)
{
  return pair->caller.first_sounds > 0 && pair->callee.first_sounds > 0;
}

static gboolean
have_level (Pair *pair, gpointer user_data)
{
  return pair->caller.stats.audio_level_in > 0.1 && pair->callee.stats.audio_level_in > 0.1;
}

static gboolean
have_data (Pair *pair, gpointer user_data)
{
  return causette_call_get_data_ready (pair->caller.call) &&
         causette_call_get_data_ready (pair->callee.call);
}

static gboolean
have_messages (Pair *pair, gpointer user_data)
{
  return pair->caller.messages->len >= GPOINTER_TO_UINT (user_data) &&
         pair->callee.messages->len >= GPOINTER_TO_UINT (user_data);
}

static void
assert_colour (guint got, guint wanted)
{
  for (int shift = 0; shift <= 16; shift += 8)
    g_assert_cmpint (abs ((int) (got >> shift & 0xff) - (int) (wanted >> shift & 0xff)), <=, 12);
}

/* The two see and hear each other, in the right colours, and are told of it once. */
static void
test_both_ways (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *green = test_source_new_colour (GREEN, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (red, tone, green, tone);
  Counts counts = { 30, 30 };
  const char *local, *remote;

  pair_connect (pair);
  pair_wait (pair, "30 pictures both ways", have_frames, &counts);
  pair_wait (pair, "sound both ways", have_sound, NULL);
  pair_wait (pair, "a level of the sound", have_level, NULL);

  g_assert_cmpuint (pair->caller.first_frames, ==, 1);
  g_assert_cmpuint (pair->callee.first_frames, ==, 1);
  g_assert_cmpuint (pair->caller.first_sounds, ==, 1);
  g_assert_cmpuint (pair->callee.first_sounds, ==, 1);
  g_assert_cmpint (pair->callee.first_width, ==, 320);
  g_assert_cmpint (pair->callee.first_height, ==, 240);
  assert_colour (g_atomic_int_get (&pair->callee.middle), RED);
  assert_colour (g_atomic_int_get (&pair->caller.middle), GREEN);

  causette_call_get_candidate_types (pair->caller.call, &local, &remote);
  g_assert_cmpstr (local, ==, "host");
  g_assert_nonnull (remote);

  pair_free (pair);
  test_source_free (red);
  test_source_free (green);
  test_source_free (tone);
}

typedef struct
{
  TestSource *source;
  guint64 sent_before;
} Window;

static gboolean
window_over (Pair *pair, gpointer user_data)
{
  const Window *window = user_data;

  return causette_feed_get_count (window->source->feed) - window->sent_before >= 90 &&
         pair->callee.stats_count >= 3;
}

/* Of a moving picture of full size at 30 a second at least 20 a second come through, and the
 * figures say so. Counted against what was sent, so that a busy machine changes nothing. */
static void
test_rate (void)
{
  TestSource *ball = test_source_new ("videotestsrc is-live=true pattern=ball ! "
                                      "video/x-raw,format=I420,width=640,height=480,"
                                      "framerate=30/1");
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (ball, tone, NULL, NULL);
  Counts counts = { 0, 1 };
  Window window = { ball, 0 };
  guint64 sent;
  int received;

  pair_connect (pair);
  pair_wait (pair, "a picture", have_frames, &counts);
  window.sent_before = causette_feed_get_count (ball->feed);
  received = -g_atomic_int_get (&pair->callee.frames);
  pair_wait (pair, "ninety pictures sent", window_over, &window);
  received += g_atomic_int_get (&pair->callee.frames);
  sent = causette_feed_get_count (ball->feed) - window.sent_before;

  g_test_message ("%d of %" G_GUINT64_FORMAT " pictures; %.0f kbit/s", received, sent,
                  pair->callee.stats.video_kbps_in);
  g_assert_cmpuint (received * 30, >=, sent * 20);
  g_assert_cmpfloat (pair->callee.stats.video_fps_in, >, 0);
  g_assert_cmpfloat (pair->callee.stats.video_kbps_in, >, 0);
  g_assert_cmpfloat (pair->callee.stats.audio_kbps_in, >, 0);
  g_assert_cmpfloat (pair->caller.stats.video_kbps_out, >, 0);
  g_assert_cmpfloat (pair->caller.stats.audio_kbps_out, >, 0);
  g_assert_cmpint (pair->callee.stats.width, ==, 640);
  g_assert_cmpint (pair->callee.stats.height, ==, 480);
  g_assert_cmpuint (pair->callee.stats.video_frames_in, >=, 1);
  g_assert_cmpuint (pair->callee.stats.audio_buffers_in, >=, 1);

  pair_free (pair);
  test_source_free (ball);
  test_source_free (tone);
}

static gboolean
have_rtt (Pair *pair, gpointer user_data)
{
  return pair->caller.stats.rtt_ms >= 0;
}

/* The partner's reports tell the round trip. */
static void
test_round_trip (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (red, tone, red, tone);

  pair_connect (pair);
  pair_wait (pair, "a round-trip time", have_rtt, NULL);

  pair_free (pair);
  test_source_free (red);
  test_source_free (tone);
}

static void
assert_messages (GPtrArray *messages, const char *who)
{
  g_assert_cmpuint (messages->len, ==, MESSAGES);
  for (guint i = 0; i < messages->len; i++)
    {
      g_autofree char *wanted = g_strdup_printf ("%s %u", who, i);
      GBytes *got = g_ptr_array_index (messages, i);

      g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), wanted,
                       strlen (wanted));
    }
}

static void
say (CausetteCall *call, const char *who, guint number)
{
  g_autofree char *text = g_strdup_printf ("%s %u", who, number);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  g_assert_true (causette_call_send (call, bytes));
}

/* A thousand messages each way, all of them, in order. Without camera and microphone: the call is
 * one all the same. */
static void
test_messages (void)
{
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  g_autoptr (GBytes) early = g_bytes_new_static ("early", 5);

  g_assert_false (causette_call_send (pair->caller.call, early));
  pair_connect (pair);
  pair_wait (pair, "the data channel is open", have_data, NULL);
  for (guint i = 0; i < MESSAGES; i++)
    {
      say (pair->caller.call, "caller", i);
      say (pair->callee.call, "callee", i);
    }
  pair_wait (pair, "all messages", have_messages, GUINT_TO_POINTER (MESSAGES));

  assert_messages (pair->callee.messages, "caller");
  assert_messages (pair->caller.messages, "callee");
  g_assert_cmpint (pair->callee.frames, ==, 0);

  pair_free (pair);
}

/* Small messages and large ones arrive as they are; empty ones and too large ones are refused. */
static void
test_message_sizes (void)
{
  const gsize sizes[] = { 1, 1200, 16 * 1024, 64 * 1024 };
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  g_autofree guint8 *huge_data = g_malloc0 (8 * 1024 * 1024);
  g_autoptr (GBytes) empty = g_bytes_new_static (NULL, 0);
  g_autoptr (GBytes) huge = g_bytes_new_static (huge_data, 8 * 1024 * 1024);

  for (guint i = 0; i < sizes[G_N_ELEMENTS (sizes) - 1]; i++)
    huge_data[i] = i * 7;

  pair_connect (pair);
  pair_wait (pair, "the data channel is open", have_data, NULL);
  g_assert_false (causette_call_send (pair->caller.call, huge));
  g_assert_false (causette_call_send (pair->caller.call, empty));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (huge_data, sizes[i]);

      g_assert_true (causette_call_send (pair->caller.call, bytes));
      g_assert_true (causette_call_send (pair->callee.call, bytes));
    }
  pair_wait (pair, "all sizes", have_messages, GUINT_TO_POINTER (G_N_ELEMENTS (sizes)));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GBytes *got = g_ptr_array_index (pair->callee.messages, i);

      g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), huge_data, sizes[i]);
    }

  pair_free (pair);
}

/* Cameras and microphones that are off at the start, on later, off and on again: no new offer. */
static void
test_devices_change (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *green = test_source_new_colour (GREEN, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = NULL;
  Counts counts = { 0, 20 };

  test_source_set_running (red, FALSE);
  test_source_set_running (green, FALSE);
  test_source_set_running (tone, FALSE);
  pair = pair_new (red, tone, green, tone);
  pair_connect (pair);
  pair_wait (pair, "the data channel is open", have_data, NULL);

  test_source_set_running (red, TRUE);
  pair_wait (pair, "the caller's camera is on", have_frames, &counts);
  g_assert_cmpint (g_atomic_int_get (&pair->caller.frames), ==, 0);
  assert_colour (g_atomic_int_get (&pair->callee.middle), RED);

  test_source_set_running (green, TRUE);
  test_source_set_running (tone, TRUE);
  counts.caller = 20;
  pair_wait (pair, "the callee's camera is on", have_frames, &counts);
  pair_wait (pair, "the microphones are on", have_sound, NULL);
  assert_colour (g_atomic_int_get (&pair->caller.middle), GREEN);

  for (guint i = 0; i < 3; i++)
    {
      test_source_set_running (red, FALSE);
      say (pair->caller.call, "off", i);
      say (pair->callee.call, "off", i);
      pair_wait (pair, "a message meanwhile", have_messages, GUINT_TO_POINTER (i + 1));
      test_source_set_running (red, TRUE);
      counts.callee = g_atomic_int_get (&pair->callee.frames) + 20;
      pair_wait (pair, "the camera is on again", have_frames, &counts);
      assert_colour (g_atomic_int_get (&pair->callee.middle), RED);
    }

  g_assert_cmpuint (pair->caller.descriptions->len, ==, 2);
  g_assert_cmpuint (pair->callee.descriptions->len, ==, 2);
  g_assert_cmpuint (pair->callee.first_frames, ==, 1);

  pair_free (pair);
  test_source_free (red);
  test_source_free (green);
  test_source_free (tone);
}

typedef struct
{
  int width, height;
} Size;

static gboolean
has_size (Pair *pair, gpointer user_data)
{
  const Size *size = user_data;

  return g_atomic_int_get (&pair->callee.width) == size->width &&
         g_atomic_int_get (&pair->callee.height) == size->height;
}

/* The window changes its size: the pictures follow, in their own aspect ratio. */
static void
test_wanted_size (void)
{
  static const struct
  {
    int width, height;
    Size size;
  } cases[] = {
    { 0, 0, { 320, 240 } }, { 160, 120, { 160, 120 } }, { 200, 60, { 80, 60 } },
    { 81, 61, { 80, 60 } }, { 640, 480, { 320, 240 } }, { 1, 1, { 2, 2 } },
    { 0, 0, { 320, 240 } },
  };
  TestSource *red = test_source_new_colour (RED, 320, 240);
  Pair *pair = pair_new (red, NULL, NULL, NULL);
  CausetteFeed *feed = causette_call_get_remote_video (pair->callee.call);

  pair_connect (pair);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Size size = cases[i].size;

      causette_feed_set_wanted_size (feed, cases[i].width, cases[i].height);
      pair_wait (pair, "pictures of the size wanted", has_size, &size);
      assert_colour (g_atomic_int_get (&pair->callee.middle), RED);
    }

  pair_free (pair);
  test_source_free (red);
}

static void
forward (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  causette_feed_push (user_data, sample);
}

/* The partner's camera changes its size in mid-call. */
static void
test_sent_size (void)
{
  TestSource *small = test_source_new_colour (RED, 160, 120);
  TestSource *large = test_source_new_colour (GREEN, 640, 360);
  TestSource feed_only = { .feed = causette_feed_new () };
  Pair *pair = pair_new (&feed_only, NULL, NULL, NULL);
  Size size = { 160, 120 };
  guint from_small, from_large;

  from_small = causette_feed_add (small->feed, forward, feed_only.feed, NULL);
  pair_connect (pair);
  pair_wait (pair, "small pictures", has_size, &size);
  causette_feed_remove (small->feed, from_small);

  from_large = causette_feed_add (large->feed, forward, feed_only.feed, NULL);
  size = (Size){ 640, 360 };
  pair_wait (pair, "large pictures", has_size, &size);
  assert_colour (g_atomic_int_get (&pair->callee.middle), GREEN);
  causette_feed_remove (large->feed, from_large);

  pair_free (pair);
  g_object_unref (feed_only.feed);
  test_source_free (small);
  test_source_free (large);
}

static gboolean
is_over (Pair *pair, gpointer user_data)
{
  return g_get_monotonic_time () >= *(gint64 *) user_data;
}

static gboolean
has_new_stats (Pair *pair, gpointer user_data)
{
  return pair->callee.stats_count >= GPOINTER_TO_UINT (user_data);
}

/* The gap of a camera that was off is not a frozen picture. */
static void
test_off_is_not_frozen (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (red, tone, red, tone);
  Counts counts = { 0, 10 };
  gint64 until;

  pair_connect (pair);
  pair_wait (pair, "pictures", have_frames, &counts);
  test_source_set_running (red, FALSE);
  until = g_get_monotonic_time () + 1200 * G_TIME_SPAN_MILLISECOND;
  pair_wait (pair, "the camera was off for a while", is_over, &until);
  test_source_set_running (red, TRUE);
  counts.callee = g_atomic_int_get (&pair->callee.frames) + 10;
  pair_wait (pair, "pictures again", have_frames, &counts);
  pair_wait (pair, "figures", has_new_stats, GUINT_TO_POINTER (pair->callee.stats_count + 1));

  g_assert_cmpint (pair->callee.stats.frozen_ms, ==, 0);
  g_assert_cmpint (causette_call_get_state (pair->callee.call), ==, CAUSETTE_CALL_CONNECTED);

  pair_free (pair);
  test_source_free (red);
  test_source_free (tone);
}

static gboolean
is_interrupted (Pair *pair, gpointer user_data)
{
  return causette_call_get_state (pair->callee.call) == CAUSETTE_CALL_INTERRUPTED;
}

/* A partner who is gone without a word is missed. */
static void
test_interrupted (void)
{
  TestSource *red = test_source_new_colour (RED, 320, 240);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (red, tone, red, tone);
  Counts counts = { 10, 10 };

  pair_connect (pair);
  pair_wait (pair, "pictures", have_frames, &counts);
  causette_call_close (pair->caller.call);
  pair_wait (pair, "the partner is missed", is_interrupted, NULL);

  pair_free (pair);
  test_source_free (red);
  test_source_free (tone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/call/both-ways", test_both_ways);
  g_test_add_func ("/call/rate", test_rate);
  g_test_add_func ("/call/round-trip", test_round_trip);
  g_test_add_func ("/call/messages", test_messages);
  g_test_add_func ("/call/message-sizes", test_message_sizes);
  g_test_add_func ("/call/devices-change", test_devices_change);
  g_test_add_func ("/call/wanted-size", test_wanted_size);
  g_test_add_func ("/call/sent-size", test_sent_size);
  g_test_add_func ("/call/off-is-not-frozen", test_off_is_not_frozen);
  g_test_add_func ("/call/interrupted", test_interrupted);

  return g_test_run ();
}

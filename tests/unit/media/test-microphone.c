/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a microphone promises, on test tones: 20 ms of 48 kHz mono at a time without a gap, the tone
 * that was asked for, a level that shows it, and silence in every sense once it is off. */
#include "media/microphone.h"

#include <gst/audio/audio.h>

#include "tests/unit/media/support.h"

#define LIMIT_MS 10000
#define BUFFERS  50

/* Collects the first second of what a feed hands out. */
typedef struct
{
  GMutex lock;
  GPtrArray *samples; /* of GstSample */
  gboolean ended;
} Ear;

static void
ear_take (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Ear *ear = user_data;

  g_mutex_lock (&ear->lock);
  if (sample == NULL)
    ear->ended = TRUE;
  else if (ear->samples->len < BUFFERS)
    g_ptr_array_add (ear->samples, gst_sample_ref (sample));
  g_mutex_unlock (&ear->lock);
}

static gboolean
ear_is_full (Ear *ear)
{
  gboolean full;

  g_mutex_lock (&ear->lock);
  full = ear->samples->len == BUFFERS;
  g_mutex_unlock (&ear->lock);

  return full;
}

/* How often the sound goes up through zero in a second. */
static guint
count_periods (Ear *ear)
{
  gint16 previous = 0;
  guint periods = 0;

  for (guint i = 0; i < ear->samples->len; i++)
    {
      GstBuffer *buffer = gst_sample_get_buffer (g_ptr_array_index (ear->samples, i));
      GstMapInfo map;

      g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
      for (gsize s = 0; s < map.size / 2; s++)
        {
          gint16 value = GINT16_FROM_LE (((const gint16 *) map.data)[s]);

          if (previous < 0 && value >= 0)
            periods++;
          previous = value;
        }
      gst_buffer_unmap (buffer, &map);
    }

  return periods;
}

static void
wait_for_state (CausetteMicrophone *microphone, CausetteSourceState state)
{
  wait_until (causette_microphone_get_state (microphone) == state, LIMIT_MS);
}

static void
test_tone (void)
{
  g_autoptr (CausetteMicrophone) microphone = causette_microphone_new (NULL);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autoptr (GPtrArray) samples =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_sample_unref);
  Ear ear = { .samples = samples };
  GstClockTime begun, expected = GST_CLOCK_TIME_NONE;

  causette_feed_add (causette_microphone_get_feed (microphone), ear_take, &ear, NULL);
  causette_microphone_set_source (microphone, "test:1000");
  g_assert_cmpstr (causette_microphone_get_device_name (microphone), ==, "Test Tone");
  begun = gst_clock_get_time (clock);
  causette_microphone_set_enabled (microphone, TRUE);
  wait_for_state (microphone, CAUSETTE_SOURCE_ON);
  wait_until (ear_is_full (&ear), LIMIT_MS);

  for (guint i = 0; i < samples->len; i++)
    {
      GstSample *sample = g_ptr_array_index (samples, i);
      GstBuffer *buffer = gst_sample_get_buffer (sample);
      GstAudioInfo info;

      g_assert_true (gst_audio_info_from_caps (&info, gst_sample_get_caps (sample)));
      g_assert_cmpint (GST_AUDIO_INFO_FORMAT (&info), ==, GST_AUDIO_FORMAT_S16LE);
      g_assert_cmpint (GST_AUDIO_INFO_RATE (&info), ==, 48000);
      g_assert_cmpint (GST_AUDIO_INFO_CHANNELS (&info), ==, 1);
      g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 960 * 2);

      /* Absolute times without a gap. */
      g_assert_cmpuint (GST_BUFFER_PTS (buffer), >=, begun);
      if (GST_CLOCK_TIME_IS_VALID (expected))
        g_assert_cmpint (ABS (GST_CLOCK_DIFF (expected, GST_BUFFER_PTS (buffer))), <, GST_MSECOND);
      expected = GST_BUFFER_PTS (buffer) + 20 * GST_MSECOND;
    }
  g_assert_cmpint (ABS ((int) count_periods (&ear) - 1000), <=, 2);

  /* A tenth of full scale, as root mean square. */
  wait_until (causette_microphone_get_level (microphone) > 0.06, LIMIT_MS);
  g_assert_cmpfloat_with_epsilon (causette_microphone_get_level (microphone), 0.0707, 0.005);

  causette_microphone_set_enabled (microphone, FALSE);
  g_assert_true (ear.ended);
  g_assert_cmpfloat (causette_microphone_get_level (microphone), ==, 0.0);
  wait_for_state (microphone, CAUSETTE_SOURCE_OFF);
  g_assert_cmpfloat (causette_microphone_get_level (microphone), ==, 0.0);
  support_finalize (g_steal_pointer (&microphone));
  g_mutex_clear (&ear.lock);
}

static void
test_failures (void)
{
  static const struct
  {
    const char *source;
    CausetteDeviceError code;
    const char *sentence;
  } cases[] = {
    { "fail:missing", CAUSETTE_DEVICE_ERROR_MISSING, "No microphone was found." },
    { "fail:busy", CAUSETTE_DEVICE_ERROR_BUSY, "The microphone is being used by another program." },
    { "fail:denied", CAUSETTE_DEVICE_ERROR_DENIED,
      "This computer does not let Causette use the microphone." },
    { "none", CAUSETTE_DEVICE_ERROR_MISSING, "No microphone was found." },
    { "test:loud", CAUSETTE_DEVICE_ERROR_MISSING, "There is no test tone of “loud” hertz." },
    { "test:1", CAUSETTE_DEVICE_ERROR_MISSING, "There is no test tone of “1” hertz." },
  };
  g_autoptr (CausetteMicrophone) microphone = causette_microphone_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      causette_microphone_set_source (microphone, cases[i].source);
      causette_microphone_set_enabled (microphone, TRUE);
      wait_for_state (microphone, CAUSETTE_SOURCE_FAILED);
      g_assert_error (causette_microphone_get_error (microphone), CAUSETTE_DEVICE_ERROR,
                      (int) cases[i].code);
      g_assert_cmpstr (causette_microphone_get_error (microphone)->message, ==, cases[i].sentence);
      causette_microphone_set_enabled (microphone, FALSE);
    }
  support_finalize (g_steal_pointer (&microphone));
}

static void
test_leaks_nothing (void)
{
  g_autoptr (CausetteMicrophone) microphone = causette_microphone_new (NULL);
  guint threads = 0, descriptors = 0;

  causette_microphone_set_source (microphone, "test");
  for (guint round = 0; round < 106; round++)
    {
      causette_microphone_set_enabled (microphone, TRUE);
      if (round % 3 == 0)
        wait_for_state (microphone, CAUSETTE_SOURCE_ON);
      causette_microphone_set_enabled (microphone, FALSE);
      if (round == 5)
        {
          wait_for_state (microphone, CAUSETTE_SOURCE_OFF);
          threads = support_count_threads ();
          descriptors = support_count_descriptors ();
        }
    }
  wait_for_state (microphone, CAUSETTE_SOURCE_OFF);
  wait_until (support_count_threads () <= threads, LIMIT_MS);
  wait_until (support_count_descriptors () <= descriptors, LIMIT_MS);
  support_finalize (g_steal_pointer (&microphone));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/microphone/tone", test_tone);
  g_test_add_func ("/media/microphone/failures", test_failures);
  g_test_add_func ("/media/microphone/leaks-nothing", test_leaks_nothing);

  return g_test_run ();
}

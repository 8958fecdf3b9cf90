/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The microphone: opened and closed as a whole, its sound handed to the call.
 *
 *   capture ! audioconvert ! audioresample ! S16LE 48 kHz mono ! level ! audiobuffersplit ! appsink
 *
 * What is to clean the sound (echo, noise) has its place between the caps and the level, so that
 * the level shows what the partner hears.
 */
#include "config.h"

#include "media/microphone.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define BUFFER_MS         20
#define LEVEL_INTERVAL_MS 100
#define TEST_HERTZ        440

struct _CausetteMicrophone
{
  CausetteSource parent_instance;

  CausetteFeed *feed;
  double level;
};

enum
{
  PROP_LEVEL = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (CausetteMicrophone, causette_microphone, CAUSETTE_TYPE_SOURCE)

static void
set_level (CausetteMicrophone *self, double level)
{
  if (self->level == level)
    return;

  self->level = level;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL]);
}

/* Returns: (transfer none) (nullable): the element that captures, in @pipeline. */
static GstElement *
build_capture (GstElement *pipeline, CausetteDevice *device, const char *test, GError **error)
{
  GstElement *capture = NULL;
  guint64 hertz = TEST_HERTZ;

  if (device != NULL)
    {
      capture = causette_device_create_element (device);
      if (capture == NULL)
        {
          g_set_error_literal (error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_BROKEN,
                               _ ("The microphone could not be opened."));
          return NULL;
        }
      gst_bin_add (GST_BIN (pipeline), capture);
      /* Those on GstAudioBaseSrc else hand over 10 ms of 200 ms. */
      if (g_object_class_find_property (G_OBJECT_GET_CLASS (capture), "latency-time") != NULL)
        g_object_set (capture, "latency-time", (gint64) BUFFER_MS * 1000, "buffer-time",
                      (gint64) BUFFER_MS * 5000, NULL);
      return capture;
    }

  if (*test != '\0' && !g_ascii_string_to_unsigned (test, 10, 20, 20000, &hertz, NULL))
    {
      g_set_error (error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_MISSING,
                   _ ("There is no test tone of “%s” hertz."), test);
      return NULL;
    }
  capture = causette_source_add_element (pipeline, "audiotestsrc", error);
  if (capture != NULL)
    g_object_set (capture, "is-live", TRUE, "volume", 0.1, "freq", (double) hertz,
                  "samplesperbuffer", 48 * BUFFER_MS, NULL);

  return capture;
}

static GstElement *
causette_microphone_build (CausetteSource *source,
                           CausetteDevice *device,
                           const char *test,
                           GError **error)
{
  CausetteMicrophone *self = CAUSETTE_MICROPHONE (source);
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new ("microphone"));
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE",
                                                  "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT,
                                                  1, "layout", G_TYPE_STRING, "interleaved", NULL);
  GstElement *capture = NULL, *convert = NULL, *resample = NULL, *filter = NULL, *level = NULL;
  GstElement *split = NULL, *sink = NULL;

  if ((capture = build_capture (pipeline, device, test, error)) == NULL ||
      (convert = causette_source_add_element (pipeline, "audioconvert", error)) == NULL ||
      (resample = causette_source_add_element (pipeline, "audioresample", error)) == NULL ||
      (filter = causette_source_add_element (pipeline, "capsfilter", error)) == NULL ||
      (level = causette_source_add_element (pipeline, "level", error)) == NULL ||
      (split = causette_source_add_element (pipeline, "audiobuffersplit", error)) == NULL ||
      (sink = causette_source_add_element (pipeline, "appsink", error)) == NULL)
    return NULL;

  causette_source_stamp (source, capture);
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (level, "interval", (guint64) LEVEL_INTERVAL_MS * GST_MSECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (split), "output-buffer-duration", "1/50");
  g_object_set (split, "strict-buffer-size", TRUE, NULL);
  causette_source_connect_sink (source, sink, self->feed);
  gst_element_link_many (capture, convert, resample, filter, level, split, sink, NULL);

  return g_steal_pointer (&pipeline);
}

static void
causette_microphone_closing (CausetteSource *source)
{
  set_level (CAUSETTE_MICROPHONE (source), 0.0);
}

static void
causette_microphone_element_message (CausetteSource *source, const GstStructure *structure)
{
  const GValue *channels = NULL;
  GValueArray *decibels = NULL;

  if (structure == NULL || !gst_structure_has_name (structure, "level"))
    return;
  channels = gst_structure_get_value (structure, "rms");
  if (channels == NULL || !g_str_equal (G_VALUE_TYPE_NAME (channels), "GValueArray"))
    return;
  decibels = g_value_get_boxed (channels);
  if (decibels == NULL || decibels->n_values == 0)
    return;

  set_level (CAUSETTE_MICROPHONE (source),
             CLAMP (pow (10.0, g_value_get_double (decibels->values) / 20.0), 0.0, 1.0));
}

static void
causette_microphone_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LEVEL:
      g_value_set_double (value, CAUSETTE_MICROPHONE (object)->level);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_microphone_finalize (GObject *object)
{
  CausetteMicrophone *self = CAUSETTE_MICROPHONE (object);

  g_clear_object (&self->feed);

  G_OBJECT_CLASS (causette_microphone_parent_class)->finalize (object);
}

static void
causette_microphone_class_init (CausetteMicrophoneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  CausetteSourceClass *source_class = CAUSETTE_SOURCE_CLASS (klass);

  object_class->get_property = causette_microphone_get_property;
  object_class->finalize = causette_microphone_finalize;
  source_class->kind = CAUSETTE_DEVICE_MICROPHONE;
  source_class->word = "microphone";
  source_class->test_name = N_ ("Test Tone");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_MISSING] = N_ ("No microphone was found.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_BUSY] =
      N_ ("The microphone is being used by another program.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_DENIED] =
      N_ ("This computer does not let Causette use the microphone.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_BROKEN] =
      N_ ("The microphone does not work, or was unplugged.");
  source_class->build = causette_microphone_build;
  source_class->closing = causette_microphone_closing;
  source_class->element_message = causette_microphone_element_message;

  properties[PROP_LEVEL] =
      g_param_spec_double ("level", NULL, NULL, 0.0, 1.0, 0.0,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
causette_microphone_init (CausetteMicrophone *self)
{
  self->feed = causette_feed_new ();
}

CausetteMicrophone *
causette_microphone_new (CausetteDevices *devices)
{
  g_return_val_if_fail (devices == NULL || CAUSETTE_IS_DEVICES (devices), NULL);

  return g_object_new (CAUSETTE_TYPE_MICROPHONE, "devices", devices, NULL);
}

void
causette_microphone_set_source (CausetteMicrophone *self, const char *source)
{
  g_return_if_fail (CAUSETTE_IS_MICROPHONE (self));

  causette_source_set_source (CAUSETTE_SOURCE (self), source);
}

const char *
causette_microphone_get_source (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), NULL);

  return causette_source_get_source (CAUSETTE_SOURCE (self));
}

void
causette_microphone_set_enabled (CausetteMicrophone *self, gboolean enabled)
{
  g_return_if_fail (CAUSETTE_IS_MICROPHONE (self));

  causette_source_set_enabled (CAUSETTE_SOURCE (self), enabled);
}

gboolean
causette_microphone_get_enabled (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), FALSE);

  return causette_source_get_enabled (CAUSETTE_SOURCE (self));
}

CausetteSourceState
causette_microphone_get_state (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), CAUSETTE_SOURCE_OFF);

  return causette_source_get_state (CAUSETTE_SOURCE (self));
}

const GError *
causette_microphone_get_error (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), NULL);

  return causette_source_get_error (CAUSETTE_SOURCE (self));
}

const char *
causette_microphone_get_device_name (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), NULL);

  return causette_source_get_device_name (CAUSETTE_SOURCE (self));
}

double
causette_microphone_get_level (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), 0.0);

  return self->level;
}

CausetteFeed *
causette_microphone_get_feed (CausetteMicrophone *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (self), NULL);

  return self->feed;
}

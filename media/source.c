/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What camera and microphone have in common: opened and closed as a whole, watched while open.
 *
 * This part is on the main context alone: which device is meant, how it stands, what went wrong.
 * Each opening is a Capture of its own; news of an earlier one than the present is old news.
 */
#include "config.h"

#include "media/source.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "media/capture.h"

#define WATCH_INTERVAL_MS 250
/* The first frame may take long: a device wakes up, a driver negotiates. */
#define FIRST_FRAME_LIMIT_US (10 * G_USEC_PER_SEC)
/* An unplugged device may fall silent without an error. */
#define NEXT_FRAME_LIMIT_US (3 * G_USEC_PER_SEC)

typedef struct
{
  CausetteDevices *devices;
  GThreadPool *pool; /* of the captures */
  guint closing;     /* captures on their way to being closed */

  char *source;
  gboolean enabled;
  gboolean waiting; /* for the first list of devices */
  CausetteSourceState state;
  GError *error;
  char *device_name;

  Capture *capture; /* NULL while nothing is open */
  char *device_id;  /* of the device in use, NULL for a test source */
  guint watch;
} CausetteSourcePrivate;

enum
{
  PROP_DEVICES = 1,
  PROP_SOURCE,
  PROP_ENABLED,
  PROP_STATE,
  PROP_ERROR,
  PROP_DEVICE_NAME,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CausetteSource, causette_source, G_TYPE_OBJECT)

#define PRIVATE(self)                                                                              \
  ((CausetteSourcePrivate *) causette_source_get_instance_private (CAUSETTE_SOURCE (self)))

static void source_open (CausetteSource *self);
static void source_fail (CausetteSource *self, GError *error);

/* An error of this domain, in the words of the source's class. */
static GError *
make_error (CausetteSource *self, CausetteDeviceError code)
{
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);

  return g_error_new_literal (CAUSETTE_DEVICE_ERROR, code, _ (klass->sentences[code]));
}

static gboolean
mentions (const char *text, int error_number)
{
  return text != NULL && strstr (text, g_strerror (error_number)) != NULL;
}

/* What GStreamer's @error means for the person. Elements often say no more than "could not open"
 * and leave the reason to @debug, in the system's words. */
static CausetteDeviceError
classify (const GError *error, const char *debug)
{
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED) ||
      mentions (debug, EACCES) || mentions (debug, EPERM))
    return CAUSETTE_DEVICE_ERROR_DENIED;
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY) ||
      mentions (debug, EBUSY))
    return CAUSETTE_DEVICE_ERROR_BUSY;
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND) ||
      mentions (debug, ENOENT) || mentions (debug, ENODEV))
    return CAUSETTE_DEVICE_ERROR_MISSING;

  return CAUSETTE_DEVICE_ERROR_BROKEN;
}

static void
set_state (CausetteSource *self, CausetteSourceState state)
{
  CausetteSourcePrivate *priv = PRIVATE (self);

  if (priv->state == state)
    return;

  priv->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* @error: (transfer full) (nullable) */
static void
set_error (CausetteSource *self, GError *error)
{
  CausetteSourcePrivate *priv = PRIVATE (self);

  if (priv->error == NULL && error == NULL)
    return;

  g_clear_error (&priv->error);
  priv->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

/* The state in which nothing is open, once that is so. */
static void
settle (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);

  if (priv->capture != NULL || priv->closing > 0)
    return;

  if (priv->enabled && priv->waiting)
    set_state (self, CAUSETTE_SOURCE_OPENING);
  else if (priv->enabled && priv->error != NULL)
    set_state (self, CAUSETTE_SOURCE_FAILED);
  else
    set_state (self, CAUSETTE_SOURCE_OFF);
}

static void
on_closed (gpointer owner, Capture *capture)
{
  CausetteSourcePrivate *priv = PRIVATE (owner);

  priv->closing--;
  settle (CAUSETTE_SOURCE (owner));
}

static void
on_flowing (gpointer owner, Capture *capture)
{
  if (PRIVATE (owner)->capture == capture)
    set_state (CAUSETTE_SOURCE (owner), CAUSETTE_SOURCE_ON);
}

static void
on_failed (gpointer owner, Capture *capture, GstMessage *message)
{
  CausetteSource *self = CAUSETTE_SOURCE (owner);
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  CausetteDeviceError code = CAUSETTE_DEVICE_ERROR_BROKEN;

  if (PRIVATE (self)->capture != capture)
    return;

  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, &error, &debug);
      g_debug ("%s: %s (%s)", CAUSETTE_SOURCE_GET_CLASS (self)->word, error->message, debug);
      code = classify (error, debug);
    }
  source_fail (self, make_error (self, code));
}

static void
on_element_message (gpointer owner, Capture *capture, const GstStructure *structure)
{
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (owner);

  if (PRIVATE (owner)->capture == capture && klass->element_message != NULL)
    klass->element_message (CAUSETTE_SOURCE (owner), structure);
}

static const CaptureEvents events = {
  .flowing = on_flowing,
  .failed = on_failed,
  .element_message = on_element_message,
  .closed = on_closed,
};

static gboolean
watch_frames (gpointer user_data)
{
  CausetteSource *self = CAUSETTE_SOURCE (user_data);
  CausetteSourcePrivate *priv = PRIVATE (self);
  gboolean flowing;
  gint64 silence_us = capture_get_silence (priv->capture, &flowing);

  if (silence_us < (flowing ? NEXT_FRAME_LIMIT_US : FIRST_FRAME_LIMIT_US))
    return G_SOURCE_CONTINUE;

  priv->watch = 0;
  source_fail (self, make_error (self, CAUSETTE_DEVICE_ERROR_BROKEN));

  return G_SOURCE_REMOVE;
}

static void
source_close (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  Capture *capture = g_steal_pointer (&priv->capture);

  priv->waiting = FALSE;
  if (capture == NULL)
    return;

  g_clear_handle_id (&priv->watch, g_source_remove);
  g_clear_pointer (&priv->device_id, g_free);
  if (klass->closing != NULL)
    klass->closing (self);
  priv->closing++;
  capture_close (capture);
  capture_unref (capture);
}

/* @error: (transfer full). The device is closed, the wish to have it stays. */
static void
source_fail (CausetteSource *self, GError *error)
{
  g_object_freeze_notify (G_OBJECT (self));
  source_close (self);
  set_error (self, error);
  settle (self);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Returns: (nullable): what follows @word in @source ("" without more), %NULL if it begins with
 * another word. */
static const char *
after_word (const char *source, const char *word)
{
  const char *rest = NULL;

  if (!g_str_has_prefix (source, word))
    return NULL;
  rest = source + strlen (word);
  if (*rest == '\0')
    return rest;

  return *rest == ':' ? rest + 1 : NULL;
}

/* Returns: (transfer full) (nullable): the device that "source" names and that is there. */
static CausetteDevice *
find_device (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  const char *id = after_word (priv->source, klass->word);

  if (id == NULL || priv->devices == NULL)
    return NULL;

  return causette_devices_find (priv->devices, klass->kind, *id != '\0' ? id : NULL);
}

static void
update_device_name (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  g_autoptr (CausetteDevice) device = NULL;
  const char *name = NULL;

  if (after_word (priv->source, "test") != NULL)
    name = _ (CAUSETTE_SOURCE_GET_CLASS (self)->test_name);
  else if ((device = find_device (self)) != NULL)
    name = causette_device_get_name (device);
  if (g_strcmp0 (name, priv->device_name) == 0)
    return;

  g_free (priv->device_name);
  priv->device_name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE_NAME]);
}

/* The error that a source which is made to fail has to show. */
static CausetteDeviceError
asked_failure (const char *how)
{
  if (g_strcmp0 (how, "busy") == 0)
    return CAUSETTE_DEVICE_ERROR_BUSY;
  if (g_strcmp0 (how, "denied") == 0)
    return CAUSETTE_DEVICE_ERROR_DENIED;
  if (g_strcmp0 (how, "broken") == 0)
    return CAUSETTE_DEVICE_ERROR_BROKEN;

  return CAUSETTE_DEVICE_ERROR_MISSING;
}

/* Makes the pipeline for @device or @test and hands it to the thread that opens it. */
static void
source_start (CausetteSource *self, CausetteDevice *device, const char *test)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  GError *error = NULL;
  GstElement *pipeline = NULL;

  priv->capture = capture_new (G_OBJECT (self), &events, priv->pool);
  pipeline = CAUSETTE_SOURCE_GET_CLASS (self)->build (self, device, test, &error);
  if (pipeline == NULL)
    {
      g_clear_pointer (&priv->capture, capture_unref);
      source_fail (self, error);
      return;
    }

  priv->device_id = device != NULL ? g_strdup (causette_device_get_id (device)) : NULL;
  priv->watch = g_timeout_add (WATCH_INTERVAL_MS, watch_frames, self);
  capture_open (priv->capture, pipeline);
  set_state (self, CAUSETTE_SOURCE_OPENING);
}

/* Opens what "source" names. Nothing is open. Nobody hears of it before all of it is true: a
 * handler may well switch it off again. */
static void
source_open (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  g_autoptr (CausetteDevice) device = NULL;
  const char *rest = NULL;

  g_object_freeze_notify (G_OBJECT (self));
  set_error (self, NULL);
  if ((rest = after_word (priv->source, "test")) != NULL)
    {
      source_start (self, NULL, rest);
    }
  else if ((rest = after_word (priv->source, "fail")) != NULL)
    {
      source_fail (self, make_error (self, asked_failure (rest)));
    }
  else if (after_word (priv->source, klass->word) != NULL && priv->devices != NULL &&
           !causette_devices_get_ready (priv->devices))
    {
      priv->waiting = TRUE;
      settle (self);
    }
  else if ((device = find_device (self)) != NULL)
    {
      source_start (self, device, NULL);
    }
  else
    {
      source_fail (self, make_error (self, CAUSETTE_DEVICE_ERROR_MISSING));
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
on_devices_ready (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);

  update_device_name (self);
  if (!priv->waiting)
    return;

  priv->waiting = FALSE;
  source_open (self);
}

/* A device came or went. */
static void
on_devices_changed (CausetteSource *self, guint position, guint removed, guint added)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  g_autoptr (CausetteDevice) used = NULL;
  g_autoptr (CausetteDevice) found = NULL;

  update_device_name (self);
  if (priv->device_id != NULL)
    {
      used = causette_devices_find (priv->devices, klass->kind, priv->device_id);
      if (used == NULL)
        source_fail (self, make_error (self, CAUSETTE_DEVICE_ERROR_BROKEN));
      return;
    }

  /* What was missing is there: the person still wants it. */
  if (priv->state != CAUSETTE_SOURCE_FAILED || added == 0 || !priv->enabled)
    return;
  if (!g_error_matches (priv->error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_MISSING) &&
      !g_error_matches (priv->error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_BROKEN))
    return;
  found = find_device (self);
  if (found != NULL)
    source_open (self);
}

static void
causette_source_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteSourcePrivate *priv = PRIVATE (object);

  switch (id)
    {
    case PROP_SOURCE:
      g_value_set_string (value, priv->source);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, priv->enabled);
      break;
    case PROP_STATE:
      g_value_set_enum (value, priv->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, priv->error);
      break;
    case PROP_DEVICE_NAME:
      g_value_set_string (value, priv->device_name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_source_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausetteSource *self = CAUSETTE_SOURCE (object);
  CausetteSourcePrivate *priv = PRIVATE (object);

  switch (id)
    {
    case PROP_DEVICES:
      priv->devices = g_value_dup_object (value);
      break;
    case PROP_SOURCE:
      causette_source_set_source (self, g_value_get_string (value));
      break;
    case PROP_ENABLED:
      causette_source_set_enabled (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_source_constructed (GObject *object)
{
  CausetteSourcePrivate *priv = PRIVATE (object);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (object);

  G_OBJECT_CLASS (causette_source_parent_class)->constructed (object);

  priv->pool = capture_pool_new ();
  priv->source = g_strdup (klass->word);
  if (priv->devices == NULL)
    return;

  g_signal_connect_object (priv->devices, "notify::ready", G_CALLBACK (on_devices_ready), object,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (causette_devices_get_list (priv->devices, klass->kind), "items-changed",
                           G_CALLBACK (on_devices_changed), object, G_CONNECT_SWAPPED);
  update_device_name (CAUSETTE_SOURCE (object));
}

static void
causette_source_dispose (GObject *object)
{
  CausetteSourcePrivate *priv = PRIVATE (object);
  GThreadPool *pool = NULL;

  source_close (CAUSETTE_SOURCE (object));
  /* Waits until the device is closed: a process that ends would else do so in the middle of it. */
  pool = g_steal_pointer (&priv->pool);
  if (pool != NULL)
    g_thread_pool_free (pool, FALSE, TRUE);
  g_clear_object (&priv->devices);

  G_OBJECT_CLASS (causette_source_parent_class)->dispose (object);
}

static void
causette_source_finalize (GObject *object)
{
  CausetteSourcePrivate *priv = PRIVATE (object);

  g_clear_error (&priv->error);
  g_free (priv->source);
  g_free (priv->device_name);

  G_OBJECT_CLASS (causette_source_parent_class)->finalize (object);
}

static void
causette_source_class_init (CausetteSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = causette_source_get_property;
  object_class->set_property = causette_source_set_property;
  object_class->constructed = causette_source_constructed;
  object_class->dispose = causette_source_dispose;
  object_class->finalize = causette_source_finalize;

  properties[PROP_DEVICES] =
      g_param_spec_object ("devices", NULL, NULL, CAUSETTE_TYPE_DEVICES,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SOURCE] = g_param_spec_string ("source", NULL, NULL, NULL, writable);
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE, writable);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CAUSETTE_TYPE_SOURCE_STATE,
                                              CAUSETTE_SOURCE_OFF, readable);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);
  properties[PROP_DEVICE_NAME] = g_param_spec_string ("device-name", NULL, NULL, NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
causette_source_init (CausetteSource *self)
{
}

void
causette_source_set_source (CausetteSource *self, const char *source)
{
  CausetteSourcePrivate *priv = NULL;

  g_return_if_fail (CAUSETTE_IS_SOURCE (self));

  priv = PRIVATE (self);
  if (source == NULL)
    source = CAUSETTE_SOURCE_GET_CLASS (self)->word;
  if (g_strcmp0 (priv->source, source) == 0)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  g_free (priv->source);
  priv->source = g_strdup (source);
  update_device_name (self);
  causette_source_reopen (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOURCE]);
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
causette_source_get_source (CausetteSource *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SOURCE (self), NULL);

  return PRIVATE (self)->source;
}

void
causette_source_set_enabled (CausetteSource *self, gboolean enabled)
{
  CausetteSourcePrivate *priv = NULL;

  g_return_if_fail (CAUSETTE_IS_SOURCE (self));

  priv = PRIVATE (self);
  enabled = !!enabled;
  if (priv->enabled == enabled)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  priv->enabled = enabled;
  if (enabled)
    {
      source_open (self);
    }
  else
    {
      source_close (self);
      set_error (self, NULL);
      settle (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
  g_object_thaw_notify (G_OBJECT (self));
}

gboolean
causette_source_get_enabled (CausetteSource *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SOURCE (self), FALSE);

  return PRIVATE (self)->enabled;
}

CausetteSourceState
causette_source_get_state (CausetteSource *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SOURCE (self), CAUSETTE_SOURCE_OFF);

  return PRIVATE (self)->state;
}

const GError *
causette_source_get_error (CausetteSource *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SOURCE (self), NULL);

  return PRIVATE (self)->error;
}

const char *
causette_source_get_device_name (CausetteSource *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SOURCE (self), NULL);

  return PRIVATE (self)->device_name;
}

void
causette_source_reopen (CausetteSource *self)
{
  g_return_if_fail (CAUSETTE_IS_SOURCE (self));

  if (!PRIVATE (self)->enabled)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  source_close (self);
  source_open (self);
  g_object_thaw_notify (G_OBJECT (self));
}

void
causette_source_connect_sink (CausetteSource *self, GstElement *sink, CausetteFeed *feed)
{
  g_return_if_fail (CAUSETTE_IS_SOURCE (self));
  g_return_if_fail (PRIVATE (self)->capture != NULL);

  capture_connect_sink (PRIVATE (self)->capture, sink, feed);
}

void
causette_source_stamp (CausetteSource *self, GstElement *element)
{
  g_return_if_fail (CAUSETTE_IS_SOURCE (self));

  capture_stamp (element);
}

GstElement *
causette_source_add_element (GstElement *pipeline, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    {
      /* Translators: %s is the name of a part of GStreamer, such as "videoconvert". */
      g_set_error (error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_BROKEN,
                   _ ("A part of GStreamer is missing: %s."), factory);
      return NULL;
    }
  gst_bin_add (GST_BIN (pipeline), element);

  return element;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What camera and microphone have in common: opened and closed as a whole, watched while open.
 *
 * Each opening is a Session, shared by the main thread, the streaming threads and the thread that
 * changes the pipeline's state. Its gate is shut first when it ends: after that no frame passes,
 * whatever the pipeline still does. State changes run one after another on a pool of one thread, so
 * that a slow driver never stops the main loop and a device is closed before it is opened again.
 */
#include "config.h"

#include "media/source.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <gst/app/gstappsink.h>
#include <string.h>

#include "media/context.h"

#define WATCH_INTERVAL_MS 250
/* The first frame may take long: a device wakes up, a driver negotiates. */
#define FIRST_FRAME_LIMIT_US (10 * G_USEC_PER_SEC)
/* An unplugged device may fall silent without an error. */
#define NEXT_FRAME_LIMIT_US (3 * G_USEC_PER_SEC)

/* Reference-counted with g_atomic_rc_box; outlives the source while threads use it. */
typedef struct
{
  GWeakRef source;
  GMutex gate; /* held while a frame passes; protects the next three */
  gboolean open;
  gboolean flowing;     /* the first frame has passed */
  gint64 last_frame_us; /* when the last one passed, or the session began */
  GPtrArray *feeds;     /* of CausetteFeed: those that get its frames; main thread */
} Session;

typedef struct
{
  Session *session;
  CausetteFeed *feed;
} Output;

typedef struct
{
  Session *session;
  GstElement *pipeline;
  gboolean start; /* else stop, for good */
} Job;

typedef struct
{
  CausetteDevices *devices;
  GThreadPool *pool; /* of Job, one thread */
  guint closing;     /* sessions on their way to being closed */

  char *source;
  gboolean enabled;
  gboolean waiting; /* for the first list of devices */
  CausetteSourceState state;
  GError *error;
  char *device_name;

  Session *session;     /* NULL while nothing is open */
  GstElement *pipeline; /* of the session */
  char *device_id;      /* of the device in use, NULL for a test source */
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

static Session *
session_new (CausetteSource *self)
{
  Session *session = g_atomic_rc_box_new0 (Session);

  g_weak_ref_init (&session->source, self);
  g_mutex_init (&session->gate);
  session->open = TRUE;
  session->last_frame_us = g_get_monotonic_time ();
  session->feeds = g_ptr_array_new_with_free_func (g_object_unref);

  return session;
}

static void
session_clear (gpointer data)
{
  Session *session = data;

  g_ptr_array_unref (session->feeds);
  g_mutex_clear (&session->gate);
  g_weak_ref_clear (&session->source);
}

static void
session_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, session_clear);
}

static gboolean
session_is_open (Session *session)
{
  gboolean open;

  g_mutex_lock (&session->gate);
  open = session->open;
  g_mutex_unlock (&session->gate);

  return open;
}

static void
output_free (gpointer data)
{
  Output *output = data;

  session_unref (output->session);
  g_object_unref (output->feed);
  g_free (output);
}

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

  if (priv->session != NULL || priv->closing > 0)
    return;

  if (priv->enabled && priv->waiting)
    set_state (self, CAUSETTE_SOURCE_OPENING);
  else if (priv->enabled && priv->error != NULL)
    set_state (self, CAUSETTE_SOURCE_FAILED);
  else
    set_state (self, CAUSETTE_SOURCE_OFF);
}

static void
on_closed (gpointer object, gpointer payload)
{
  CausetteSourcePrivate *priv = PRIVATE (object);

  priv->closing--;
  settle (CAUSETTE_SOURCE (object));
}

/* @payload: the session, as for all that follow. */
static void
on_start_failed (gpointer object, gpointer payload)
{
  CausetteSourcePrivate *priv = PRIVATE (object);

  /* The element's own error came before this and has closed the session, if there was one. */
  if (priv->session == payload)
    source_fail (CAUSETTE_SOURCE (object),
                 make_error (CAUSETTE_SOURCE (object), CAUSETTE_DEVICE_ERROR_BROKEN));
}

static void
on_first_frame (gpointer object, gpointer payload)
{
  CausetteSourcePrivate *priv = PRIVATE (object);

  if (priv->session == payload)
    set_state (CAUSETTE_SOURCE (object), CAUSETTE_SOURCE_ON);
}

typedef struct
{
  Session *session;
  GstMessage *message;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  session_unref (news->session);
  gst_message_unref (news->message);
  g_free (news);
}

static void
on_news (gpointer object, gpointer payload)
{
  CausetteSource *self = CAUSETTE_SOURCE (object);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  News *news = payload;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (PRIVATE (self)->session != news->session)
    return;

  switch (GST_MESSAGE_TYPE (news->message))
    {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (news->message, &error, &debug);
      g_debug ("%s: %s (%s)", klass->word, error->message, debug);
      source_fail (self, make_error (self, classify (error, debug)));
      break;
    case GST_MESSAGE_EOS: /* a device has no end */
      source_fail (self, make_error (self, CAUSETTE_DEVICE_ERROR_BROKEN));
      break;
    default:
      if (klass->element_message != NULL)
        klass->element_message (self, gst_message_get_structure (news->message));
    }
}

/* On any thread. A sync handler instead of a watch: what a session says stays in order with what
 * its threads say, and ends with it. */
static GstBusSyncReply
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Session *session = user_data;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_EOS:
    case GST_MESSAGE_ELEMENT:
      {
        News *news = g_new0 (News, 1);

        news->session = g_atomic_rc_box_acquire (session);
        news->message = gst_message_ref (message);
        causette_context_invoke (&session->source, on_news, news, news_free);
        break;
      }
    default:
      break;
    }

  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* On the pool's thread. */
static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  Session *session = job->session;

  if (!job->start)
    {
      gst_element_set_state (job->pipeline, GST_STATE_NULL);
      g_clear_pointer (&job->pipeline, gst_object_unref);
      causette_context_invoke (&session->source, on_closed, NULL, NULL);
    }
  else if (session_is_open (session) && /* or it was closed before its turn came */
           gst_element_set_state (job->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    {
      causette_context_invoke (&session->source, on_start_failed, g_atomic_rc_box_acquire (session),
                               session_unref);
    }

  g_clear_pointer (&job->pipeline, gst_object_unref);
  session_unref (session);
  g_free (job);
}

static void
push_job (CausetteSource *self, gboolean start)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  Job *job = g_new0 (Job, 1);

  job->session = g_atomic_rc_box_acquire (priv->session);
  job->pipeline = gst_object_ref (priv->pipeline);
  job->start = start;
  g_thread_pool_push (priv->pool, job, NULL);
}

/* Streaming thread. */
static GstFlowReturn
on_new_sample (GstAppSink *sink, gpointer user_data)
{
  Output *output = user_data;
  Session *session = output->session;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  gboolean first = FALSE;

  if (sample == NULL)
    return GST_FLOW_EOS;

  g_mutex_lock (&session->gate);
  if (session->open)
    {
      first = !session->flowing;
      session->flowing = TRUE;
      session->last_frame_us = g_get_monotonic_time ();
      causette_feed_push (output->feed, sample);
    }
  g_mutex_unlock (&session->gate);

  if (first)
    causette_context_invoke (&session->source, on_first_frame, g_atomic_rc_box_acquire (session),
                             session_unref);

  return GST_FLOW_OK;
}

static gboolean
watch_frames (gpointer user_data)
{
  CausetteSource *self = CAUSETTE_SOURCE (user_data);
  CausetteSourcePrivate *priv = PRIVATE (self);
  gint64 silent_us, limit_us;

  g_mutex_lock (&priv->session->gate);
  silent_us = g_get_monotonic_time () - priv->session->last_frame_us;
  limit_us = priv->session->flowing ? NEXT_FRAME_LIMIT_US : FIRST_FRAME_LIMIT_US;
  g_mutex_unlock (&priv->session->gate);

  if (silent_us < limit_us)
    return G_SOURCE_CONTINUE;

  priv->watch = 0;
  source_fail (self, make_error (self, CAUSETTE_DEVICE_ERROR_BROKEN));

  return G_SOURCE_REMOVE;
}

/* Shuts the gate, tells the consumers, and has the device closed. */
static void
source_close (CausetteSource *self)
{
  CausetteSourcePrivate *priv = PRIVATE (self);
  CausetteSourceClass *klass = CAUSETTE_SOURCE_GET_CLASS (self);
  Session *session = NULL;

  priv->waiting = FALSE;
  if (priv->session == NULL)
    return;

  g_clear_handle_id (&priv->watch, g_source_remove);
  g_mutex_lock (&priv->session->gate);
  priv->session->open = FALSE;
  g_mutex_unlock (&priv->session->gate);

  priv->closing++;
  push_job (self, FALSE);
  if (klass->closing != NULL)
    klass->closing (self);
  g_clear_pointer (&priv->pipeline, gst_object_unref);
  g_clear_pointer (&priv->device_id, g_free);

  session = g_steal_pointer (&priv->session);
  for (guint i = 0; i < session->feeds->len; i++)
    causette_feed_push (g_ptr_array_index (session->feeds, i), NULL);
  session_unref (session);
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
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autoptr (GstBus) bus = NULL;
  GError *error = NULL;
  GstElement *pipeline = NULL;

  priv->session = session_new (self);
  pipeline = CAUSETTE_SOURCE_GET_CLASS (self)->build (self, device, test, &error);
  if (pipeline == NULL)
    {
      g_clear_pointer (&priv->session, session_unref);
      source_fail (self, error);
      return;
    }

  priv->pipeline = pipeline;
  priv->device_id = device != NULL ? g_strdup (causette_device_get_id (device)) : NULL;
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));
  gst_bus_set_sync_handler (bus, on_bus_message, g_atomic_rc_box_acquire (priv->session),
                            session_unref);
  priv->watch = g_timeout_add (WATCH_INTERVAL_MS, watch_frames, self);
  push_job (self, TRUE);
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

  priv->pool = g_thread_pool_new (run_job, NULL, 1, FALSE, NULL);
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
  CausetteSourcePrivate *priv = PRIVATE (self);
  GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };
  Output *output = NULL;

  g_return_if_fail (GST_IS_APP_SINK (sink));
  g_return_if_fail (priv->session != NULL);

  output = g_new0 (Output, 1);
  output->session = g_atomic_rc_box_acquire (priv->session);
  output->feed = g_object_ref (feed);
  g_ptr_array_add (priv->session->feeds, g_object_ref (feed));
  /* A late consumer loses frames rather than holding up the device; the last one is not kept, so
   * that an empty pipeline holds no picture. */
  g_object_set (sink, "sync", FALSE, "async", FALSE, "drop", TRUE, "max-buffers", 4,
                "enable-last-sample", FALSE, "wait-on-eos", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, output, output_free);
}

/* Streaming thread. Live sources stamp with running time; an element that has none, or one of
 * another clock, gets the time of its frame's arrival. */
static GstPadProbeReturn
stamp_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstClock *clock = user_data;
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClockTime now = gst_clock_get_time (clock);
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (element != NULL && GST_CLOCK_TIME_IS_VALID (time))
    time += gst_element_get_base_time (element);
  if (!GST_CLOCK_TIME_IS_VALID (time) || time > now + GST_SECOND || time + 2 * GST_SECOND < now)
    time = now;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_PAD_PROBE_INFO_DATA (info) = buffer;

  return GST_PAD_PROBE_OK;
}

void
causette_source_stamp (CausetteSource *self, GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  g_return_if_fail (pad != NULL);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_buffer, gst_system_clock_obtain (),
                     gst_object_unref);
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

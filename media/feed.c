/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed carries raw frames (pictures or sound) from one source to any number of consumers.
 *
 * The list of consumers is never changed in place: adding and removing put a new one in its place,
 * so that a push walks its own without a lock while others come and go. Each consumer has a lock of
 * its own, held while its function runs: removal takes it, and so waits for a call under way.
 */
#include "media/feed.h"

typedef struct
{
  guint id;
  CausetteFeedFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  GMutex lock; /* held while func runs; protects removed */
  gboolean removed;
} Consumer;

struct _CausetteFeed
{
  GObject parent_instance;

  GMutex lock;          /* protects all that follows */
  GPtrArray *consumers; /* of Consumer; replaced, never changed */
  guint last_id;
  guint64 count;
  int wanted_width, wanted_height;
};

enum
{
  PROP_WANTED_WIDTH = 1,
  PROP_WANTED_HEIGHT,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (CausetteFeed, causette_feed, G_TYPE_OBJECT)

/* Runs with the last reference, which a removed consumer's last push may hold. */
static void
consumer_clear (gpointer data)
{
  Consumer *consumer = data;

  g_mutex_clear (&consumer->lock);
}

static void
consumer_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, consumer_clear);
}

/* A copy of @self's list without the consumer @without. Called with the lock held. */
static GPtrArray *
copy_consumers (CausetteFeed *self, guint without)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (consumer_unref);

  for (guint i = 0; i < self->consumers->len; i++)
    {
      Consumer *consumer = g_ptr_array_index (self->consumers, i);

      if (consumer->id != without)
        g_ptr_array_add (copy, g_atomic_rc_box_acquire (consumer));
    }

  return copy;
}

static void
replace_consumers (CausetteFeed *self, GPtrArray *consumers)
{
  g_ptr_array_unref (self->consumers);
  self->consumers = consumers;
}

static void
retire (Consumer *consumer)
{
  g_mutex_lock (&consumer->lock);
  consumer->removed = TRUE;
  g_mutex_unlock (&consumer->lock);

  if (consumer->destroy != NULL)
    consumer->destroy (consumer->user_data);
}

static void
causette_feed_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteFeed *self = CAUSETTE_FEED (object);
  int width, height;

  causette_feed_get_wanted_size (self, &width, &height);
  switch (id)
    {
    case PROP_WANTED_WIDTH:
      g_value_set_int (value, width);
      break;
    case PROP_WANTED_HEIGHT:
      g_value_set_int (value, height);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_feed_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausetteFeed *self = CAUSETTE_FEED (object);
  int width, height;

  causette_feed_get_wanted_size (self, &width, &height);
  switch (id)
    {
    case PROP_WANTED_WIDTH:
      causette_feed_set_wanted_size (self, g_value_get_int (value), height);
      break;
    case PROP_WANTED_HEIGHT:
      causette_feed_set_wanted_size (self, width, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_feed_finalize (GObject *object)
{
  CausetteFeed *self = CAUSETTE_FEED (object);

  for (guint i = 0; i < self->consumers->len; i++)
    retire (g_ptr_array_index (self->consumers, i));
  g_ptr_array_unref (self->consumers);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (causette_feed_parent_class)->finalize (object);
}

static void
causette_feed_class_init (CausetteFeedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_feed_get_property;
  object_class->set_property = causette_feed_set_property;
  object_class->finalize = causette_feed_finalize;

  properties[PROP_WANTED_WIDTH] =
      g_param_spec_int ("wanted-width", NULL, NULL, 0, G_MAXINT16, 0, flags);
  properties[PROP_WANTED_HEIGHT] =
      g_param_spec_int ("wanted-height", NULL, NULL, 0, G_MAXINT16, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
causette_feed_init (CausetteFeed *self)
{
  g_mutex_init (&self->lock);
  self->consumers = g_ptr_array_new_with_free_func (consumer_unref);
}

CausetteFeed *
causette_feed_new (void)
{
  return g_object_new (CAUSETTE_TYPE_FEED, NULL);
}

guint
causette_feed_add (CausetteFeed *self,
                   CausetteFeedFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy)
{
  Consumer *consumer = NULL;
  GPtrArray *consumers = NULL;
  guint id;

  g_return_val_if_fail (CAUSETTE_IS_FEED (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  consumer = g_atomic_rc_box_new0 (Consumer);
  consumer->func = func;
  consumer->user_data = user_data;
  consumer->destroy = destroy;
  g_mutex_init (&consumer->lock);

  g_mutex_lock (&self->lock);
  id = consumer->id = ++self->last_id;
  consumers = copy_consumers (self, 0);
  g_ptr_array_add (consumers, consumer);
  replace_consumers (self, consumers);
  g_mutex_unlock (&self->lock);

  return id;
}

void
causette_feed_remove (CausetteFeed *self, guint id)
{
  Consumer *found = NULL;

  g_return_if_fail (CAUSETTE_IS_FEED (self));
  g_return_if_fail (id != 0);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->consumers->len && found == NULL; i++)
    {
      Consumer *consumer = g_ptr_array_index (self->consumers, i);

      if (consumer->id == id)
        found = g_atomic_rc_box_acquire (consumer);
    }
  if (found != NULL)
    replace_consumers (self, copy_consumers (self, id));
  g_mutex_unlock (&self->lock);

  g_return_if_fail (found != NULL);

  retire (found);
  consumer_unref (found);
}

gboolean
causette_feed_has_consumers (CausetteFeed *self)
{
  gboolean any;

  g_return_val_if_fail (CAUSETTE_IS_FEED (self), FALSE);

  g_mutex_lock (&self->lock);
  any = self->consumers->len > 0;
  g_mutex_unlock (&self->lock);

  return any;
}

void
causette_feed_push (CausetteFeed *self, GstSample *sample)
{
  g_autoptr (GPtrArray) consumers = NULL;

  g_return_if_fail (CAUSETTE_IS_FEED (self));
  g_return_if_fail (sample == NULL || GST_IS_SAMPLE (sample));

  g_mutex_lock (&self->lock);
  if (sample != NULL)
    self->count++;
  consumers = g_ptr_array_ref (self->consumers);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < consumers->len; i++)
    {
      Consumer *consumer = g_ptr_array_index (consumers, i);

      g_mutex_lock (&consumer->lock);
      if (!consumer->removed)
        consumer->func (self, sample, consumer->user_data);
      g_mutex_unlock (&consumer->lock);
    }
}

guint64
causette_feed_get_count (CausetteFeed *self)
{
  guint64 count;

  g_return_val_if_fail (CAUSETTE_IS_FEED (self), 0);

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);

  return count;
}

void
causette_feed_set_wanted_size (CausetteFeed *self, int width, int height)
{
  gboolean width_changed, height_changed;

  g_return_if_fail (CAUSETTE_IS_FEED (self));
  g_return_if_fail (width >= 0 && width <= G_MAXINT16);
  g_return_if_fail (height >= 0 && height <= G_MAXINT16);

  g_mutex_lock (&self->lock);
  width_changed = self->wanted_width != width;
  height_changed = self->wanted_height != height;
  self->wanted_width = width;
  self->wanted_height = height;
  g_mutex_unlock (&self->lock);

  /* After the lock: both are in place when the first notification asks. */
  if (width_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WANTED_WIDTH]);
  if (height_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WANTED_HEIGHT]);
}

void
causette_feed_get_wanted_size (CausetteFeed *self, int *width, int *height)
{
  g_return_if_fail (CAUSETTE_IS_FEED (self));

  g_mutex_lock (&self->lock);
  if (width != NULL)
    *width = self->wanted_width;
  if (height != NULL)
    *height = self->wanted_height;
  g_mutex_unlock (&self->lock);
}

void
causette_feed_fit_size (CausetteFeed *self,
                        int width,
                        int height,
                        int *fitted_width,
                        int *fitted_height)
{
  int wanted_width, wanted_height;
  double scale = 1.0;

  g_return_if_fail (CAUSETTE_IS_FEED (self));
  g_return_if_fail (width > 0 && height > 0);

  causette_feed_get_wanted_size (self, &wanted_width, &wanted_height);
  if (wanted_width > 0)
    scale = MIN (scale, (double) wanted_width / width);
  if (wanted_height > 0)
    scale = MIN (scale, (double) wanted_height / height);

  /* Even, for formats with halved colour planes; never nothing. */
  *fitted_width = scale < 1.0 ? MAX (2, (int) (width * scale) & ~1) : width;
  *fitted_height = scale < 1.0 ? MAX (2, (int) (height * scale) & ~1) : height;
}

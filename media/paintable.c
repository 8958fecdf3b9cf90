/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed's pictures as something that GTK can draw: the newest frame, without a copy.
 *
 * The streaming thread leaves its frame in a slot and wakes the main context once; a frame that
 * nobody has fetched is replaced. The texture holds the mapped frame itself until GTK drops it.
 */
#include "media/paintable.h"

#include <gst/video/video.h>

#include "media/context.h"

/* What the streaming thread and the main thread share. It outlives the paintable while a push is
 * under way. */
typedef struct
{
  GWeakRef paintable;
  GMutex lock;       /* protects all that follows */
  GstSample *sample; /* the newest that was not drawn yet; NULL: the source has stopped */
  gboolean waiting;  /* the main context is told already */
} Slot;

struct _CausettePaintable
{
  GObject parent_instance;

  CausetteFeed *feed;
  guint consumer;
  Slot *slot; /* of the feed set, NULL without one */

  GdkTexture *texture;
  int width, height; /* as shown: with the pixels' aspect ratio taken in */
  guint64 frames;
};

enum
{
  PROP_FEED = 1,
  PROP_LIVE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void causette_paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CausettePaintable,
                               causette_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      causette_paintable_iface_init))

static Slot *
slot_new (CausettePaintable *self)
{
  Slot *slot = g_atomic_rc_box_new0 (Slot);

  g_weak_ref_init (&slot->paintable, self);
  g_mutex_init (&slot->lock);

  return slot;
}

static void
slot_clear (gpointer data)
{
  Slot *slot = data;

  g_clear_pointer (&slot->sample, gst_sample_unref);
  g_mutex_clear (&slot->lock);
  g_weak_ref_clear (&slot->paintable);
}

static void
slot_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, slot_clear);
}

static void
frame_unmap (gpointer data)
{
  GstVideoFrame *frame = data;

  gst_video_frame_unmap (frame);
  g_free (frame);
}

/* Returns: (transfer full) (nullable): a texture that holds @sample's frame, %NULL for one that is
 * not what the feed promises. */
static GdkTexture *
texture_from_sample (GstSample *sample, GstVideoInfo *info)
{
  g_autofree GstVideoFrame *frame = g_new0 (GstVideoFrame, 1);
  g_autoptr (GBytes) bytes = NULL;
  GstCaps *caps = gst_sample_get_caps (sample);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  int width, height, stride;
  gpointer data;

  if (caps == NULL || buffer == NULL || !gst_video_info_from_caps (info, caps))
    return NULL;
  if (GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_BGRx &&
      GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_BGRA)
    return NULL;
  if (!gst_video_frame_map (frame, info, buffer, GST_MAP_READ))
    return NULL;

  width = GST_VIDEO_INFO_WIDTH (info);
  height = GST_VIDEO_INFO_HEIGHT (info);
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  if (stride < width * 4)
    {
      gst_video_frame_unmap (frame);
      return NULL;
    }
  /* The last row may end with its last pixel. */
  bytes = g_bytes_new_with_free_func (data, (gsize) (height - 1) * stride + (gsize) width * 4,
                                      frame_unmap, g_steal_pointer (&frame));

  /* Premultiplied, though BGRx has no alpha: converting would cost more than drawing. */
  return gdk_memory_texture_new (width, height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, stride);
}

/* Shows @texture, or nothing for %NULL. */
static void
set_texture (CausettePaintable *self, GdkTexture *texture, int width, int height)
{
  gboolean live_changed = (texture == NULL) != (self->texture == NULL);
  gboolean resized = self->width != width || self->height != height;

  g_set_object (&self->texture, texture);
  self->width = width;
  self->height = height;

  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
  if (live_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

static void
present (gpointer object, gpointer payload)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (object);
  Slot *slot = payload;
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GstVideoInfo info;
  int width, height;

  g_mutex_lock (&slot->lock);
  sample = g_steal_pointer (&slot->sample);
  slot->waiting = FALSE;
  g_mutex_unlock (&slot->lock);

  if (slot != self->slot) /* of a feed that was taken away meanwhile */
    return;

  if (sample == NULL)
    {
      /* The size stays, so that the window does not jump when a camera is switched off. */
      set_texture (self, NULL, self->width, self->height);
      return;
    }

  texture = texture_from_sample (sample, &info);
  if (texture == NULL)
    return;

  width = GST_VIDEO_INFO_WIDTH (&info);
  height = GST_VIDEO_INFO_HEIGHT (&info);
  if (GST_VIDEO_INFO_PAR_N (&info) > 0 && GST_VIDEO_INFO_PAR_D (&info) > 0)
    width = gst_util_uint64_scale_int_round (width, GST_VIDEO_INFO_PAR_N (&info),
                                             GST_VIDEO_INFO_PAR_D (&info));
  self->frames++;
  set_texture (self, texture, MAX (1, width), height);
}

/* On the source's streaming thread. */
static void
on_frame (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Slot *slot = user_data;
  g_autoptr (GstSample) dropped = NULL;
  gboolean tell;

  g_mutex_lock (&slot->lock);
  dropped = g_steal_pointer (&slot->sample);
  slot->sample = sample != NULL ? gst_sample_ref (sample) : NULL;
  tell = !slot->waiting;
  slot->waiting = TRUE;
  g_mutex_unlock (&slot->lock);

  if (tell)
    causette_context_invoke (&slot->paintable, present, g_atomic_rc_box_acquire (slot), slot_unref);
}

static void
drop_feed (CausettePaintable *self)
{
  if (self->feed == NULL)
    return;

  causette_feed_remove (self->feed, self->consumer);
  self->consumer = 0;
  g_clear_pointer (&self->slot, slot_unref);
  g_clear_object (&self->feed);
}

static void
causette_paintable_snapshot (GdkPaintable *paintable,
                             GdkSnapshot *snapshot,
                             double width,
                             double height)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (paintable);

  if (self->texture != NULL)
    gdk_paintable_snapshot (GDK_PAINTABLE (self->texture), snapshot, width, height);
}

static GdkPaintable *
causette_paintable_get_current_image (GdkPaintable *paintable)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (paintable);

  if (self->texture != NULL)
    return g_object_ref (GDK_PAINTABLE (self->texture));

  return gdk_paintable_new_empty (self->width, self->height);
}

static int
causette_paintable_get_intrinsic_width (GdkPaintable *paintable)
{
  return CAUSETTE_PAINTABLE (paintable)->width;
}

static int
causette_paintable_get_intrinsic_height (GdkPaintable *paintable)
{
  return CAUSETTE_PAINTABLE (paintable)->height;
}

static void
causette_paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = causette_paintable_snapshot;
  iface->get_current_image = causette_paintable_get_current_image;
  iface->get_intrinsic_width = causette_paintable_get_intrinsic_width;
  iface->get_intrinsic_height = causette_paintable_get_intrinsic_height;
}

static void
causette_paintable_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (object);

  switch (id)
    {
    case PROP_FEED:
      g_value_set_object (value, self->feed);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, causette_paintable_get_live (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_paintable_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (object);

  switch (id)
    {
    case PROP_FEED:
      causette_paintable_set_feed (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_paintable_dispose (GObject *object)
{
  CausettePaintable *self = CAUSETTE_PAINTABLE (object);

  drop_feed (self);
  g_clear_object (&self->texture);

  G_OBJECT_CLASS (causette_paintable_parent_class)->dispose (object);
}

static void
causette_paintable_class_init (CausettePaintableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = causette_paintable_get_property;
  object_class->set_property = causette_paintable_set_property;
  object_class->dispose = causette_paintable_dispose;

  properties[PROP_FEED] =
      g_param_spec_object ("feed", NULL, NULL, CAUSETTE_TYPE_FEED,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LIVE] =
      g_param_spec_boolean ("live", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
causette_paintable_init (CausettePaintable *self)
{
}

CausettePaintable *
causette_paintable_new (void)
{
  return g_object_new (CAUSETTE_TYPE_PAINTABLE, NULL);
}

void
causette_paintable_set_feed (CausettePaintable *self, CausetteFeed *feed)
{
  g_return_if_fail (CAUSETTE_IS_PAINTABLE (self));
  g_return_if_fail (feed == NULL || CAUSETTE_IS_FEED (feed));

  if (self->feed == feed)
    return;

  drop_feed (self);
  if (self->texture != NULL)
    set_texture (self, NULL, self->width, self->height);
  if (feed != NULL)
    {
      self->feed = g_object_ref (feed);
      self->slot = slot_new (self);
      self->consumer =
          causette_feed_add (feed, on_frame, g_atomic_rc_box_acquire (self->slot), slot_unref);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FEED]);
}

gboolean
causette_paintable_get_live (CausettePaintable *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PAINTABLE (self), FALSE);

  return self->texture != NULL;
}

guint64
causette_paintable_get_frames (CausettePaintable *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PAINTABLE (self), 0);

  return self->frames;
}

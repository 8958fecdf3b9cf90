/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tile that shows a feed's pictures; see the header.
 *
 * The source scales to the size that the tile asks for (in device pixels), so that drawing costs no
 * scaling. The size asked for is always that of the picture as it is drawn: its shape is the
 * picture's own, known from the first frame.
 */
#include "config.h"

#include "ui/picture.h"

#include "media/paintable.h"

/* With CAUSETTE_FIT_AUTO: the share of the picture that must stay visible for the tile to be
 * filled. */
#define LEAST_VISIBLE 0.72
#define SPACING       12 /* pixels between the icon and the label */

struct _CausettePicture
{
  GtkWidget parent_instance;

  GtkImage *icon; /* in place of a picture, above the label if there is room for both */
  GtkLabel *label;

  CausettePaintable *paintable;
  CausetteFeed *feed;
  CausetteFit fit;
  gboolean compact;
  int wanted_width, wanted_height; /* what the feed was told last */
};

enum
{
  PROP_0,
  PROP_FEED,
  PROP_FIT,
  PROP_PLACEHOLDER,
  PROP_ICON_NAME,
  PROP_COMPACT,
  PROP_LIVE,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CausettePicture, causette_picture, GTK_TYPE_WIDGET)

GType
causette_fit_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { CAUSETTE_FIT_COVER, "CAUSETTE_FIT_COVER", "cover" },
        { CAUSETTE_FIT_CONTAIN, "CAUSETTE_FIT_CONTAIN", "contain" },
        { CAUSETTE_FIT_AUTO, "CAUSETTE_FIT_AUTO", "auto" },
        { 0, NULL, NULL },
      };
      g_once_init_leave (&type, g_enum_register_static ("CausetteFit", values));
    }
  return type;
}

void
causette_picture_place (CausetteFit fit,
                        double aspect,
                        double width,
                        double height,
                        graphene_rect_t *rect)
{
  double tile, visible;
  gboolean fill_width;

  g_return_if_fail (rect != NULL);

  if (aspect <= 0 || width <= 0 || height <= 0)
    {
      graphene_rect_init (rect, 0, 0, MAX (width, 0), MAX (height, 0));
      return;
    }

  tile = width / height;
  visible = aspect > tile ? tile / aspect : aspect / tile;
  if (fit == CAUSETTE_FIT_AUTO)
    fit = visible >= LEAST_VISIBLE ? CAUSETTE_FIT_COVER : CAUSETTE_FIT_CONTAIN;

  fill_width = (fit == CAUSETTE_FIT_COVER) == (aspect < tile);
  if (fill_width)
    graphene_rect_init (rect, 0, (height - width / aspect) / 2, width, width / aspect);
  else
    graphene_rect_init (rect, (width - height * aspect) / 2, 0, height * aspect, height);
}

static gboolean
get_rect (CausettePicture *self, graphene_rect_t *rect)
{
  double aspect = gdk_paintable_get_intrinsic_aspect_ratio (GDK_PAINTABLE (self->paintable));

  if (aspect <= 0)
    return FALSE;
  causette_picture_place (self->fit, aspect, gtk_widget_get_width (GTK_WIDGET (self)),
                          gtk_widget_get_height (GTK_WIDGET (self)), rect);
  return TRUE;
}

/* Asks the source for pictures of the size that is drawn. Before the first frame the shape is not
 * known, and frames come as they are. */
static void
update_wanted_size (CausettePicture *self)
{
  graphene_rect_t rect;
  int scale, width, height;

  if (self->feed == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (!causette_paintable_get_live (self->paintable) || !get_rect (self, &rect))
    return;

  scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  width = (int) (rect.size.width * scale + 0.5);
  height = (int) (rect.size.height * scale + 0.5);
  if (width < 2 || height < 2)
    return;
  if (ABS (width - self->wanted_width) <= 1 && ABS (height - self->wanted_height) <= 1)
    return;

  self->wanted_width = width;
  self->wanted_height = height;
  causette_feed_set_wanted_size (self->feed, width, height);
}

static void
update_placeholder (CausettePicture *self)
{
  gboolean live = causette_paintable_get_live (self->paintable);
  const char *icon_name = gtk_image_get_icon_name (self->icon);

  gtk_widget_set_visible (GTK_WIDGET (self->icon), !live && icon_name != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->label),
                          !live && !self->compact && *gtk_label_get_text (self->label) != '\0');
}

/* Only a tile on screen takes pictures. */
static void
update_paintable (CausettePicture *self)
{
  gboolean shown = gtk_widget_get_mapped (GTK_WIDGET (self));

  self->wanted_width = 0;
  self->wanted_height = 0;
  causette_paintable_set_feed (self->paintable, shown ? self->feed : NULL);
  update_placeholder (self);
}

static void
on_live (CausettePicture *self)
{
  update_placeholder (self);
  update_wanted_size (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LIVE]);
}

static void
on_invalidate_size (CausettePicture *self)
{
  update_wanted_size (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
causette_picture_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  /* the words give way to a tile that is too small for them: they are told elsewhere as well */
  *minimum = 0;
  *natural = 0;
}

static void
allocate_at (GtkWidget *child, int x, int y, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation){ x, y, width, height }, -1);
}

static void
causette_picture_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CausettePicture *self = CAUSETTE_PICTURE (widget);
  GtkWidget *icon = GTK_WIDGET (self->icon), *label = GTK_WIDGET (self->label);
  int icon_width = 0, icon_height = 0, label_width = 0, label_height = 0, least = 0, y, spacing;

  if (gtk_widget_get_visible (icon))
    {
      gtk_widget_measure (icon, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &icon_width, NULL, NULL);
      gtk_widget_measure (icon, GTK_ORIENTATION_VERTICAL, -1, NULL, &icon_height, NULL, NULL);
    }
  if (gtk_widget_get_visible (label))
    {
      gtk_widget_measure (label, GTK_ORIENTATION_HORIZONTAL, -1, &least, &label_width, NULL, NULL);
      label_width = CLAMP (width, least, label_width);
      gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, label_width, NULL, &label_height, NULL,
                          NULL);
    }

  spacing = icon_height > 0 && label_height > 0 ? SPACING : 0;
  gtk_widget_set_child_visible (label, label_height <= height && label_width <= width);
  gtk_widget_set_child_visible (icon, icon_height + spacing + label_height <= height ||
                                          label_height > height);
  if (!gtk_widget_get_child_visible (icon))
    icon_height = spacing = 0;
  if (!gtk_widget_get_child_visible (label))
    label_height = spacing = 0;

  y = (height - icon_height - spacing - label_height) / 2;
  if (icon_height > 0)
    allocate_at (icon, (width - icon_width) / 2, y, icon_width, icon_height);
  if (label_height > 0)
    allocate_at (label, (width - label_width) / 2, y + icon_height + spacing, label_width,
                 label_height);
  update_wanted_size (self);
}

static void
causette_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CausettePicture *self = CAUSETTE_PICTURE (widget);
  graphene_rect_t rect;

  if (causette_paintable_get_live (self->paintable) && get_rect (self, &rect))
    {
      gtk_snapshot_save (snapshot);
      /* whole pixels: else every frame is resampled for nothing */
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (int) rect.origin.x,
                                                              (float) (int) rect.origin.y));
      gdk_paintable_snapshot (GDK_PAINTABLE (self->paintable), snapshot, rect.size.width,
                              rect.size.height);
      gtk_snapshot_restore (snapshot);
    }
  GTK_WIDGET_CLASS (causette_picture_parent_class)->snapshot (widget, snapshot);
}

static void
causette_picture_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (causette_picture_parent_class)->map (widget);
  update_paintable (CAUSETTE_PICTURE (widget));
}

static void
causette_picture_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (causette_picture_parent_class)->unmap (widget);
  update_paintable (CAUSETTE_PICTURE (widget));
}

static void
causette_picture_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausettePicture *self = CAUSETTE_PICTURE (object);

  switch (id)
    {
    case PROP_FEED:
      g_value_set_object (value, self->feed);
      break;
    case PROP_FIT:
      g_value_set_enum (value, self->fit);
      break;
    case PROP_PLACEHOLDER:
      g_value_set_string (value, gtk_label_get_text (self->label));
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, gtk_image_get_icon_name (self->icon));
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, causette_picture_get_live (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_picture_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausettePicture *self = CAUSETTE_PICTURE (object);

  switch (id)
    {
    case PROP_FEED:
      causette_picture_set_feed (self, g_value_get_object (value));
      break;
    case PROP_FIT:
      causette_picture_set_fit (self, g_value_get_enum (value));
      break;
    case PROP_PLACEHOLDER:
      causette_picture_set_placeholder (self, g_value_get_string (value));
      break;
    case PROP_ICON_NAME:
      causette_picture_set_icon_name (self, g_value_get_string (value));
      break;
    case PROP_COMPACT:
      self->compact = g_value_get_boolean (value);
      update_placeholder (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_picture_dispose (GObject *object)
{
  CausettePicture *self = CAUSETTE_PICTURE (object);

  if (self->paintable != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->paintable, self);
      causette_paintable_set_feed (self->paintable, NULL);
    }
  g_clear_object (&self->feed);
  g_clear_object (&self->paintable);
  if (self->icon != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->icon));
  if (self->label != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->label));
  self->icon = NULL;
  self->label = NULL;
  G_OBJECT_CLASS (causette_picture_parent_class)->dispose (object);
}

static void
causette_picture_class_init (CausettePictureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = causette_picture_dispose;
  object_class->get_property = causette_picture_get_property;
  object_class->set_property = causette_picture_set_property;
  widget_class->measure = causette_picture_measure;
  widget_class->size_allocate = causette_picture_size_allocate;
  widget_class->snapshot = causette_picture_snapshot;
  widget_class->map = causette_picture_map;
  widget_class->unmap = causette_picture_unmap;

  props[PROP_FEED] = g_param_spec_object ("feed", NULL, NULL, CAUSETTE_TYPE_FEED, flags);
  props[PROP_FIT] =
      g_param_spec_enum ("fit", NULL, NULL, CAUSETTE_TYPE_FIT, CAUSETTE_FIT_COVER, flags);
  props[PROP_PLACEHOLDER] = g_param_spec_string ("placeholder", NULL, NULL, NULL, flags);
  props[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  props[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_LIVE] =
      g_param_spec_boolean ("live", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "picturetile");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
causette_picture_init (CausettePicture *self)
{
  self->paintable = causette_paintable_new ();
  g_signal_connect_object (self->paintable, "notify::live", G_CALLBACK (on_live), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paintable, "invalidate-contents",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paintable, "invalidate-size", G_CALLBACK (on_invalidate_size),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (update_wanted_size), NULL);

  self->icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "camera-disabled-symbolic",
                             "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->label, TRUE);
  gtk_label_set_wrap_mode (self->label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (self->label, GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (self->label, 36);
  gtk_widget_set_parent (GTK_WIDGET (self->icon), GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->label), GTK_WIDGET (self));

  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  update_placeholder (self);
}

GtkWidget *
causette_picture_new (void)
{
  return g_object_new (CAUSETTE_TYPE_PICTURE, NULL);
}

void
causette_picture_set_feed (CausettePicture *self, CausetteFeed *feed)
{
  g_return_if_fail (CAUSETTE_IS_PICTURE (self));

  if (!g_set_object (&self->feed, feed))
    return;
  update_paintable (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FEED]);
}

CausetteFeed *
causette_picture_get_feed (CausettePicture *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PICTURE (self), NULL);
  return self->feed;
}

void
causette_picture_set_fit (CausettePicture *self, CausetteFit fit)
{
  g_return_if_fail (CAUSETTE_IS_PICTURE (self));

  if (self->fit == fit)
    return;
  self->fit = fit;
  update_wanted_size (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FIT]);
}

void
causette_picture_set_placeholder (CausettePicture *self, const char *text)
{
  g_return_if_fail (CAUSETTE_IS_PICTURE (self));

  if (g_strcmp0 (gtk_label_get_text (self->label), text != NULL ? text : "") == 0)
    return;
  gtk_label_set_text (self->label, text != NULL ? text : "");
  update_placeholder (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLACEHOLDER]);
}

const char *
causette_picture_get_placeholder (CausettePicture *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PICTURE (self), NULL);
  return gtk_label_get_text (self->label);
}

void
causette_picture_set_icon_name (CausettePicture *self, const char *icon_name)
{
  g_return_if_fail (CAUSETTE_IS_PICTURE (self));

  if (g_strcmp0 (gtk_image_get_icon_name (self->icon), icon_name) == 0)
    return;
  gtk_image_set_from_icon_name (self->icon, icon_name);
  update_placeholder (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ICON_NAME]);
}

gboolean
causette_picture_get_live (CausettePicture *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PICTURE (self), FALSE);
  return causette_paintable_get_live (self->paintable);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child that scrolls when there is no room for it; see the header. */
#include "config.h"

#include "ui/scroll-bin.h"

struct _CausetteScrollBin
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *child;
};

enum
{
  PROP_0,
  PROP_CHILD,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CausetteScrollBin, causette_scroll_bin, GTK_TYPE_WIDGET)

static GtkSizeRequestMode
causette_scroll_bin_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
causette_scroll_bin_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  CausetteScrollBin *self = CAUSETTE_SCROLL_BIN (widget);
  int height = 0;

  gtk_widget_measure (self->scroller, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL || self->child == NULL)
    return;
  gtk_widget_measure (self->child, orientation, for_size, NULL, &height, NULL, NULL);
  *natural = MAX (*minimum, height);
}

static void
causette_scroll_bin_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (CAUSETTE_SCROLL_BIN (widget)->scroller, width, height, baseline, NULL);
}

static void
causette_scroll_bin_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CHILD)
    g_value_set_object (value, CAUSETTE_SCROLL_BIN (object)->child);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
causette_scroll_bin_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausetteScrollBin *self = CAUSETTE_SCROLL_BIN (object);

  if (id != PROP_CHILD)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  self->child = g_value_get_object (value);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->child);
}

static void
causette_scroll_bin_dispose (GObject *object)
{
  CausetteScrollBin *self = CAUSETTE_SCROLL_BIN (object);

  self->child = NULL;
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (causette_scroll_bin_parent_class)->dispose (object);
}

static void
causette_scroll_bin_class_init (CausetteScrollBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = causette_scroll_bin_dispose;
  object_class->get_property = causette_scroll_bin_get_property;
  object_class->set_property = causette_scroll_bin_set_property;
  widget_class->get_request_mode = causette_scroll_bin_get_request_mode;
  widget_class->measure = causette_scroll_bin_measure;
  widget_class->size_allocate = causette_scroll_bin_size_allocate;

  props[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET,
                                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
causette_scroll_bin_init (CausetteScrollBin *self)
{
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

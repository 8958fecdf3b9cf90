/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds one child in a corner; see the header.
 *
 * The child is always allocated at self->x, self->y. Moving to another corner animates the two,
 * which AdwAnimation leaves out when the person asked for less motion.
 */
#include "config.h"

#include "ui/corner-box.h"

#include <adwaita.h>

#define EDGE         12 /* pixels between the child and the area's edge */
#define MIN_WIDTH    92 /* of the child, in pixels */
#define MAX_WIDTH    240
#define WIDTH_SHARE  0.26 /* of the area */
#define CHILD_ASPECT (4.0 / 3.0)
#define ANIMATION_MS 250

struct _CausetteCornerBox
{
  GtkWidget parent_instance;

  GtkWidget *child;
  CausetteCorner corner;
  int top_inset, bottom_inset;

  AdwAnimation *animation;
  double from_x, from_y; /* where the animation began */
  double x, y;           /* where the child is now */
  gboolean placed;       /* x and y are true */
  gboolean dragging;
  double drag_x, drag_y; /* where the child was when the drag began */
  GtkGesture *drag;
};

enum
{
  PROP_0,
  PROP_CHILD,
  PROP_CORNER,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

static void causette_corner_box_buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CausetteCornerBox,
                               causette_corner_box,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      causette_corner_box_buildable_init))

static const GEnumValue corners[] = {
  { CAUSETTE_CORNER_TOP_START, "CAUSETTE_CORNER_TOP_START", "top-start" },
  { CAUSETTE_CORNER_TOP_END, "CAUSETTE_CORNER_TOP_END", "top-end" },
  { CAUSETTE_CORNER_BOTTOM_START, "CAUSETTE_CORNER_BOTTOM_START", "bottom-start" },
  { CAUSETTE_CORNER_BOTTOM_END, "CAUSETTE_CORNER_BOTTOM_END", "bottom-end" },
  { 0, NULL, NULL },
};

GType
causette_corner_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("CausetteCorner", corners));
  return type;
}

CausetteCorner
causette_corner_from_nick (const char *nick)
{
  for (gsize i = 0; corners[i].value_nick != NULL; i++)
    if (g_strcmp0 (corners[i].value_nick, nick) == 0)
      return corners[i].value;
  return CAUSETTE_CORNER_BOTTOM_END;
}

const char *
causette_corner_to_nick (CausetteCorner corner)
{
  for (gsize i = 0; corners[i].value_nick != NULL; i++)
    if (corners[i].value == (int) corner)
      return corners[i].value_nick;
  return "bottom-end";
}

static gboolean
at_start (CausetteCorner corner)
{
  return corner == CAUSETTE_CORNER_TOP_START || corner == CAUSETTE_CORNER_BOTTOM_START;
}

static gboolean
at_top (CausetteCorner corner)
{
  return corner == CAUSETTE_CORNER_TOP_START || corner == CAUSETTE_CORNER_TOP_END;
}

static CausetteCorner
make_corner (gboolean top, gboolean start)
{
  if (top)
    return start ? CAUSETTE_CORNER_TOP_START : CAUSETTE_CORNER_TOP_END;
  return start ? CAUSETTE_CORNER_BOTTOM_START : CAUSETTE_CORNER_BOTTOM_END;
}

static gboolean
is_rtl (CausetteCornerBox *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

static void
get_child_size (CausetteCornerBox *self, int *width, int *height)
{
  int area_width = gtk_widget_get_width (GTK_WIDGET (self));
  int area_height = gtk_widget_get_height (GTK_WIDGET (self));
  double shown = MIN (area_width, area_height * CHILD_ASPECT) * WIDTH_SHARE;

  *width = (int) CLAMP (shown, MIN_WIDTH, MAX_WIDTH);
  *height = (int) (*width / CHILD_ASPECT);
}

/* Where the child belongs when it rests. */
static void
get_target (CausetteCornerBox *self, double *x, double *y)
{
  int area_width = gtk_widget_get_width (GTK_WIDGET (self));
  int area_height = gtk_widget_get_height (GTK_WIDGET (self));
  int width, height;

  get_child_size (self, &width, &height);
  *x = at_start (self->corner) != is_rtl (self) ? EDGE : area_width - width - EDGE;
  *y = at_top (self->corner) ? EDGE + self->top_inset
                             : area_height - height - EDGE - self->bottom_inset;
  *y = MAX (*y, 0);
}

static void
on_animate (double value, gpointer user_data)
{
  CausetteCornerBox *self = user_data;
  double x, y;

  get_target (self, &x, &y);
  self->x = self->from_x + (x - self->from_x) * value;
  self->y = self->from_y + (y - self->from_y) * value;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Glides to where the child belongs; at once when it is not on screen. */
static void
settle (CausetteCornerBox *self)
{
  if (self->dragging)
    return;
  if (!self->placed || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->placed = FALSE;
      gtk_widget_queue_allocate (GTK_WIDGET (self));
      return;
    }
  self->from_x = self->x;
  self->from_y = self->y;
  adw_animation_reset (self->animation);
  adw_animation_play (self->animation);
}

static gboolean
contains_point (CausetteCornerBox *self, double x, double y)
{
  int width, height;

  if (self->child == NULL || !gtk_widget_get_visible (self->child))
    return FALSE;
  get_child_size (self, &width, &height);
  return x >= self->x && x < self->x + width && y >= self->y && y < self->y + height;
}

static void
on_drag_begin (CausetteCornerBox *self, double x, double y)
{
  if (!contains_point (self, x, y))
    {
      gtk_gesture_set_state (self->drag, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  adw_animation_pause (self->animation);
  self->dragging = TRUE;
  self->drag_x = self->x;
  self->drag_y = self->y;
  gtk_gesture_set_state (self->drag, GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_set_cursor_from_name (self->child, "grabbing");
  gtk_widget_grab_focus (self->child);
}

static void
on_drag_update (CausetteCornerBox *self, double dx, double dy)
{
  int width, height;

  if (!self->dragging)
    return;
  get_child_size (self, &width, &height);
  self->x = CLAMP (self->drag_x + dx, 0, MAX (0, gtk_widget_get_width (GTK_WIDGET (self)) - width));
  self->y =
      CLAMP (self->drag_y + dy, 0, MAX (0, gtk_widget_get_height (GTK_WIDGET (self)) - height));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
on_drag_end (CausetteCornerBox *self)
{
  int width, height;
  gboolean top, left;

  if (!self->dragging)
    return;
  self->dragging = FALSE;
  gtk_widget_set_cursor_from_name (self->child, "grab");
  get_child_size (self, &width, &height);
  top = self->y + height / 2.0 < gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  left = self->x + width / 2.0 < gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  causette_corner_box_set_corner (self, make_corner (top, left != is_rtl (self)));
  settle (self);
}

static gboolean
on_key_pressed (CausetteCornerBox *self, guint keyval, guint keycode, GdkModifierType state)
{
  gboolean top = at_top (self->corner);
  gboolean left = at_start (self->corner) != is_rtl (self);

  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      top = TRUE;
      break;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      top = FALSE;
      break;
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      left = TRUE;
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      left = FALSE;
      break;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  causette_corner_box_set_corner (self, make_corner (top, left != is_rtl (self)));
  return GDK_EVENT_STOP;
}

static void
causette_corner_box_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (widget);

  if (self->child != NULL && gtk_widget_should_layout (self->child))
    gtk_widget_measure (self->child, orientation, -1, minimum, natural, NULL, NULL);
}

static void
causette_corner_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (widget);
  GskTransform *transform;
  int child_width, child_height;

  if (self->child == NULL || !gtk_widget_should_layout (self->child))
    return;
  if (!self->dragging && adw_animation_get_state (self->animation) != ADW_ANIMATION_PLAYING)
    {
      get_target (self, &self->x, &self->y);
      self->placed = TRUE;
    }
  get_child_size (self, &child_width, &child_height);
  transform = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) (int) self->x,
                                                                   (float) (int) self->y));
  gtk_widget_allocate (self->child, child_width, child_height, -1, transform);
}

/* Clicks beside the child belong to what lies below. */
static gboolean
causette_corner_box_contains (GtkWidget *widget, double x, double y)
{
  return contains_point (CAUSETTE_CORNER_BOX (widget), x, y);
}

static void
causette_corner_box_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (object);

  switch (id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_CORNER:
      g_value_set_enum (value, self->corner);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_corner_box_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (object);

  switch (id)
    {
    case PROP_CHILD:
      causette_corner_box_set_child (self, g_value_get_object (value));
      break;
    case PROP_CORNER:
      causette_corner_box_set_corner (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_corner_box_dispose (GObject *object)
{
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (object);

  if (self->animation != NULL)
    adw_animation_skip (self->animation);
  g_clear_object (&self->animation);
  g_clear_pointer (&self->child, gtk_widget_unparent);
  G_OBJECT_CLASS (causette_corner_box_parent_class)->dispose (object);
}

static void
causette_corner_box_class_init (CausetteCornerBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = causette_corner_box_dispose;
  object_class->get_property = causette_corner_box_get_property;
  object_class->set_property = causette_corner_box_set_property;
  widget_class->measure = causette_corner_box_measure;
  widget_class->size_allocate = causette_corner_box_size_allocate;
  widget_class->contains = causette_corner_box_contains;

  props[PROP_CHILD] =
      g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_CORNER] =
      g_param_spec_enum ("corner", NULL, NULL, CAUSETTE_TYPE_CORNER, CAUSETTE_CORNER_BOTTOM_END,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
causette_corner_box_init (CausetteCornerBox *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->corner = CAUSETTE_CORNER_BOTTOM_END;
  self->animation =
      adw_timed_animation_new (GTK_WIDGET (self), 0, 1, ANIMATION_MS,
                               adw_callback_animation_target_new (on_animate, self, NULL));

  self->drag = gtk_gesture_drag_new ();
  g_signal_connect_swapped (self->drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (self->drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (self->drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect_swapped (self->drag, "cancel", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drag));

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
causette_corner_box_add_child (GtkBuildable *buildable,
                               GtkBuilder *builder,
                               GObject *child,
                               const char *type)
{
  causette_corner_box_set_child (CAUSETTE_CORNER_BOX (buildable), GTK_WIDGET (child));
}

static void
causette_corner_box_buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = causette_corner_box_add_child;
}

void
causette_corner_box_set_child (CausetteCornerBox *self, GtkWidget *child)
{
  g_return_if_fail (CAUSETTE_IS_CORNER_BOX (self));
  g_return_if_fail (child == NULL || gtk_widget_get_parent (child) == NULL);

  if (self->child == child)
    return;
  g_clear_pointer (&self->child, gtk_widget_unparent);
  if (child != NULL)
    {
      self->child = child;
      gtk_widget_set_parent (child, GTK_WIDGET (self));
      gtk_widget_set_focusable (child, TRUE);
      gtk_widget_set_cursor_from_name (child, "grab");
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CHILD]);
}

void
causette_corner_box_set_corner (CausetteCornerBox *self, CausetteCorner corner)
{
  g_return_if_fail (CAUSETTE_IS_CORNER_BOX (self));

  if (self->corner == corner)
    return;
  self->corner = corner;
  settle (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CORNER]);
}

CausetteCorner
causette_corner_box_get_corner (CausetteCornerBox *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CORNER_BOX (self), CAUSETTE_CORNER_BOTTOM_END);
  return self->corner;
}

void
causette_corner_box_set_insets (CausetteCornerBox *self, int top, int bottom)
{
  g_return_if_fail (CAUSETTE_IS_CORNER_BOX (self));

  if (self->top_inset == top && self->bottom_inset == bottom)
    return;
  self->top_inset = top;
  self->bottom_inset = bottom;
  settle (self);
}

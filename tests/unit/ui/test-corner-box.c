/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's own picture keeps to a corner, goes to another one by key, and leaves clicks beside it
 * alone.
 */
#include "tests/unit/ui/support.h"
#include "ui/corner-box.h"

static void
test_nicks (void)
{
  for (CausetteCorner corner = CAUSETTE_CORNER_TOP_START; corner <= CAUSETTE_CORNER_BOTTOM_END;
       corner++)
    g_assert_cmpint (causette_corner_from_nick (causette_corner_to_nick (corner)), ==, corner);
  g_assert_cmpint (causette_corner_from_nick ("middle"), ==, CAUSETTE_CORNER_BOTTOM_END);
  g_assert_cmpint (causette_corner_from_nick (NULL), ==, CAUSETTE_CORNER_BOTTOM_END);
}

static void
get_place (GtkWidget *box, GtkWidget *child, graphene_rect_t *bounds)
{
  ui_test_draw (box);
  g_assert_true (gtk_widget_compute_bounds (child, box, bounds));
}

static void
test_corners (void)
{
  GtkWidget *box = g_object_new (CAUSETTE_TYPE_CORNER_BOX, NULL);
  GtkWidget *child = gtk_label_new ("me");
  GtkWidget *window;
  graphene_rect_t at;

  causette_corner_box_set_child (CAUSETTE_CORNER_BOX (box), child);
  causette_corner_box_set_insets (CAUSETTE_CORNER_BOX (box), 40, 60);
  window = ui_test_show (box, 800, 600);

  get_place (box, child, &at);
  g_assert_cmpfloat (at.origin.x + at.size.width, ==, 800 - 12);
  g_assert_cmpfloat (at.origin.y + at.size.height, ==, 600 - 12 - 60);
  g_assert_cmpfloat_with_epsilon (at.size.width / at.size.height, 4.0 / 3, 0.02);
  g_assert_cmpfloat (at.size.width, <=, 240);

  causette_corner_box_set_corner (CAUSETTE_CORNER_BOX (box), CAUSETTE_CORNER_TOP_START);
  get_place (box, child, &at);
  g_assert_cmpfloat (at.origin.x, ==, 12);
  g_assert_cmpfloat (at.origin.y, ==, 12 + 40);

  /* the start is on the right where one reads from there */
  gtk_widget_set_direction (box, GTK_TEXT_DIR_RTL);
  gtk_widget_queue_allocate (box);
  ui_test_wait (gtk_widget_compute_bounds (child, box, &at) && at.origin.x > 400);

  /* clicks beside it fall through */
  g_assert_true (gtk_widget_contains (box, at.origin.x + 5, at.origin.y + 5));
  g_assert_false (gtk_widget_contains (box, 400, 300));
  ui_test_close (window);
}

static gboolean
press (GtkWidget *box, guint keyval)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (box);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &handled);
    }
  return handled;
}

static void
test_keys (void)
{
  GtkWidget *box = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_CORNER_BOX, NULL));
  CausetteCornerBox *self = CAUSETTE_CORNER_BOX (box);

  causette_corner_box_set_child (self, gtk_label_new ("me"));
  g_assert_true (gtk_widget_get_focusable (gtk_widget_get_first_child (box)));
  g_assert_true (press (box, GDK_KEY_Up));
  g_assert_cmpint (causette_corner_box_get_corner (self), ==, CAUSETTE_CORNER_TOP_END);
  g_assert_true (press (box, GDK_KEY_Left));
  g_assert_cmpint (causette_corner_box_get_corner (self), ==, CAUSETTE_CORNER_TOP_START);
  g_assert_true (press (box, GDK_KEY_Down));
  g_assert_cmpint (causette_corner_box_get_corner (self), ==, CAUSETTE_CORNER_BOTTOM_START);
  g_assert_true (press (box, GDK_KEY_Right));
  g_assert_cmpint (causette_corner_box_get_corner (self), ==, CAUSETTE_CORNER_BOTTOM_END);
  g_assert_false (press (box, GDK_KEY_a));
  g_assert_finalize_object (box);
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/corner-box/nicks", test_nicks);
  g_test_add_func ("/corner-box/corners", test_corners);
  g_test_add_func ("/corner-box/keys", test_keys);
  return g_test_run ();
}

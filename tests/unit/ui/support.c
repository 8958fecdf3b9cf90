/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of widgets share; see the header. */
#include "tests/unit/ui/support.h"

void
ui_test_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) style = NULL;

  g_test_init (argc, argv, NULL);
  gst_init (NULL, NULL);
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/causette/Causette/icons");
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/org/causette/Causette/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  /* animations only take time */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static gboolean
on_deadline (gpointer data)
{
  gboolean *over = data;

  *over = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
ui_test_iterate (gint64 deadline)
{
  gint64 left = deadline - g_get_monotonic_time ();
  gboolean over = FALSE;
  guint source;

  if (left <= 0)
    return FALSE;
  source = g_timeout_add ((guint) (left / 1000) + 1, on_deadline, &over);
  g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (source);
  return !over;
}

void
ui_test_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_after_paint (GdkFrameClock *clock, gboolean *drawn)
{
  *drawn = TRUE;
}

void
ui_test_draw (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  gboolean drawn = FALSE;
  gulong handler;

  ui_test_settle ();
  gtk_widget_queue_draw (GTK_WIDGET (gtk_widget_get_root (widget)));
  handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), &drawn);
  ui_test_wait (drawn);
  g_signal_handler_disconnect (clock, handler);
}

/* Returns: (transfer full) (nullable): what @window drew last, %NULL before the first time. */
static GskRenderNode *
get_drawn (GtkWidget *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                          gtk_widget_get_height (window));
  return gtk_snapshot_free_to_node (snapshot);
}

GtkWidget *
ui_test_show (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  ui_test_wait (gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0);
  /* the first frames of a window that the display has not answered yet are empty */
  for (int i = 0; i < 100; i++)
    {
      g_autoptr (GskRenderNode) node = NULL;

      ui_test_draw (window);
      node = get_drawn (window);
      if (node != NULL)
        break;
    }
  return g_object_ref (window);
}

void
ui_test_close (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (window);
  ui_test_settle ();
}

GstSample *
ui_test_frame (int width, int height, guint32 rgb)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, (gsize) width * height * 4, NULL);
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width", G_TYPE_INT,
                           width, "height", G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION, 15,
                           1, NULL);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i += 4)
    {
      map.data[i] = rgb & 0xff;
      map.data[i + 1] = (rgb >> 8) & 0xff;
      map.data[i + 2] = (rgb >> 16) & 0xff;
      map.data[i + 3] = 0xff;
    }
  gst_buffer_unmap (buffer, &map);
  return gst_sample_new (buffer, caps, NULL, NULL);
}

void
ui_test_push (CausetteFeed *feed, int width, int height, guint32 rgb)
{
  g_autoptr (GstSample) sample = ui_test_frame (width, height, rgb);

  causette_feed_push (feed, sample);
}

GdkTexture *
ui_test_picture (GtkWidget *window, const char *name)
{
  const char *folder = g_getenv ("CAUSETTE_PICTURES");
  g_autoptr (GskRenderNode) node = NULL;
  GdkTexture *texture;
  int width = gtk_widget_get_width (window), height = gtk_widget_get_height (window);

  ui_test_draw (window);
  node = get_drawn (window);
  if (node == NULL)
    g_error ("Nothing was drawn in %d × %d", width, height);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (folder != NULL && name != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s.png", folder, name);

      g_mkdir_with_parents (folder, 0755);
      g_assert_true (gdk_texture_save_to_png (texture, file));
    }
  return texture;
}

guint32
ui_test_pixel (GdkTexture *texture, int x, int y)
{
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  g_autofree guint32 *data = g_new (guint32, (gsize) width * height);

  g_assert_cmpint (x, <, width);
  g_assert_cmpint (y, <, height);
  gdk_texture_download (texture, (guchar *) data, (gsize) width * 4);
  return data[(gsize) y * width + x] & 0xffffff; /* native ARGB */
}

gboolean
ui_test_alike (guint32 a, guint32 b)
{
  for (int shift = 0; shift < 24; shift += 8)
    if (ABS ((int) ((a >> shift) & 0xff) - (int) ((b >> shift) & 0xff)) > 12)
      return FALSE;
  return TRUE;
}

/* A name comes from a label of its own, from what it shows, or from what labels it. */
static gboolean
has_name (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  const char *text = NULL;

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) ||
      gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;
  if (GTK_IS_BUTTON (widget))
    text = gtk_button_get_label (GTK_BUTTON (widget));
  else if (GTK_IS_LABEL (widget))
    text = gtk_label_get_text (GTK_LABEL (widget));
  else if (ADW_IS_PREFERENCES_ROW (widget))
    text = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));
  return text != NULL && *text != '\0';
}

/* Parts of a named whole, which GTK itself makes. */
static gboolean
is_part (GtkWidget *widget)
{
  for (GtkWidget *parent = gtk_widget_get_parent (widget); parent != NULL;
       parent = gtk_widget_get_parent (parent))
    if (GTK_IS_WINDOW_CONTROLS (parent) || GTK_IS_MENU_BUTTON (parent) ||
        ADW_IS_ENTRY_ROW (parent) || GTK_IS_POPOVER (parent))
      return TRUE;
  return FALSE;
}

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_MENU_BUTTON (widget) ||
         GTK_IS_LIST_BASE (widget) || GTK_IS_LEVEL_BAR (widget) ||
         (gtk_widget_get_focusable (widget) && gtk_widget_get_first_child (widget) == NULL) ||
         ADW_IS_PREFERENCES_ROW (widget);
}

guint
ui_test_assert_names (GtkWidget *widget)
{
  guint n = 0;

  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return 0;
  if (is_control (widget) && !is_part (widget))
    {
      n++;
      if (!has_name (widget))
        g_error ("A %s in a %s in a %s has no name (%s)", G_OBJECT_TYPE_NAME (widget),
                 G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)),
                 G_OBJECT_TYPE_NAME (gtk_widget_get_ancestor (widget, ADW_TYPE_BIN)),
                 gtk_widget_get_tooltip_text (widget));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += ui_test_assert_names (child);
  return n;
}

GtkWidget *
ui_test_find (GtkWidget *widget, GType type)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_test_find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
ui_test_find_button (GtkWidget *widget, const char *label)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (GTK_IS_BUTTON (widget))
    {
      g_autofree char *wrong = NULL;

      if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
        return widget;
      wrong = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget),
                                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label);
      if (wrong == NULL)
        return widget;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_test_find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

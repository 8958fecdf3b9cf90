/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture tile: shows what the feed has while it is on screen, in the right shape, and nothing
 * after the feed said that it is over.
 */
#include "tests/unit/ui/support.h"
#include "ui/picture.h"

static void
assert_place (CausetteFit fit,
              double aspect,
              double width,
              double height,
              double x,
              double y,
              double w,
              double h)
{
  graphene_rect_t rect;

  causette_picture_place (fit, aspect, width, height, &rect);
  g_assert_cmpfloat_with_epsilon (rect.origin.x, x, 0.01);
  g_assert_cmpfloat_with_epsilon (rect.origin.y, y, 0.01);
  g_assert_cmpfloat_with_epsilon (rect.size.width, w, 0.01);
  g_assert_cmpfloat_with_epsilon (rect.size.height, h, 0.01);
}

static void
test_place (void)
{
  assert_place (CAUSETTE_FIT_CONTAIN, 2, 100, 100, 0, 25, 100, 50);
  assert_place (CAUSETTE_FIT_CONTAIN, 0.5, 100, 100, 25, 0, 50, 100);
  assert_place (CAUSETTE_FIT_COVER, 2, 100, 100, -50, 0, 200, 100);
  assert_place (CAUSETTE_FIT_COVER, 0.5, 100, 100, 0, -50, 100, 200);
  /* a little of it is cut off rather than leaving bars; much is not */
  assert_place (CAUSETTE_FIT_AUTO, 4.0 / 3, 160, 90, 0, -15, 160, 120);
  assert_place (CAUSETTE_FIT_AUTO, 2, 100, 100, 0, 25, 100, 50);
  /* without a shape the tile is the shape */
  assert_place (CAUSETTE_FIT_AUTO, 0, 100, 80, 0, 0, 100, 80);
}

static void
count (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(int *) data)++;
}

static void
test_live (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  GtkWidget *picture = g_object_ref_sink (causette_picture_new ());
  GtkWidget *window = ui_test_show (picture, 320, 240);
  GdkTexture *texture;
  int notified = 0;

  g_signal_connect (picture, "notify::live", G_CALLBACK (count), &notified);
  causette_picture_set_placeholder (CAUSETTE_PICTURE (picture), "Your camera is off.");
  causette_picture_set_feed (CAUSETTE_PICTURE (picture), feed);
  g_assert_false (causette_picture_get_live (CAUSETTE_PICTURE (picture)));

  ui_test_push (feed, 320, 240, 0x3366cc);
  ui_test_wait (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  g_assert_cmpint (notified, ==, 1);
  texture = ui_test_picture (window, NULL);
  g_assert_true (ui_test_alike (ui_test_pixel (texture, 160, 120), 0x3366cc));
  g_object_unref (texture);

  /* the newest counts */
  ui_test_push (feed, 320, 240, 0xcc6633);
  ui_test_push (feed, 320, 240, 0x33cc66);
  ui_test_settle ();
  texture = ui_test_picture (window, NULL);
  g_assert_true (ui_test_alike (ui_test_pixel (texture, 160, 120), 0x33cc66));
  g_object_unref (texture);

  /* and nothing of it is left when it is over */
  causette_feed_push (feed, NULL);
  ui_test_wait (!causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  g_assert_cmpint (notified, ==, 2);
  texture = ui_test_picture (window, NULL);
  g_assert_false (ui_test_alike (ui_test_pixel (texture, 10, 10), 0x33cc66));
  g_object_unref (texture);

  ui_test_close (window);
  g_assert_finalize_object (picture);
}

/* The source is asked for the size that is drawn, with the picture's own shape. */
static void
test_wanted_size (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  GtkWidget *picture = causette_picture_new ();
  GtkWidget *window;
  int width, height, scale;

  causette_picture_set_fit (CAUSETTE_PICTURE (picture), CAUSETTE_FIT_CONTAIN);
  causette_picture_set_feed (CAUSETTE_PICTURE (picture), feed);
  window = ui_test_show (picture, 400, 400);
  scale = gtk_widget_get_scale_factor (picture);
  causette_feed_get_wanted_size (feed, &width, &height);
  g_assert_cmpint (width, ==, 0);

  ui_test_push (feed, 640, 480, 0xffffff);
  ui_test_wait (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  causette_feed_get_wanted_size (feed, &width, &height);
  g_assert_cmpint (width, ==, 400 * scale);
  g_assert_cmpint (height, ==, 300 * scale);

  causette_picture_set_fit (CAUSETTE_PICTURE (picture), CAUSETTE_FIT_COVER);
  causette_feed_get_wanted_size (feed, &width, &height);
  g_assert_cmpint (width, ==, 533 * scale);
  g_assert_cmpint (height, ==, 400 * scale);

  /* the source follows, rounded: that is no reason to ask again and again */
  ui_test_push (feed, 533 * scale, 400 * scale, 0xffffff);
  ui_test_settle ();
  causette_feed_get_wanted_size (feed, &width, &height);
  g_assert_cmpint (width, ==, 533 * scale);

  ui_test_close (window);
}

/* A tile that is not on screen takes no frames. */
static void
test_hidden (void)
{
  g_autoptr (CausetteFeed) feed = causette_feed_new ();
  GtkWidget *picture = causette_picture_new ();
  GtkWidget *window;

  causette_picture_set_feed (CAUSETTE_PICTURE (picture), feed);
  window = ui_test_show (picture, 200, 200);
  ui_test_push (feed, 64, 48, 0x808080);
  ui_test_wait (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  gtk_widget_set_visible (picture, FALSE);
  g_assert_false (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  ui_test_push (feed, 64, 48, 0x808080);
  ui_test_settle ();
  g_assert_false (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  gtk_widget_set_visible (picture, TRUE);
  ui_test_push (feed, 64, 48, 0x808080);
  ui_test_wait (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  ui_test_close (window);
}

static void
test_properties (void)
{
  GtkWidget *picture = g_object_ref_sink (causette_picture_new ());
  int notified = 0;

  g_signal_connect (picture, "notify::placeholder", G_CALLBACK (count), &notified);
  g_object_set (picture, "placeholder", "<b>plain</b>", NULL);
  g_object_set (picture, "placeholder", "<b>plain</b>", NULL);
  g_assert_cmpint (notified, ==, 1);
  g_assert_cmpstr (causette_picture_get_placeholder (CAUSETTE_PICTURE (picture)), ==,
                   "<b>plain</b>");
  gtk_test_accessible_assert_role (picture, GTK_ACCESSIBLE_ROLE_IMG);
  g_assert_finalize_object (picture);
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/picture/place", test_place);
  g_test_add_func ("/picture/live", test_live);
  g_test_add_func ("/picture/wanted-size", test_wanted_size);
  g_test_add_func ("/picture/hidden", test_hidden);
  g_test_add_func ("/picture/properties", test_properties);
  return g_test_run ();
}

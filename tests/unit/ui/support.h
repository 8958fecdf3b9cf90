/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of widgets share: a window to show one in, waiting with a limit, pictures of what
 * is drawn, frames for feeds.
 */
#pragma once

#include <adwaita.h>

#include "media/feed.h"

G_BEGIN_DECLS

/* g_test_init(), GTK, libadwaita, GStreamer, and the program's style. */
void ui_test_init (int *argc, char ***argv);

/* Shows @widget in a window of that size, and waits until it is on screen. Returns: (transfer
 * full): the window, for ui_test_close(). */
GtkWidget *ui_test_show (GtkWidget *widget, int width, int height);
/* Destroys the window and lets the main loop come to rest. */
void ui_test_close (GtkWidget *window);

/* Lets the main loop do what is due. */
void ui_test_settle (void);
/* Waits until @widget's window has been laid out and drawn once more. */
void ui_test_draw (GtkWidget *widget);
gboolean ui_test_iterate (gint64 deadline);
/* Runs the main loop until @condition holds; fails the test after ten seconds. */
#define ui_test_wait(condition)                                                                    \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 ui_test_deadline_ = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;                      \
    while (!(condition))                                                                           \
      if (!ui_test_iterate (ui_test_deadline_))                                                    \
        g_error ("%s:%d: not within ten seconds: %s", __FILE__, __LINE__, #condition);             \
  }                                                                                                \
  G_STMT_END

/* Returns: (transfer full): a frame of @width × @height in one colour. */
GstSample *ui_test_frame (int width, int height, guint32 rgb);
void ui_test_push (CausetteFeed *feed, int width, int height, guint32 rgb);

/* Draws @window, and saves it as NAME.png in CAUSETTE_PICTURES when that is set. Returns: (transfer
 * full). */
GdkTexture *ui_test_picture (GtkWidget *window, const char *name);
/* 0xRRGGBB at that place of the picture. */
guint32 ui_test_pixel (GdkTexture *texture, int x, int y);
gboolean ui_test_alike (guint32 a, guint32 b);

/* Fails unless everything in @widget that can have the keyboard has a name for assistive
 * technology. Returns how many there were. */
guint ui_test_assert_names (GtkWidget *widget);
/* Returns: (nullable): the first descendant of @type, in the order of the tree, that is visible. */
GtkWidget *ui_test_find (GtkWidget *widget, GType type);
/* Returns: (nullable): the first button with that label, or accessible name, that is visible. */
GtkWidget *ui_test_find_button (GtkWidget *widget, const char *label);

G_END_DECLS

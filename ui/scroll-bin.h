/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a child as a whole where there is room, and lets it be scrolled where there is not.
 *
 * A GtkScrolledWindow does nearly that, but asks for the height that the child has when nothing in
 * it is wrapped. Called by: first-page. Main context only.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Property "child" (GtkWidget). */
#define CAUSETTE_TYPE_SCROLL_BIN (causette_scroll_bin_get_type ())
G_DECLARE_FINAL_TYPE (CausetteScrollBin, causette_scroll_bin, CAUSETTE, SCROLL_BIN, GtkWidget)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GTK leaves to be done for those who do not look at the screen.
 *
 * Called by: the pages, at the end of their making. Main context only.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives every button below @widget that has a mnemonic the name that it shows: GTK 4.8 tells
 * assistive technology "_Stop Stop". To be called again after gtk_button_set_label(). */
void causette_accessible_name_buttons (GtkWidget *widget);
/* Leaves of @stack's pages only the one shown in the accessibility tree, which in GTK 4.8 has them
 * all. To be called after the visible child was set, which this does not change. */
void causette_accessible_hide_pages (GtkStack *stack);

G_END_DECLS

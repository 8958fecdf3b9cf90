/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The primary menu's button, one in every header bar: F10 opens the one that is on screen. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CAUSETTE_TYPE_MAIN_MENU (causette_main_menu_get_type ())
G_DECLARE_FINAL_TYPE (CausetteMainMenu, causette_main_menu, CAUSETTE, MAIN_MENU, AdwBin)

GtkMenuButton *causette_main_menu_get_button (CausetteMainMenu *self);

G_END_DECLS

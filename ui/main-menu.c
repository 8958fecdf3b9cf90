/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The primary menu's button; its template holds the menu. */
#include "config.h"

#include "ui/main-menu.h"

struct _CausetteMainMenu
{
  AdwBin parent_instance;

  GtkMenuButton *button;
};

G_DEFINE_FINAL_TYPE (CausetteMainMenu, causette_main_menu, ADW_TYPE_BIN)

static void
causette_main_menu_class_init (CausetteMainMenuClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/main-menu.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteMainMenu, button);
}

static void
causette_main_menu_init (CausetteMainMenu *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkMenuButton *
causette_main_menu_get_button (CausetteMainMenu *self)
{
  g_return_val_if_fail (CAUSETTE_IS_MAIN_MENU (self), NULL);
  return self->button;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page while one waits; see the header. */
#include "config.h"

#include "ui/seeking-page.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/device-toggle.h"
#include "ui/main-menu.h"
#include "ui/picture.h"
#include "ui/words.h"

struct _CausetteSeekingPage
{
  AdwBin parent_instance;

  CausettePicture *picture;
  CausetteDeviceToggle *camera_toggle;
  CausetteDeviceToggle *microphone_toggle;
  GtkSpinner *spinner;
  GtkLabel *title;
  GtkLabel *waiting;
  GtkButton *stop;

  CausetteCamera *camera;
  CausetteEncounter *encounter;
  char *trouble;
};

G_DEFINE_FINAL_TYPE (CausetteSeekingPage, causette_seeking_page, ADW_TYPE_BIN)

static void
update_camera (CausetteSeekingPage *self)
{
  g_autofree char *placeholder = causette_words_for_self_view (self->camera);

  causette_picture_set_placeholder (self->picture, placeholder);
  causette_picture_set_icon_name (self->picture, causette_words_icon_for_self_view (self->camera));
}

static void
update_waiting (CausetteSeekingPage *self)
{
  g_autofree char *words = NULL;

  if (self->trouble != NULL)
    words = g_strdup (self->trouble);
  else
    words = causette_words_for_waiting (
        self->encounter != NULL ? causette_encounter_get_waiting (self->encounter) : -1);
  gtk_label_set_text (self->waiting, words);
}

/* A spinner that is not seen still wakes the computer up. */
static void
causette_seeking_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (causette_seeking_page_parent_class)->map (widget);
  gtk_spinner_start (CAUSETTE_SEEKING_PAGE (widget)->spinner);
}

static void
causette_seeking_page_unmap (GtkWidget *widget)
{
  gtk_spinner_stop (CAUSETTE_SEEKING_PAGE (widget)->spinner);
  GTK_WIDGET_CLASS (causette_seeking_page_parent_class)->unmap (widget);
}

static void
causette_seeking_page_dispose (GObject *object)
{
  CausetteSeekingPage *self = CAUSETTE_SEEKING_PAGE (object);

  causette_seeking_page_set_encounter (self, NULL);
  if (self->camera != NULL)
    g_signal_handlers_disconnect_by_data (self->camera, self);
  g_clear_object (&self->camera);
  g_clear_pointer (&self->trouble, g_free);
  G_OBJECT_CLASS (causette_seeking_page_parent_class)->dispose (object);
}

static void
causette_seeking_page_class_init (CausetteSeekingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_seeking_page_dispose;
  widget_class->map = causette_seeking_page_map;
  widget_class->unmap = causette_seeking_page_unmap;
  g_type_ensure (CAUSETTE_TYPE_PICTURE);
  g_type_ensure (CAUSETTE_TYPE_DEVICE_TOGGLE);
  g_type_ensure (CAUSETTE_TYPE_MAIN_MENU);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/seeking-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, picture);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, camera_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, microphone_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, title);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, waiting);
  gtk_widget_class_bind_template_child (widget_class, CausetteSeekingPage, stop);
}

static void
causette_seeking_page_init (CausetteSeekingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  causette_accessible_name_buttons (GTK_WIDGET (self));
}

void
causette_seeking_page_set_devices (CausetteSeekingPage *self,
                                   CausetteCamera *camera,
                                   CausetteMicrophone *microphone)
{
  static const char *const camera_props[] = { "notify::enabled", "notify::state", "notify::error" };

  g_return_if_fail (CAUSETTE_IS_SEEKING_PAGE (self));
  g_return_if_fail (self->camera == NULL);

  self->camera = g_object_ref (camera);
  for (gsize i = 0; i < G_N_ELEMENTS (camera_props); i++)
    g_signal_connect_object (camera, camera_props[i], G_CALLBACK (update_camera), self,
                             G_CONNECT_SWAPPED);
  causette_picture_set_feed (self->picture, causette_camera_get_preview (camera));
  causette_device_toggle_set_camera (self->camera_toggle, camera);
  causette_device_toggle_set_microphone (self->microphone_toggle, microphone);
  update_camera (self);
}

void
causette_seeking_page_set_encounter (CausetteSeekingPage *self, CausetteEncounter *encounter)
{
  g_return_if_fail (CAUSETTE_IS_SEEKING_PAGE (self));

  if (self->encounter == encounter)
    return;
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  g_set_object (&self->encounter, encounter);
  if (encounter == NULL)
    return;
  g_signal_connect_object (encounter, "notify::waiting", G_CALLBACK (update_waiting), self,
                           G_CONNECT_SWAPPED);
  update_waiting (self);
}

void
causette_seeking_page_set_trouble (CausetteSeekingPage *self, const char *trouble)
{
  g_return_if_fail (CAUSETTE_IS_SEEKING_PAGE (self));

  if (g_strcmp0 (self->trouble, trouble) == 0)
    return;
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  update_waiting (self);
}

void
causette_seeking_page_focus (CausetteSeekingPage *self)
{
  g_return_if_fail (CAUSETTE_IS_SEEKING_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->stop));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page one starts from; see the header. */
#include "config.h"

#include "ui/first-page.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/device-toggle.h"
#include "ui/main-menu.h"
#include "ui/picture.h"
#include "ui/scroll-bin.h"
#include "ui/words.h"

struct _CausetteFirstPage
{
  AdwBin parent_instance;

  GtkBox *body;
  GtkWidget *side;
  GtkWidget *greeting;
  CausettePicture *picture;
  CausetteDeviceToggle *camera_toggle;
  CausetteDeviceToggle *microphone_toggle;
  AdwActionRow *camera_row;
  GtkButton *camera_retry;
  AdwActionRow *microphone_row;
  GtkButton *microphone_retry;
  GtkLevelBar *level;
  AdwActionRow *server_row;
  GtkImage *server_icon;
  GtkSpinner *server_spinner;
  AdwActionRow *host_row;
  GtkButton *meet;

  CausetteSession *session;
};

G_DEFINE_FINAL_TYPE (CausetteFirstPage, causette_first_page, ADW_TYPE_BIN)

static void
update_camera (CausetteFirstPage *self)
{
  CausetteCamera *camera = causette_session_get_camera (self->session);
  g_autofree char *subtitle = causette_words_for_camera (camera);
  gboolean failed = causette_camera_get_state (camera) == CAUSETTE_SOURCE_FAILED;
  g_autofree char *placeholder = causette_words_for_self_view (camera);

  adw_action_row_set_subtitle (self->camera_row, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->camera_retry), failed);
  causette_picture_set_placeholder (self->picture, placeholder);
  causette_picture_set_icon_name (self->picture, causette_words_icon_for_self_view (camera));
}

static void
update_microphone (CausetteFirstPage *self)
{
  CausetteMicrophone *microphone = causette_session_get_microphone (self->session);
  g_autofree char *subtitle = causette_words_for_microphone (microphone);
  CausetteSourceState state = causette_microphone_get_state (microphone);

  adw_action_row_set_subtitle (self->microphone_row, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->microphone_retry), state == CAUSETTE_SOURCE_FAILED);
  gtk_widget_set_visible (GTK_WIDGET (self->level), state == CAUSETTE_SOURCE_ON);
}

static void
update_level (CausetteFirstPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self->level)))
    gtk_level_bar_set_value (self->level, causette_microphone_get_level (
                                              causette_session_get_microphone (self->session)));
}

static void
update_server (CausetteFirstPage *self)
{
  CausetteLinkState state = causette_session_get_link_state (self->session);
  g_autofree char *name = causette_words_for_server (self->session);
  g_autofree char *words = causette_words_for_link (self->session);
  const char *host = causette_session_get_host_address (self->session);
  gboolean online = state == CAUSETTE_LINK_ONLINE;
  gboolean busy = state == CAUSETTE_LINK_CONNECTING || state == CAUSETTE_LINK_RECONNECTING;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->server_row), name);
  adw_action_row_set_subtitle (self->server_row, words);
  gtk_widget_set_visible (GTK_WIDGET (self->server_spinner), busy);
  gtk_spinner_set_spinning (self->server_spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->server_icon), !busy);
  gtk_image_set_from_icon_name (self->server_icon,
                                online ? "network-server-symbolic" : "network-offline-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (self->host_row), host != NULL);
  if (host != NULL)
    adw_action_row_set_subtitle (self->host_row, host);
}

/* Off and on again opens the device anew. */
static void
on_camera_retry (CausetteFirstPage *self)
{
  CausetteCamera *camera = causette_session_get_camera (self->session);

  causette_camera_set_enabled (camera, FALSE);
  causette_camera_set_enabled (camera, TRUE);
}

static void
on_microphone_retry (CausetteFirstPage *self)
{
  CausetteMicrophone *microphone = causette_session_get_microphone (self->session);

  causette_microphone_set_enabled (microphone, FALSE);
  causette_microphone_set_enabled (microphone, TRUE);
}

static void
causette_first_page_dispose (GObject *object)
{
  causette_first_page_set_session (CAUSETTE_FIRST_PAGE (object), NULL);
  G_OBJECT_CLASS (causette_first_page_parent_class)->dispose (object);
}

static void
causette_first_page_class_init (CausetteFirstPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_first_page_dispose;
  g_type_ensure (CAUSETTE_TYPE_PICTURE);
  g_type_ensure (CAUSETTE_TYPE_DEVICE_TOGGLE);
  g_type_ensure (CAUSETTE_TYPE_MAIN_MENU);
  g_type_ensure (CAUSETTE_TYPE_SCROLL_BIN);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/first-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, body);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, side);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, greeting);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, picture);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, camera_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, microphone_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, camera_row);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, camera_retry);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, microphone_row);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, microphone_retry);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, level);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, server_row);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, server_icon);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, server_spinner);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, host_row);
  gtk_widget_class_bind_template_child (widget_class, CausetteFirstPage, meet);
  gtk_widget_class_bind_template_callback (widget_class, on_camera_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_microphone_retry);
}

static void
causette_first_page_init (CausetteFirstPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  causette_accessible_name_buttons (GTK_WIDGET (self));
  /* the colours of a level bar speak of a full disk; here loud is not bad */
  gtk_level_bar_remove_offset_value (self->level, GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (self->level, GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (self->level, GTK_LEVEL_BAR_OFFSET_FULL);
  causette_first_page_set_wide (self, FALSE);
}

void
causette_first_page_set_session (CausetteFirstPage *self, CausetteSession *session)
{
  static const char *const link_props[] = { "notify::server", "notify::link-state",
                                            "notify::link-error", "notify::host-address" };
  static const char *const device_props[] = { "notify::enabled", "notify::state", "notify::error",
                                              "notify::device-name" };
  CausetteCamera *camera;
  CausetteMicrophone *microphone;

  g_return_if_fail (CAUSETTE_IS_FIRST_PAGE (self));

  if (self->session == session)
    return;
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (causette_session_get_camera (self->session), self);
      g_signal_handlers_disconnect_by_data (causette_session_get_microphone (self->session), self);
    }
  g_set_object (&self->session, session);
  if (session == NULL)
    return;

  camera = causette_session_get_camera (session);
  microphone = causette_session_get_microphone (session);
  for (gsize i = 0; i < G_N_ELEMENTS (link_props); i++)
    g_signal_connect_object (session, link_props[i], G_CALLBACK (update_server), self,
                             G_CONNECT_SWAPPED);
  for (gsize i = 0; i < G_N_ELEMENTS (device_props); i++)
    {
      g_signal_connect_object (camera, device_props[i], G_CALLBACK (update_camera), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (microphone, device_props[i], G_CALLBACK (update_microphone), self,
                               G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (microphone, "notify::level", G_CALLBACK (update_level), self,
                           G_CONNECT_SWAPPED);

  causette_picture_set_feed (self->picture, causette_camera_get_preview (camera));
  causette_device_toggle_set_camera (self->camera_toggle, camera);
  causette_device_toggle_set_microphone (self->microphone_toggle, microphone);
  update_camera (self);
  update_microphone (self);
  update_server (self);
}

void
causette_first_page_set_wide (CausetteFirstPage *self, gboolean wide)
{
  g_return_if_fail (CAUSETTE_IS_FIRST_PAGE (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->body),
                                  wide ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (self->body, wide ? 24 : 12);
  gtk_box_set_spacing (GTK_BOX (self->side), wide ? 18 : 12);
  gtk_widget_set_size_request (self->side, wide ? 340 : -1, -1);
  gtk_widget_set_valign (self->side, wide ? GTK_ALIGN_CENTER : GTK_ALIGN_FILL);
  gtk_widget_set_visible (self->greeting, wide);
}

void
causette_first_page_focus (CausetteFirstPage *self)
{
  g_return_if_fail (CAUSETTE_IS_FIRST_PAGE (self));

  if (gtk_widget_get_sensitive (GTK_WIDGET (self->meet)))
    gtk_widget_grab_focus (GTK_WIDGET (self->meet));
}

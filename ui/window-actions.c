/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be done in the main window, by button, menu or key.
 *
 * Escape is a key binding of the window, not an accelerator: an accelerator would come before the
 * popovers and dialogs that Escape closes.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "ui/window-private.h"

/* "win.meet": someone new, from the first page or after an end. */
static void
meet (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  if (causette_window_in_encounter (self))
    return;
  if (causette_session_get_link_state (self->session) != CAUSETTE_LINK_ONLINE)
    {
      /* the page behind says how the connection stands */
      causette_window_dismiss (self);
      return;
    }
  causette_session_meet (self->session);
}

/* "win.next": from a conversation to the next one; where there is none, the same as "meet". */
static void
next (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  if (!causette_window_in_encounter (self))
    {
      meet (widget, name, parameter);
      return;
    }
  if (causette_encounter_get_state (self->encounter) == CAUSETTE_ENCOUNTER_SEEKING)
    return;
  causette_session_meet (self->session);
}

static void
end (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  if (causette_window_in_encounter (self))
    causette_session_stop (self->session);
}

/* "win.back": from an end, or from choosing a server, to the first page. */
static void
back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  if (causette_window_in_encounter (self))
    return;
  self->choosing = FALSE;
  causette_window_dismiss (self);
}

/* "win.escape": one step back, the smallest there is: out of full screen, out of the chat, out of
 * the conversation, out of a page. */
static void
escape (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);
  const char *page = causette_window_get_page_name (self);

  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else if (g_str_equal (page, "encounter") && causette_encounter_page_escape (self->encounter_page))
    return;
  else if (causette_window_in_encounter (self))
    end (widget, name, parameter);
  else
    back (widget, name, parameter);
}

static void
toggle_camera (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);
  CausetteCamera *camera = causette_session_get_camera (self->session);

  causette_camera_set_enabled (camera, !causette_camera_get_enabled (camera));
}

static void
toggle_microphone (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);
  CausetteMicrophone *microphone = causette_session_get_microphone (self->session);

  causette_microphone_set_enabled (microphone, !causette_microphone_get_enabled (microphone));
}

static void
toggle_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  causette_encounter_page_set_chat_shown (self->encounter_page,
                                          !causette_encounter_page_get_chat_shown (
                                              self->encounter_page));
}

static void
toggle_fullscreen (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (widget)))
    gtk_window_unfullscreen (GTK_WINDOW (widget));
  else
    gtk_window_fullscreen (GTK_WINDOW (widget));
}

static void
choose_server (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);

  if (!causette_window_in_encounter (self))
    causette_window_choose_server (self, TRUE);
}

static void
retry (GtkWidget *widget, const char *name, GVariant *parameter)
{
  causette_session_retry (CAUSETTE_WINDOW (widget)->session);
}

static void
copy_address (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CausetteWindow *self = CAUSETTE_WINDOW (widget);
  const char *address = causette_session_get_host_address (self->session);

  if (address == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), address);
  causette_window_toast (self, _ ("Address copied"));
}

static void
on_open_link (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  const char *uri = g_object_get_data (G_OBJECT (dialog), "uri");

  if (g_strcmp0 (response, "open") == 0)
    gtk_show_uri (GTK_WINDOW (user_data), uri, GDK_CURRENT_TIME);
}

/* "win.open-link": an address that the partner wrote is opened only after it was seen as a whole.
 */
static void
open_link (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *uri = g_variant_get_string (parameter, NULL);
  AdwMessageDialog *dialog;
  g_autofree char *body = NULL;

  if (!g_str_has_prefix (uri, "https://") && !g_str_has_prefix (uri, "http://"))
    return;
  /* Translators: %s is a web address. */
  body = g_strdup_printf (_ ("The site will see where you come from.\n\n%s"), uri);
  dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (GTK_WINDOW (widget), _ ("Open in the Browser?"), body));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "open", _ ("_Open"), NULL);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "uri", g_strdup (uri), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_open_link), widget, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* What "win.camera" and the like show as their state. Stateful widget actions would need a property
 * each; these are plain actions of the window's map. */
static void
on_toggle_activated (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc func;
  } toggles[] = {
    { "camera", toggle_camera },
    { "microphone", toggle_microphone },
    { "chat", toggle_chat },
    { "fullscreen", toggle_fullscreen },
  };
  const char *name = g_action_get_name (G_ACTION (action));

  for (gsize i = 0; i < G_N_ELEMENTS (toggles); i++)
    if (g_str_equal (toggles[i].name, name))
      toggles[i].func (GTK_WIDGET (user_data), name, parameter);
}

void
causette_window_add_toggles (CausetteWindow *self)
{
  static const GActionEntry entries[] = {
    { "camera", on_toggle_activated, NULL, "true", NULL },
    { "microphone", on_toggle_activated, NULL, "true", NULL },
    { "chat", on_toggle_activated, NULL, "false", NULL },
    { "fullscreen", on_toggle_activated, NULL, "false", NULL },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

static void
set_toggle (CausetteWindow *self, const char *name, gboolean state, gboolean enabled)
{
  GSimpleAction *action = G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));

  g_simple_action_set_state (action, g_variant_new_boolean (state));
  g_simple_action_set_enabled (action, enabled);
}

void
causette_window_update_actions (CausetteWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const char *page = causette_window_get_page_name (self);
  gboolean busy = causette_window_in_encounter (self);
  gboolean online = causette_session_get_link_state (self->session) == CAUSETTE_LINK_ONLINE;
  gboolean over = self->encounter != NULL && !busy;

  gtk_widget_action_set_enabled (widget, "win.meet", !busy && (online || over));
  gtk_widget_action_set_enabled (widget, "win.next", online || over);
  gtk_widget_action_set_enabled (widget, "win.end", busy);
  gtk_widget_action_set_enabled (widget, "win.choose-server", !busy);
  set_toggle (self, "camera",
              causette_camera_get_enabled (causette_session_get_camera (self->session)), TRUE);
  set_toggle (self, "microphone",
              causette_microphone_get_enabled (causette_session_get_microphone (self->session)),
              TRUE);
  set_toggle (self, "chat", causette_encounter_page_get_chat_shown (self->encounter_page),
              g_strcmp0 (page, "encounter") == 0);
  set_toggle (self, "fullscreen", gtk_window_is_fullscreen (GTK_WINDOW (self)), TRUE);
}

void
causette_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.meet", NULL, meet);
  gtk_widget_class_install_action (widget_class, "win.next", NULL, next);
  gtk_widget_class_install_action (widget_class, "win.end", NULL, end);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back);
  gtk_widget_class_install_action (widget_class, "win.escape", NULL, escape);
  gtk_widget_class_install_action (widget_class, "win.choose-server", NULL, choose_server);
  gtk_widget_class_install_action (widget_class, "win.retry", NULL, retry);
  gtk_widget_class_install_action (widget_class, "win.copy-address", NULL, copy_address);
  gtk_widget_class_install_action (widget_class, "win.open-link", "s", open_link);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.escape", NULL);
}

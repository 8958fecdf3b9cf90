/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main window; see the header. What its actions do is in window-actions.c. */
#include "config.h"

#include "ui/window.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/window-private.h"
#include "ui/words.h"

G_DEFINE_FINAL_TYPE (CausetteWindow, causette_window, ADW_TYPE_APPLICATION_WINDOW)

gboolean
causette_window_in_encounter (CausetteWindow *self)
{
  CausetteEncounterState state;

  if (self->encounter == NULL)
    return FALSE;
  state = causette_encounter_get_state (self->encounter);
  return state != CAUSETTE_ENCOUNTER_ENDED;
}

static gboolean
has_server (CausetteWindow *self)
{
  const char *server = causette_session_get_server (self->session);

  return server != NULL && *server != '\0';
}

/* A connection that was there and broke is told of on the first page; one that never came about, or
 * that the server refused, has the whole page. */
static gboolean
has_link_problem (CausetteWindow *self)
{
  CausetteLinkState state = causette_session_get_link_state (self->session);

  if (causette_session_get_link_error (self->session) == NULL || state == CAUSETTE_LINK_ONLINE)
    return FALSE;
  return state == CAUSETTE_LINK_OFFLINE || !self->was_online;
}

static const char *
pick_page (CausetteWindow *self)
{
  CausetteEncounterState state;

  if (self->encounter != NULL)
    {
      state = causette_encounter_get_state (self->encounter);
      /* one that is about to seek, on the way from one encounter to the next */
      if (state <= CAUSETTE_ENCOUNTER_SEEKING)
        return "seeking";
      if (state != CAUSETTE_ENCOUNTER_ENDED)
        return "encounter";
      if (!self->choosing)
        return "problem";
    }
  if (self->choosing || !has_server (self))
    return "server";
  if (has_link_problem (self))
    return "problem";
  return "first";
}

static void
focus_page (CausetteWindow *self, const char *page)
{
  if (g_str_equal (page, "first"))
    causette_first_page_focus (self->first_page);
  else if (g_str_equal (page, "seeking"))
    causette_seeking_page_focus (self->seeking_page);
  else if (g_str_equal (page, "encounter"))
    causette_encounter_page_focus (self->encounter_page);
  else if (g_str_equal (page, "problem"))
    causette_problem_page_focus (self->problem_page);
  else
    causette_server_page_begin (self->server_page, has_server (self));
}

static void
fill_problem_page (CausetteWindow *self)
{
  g_autofree char *draft = NULL, *server = NULL;

  if (self->encounter != NULL &&
      causette_encounter_get_state (self->encounter) == CAUSETTE_ENCOUNTER_ENDED)
    {
      if (self->end_told)
        return;
      self->end_told = TRUE;
      draft =
          causette_chat_view_get_draft (causette_encounter_page_get_chat (self->encounter_page));
      causette_problem_page_show_end (self->problem_page,
                                      causette_encounter_get_reason (self->encounter),
                                      causette_encounter_get_error (self->encounter), draft);
      return;
    }
  server = causette_words_for_server (self->session);
  causette_problem_page_show_link (self->problem_page,
                                   causette_session_get_link_error (self->session), server);
  self->end_told = FALSE;
}

void
causette_window_update (CausetteWindow *self)
{
  const char *page = pick_page (self);
  gboolean changed = g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), page) != 0;
  g_autofree char *trouble = NULL;

  if (causette_session_get_link_state (self->session) != CAUSETTE_LINK_ONLINE)
    trouble = causette_words_for_link (self->session);
  causette_seeking_page_set_trouble (self->seeking_page, trouble);
  if (g_str_equal (page, "problem"))
    fill_problem_page (self);
  else
    self->end_told = FALSE;
  /* nothing of the partner stays in a page that is not shown any more */
  if (!g_str_equal (page, "encounter"))
    causette_encounter_page_set_encounter (self->encounter_page, NULL);
  else
    causette_encounter_page_set_encounter (self->encounter_page, self->encounter);
  causette_seeking_page_set_encounter (self->seeking_page,
                                       g_str_equal (page, "seeking") ? self->encounter : NULL);

  causette_window_update_actions (self);
  if (!changed)
    return;
  gtk_stack_set_visible_child_name (self->stack, page);
  focus_page (self, page);
}

void
causette_window_dismiss (CausetteWindow *self)
{
  if (causette_window_in_encounter (self))
    return;
  g_clear_object (&self->encounter);
  causette_window_update (self);
}

void
causette_window_choose_server (CausetteWindow *self, gboolean choosing)
{
  self->choosing = choosing;
  causette_window_update (self);
}

void
causette_window_toast (CausetteWindow *self, const char *text)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

static void
on_server_done (CausetteWindow *self)
{
  g_clear_object (&self->encounter);
  causette_window_choose_server (self, FALSE);
}

static void
on_encounter_state (CausetteWindow *self)
{
  CausetteEndReason reason = causette_encounter_get_reason (self->encounter);

  if (causette_encounter_get_state (self->encounter) == CAUSETTE_ENCOUNTER_ENDED)
    {
      /* one's own leaving needs no comment, and going on is followed by the next encounter */
      if (reason == CAUSETTE_END_LEFT)
        {
          causette_window_dismiss (self);
          return;
        }
      if (reason == CAUSETTE_END_NEXT)
        return;
    }
  causette_window_update (self);
}

void
causette_window_set_encounter (CausetteWindow *self, CausetteEncounter *encounter)
{
  g_return_if_fail (CAUSETTE_IS_WINDOW (self));

  if (self->encounter == encounter)
    return;
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_func (self->encounter, on_encounter_state, self);
  g_set_object (&self->encounter, encounter);
  self->choosing = FALSE;
  self->end_told = FALSE;
  if (encounter != NULL)
    g_signal_connect_object (encounter, "notify::state", G_CALLBACK (on_encounter_state), self,
                             G_CONNECT_SWAPPED);
  causette_window_update (self);
}

static void
on_session_encounter (CausetteWindow *self)
{
  causette_window_set_encounter (self, causette_session_get_encounter (self->session));
}

static void
on_server_changed (CausetteWindow *self)
{
  self->was_online = FALSE;
  causette_window_update (self);
}

static void
on_link (CausetteWindow *self)
{
  gboolean online = causette_session_get_link_state (self->session) == CAUSETTE_LINK_ONLINE;

  if (online)
    self->was_online = TRUE;
  causette_window_update (self);
  if (online && g_strcmp0 (causette_window_get_page_name (self), "first") == 0)
    causette_first_page_focus (self->first_page);
  if (online && self->meet_when_online)
    {
      self->meet_when_online = FALSE;
      gtk_widget_activate_action (GTK_WIDGET (self), "win.meet", NULL);
    }
}

/* Called before each layout with the size that the window will have. */
static void
on_layout (CausetteWindow *self, int width, int height)
{
  gboolean wide = width >= CAUSETTE_WINDOW_WIDE;

  if (self->wide == wide)
    return;
  self->wide = wide;
  causette_first_page_set_wide (self->first_page, wide);
  causette_encounter_page_set_wide (self->encounter_page, wide);
}

static void
on_chat_shown (CausetteWindow *self)
{
  GSettings *store;

  if (self->session == NULL)
    return;
  store = causette_settings_get_store (causette_session_get_settings (self->session));

  /* over the picture it is put away again: only beside it, it is a habit */
  if (self->wide && causette_window_in_encounter (self))
    g_settings_set_boolean (store, "chat-shown",
                            causette_encounter_page_get_chat_shown (self->encounter_page));
  causette_window_update_actions (self);
}

static void
on_page_changed (CausetteWindow *self)
{
  GSettings *store;

  causette_accessible_hide_pages (self->stack);
  if (self->session == NULL)
    return;
  store = causette_settings_get_store (causette_session_get_settings (self->session));

  if (g_strcmp0 (causette_window_get_page_name (self), "encounter") != 0)
    return;
  causette_encounter_page_set_chat_shown (self->encounter_page,
                                          self->wide &&
                                              g_settings_get_boolean (store, "chat-shown"));
}

static void
on_fullscreened (CausetteWindow *self)
{
  if (self->session == NULL)
    return;
  causette_encounter_page_set_fullscreen (self->encounter_page,
                                          gtk_window_is_fullscreen (GTK_WINDOW (self)));
  causette_window_update_actions (self);
}

static void
causette_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (causette_window_parent_class)->realize (widget);
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "layout",
                           G_CALLBACK (on_layout), widget, G_CONNECT_SWAPPED);
}

static void
causette_window_unrealize (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_native_get_surface (GTK_NATIVE (widget)), on_layout,
                                        widget);
  GTK_WIDGET_CLASS (causette_window_parent_class)->unrealize (widget);
}

static void
causette_window_dispose (GObject *object)
{
  CausetteWindow *self = CAUSETTE_WINDOW (object);

  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (causette_session_get_camera (self->session), self);
      g_signal_handlers_disconnect_by_data (causette_session_get_microphone (self->session), self);
    }
  g_clear_object (&self->encounter);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (causette_window_parent_class)->dispose (object);
}

static void
causette_window_class_init (CausetteWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_window_dispose;
  widget_class->realize = causette_window_realize;
  widget_class->unrealize = causette_window_unrealize;

  g_type_ensure (CAUSETTE_TYPE_SERVER_PAGE);
  g_type_ensure (CAUSETTE_TYPE_FIRST_PAGE);
  g_type_ensure (CAUSETTE_TYPE_SEEKING_PAGE);
  g_type_ensure (CAUSETTE_TYPE_ENCOUNTER_PAGE);
  g_type_ensure (CAUSETTE_TYPE_PROBLEM_PAGE);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/causette/Causette/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, server_page);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, first_page);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, seeking_page);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, encounter_page);
  gtk_widget_class_bind_template_child (widget_class, CausetteWindow, problem_page);
  gtk_widget_class_bind_template_callback (widget_class, on_server_done);
  gtk_widget_class_bind_template_callback (widget_class, on_page_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_chat_shown);
  causette_window_install_actions (widget_class);
}

static void
causette_window_init (CausetteWindow *self)
{
  causette_window_add_toggles (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (on_fullscreened), NULL);
}

static void
follow_session (CausetteWindow *self)
{
  CausetteCamera *camera = causette_session_get_camera (self->session);
  CausetteMicrophone *microphone = causette_session_get_microphone (self->session);

  g_signal_connect_object (self->session, "notify::server", G_CALLBACK (on_server_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::link-state", G_CALLBACK (on_link), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::link-error", G_CALLBACK (on_link), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::host-address",
                           G_CALLBACK (causette_window_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::encounter", G_CALLBACK (on_session_encounter),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (camera, "notify::enabled", G_CALLBACK (causette_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (microphone, "notify::enabled",
                           G_CALLBACK (causette_window_update_actions), self, G_CONNECT_SWAPPED);
}

CausetteWindow *
causette_window_new (GtkApplication *application, CausetteSession *session)
{
  CausetteWindow *self;
  CausetteCamera *camera;
  CausetteMicrophone *microphone;
  GSettings *store;

  g_return_val_if_fail (CAUSETTE_IS_SESSION (session), NULL);

  self = g_object_new (CAUSETTE_TYPE_WINDOW, "application", application, NULL);
  self->session = g_object_ref (session);
  camera = causette_session_get_camera (session);
  microphone = causette_session_get_microphone (session);
  store = causette_settings_get_store (causette_session_get_settings (session));

  g_settings_bind (store, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (store, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (store, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);

  causette_server_page_set_session (self->server_page, session);
  causette_first_page_set_session (self->first_page, session);
  causette_seeking_page_set_devices (self->seeking_page, camera, microphone);
  causette_encounter_page_set_up (self->encounter_page, camera, microphone, store);

  self->was_online = causette_session_get_link_state (session) == CAUSETTE_LINK_ONLINE;
  follow_session (self);
  on_session_encounter (self);
  causette_window_update (self);
  focus_page (self, causette_window_get_page_name (self));
  return self;
}

static void
on_confirm_connect (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  CausetteWindow *self = user_data;
  const char *address = g_object_get_data (G_OBJECT (dialog), "address");

  if (g_strcmp0 (response, "connect") != 0)
    return;
  causette_session_stop (self->session);
  causette_window_connect_to (self, address);
}

void
causette_window_connect_to (CausetteWindow *self, const char *address)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CAUSETTE_IS_WINDOW (self));

  if (causette_window_in_encounter (self))
    {
      AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (
          adw_message_dialog_new (GTK_WINDOW (self), _ ("End This Conversation?"),
                                  /* the address comes from outside: plain text */
                                  _ ("A link asks to connect to another server.")));

      adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "connect",
                                        _ ("_End and Connect"), NULL);
      adw_message_dialog_set_response_appearance (dialog, "connect", ADW_RESPONSE_DESTRUCTIVE);
      adw_message_dialog_set_default_response (dialog, "cancel");
      adw_message_dialog_set_close_response (dialog, "cancel");
      g_object_set_data_full (G_OBJECT (dialog), "address", g_strdup (address), g_free);
      g_signal_connect_object (dialog, "response", G_CALLBACK (on_confirm_connect), self, 0);
      gtk_window_present (GTK_WINDOW (dialog));
      return;
    }
  if (!causette_session_connect (self->session, address, &error))
    {
      causette_window_toast (self, error->message);
      return;
    }
  self->choosing = FALSE;
  causette_window_dismiss (self);
}

void
causette_window_meet_when_online (CausetteWindow *self)
{
  g_return_if_fail (CAUSETTE_IS_WINDOW (self));

  self->meet_when_online = TRUE;
  on_link (self);
}

const char *
causette_window_get_page_name (CausetteWindow *self)
{
  g_return_val_if_fail (CAUSETTE_IS_WINDOW (self), NULL);
  return gtk_stack_get_visible_child_name (self->stack);
}

CausetteEncounterPage *
causette_window_get_encounter_page (CausetteWindow *self)
{
  g_return_val_if_fail (CAUSETTE_IS_WINDOW (self), NULL);
  return self->encounter_page;
}

CausetteProblemPage *
causette_window_get_problem_page (CausetteWindow *self)
{
  g_return_val_if_fail (CAUSETTE_IS_WINDOW (self), NULL);
  return self->problem_page;
}

CausetteServerPage *
causette_window_get_server_page (CausetteWindow *self)
{
  g_return_val_if_fail (CAUSETTE_IS_WINDOW (self), NULL);
  return self->server_page;
}

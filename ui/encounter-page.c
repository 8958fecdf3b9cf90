/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a conversation; see the header.
 *
 * The controls are made invisible rather than taken away: so they keep their place in the focus
 * order and in the accessibility tree, and come back when the keyboard reaches them.
 */
#include "config.h"

#include "ui/encounter-page.h"

#include <glib/gi18n.h>

#include "ui/corner-box.h"
#include "ui/device-toggle.h"
#include "ui/main-menu.h"
#include "ui/picture.h"
#include "ui/words.h"

#define CONTROLS_DELAY_MS 3000
#define FADE_MS           200
#define TOP_INSET         46 /* pixels that the header bar takes */
#define BOTTOM_INSET      72 /* pixels that the controls take */
#define UNREAD_MAX        99 /* shown as "99+" beyond */

struct _CausetteEncounterPage
{
  AdwBin parent_instance;

  AdwFlap *flap;
  GtkWidget *stage;
  CausettePicture *partner;
  CausettePicture *self_view;
  CausetteCornerBox *corner_box;
  GtkWidget *status;
  GtkSpinner *status_spinner;
  GtkImage *status_icon;
  GtkLabel *status_label;
  GtkWidget *microphone_badge;
  GtkWidget *top;
  GtkWidget *bottom;
  AdwHeaderBar *header;
  CausetteMainMenu *menu;
  AdwWindowTitle *title;
  CausetteDeviceToggle *camera_toggle;
  CausetteDeviceToggle *microphone_toggle;
  GtkToggleButton *chat_button;
  GtkLabel *chat_badge;
  GtkWidget *next_label;
  GtkWidget *end;
  CausetteChatView *chat;

  CausetteCamera *camera;
  CausetteEncounter *encounter;
  GListModel *texts;
  gboolean wide, fullscreen;
  guint unread;

  AdwAnimation *fade;
  gboolean controls_shown;
  guint controls_delay_ms;
  guint hide_source;
  double pointer_x, pointer_y;

  gint64 connected_at; /* monotonic, in microseconds; 0 before */
  guint clock_source;
};

enum
{
  PROP_0,
  PROP_CHAT_SHOWN,
  PROP_UNREAD,
  PROP_CONTROLS_SHOWN,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CausetteEncounterPage, causette_encounter_page, ADW_TYPE_BIN)

static CausetteEncounterState
get_state (CausetteEncounterPage *self)
{
  return self->encounter != NULL ? causette_encounter_get_state (self->encounter)
                                 : CAUSETTE_ENCOUNTER_IDLE;
}

/* Title and time */

static void
update_title (CausetteEncounterPage *self)
{
  g_autofree char *time = NULL;

  if (self->connected_at != 0)
    time = causette_words_for_duration ((g_get_monotonic_time () - self->connected_at) /
                                        G_USEC_PER_SEC);
  adw_window_title_set_title (self->title,
                              self->connected_at != 0 ? _ ("In Conversation") : "Causette");
  adw_window_title_set_subtitle (self->title, time != NULL ? time : "");
}

static gboolean
on_clock (gpointer user_data)
{
  update_title (user_data);
  return G_SOURCE_CONTINUE;
}

/* The controls */

static void
on_fade (double value, gpointer user_data)
{
  CausetteEncounterPage *self = user_data;

  gtk_widget_set_opacity (self->top, value);
  gtk_widget_set_opacity (self->bottom, value);
}

static void
set_controls_shown (CausetteEncounterPage *self, gboolean shown)
{
  if (self->controls_shown == shown)
    return;
  self->controls_shown = shown;
  gtk_widget_set_can_target (self->top, shown);
  gtk_widget_set_can_target (self->bottom, shown);
  gtk_widget_set_cursor_from_name (self->stage, shown ? NULL : "none");
  causette_corner_box_set_insets (self->corner_box, shown ? TOP_INSET : 0,
                                  shown ? BOTTOM_INSET : 0);

  adw_timed_animation_set_value_from (ADW_TIMED_ANIMATION (self->fade),
                                      gtk_widget_get_opacity (self->bottom));
  adw_timed_animation_set_value_to (ADW_TIMED_ANIMATION (self->fade), shown ? 1 : 0);
  adw_animation_reset (self->fade);
  adw_animation_play (self->fade);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTROLS_SHOWN]);
}

static gboolean
has_pointer (GtkWidget *widget)
{
  return (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_PRELIGHT) != 0;
}

/* While there is no picture to look at, or a menu is open, or the pointer rests on them, they stay.
 */
static gboolean
must_stay (CausetteEncounterPage *self)
{
  return get_state (self) != CAUSETTE_ENCOUNTER_CONNECTED ||
         gtk_widget_get_mapped (GTK_WIDGET (
             gtk_menu_button_get_popover (causette_main_menu_get_button (self->menu)))) ||
         has_pointer (self->top) || has_pointer (self->bottom);
}

static gboolean
on_hide (gpointer user_data)
{
  CausetteEncounterPage *self = user_data;

  if (must_stay (self))
    return G_SOURCE_CONTINUE;
  self->hide_source = 0;
  set_controls_shown (self, FALSE);
  return G_SOURCE_REMOVE;
}

void
causette_encounter_page_show_controls (CausetteEncounterPage *self)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));

  g_clear_handle_id (&self->hide_source, g_source_remove);
  set_controls_shown (self, TRUE);
  self->hide_source = g_timeout_add (self->controls_delay_ms, on_hide, self);
}

/* GTK also speaks of motion when something moved below a pointer that rests. */
static void
on_motion (CausetteEncounterPage *self, double x, double y)
{
  if (x == self->pointer_x && y == self->pointer_y)
    return;
  self->pointer_x = x;
  self->pointer_y = y;
  causette_encounter_page_show_controls (self);
}

static void
on_tap (CausetteEncounterPage *self)
{
  causette_encounter_page_show_controls (self);
}

static gboolean
has_focus_within (GtkWidget *widget)
{
  return (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
}

/* A key that would press a control which cannot be seen shows it first. */
static gboolean
on_key (CausetteEncounterPage *self, guint keyval, guint keycode, GdkModifierType state)
{
  gboolean was_shown = self->controls_shown;
  gboolean presses = keyval == GDK_KEY_space || keyval == GDK_KEY_KP_Space ||
                     keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;

  if (has_focus_within (GTK_WIDGET (self->chat)))
    return GDK_EVENT_PROPAGATE;
  causette_encounter_page_show_controls (self);
  if (!was_shown && presses && (state & gtk_accelerator_get_default_mod_mask ()) == 0 &&
      (has_focus_within (self->top) || has_focus_within (self->bottom)))
    return GDK_EVENT_STOP;
  return GDK_EVENT_PROPAGATE;
}

/* What is said over the picture */

static void
set_status (CausetteEncounterPage *self, const char *text, const char *icon, gboolean busy)
{
  gtk_label_set_text (self->status_label, text != NULL ? text : "");
  gtk_widget_set_visible (self->status, text != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->status_icon), icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->status_icon, icon);
  gtk_widget_set_visible (GTK_WIDGET (self->status_spinner), busy);
  gtk_spinner_set_spinning (self->status_spinner, busy);
}

static void
update_status (CausetteEncounterPage *self)
{
  CausetteEncounterState state = get_state (self);
  const char *words = causette_words_for_state (state);
  gboolean connected = state == CAUSETTE_ENCOUNTER_CONNECTED;

  if (words != NULL)
    set_status (self, words, NULL, TRUE);
  else if (connected && !causette_encounter_get_partner_camera (self->encounter))
    set_status (self, _ ("Their camera is off"), "camera-disabled-symbolic", FALSE);
  else if (connected && !causette_picture_get_live (self->partner))
    set_status (self, _ ("Waiting for their picture…"), NULL, TRUE);
  else
    set_status (self, NULL, NULL, FALSE);

  gtk_widget_set_visible (self->microphone_badge,
                          connected &&
                              !causette_encounter_get_partner_microphone (self->encounter));
}

/* The picture of a camera that is off is not shown, whatever came last. */
static void
update_partner (CausetteEncounterPage *self)
{
  CausetteCall *call =
      self->encounter != NULL ? causette_encounter_get_call (self->encounter) : NULL;
  gboolean shown = call != NULL && causette_encounter_get_partner_camera (self->encounter);

  causette_picture_set_feed (self->partner, shown ? causette_call_get_remote_video (call) : NULL);
  update_status (self);
}

static void
on_state (CausetteEncounterPage *self)
{
  if (get_state (self) == CAUSETTE_ENCOUNTER_CONNECTED && self->connected_at == 0)
    {
      self->connected_at = g_get_monotonic_time ();
      causette_encounter_page_show_controls (self);
    }
  if (get_state (self) == CAUSETTE_ENCOUNTER_RECONNECTING)
    causette_encounter_page_show_controls (self);
  update_title (self);
  update_partner (self);
}

static void
update_camera (CausetteEncounterPage *self)
{
  g_autofree char *words = causette_words_for_self_view (self->camera);

  causette_picture_set_icon_name (self->self_view,
                                  causette_words_icon_for_self_view (self->camera));
  causette_picture_set_placeholder (self->self_view, words);
}

/* The chat */

static void
update_unread (CausetteEncounterPage *self, guint unread)
{
  g_autofree char *badge = NULL, *label = NULL;

  if (self->unread == unread)
    return;
  self->unread = unread;
  badge =
      unread > UNREAD_MAX ? g_strdup_printf ("%d+", UNREAD_MAX) : g_strdup_printf ("%u", unread);
  gtk_label_set_text (self->chat_badge, badge);
  gtk_widget_set_visible (GTK_WIDGET (self->chat_badge), unread > 0);
  if (unread > 0)
    label = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Chat, %u new text",
                                          "Chat, %u new texts", unread),
                             unread);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chat_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label != NULL ? label : _ ("Chat"), -1);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_UNREAD]);
}

static void
on_items_changed (CausetteEncounterPage *self, guint position, guint removed, guint added)
{
  guint fresh = 0;

  if (causette_encounter_page_get_chat_shown (self))
    return;
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (self->texts, i);

      if (!causette_text_get_own (text))
        fresh++;
    }
  if (fresh == 0)
    return;
  update_unread (self, self->unread + fresh);
  causette_encounter_page_show_controls (self);
}

static void
on_reveal_flap (CausetteEncounterPage *self)
{
  gboolean shown = adw_flap_get_reveal_flap (self->flap);

  if (shown)
    update_unread (self, 0);
  else if (has_focus_within (GTK_WIDGET (self->chat)))
    gtk_widget_grab_focus (GTK_WIDGET (self->chat_button));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->chat_button),
                               shown ? _ ("Hide the Chat (Ctrl+Enter)")
                                     : _ ("Show the Chat (Ctrl+Enter)"));
  adw_header_bar_set_show_end_title_buttons (self->header, !(self->wide && shown));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CHAT_SHOWN]);
}

static void
on_chat_close (CausetteEncounterPage *self)
{
  causette_encounter_page_set_chat_shown (self, FALSE);
}

/* Class */

static void
causette_encounter_page_map (GtkWidget *widget)
{
  CausetteEncounterPage *self = CAUSETTE_ENCOUNTER_PAGE (widget);

  GTK_WIDGET_CLASS (causette_encounter_page_parent_class)->map (widget);
  if (self->clock_source == 0)
    self->clock_source = g_timeout_add_seconds (1, on_clock, self);
  causette_encounter_page_show_controls (self);
}

static void
stop_sources (CausetteEncounterPage *self)
{
  g_clear_handle_id (&self->clock_source, g_source_remove);
  g_clear_handle_id (&self->hide_source, g_source_remove);
}

static void
causette_encounter_page_unmap (GtkWidget *widget)
{
  stop_sources (CAUSETTE_ENCOUNTER_PAGE (widget));
  GTK_WIDGET_CLASS (causette_encounter_page_parent_class)->unmap (widget);
}

static void
causette_encounter_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteEncounterPage *self = CAUSETTE_ENCOUNTER_PAGE (object);

  switch (id)
    {
    case PROP_CHAT_SHOWN:
      g_value_set_boolean (value, causette_encounter_page_get_chat_shown (self));
      break;
    case PROP_UNREAD:
      g_value_set_uint (value, self->unread);
      break;
    case PROP_CONTROLS_SHOWN:
      g_value_set_boolean (value, self->controls_shown);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_encounter_page_set_property (GObject *object,
                                      guint id,
                                      const GValue *value,
                                      GParamSpec *pspec)
{
  if (id == PROP_CHAT_SHOWN)
    causette_encounter_page_set_chat_shown (CAUSETTE_ENCOUNTER_PAGE (object),
                                            g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
causette_encounter_page_dispose (GObject *object)
{
  CausetteEncounterPage *self = CAUSETTE_ENCOUNTER_PAGE (object);

  stop_sources (self);
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  if (self->texts != NULL)
    g_signal_handlers_disconnect_by_data (self->texts, self);
  if (self->camera != NULL)
    g_signal_handlers_disconnect_by_data (self->camera, self);
  g_clear_object (&self->encounter);
  g_clear_object (&self->texts);
  g_clear_object (&self->camera);
  g_clear_object (&self->fade);
  G_OBJECT_CLASS (causette_encounter_page_parent_class)->dispose (object);
}

static void
causette_encounter_page_class_init (CausetteEncounterPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = causette_encounter_page_dispose;
  object_class->get_property = causette_encounter_page_get_property;
  object_class->set_property = causette_encounter_page_set_property;
  widget_class->map = causette_encounter_page_map;
  widget_class->unmap = causette_encounter_page_unmap;

  props[PROP_CHAT_SHOWN] =
      g_param_spec_boolean ("chat-shown", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_CONTROLS_SHOWN] = g_param_spec_boolean ("controls-shown", NULL, NULL, TRUE,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (CAUSETTE_TYPE_PICTURE);
  g_type_ensure (CAUSETTE_TYPE_CORNER_BOX);
  g_type_ensure (CAUSETTE_TYPE_DEVICE_TOGGLE);
  g_type_ensure (CAUSETTE_TYPE_MAIN_MENU);
  g_type_ensure (CAUSETTE_TYPE_CHAT_VIEW);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/encounter-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, flap);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, stage);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, partner);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, self_view);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, corner_box);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, status);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, status_spinner);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, status_icon);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, status_label);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, microphone_badge);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, top);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, bottom);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, header);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, menu);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, title);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, camera_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, microphone_toggle);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, chat_button);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, chat_badge);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, next_label);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, end);
  gtk_widget_class_bind_template_child (widget_class, CausetteEncounterPage, chat);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
  gtk_widget_class_bind_template_callback (widget_class, on_tap);
  gtk_widget_class_bind_template_callback (widget_class, on_key);
  gtk_widget_class_bind_template_callback (widget_class, on_reveal_flap);
  gtk_widget_class_bind_template_callback (widget_class, on_chat_close);
  gtk_widget_class_bind_template_callback (widget_class, update_status);
}

static void
causette_encounter_page_init (CausetteEncounterPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->controls_delay_ms = CONTROLS_DELAY_MS;
  self->controls_shown = TRUE;
  self->pointer_x = self->pointer_y = -1;
  self->fade = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, FADE_MS,
                                        adw_callback_animation_target_new (on_fade, self, NULL));
  causette_corner_box_set_insets (self->corner_box, TOP_INSET, BOTTOM_INSET);
  causette_encounter_page_set_wide (self, FALSE);
  update_title (self);
}

static gboolean
corner_from_variant (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_enum (value, (int) causette_corner_from_nick (g_variant_get_string (variant, NULL)));
  return TRUE;
}

static GVariant *
corner_to_variant (const GValue *value, const GVariantType *expected, gpointer user_data)
{
  return g_variant_new_string (causette_corner_to_nick (g_value_get_enum (value)));
}

void
causette_encounter_page_set_up (CausetteEncounterPage *self,
                                CausetteCamera *camera,
                                CausetteMicrophone *microphone,
                                GSettings *store)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));
  g_return_if_fail (self->camera == NULL);

  self->camera = g_object_ref (camera);
  g_signal_connect_object (camera, "notify::state", G_CALLBACK (update_camera), self,
                           G_CONNECT_SWAPPED);
  causette_picture_set_feed (self->self_view, causette_camera_get_preview (camera));
  causette_device_toggle_set_camera (self->camera_toggle, camera);
  causette_device_toggle_set_microphone (self->microphone_toggle, microphone);
  update_camera (self);
  if (store != NULL)
    g_settings_bind_with_mapping (store, "self-view-corner", self->corner_box, "corner",
                                  G_SETTINGS_BIND_DEFAULT, corner_from_variant, corner_to_variant,
                                  NULL, NULL);
}

void
causette_encounter_page_set_encounter (CausetteEncounterPage *self, CausetteEncounter *encounter)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));

  if (self->encounter == encounter)
    return;
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  if (self->texts != NULL)
    g_signal_handlers_disconnect_by_data (self->texts, self);
  g_clear_object (&self->texts);
  g_set_object (&self->encounter, encounter);
  self->connected_at = 0;
  update_unread (self, 0);
  causette_chat_view_set_encounter (self->chat, encounter);

  if (encounter != NULL)
    {
      g_set_object (&self->texts, causette_encounter_get_texts (encounter));
      g_signal_connect_object (self->texts, "items-changed", G_CALLBACK (on_items_changed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (encounter, "notify::state", G_CALLBACK (on_state), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (encounter, "notify::call", G_CALLBACK (update_partner), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (encounter, "notify::partner-camera", G_CALLBACK (update_partner),
                               self, G_CONNECT_SWAPPED);
      g_signal_connect_object (encounter, "notify::partner-microphone", G_CALLBACK (update_status),
                               self, G_CONNECT_SWAPPED);
    }
  on_state (self);
}

void
causette_encounter_page_set_wide (CausetteEncounterPage *self, gboolean wide)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));

  self->wide = wide;
  adw_flap_set_fold_policy (self->flap,
                            wide ? ADW_FLAP_FOLD_POLICY_NEVER : ADW_FLAP_FOLD_POLICY_ALWAYS);
  gtk_widget_set_hexpand (GTK_WIDGET (self->chat), !wide);
  causette_chat_view_set_beside (self->chat, wide);
  gtk_widget_set_visible (self->next_label, wide);
  on_reveal_flap (self);
}

void
causette_encounter_page_set_fullscreen (CausetteEncounterPage *self, gboolean fullscreen)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));
  self->fullscreen = fullscreen;
  causette_encounter_page_show_controls (self);
}

void
causette_encounter_page_set_chat_shown (CausetteEncounterPage *self, gboolean shown)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));

  if (adw_flap_get_reveal_flap (self->flap) == shown)
    return;
  adw_flap_set_reveal_flap (self->flap, shown);
  if (shown)
    causette_chat_view_focus_entry (self->chat);
}

gboolean
causette_encounter_page_get_chat_shown (CausetteEncounterPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), FALSE);
  return adw_flap_get_reveal_flap (self->flap);
}

guint
causette_encounter_page_get_unread (CausetteEncounterPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), 0);
  return self->unread;
}

CausetteChatView *
causette_encounter_page_get_chat (CausetteEncounterPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), NULL);
  return self->chat;
}

const char *
causette_encounter_page_get_status (CausetteEncounterPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), NULL);
  return gtk_label_get_text (self->status_label);
}

gboolean
causette_encounter_page_escape (CausetteEncounterPage *self)
{
  g_autofree char *draft = NULL;

  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), FALSE);

  if (!self->wide && causette_encounter_page_get_chat_shown (self))
    {
      causette_encounter_page_set_chat_shown (self, FALSE);
      return TRUE;
    }
  draft = causette_chat_view_get_draft (self->chat);
  /* out of a text that is read or written; an empty entry holds nobody back */
  if (has_focus_within (GTK_WIDGET (self->chat)) &&
      (*draft != '\0' || !causette_chat_view_has_entry_focus (self->chat)))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->chat_button));
      return TRUE;
    }
  return FALSE;
}

gboolean
causette_encounter_page_get_controls_shown (CausetteEncounterPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self), FALSE);
  return self->controls_shown;
}

void
causette_encounter_page_set_controls_delay (CausetteEncounterPage *self, guint delay_ms)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));
  self->controls_delay_ms = delay_ms;
}

void
causette_encounter_page_focus (CausetteEncounterPage *self)
{
  g_return_if_fail (CAUSETTE_IS_ENCOUNTER_PAGE (self));

  if (self->wide && causette_encounter_page_get_chat_shown (self))
    causette_chat_view_focus_entry (self->chat);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->chat_button));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chat; see the header.
 *
 * The list stays at its newest line while it is there, and stays where it is when the person has
 * scrolled up to read.
 */
#include "config.h"

#include "ui/chat-view.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/chat-row.h"

#define END_MARGIN 24 /* pixels from the end that still count as being there */

struct _CausetteChatView
{
  AdwBin parent_instance;

  AdwHeaderBar *header;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkScrolledWindow *scroller;
  GtkListView *list;
  GtkTextView *entry;
  GtkWidget *placeholder;
  GtkRevealer *problem;
  GtkLabel *problem_label;
  GtkButton *send;
  GtkButton *close;

  CausetteEncounter *encounter;
  GListModel *texts;
  gboolean at_end;     /* the person wants to see the newest line */
  double known_upper;  /* the list's height that at_end was judged by */
  guint scroll_source; /* waits for the layout to be done */
  guint resize_source; /* waits for the text to be laid out */
};

enum
{
  PROP_0,
  PROP_DRAFT,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

enum
{
  CLOSE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CausetteChatView, causette_chat_view, ADW_TYPE_BIN)

static gboolean
can_write (CausetteChatView *self)
{
  CausetteEncounterState state;

  if (self->encounter == NULL)
    return FALSE;
  state = causette_encounter_get_state (self->encounter);
  return state >= CAUSETTE_ENCOUNTER_SECURING && state < CAUSETTE_ENCOUNTER_ENDED;
}

static void
set_problem (CausetteChatView *self, const char *text)
{
  if (text != NULL)
    gtk_label_set_text (self->problem_label, text);
  gtk_revealer_set_reveal_child (self->problem, text != NULL);
}

/* Says so when what is typed is too long; the words stay. */
static gboolean
check_length (CausetteChatView *self)
{
  g_autofree char *draft = causette_chat_view_get_draft (self);
  gsize size = strlen (draft);

  if (size > WIRE_TEXT_MAX)
    {
      /* the limit is one of bytes: say how many letters too much, counted from the end */
      const char *kept = g_utf8_find_prev_char (draft, draft + WIRE_TEXT_MAX + 1);
      long over = kept != NULL ? g_utf8_strlen (kept, -1) : 1;
      g_autofree char *text =
          g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                        "This is too long by %ld character. Please shorten it.",
                                        "This is too long by %ld characters. Please shorten it.",
                                        over),
                           over);

      set_problem (self, text);
      return FALSE;
    }
  set_problem (self, NULL);
  return TRUE;
}

static void
update_entry (CausetteChatView *self)
{
  g_autofree char *draft = causette_chat_view_get_draft (self);
  g_autofree char *stripped = g_strstrip (g_strdup (draft));
  gboolean fits = check_length (self);

  gtk_widget_set_visible (self->placeholder, *draft == '\0');
  gtk_widget_set_sensitive (GTK_WIDGET (self->send), *stripped != '\0' && fits && can_write (self));
}

static gboolean
resize_entry (gpointer user_data)
{
  CausetteChatView *self = user_data;

  self->resize_source = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self->entry));
  return G_SOURCE_REMOVE;
}

/* GTK scrolls to the cursor with an animation that does not notice when the entry has grown
 * meanwhile and shows all of its text. */
static void
on_entry_scrolled (CausetteChatView *self, GtkAdjustment *adjustment)
{
  GdkRectangle shown;

  gtk_text_view_get_visible_rect (self->entry, &shown);
  if (gtk_adjustment_get_value (adjustment) == 0 ||
      shown.height < gtk_adjustment_get_upper (adjustment))
    return;
  gtk_adjustment_set_value (adjustment, 0); /* ends the animation */
  gtk_widget_queue_resize (GTK_WIDGET (self->entry));
}

/* The entry grows with its text. GTK 4.8 asks for the room before it has laid out what is new, and
 * not again afterwards. */
static void
on_draft_changed (CausetteChatView *self)
{
  if (self->resize_source == 0)
    self->resize_source = g_idle_add (resize_entry, self);
  update_entry (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
}

static void
on_state (CausetteChatView *self)
{
  update_entry (self);
  adw_status_page_set_description (
      self->empty, can_write (self)
                       ? _ ("What you write goes to the other person. It is gone when you part.")
                       : _ ("You can write as soon as the two of you are connected."));
}

static gboolean
scroll_to_end (gpointer user_data)
{
  CausetteChatView *self = user_data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->scroll_source = 0;
  if (self->at_end)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) -
                                              gtk_adjustment_get_page_size (adjustment));
  return G_SOURCE_REMOVE;
}

/* The list sets its place itself after it has said how high it is: go to the end after that. */
static void
on_adjustment_changed (CausetteChatView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->known_upper = gtk_adjustment_get_upper (adjustment);
  if (self->at_end && self->scroll_source == 0)
    self->scroll_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 30, scroll_to_end, self, NULL);
}

/* Only a person's scrolling says what they want to see, not the list's own growing. */
static void
on_adjustment_value (CausetteChatView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  if (self->scroll_source != 0 || gtk_adjustment_get_upper (adjustment) != self->known_upper)
    return;
  self->at_end = gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) +
                     END_MARGIN >=
                 gtk_adjustment_get_upper (adjustment);
}

static void
on_items_changed (CausetteChatView *self, guint position, guint removed, guint added)
{
  guint n = self->texts != NULL ? g_list_model_get_n_items (self->texts) : 0;

  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  causette_accessible_hide_pages (self->stack);
  if (added > 0 && n > 0)
    {
      g_autoptr (CausetteText) last = g_list_model_get_item (self->texts, n - 1);

      if (causette_text_get_own (last))
        self->at_end = TRUE;
      if (self->at_end)
        gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", n - 1);
    }
}

static void
on_setup_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, causette_chat_row_new ());
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_selectable (item, FALSE);
}

static void
on_bind_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  causette_chat_row_set_text (CAUSETTE_CHAT_ROW (gtk_list_item_get_child (item)),
                              gtk_list_item_get_item (item));
}

static void
on_unbind_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  causette_chat_row_set_text (CAUSETTE_CHAT_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
on_close (CausetteChatView *self)
{
  g_signal_emit (self, signals[CLOSE], 0);
}

/* Enter sends; Shift+Enter begins a new line. An input method comes first: its Enter accepts a
 * word. */
static gboolean
on_entry_key (CausetteChatView *self,
              guint keyval,
              guint keycode,
              GdkModifierType state,
              GtkEventController *controller)
{
  GdkModifierType mask = gtk_accelerator_get_default_mod_mask ();
  GdkEvent *event = gtk_event_controller_get_current_event (controller);

  if (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter)
    return GDK_EVENT_PROPAGATE;
  if ((state & mask) != 0)
    return GDK_EVENT_PROPAGATE;
  if (event != NULL && gtk_text_view_im_context_filter_keypress (self->entry, event))
    return GDK_EVENT_STOP;
  causette_chat_view_send (self);
  return GDK_EVENT_STOP;
}

static void
causette_chat_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteChatView *self = CAUSETTE_CHAT_VIEW (object);

  if (id == PROP_DRAFT)
    {
      g_autofree char *draft = causette_chat_view_get_draft (self);

      g_value_set_boolean (value, *draft != '\0');
      return;
    }
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
causette_chat_view_dispose (GObject *object)
{
  CausetteChatView *self = CAUSETTE_CHAT_VIEW (object);

  g_clear_handle_id (&self->scroll_source, g_source_remove);
  g_clear_handle_id (&self->resize_source, g_source_remove);
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  if (self->texts != NULL)
    g_signal_handlers_disconnect_by_data (self->texts, self);
  g_clear_object (&self->encounter);
  g_clear_object (&self->texts);
  G_OBJECT_CLASS (causette_chat_view_parent_class)->dispose (object);
}

static void
causette_chat_view_class_init (CausetteChatViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = causette_chat_view_dispose;
  object_class->get_property = causette_chat_view_get_property;

  props[PROP_DRAFT] =
      g_param_spec_boolean ("draft", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CLOSE] = g_signal_new ("close", CAUSETTE_TYPE_CHAT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, header);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, stack);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, empty);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, scroller);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, list);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, entry);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, placeholder);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, problem);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, problem_label);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, send);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatView, close);
  gtk_widget_class_bind_template_callback (widget_class, causette_chat_view_send);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_key);
  gtk_widget_class_bind_template_callback (widget_class, on_draft_changed);
  gtk_widget_class_set_css_name (widget_class, "chatview");
}

static void
causette_chat_view_init (CausetteChatView *self)
{
  GtkListItemFactory *factory;
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->at_end = TRUE;

  factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup_row), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind_row), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind_row), NULL);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);

  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_adjustment_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_adjustment_value), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->entry)),
                           "value-changed", G_CALLBACK (on_entry_scrolled), self,
                           G_CONNECT_SWAPPED);
  on_state (self);
}

void
causette_chat_view_set_encounter (CausetteChatView *self, CausetteEncounter *encounter)
{
  g_return_if_fail (CAUSETTE_IS_CHAT_VIEW (self));

  if (self->encounter == encounter)
    return;
  if (self->encounter != NULL)
    g_signal_handlers_disconnect_by_data (self->encounter, self);
  if (self->texts != NULL)
    g_signal_handlers_disconnect_by_data (self->texts, self);
  g_clear_object (&self->texts);
  gtk_list_view_set_model (self->list, NULL);
  g_set_object (&self->encounter, encounter);
  self->at_end = TRUE;
  causette_chat_view_set_draft (self, "");

  if (encounter != NULL)
    {
      GtkSelectionModel *selection;

      g_set_object (&self->texts, causette_encounter_get_texts (encounter));
      selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (self->texts)));
      gtk_list_view_set_model (self->list, selection);
      g_object_unref (selection);
      g_signal_connect_object (self->texts, "items-changed", G_CALLBACK (on_items_changed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (encounter, "notify::state", G_CALLBACK (on_state), self,
                               G_CONNECT_SWAPPED);
    }
  on_items_changed (self, 0, 0, 0);
  on_state (self);
}

void
causette_chat_view_focus_entry (CausetteChatView *self)
{
  g_return_if_fail (CAUSETTE_IS_CHAT_VIEW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

gboolean
causette_chat_view_has_entry_focus (CausetteChatView *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CHAT_VIEW (self), FALSE);
  return gtk_widget_has_focus (GTK_WIDGET (self->entry));
}

char *
causette_chat_view_get_draft (CausetteChatView *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter begin, end;

  g_return_val_if_fail (CAUSETTE_IS_CHAT_VIEW (self), NULL);

  buffer = gtk_text_view_get_buffer (self->entry);
  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

void
causette_chat_view_set_draft (CausetteChatView *self, const char *text)
{
  g_return_if_fail (CAUSETTE_IS_CHAT_VIEW (self));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->entry), text, -1);
}

gboolean
causette_chat_view_send (CausetteChatView *self)
{
  g_autofree char *draft = NULL;

  g_return_val_if_fail (CAUSETTE_IS_CHAT_VIEW (self), FALSE);

  draft = g_strstrip (causette_chat_view_get_draft (self));
  if (*draft == '\0')
    return FALSE;
  if (!check_length (self))
    {
      gtk_widget_error_bell (GTK_WIDGET (self->entry));
      return FALSE;
    }
  if (!can_write (self))
    {
      set_problem (self, _ ("You are not connected yet. Your text stays here until you are."));
      return FALSE;
    }
  if (!causette_encounter_say (self->encounter, draft))
    {
      set_problem (self, _ ("This could not be sent. Your text is still here."));
      return FALSE;
    }
  causette_chat_view_set_draft (self, "");
  return TRUE;
}

void
causette_chat_view_set_beside (CausetteChatView *self, gboolean beside)
{
  g_return_if_fail (CAUSETTE_IS_CHAT_VIEW (self));

  gtk_widget_set_visible (GTK_WIDGET (self->close), !beside);
  adw_header_bar_set_show_end_title_buttons (self->header, beside);
}

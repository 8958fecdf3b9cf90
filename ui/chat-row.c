/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the conversation; see the header. */
#include "config.h"

#include "ui/chat-row.h"

#include <glib/gi18n.h>

struct _CausetteChatRow
{
  AdwBin parent_instance;

  GtkWidget *bubble;
  GtkLabel *label;
  GtkButton *link;
  GtkLabel *link_label;
  GtkLabel *status;

  CausetteText *text;
};

G_DEFINE_FINAL_TYPE (CausetteChatRow, causette_chat_row, ADW_TYPE_BIN)

char *
causette_chat_row_find_link (const char *text)
{
  static const char *const schemes[] = { "https://", "http://" };
  const char *begin = NULL;
  gsize length;

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      const char *found = strstr (text, schemes[i]);

      if (found != NULL && (begin == NULL || found < begin))
        begin = found;
    }
  if (begin == NULL)
    return NULL;

  /* printable ASCII alone: a look-alike letter cannot pass for another */
  for (length = 0; begin[length] > ' ' && begin[length] < 0x7f; length++)
    if (strchr ("<>\"`{}|\\^", begin[length]) != NULL)
      break;
  while (length > 0 && strchr (".,;:!?)]'", begin[length - 1]) != NULL)
    length--;

  g_autofree char *link = g_strndup (begin, length);
  g_autoptr (GUri) uri = g_uri_parse (link, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return NULL;
  return g_steal_pointer (&link);
}

static void
update_link (CausetteChatRow *self)
{
  g_autofree char *link = causette_chat_row_find_link (causette_text_get_text (self->text));

  gtk_widget_set_visible (GTK_WIDGET (self->link), link != NULL);
  if (link == NULL)
    {
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self->link), "s", "");
      return;
    }

  g_autoptr (GUri) uri = g_uri_parse (link, G_URI_FLAGS_NONE, NULL);
  /* Translators: %s is the name of a web site that a text mentions. */
  g_autofree char *label = g_strdup_printf (_ ("Open %s…"), g_uri_get_host (uri));
  gtk_label_set_text (self->link_label, label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->link), "s", link);
}

static void
update_status (CausetteChatRow *self)
{
  const char *text = NULL, *mark = NULL;

  if (causette_text_get_own (self->text))
    switch (causette_text_get_status (self->text))
      {
      case CAUSETTE_TEXT_WAITING:
        mark = "…";
        text = _ ("Waiting to be sent");
        break;
      case CAUSETTE_TEXT_SENT:
        mark = "✓";
        text = _ ("Sent");
        break;
      case CAUSETTE_TEXT_DELIVERED:
        mark = "✓✓";
        text = _ ("Delivered");
        break;
      default:
        break;
      }
  gtk_label_set_text (self->status, mark != NULL ? mark : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), text);
  gtk_widget_set_visible (GTK_WIDGET (self->status), mark != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text != NULL ? text : "", -1);
}

static void
causette_chat_row_dispose (GObject *object)
{
  CausetteChatRow *self = CAUSETTE_CHAT_ROW (object);

  if (self->text != NULL)
    g_signal_handlers_disconnect_by_data (self->text, self);
  g_clear_object (&self->text);
  G_OBJECT_CLASS (causette_chat_row_parent_class)->dispose (object);
}

static void
causette_chat_row_class_init (CausetteChatRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_chat_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/chat-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteChatRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatRow, label);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatRow, link);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatRow, link_label);
  gtk_widget_class_bind_template_child (widget_class, CausetteChatRow, status);
  gtk_widget_class_set_css_name (widget_class, "chatrow");
}

static void
causette_chat_row_init (CausetteChatRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
causette_chat_row_new (void)
{
  return g_object_new (CAUSETTE_TYPE_CHAT_ROW, NULL);
}

void
causette_chat_row_set_text (CausetteChatRow *self, CausetteText *text)
{
  g_return_if_fail (CAUSETTE_IS_CHAT_ROW (self));

  if (self->text == text)
    return;
  if (self->text != NULL)
    g_signal_handlers_disconnect_by_data (self->text, self);
  g_set_object (&self->text, text);
  if (text == NULL)
    {
      gtk_label_set_text (self->label, "");
      return;
    }

  gboolean own = causette_text_get_own (text);
  /* Translators: who wrote a text; %s is the text. */
  g_autofree char *spoken = g_strdup_printf (own ? _ ("You wrote: %s") : _ ("They wrote: %s"),
                                             causette_text_get_text (text));

  /* set_text, not set_markup: whatever a stranger writes is plain text */
  gtk_label_set_text (self->label, causette_text_get_text (text));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->label), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken, -1);
  gtk_widget_set_halign (GTK_WIDGET (self->bubble), own ? GTK_ALIGN_END : GTK_ALIGN_START);
  if (own)
    gtk_widget_add_css_class (self->bubble, "own");
  else
    gtk_widget_remove_css_class (self->bubble, "own");

  g_signal_connect_object (text, "notify::status", G_CALLBACK (update_status), self,
                           G_CONNECT_SWAPPED);
  update_status (self);
  update_link (self);
}

CausetteText *
causette_chat_row_get_text (CausetteChatRow *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CHAT_ROW (self), NULL);
  return self->text;
}

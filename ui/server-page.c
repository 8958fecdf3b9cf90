/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where to meet; see the header. */
#include "config.h"

#include "ui/server-page.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/main-menu.h"

struct _CausetteServerPage
{
  AdwBin parent_instance;

  GtkButton *back;
  AdwActionRow *host_row;
  GtkSpinner *host_spinner;
  GtkImage *host_arrow;
  AdwEntryRow *address;
  GtkButton *connect;
  GtkRevealer *problem;
  GtkLabel *problem_label;

  CausetteSession *session;
  GCancellable *cancellable; /* of the hosting under way */
};

enum
{
  DONE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CausetteServerPage, causette_server_page, ADW_TYPE_BIN)

static void
set_problem (CausetteServerPage *self, const char *text)
{
  if (text != NULL)
    {
      gtk_label_set_text (self->problem_label, text);
      gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
    }
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  gtk_revealer_set_reveal_child (self->problem, text != NULL);
}

static void
set_busy (CausetteServerPage *self, gboolean busy)
{
  gtk_widget_set_visible (GTK_WIDGET (self->host_spinner), busy);
  gtk_spinner_set_spinning (self->host_spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->host_arrow), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->host_row), !busy);
}

static void
update_connect (CausetteServerPage *self)
{
  g_autofree char *address =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));

  set_problem (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->connect), *address != '\0');
}

static void
on_connect (CausetteServerPage *self)
{
  g_autofree char *address =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));
  g_autoptr (GError) error = NULL;

  if (*address == '\0')
    return;
  if (!causette_session_connect (self->session, address, &error))
    {
      set_problem (self, error->message);
      gtk_widget_grab_focus (GTK_WIDGET (self->address));
      return;
    }
  g_signal_emit (self, signals[DONE], 0);
}

static void
on_hosted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CausetteServerPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!causette_session_host_finish (CAUSETTE_SESSION (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      set_busy (self, FALSE);
      set_problem (self, error->message);
      gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
      return;
    }
  set_busy (self, FALSE);
  g_signal_emit (self, signals[DONE], 0);
}

static void
on_host (CausetteServerPage *self)
{
  set_problem (self, NULL);
  set_busy (self, TRUE);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  causette_session_host_async (self->session, TRUE, self->cancellable, on_hosted,
                               g_object_ref (self));
}

static void
on_back (CausetteServerPage *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

static void
causette_server_page_dispose (GObject *object)
{
  CausetteServerPage *self = CAUSETTE_SERVER_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (causette_server_page_parent_class)->dispose (object);
}

static void
causette_server_page_class_init (CausetteServerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_server_page_dispose;
  signals[DONE] = g_signal_new ("done", CAUSETTE_TYPE_SERVER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  g_type_ensure (CAUSETTE_TYPE_MAIN_MENU);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/server-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, back);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, host_row);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, host_spinner);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, host_arrow);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, address);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, connect);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, problem);
  gtk_widget_class_bind_template_child (widget_class, CausetteServerPage, problem_label);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, on_host);
  gtk_widget_class_bind_template_callback (widget_class, on_connect);
  gtk_widget_class_bind_template_callback (widget_class, update_connect);
}

static void
causette_server_page_init (CausetteServerPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  causette_accessible_name_buttons (GTK_WIDGET (self));
  update_connect (self);
}

void
causette_server_page_set_session (CausetteServerPage *self, CausetteSession *session)
{
  g_return_if_fail (CAUSETTE_IS_SERVER_PAGE (self));
  g_set_object (&self->session, session);
}

void
causette_server_page_begin (CausetteServerPage *self, gboolean can_go_back)
{
  g_return_if_fail (CAUSETTE_IS_SERVER_PAGE (self));

  gtk_widget_set_visible (GTK_WIDGET (self->back), can_go_back);
  gtk_editable_set_text (GTK_EDITABLE (self->address), "");
  set_busy (self, FALSE);
  update_connect (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->host_row));
}

const char *
causette_server_page_get_problem (CausetteServerPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SERVER_PAGE (self), NULL);
  return gtk_revealer_get_reveal_child (self->problem) ? gtk_label_get_text (self->problem_label)
                                                       : "";
}

void
causette_server_page_choose (CausetteServerPage *self, const char *address)
{
  g_return_if_fail (CAUSETTE_IS_SERVER_PAGE (self));
  gtk_editable_set_text (GTK_EDITABLE (self->address), address);
  on_connect (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came between; see the header. */
#include "config.h"

#include "ui/problem-page.h"

#include <glib/gi18n.h>

#include "ui/accessible.h"
#include "ui/main-menu.h"

struct _CausetteProblemPage
{
  AdwBin parent_instance;

  AdwStatusPage *status;
  GtkButton *first;
  GtkButton *second;
  GtkButton *copy;

  char *draft;
};

G_DEFINE_FINAL_TYPE (CausetteProblemPage, causette_problem_page, ADW_TYPE_BIN)

static void
set_words (CausetteProblemPage *self, const char *icon, const char *title, const char *description)
{
  /* AdwStatusPage reads markup in its description, and errors may name what a stranger chose */
  g_autofree char *escaped = g_markup_escape_text (description, -1);

  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
}

static void
set_button (GtkButton *button, const char *label, const char *action)
{
  gtk_button_set_label (button, label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  causette_accessible_name_buttons (GTK_WIDGET (button));
}

static void
set_draft (CausetteProblemPage *self, const char *draft)
{
  g_free (self->draft);
  self->draft = g_strdup (draft);
  gtk_widget_set_visible (GTK_WIDGET (self->copy), draft != NULL && *draft != '\0');
}

static void
on_copy (CausetteProblemPage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->draft);
}

static void
causette_problem_page_finalize (GObject *object)
{
  g_free (CAUSETTE_PROBLEM_PAGE (object)->draft);
  G_OBJECT_CLASS (causette_problem_page_parent_class)->finalize (object);
}

static void
causette_problem_page_class_init (CausetteProblemPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = causette_problem_page_finalize;
  g_type_ensure (CAUSETTE_TYPE_MAIN_MENU);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/problem-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteProblemPage, status);
  gtk_widget_class_bind_template_child (widget_class, CausetteProblemPage, first);
  gtk_widget_class_bind_template_child (widget_class, CausetteProblemPage, second);
  gtk_widget_class_bind_template_child (widget_class, CausetteProblemPage, copy);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
}

static void
causette_problem_page_init (CausetteProblemPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  causette_accessible_name_buttons (GTK_WIDGET (self));
}

static const char *
title_for_end (CausetteEndReason reason)
{
  switch (reason)
    {
    case CAUSETTE_END_PARTNER_LOST:
    case CAUSETTE_END_TIMEOUT:
      return _ ("They Are Gone");
    case CAUSETTE_END_NO_ROUTE:
      return _ ("No Way to Each Other");
    case CAUSETTE_END_NOT_SECURE:
      return _ ("Not Private");
    case CAUSETTE_END_SERVER_LOST:
      return _ ("Server Lost");
    case CAUSETTE_END_SERVER_REFUSED:
      return _ ("Not Now");
    case CAUSETTE_END_MEDIA_FAILED:
    case CAUSETTE_END_PARTNER_FAILED:
      return _ ("The Call Failed");
    case CAUSETTE_END_NONE:
    case CAUSETTE_END_LEFT:
    case CAUSETTE_END_HANG_UP:
    case CAUSETTE_END_NEXT:
    case CAUSETTE_END_PARTNER_HUNG_UP:
    case CAUSETTE_END_PARTNER_NEXT:
    case CAUSETTE_END_REPORTED:
    case CAUSETTE_END_BLOCKED:
    default:
      return _ ("Goodbye");
    }
}

static const char *
icon_for_end (CausetteEndReason reason)
{
  switch (reason)
    {
    case CAUSETTE_END_NO_ROUTE:
      return "network-error-symbolic";
    case CAUSETTE_END_NOT_SECURE:
      return "dialog-warning-symbolic";
    case CAUSETTE_END_SERVER_LOST:
    case CAUSETTE_END_SERVER_REFUSED:
      return "network-offline-symbolic";
    case CAUSETTE_END_MEDIA_FAILED:
    case CAUSETTE_END_PARTNER_FAILED:
      return "computer-fail-symbolic";
    case CAUSETTE_END_NONE:
    case CAUSETTE_END_LEFT:
    case CAUSETTE_END_HANG_UP:
    case CAUSETTE_END_NEXT:
    case CAUSETTE_END_PARTNER_HUNG_UP:
    case CAUSETTE_END_PARTNER_NEXT:
    case CAUSETTE_END_PARTNER_LOST:
    case CAUSETTE_END_TIMEOUT:
    case CAUSETTE_END_REPORTED:
    case CAUSETTE_END_BLOCKED:
    default:
      return "causette-chat-symbolic";
    }
}

void
causette_problem_page_show_end (CausetteProblemPage *self,
                                CausetteEndReason reason,
                                const GError *error,
                                const char *draft)
{
  const char *sentence = causette_end_reason_to_sentence (reason);
  g_autofree char *description = NULL;

  g_return_if_fail (CAUSETTE_IS_PROBLEM_PAGE (self));

  description =
      error != NULL ? g_strdup_printf ("%s\n%s", sentence, error->message) : g_strdup (sentence);
  set_words (self, icon_for_end (reason), title_for_end (reason), description);
  set_button (self->first, _ ("_Meet Someone Else"), "win.meet");
  set_button (self->second, _ ("_Back"), "win.back");
  set_draft (self, draft);
}

void
causette_problem_page_show_link (CausetteProblemPage *self, const GError *error, const char *server)
{
  const char *title = _ ("Server Not Reached"), *icon = "network-offline-symbolic", *advice = NULL;
  g_autofree char *description = NULL;

  g_return_if_fail (CAUSETTE_IS_PROBLEM_PAGE (self));
  g_return_if_fail (error != NULL);

  if (error->domain == CAUSETTE_LINK_ERROR)
    switch ((CausetteLinkError) error->code)
      {
      case CAUSETTE_LINK_ERROR_REFUSED_FULL:
        title = _ ("The Server Is Full");
        advice = _ ("Try again in a while, or choose another server.");
        break;
      case CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY:
        title = _ ("Too Often");
        advice = _ ("Wait a little before you try again.");
        break;
      case CAUSETTE_LINK_ERROR_REFUSED_BANNED:
      case CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE:
      case CAUSETTE_LINK_ERROR_REFUSED_POLICY:
      case CAUSETTE_LINK_ERROR_REFUSED_OTHER:
        title = _ ("The Server Says No");
        break;
      case CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL:
        title = _ ("Another Version");
        advice = _ ("Update Causette, or choose another server.");
        break;
      case CAUSETTE_LINK_ERROR_PROTOCOL:
        title = _ ("Not a Causette Server");
        advice = _ ("Check the address.");
        break;
      case CAUSETTE_LINK_ERROR_TLS:
        title = _ ("The Server Is Not Trusted");
        icon = "dialog-warning-symbolic";
        break;
      case CAUSETTE_LINK_ERROR_UNREACHABLE:
        advice = _ ("Check the address and your network. Causette keeps trying.");
        break;
      case CAUSETTE_LINK_ERROR_ADDRESS:
        title = _ ("Not an Address");
        break;
      case CAUSETTE_LINK_ERROR_LOST:
      case CAUSETTE_LINK_ERROR_TIMEOUT:
      case CAUSETTE_LINK_ERROR_QUEUE_FULL:
      default:
        break;
      }

  description =
      g_strdup_printf ("%s%s%s\n%s", server != NULL ? server : "", server != NULL ? "\n" : "",
                       error->message, advice != NULL ? advice : "");
  g_strchomp (description);
  set_words (self, icon, title, description);
  set_button (self->first, _ ("_Try Again"), "win.retry");
  set_button (self->second, _ ("_Choose Another Server"), "win.choose-server");
  set_draft (self, NULL);
}

const char *
causette_problem_page_get_title (CausetteProblemPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PROBLEM_PAGE (self), NULL);
  return adw_status_page_get_title (self->status);
}

const char *
causette_problem_page_get_description (CausetteProblemPage *self)
{
  g_return_val_if_fail (CAUSETTE_IS_PROBLEM_PAGE (self), NULL);
  return adw_status_page_get_description (self->status);
}

void
causette_problem_page_focus (CausetteProblemPage *self)
{
  g_return_if_fail (CAUSETTE_IS_PROBLEM_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->first));
}

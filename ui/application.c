/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program; see the header.
 *
 * A second start hands what it was asked to do to the first one, by the actions "app.connect-to"
 * and "app.meet", and ends. --new-instance and --profile are for several people on one computer.
 */
#include "config.h"

#include "ui/application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "app/report.h"
#include "ui/window.h"

struct _CausetteApplication
{
  AdwApplication parent_instance;

  CausetteSession *session;
  CausetteWindow *window;
  CausetteReport *report; /* nullable */

  char *server; /* what the command line asked for, nullable */
  char *video, *audio, *speaker;
  char *profile;
  gboolean meet;
  gboolean wants_report;

  gboolean closing; /* the last words to the server are under way */
  guint signals[2]; /* SIGINT, SIGTERM */
};

G_DEFINE_FINAL_TYPE (CausetteApplication, causette_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Connect to the server at ADDRESS"),
    N_ ("ADDRESS") },
  { "meet", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Meet someone as soon as it is connected"), NULL },
  { "video", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("What is shown to others: camera, camera:ID, test, none"), N_ ("SOURCE") },
  { "audio", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("What others hear: microphone, microphone:ID, test, none"), N_ ("SOURCE") },
  { "speaker", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Where others are heard: speaker, none"),
    N_ ("SPEAKER") },
  { "profile", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Be somebody of one’s own, who is forgotten at the end"), N_ ("NAME") },
  { "new-instance", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Start a further window of its own, even if one is there"), NULL },
  { "report", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Report what happens, without what is written, on standard output"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and end"), NULL },
  { NULL },
};

/* Actions */

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  CausetteApplication *self = user_data;
  static const char *const developers[] = { "The Causette contributors", NULL };

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (self)),
                         "application-name", "Causette", "application-icon", CAUSETTE_APP_ID,
                         "version", CAUSETTE_VERSION, "developer-name",
                         _ ("The Causette contributors"), "developers", developers, "license-type",
                         GTK_LICENSE_GPL_3_0, "comments",
                         _ ("A little chat, face to face. Pictures and sound go straight from one "
                            "person to the other."),
                         /* Translators: your names, one a line. */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CausetteApplication *self = user_data;

  causette_session_close_finish (CAUSETTE_SESSION (source), result);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  g_application_quit (G_APPLICATION (self));
  g_application_release (G_APPLICATION (self));
}

/* The window goes at once; the program stays until the partner and the server have been told. */
static gboolean
on_close_request (CausetteApplication *self)
{
  if (self->closing)
    return GDK_EVENT_STOP;
  self->closing = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->window), FALSE);
  g_application_hold (G_APPLICATION (self));
  causette_session_close_async (self->session, on_closed, self);
  return GDK_EVENT_STOP;
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  CausetteApplication *self = user_data;

  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  else
    g_application_quit (G_APPLICATION (self));
}

static gboolean
on_signal (gpointer user_data)
{
  g_action_group_activate_action (G_ACTION_GROUP (user_data), "quit", NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_connect_to (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  CausetteApplication *self = user_data;

  g_application_activate (G_APPLICATION (self));
  causette_window_connect_to (self->window, g_variant_get_string (parameter, NULL));
}

static void
on_meet (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  CausetteApplication *self = user_data;

  g_application_activate (G_APPLICATION (self));
  causette_window_meet_when_online (self->window);
}

static const GActionEntry actions[] = {
  { "about", on_about, NULL, NULL, NULL },
  { "quit", on_quit, NULL, NULL, NULL },
  { "connect-to", on_connect_to, "s", NULL, NULL },
  { "meet", on_meet, NULL, NULL, NULL },
};

static const struct
{
  const char *action;
  const char *accels[3];
} accels[] = {
  { "app.quit", { "<Control>q", NULL } },
  { "win.next", { "<Control>n", NULL } },
  { "win.microphone", { "<Control>d", NULL } },
  { "win.camera", { "<Control>e", NULL } },
  { "win.chat", { "<Control>Return", "<Control>KP_Enter", NULL } },
  { "win.fullscreen", { "F11", NULL } },
  { "window.close", { "<Control>w", NULL } },
};

/* Devices */

static const char *
pick_source (const char *option, const char *variable)
{
  const char *value = g_getenv (variable);

  if (option != NULL)
    return option;
  return value != NULL && *value != '\0' ? value : NULL;
}

static void
apply_sources (CausetteApplication *self)
{
  const char *video = pick_source (self->video, "CAUSETTE_VIDEO_SOURCE");
  const char *audio = pick_source (self->audio, "CAUSETTE_AUDIO_SOURCE");
  const char *speaker = pick_source (self->speaker, "CAUSETTE_SPEAKER");

  if (video != NULL)
    causette_camera_set_source (causette_session_get_camera (self->session), video);
  if (audio != NULL)
    causette_microphone_set_source (causette_session_get_microphone (self->session), audio);
  if (speaker != NULL)
    causette_session_set_speaker (self->session, speaker);
}

/* The server of the command line, else the one of last time; else the window offers some. */
static void
connect_at_start (CausetteApplication *self)
{
  CausetteSettings *settings = causette_session_get_settings (self->session);
  g_autofree char *last = g_settings_get_string (causette_settings_get_store (settings), "server");
  const char *address = self->server != NULL ? self->server : last;

  if (*address != '\0' && causette_session_get_server (self->session) == NULL)
    causette_window_connect_to (self->window, address);
}

/* Virtual functions */

static void
causette_application_startup (GApplication *application)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (application);
  g_autoptr (CausetteSettings) settings = NULL;

  G_APPLICATION_CLASS (causette_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].accels);
  gtk_window_set_default_icon_name (CAUSETTE_APP_ID);

  settings = self->profile != NULL ? causette_settings_new_in_memory () : causette_settings_new ();
  self->session = causette_session_new (settings);
  if (self->wants_report)
    self->report = causette_report_new (self->session, FALSE);
  apply_sources (self);
  self->signals[0] = g_unix_signal_add (SIGINT, on_signal, self);
  self->signals[1] = g_unix_signal_add (SIGTERM, on_signal, self);
}

static void
causette_application_activate (GApplication *application)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (application);
  gboolean first = self->window == NULL;

  if (first)
    {
      self->window = causette_window_new (GTK_APPLICATION (self), self->session);
      g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
      g_signal_connect_object (self->window, "close-request", G_CALLBACK (on_close_request), self,
                               G_CONNECT_SWAPPED);
      causette_session_open_devices (self->session);
    }
  gtk_window_present (GTK_WINDOW (self->window));
  if (!first)
    return;
  connect_at_start (self);
  if (self->meet)
    causette_window_meet_when_online (self->window);
}

/* causette://HOST[:PORT] */
static void
causette_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (application);
  g_autofree char *uri = n_files > 0 ? g_file_get_uri (files[0]) : NULL;

  if (uri != NULL && g_str_has_prefix (uri, "causette://"))
    {
      if (self->window == NULL)
        {
          g_free (self->server);
          self->server = g_steal_pointer (&uri);
          g_application_activate (application);
          return;
        }
      causette_window_connect_to (self->window, uri);
    }
  g_application_activate (application);
}

static gboolean
is_profile_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '_')
      return FALSE;
  return *name != '\0' && strlen (name) <= 32;
}

/* Hands over what was asked to the instance that runs already. Returns the status of this one. */
static int
forward (CausetteApplication *self)
{
  GActionGroup *group = G_ACTION_GROUP (self);

  if (self->server != NULL)
    g_action_group_activate_action (group, "connect-to", g_variant_new_string (self->server));
  if (self->meet)
    g_action_group_activate_action (group, "meet", NULL);
  g_application_activate (G_APPLICATION (self));
  g_dbus_connection_flush_sync (g_application_get_dbus_connection (G_APPLICATION (self)), NULL,
                                NULL);
  return 0;
}

static int
causette_application_handle_local_options (GApplication *application, GVariantDict *dict)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (dict, "version"))
    {
      g_print ("causette %s\n", CAUSETTE_VERSION);
      return 0;
    }
  g_variant_dict_lookup (dict, "server", "s", &self->server);
  g_variant_dict_lookup (dict, "video", "s", &self->video);
  g_variant_dict_lookup (dict, "audio", "s", &self->audio);
  g_variant_dict_lookup (dict, "speaker", "s", &self->speaker);
  g_variant_dict_lookup (dict, "profile", "s", &self->profile);
  self->meet = g_variant_dict_contains (dict, "meet");
  self->wants_report = g_variant_dict_contains (dict, "report");

  if (self->profile != NULL)
    {
      g_autofree char *id = NULL;

      if (!is_profile_name (self->profile))
        {
          g_printerr ("%s\n",
                      _ ("A profile’s name is 1 to 32 letters, digits, hyphens or underscores."));
          return 1;
        }
      id = g_strdup_printf (CAUSETTE_APP_ID ".Profile_%s", self->profile);
      g_strdelimit (id, "-", '_');
      g_application_set_application_id (application, id);
    }
  if (g_variant_dict_contains (dict, "new-instance"))
    g_application_set_flags (application,
                             g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);

  if (self->server == NULL && !self->meet)
    return -1;
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return g_application_get_is_remote (application) ? forward (self) : -1;
}

static void
causette_application_shutdown (GApplication *application)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (application);

  for (gsize i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_clear_handle_id (&self->signals[i], g_source_remove);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  g_clear_object (&self->report);
  g_clear_object (&self->session);
  G_APPLICATION_CLASS (causette_application_parent_class)->shutdown (application);
}

static void
causette_application_finalize (GObject *object)
{
  CausetteApplication *self = CAUSETTE_APPLICATION (object);

  g_clear_weak_pointer (&self->window);
  g_free (self->server);
  g_free (self->video);
  g_free (self->audio);
  g_free (self->speaker);
  g_free (self->profile);
  G_OBJECT_CLASS (causette_application_parent_class)->finalize (object);
}

static void
causette_application_class_init (CausetteApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = causette_application_finalize;
  application_class->startup = causette_application_startup;
  application_class->activate = causette_application_activate;
  application_class->open = causette_application_open;
  application_class->handle_local_options = causette_application_handle_local_options;
  application_class->shutdown = causette_application_shutdown;
}

static void
causette_application_init (CausetteApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self),
                                                     "[causette://HOST[:PORT]]");
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _ ("A little chat, face to face."));
}

CausetteApplication *
causette_application_new (void)
{
  return g_object_new (CAUSETTE_TYPE_APPLICATION, "application-id", CAUSETTE_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/causette/Causette",
                       NULL);
}

CausetteSession *
causette_application_get_session (CausetteApplication *self)
{
  g_return_val_if_fail (CAUSETTE_IS_APPLICATION (self), NULL);
  return self->session;
}

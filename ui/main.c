/* SPDX-License-Identifier: GPL-3.0-or-later */
/* causette: the program with a window. Sets up the language and the libraries, and runs the
 * application.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <gst/gst.h>
#include <locale.h>

#include "app/program.h"
#include "ui/application.h"

/* In a build folder the translations are beside the program. */
static void
set_up_language (void)
{
  g_autofree char *built = program_find ("po/fr/LC_MESSAGES/" GETTEXT_PACKAGE ".mo");
  g_autofree char *folder = NULL;

  setlocale (LC_ALL, "");
  if (built != NULL)
    {
      g_autofree char *messages = g_path_get_dirname (built);
      g_autofree char *language = g_path_get_dirname (messages);

      folder = g_path_get_dirname (language);
    }
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : CAUSETTE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char *argv[])
{
  g_autoptr (CausetteApplication) application = NULL;

  set_up_language ();
  g_set_prgname (CAUSETTE_APP_ID);
  g_set_application_name ("Causette");
  gst_init (NULL, NULL);

  application = causette_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}

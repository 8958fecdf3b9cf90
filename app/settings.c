/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program remembers, and where: the desktop's settings when the schema is installed, a key
 * file of the user when the program runs from its build folder, memory for tests and the probe.
 *
 * Owns: the GSettings. Called by: app/session, ui.
 * Must never: hold anything of a conversation or of a partner.
 */

/* The memory and key file backends are of use without being implemented anew. */
#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#include "config.h"

#include "app/settings.h"

#include "app/program.h"

struct _CausetteSettings
{
  GObject parent_instance;

  GSettings *store;
};

G_DEFINE_FINAL_TYPE (CausetteSettings, causette_settings, G_TYPE_OBJECT)

static GSettingsSchema *
look_up_in_folder (const char *compiled)
{
  g_autofree char *folder = g_path_get_dirname (compiled);
  g_autoptr (GSettingsSchemaSource) source = NULL;
  g_autoptr (GError) error = NULL;

  source =
      g_settings_schema_source_new_from_directory (folder, g_settings_schema_source_get_default (),
                                                   FALSE, &error);
  if (source == NULL)
    {
      g_debug ("No schemas in %s: %s", folder, error->message);
      return NULL;
    }

  return g_settings_schema_source_lookup (source, CAUSETTE_APP_ID, FALSE);
}

/* *@installed: whether the schema is where the system's own are, rather than beside the program. */
static GSettingsSchema *
find_schema (gboolean *installed)
{
  static const char *const places[] = {
    "data/gschemas.compiled",                  /* a build folder */
    "share/glib-2.0/schemas/gschemas.compiled" /* a prefix that the system does not know */
  };
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  GSettingsSchema *schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, CAUSETTE_APP_ID, TRUE);

  *installed = schema != NULL;

  for (gsize i = 0; schema == NULL && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *compiled = program_find (places[i]);

      if (compiled != NULL)
        schema = look_up_in_folder (compiled);
    }

  /* Without it nothing is known of the settings, not even their defaults. */
  if (schema == NULL)
    g_error ("The settings schema " CAUSETTE_APP_ID " is missing: the program is not installed "
             "completely");

  return schema;
}

static GSettingsBackend *
make_key_file_backend (void)
{
  g_autofree char *file =
      g_build_filename (g_get_user_config_dir (), "causette", "settings.ini", NULL);

  return g_keyfile_settings_backend_new (file, "/org/causette/Causette/", "Settings");
}

static CausetteSettings *
make_settings (gboolean in_memory)
{
  CausetteSettings *self = g_object_new (CAUSETTE_TYPE_SETTINGS, NULL);
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsBackend) backend = NULL;
  gboolean installed;

  schema = find_schema (&installed);

  if (in_memory)
    backend = g_memory_settings_backend_new ();
  else if (!installed && g_getenv ("GSETTINGS_BACKEND") == NULL)
    backend = make_key_file_backend ();

  self->store = g_settings_new_full (schema, backend, NULL);

  return self;
}

static void
causette_settings_dispose (GObject *object)
{
  CausetteSettings *self = CAUSETTE_SETTINGS (object);

  g_clear_object (&self->store);

  G_OBJECT_CLASS (causette_settings_parent_class)->dispose (object);
}

static void
causette_settings_class_init (CausetteSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = causette_settings_dispose;
}

static void
causette_settings_init (CausetteSettings *self)
{
}

CausetteSettings *
causette_settings_new (void)
{
  return make_settings (FALSE);
}

CausetteSettings *
causette_settings_new_in_memory (void)
{
  return make_settings (TRUE);
}

GSettings *
causette_settings_get_store (CausetteSettings *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SETTINGS (self), NULL);

  return self->store;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the settings promise: every key that the programs use is there with a sane default and a
 * range, what is in memory stays there, and a program run from its build folder forgets nothing.
 */

#include <gio/gio.h>
#include <string.h>

#include "app/settings.h"

static void
test_defaults (void)
{
  CausetteSettings *settings = causette_settings_new_in_memory ();
  GSettings *store = causette_settings_get_store (settings);
  g_autofree char *server = g_settings_get_string (store, "server");
  g_autofree char *camera = g_settings_get_string (store, "camera");
  g_autofree char *microphone = g_settings_get_string (store, "microphone");
  g_autofree char *speaker = g_settings_get_string (store, "speaker");
  g_autofree char *corner = g_settings_get_string (store, "self-view-corner");
  g_auto (GStrv) languages = g_settings_get_strv (store, "languages");
  g_auto (GStrv) topics = g_settings_get_strv (store, "topics");

  g_assert_cmpstr (server, ==, "");
  g_assert_cmpstr (camera, ==, "camera");
  g_assert_cmpstr (microphone, ==, "microphone");
  g_assert_cmpstr (speaker, ==, "speaker");
  g_assert_cmpstr (corner, ==, "bottom-end");
  g_assert_cmpuint (g_strv_length (languages), ==, 0);
  g_assert_cmpuint (g_strv_length (topics), ==, 0);
  g_assert_cmpint (g_settings_get_int (store, "window-width"), >=, 360);
  g_assert_cmpint (g_settings_get_int (store, "window-height"), >=, 294);
  g_assert_false (g_settings_get_boolean (store, "window-maximized"));
  g_assert_true (g_settings_get_boolean (store, "camera-enabled"));
  g_assert_true (g_settings_get_boolean (store, "microphone-enabled"));
  g_assert_false (g_settings_get_boolean (store, "chat-shown"));

  g_assert_finalize_object (settings);
}

static guint
count (const char *text, const char *word)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, word)) != NULL; at += strlen (word))
    n++;

  return n;
}

/* Every key says what it is for, to people who look with a settings editor. (GLib reads that from
 * the schema's source, which lies beside the compiled one only when installed.) */
static void
test_described (void)
{
  g_autofree char *file =
      g_test_build_filename (G_TEST_DIST, "..", "data", "org.causette.Causette.gschema.xml", NULL);
  g_autofree char *source = NULL;
  g_autoptr (GError) error = NULL;
  guint keys;

  g_file_get_contents (file, &source, NULL, &error);
  g_assert_no_error (error);

  keys = count (source, "<key ");
  g_assert_cmpuint (keys, >, 0);
  g_assert_cmpuint (count (source, "<summary>"), ==, keys);
  g_assert_cmpuint (count (source, "<description>"), ==, keys);
  g_assert_cmpuint (count (source, "<summary></summary>"), ==, 0);
  g_assert_cmpuint (count (source, "<description></description>"), ==, 0);
}

static void
test_ranges (void)
{
  static const struct
  {
    const char *key;
    const char *value;
    gboolean allowed;
  } cases[] = {
    { "window-width", "360", TRUE },
    { "window-width", "0", FALSE },
    { "window-width", "100000", FALSE },
    { "window-height", "-1", FALSE },
    { "self-view-corner", "'top-start'", TRUE },
    { "self-view-corner", "'middle'", FALSE },
  };
  CausetteSettings *settings = causette_settings_new_in_memory ();
  g_autoptr (GSettingsSchema) schema = NULL;

  g_object_get (causette_settings_get_store (settings), "settings-schema", &schema, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSettingsSchemaKey) key = g_settings_schema_get_key (schema, cases[i].key);
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (cases[i].value));

      g_assert_true (g_settings_schema_key_range_check (key, value) == cases[i].allowed);
    }

  g_assert_finalize_object (settings);
}

static void
test_in_memory (void)
{
  CausetteSettings *one = causette_settings_new_in_memory ();
  CausetteSettings *other = causette_settings_new_in_memory ();
  g_autofree char *mine = NULL;
  g_autofree char *theirs = NULL;

  g_settings_set_string (causette_settings_get_store (one), "server", "127.0.0.1:8710");
  mine = g_settings_get_string (causette_settings_get_store (one), "server");
  theirs = g_settings_get_string (causette_settings_get_store (other), "server");
  g_assert_cmpstr (mine, ==, "127.0.0.1:8710");
  g_assert_cmpstr (theirs, ==, "");

  g_assert_finalize_object (one);
  g_assert_finalize_object (other);
}

static void
test_remembered (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) installed = NULL;
  g_autofree char *backend = g_strdup (g_getenv ("GSETTINGS_BACKEND"));
  CausetteSettings *settings;
  g_autofree char *server = NULL;

  if (source != NULL)
    installed = g_settings_schema_source_lookup (source, "org.causette.Causette", TRUE);

  if (installed != NULL)
    {
      g_test_skip ("the schema is installed here: the desktop's own store would be used");
      return;
    }

  g_unsetenv ("GSETTINGS_BACKEND");

  settings = causette_settings_new ();
  g_settings_set_string (causette_settings_get_store (settings), "server", "example.org");
  g_settings_set_int (causette_settings_get_store (settings), "window-width", 1234);
  g_settings_sync ();
  g_assert_finalize_object (settings);

  settings = causette_settings_new ();
  server = g_settings_get_string (causette_settings_get_store (settings), "server");
  g_assert_cmpstr (server, ==, "example.org");
  g_assert_cmpint (g_settings_get_int (causette_settings_get_store (settings), "window-width"), ==,
                   1234);
  g_assert_finalize_object (settings);

  if (backend != NULL)
    g_setenv ("GSETTINGS_BACKEND", backend, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/app/settings/defaults", test_defaults);
  g_test_add_func ("/app/settings/described", test_described);
  g_test_add_func ("/app/settings/ranges", test_ranges);
  g_test_add_func ("/app/settings/in-memory", test_in_memory);
  g_test_add_func ("/app/settings/remembered", test_remembered);

  return g_test_run ();
}

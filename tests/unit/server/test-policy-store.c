/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy that a server serves: its languages, its version, and a sentence for each mistake. */
#include "net/server/policy-store.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *directory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("causette-policy-XXXXXX", NULL);
  g_assert_nonnull (fixture->directory);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
}

static void
write_file (Fixture *fixture, const char *name, const char *content, gssize size)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  g_assert_true (g_file_set_contents (path, content, size, NULL));
}

static void
assert_refused (Fixture *fixture, PolicyError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (policy_store_new (fixture->directory, &error));
  g_assert_error (error, POLICY_ERROR, (int) code);
}

static void
test_languages (Fixture *fixture, gconstpointer data)
{
  static const char french[] = "---\nversion: 2026-01-31\nlanguage: fr\n---\n# Vie privée\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (PolicyStore) store = NULL;
  GBytes *text;

  write_file (fixture, "fr.md", french, -1);
  write_file (fixture, "en-GB.md", "---\r\nversion: \"2026-01-31\"\r\n---\r\nText\r\n", -1);
  write_file (fixture, "README.txt", "not a policy", -1);
  write_file (fixture, "..md", "not a policy", -1);
  store = policy_store_new (fixture->directory, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (policy_store_version (store), ==, "2026-01-31");
  g_assert_cmpuint (g_strv_length ((char **) policy_store_languages (store)), ==, 2);
  g_assert_cmpstr (policy_store_languages (store)[0], ==, "en-GB");
  text = policy_store_find (store, "fr");
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), french, strlen (french));
  g_assert_true (policy_store_find (store, "FR-CA") == text);
  g_assert_nonnull (policy_store_find (store, "en-gb"));
  g_assert_null (policy_store_find (store, "en"));
  g_assert_null (policy_store_find (store, "../fr"));
  g_assert_null (policy_store_find (store, ""));
}

static void
test_mistakes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (POLICY_FILE_MAX + 1, 'a');
  g_autoptr (GError) error = NULL;

  assert_refused (fixture, POLICY_ERROR_EMPTY);
  write_file (fixture, "en.md", "", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);
  write_file (fixture, "en.md", "# No front matter\nversion: 1\n", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);
  write_file (fixture, "en.md", "---\ndate: 1\n---\nversion: 1\n", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);
  write_file (fixture, "en.md", "---\nversion:\n---\n", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);
  write_file (fixture, "en.md", "---\nversion: 0123456789012345678901234567890123\n---\n", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);
  write_file (fixture, "en.md", "---\nversion: 1\n---\n\xff\n", -1);
  assert_refused (fixture, POLICY_ERROR_FILE);
  write_file (fixture, "en.md", "---\nversion: 1\n---\n\0\n", 21);
  assert_refused (fixture, POLICY_ERROR_FILE);
  write_file (fixture, "en.md", large, -1);
  assert_refused (fixture, POLICY_ERROR_FILE);
  write_file (fixture, "en.md", "---\nversion: 1\n---\n", -1);
  write_file (fixture, "fr.md", "---\nversion: 2\n---\n", -1);
  assert_refused (fixture, POLICY_ERROR_VERSION);

  g_assert_null (policy_store_new ("/nowhere/at/all", &error));
  g_assert_error (error, POLICY_ERROR, POLICY_ERROR_DIRECTORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/policy-store/languages", Fixture, NULL, set_up, test_languages, tear_down);
  g_test_add ("/policy-store/mistakes", Fixture, NULL, set_up, test_mistakes, tear_down);
  return g_test_run ();
}

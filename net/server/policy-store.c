/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operator's privacy policy: see policy-store.h. */
#include "net/server/policy-store.h"

#include "net/wire/message.h"

#include <gio/gio.h>
#include <string.h>

#define SUFFIX ".md"

struct _PolicyStore
{
  char *version;
  GHashTable *texts; /* language in lower case → GBytes */
  GPtrArray *languages;
};

G_DEFINE_QUARK (policy_error, policy_error)

/* Returns: (nullable) (transfer full): the language that @name of a file stands for. */
static char *
language_of (const char *name)
{
  size_t length = strlen (name);

  if (!g_str_has_suffix (name, SUFFIX))
    return NULL;

  length -= strlen (SUFFIX);
  if (length == 0 || length > WIRE_LANGUAGE_MAX || !g_ascii_isalpha (name[0]))
    return NULL;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '-')
      return NULL;

  return g_strndup (name, length);
}

/* Returns: (nullable) (transfer full): the version that the front matter of @text names. */
static char *
version_of (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);

  if (lines[0] == NULL || strcmp (g_strchomp (lines[0]), "---") != 0)
    return NULL;

  for (unsigned i = 1; lines[i] != NULL && strcmp (g_strchomp (lines[i]), "---") != 0; i++)
    {
      char *value;
      size_t length;

      if (!g_str_has_prefix (lines[i], "version:"))
        continue;

      value = g_strstrip (lines[i] + strlen ("version:"));
      length = strlen (value);
      if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value)
        {
          value[length - 1] = '\0';
          value++;
        }
      if (*value == '\0' || strlen (value) > WIRE_VERSION_MAX)
        return NULL;
      for (const char *c = value; *c != '\0'; c++)
        if (!g_ascii_isgraph (*c))
          return NULL;
      return g_strdup (value);
    }

  return NULL;
}

static GBytes *
read_text (const char *path, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *buffer = g_malloc (POLICY_FILE_MAX + 2);
  size_t size = 0;

  stream = g_file_read (file, NULL, &cause);
  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), buffer,
                                                  POLICY_FILE_MAX + 1, &size, NULL, &cause))
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_FILE, "The policy \"%s\" cannot be read: %s",
                   name, cause->message);
      return NULL;
    }
  if (size > POLICY_FILE_MAX)
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_FILE,
                   "The policy \"%s\" is larger than %d bytes.", name, POLICY_FILE_MAX);
      return NULL;
    }
  /* A zero byte is not text either: g_utf8_validate() refuses it when given a length. */
  if (!g_utf8_validate (buffer, (gssize) size, NULL))
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_FILE, "The policy \"%s\" is not UTF-8 text.",
                   name);
      return NULL;
    }

  buffer[size] = '\0';
  return g_bytes_new (buffer, size + 1);
}

/* Reads the file @name, which is @language's. */
static bool
add_file (PolicyStore *store,
          const char *directory,
          const char *name,
          char *language,
          GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GBytes) text = read_text (path, name, error);
  g_autofree char *version = NULL;

  g_ptr_array_add (store->languages, language);
  if (text == NULL)
    return false;

  version = version_of (g_bytes_get_data (text, NULL));
  if (version == NULL)
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_VERSION,
                   "The policy \"%s\" does not begin with a front matter that names its version.",
                   name);
      return false;
    }
  if (store->version != NULL && strcmp (store->version, version) != 0)
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_VERSION,
                   "The policies name different versions: %s and, in \"%s\", %s.", store->version,
                   name, version);
      return false;
    }

  g_free (store->version);
  store->version = g_steal_pointer (&version);
  g_hash_table_replace (store->texts, g_ascii_strdown (language, -1),
                        g_bytes_new_from_bytes (text, 0, g_bytes_get_size (text) - 1));
  return true;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

PolicyStore *
policy_store_new (const char *directory, GError **error)
{
  g_autoptr (PolicyStore) store = g_new0 (PolicyStore, 1);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &cause);
  const char *name;

  store->texts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  store->languages = g_ptr_array_new_with_free_func (g_free);
  if (dir == NULL)
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_DIRECTORY,
                   "The policy folder cannot be read: %s", cause->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      char *language = language_of (name);

      if (language != NULL && !add_file (store, directory, name, language, error))
        return NULL;
    }
  if (store->languages->len == 0)
    {
      g_set_error (error, POLICY_ERROR, POLICY_ERROR_EMPTY,
                   "The policy folder \"%s\" holds no policy; one would be named \"en.md\".",
                   directory);
      return NULL;
    }

  g_ptr_array_sort (store->languages, compare_names);
  g_ptr_array_add (store->languages, NULL);
  return g_steal_pointer (&store);
}

void
policy_store_free (PolicyStore *store)
{
  if (store == NULL)
    return;

  g_ptr_array_unref (store->languages);
  g_hash_table_unref (store->texts);
  g_free (store->version);
  g_free (store);
}

const char *
policy_store_version (const PolicyStore *store)
{
  return store->version;
}

const char *const *
policy_store_languages (const PolicyStore *store)
{
  return (const char *const *) store->languages->pdata;
}

GBytes *
policy_store_find (const PolicyStore *store, const char *language)
{
  g_autofree char *key = g_ascii_strdown (language, -1);
  GBytes *text = g_hash_table_lookup (store->texts, key);

  while (text == NULL && strrchr (key, '-') != NULL)
    {
      *strrchr (key, '-') = '\0';
      text = g_hash_table_lookup (store->texts, key);
    }

  return text;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locale names of the system, "language[_territory][.codeset][@modifier]", made language tags.
 *
 * Called by: app/session. Must never: hand on what is not a well-formed tag.
 */

#include "app/languages.h"

#include <string.h>

#include "net/wire/message.h"

char *
languages_from_locale (const char *name)
{
  gsize length;
  char *tag;

  g_return_val_if_fail (name != NULL, NULL);

  length = strcspn (name, ".@");
  if (length < 2 || length > WIRE_LANGUAGE_MAX)
    return NULL;

  tag = g_strndup (name, length);
  if (g_str_equal (tag, "POSIX"))
    {
      g_free (tag);
      return NULL;
    }

  for (char *at = tag; *at != '\0'; at++)
    {
      if (*at == '_')
        *at = '-';
      if (!g_ascii_isalnum (*at) && *at != '-')
        {
          g_free (tag);
          return NULL;
        }
    }

  return tag;
}

char *
languages_get_first (void)
{
  const char *const *names = g_get_language_names ();

  for (gsize i = 0; names[i] != NULL; i++)
    {
      char *tag = languages_from_locale (names[i]);

      if (tag != NULL)
        return tag;
    }

  return NULL;
}

char **
languages_get_all (void)
{
  const char *const *names = g_get_language_names ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; names[i] != NULL && g_hash_table_size (seen) < WIRE_LIST_MAX; i++)
    {
      g_autofree char *tag = languages_from_locale (names[i]);

      if (tag == NULL)
        continue;

      tag[strcspn (tag, "-")] = '\0';
      if (!g_hash_table_contains (seen, tag))
        {
          g_strv_builder_add (builder, tag);
          g_hash_table_add (seen, g_steal_pointer (&tag));
        }
    }

  return g_strv_builder_end (builder);
}

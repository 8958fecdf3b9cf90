/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person who seeks would like, in a form to compare: see wish.h. */
#include "net/server/wish.h"

#include <string.h>

static char *
topic_key (const char *topic)
{
  g_autofree char *normal = g_utf8_normalize (topic, -1, G_NORMALIZE_ALL);
  g_autofree char *folded = NULL;

  if (normal == NULL)
    return g_strdup ("");

  folded = g_utf8_casefold (normal, -1);
  return g_strdup (g_strstrip (folded));
}

static char *
language_key (const char *language)
{
  return g_ascii_strdown (language, (gssize) strcspn (language, "-_"));
}

static bool
has_key (const GPtrArray *keys, const char *key)
{
  for (unsigned i = 0; i < keys->len; i++)
    if (strcmp (keys->pdata[i], key) == 0)
      return true;

  return false;
}

static void
collect (const char *const *words,
         GPtrArray *kept,
         GPtrArray *keys,
         char *(*make_key) (const char *) )
{
  for (unsigned i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_autofree char *key = make_key (words[i]);

      if (*key == '\0' || has_key (keys, key))
        continue;

      g_ptr_array_add (kept, g_strdup (words[i]));
      g_ptr_array_add (keys, g_steal_pointer (&key));
    }
}

static char **
common (const GPtrArray *words, const GPtrArray *keys, const GPtrArray *other_keys)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (unsigned i = 0; i < words->len; i++)
    if (has_key (other_keys, keys->pdata[i]))
      g_strv_builder_add (builder, words->pdata[i]);

  return g_strv_builder_end (builder);
}

Wish *
wish_new (const char *const *topics, const char *const *languages)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->topics = g_ptr_array_new_with_free_func (g_free);
  wish->topic_keys = g_ptr_array_new_with_free_func (g_free);
  wish->languages = g_ptr_array_new_with_free_func (g_free);
  wish->language_keys = g_ptr_array_new_with_free_func (g_free);
  collect (topics, wish->topics, wish->topic_keys, topic_key);
  collect (languages, wish->languages, wish->language_keys, language_key);

  return wish;
}

void
wish_free (Wish *wish)
{
  if (wish == NULL)
    return;

  g_ptr_array_unref (wish->topics);
  g_ptr_array_unref (wish->topic_keys);
  g_ptr_array_unref (wish->languages);
  g_ptr_array_unref (wish->language_keys);
  g_free (wish);
}

WishLevel
wish_first_level (const Wish *wish)
{
  return wish->topics->len > 0 ? WISH_TOPIC : wish_next_level (wish, WISH_TOPIC);
}

WishLevel
wish_next_level (const Wish *wish, WishLevel level)
{
  return level == WISH_TOPIC && wish->languages->len > 0 ? WISH_LANGUAGE : WISH_ANYONE;
}

char **
wish_common_topics (const Wish *wish, const Wish *other)
{
  return common (wish->topics, wish->topic_keys, other->topic_keys);
}

char **
wish_common_languages (const Wish *wish, const Wish *other)
{
  return common (wish->languages, wish->language_keys, other->language_keys);
}

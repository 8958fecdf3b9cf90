/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person who seeks would like: topics and languages, brought into a form to compare.
 *
 * Owns: when two topics or two languages count as the same. Called by: queue, lobby. Must never:
 * keep more than the protocol's limits let through, interpret a topic. Pure; one thread at a time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* How much a person still insists on. It only ever grows with waiting. */
typedef enum
{
  WISH_TOPIC,    /* someone who shares a topic */
  WISH_LANGUAGE, /* or a language */
  WISH_ANYONE,   /* or nothing at all */
} WishLevel;

typedef struct
{
  /* As the person wrote them, each once; the keys beside them, in the same order, are what is
   * compared: case and Unicode form aside, and of a language its primary subtag (RFC 5646 §2.2.1),
   * so that "fr-CA" and "fr" meet. */
  GPtrArray *topics;
  GPtrArray *topic_keys;
  GPtrArray *languages;
  GPtrArray *language_keys;
} Wish;

/* Makes a wish of two %NULL-terminated lists, either of which may be %NULL or empty. */
Wish *wish_new (const char *const *topics, const char *const *languages);
void wish_free (Wish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wish, wish_free)

/* The level at which someone with @wish starts, and the one after @level: a level for which the
 * wish names nothing is left out. */
WishLevel wish_first_level (const Wish *wish);
WishLevel wish_next_level (const Wish *wish, WishLevel level);

/* What @wish shares with @other, in @wish's own words. Returns: (transfer full): never %NULL. */
char **wish_common_topics (const Wish *wish, const Wish *other);
char **wish_common_languages (const Wish *wish, const Wish *other);

G_END_DECLS

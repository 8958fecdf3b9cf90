/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operator's privacy policy, as it is served: CommonMark files, one a language.
 *
 * Owns: reading the files, their version. Called by: main.c, service.c. Must never: write, serve a
 * path that is not one of the files that it read at the start or at a reload.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POLICY_FILE_MAX (1024 * 1024) /* bytes of one language's text */

#define POLICY_ERROR (policy_error_quark ())
GQuark policy_error_quark (void);
typedef enum
{
  POLICY_ERROR_DIRECTORY, /* it cannot be read */
  POLICY_ERROR_EMPTY,     /* there is no policy in it */
  POLICY_ERROR_FILE,      /* a file cannot be read, is too large or not UTF-8 */
  POLICY_ERROR_VERSION,   /* a file without a front matter that names a version, or files that name
                             different ones */
} PolicyError;

typedef struct _PolicyStore PolicyStore;

/* Reads every `<language>.md` of @directory (a language tag of letters, digits and hyphens; other
 * names are left alone). Each begins with a front matter: a line `---`, lines `key: value`, a line
 * `---`; `version` is required and the same in all. Blocks: call it at the start, or for a reload.
 * Returns: (transfer full): or %NULL with @error (POLICY_ERROR), a sentence for the operator. */
PolicyStore *policy_store_new (const char *directory, GError **error);
void policy_store_free (PolicyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolicyStore, policy_store_free)

const char *policy_store_version (const PolicyStore *store);
/* Returns: (transfer none): the languages, in the order of the alphabet. */
const char *const *policy_store_languages (const PolicyStore *store);
/* Returns: (transfer none) (nullable): the text in @language, whatever its case; where there is
 * none for "fr-CA", that for "fr". */
GBytes *policy_store_find (const PolicyStore *store, const char *language);

G_END_DECLS

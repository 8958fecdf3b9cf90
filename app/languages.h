/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desktop's languages as language tags (RFC 5646).
 *
 * Called by: app/session. Pure, but for what GLib knows of the environment.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the tag for a locale's name, "fr-FR" for "fr_FR.UTF-8@euro";
 * %NULL for "C", "POSIX" and what is no locale's name. */
char *languages_from_locale (const char *name);
/* Returns: (transfer full) (nullable): the desktop's first language. */
char *languages_get_first (void);
/* Returns: (transfer full): the languages of the desktop without their regions, each once, at most
 * WIRE_LIST_MAX, the preferred one first. */
char **languages_get_all (void);

G_END_DECLS

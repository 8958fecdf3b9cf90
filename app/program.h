/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the running program is, so that it finds what belongs to it, installed or not.
 *
 * Called by: app/settings, app/server-host. Must never: believe the working folder.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the folder that the running program's file is in. */
char *program_get_folder (void);
/* Looks for @path, relative, in the program's folder and in those above it, as far as a build
 * folder is deep (four up). Returns: (transfer full) (nullable): the first that exists. */
char *program_find (const char *path);

G_END_DECLS

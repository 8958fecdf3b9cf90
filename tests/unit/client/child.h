/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server in a process of its own, as the tests start it: its lines of output, commands to it.
 *
 * Must never: outlive the test; it is killed by its own id when it is freed.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  GCancellable *cancellable;
  GString *lines; /* all that came, each ended by "\n" */
  bool ended;
} Child;

/* @argv: %NULL-terminated. */
Child *child_new (const char *const *argv);
void child_free (Child *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Child, child_free)

/* Returns how often @text stands in the lines so far. */
unsigned child_count (Child *self, const char *text);
/* Writes one line to its input. */
void child_tell (Child *self, const char *line);
/* SIGTERM. */
void child_terminate (Child *self);

G_END_DECLS

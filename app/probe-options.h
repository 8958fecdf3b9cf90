/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What causette-probe is told to do.
 *
 * Owns: its command line. Called by: app/probe. Must never: do any of it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PROBE_EXIT_WHEN_OVER, /* when the conversation is over, or on the duration's end */
  PROBE_EXIT_CONNECTED, /* when they see each other */
  PROBE_EXIT_TEXT,      /* when a text came and all own ones have arrived */
  PROBE_EXIT_COUNT,     /* when that many conversations are over */
} ProbeExit;

typedef struct
{
  char *server;
  char *video; /* a source string of CausetteCamera */
  char *audio; /* of CausetteMicrophone */
  char *speaker;
  int width, height, frames_per_second;
  double duration_s; /* 0: without end */
  char **say;        /* never %NULL */
  char *expect_sas;  /* nullable: names of the emoji, with spaces in between */
  char **languages;  /* nullable */
  char **topics;     /* nullable */
  gboolean relay_only;
  gboolean interactive;
  ProbeExit exit_after;
  int exit_count;
  int next_after;
} ProbeOptions;

/* Reads the command line; --help and --version are answered and end the program. Returns: (transfer
 * full): or %NULL with @error. */
ProbeOptions *probe_options_new (int *argc, char ***argv, GError **error);
void probe_options_free (ProbeOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProbeOptions, probe_options_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operator asks of causetted: the command line and the key file.
 *
 * Owns: names, defaults and checks of every option. Called by: main.c. Must never: act on an
 * option, print, exit.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define OPTIONS_ERROR (options_error_quark ())
GQuark options_error_quark (void);
typedef enum
{
  OPTIONS_ERROR_COMMAND_LINE, /* an option that does not exist, or lacks its value */
  OPTIONS_ERROR_FILE,         /* the key file cannot be read, or holds what it must not */
  OPTIONS_ERROR_VALUE,        /* an option has a value that makes no sense */
} OptionsError;

typedef struct
{
  char *host;
  uint16_t port; /* 0: any that is free */
} OptionsAddress;

typedef struct
{
  bool help;
  bool version;
  char *help_text; /* when asked for */
  OptionsAddress listen;
  OptionsAddress admin; /* host %NULL: none */
  char *policy;         /* a folder, or %NULL */
  bool require_policy;
  GPtrArray *ice_servers; /* of WireIceServer */
  char **allow_origins;   /* never %NULL */
  unsigned max_sessions;  /* 0: no limit */
  unsigned resume_seconds;
} Options;

/* Reads a command line (@arguments, %NULL-terminated, the program's name first; not changed) and
 * the key file that it names. What the command line says goes before what the file says. Returns:
 * (transfer full): or %NULL with @error, a sentence for the operator. */
Options *options_new (const char *const *arguments, GError **error);
void options_free (Options *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

G_END_DECLS

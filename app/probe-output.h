/* SPDX-License-Identifier: GPL-3.0-or-later */
/* causette-probe's lines: one JSON object each, on standard output.
 *
 * Owns: the form of the lines. Called by: app/probe.
 */
#pragma once

#include "media/call.h"
#include "net/wire/json.h"

G_BEGIN_DECLS

/* From now on t_ms counts. */
void probe_output_start (void);
/* Returns: (transfer full): an object for @event, to be filled. */
JsonValue *probe_output_new (const char *event);
/* Writes it at once. @line: (transfer full) */
void probe_output_write (JsonValue *line);
/* The same for an event without anything more, with one string, and for the figures. */
void probe_output_event (const char *event);
void probe_output_string (const char *event, const char *key, const char *value);
void probe_output_stats (const CausetteCallStats *stats);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is reported, in lines of one JSON object each, on standard output.
 *
 * Owns: the form of the lines. Called by: app/report, app/probe.
 */
#pragma once

#include "media/call.h"
#include "net/wire/json.h"

G_BEGIN_DECLS

/* From now on t_ms counts. */
void report_line_start (void);
/* Returns: (transfer full): an object for @event, to be filled. */
JsonValue *report_line_new (const char *event);
/* Writes it at once. @line: (transfer full) */
void report_line_write (JsonValue *line);
/* The same for an event without anything more, with one string, and for the figures. */
void report_line_event (const char *event);
void report_line_string (const char *event, const char *key, const char *value);
void report_line_stats (const CausetteCallStats *stats);

G_END_DECLS

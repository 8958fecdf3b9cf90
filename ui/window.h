/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main window: shows the page that fits what the session is doing.
 *
 * Owns: the pages. Called by: ui/application. Must never: hold a state of its own that the session
 * has already. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/session.h"
#include "ui/encounter-page.h"
#include "ui/problem-page.h"
#include "ui/server-page.h"

G_BEGIN_DECLS

/* From this width on, in pixels, things stand beside the picture rather than below or over it. */
#define CAUSETTE_WINDOW_WIDE 860

#define CAUSETTE_TYPE_WINDOW (causette_window_get_type ())
G_DECLARE_FINAL_TYPE (CausetteWindow, causette_window, CAUSETTE, WINDOW, AdwApplicationWindow)

CausetteWindow *causette_window_new (GtkApplication *application, CausetteSession *session);
/* Asks before it breaks off a conversation; connects at once otherwise. */
void causette_window_connect_to (CausetteWindow *self, const char *address);
/* Presses "Meet Someone" as soon as there is a connection. */
void causette_window_meet_when_online (CausetteWindow *self);
/* Shows @encounter, (nullable), instead of the session's own. */
void causette_window_set_encounter (CausetteWindow *self, CausetteEncounter *encounter);
/* "server", "first", "seeking", "encounter" or "problem". */
const char *causette_window_get_page_name (CausetteWindow *self);
CausetteEncounterPage *causette_window_get_encounter_page (CausetteWindow *self);
CausetteProblemPage *causette_window_get_problem_page (CausetteWindow *self);
CausetteServerPage *causette_window_get_server_page (CausetteWindow *self);

G_END_DECLS

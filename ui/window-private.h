/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What window.c and window-actions.c share. */
#pragma once

#include "ui/first-page.h"
#include "ui/seeking-page.h"
#include "ui/window.h"

G_BEGIN_DECLS

struct _CausetteWindow
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  CausetteServerPage *server_page;
  CausetteFirstPage *first_page;
  CausetteSeekingPage *seeking_page;
  CausetteEncounterPage *encounter_page;
  CausetteProblemPage *problem_page;

  CausetteSession *session;
  CausetteEncounter *encounter; /* the one shown, nullable */
  gboolean choosing;            /* a server */
  gboolean was_online;          /* with the server of now */
  gboolean meet_when_online;
  gboolean end_told; /* the problem page tells of the end of the encounter shown */
  gboolean wide;
};

/* The encounter shown is there, and not over. */
gboolean causette_window_in_encounter (CausetteWindow *self);
void causette_window_update (CausetteWindow *self);
/* Leaves the page of an encounter that is over. */
void causette_window_dismiss (CausetteWindow *self);
void causette_window_choose_server (CausetteWindow *self, gboolean choosing);
void causette_window_toast (CausetteWindow *self, const char *text);

/* The toggles: "win.camera", "win.microphone", "win.chat", "win.fullscreen". */
void causette_window_add_toggles (CausetteWindow *self);
void causette_window_install_actions (GtkWidgetClass *widget_class);
/* Sets which actions can be done now, and what the toggles show. */
void causette_window_update_actions (CausetteWindow *self);

G_END_DECLS

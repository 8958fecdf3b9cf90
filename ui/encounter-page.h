/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a conversation: the partner's picture, one's own in a corner, the controls that come
 * when they are wanted, and the chat.
 *
 * Called by: window. Acts through the window's actions. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/encounter.h"
#include "media/camera.h"
#include "media/microphone.h"
#include "ui/chat-view.h"

G_BEGIN_DECLS

/* Properties: "chat-shown" (boolean, rw, notify), "unread" (uint, read, notify: texts of the
 * partner that came while the chat was out of sight), "controls-shown" (boolean, read, notify). */
#define CAUSETTE_TYPE_ENCOUNTER_PAGE (causette_encounter_page_get_type ())
G_DECLARE_FINAL_TYPE (CausetteEncounterPage,
                      causette_encounter_page,
                      CAUSETTE,
                      ENCOUNTER_PAGE,
                      AdwBin)

/* Once. @store: the settings that remember the corner of one's own picture, (nullable). */
void causette_encounter_page_set_up (CausetteEncounterPage *self,
                                     CausetteCamera *camera,
                                     CausetteMicrophone *microphone,
                                     GSettings *store);
/* @encounter: (nullable). */
void
causette_encounter_page_set_encounter (CausetteEncounterPage *self, CausetteEncounter *encounter);
/* @wide: the chat stands beside the picture, else over it. */
void causette_encounter_page_set_wide (CausetteEncounterPage *self, gboolean wide);
void causette_encounter_page_set_fullscreen (CausetteEncounterPage *self, gboolean fullscreen);
void causette_encounter_page_set_chat_shown (CausetteEncounterPage *self, gboolean shown);
gboolean causette_encounter_page_get_chat_shown (CausetteEncounterPage *self);
guint causette_encounter_page_get_unread (CausetteEncounterPage *self);
CausetteChatView *causette_encounter_page_get_chat (CausetteEncounterPage *self);
/* What is said over the picture, "" for nothing. */
const char *causette_encounter_page_get_status (CausetteEncounterPage *self);
/* Escape: puts away what lies over the picture, or leaves a text that is being written. Returns
 * FALSE when there is nothing of that kind. */
gboolean causette_encounter_page_escape (CausetteEncounterPage *self);
/* Shows the controls; they fade by themselves after a while. */
void causette_encounter_page_show_controls (CausetteEncounterPage *self);
gboolean causette_encounter_page_get_controls_shown (CausetteEncounterPage *self);
/* How long they stay, in milliseconds; 3,000 unless told. */
void causette_encounter_page_set_controls_delay (CausetteEncounterPage *self, guint delay_ms);
void causette_encounter_page_focus (CausetteEncounterPage *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page while one waits for someone: the self view, a calm progress, how many wait, a way out.
 *
 * Called by: window. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/encounter.h"
#include "media/camera.h"
#include "media/microphone.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_SEEKING_PAGE (causette_seeking_page_get_type ())
G_DECLARE_FINAL_TYPE (CausetteSeekingPage, causette_seeking_page, CAUSETTE, SEEKING_PAGE, AdwBin)

void causette_seeking_page_set_devices (CausetteSeekingPage *self,
                                        CausetteCamera *camera,
                                        CausetteMicrophone *microphone);
/* @encounter: (nullable). */
void causette_seeking_page_set_encounter (CausetteSeekingPage *self, CausetteEncounter *encounter);
/* @trouble: what is wrong with the connection to the server, %NULL when all is well. */
void causette_seeking_page_set_trouble (CausetteSeekingPage *self, const char *trouble);
void causette_seeking_page_focus (CausetteSeekingPage *self);

G_END_DECLS

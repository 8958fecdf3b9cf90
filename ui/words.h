/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How things stand, in words for a person. All translated.
 *
 * Called by: the pages. Must never: decide anything.
 */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* All: (transfer full). */
char *causette_words_for_camera (CausetteCamera *camera);
char *causette_words_for_microphone (CausetteMicrophone *microphone);
/* What stands in place of the self view while there is no picture. */
char *causette_words_for_self_view (CausetteCamera *camera);
/* The server's name: "This Computer", or its address as one would say it. */
char *causette_words_for_server (CausetteSession *session);
/* How the connection to it stands. */
char *causette_words_for_link (CausetteSession *session);
/* "3 people are looking for someone"; empty when @waiting (the asker included) is not known. */
char *causette_words_for_waiting (int waiting);
/* "2:05" or "1:02:05". */
char *causette_words_for_duration (gint64 seconds);

/* Static strings. */
const char *causette_words_icon_for_self_view (CausetteCamera *camera);
/* What happens in @state before or between pictures; %NULL when there is nothing to say. */
const char *causette_words_for_state (CausetteEncounterState state);

G_END_DECLS

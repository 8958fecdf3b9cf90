/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chat beside or over the picture: what was written, and the entry.
 *
 * Called by: encounter-page. Must never: lose what a person typed when it could not be sent, keep a
 * line after its encounter is taken away. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/encounter.h"

G_BEGIN_DECLS

/* Property "draft" (boolean, read, notify: something is typed and not sent).
 * Signal "close" (): the person wants the chat out of the way. */
#define CAUSETTE_TYPE_CHAT_VIEW (causette_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (CausetteChatView, causette_chat_view, CAUSETTE, CHAT_VIEW, AdwBin)

/* @encounter: (nullable). */
void causette_chat_view_set_encounter (CausetteChatView *self, CausetteEncounter *encounter);
void causette_chat_view_focus_entry (CausetteChatView *self);
/* Whether the keyboard is in the entry. */
gboolean causette_chat_view_has_entry_focus (CausetteChatView *self);
/* Returns: (transfer full): what is typed and not sent, "" for nothing. */
char *causette_chat_view_get_draft (CausetteChatView *self);
void causette_chat_view_set_draft (CausetteChatView *self, const char *text);
/* Sends what is typed. Returns FALSE when that could not be, and says why. */
gboolean causette_chat_view_send (CausetteChatView *self);
/* Whether the chat's header shows a close button (over the picture) or the window's (beside it). */
void causette_chat_view_set_beside (CausetteChatView *self, gboolean beside);

G_END_DECLS

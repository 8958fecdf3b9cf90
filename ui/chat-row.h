/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the conversation, in a bubble.
 *
 * Called by: chat-view, which uses a row again for another line. Must never: read markup in what
 * the partner wrote, or fetch anything that it names. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/encounter.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_CHAT_ROW (causette_chat_row_get_type ())
G_DECLARE_FINAL_TYPE (CausetteChatRow, causette_chat_row, CAUSETTE, CHAT_ROW, AdwBin)

GtkWidget *causette_chat_row_new (void);
void causette_chat_row_set_text (CausetteChatRow *self, CausetteText *text);
CausetteText *causette_chat_row_get_text (CausetteChatRow *self);

/* Returns: (transfer full) (nullable): the first http or https address in @text. */
char *causette_chat_row_find_link (const char *text);

G_END_DECLS

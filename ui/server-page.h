/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where to meet: this computer, or a server at an address. The first thing on the very first start,
 * and later behind "Change Server".
 *
 * Called by: window. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/session.h"

G_BEGIN_DECLS

/* Signal "done" (): a server was chosen, or the person turned back to the one there is. */
#define CAUSETTE_TYPE_SERVER_PAGE (causette_server_page_get_type ())
G_DECLARE_FINAL_TYPE (CausetteServerPage, causette_server_page, CAUSETTE, SERVER_PAGE, AdwBin)

void causette_server_page_set_session (CausetteServerPage *self, CausetteSession *session);
/* @can_go_back: there is a server to go back to. Clears what was said before. */
void causette_server_page_begin (CausetteServerPage *self, gboolean can_go_back);
/* What is wrong with the address, "" when nothing is. */
const char *causette_server_page_get_problem (CausetteServerPage *self);
/* Types @address and confirms it. */
void causette_server_page_choose (CausetteServerPage *self, const char *address);

G_END_DECLS

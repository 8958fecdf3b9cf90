/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page one starts from: the self view, what is on, which server, and "Meet Someone".
 *
 * Called by: window. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/session.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_FIRST_PAGE (causette_first_page_get_type ())
G_DECLARE_FINAL_TYPE (CausetteFirstPage, causette_first_page, CAUSETTE, FIRST_PAGE, AdwBin)

void causette_first_page_set_session (CausetteFirstPage *self, CausetteSession *session);
/* @wide: the words stand beside the picture, else below it. */
void causette_first_page_set_wide (CausetteFirstPage *self, gboolean wide);
void causette_first_page_focus (CausetteFirstPage *self);

G_END_DECLS

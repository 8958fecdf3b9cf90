/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came between: a picture, a sentence, and ways on. For the end of a conversation and for a
 * server that cannot be reached.
 *
 * Called by: window. Must never: be without a way on. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/encounter.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_PROBLEM_PAGE (causette_problem_page_get_type ())
G_DECLARE_FINAL_TYPE (CausetteProblemPage, causette_problem_page, CAUSETTE, PROBLEM_PAGE, AdwBin)

/* Shows how a conversation ended, with "Meet Someone Else" and "Back". @error: (nullable): more
 * about it; @draft: (nullable): what was typed and not sent: it can be copied. */
void causette_problem_page_show_end (CausetteProblemPage *self,
                                     CausetteEndReason reason,
                                     const GError *error,
                                     const char *draft);
/* Shows why there is no connection to @server, with "Try Again" and "Choose Another Server". */
void causette_problem_page_show_link (CausetteProblemPage *self,
                                      const GError *error,
                                      const char *server);
const char *causette_problem_page_get_title (CausetteProblemPage *self);
const char *causette_problem_page_get_description (CausetteProblemPage *self);
void causette_problem_page_focus (CausetteProblemPage *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: command line, single instance, links, actions, one window.
 *
 * Owns: the session. Called by: ui/main. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "app/session.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_APPLICATION (causette_application_get_type ())
G_DECLARE_FINAL_TYPE (CausetteApplication,
                      causette_application,
                      CAUSETTE,
                      APPLICATION,
                      AdwApplication)

CausetteApplication *causette_application_new (void);
/* Returns: (nullable): the session; %NULL before the start. */
CausetteSession *causette_application_get_session (CausetteApplication *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports what a session does, as lines of JSON on standard output: for diagnosis, measurement and
 * tests.
 *
 * Owns: nothing but the lines. Called by: app/probe always, the window's program when it is asked
 * to (--report). Must never: change what it reports on; write what people write to each other
 * unless told so.
 */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_REPORT (causette_report_get_type ())
G_DECLARE_FINAL_TYPE (CausetteReport, causette_report, CAUSETTE, REPORT, GObject)

/* Reports on @session from now on, for as long as the report lives. @with_texts: also what is
 * written, not only that something was. Main context only. */
CausetteReport *causette_report_new (CausetteSession *session, gboolean with_texts);

G_END_DECLS

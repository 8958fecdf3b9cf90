/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program remembers between starts: GSettings where the schema is installed, else a key
 * file in the user's configuration folder, so that a program run from its build folder forgets
 * nothing either.
 *
 * Called by: app/session, ui. Must never: hold anything of a conversation. Main context only.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CAUSETTE_TYPE_SETTINGS (causette_settings_get_type ())
G_DECLARE_FINAL_TYPE (CausetteSettings, causette_settings, CAUSETTE, SETTINGS, GObject)

CausetteSettings *causette_settings_new (void);
/* One that lives in memory alone, for the probe and tests. */
CausetteSettings *causette_settings_new_in_memory (void);
/* The object whose keys data/org.causette.Causette.gschema.xml describes: "server" (s),
 * "window-width", "window-height" (i), "window-maximized" (b), "camera-enabled",
 * "microphone-enabled" (b), "camera", "microphone", "speaker" (s: source strings), "languages",
 * "topics" (as), "self-view-corner" (s), "chat-shown" (b). Returns: (transfer none). */
GSettings *causette_settings_get_store (CausetteSettings *self);

G_END_DECLS

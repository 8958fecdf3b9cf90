/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed's pictures as something that GTK can draw: the newest frame, without a copy.
 *
 * Owns: the last texture. Called by: ui. Must never: queue frames (the newest wins), draw after the
 * feed said that it stopped. Main context only.
 */
#pragma once

#include <gtk/gtk.h>

#include "media/feed.h"

G_BEGIN_DECLS

/* A GdkPaintable. Properties: "feed" (CausetteFeed, nullable, rw), "live" (boolean: a frame has
 * come and the source has not stopped). */
#define CAUSETTE_TYPE_PAINTABLE (causette_paintable_get_type ())
G_DECLARE_FINAL_TYPE (CausettePaintable, causette_paintable, CAUSETTE, PAINTABLE, GObject)

CausettePaintable *causette_paintable_new (void);
void causette_paintable_set_feed (CausettePaintable *self, CausetteFeed *feed);
gboolean causette_paintable_get_live (CausettePaintable *self);
guint64 causette_paintable_get_frames (CausettePaintable *self);

G_END_DECLS

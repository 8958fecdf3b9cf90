/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds one child in a corner of its area; a person drags it, or moves it with the arrow keys, and
 * it snaps to the corner that is nearest.
 *
 * Called by: the encounter page, for one's own picture. Must never: take clicks beside its child.
 * Main context only.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  CAUSETTE_CORNER_TOP_START,
  CAUSETTE_CORNER_TOP_END,
  CAUSETTE_CORNER_BOTTOM_START,
  CAUSETTE_CORNER_BOTTOM_END,
} CausetteCorner;
GType causette_corner_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_CORNER (causette_corner_get_type ())

/* Properties: "child" (GtkWidget), "corner" (CausetteCorner, rw, notify), "top-inset" and
 * "bottom-inset" (int, pixels kept free at the edges). */
#define CAUSETTE_TYPE_CORNER_BOX (causette_corner_box_get_type ())
G_DECLARE_FINAL_TYPE (CausetteCornerBox, causette_corner_box, CAUSETTE, CORNER_BOX, GtkWidget)

void causette_corner_box_set_child (CausetteCornerBox *self, GtkWidget *child);
void causette_corner_box_set_corner (CausetteCornerBox *self, CausetteCorner corner);
CausetteCorner causette_corner_box_get_corner (CausetteCornerBox *self);
void causette_corner_box_set_insets (CausetteCornerBox *self, int top, int bottom);

/* "top-start", "top-end", "bottom-start", "bottom-end"; what is none of them reads as the last. */
CausetteCorner causette_corner_from_nick (const char *nick);
const char *causette_corner_to_nick (CausetteCorner corner);

G_END_DECLS

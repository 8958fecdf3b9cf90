/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tile that shows a feed's pictures: one's own, or the partner's.
 *
 * Owns: a CausettePaintable, which takes pictures from the feed only while the tile is on screen,
 * and the words that stand in its place when there is no picture. Called by: the pages. Must never:
 * show a picture that the feed has said is over. Main context only.
 */
#pragma once

#include <gtk/gtk.h>

#include "media/feed.h"

G_BEGIN_DECLS

/* How a picture of another shape is fitted into the tile. */
typedef enum
{
  CAUSETTE_FIT_COVER,   /* the tile is filled, what stands out is cut off */
  CAUSETTE_FIT_CONTAIN, /* the whole picture is seen, the rest stays dark */
  CAUSETTE_FIT_AUTO,    /* filled when little is lost by it, else whole */
} CausetteFit;
GType causette_fit_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_FIT (causette_fit_get_type ())

/* Properties: "feed" (CausetteFeed, nullable, rw), "fit" (CausetteFit, rw), "placeholder" (string:
 * what is said without a picture), "icon-name" (string: shown above it), "compact" (boolean: the
 * icon alone), "live" (boolean, read, notify: a picture is there). */
#define CAUSETTE_TYPE_PICTURE (causette_picture_get_type ())
G_DECLARE_FINAL_TYPE (CausettePicture, causette_picture, CAUSETTE, PICTURE, GtkWidget)

GtkWidget *causette_picture_new (void);
void causette_picture_set_feed (CausettePicture *self, CausetteFeed *feed);
CausetteFeed *causette_picture_get_feed (CausettePicture *self);
void causette_picture_set_fit (CausettePicture *self, CausetteFit fit);
void causette_picture_set_placeholder (CausettePicture *self, const char *text);
const char *causette_picture_get_placeholder (CausettePicture *self);
void causette_picture_set_icon_name (CausettePicture *self, const char *icon_name);
gboolean causette_picture_get_live (CausettePicture *self);

/* Where a picture of @aspect (width : height) goes in a tile of @width × @height; pure. */
void causette_picture_place (CausetteFit fit,
                             double aspect,
                             double width,
                             double height,
                             graphene_rect_t *rect);

G_END_DECLS

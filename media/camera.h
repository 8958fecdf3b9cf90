/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The camera: opened and closed as a whole, its picture handed to the self view and to the call.
 *
 * Owns: the capture pipeline. While "enabled" is false no device is open and no pipeline exists.
 * Called by: app/session; ui shows its preview. Main context only (feeds: any thread).
 */
#pragma once

#include "media/source.h"

G_BEGIN_DECLS

/* A CausetteSource: "enabled", "state", "error", "device-name" and "source" are described there. */
#define CAUSETTE_TYPE_CAMERA (causette_camera_get_type ())
G_DECLARE_FINAL_TYPE (CausetteCamera, causette_camera, CAUSETTE, CAMERA, CausetteSource)

CausetteCamera *causette_camera_new (CausetteDevices *devices);

/* @source: "camera" (the default one), "camera:ID" (one of CausetteDevices), "test" or
 * "test:PATTERN" (a test picture, PATTERN as videotestsrc has it, e.g. "ball"),
 * "test:solid-RRGGBB" (one colour), each with a small white box that moves along the bottom,
 * "none" (there is no camera), or "fail:missing", "fail:busy", "fail:denied", "fail:broken" (for
 * tests: opening fails so). %NULL is "camera". Takes effect at once, also while enabled. */
void causette_camera_set_source (CausetteCamera *self, const char *source);
const char *causette_camera_get_source (CausetteCamera *self);
/* Even numbers of pixels up to 4096, at most 120 frames a second; 640×480 at 30 without. A camera
 * that has fewer frames gives what it has, another aspect ratio gets black borders. Takes effect at
 * once, also while enabled. */
void causette_camera_set_size (CausetteCamera *self, int width, int height, int frames_per_second);
void causette_camera_set_enabled (CausetteCamera *self, gboolean enabled);
gboolean causette_camera_get_enabled (CausetteCamera *self);
CausetteSourceState causette_camera_get_state (CausetteCamera *self);
const GError *causette_camera_get_error (CausetteCamera *self);
const char *causette_camera_get_device_name (CausetteCamera *self);
/* Returns: (transfer none): pictures for the call: video/x-raw, I420, the size and rate set. */
CausetteFeed *causette_camera_get_feed (CausetteCamera *self);
/* Returns: (transfer none): pictures for the self view: BGRx, mirrored, at most 15 a second, scaled
 * to fit into the feed's wanted size (to be set on the main context). None are made while the feed
 * has no consumer. */
CausetteFeed *causette_camera_get_preview (CausetteCamera *self);

G_END_DECLS

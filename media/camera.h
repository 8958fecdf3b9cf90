/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The camera: opened and closed as a whole, its picture handed to the self view and to the call.
 *
 * Owns: the capture pipeline. While "enabled" is false no device is open and no pipeline exists.
 * Called by: app/session; ui shows its preview. Main context only (feeds: any thread).
 */
#pragma once

#include "media/devices.h"
#include "media/feed.h"

G_BEGIN_DECLS

/* Properties: "enabled" (boolean, rw), "state" (CausetteSourceState), "error" (GError, nullable;
 * its message is a sentence for a person), "device-name" (string, nullable), "source" (string, rw):
 * see causette_camera_set_source(). */
#define CAUSETTE_TYPE_CAMERA (causette_camera_get_type ())
G_DECLARE_FINAL_TYPE (CausetteCamera, causette_camera, CAUSETTE, CAMERA, GObject)

CausetteCamera *causette_camera_new (CausetteDevices *devices);

/* @source: "camera" (the default one), "camera:ID" (one of CausetteDevices), "test" or
 * "test:PATTERN" (a test picture, PATTERN as videotestsrc has it, e.g. "ball"), "none" (there is no
 * camera), or "fail:missing", "fail:busy", "fail:denied" (for tests: opening fails so). %NULL is
 * "camera". Takes effect at once, also while enabled. */
void causette_camera_set_source (CausetteCamera *self, const char *source);
const char *causette_camera_get_source (CausetteCamera *self);
void causette_camera_set_size (CausetteCamera *self, int width, int height, int frames_per_second);
void causette_camera_set_enabled (CausetteCamera *self, gboolean enabled);
gboolean causette_camera_get_enabled (CausetteCamera *self);
CausetteSourceState causette_camera_get_state (CausetteCamera *self);
const GError *causette_camera_get_error (CausetteCamera *self);
const char *causette_camera_get_device_name (CausetteCamera *self);
/* Returns: (transfer none): pictures for the call: video/x-raw, I420, the size and rate set. */
CausetteFeed *causette_camera_get_feed (CausetteCamera *self);
/* Returns: (transfer none): pictures for the self view: BGRx, scaled to the wanted size, mirrored,
 * 15 a second. */
CausetteFeed *causette_camera_get_preview (CausetteCamera *self);

G_END_DECLS

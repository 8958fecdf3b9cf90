/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The microphone: opened and closed as a whole, its sound handed to the call.
 *
 * Owns: the capture pipeline. While "enabled" is false no device is open and no pipeline exists.
 * Called by: app/session; ui shows its level. Main context only (the feed: any thread).
 */
#pragma once

#include "media/source.h"

G_BEGIN_DECLS

/* A CausetteSource: "enabled", "state", "error", "device-name" and "source" are described there;
 * and "level" (double, 0 to 1: the amplitude's root mean square, notified about ten times a second
 * while on, 0 when closed). */
#define CAUSETTE_TYPE_MICROPHONE (causette_microphone_get_type ())
G_DECLARE_FINAL_TYPE (CausetteMicrophone, causette_microphone, CAUSETTE, MICROPHONE, CausetteSource)

CausetteMicrophone *causette_microphone_new (CausetteDevices *devices);
/* @source: "microphone", "microphone:ID", "test" or "test:HERTZ" (a quiet tone), "none", or
 * "fail:…" as for the camera. */
void causette_microphone_set_source (CausetteMicrophone *self, const char *source);
const char *causette_microphone_get_source (CausetteMicrophone *self);
void causette_microphone_set_enabled (CausetteMicrophone *self, gboolean enabled);
gboolean causette_microphone_get_enabled (CausetteMicrophone *self);
CausetteSourceState causette_microphone_get_state (CausetteMicrophone *self);
const GError *causette_microphone_get_error (CausetteMicrophone *self);
const char *causette_microphone_get_device_name (CausetteMicrophone *self);
double causette_microphone_get_level (CausetteMicrophone *self);
/* Returns: (transfer none): audio/x-raw, S16LE, 48 kHz, one channel, 20 ms a buffer. */
CausetteFeed *causette_microphone_get_feed (CausetteMicrophone *self);

G_END_DECLS

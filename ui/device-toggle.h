/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The round button that turns the camera or the microphone on and off, and shows how it stands.
 *
 * Called by: the first, the seeking and the encounter page. It acts through the window's
 * "win.camera" and "win.microphone" and only follows the device. Main context only.
 */
#pragma once

#include <adwaita.h>

#include "media/camera.h"
#include "media/microphone.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_DEVICE_TOGGLE (causette_device_toggle_get_type ())
G_DECLARE_FINAL_TYPE (CausetteDeviceToggle, causette_device_toggle, CAUSETTE, DEVICE_TOGGLE, AdwBin)

void causette_device_toggle_set_camera (CausetteDeviceToggle *self, CausetteCamera *camera);
void
causette_device_toggle_set_microphone (CausetteDeviceToggle *self, CausetteMicrophone *microphone);
GtkToggleButton *causette_device_toggle_get_button (CausetteDeviceToggle *self);

G_END_DECLS

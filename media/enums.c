/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GTypes and error domains of media's enumerations, for properties and GError.
 *
 * Called by: the types' own _get_type() and _quark() macros, from any thread.
 */
#include "media/call.h"
#include "media/devices.h"

G_DEFINE_QUARK (causette - call - error - quark, causette_call_error)
G_DEFINE_QUARK (causette - device - error - quark, causette_device_error)

GType
causette_call_state_get_type (void)
{
  static const GEnumValue values[] = {
    { CAUSETTE_CALL_NEW, "CAUSETTE_CALL_NEW", "new" },
    { CAUSETTE_CALL_CONNECTING, "CAUSETTE_CALL_CONNECTING", "connecting" },
    { CAUSETTE_CALL_CONNECTED, "CAUSETTE_CALL_CONNECTED", "connected" },
    { CAUSETTE_CALL_INTERRUPTED, "CAUSETTE_CALL_INTERRUPTED", "interrupted" },
    { CAUSETTE_CALL_FAILED, "CAUSETTE_CALL_FAILED", "failed" },
    { CAUSETTE_CALL_CLOSED, "CAUSETTE_CALL_CLOSED", "closed" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("CausetteCallState", values));

  return type;
}

GType
causette_source_state_get_type (void)
{
  static const GEnumValue values[] = {
    { CAUSETTE_SOURCE_OFF, "CAUSETTE_SOURCE_OFF", "off" },
    { CAUSETTE_SOURCE_OPENING, "CAUSETTE_SOURCE_OPENING", "opening" },
    { CAUSETTE_SOURCE_ON, "CAUSETTE_SOURCE_ON", "on" },
    { CAUSETTE_SOURCE_FAILED, "CAUSETTE_SOURCE_FAILED", "failed" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("CausetteSourceState", values));

  return type;
}

GType
causette_device_kind_get_type (void)
{
  static const GEnumValue values[] = {
    { CAUSETTE_DEVICE_CAMERA, "CAUSETTE_DEVICE_CAMERA", "camera" },
    { CAUSETTE_DEVICE_MICROPHONE, "CAUSETTE_DEVICE_MICROPHONE", "microphone" },
    { CAUSETTE_DEVICE_SPEAKER, "CAUSETTE_DEVICE_SPEAKER", "speaker" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("CausetteDeviceKind", values));

  return type;
}

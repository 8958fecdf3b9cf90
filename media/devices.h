/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cameras, microphones and speakers that there are, kept up to date by GstDeviceMonitor.
 *
 * Owns: the device monitor. Called by: camera, microphone, speaker, ui's choosers.
 * Must never: open a device. Main context only.
 */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  CAUSETTE_DEVICE_CAMERA,
  CAUSETTE_DEVICE_MICROPHONE,
  CAUSETTE_DEVICE_SPEAKER,
} CausetteDeviceKind;
GType causette_device_kind_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_DEVICE_KIND (causette_device_kind_get_type ())

/* One device; properties "id" (stable across starts where the system allows), "name", "kind". */
#define CAUSETTE_TYPE_DEVICE (causette_device_get_type ())
G_DECLARE_FINAL_TYPE (CausetteDevice, causette_device, CAUSETTE, DEVICE, GObject)
const char *causette_device_get_id (CausetteDevice *self);
const char *causette_device_get_name (CausetteDevice *self);
CausetteDeviceKind causette_device_get_kind (CausetteDevice *self);
/* Returns: (transfer floating) (nullable): an element for the device, not opened yet; %NULL when
 * the plugin for it cannot be loaded. */
GstElement *causette_device_create_element (CausetteDevice *self);
/* Returns: (transfer full) (nullable): the formats that the device has. */
GstCaps *causette_device_get_caps (CausetteDevice *self);

#define CAUSETTE_TYPE_DEVICES (causette_devices_get_type ())
G_DECLARE_FINAL_TYPE (CausetteDevices, causette_devices, CAUSETTE, DEVICES, GObject)
/* Starts to watch, without opening anything. The first look takes place on another thread; the
 * property "ready" (boolean) is notified when its result is in the lists. */
CausetteDevices *causette_devices_new (void);
gboolean causette_devices_get_ready (CausetteDevices *self);
/* Returns: (transfer none): the devices of @kind as a list model of CausetteDevice, each device
 * once, without the monitors of speakers. */
GListModel *causette_devices_get_list (CausetteDevices *self, CausetteDeviceKind kind);
/* Returns: (transfer full) (nullable): the device with @id, or the system's default one for %NULL.
 */
CausetteDevice *
causette_devices_find (CausetteDevices *self, CausetteDeviceKind kind, const char *id);

/* How a source (camera or microphone) stands. */
typedef enum
{
  CAUSETTE_SOURCE_OFF, /* closed: no device is open */
  CAUSETTE_SOURCE_OPENING,
  CAUSETTE_SOURCE_ON,     /* frames come */
  CAUSETTE_SOURCE_FAILED, /* see the error; no device is open */
} CausetteSourceState;
GType causette_source_state_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_SOURCE_STATE (causette_source_state_get_type ())

#define CAUSETTE_DEVICE_ERROR (causette_device_error_quark ())
GQuark causette_device_error_quark (void);
typedef enum
{
  CAUSETTE_DEVICE_ERROR_MISSING, /* there is no such device */
  CAUSETTE_DEVICE_ERROR_BUSY,    /* another program uses it */
  CAUSETTE_DEVICE_ERROR_DENIED,  /* the system does not let this program use it */
  CAUSETTE_DEVICE_ERROR_BROKEN,  /* it does not work, or stopped working */
} CausetteDeviceError;

G_END_DECLS

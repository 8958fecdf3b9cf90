/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cameras, microphones and speakers that there are, kept up to date by GstDeviceMonitor.
 *
 * The monitor's providers overlap: with PipeWire each sound device comes twice (from PipeWire and
 * from its PulseAudio side), a camera perhaps from PipeWire and from Video4Linux. Each is listed
 * once here: sound by PulseAudio, whose elements follow the system's routing; cameras by PipeWire,
 * which lets programs share one.
 *
 * Whatever the monitor says, the lists are computed anew from what it has: the duplicate of a
 * device that has gone may have to take its place.
 */
#include "media/devices.h"

#define N_KINDS (CAUSETTE_DEVICE_SPEAKER + 1)

struct _CausetteDevice
{
  GObject parent_instance;

  GstDevice *device;
  char *id;
  char *name;
  CausetteDeviceKind kind;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_KIND,
  N_DEVICE_PROPS
};
static GParamSpec *device_properties[N_DEVICE_PROPS];

G_DEFINE_FINAL_TYPE (CausetteDevice, causette_device, G_TYPE_OBJECT)

struct _CausetteDevices
{
  GObject parent_instance;

  GstDeviceMonitor *monitor; /* NULL until it runs */
  guint watch;
  gboolean ready;
  GListStore *lists[N_KINDS]; /* of CausetteDevice */
};

enum
{
  PROP_READY = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

/* Of GstDeviceMonitor: those that run and that nobody uses, for the next one. They are never
 * stopped: PipeWire's provider (seen with 0.3.65) destroys its proxies without the lock of the
 * thread that reads them, and one stop in twenty corrupted the memory. */
static GQueue running = G_QUEUE_INIT;

G_DEFINE_FINAL_TYPE (CausetteDevices, causette_devices, G_TYPE_OBJECT)

/* Which provider a device comes from: only the name of its type tells. */
static gboolean
comes_from (GstDevice *device, const char *type_name)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (device), type_name);
}

/* Returns: (transfer full) (nullable): the value of the first of @names that @device has. */
static char *
first_property (GstDevice *device, const char *const *names)
{
  g_autoptr (GstStructure) values = gst_device_get_properties (device);

  if (values == NULL)
    return NULL;
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *value = gst_structure_get_string (values, names[i]);

      if (value != NULL && *value != '\0')
        return g_strdup (value);
    }

  return NULL;
}

static gboolean
is_default (GstDevice *device)
{
  g_autoptr (GstStructure) values = gst_device_get_properties (device);
  gboolean value = FALSE;

  return values != NULL && gst_structure_get_boolean (values, "is-default", &value) && value;
}

/* Returns: (transfer full): what names @device across starts, as well as its system knows it. A
 * sound device has the same one from PulseAudio and from PipeWire. */
static char *
make_id (GstDevice *device)
{
  const char *const names[] = {
    "node.name", "v4l2.device.bus_info", "device.guid",   "device.strid",
    "device.id", "device.path",          "avf.unique_id", "unique-id",
    NULL
  };
  char *id = NULL;

  /* A monitor's proplist has the node name of its speaker, the internal name is always right. */
  if (comes_from (device, "GstPulseDevice"))
    g_object_get (device, "internal-name", &id, NULL);
  if (id == NULL)
    id = first_property (device, names);
  if (id == NULL)
    id = gst_device_get_display_name (device);

  return id;
}

static void
causette_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteDevice *self = CAUSETTE_DEVICE (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_device_finalize (GObject *object)
{
  CausetteDevice *self = CAUSETTE_DEVICE (object);

  g_clear_object (&self->device);
  g_free (self->id);
  g_free (self->name);

  G_OBJECT_CLASS (causette_device_parent_class)->finalize (object);
}

static void
causette_device_class_init (CausetteDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_device_get_property;
  object_class->finalize = causette_device_finalize;

  device_properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  device_properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  device_properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, CAUSETTE_TYPE_DEVICE_KIND,
                                                    CAUSETTE_DEVICE_CAMERA, flags);
  g_object_class_install_properties (object_class, N_DEVICE_PROPS, device_properties);
}

static void
causette_device_init (CausetteDevice *self)
{
}

/* @id: (transfer full) */
static CausetteDevice *
device_new (GstDevice *device, CausetteDeviceKind kind, char *id)
{
  CausetteDevice *self = g_object_new (CAUSETTE_TYPE_DEVICE, NULL);

  self->device = g_object_ref (device);
  self->kind = kind;
  self->id = id;
  self->name = gst_device_get_display_name (device);

  return self;
}

const char *
causette_device_get_id (CausetteDevice *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE (self), NULL);

  return self->id;
}

const char *
causette_device_get_name (CausetteDevice *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE (self), NULL);

  return self->name;
}

CausetteDeviceKind
causette_device_get_kind (CausetteDevice *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE (self), CAUSETTE_DEVICE_CAMERA);

  return self->kind;
}

GstElement *
causette_device_create_element (CausetteDevice *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE (self), NULL);

  return gst_device_create_element (self->device, NULL);
}

GstCaps *
causette_device_get_caps (CausetteDevice *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE (self), NULL);

  return gst_device_get_caps (self->device);
}

/* Whether @device is something to see or hear with: not a speaker's monitor, not a screen. */
static gboolean
is_of_use (GstDevice *device)
{
  const char *const class_names[] = { "device.class", NULL };
  const char *const role_names[] = { "media.role", NULL };
  g_autofree char *device_class = first_property (device, class_names);
  g_autofree char *role = first_property (device, role_names);

  if (gst_device_has_classes (device, "Monitor"))
    return FALSE;
  if (g_strcmp0 (device_class, "monitor") == 0)
    return FALSE;
  if (gst_device_has_classes (device, "Video/Source") && role != NULL &&
      !g_str_equal (role, "Camera"))
    return FALSE;

  return TRUE;
}

/* The device file of a camera, to know it again from another provider. */
static char *
camera_path (GstDevice *device)
{
  const char *const names[] = { "api.v4l2.path", "device.path", NULL };

  return first_property (device, names);
}

/* Whether @device is in @all another time, from a provider that is preferred. */
static gboolean
is_duplicate (GstDevice *device, CausetteDeviceKind kind, GList *all)
{
  g_autofree char *path = NULL;

  if (kind == CAUSETTE_DEVICE_CAMERA)
    {
      if (comes_from (device, "GstPipeWireDevice"))
        return FALSE;
      path = camera_path (device);
      for (GList *link = all; path != NULL && link != NULL; link = link->next)
        {
          g_autofree char *other = camera_path (link->data);

          if (comes_from (link->data, "GstPipeWireDevice") && g_strcmp0 (path, other) == 0)
            return TRUE;
        }
      return FALSE;
    }

  /* Where there is a PulseAudio at all, it has every sound device. */
  if (comes_from (device, "GstPulseDevice"))
    return FALSE;
  for (GList *link = all; link != NULL; link = link->next)
    if (comes_from (link->data, "GstPulseDevice"))
      return TRUE;

  return FALSE;
}

static gboolean
kind_of (GstDevice *device, CausetteDeviceKind *kind)
{
  if (gst_device_has_classes (device, "Video/Source"))
    *kind = CAUSETTE_DEVICE_CAMERA;
  else if (gst_device_has_classes (device, "Audio/Source"))
    *kind = CAUSETTE_DEVICE_MICROPHONE;
  else if (gst_device_has_classes (device, "Audio/Sink"))
    *kind = CAUSETTE_DEVICE_SPEAKER;
  else
    return FALSE;

  return TRUE;
}

static CausetteDevice *
find_by_id (GListModel *list, const char *id, guint *position)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (CausetteDevice) device = g_list_model_get_item (list, i);

      if (g_str_equal (device->id, id))
        {
          if (position != NULL)
            *position = i;
          return g_steal_pointer (&device);
        }
    }

  return NULL;
}

/* Brings @list to what @found has, and leaves alone what stays. */
static void
update_list (GListStore *list, GListModel *found)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (list)); i > 0; i--)
    {
      g_autoptr (CausetteDevice) old = g_list_model_get_item (G_LIST_MODEL (list), i - 1);
      g_autoptr (CausetteDevice) new = find_by_id (found, old->id, NULL);

      if (new == NULL)
        g_list_store_remove (list, i - 1);
      else if (new->device != old->device) /* unplugged and back, or changed */
        g_list_store_splice (list, i - 1, 1, (gpointer *) &new, 1);
    }
  for (guint i = 0; i < g_list_model_get_n_items (found); i++)
    {
      g_autoptr (CausetteDevice) new = g_list_model_get_item (found, i);
      g_autoptr (CausetteDevice) old = find_by_id (G_LIST_MODEL (list), new->id, NULL);

      if (old == NULL)
        g_list_store_append (list, new);
    }
}

static void
update (CausetteDevices *self)
{
  GList *all = gst_device_monitor_get_devices (self->monitor);
  GListStore *found[N_KINDS];

  for (guint i = 0; i < N_KINDS; i++)
    found[i] = g_list_store_new (CAUSETTE_TYPE_DEVICE);

  for (GList *link = all; link != NULL; link = link->next)
    {
      g_autoptr (CausetteDevice) device = NULL;
      g_autoptr (CausetteDevice) other = NULL;
      CausetteDeviceKind kind;

      if (!kind_of (link->data, &kind) || !is_of_use (link->data) ||
          is_duplicate (link->data, kind, all))
        continue;
      device = device_new (link->data, kind, make_id (link->data));
      other = find_by_id (G_LIST_MODEL (found[kind]), device->id, NULL);
      if (other == NULL)
        g_list_store_append (found[kind], device);
    }

  for (guint i = 0; i < N_KINDS; i++)
    {
      update_list (self->lists[i], G_LIST_MODEL (found[i]));
      g_object_unref (found[i]);
    }
  g_list_free_full (all, gst_object_unref);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  CausetteDevices *self = CAUSETTE_DEVICES (user_data);

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_DEVICE_ADDED:
    case GST_MESSAGE_DEVICE_REMOVED:
    case GST_MESSAGE_DEVICE_CHANGED:
      update (self);
      break;
    default:
      break;
    }

  return G_SOURCE_CONTINUE;
}

/* @monitor: (nullable): it runs. */
static void
use_monitor (CausetteDevices *self, GstDeviceMonitor *monitor)
{
  g_autoptr (GstBus) bus = NULL;

  self->ready = TRUE;
  if (monitor != NULL)
    {
      self->monitor = g_object_ref (monitor);
      bus = gst_device_monitor_get_bus (monitor);
      self->watch = gst_bus_add_watch (bus, on_bus_message, self);
      update (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

/* On a thread of its own: connecting to the sound server may take its time. */
static void
start_monitor (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_boolean (task, gst_device_monitor_start (GST_DEVICE_MONITOR (source_object)));
}

static void
on_monitor_started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GstDeviceMonitor *monitor = GST_DEVICE_MONITOR (source_object);
  g_autofree GWeakRef *ref = user_data;
  g_autoptr (CausetteDevices) self = g_weak_ref_get (ref);
  gboolean started = g_task_propagate_boolean (G_TASK (result), NULL);

  g_weak_ref_clear (ref);
  /* Without any provider it does not start; then there are simply no devices. */
  if (self != NULL)
    use_monitor (self, started ? monitor : NULL);
  else if (started)
    g_queue_push_tail (&running, g_object_ref (monitor));
}

static void
causette_devices_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteDevices *self = CAUSETTE_DEVICES (object);

  switch (id)
    {
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
start_to_watch (CausetteDevices *self)
{
  g_autoptr (GstDeviceMonitor) monitor = g_queue_pop_head (&running);
  g_autoptr (GTask) task = NULL;
  GWeakRef *ref = NULL;

  if (monitor != NULL)
    {
      use_monitor (self, monitor);
      return;
    }

  monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (monitor, "Video/Source", NULL);
  gst_device_monitor_add_filter (monitor, "Audio/Source", NULL);
  gst_device_monitor_add_filter (monitor, "Audio/Sink", NULL);

  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  task = g_task_new (monitor, NULL, on_monitor_started, ref);
  g_task_set_source_tag (task, start_to_watch);
  g_task_run_in_thread (task, start_monitor);
}

static void
causette_devices_constructed (GObject *object)
{
  G_OBJECT_CLASS (causette_devices_parent_class)->constructed (object);

  start_to_watch (CAUSETTE_DEVICES (object));
}

static void
causette_devices_dispose (GObject *object)
{
  CausetteDevices *self = CAUSETTE_DEVICES (object);

  g_clear_handle_id (&self->watch, g_source_remove);
  if (self->monitor != NULL)
    g_queue_push_tail (&running, g_steal_pointer (&self->monitor));
  for (guint i = 0; i < N_KINDS; i++)
    g_clear_object (&self->lists[i]);

  G_OBJECT_CLASS (causette_devices_parent_class)->dispose (object);
}

static void
causette_devices_class_init (CausetteDevicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = causette_devices_get_property;
  object_class->constructed = causette_devices_constructed;
  object_class->dispose = causette_devices_dispose;

  properties[PROP_READY] =
      g_param_spec_boolean ("ready", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
causette_devices_init (CausetteDevices *self)
{
  for (guint i = 0; i < N_KINDS; i++)
    self->lists[i] = g_list_store_new (CAUSETTE_TYPE_DEVICE);
}

CausetteDevices *
causette_devices_new (void)
{
  return g_object_new (CAUSETTE_TYPE_DEVICES, NULL);
}

gboolean
causette_devices_get_ready (CausetteDevices *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICES (self), FALSE);

  return self->ready;
}

GListModel *
causette_devices_get_list (CausetteDevices *self, CausetteDeviceKind kind)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICES (self), NULL);
  g_return_val_if_fail (kind < N_KINDS, NULL);

  return G_LIST_MODEL (self->lists[kind]);
}

CausetteDevice *
causette_devices_find (CausetteDevices *self, CausetteDeviceKind kind, const char *id)
{
  GListModel *list = NULL;

  g_return_val_if_fail (CAUSETTE_IS_DEVICES (self), NULL);
  g_return_val_if_fail (kind < N_KINDS, NULL);

  list = G_LIST_MODEL (self->lists[kind]);
  if (id != NULL)
    return find_by_id (list, id, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (CausetteDevice) device = g_list_model_get_item (list, i);

      if (is_default (device->device))
        return g_steal_pointer (&device);
    }

  return g_list_model_get_item (list, 0);
}

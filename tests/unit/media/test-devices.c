/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lists of devices promise, with providers that are made up but overlap as the real ones
 * do: each device once, from the provider that is preferred; no speaker's monitor, no screen; ids
 * that stay; plugging in and out and changes followed, with no more news than there is. */
#include "media/devices.h"

#include <glib/gstdio.h>

#include "tests/unit/media/support.h"

#define LIMIT_MS 10000

/* Devices with the type names of the real ones: the providers are told apart by these. */
typedef struct
{
  GstDevice parent_instance;
  char *internal_name;
} FakeDevice;
typedef GstDeviceClass FakeDeviceClass;

typedef FakeDevice GstPulseDevice;
typedef FakeDeviceClass GstPulseDeviceClass;
typedef FakeDevice GstPipeWireDevice;
typedef FakeDeviceClass GstPipeWireDeviceClass;
typedef FakeDevice GstV4l2Device;
typedef FakeDeviceClass GstV4l2DeviceClass;

static GType gst_pulse_device_get_type (void);
static GType gst_pipe_wire_device_get_type (void);
static GType gst_v4l2_device_get_type (void);
G_DEFINE_TYPE (GstPulseDevice, gst_pulse_device, GST_TYPE_DEVICE)
G_DEFINE_TYPE (GstPipeWireDevice, gst_pipe_wire_device, GST_TYPE_DEVICE)
G_DEFINE_TYPE (GstV4l2Device, gst_v4l2_device, GST_TYPE_DEVICE)

static void
get_internal_name (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, ((FakeDevice *) object)->internal_name);
}

static void
finalize_pulse (GObject *object)
{
  g_free (((FakeDevice *) object)->internal_name);
  G_OBJECT_CLASS (gst_pulse_device_parent_class)->finalize (object);
}

static void
gst_pulse_device_class_init (GstPulseDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_internal_name;
  object_class->finalize = finalize_pulse;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_string ("internal-name", NULL, NULL, NULL,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_pulse_device_init (GstPulseDevice *self)
{
}

static void
gst_pipe_wire_device_class_init (GstPipeWireDeviceClass *klass)
{
}

static void
gst_pipe_wire_device_init (GstPipeWireDevice *self)
{
}

static void
gst_v4l2_device_class_init (GstV4l2DeviceClass *klass)
{
}

static void
gst_v4l2_device_init (GstV4l2Device *self)
{
}

/* The provider of all of them. */
typedef GstDeviceProvider FakeProvider;
typedef GstDeviceProviderClass FakeProviderClass;
static GType fake_provider_get_type (void);
G_DEFINE_TYPE (FakeProvider, fake_provider, GST_TYPE_DEVICE_PROVIDER)

static gboolean
fake_provider_start (GstDeviceProvider *provider)
{
  return TRUE;
}

static void
fake_provider_stop (GstDeviceProvider *provider)
{
}

static void
fake_provider_class_init (FakeProviderClass *klass)
{
  klass->start = fake_provider_start;
  klass->stop = fake_provider_stop;
  gst_device_provider_class_set_static_metadata (klass, "Made up", "Source/Sink/Audio/Video",
                                                 "For tests", "Causette");
}

static void
fake_provider_init (FakeProvider *self)
{
}

/* @...: names and values of strings, ended by NULL. Returns: (transfer full) */
static GstDevice *
make_device (GType type, const char *name, const char *device_class, ...)
{
  g_autoptr (GstStructure) properties = gst_structure_new_empty ("properties");
  g_autoptr (GstCaps) caps = gst_caps_new_any ();
  const char *key = NULL;
  FakeDevice *device = NULL;
  va_list list;

  va_start (list, device_class);
  while ((key = va_arg (list, const char *)) != NULL)
    {
      const char *value = va_arg (list, const char *);

      if (g_str_equal (key, "is-default"))
        gst_structure_set (properties, key, G_TYPE_BOOLEAN, g_str_equal (value, "true"), NULL);
      else
        gst_structure_set (properties, key, G_TYPE_STRING, value, NULL);
    }
  va_end (list);

  device = g_object_new (type, "display-name", name, "device-class", device_class, "properties",
                         properties, "caps", caps, NULL);
  if (type == gst_pulse_device_get_type ())
    device->internal_name = g_strdup (gst_structure_get_string (properties, "internal"));

  return gst_object_ref_sink (device);
}

typedef struct
{
  GstDeviceProvider *provider;
  CausetteDevices *devices;
} Fixture;

static GListModel *
list_of (Fixture *fixture, CausetteDeviceKind kind)
{
  return causette_devices_get_list (fixture->devices, kind);
}

/* The names of the devices of @kind, in order, with commas. */
static char *
names_of (Fixture *fixture, CausetteDeviceKind kind)
{
  GListModel *list = list_of (fixture, kind);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (CausetteDevice) device = g_list_model_get_item (list, i);

      g_string_append_printf (names, "%s%s", i > 0 ? "," : "", causette_device_get_name (device));
    }

  return g_string_free (names, FALSE);
}

static gboolean
are (Fixture *fixture, CausetteDeviceKind kind, const char *expected)
{
  g_autofree char *names = names_of (fixture, kind);

  return g_str_equal (names, expected);
}

static void
plug (Fixture *fixture, GstDevice *device)
{
  gst_device_provider_device_add (fixture->provider, device);
}

static void
unplug (Fixture *fixture, GstDevice *device)
{
  gst_device_provider_device_remove (fixture->provider, device);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->provider = gst_device_provider_factory_get_by_name ("madeup");
  g_assert_nonnull (fixture->provider);
  fixture->devices = causette_devices_new ();
  wait_until (causette_devices_get_ready (fixture->devices), LIMIT_MS);
  for (CausetteDeviceKind kind = 0; kind <= CAUSETTE_DEVICE_SPEAKER; kind++)
    g_assert_cmpuint (g_list_model_get_n_items (list_of (fixture, kind)), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  GList *left = gst_device_provider_get_devices (fixture->provider);

  for (GList *link = left; link != NULL; link = link->next)
    unplug (fixture, link->data);
  g_list_free_full (left, gst_object_unref);
  g_assert_finalize_object (fixture->devices);
  gst_object_unref (fixture->provider);
}

static void
test_sound_once (Fixture *fixture, gconstpointer data)
{
  GType pulse = gst_pulse_device_get_type (), pipewire = gst_pipe_wire_device_get_type ();
  g_autoptr (GstDevice) raw_mic =
      make_device (pipewire, "Microphone (PipeWire)", "Audio/Source", "node.name", "mic", NULL);
  g_autoptr (GstDevice) raw_speaker =
      make_device (pipewire, "Speaker (PipeWire)", "Audio/Sink", "node.name", "speaker", NULL);
  g_autoptr (GstDevice) mic = make_device (pulse, "Microphone", "Audio/Source", "internal", "mic",
                                           "node.name", "mic", NULL);
  g_autoptr (GstDevice) headset = make_device (pulse, "Headset", "Audio/Source", "internal",
                                               "headset", "is-default", "true", NULL);
  g_autoptr (GstDevice) speaker = make_device (pulse, "Speaker", "Audio/Sink", "internal",
                                               "speaker", "node.name", "speaker", NULL);
  g_autoptr (GstDevice) monitor =
      make_device (pulse, "Monitor of Speaker", "Audio/Source", "internal", "speaker.monitor",
                   "node.name", "speaker", "device.class", "monitor", NULL);
  g_autoptr (CausetteDevice) first = NULL;
  g_autoptr (CausetteDevice) chosen = NULL;

  /* Without PulseAudio what PipeWire has is taken. */
  plug (fixture, raw_mic);
  plug (fixture, raw_speaker);
  wait_until (are (fixture, CAUSETTE_DEVICE_MICROPHONE, "Microphone (PipeWire)"), LIMIT_MS);
  wait_until (are (fixture, CAUSETTE_DEVICE_SPEAKER, "Speaker (PipeWire)"), LIMIT_MS);

  plug (fixture, monitor);
  plug (fixture, mic);
  plug (fixture, headset);
  plug (fixture, speaker);
  wait_until (are (fixture, CAUSETTE_DEVICE_MICROPHONE, "Microphone,Headset"), LIMIT_MS);
  wait_until (are (fixture, CAUSETTE_DEVICE_SPEAKER, "Speaker"), LIMIT_MS);

  /* The id is the same whichever provider has it; the default one is the system's. */
  first = causette_devices_find (fixture->devices, CAUSETTE_DEVICE_MICROPHONE, "mic");
  g_assert_cmpstr (causette_device_get_name (first), ==, "Microphone");
  chosen = causette_devices_find (fixture->devices, CAUSETTE_DEVICE_MICROPHONE, NULL);
  g_assert_cmpstr (causette_device_get_id (chosen), ==, "headset");
  g_assert_null (causette_devices_find (fixture->devices, CAUSETTE_DEVICE_SPEAKER, "mic"));

  /* When the headset has gone, the first one is it. */
  unplug (fixture, headset);
  wait_until (are (fixture, CAUSETTE_DEVICE_MICROPHONE, "Microphone"), LIMIT_MS);
  g_clear_object (&chosen);
  chosen = causette_devices_find (fixture->devices, CAUSETTE_DEVICE_MICROPHONE, NULL);
  g_assert_true (chosen == first); /* the very object that it was */
}

static void
test_cameras_once (Fixture *fixture, gconstpointer data)
{
  GType v4l2 = gst_v4l2_device_get_type (), pipewire = gst_pipe_wire_device_get_type ();
  g_autoptr (GstDevice) file =
      make_device (v4l2, "Camera (V4L2)", "Video/Source", "device.path", "/dev/video0", NULL);
  g_autoptr (GstDevice) other =
      make_device (v4l2, "Microscope", "Source/Video", "device.path", "/dev/video2", NULL);
  g_autoptr (GstDevice) node =
      make_device (pipewire, "Camera", "Video/Source", "node.name", "v4l2_input.0", "api.v4l2.path",
                   "/dev/video0", "media.role", "Camera", NULL);
  g_autoptr (GstDevice) twin =
      make_device (pipewire, "Camera's twin", "Video/Source", "node.name", "v4l2_input.0", NULL);
  g_autoptr (GstDevice) screen = make_device (pipewire, "Screen", "Video/Source", "node.name",
                                              "screen", "media.role", "Screen", NULL);
  g_autoptr (CausetteDevice) found = NULL;

  plug (fixture, file);
  plug (fixture, other);
  wait_until (are (fixture, CAUSETTE_DEVICE_CAMERA, "Camera (V4L2),Microscope"), LIMIT_MS);
  plug (fixture, screen);
  plug (fixture, node);
  plug (fixture, twin);
  wait_until (are (fixture, CAUSETTE_DEVICE_CAMERA, "Microscope,Camera"), LIMIT_MS);
  found = causette_devices_find (fixture->devices, CAUSETTE_DEVICE_CAMERA, "/dev/video2");
  g_assert_cmpstr (causette_device_get_name (found), ==, "Microscope");

  /* PipeWire lets go of it: the file is still there. */
  unplug (fixture, twin);
  unplug (fixture, node);
  wait_until (are (fixture, CAUSETTE_DEVICE_CAMERA, "Microscope,Camera (V4L2)"), LIMIT_MS);
}

static void
count_change (GListModel *list, guint position, guint removed, guint added, gpointer data)
{
  guint *changes = data;

  (*changes)++;
}

static void
test_changes (Fixture *fixture, gconstpointer data)
{
  GType pulse = gst_pulse_device_get_type ();
  g_autoptr (GstDevice) one =
      make_device (pulse, "One", "Audio/Sink", "internal", "one", "is-default", "true", NULL);
  g_autoptr (GstDevice) one_later =
      make_device (pulse, "One", "Audio/Sink", "internal", "one", "is-default", "false", NULL);
  g_autoptr (GstDevice) two =
      make_device (pulse, "Two", "Audio/Sink", "internal", "two", "is-default", "true", NULL);
  g_autoptr (CausetteDevice) chosen = NULL;
  guint changes = 0, others = 0;

  g_signal_connect (list_of (fixture, CAUSETTE_DEVICE_SPEAKER), "items-changed",
                    G_CALLBACK (count_change), &changes);
  g_signal_connect (list_of (fixture, CAUSETTE_DEVICE_CAMERA), "items-changed",
                    G_CALLBACK (count_change), &others);
  plug (fixture, one);
  wait_until (changes == 1, LIMIT_MS);
  gst_device_provider_device_changed (fixture->provider, one_later, one);
  wait_until (changes == 2, LIMIT_MS);
  plug (fixture, two);
  wait_until (changes == 3, LIMIT_MS);
  g_assert_true (are (fixture, CAUSETTE_DEVICE_SPEAKER, "One,Two"));
  chosen = causette_devices_find (fixture->devices, CAUSETTE_DEVICE_SPEAKER, NULL);
  g_assert_cmpstr (causette_device_get_name (chosen), ==, "Two");

  unplug (fixture, one_later);
  unplug (fixture, two);
  wait_until (are (fixture, CAUSETTE_DEVICE_SPEAKER, ""), LIMIT_MS);
  g_assert_cmpuint (changes, ==, 5);
  g_assert_cmpuint (others, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("causette-devices-XXXXXX", NULL);
  g_autofree char *registry = g_build_filename (folder, "registry", NULL);
  int status;

  /* No plugin of the system: its providers would bring the devices of this machine, and types of
   * the names that are used here. */
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  g_setenv ("GST_PLUGIN_PATH_1_0", "", TRUE);
  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  gst_device_provider_register (NULL, "madeup", GST_RANK_PRIMARY, fake_provider_get_type ());

  g_test_add ("/media/devices/sound-once", Fixture, NULL, set_up, test_sound_once, tear_down);
  g_test_add ("/media/devices/cameras-once", Fixture, NULL, set_up, test_cameras_once, tear_down);
  g_test_add ("/media/devices/changes", Fixture, NULL, set_up, test_changes, tear_down);

  status = g_test_run ();
  g_unlink (registry);
  g_rmdir (folder);

  return status;
}

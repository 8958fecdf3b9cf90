/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cameras and microphones that PipeWire has, as on a person's desktop, though virtual. To be run by
 * with-pipewire. What is promised: each device is listed once; nothing is open that is not on; what
 * is switched off is closed for PipeWire too; a camera that is unplugged is noticed, and used again
 * when it is back. */
#include "media/camera.h"
#include "media/microphone.h"

#include <gst/video/video.h>
#include <signal.h>
#include <sys/prctl.h>

#include "tests/unit/media/support.h"

#define LIMIT_MS 10000

/* A process of a test that fails must not stay behind. */
static void
end_with_the_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
run (const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = NULL;

  g_subprocess_launcher_set_child_setup (launcher, end_with_the_test, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);

  return process;
}

/* A virtual camera: a process of its own, so that it can be unplugged as a real one. It serves one
 * opening: a pipewiresink that has lost its reader's buffers may never give anybody a frame again.
 */
static GSubprocess *
plug_camera (const char *name)
{
  g_autofree char *properties =
      g_strdup_printf ("stream-properties=p,media.class=Video/Source,media.role=Camera,"
                       "node.name=%s,node.description=%s",
                       name, name);
  const char *const argv[] = { "gst-launch-1.0",
                               "-q",
                               "videotestsrc",
                               "is-live=true",
                               "pattern=ball",
                               "!",
                               "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1",
                               "!",
                               "pipewiresink",
                               "mode=provide",
                               properties,
                               NULL };

  return run (argv);
}

static GSubprocess *
play_tone (void)
{
  const char *const argv[] = {
    "gst-launch-1.0", "-q", "audiotestsrc", "is-live=true",           "volume=0.5", "freq=500", "!",
    "audioconvert",   "!",  "pulsesink",    "device=microphone-feed", NULL
  };

  return run (argv);
}

/* @process: (transfer full). As sudden as a cable that is pulled. */
static void
unplug (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

static char *
output_of (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  char *output = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);

  return output;
}

/* Whether PipeWire knows of a stream that takes pictures from a camera. */
static gboolean
camera_is_read (void)
{
  const char *const argv[] = { "pw-cli", "ls", "Node", NULL };
  g_autofree char *nodes = output_of (argv);

  g_assert_nonnull (strstr (nodes, "node.name")); /* it did answer */

  return strstr (nodes, "Stream/Input/Video") != NULL;
}

static gboolean
microphone_is_read (void)
{
  const char *const argv[] = { "pactl", "list", "source-outputs", NULL };
  g_autofree char *outputs = output_of (argv);
  g_autofree char *pid = g_strdup_printf ("application.process.id = \"%d\"", (int) getpid ());

  return strstr (outputs, pid) != NULL;
}

static guint
count_devices (CausetteDevices *devices, CausetteDeviceKind kind)
{
  return g_list_model_get_n_items (causette_devices_get_list (devices, kind));
}

static CausetteDevices *
make_devices (void)
{
  CausetteDevices *devices = causette_devices_new ();

  wait_until (causette_devices_get_ready (devices), LIMIT_MS);

  return devices;
}

static void
assert_device (CausetteDevices *devices, CausetteDeviceKind kind, const char *id, const char *name)
{
  g_autoptr (CausetteDevice) device = causette_devices_find (devices, kind, id);

  g_assert_nonnull (device);
  g_assert_cmpstr (causette_device_get_id (device), ==, id);
  g_assert_cmpstr (causette_device_get_name (device), ==, name);
  g_assert_cmpint (causette_device_get_kind (device), ==, kind);
}

static void
wait_for_state (gpointer source, CausetteSourceState state)
{
  wait_until (causette_source_get_state (source) == state, LIMIT_MS);
}

static void
test_devices (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteDevice) chosen = NULL;
  GSubprocess *one = NULL, *two = NULL;

  /* Each once, though PipeWire and PulseAudio both have it; no speaker's monitor. */
  g_assert_cmpuint (count_devices (devices, CAUSETTE_DEVICE_CAMERA), ==, 0);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_MICROPHONE) == 1, LIMIT_MS);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_SPEAKER) == 2, LIMIT_MS);
  assert_device (devices, CAUSETTE_DEVICE_MICROPHONE, "virtual-microphone", "Virtual_Microphone");
  assert_device (devices, CAUSETTE_DEVICE_SPEAKER, "virtual-speaker", "Virtual_Speaker");
  g_assert_null (causette_devices_find (devices, CAUSETTE_DEVICE_CAMERA, NULL));
  g_assert_null (causette_devices_find (devices, CAUSETTE_DEVICE_SPEAKER, "virtual-microphone"));
  chosen = causette_devices_find (devices, CAUSETTE_DEVICE_SPEAKER, NULL);
  g_assert_cmpstr (causette_device_get_id (chosen), ==, "virtual-speaker");

  /* Plugging in and out is followed. */
  one = plug_camera ("CameraOne");
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  assert_device (devices, CAUSETTE_DEVICE_CAMERA, "CameraOne", "CameraOne");
  two = plug_camera ("CameraTwo");
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 2, LIMIT_MS);
  unplug (one);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  assert_device (devices, CAUSETTE_DEVICE_CAMERA, "CameraTwo", "CameraTwo");
  unplug (two);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
  g_assert_finalize_object (g_steal_pointer (&devices));
}

/* What the last frame was like. */
typedef struct
{
  GMutex lock;
  GstCaps *caps;
  GstClockTime first, last;
} Seen;

static void
see (CausetteFeed *feed, GstSample *sample, gpointer user_data)
{
  Seen *seen = user_data;

  if (sample == NULL)
    return;
  g_mutex_lock (&seen->lock);
  gst_caps_replace (&seen->caps, gst_sample_get_caps (sample));
  seen->last = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  if (seen->first == 0)
    seen->first = seen->last;
  g_mutex_unlock (&seen->lock);
}

static void
test_camera (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteCamera) camera = causette_camera_new (devices);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  CausetteFeed *feed = causette_camera_get_feed (camera);
  GSubprocess *process = plug_camera ("VirtualCamera");
  GstClockTime begun = gst_clock_get_time (clock);
  Seen seen = { 0 };
  GstVideoInfo info;

  causette_feed_add (feed, see, &seen, NULL);
  causette_camera_set_size (camera, 320, 240, 15);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  g_assert_cmpstr (causette_camera_get_device_name (camera), ==, "VirtualCamera");
  g_assert_false (camera_is_read ());

  causette_camera_set_enabled (camera, TRUE);
  wait_for_state (camera, CAUSETTE_SOURCE_ON);
  wait_until (causette_feed_get_count (feed) >= 20, LIMIT_MS);
  g_assert_true (camera_is_read ());

  /* The size set, not the camera's, and times of the system clock. The camera has 30 frames a
   * second, so that 20 of them would have come in two thirds of a second. */
  g_mutex_lock (&seen.lock);
  g_assert_true (gst_video_info_from_caps (&info, seen.caps));
  g_assert_cmpint (info.width, ==, 320);
  g_assert_cmpint (info.height, ==, 240);
  g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&info), ==, GST_VIDEO_FORMAT_I420);
  g_assert_cmpuint (seen.first, >=, begun);
  g_assert_cmpuint (seen.last - seen.first, >, GST_SECOND);
  g_assert_cmpuint (seen.last, <=, gst_clock_get_time (clock) + 50 * GST_MSECOND);
  g_mutex_unlock (&seen.lock);

  /* Off is closed, and stays so. */
  causette_camera_set_enabled (camera, FALSE);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  wait_until (!camera_is_read (), LIMIT_MS);

  /* On again, by its id. */
  unplug (process);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
  process = plug_camera ("VirtualCamera");
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  causette_camera_set_source (camera, "camera:VirtualCamera");
  g_assert_false (camera_is_read ());
  causette_camera_set_enabled (camera, TRUE);
  wait_for_state (camera, CAUSETTE_SOURCE_ON);

  causette_camera_set_source (camera, "camera:AnotherCamera");
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
  g_assert_error (causette_camera_get_error (camera), CAUSETTE_DEVICE_ERROR,
                  CAUSETTE_DEVICE_ERROR_MISSING);
  wait_until (!camera_is_read (), LIMIT_MS);

  unplug (process);
  support_finalize (g_steal_pointer (&camera));
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
  gst_caps_replace (&seen.caps, NULL);
  g_mutex_clear (&seen.lock);
}

static void
test_unplugged (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteCamera) camera = causette_camera_new (devices);
  GSubprocess *process = plug_camera ("VirtualCamera");

  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  causette_camera_set_enabled (camera, TRUE);
  wait_for_state (camera, CAUSETTE_SOURCE_ON);

  unplug (process);
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
  g_assert_error (causette_camera_get_error (camera), CAUSETTE_DEVICE_ERROR,
                  CAUSETTE_DEVICE_ERROR_BROKEN);
  wait_until (!camera_is_read (), LIMIT_MS);

  /* It is still wanted: when it is back, it is on. */
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
  process = plug_camera ("VirtualCamera");
  wait_for_state (camera, CAUSETTE_SOURCE_ON);
  g_assert_null (causette_camera_get_error (camera));

  causette_camera_set_enabled (camera, FALSE);
  wait_for_state (camera, CAUSETTE_SOURCE_OFF);
  unplug (process);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
}

/* A camera whose program hangs is in the list as before, but no frame comes. */
static void
test_silent (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteCamera) camera = causette_camera_new (devices);
  GSubprocess *process = plug_camera ("VirtualCamera");

  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
  causette_camera_set_enabled (camera, TRUE);
  wait_for_state (camera, CAUSETTE_SOURCE_ON);

  g_subprocess_send_signal (process, SIGSTOP);
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
  g_assert_error (causette_camera_get_error (camera), CAUSETTE_DEVICE_ERROR,
                  CAUSETTE_DEVICE_ERROR_BROKEN);
  wait_until (!camera_is_read (), LIMIT_MS);
  causette_camera_set_enabled (camera, FALSE);
  unplug (process);
  wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
}

static void
test_microphone (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteMicrophone) microphone = causette_microphone_new (devices);
  CausetteFeed *feed = causette_microphone_get_feed (microphone);
  GSubprocess *player = NULL;

  g_assert_cmpstr (causette_microphone_get_device_name (microphone), ==, "Virtual_Microphone");
  g_assert_false (microphone_is_read ());

  causette_microphone_set_enabled (microphone, TRUE);
  wait_for_state (microphone, CAUSETTE_SOURCE_ON);
  wait_until (causette_feed_get_count (feed) >= 25, LIMIT_MS);
  g_assert_true (microphone_is_read ());
  g_assert_cmpfloat (causette_microphone_get_level (microphone), <, 0.001);
  player = play_tone ();
  wait_until (causette_microphone_get_level (microphone) > 0.1, LIMIT_MS);

  causette_microphone_set_enabled (microphone, FALSE);
  wait_for_state (microphone, CAUSETTE_SOURCE_OFF);
  wait_until (!microphone_is_read (), LIMIT_MS);
  unplug (player);
}

/* Before the first list of devices is there: it waits for it instead of failing. */
static void
test_at_once (void)
{
  g_autoptr (CausetteDevices) devices = causette_devices_new ();
  g_autoptr (CausetteMicrophone) microphone = causette_microphone_new (devices);
  g_autoptr (CausetteCamera) camera = causette_camera_new (devices);

  g_assert_false (causette_devices_get_ready (devices));
  causette_microphone_set_enabled (microphone, TRUE);
  causette_camera_set_enabled (camera, TRUE);
  g_assert_cmpint (causette_microphone_get_state (microphone), ==, CAUSETTE_SOURCE_OPENING);
  g_assert_cmpint (causette_camera_get_state (camera), ==, CAUSETTE_SOURCE_OPENING);
  wait_for_state (microphone, CAUSETTE_SOURCE_ON);
  wait_for_state (camera, CAUSETTE_SOURCE_FAILED);
  g_assert_error (causette_camera_get_error (camera), CAUSETTE_DEVICE_ERROR,
                  CAUSETTE_DEVICE_ERROR_MISSING);
  support_finalize (g_steal_pointer (&microphone));
  wait_until (!microphone_is_read (), LIMIT_MS);
}

static void
test_leaks_nothing (void)
{
  g_autoptr (CausetteDevices) devices = make_devices ();
  g_autoptr (CausetteCamera) camera = causette_camera_new (devices);
  guint threads = 0, descriptors = 0;

  for (guint round = 0; round < 13; round++)
    {
      GSubprocess *process = plug_camera ("VirtualCamera");

      wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 1, LIMIT_MS);
      causette_camera_set_enabled (camera, TRUE);
      wait_for_state (camera, CAUSETTE_SOURCE_ON);
      causette_camera_set_enabled (camera, FALSE);
      wait_for_state (camera, CAUSETTE_SOURCE_OFF);
      unplug (process);
      wait_until (count_devices (devices, CAUSETTE_DEVICE_CAMERA) == 0, LIMIT_MS);
      if (round == 2)
        {
          threads = support_count_threads ();
          descriptors = support_count_descriptors ();
        }
    }
  wait_until (support_count_threads () <= threads, LIMIT_MS);
  wait_until (support_count_descriptors () <= descriptors, LIMIT_MS);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/pipewire/at-once", test_at_once); /* first: nothing is known yet */
  g_test_add_func ("/media/pipewire/devices", test_devices);
  g_test_add_func ("/media/pipewire/camera", test_camera);
  g_test_add_func ("/media/pipewire/unplugged", test_unplugged);
  g_test_add_func ("/media/pipewire/silent", test_silent);
  g_test_add_func ("/media/pipewire/microphone", test_microphone);
  g_test_add_func ("/media/pipewire/leaks-nothing", test_leaks_nothing);

  return g_test_run ();
}

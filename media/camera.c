/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The camera: opened and closed as a whole, its picture handed to the self view and to the call.
 *
 *   capture ! (jpegdec) ! videoconvertscale ! I420 ! tee
 *     tee. ! appsink                                              → feed
 *     tee. ! queue ! videoconvertscale ! BGRx ! videoflip ! appsink → preview
 *
 * The call's branch passes frames on without a thread of its own; the self view has one, so that
 * its scaling never delays the call, and drops what it has no time for. A test picture is made in
 * the format and size that the tee wants.
 */
#include "config.h"

#include "media/camera.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>
#include <string.h>

#define PREVIEW_FPS 15

struct _CausetteCamera
{
  CausetteSource parent_instance;

  CausetteFeed *feed;
  CausetteFeed *preview;
  int width, height, frames_per_second;

  GstElement *preview_caps; /* of the pipeline that is open, else NULL */
};

G_DEFINE_FINAL_TYPE (CausetteCamera, causette_camera, CAUSETTE_TYPE_SOURCE)

/* Returns: (transfer full): what to ask of a camera that has the formats @offered (nullable): the
 * size wanted if it has it, else a larger one, else anything; often enough, and uncompressed if
 * that goes (many cameras have their larger sizes in JPEG only). */
static GstCaps *
choose_capture_caps (CausetteCamera *self, GstCaps *offered)
{
  const char *const formats[] = { "video/x-raw", "image/jpeg" };

  for (int laxity = 0; laxity < 3; laxity++)
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      {
        g_autoptr (GstCaps) wish = gst_caps_new_empty_simple (formats[i]);

        if (laxity == 0)
          gst_caps_set_simple (wish, "width", G_TYPE_INT, self->width, "height", G_TYPE_INT,
                               self->height, NULL);
        else if (laxity == 1)
          gst_caps_set_simple (wish, "width", GST_TYPE_INT_RANGE, self->width, G_MAXINT, "height",
                               GST_TYPE_INT_RANGE, self->height, G_MAXINT, NULL);
        if (laxity < 2)
          gst_caps_set_simple (wish, "framerate", GST_TYPE_FRACTION_RANGE, self->frames_per_second,
                               1, G_MAXINT, 1, NULL);

        if (offered != NULL && gst_caps_can_intersect (wish, offered))
          return g_steal_pointer (&wish);
      }

  return gst_caps_new_empty_simple ("video/x-raw");
}

static gboolean
is_jpeg (GstCaps *caps)
{
  return gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/jpeg");
}

/* Returns: (transfer full): the format in which frames reach the tee. */
static GstCaps *
picture_caps (CausetteCamera *self)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                              self->width, "height", G_TYPE_INT, self->height, "pixel-aspect-ratio",
                              GST_TYPE_FRACTION, 1, 1, NULL);
}

static void
fill_plane (GstVideoFrame *frame, guint plane, int x, int y, int size, guint8 value)
{
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, plane);
  int stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);

  for (int row = y; row < y + size; row++)
    memset (data + row * stride + x, value, size);
}

/* Streaming thread. A test picture that stands still looks like a call that hangs: a white box
 * crosses it along the bottom once in four seconds. */
static GstPadProbeReturn
draw_box (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstClockTime moment = GST_BUFFER_PTS (buffer) % (4 * GST_SECOND);
  GstVideoFrame frame;
  GstVideoInfo video;
  int size, x, y;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;

  buffer = gst_buffer_make_writable (buffer);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (!gst_video_frame_map (&frame, &video, buffer, GST_MAP_READWRITE))
    return GST_PAD_PROBE_OK;

  size = MIN (video.width, video.height) / 12 & ~1;
  x = (int) gst_util_uint64_scale (video.width - size, moment, 4 * GST_SECOND) & ~1;
  y = (video.height - size - size / 2) & ~1;
  fill_plane (&frame, 0, x, y, size, 235);
  fill_plane (&frame, 1, x / 2, y / 2, size / 2, 128);
  fill_plane (&frame, 2, x / 2, y / 2, size / 2, 128);
  gst_video_frame_unmap (&frame);

  return GST_PAD_PROBE_OK;
}

/* Sets up @element for the picture that @test names. Returns: FALSE if there is no such one. */
static gboolean
set_pattern (GstElement *element, const char *test)
{
  const char *pattern = *test != '\0' ? test : "smpte";
  g_autoptr (GEnumClass) patterns = NULL;
  GParamSpec *pspec = NULL;
  guint64 colour;

  if (g_str_has_prefix (test, "solid-"))
    {
      const char *digits = test + strlen ("solid-");

      if (strlen (digits) != 6 ||
          !g_ascii_string_to_unsigned (digits, 16, 0, 0xffffff, &colour, NULL))
        return FALSE;
      gst_util_set_object_arg (G_OBJECT (element), "pattern", "solid-color");
      g_object_set (element, "foreground-color", 0xff000000 | (guint) colour, NULL);
      return TRUE;
    }

  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "pattern");
  patterns = g_type_class_ref (pspec->value_type);
  if (g_enum_get_value_by_nick (patterns, pattern) == NULL)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (element), "pattern", pattern);

  return TRUE;
}

/* Returns: (transfer none) (nullable): the last element of the test picture's part. */
static GstElement *
build_test (CausetteCamera *self, GstElement *pipeline, const char *test, GError **error)
{
  g_autoptr (GstCaps) caps = picture_caps (self);
  g_autoptr (GstPad) pad = NULL;
  GstElement *capture = NULL, *filter = NULL;

  capture = causette_source_add_element (pipeline, "videotestsrc", error);
  if (capture == NULL)
    return NULL;
  filter = causette_source_add_element (pipeline, "capsfilter", error);
  if (filter == NULL)
    return NULL;
  if (!set_pattern (capture, test))
    {
      g_set_error (error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_MISSING,
                   _ ("There is no test picture called “%s”."), test);
      return NULL;
    }

  g_object_set (capture, "is-live", TRUE, NULL);
  causette_source_stamp (CAUSETTE_SOURCE (self), capture);
  pad = gst_element_get_static_pad (capture, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, draw_box, NULL, NULL);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, self->frames_per_second, 1, NULL);
  g_object_set (filter, "caps", caps, NULL);
  gst_element_link (capture, filter);

  return filter;
}

/* What thins out the frames that pass a pad. Not videorate: its schedule starts at time 0 and does
 * not skip a pause, such as a computer's sleep. */
typedef struct
{
  GstClockTime interval;
  GstClockTime due;   /* when the next frame is to pass */
  CausetteFeed *feed; /* (nullable): without consumers of this one nothing passes */
} Thinning;

static void
thinning_free (gpointer data)
{
  Thinning *thinning = data;

  g_clear_object (&thinning->feed);
  g_free (thinning);
}

/* Streaming thread. */
static GstPadProbeReturn
thin_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Thinning *thinning = user_data;
  GstClockTime time = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

  if (thinning->feed != NULL && !causette_feed_has_consumers (thinning->feed))
    return GST_PAD_PROBE_DROP;
  /* A quarter of leeway: frames do not come to the microsecond. */
  if (time + thinning->interval / 4 < thinning->due)
    return GST_PAD_PROBE_DROP;

  thinning->due += thinning->interval;
  if (thinning->due < time || thinning->due > time + 2 * thinning->interval)
    thinning->due = time + thinning->interval;

  return GST_PAD_PROBE_OK;
}

/* Lets at most @frames_per_second pass @element's pad @name, before any work is done on them. */
static void
limit_rate (GstElement *element, const char *name, int frames_per_second, CausetteFeed *feed)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);
  Thinning *thinning = g_new0 (Thinning, 1);

  thinning->interval = GST_SECOND / frames_per_second;
  g_set_object (&thinning->feed, feed);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, thin_out, thinning, thinning_free);
}

/* Returns: (transfer none) (nullable): the last element of the device's part. */
static GstElement *
build_device (CausetteCamera *self, GstElement *pipeline, CausetteDevice *device, GError **error)
{
  GstElement *capture = causette_device_create_element (device);
  g_autoptr (GstCaps) offered = causette_device_get_caps (device);
  g_autoptr (GstCaps) wanted = choose_capture_caps (self, offered);
  g_autoptr (GstCaps) caps = picture_caps (self);
  GstElement *asked = NULL, *decoder = NULL, *scale = NULL, *filter = NULL;

  if (capture == NULL)
    {
      g_set_error_literal (error, CAUSETTE_DEVICE_ERROR, CAUSETTE_DEVICE_ERROR_BROKEN,
                           _ ("The camera could not be opened."));
      return NULL;
    }
  gst_bin_add (GST_BIN (pipeline), capture);
  if ((asked = causette_source_add_element (pipeline, "capsfilter", error)) == NULL ||
      (scale = causette_source_add_element (pipeline, "videoconvertscale", error)) == NULL ||
      (filter = causette_source_add_element (pipeline, "capsfilter", error)) == NULL)
    return NULL;
  if (is_jpeg (wanted) &&
      (decoder = causette_source_add_element (pipeline, "jpegdec", error)) == NULL)
    return NULL;

  causette_source_stamp (CAUSETTE_SOURCE (self), capture);
  g_object_set (asked, "caps", wanted, NULL);
  limit_rate (asked, "src", self->frames_per_second, NULL);
  g_object_set (filter, "caps", caps, NULL);
  if (decoder != NULL)
    gst_element_link_many (capture, asked, decoder, scale, filter, NULL);
  else
    gst_element_link_many (capture, asked, scale, filter, NULL);

  return filter;
}

static void
update_preview_size (CausetteCamera *self)
{
  g_autoptr (GstCaps) caps = NULL;
  int width, height;

  if (self->preview_caps == NULL)
    return;

  causette_feed_fit_size (self->preview, self->width, self->height, &width, &height);
  caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width", G_TYPE_INT,
                              width, "height", G_TYPE_INT, height, "pixel-aspect-ratio",
                              GST_TYPE_FRACTION, 1, 1, NULL);
  g_object_set (self->preview_caps, "caps", caps, NULL);
}

/* Puts the self view's branch behind @tee. */
static gboolean
build_preview (CausetteCamera *self, GstElement *pipeline, GstElement *tee, GError **error)
{
  GstElement *queue = NULL, *scale = NULL, *filter = NULL, *flip = NULL;
  GstElement *sink = NULL;

  if ((queue = causette_source_add_element (pipeline, "queue", error)) == NULL ||
      (scale = causette_source_add_element (pipeline, "videoconvertscale", error)) == NULL ||
      (filter = causette_source_add_element (pipeline, "capsfilter", error)) == NULL ||
      (flip = causette_source_add_element (pipeline, "videoflip", error)) == NULL ||
      (sink = causette_source_add_element (pipeline, "appsink", error)) == NULL)
    return FALSE;

  gst_util_set_object_arg (G_OBJECT (queue), "leaky", "downstream");
  g_object_set (queue, "max-size-buffers", 1, "max-size-bytes", 0, "max-size-time", (guint64) 0,
                "silent", TRUE, NULL);
  limit_rate (queue, "sink", PREVIEW_FPS, self->preview);
  gst_util_set_object_arg (G_OBJECT (flip), "method", "horizontal-flip");
  causette_source_connect_sink (CAUSETTE_SOURCE (self), sink, self->preview);
  gst_element_link_many (tee, queue, scale, filter, flip, sink, NULL);

  self->preview_caps = gst_object_ref (filter);
  update_preview_size (self);

  return TRUE;
}

static GstElement *
causette_camera_build (CausetteSource *source,
                       CausetteDevice *device,
                       const char *test,
                       GError **error)
{
  CausetteCamera *self = CAUSETTE_CAMERA (source);
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new ("camera"));
  GstElement *picture = NULL, *tee = NULL, *sink = NULL;

  if (device != NULL)
    picture = build_device (self, pipeline, device, error);
  else
    picture = build_test (self, pipeline, test, error);
  if (picture == NULL || (tee = causette_source_add_element (pipeline, "tee", error)) == NULL ||
      (sink = causette_source_add_element (pipeline, "appsink", error)) == NULL)
    return NULL;

  gst_element_link_many (picture, tee, sink, NULL);
  causette_source_connect_sink (source, sink, self->feed);
  if (!build_preview (self, pipeline, tee, error))
    return NULL;

  return g_steal_pointer (&pipeline);
}

static void
causette_camera_closing (CausetteSource *source)
{
  CausetteCamera *self = CAUSETTE_CAMERA (source);

  g_clear_pointer (&self->preview_caps, gst_object_unref);
}

static void
causette_camera_finalize (GObject *object)
{
  CausetteCamera *self = CAUSETTE_CAMERA (object);

  g_clear_object (&self->feed);
  g_clear_object (&self->preview);

  G_OBJECT_CLASS (causette_camera_parent_class)->finalize (object);
}

static void
causette_camera_class_init (CausetteCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  CausetteSourceClass *source_class = CAUSETTE_SOURCE_CLASS (klass);

  object_class->finalize = causette_camera_finalize;
  source_class->kind = CAUSETTE_DEVICE_CAMERA;
  source_class->word = "camera";
  source_class->test_name = N_ ("Test Picture");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_MISSING] = N_ ("No camera was found.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_BUSY] =
      N_ ("The camera is being used by another program.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_DENIED] =
      N_ ("This computer does not let Causette use the camera.");
  source_class->sentences[CAUSETTE_DEVICE_ERROR_BROKEN] =
      N_ ("The camera does not work, or was unplugged.");
  source_class->build = causette_camera_build;
  source_class->closing = causette_camera_closing;
}

static void
causette_camera_init (CausetteCamera *self)
{
  self->width = 640;
  self->height = 480;
  self->frames_per_second = 30;
  self->feed = causette_feed_new ();
  self->preview = causette_feed_new ();
  g_signal_connect_object (self->preview, "notify::wanted-width", G_CALLBACK (update_preview_size),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->preview, "notify::wanted-height", G_CALLBACK (update_preview_size),
                           self, G_CONNECT_SWAPPED);
}

CausetteCamera *
causette_camera_new (CausetteDevices *devices)
{
  g_return_val_if_fail (devices == NULL || CAUSETTE_IS_DEVICES (devices), NULL);

  return g_object_new (CAUSETTE_TYPE_CAMERA, "devices", devices, NULL);
}

void
causette_camera_set_source (CausetteCamera *self, const char *source)
{
  g_return_if_fail (CAUSETTE_IS_CAMERA (self));

  causette_source_set_source (CAUSETTE_SOURCE (self), source);
}

const char *
causette_camera_get_source (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), NULL);

  return causette_source_get_source (CAUSETTE_SOURCE (self));
}

void
causette_camera_set_size (CausetteCamera *self, int width, int height, int frames_per_second)
{
  g_return_if_fail (CAUSETTE_IS_CAMERA (self));
  g_return_if_fail (width >= 16 && width <= 4096 && width % 2 == 0);
  g_return_if_fail (height >= 16 && height <= 4096 && height % 2 == 0);
  g_return_if_fail (frames_per_second >= 1 && frames_per_second <= 120);

  if (self->width == width && self->height == height &&
      self->frames_per_second == frames_per_second)
    return;

  self->width = width;
  self->height = height;
  self->frames_per_second = frames_per_second;
  causette_source_reopen (CAUSETTE_SOURCE (self));
}

void
causette_camera_set_enabled (CausetteCamera *self, gboolean enabled)
{
  g_return_if_fail (CAUSETTE_IS_CAMERA (self));

  causette_source_set_enabled (CAUSETTE_SOURCE (self), enabled);
}

gboolean
causette_camera_get_enabled (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), FALSE);

  return causette_source_get_enabled (CAUSETTE_SOURCE (self));
}

CausetteSourceState
causette_camera_get_state (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), CAUSETTE_SOURCE_OFF);

  return causette_source_get_state (CAUSETTE_SOURCE (self));
}

const GError *
causette_camera_get_error (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), NULL);

  return causette_source_get_error (CAUSETTE_SOURCE (self));
}

const char *
causette_camera_get_device_name (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), NULL);

  return causette_source_get_device_name (CAUSETTE_SOURCE (self));
}

CausetteFeed *
causette_camera_get_feed (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), NULL);

  return self->feed;
}

CausetteFeed *
causette_camera_get_preview (CausetteCamera *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (self), NULL);

  return self->preview;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages before a conversation: what is in use, what does not work, how many wait; and the words
 * for all that.
 */
#include "app/session.h"
#include "tests/unit/app/person.h"
#include "tests/unit/ui/support.h"
#include "ui/first-page.h"
#include "ui/picture.h"
#include "ui/seeking-page.h"
#include "ui/words.h"

typedef struct
{
  CausetteSettings *settings;
  CausetteSession *session;
  CausetteCamera *camera;
  CausetteMicrophone *microphone;
} Fixture;

static void
set_up (Fixture *f, const char *camera, const char *microphone)
{
  f->settings = causette_settings_new_in_memory ();
  f->session = causette_session_new (f->settings);
  f->camera = causette_session_get_camera (f->session);
  f->microphone = causette_session_get_microphone (f->session);
  causette_camera_set_source (f->camera, camera);
  causette_microphone_set_source (f->microphone, microphone);
}

static void
tear_down (Fixture *f)
{
  causette_camera_set_enabled (f->camera, FALSE);
  causette_microphone_set_enabled (f->microphone, FALSE);
  ui_test_wait (causette_camera_get_state (f->camera) == CAUSETTE_SOURCE_OFF);
  ui_test_wait (causette_microphone_get_state (f->microphone) == CAUSETTE_SOURCE_OFF);
  g_assert_finalize_object (f->session);
  g_assert_finalize_object (f->settings);
}

static gboolean
shows (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows (child, text))
      return TRUE;
  return FALSE;
}

static void
save (GtkWidget *window, const char *name)
{
  GdkTexture *texture = ui_test_picture (window, name);

  g_object_unref (texture);
}

/* Nothing is open, and the page says so; then all is, and the picture is there. */
static void
test_first_page (void)
{
  Fixture f;
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_FIRST_PAGE, NULL));
  GtkWidget *window, *picture;
  GdkTexture *texture;
  graphene_rect_t bounds;

  set_up (&f, "test:solid-3366cc", "test");
  causette_first_page_set_session (CAUSETTE_FIRST_PAGE (page), f.session);
  window = ui_test_show (page, 1000, 640);
  causette_first_page_set_wide (CAUSETTE_FIRST_PAGE (page), TRUE);
  picture = ui_test_find (page, CAUSETTE_TYPE_PICTURE);
  g_assert_cmpstr (causette_picture_get_placeholder (CAUSETTE_PICTURE (picture)), ==,
                   "Your camera is off.");
  g_assert_true (shows (page, "Off"));
  g_assert_cmpuint (ui_test_assert_names (page), >=, 6);
  save (window, "first-page-off");

  causette_camera_set_enabled (f.camera, TRUE);
  causette_microphone_set_enabled (f.microphone, TRUE);
  ui_test_wait (causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  ui_test_wait (causette_microphone_get_state (f.microphone) == CAUSETTE_SOURCE_ON);
  g_assert_true (shows (page, causette_camera_get_device_name (f.camera)));
  g_assert_true (shows (page, causette_microphone_get_device_name (f.microphone)));
  texture = ui_test_picture (window, "first-page");
  g_assert_true (gtk_widget_compute_bounds (picture, window, &bounds));
  g_assert_true (
      ui_test_alike (ui_test_pixel (texture, (int) (bounds.origin.x + bounds.size.width / 2),
                                    (int) (bounds.origin.y + bounds.size.height / 3)),
                     0x3366cc));
  g_object_unref (texture);

  causette_camera_set_enabled (f.camera, FALSE);
  ui_test_wait (!causette_picture_get_live (CAUSETTE_PICTURE (picture)));
  ui_test_wait (g_strcmp0 (causette_picture_get_placeholder (CAUSETTE_PICTURE (picture)),
                           "Your camera is off.") == 0);
  ui_test_close (window);
  g_assert_finalize_object (page);
  tear_down (&f);
}

/* Each thing that can be wrong with a device is said, and there is a way to try again. */
static void
test_failures (void)
{
  static const char *const sources[] = { "fail:missing", "fail:busy", "fail:denied" };

  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autofree char *name = g_strdup_printf ("first-page-%s", sources[i] + strlen ("fail:"));
      Fixture f;
      GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_FIRST_PAGE, NULL));
      GtkWidget *window;

      set_up (&f, sources[i], sources[i]);
      causette_first_page_set_session (CAUSETTE_FIRST_PAGE (page), f.session);
      window = ui_test_show (page, 400, 640);
      g_assert_null (ui_test_find_button (page, "Try the camera again"));
      causette_camera_set_enabled (f.camera, TRUE);
      causette_microphone_set_enabled (f.microphone, TRUE);
      ui_test_wait (causette_camera_get_state (f.camera) == CAUSETTE_SOURCE_FAILED);
      ui_test_wait (causette_microphone_get_state (f.microphone) == CAUSETTE_SOURCE_FAILED);
      g_assert_true (shows (page, causette_camera_get_error (f.camera)->message));
      g_assert_true (shows (page, causette_microphone_get_error (f.microphone)->message));
      g_assert_nonnull (ui_test_find_button (page, "Try the camera again"));
      g_assert_nonnull (ui_test_find_button (page, "Try the microphone again"));
      save (window, name);
      ui_test_close (window);
      g_assert_finalize_object (page);
      tear_down (&f);
    }
}

static void
test_seeking_page (void)
{
  World *world = world_new (TRUE);
  Person *anne = person_new (world);
  Fixture f;
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_SEEKING_PAGE, NULL));
  GtkWidget *window;

  set_up (&f, "none", "none");
  causette_seeking_page_set_devices (CAUSETTE_SEEKING_PAGE (page), f.camera, f.microphone);
  window = ui_test_show (page, 640, 520);
  person_seek (anne);
  causette_seeking_page_set_encounter (CAUSETTE_SEEKING_PAGE (page), anne->encounter);
  world_advance (world, 100);
  g_assert_true (shows (page, "Nobody else is waiting"));
  causette_seeking_page_set_trouble (CAUSETTE_SEEKING_PAGE (page), "The server is away.");
  g_assert_true (shows (page, "The server is away."));
  g_assert_false (shows (page, "Nobody else is waiting"));
  causette_seeking_page_set_trouble (CAUSETTE_SEEKING_PAGE (page), NULL);
  g_assert_true (shows (page, "Nobody else is waiting"));
  g_assert_nonnull (ui_test_find_button (page, "_Stop"));
  g_assert_cmpuint (ui_test_assert_names (page), >=, 4);
  ui_test_close (window);
  g_assert_finalize_object (page);
  tear_down (&f);
  person_free (anne);
  world_free (world);
}

static void
assert_words (char *words, const char *expected)
{
  g_assert_cmpstr (words, ==, expected);
  g_free (words);
}

static void
test_words (void)
{
  assert_words (causette_words_for_duration (0), "0:00");
  assert_words (causette_words_for_duration (-5), "0:00");
  assert_words (causette_words_for_duration (125), "2:05");
  assert_words (causette_words_for_duration (3725), "1:02:05");
  assert_words (causette_words_for_waiting (-1), "");
  assert_words (causette_words_for_waiting (2), "2 people are waiting, you included.");
  g_assert_null (causette_words_for_state (CAUSETTE_ENCOUNTER_CONNECTED));
  for (CausetteEncounterState state = CAUSETTE_ENCOUNTER_SEEKING;
       state < CAUSETTE_ENCOUNTER_CONNECTED; state++)
    g_assert_nonnull (causette_words_for_state (state));
  g_assert_nonnull (causette_words_for_state (CAUSETTE_ENCOUNTER_RECONNECTING));
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/pages/first", test_first_page);
  g_test_add_func ("/pages/failures", test_failures);
  g_test_add_func ("/pages/seeking", test_seeking_page);
  g_test_add_func ("/pages/words", test_words);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window shows the page that fits what the session and the encounter are doing, and its actions
 * do what they say.
 */
#include "app/session.h"
#include "tests/unit/app/person.h"
#include "tests/unit/ui/support.h"
#include "ui/window.h"

typedef struct
{
  CausetteSettings *settings;
  GSettings *store;
  CausetteSession *session;
  CausetteWindow *window;
} Fixture;

static void
set_up (Fixture *f, int width, int height)
{
  f->settings = causette_settings_new_in_memory ();
  f->store = causette_settings_get_store (f->settings);
  g_settings_set_int (f->store, "window-width", width);
  g_settings_set_int (f->store, "window-height", height);
  f->session = causette_session_new (f->settings);
  causette_camera_set_source (causette_session_get_camera (f->session), "test:solid-3366cc");
  causette_microphone_set_source (causette_session_get_microphone (f->session), "test");
  f->window = g_object_ref (causette_window_new (NULL, f->session));
  gtk_window_present (GTK_WINDOW (f->window));
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (f->window)));
  ui_test_draw (GTK_WIDGET (f->window));
  ui_test_draw (GTK_WIDGET (f->window));
}

static void
tear_down (Fixture *f)
{
  causette_camera_set_enabled (causette_session_get_camera (f->session), FALSE);
  causette_microphone_set_enabled (causette_session_get_microphone (f->session), FALSE);
  ui_test_wait (causette_camera_get_state (causette_session_get_camera (f->session)) ==
                CAUSETTE_SOURCE_OFF);
  ui_test_wait (causette_microphone_get_state (causette_session_get_microphone (f->session)) ==
                CAUSETTE_SOURCE_OFF);
  gtk_window_destroy (GTK_WINDOW (f->window));
  ui_test_settle ();
  g_assert_finalize_object (f->window);
  g_assert_finalize_object (f->session);
  g_assert_finalize_object (f->settings);
}

static void
save (Fixture *f, const char *name)
{
  GdkTexture *texture = ui_test_picture (GTK_WIDGET (f->window), name);

  g_object_unref (texture);
}

static void
assert_page (Fixture *f, const char *name)
{
  g_assert_cmpstr (causette_window_get_page_name (f->window), ==, name);
}

static gboolean
activate (Fixture *f, const char *action)
{
  return gtk_widget_activate_action (GTK_WIDGET (f->window), action, NULL);
}

/* A port of this computer where nothing listens. */
static char *
get_closed_address (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpint (port, !=, 0);
  g_socket_listener_close (listener);
  return g_strdup_printf ("127.0.0.1:%u", port);
}

static void
test_first_start (void)
{
  Fixture f;
  CausetteServerPage *page;
  GtkWidget *connect;

  set_up (&f, 900, 640);
  assert_page (&f, "server");
  g_assert_cmpuint (ui_test_assert_names (GTK_WIDGET (f.window)), >=, 4);
  save (&f, "window-server");

  page = causette_window_get_server_page (f.window);
  connect = ui_test_find_button (GTK_WIDGET (page), "_Connect");
  g_assert_nonnull (connect);
  g_assert_false (gtk_widget_get_sensitive (connect));
  g_assert_cmpstr (causette_server_page_get_problem (page), ==, "");
  causette_server_page_choose (page, "not an address!");
  g_assert_cmpstr (causette_server_page_get_problem (page), !=, "");
  assert_page (&f, "server");
  g_assert_null (causette_session_get_server (f.session));
  /* there is no way back to a server that was never chosen */
  activate (&f, "win.back");
  assert_page (&f, "server");
  tear_down (&f);
}

static void
test_unreachable (void)
{
  Fixture f;
  g_autofree char *address = get_closed_address ();

  set_up (&f, 900, 640);
  causette_server_page_choose (causette_window_get_server_page (f.window), address);
  ui_test_wait (g_strcmp0 (causette_window_get_page_name (f.window), "problem") == 0);
  g_assert_nonnull (
      strstr (causette_problem_page_get_description (causette_window_get_problem_page (f.window)),
              address));
  save (&f, "window-unreachable");
  g_assert_true (activate (&f, "win.retry"));

  g_assert_true (activate (&f, "win.choose-server"));
  assert_page (&f, "server");
  activate (&f, "win.back");
  assert_page (&f, "problem");

  /* what was not reached is not remembered */
  g_autofree char *remembered = g_settings_get_string (f.store, "server");
  g_assert_cmpstr (remembered, ==, "");
  tear_down (&f);
}

static void
test_encounter (void)
{
  World *world = world_new (TRUE);
  Person *anne = person_new (world), *bert = person_new (world);
  CausetteEncounterPage *page;
  CausetteChatView *chat;
  Fixture f;

  set_up (&f, 900, 640);
  person_seek (anne);
  causette_window_set_encounter (f.window, anne->encounter);
  assert_page (&f, "seeking");
  g_assert_cmpuint (ui_test_assert_names (GTK_WIDGET (f.window)), >=, 4);
  world_advance (world, 100);
  save (&f, "window-seeking");

  person_seek (bert);
  person_wait (anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  assert_page (&f, "encounter");
  ui_test_push (causette_call_get_remote_video (CAUSETTE_CALL (anne->call)), 640, 480, 0xe0762f);
  world_advance (world, 100);
  save (&f, "window-encounter");

  /* no other server in the middle of a conversation */
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (f.window)) &&
                  activate (&f, "win.choose-server") &&
                  g_strcmp0 (causette_window_get_page_name (f.window), "encounter") != 0);
  assert_page (&f, "encounter");

  page = causette_window_get_encounter_page (f.window);
  chat = causette_encounter_page_get_chat (page);
  activate (&f, "win.chat");
  g_assert_true (causette_encounter_page_get_chat_shown (page));
  /* beside the picture that is a habit, to be kept */
  g_assert_true (g_settings_get_boolean (f.store, "chat-shown"));
  causette_chat_view_set_draft (chat, "I wanted to say");

  causette_encounter_end (bert->encounter, CAUSETTE_END_HANG_UP);
  world_advance (world, 500);
  person_assert_ended (anne, CAUSETTE_END_PARTNER_HUNG_UP);
  assert_page (&f, "problem");
  g_assert_nonnull (ui_test_find_button (GTK_WIDGET (causette_window_get_problem_page (f.window)),
                                         "Co_py What You Had Typed"));
  save (&f, "window-ended");
  activate (&f, "win.back");
  assert_page (&f, "server"); /* none was chosen in this test */

  tear_down (&f);
  person_free (anne);
  person_free (bert);
  world_free (world);
}

/* One's own leaving of the queue needs no page of its own. */
static void
test_leave (void)
{
  World *world = world_new (TRUE);
  Person *anne = person_new (world);
  Fixture f;

  set_up (&f, 400, 640);
  person_seek (anne);
  causette_window_set_encounter (f.window, anne->encounter);
  assert_page (&f, "seeking");
  causette_encounter_end (anne->encounter, CAUSETTE_END_HANG_UP);
  world_advance (world, 100);
  person_assert_ended (anne, CAUSETTE_END_LEFT);
  assert_page (&f, "server");
  tear_down (&f);
  person_free (anne);
  world_free (world);
}

static gboolean
get_state (Fixture *f, const char *name)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (f->window), name);

  return g_variant_get_boolean (state);
}

static void
test_devices (void)
{
  Fixture f;
  CausetteCamera *camera;
  CausetteMicrophone *microphone;

  set_up (&f, 900, 640);
  camera = causette_session_get_camera (f.session);
  microphone = causette_session_get_microphone (f.session);
  causette_session_open_devices (f.session);
  g_assert_true (get_state (&f, "camera"));
  g_assert_true (get_state (&f, "microphone"));
  ui_test_wait (causette_camera_get_state (camera) == CAUSETTE_SOURCE_ON);

  g_assert_true (activate (&f, "win.camera"));
  g_assert_false (causette_camera_get_enabled (camera));
  g_assert_false (get_state (&f, "camera"));
  g_assert_false (g_settings_get_boolean (f.store, "camera-enabled"));
  g_assert_true (activate (&f, "win.microphone"));
  g_assert_false (causette_microphone_get_enabled (microphone));
  g_assert_false (get_state (&f, "microphone"));
  g_assert_true (activate (&f, "win.camera"));
  g_assert_true (causette_camera_get_enabled (camera));
  tear_down (&f);
}

static void
test_size (void)
{
  Fixture f;
  int width, height;

  set_up (&f, 700, 500);
  gtk_window_get_default_size (GTK_WINDOW (f.window), &width, &height);
  g_assert_cmpint (width, ==, 700);
  g_assert_cmpint (height, ==, 500);
  gtk_window_set_default_size (GTK_WINDOW (f.window), 640, 520);
  g_assert_cmpint (g_settings_get_int (f.store, "window-width"), ==, 640);
  g_assert_cmpint (g_settings_get_int (f.store, "window-height"), ==, 520);
  tear_down (&f);
}

/* The smallest size there is suffices for every page. */
static void
test_smallest (void)
{
  static const char *const pages[] = { "server-page", "first-page", "seeking-page",
                                       "encounter-page", "problem-page" };
  GType types[] = { 0, 0, 0, 0, 0 };
  Fixture f;
  int minimum;

  set_up (&f, 360, 294);
  types[0] = g_type_from_name ("CausetteServerPage");
  types[1] = g_type_from_name ("CausetteFirstPage");
  types[2] = g_type_from_name ("CausetteSeekingPage");
  types[3] = g_type_from_name ("CausetteEncounterPage");
  types[4] = g_type_from_name ("CausetteProblemPage");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GtkWidget *page = g_object_ref_sink (g_object_new (types[i], NULL));

      g_test_message ("%s", pages[i]);
      gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 360);
      gtk_widget_measure (page, GTK_ORIENTATION_VERTICAL, 360, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 294);
      g_assert_finalize_object (page);
    }
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/window/first-start", test_first_start);
  g_test_add_func ("/window/unreachable", test_unreachable);
  g_test_add_func ("/window/encounter", test_encounter);
  g_test_add_func ("/window/leave", test_leave);
  g_test_add_func ("/window/devices", test_devices);
  g_test_add_func ("/window/size", test_size);
  g_test_add_func ("/window/smallest", test_smallest);
  return g_test_run ();
}

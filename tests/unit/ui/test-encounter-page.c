/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a conversation says in words what happens, counts what was not read, and lets its
 * controls come and go.
 */
#include "media/camera.h"
#include "media/microphone.h"
#include "tests/unit/app/person.h"
#include "tests/unit/ui/support.h"
#include "ui/corner-box.h"
#include "ui/encounter-page.h"

typedef struct
{
  World *world;
  Person *anne, *bert;
  CausetteDevices *devices;
  CausetteCamera *camera;
  CausetteMicrophone *microphone;
  GActionGroup *actions;
  GtkWidget *widget;
  CausetteEncounterPage *page;
  GtkWidget *window;
} Fixture;

/* What the main window has, without which the buttons cannot be used. */
static GActionGroup *
make_actions (void)
{
  static const GActionEntry entries[] = {
    { "microphone", NULL, NULL, "true", NULL }, { "camera", NULL, NULL, "true", NULL },
    { "chat", NULL, NULL, "false", NULL },      { "next", NULL, NULL, NULL, NULL },
    { "end", NULL, NULL, NULL, NULL },
  };
  GSimpleActionGroup *group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), NULL);
  return G_ACTION_GROUP (group);
}

static void
set_up (Fixture *f, int width, int height)
{
  f->world = world_new (TRUE);
  f->anne = person_new (f->world);
  f->bert = person_new (f->world);
  f->devices = causette_devices_new ();
  f->camera = causette_camera_new (f->devices);
  f->microphone = causette_microphone_new (f->devices);
  causette_camera_set_source (f->camera, "none");
  causette_microphone_set_source (f->microphone, "none");
  f->widget = g_object_new (CAUSETTE_TYPE_ENCOUNTER_PAGE, NULL);
  f->page = CAUSETTE_ENCOUNTER_PAGE (f->widget);
  causette_encounter_page_set_up (f->page, f->camera, f->microphone, NULL);
  causette_encounter_page_set_wide (f->page, width >= 860);
  causette_encounter_page_set_controls_delay (f->page, 20);
  f->actions = make_actions ();
  gtk_widget_insert_action_group (f->widget, "win", f->actions);
  f->window = ui_test_show (f->widget, width, height);
}

static void
meet (Fixture *f)
{
  person_seek (f->anne);
  causette_encounter_page_set_encounter (f->page, f->anne->encounter);
  person_seek (f->bert);
  person_wait (f->anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (f->bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  world_advance (f->world, 100);
}

static void
tear_down (Fixture *f)
{
  ui_test_close (f->window);
  person_free (f->anne);
  person_free (f->bert);
  world_free (f->world);
  g_object_unref (f->camera);
  g_object_unref (f->microphone);
  g_object_unref (f->devices);
  g_object_unref (f->actions);
}

static void
save (Fixture *f, const char *name)
{
  GdkTexture *texture = ui_test_picture (f->window, name);

  g_object_unref (texture);
}

static void
assert_status (Fixture *f, const char *expected)
{
  g_assert_cmpstr (causette_encounter_page_get_status (f->page), ==, expected);
}

static void
test_states (void)
{
  Fixture f;

  set_up (&f, 900, 620);
  person_seek (f.anne);
  causette_encounter_page_set_encounter (f.page, f.anne->encounter);
  person_seek (f.bert);
  person_wait (f.anne, CAUSETTE_ENCOUNTER_CONNECTING, 1000);
  assert_status (&f, "Connecting…");
  save (&f, "encounter-connecting");

  person_wait (f.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (f.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  causette_encounter_set_devices (f.bert->encounter, FALSE, FALSE);
  world_advance (f.world, 200);
  assert_status (&f, "Their camera is off");
  save (&f, "encounter-camera-off");
  causette_encounter_set_devices (f.bert->encounter, TRUE, TRUE);
  world_advance (f.world, 200);
  assert_status (&f, "Waiting for their picture…");

  fake_call_interrupt (f.anne->call);
  person_wait (f.anne, CAUSETTE_ENCOUNTER_RECONNECTING, 60000);
  assert_status (&f, "Connection lost, trying again…");
  save (&f, "encounter-reconnecting");
  fake_call_restore (f.anne->call);
  person_wait (f.anne, CAUSETTE_ENCOUNTER_CONNECTED, 60000);
  assert_status (&f, "Waiting for their picture…");

  causette_encounter_page_set_encounter (f.page, NULL);
  assert_status (&f, "");
  tear_down (&f);
}

static void
test_unread (void)
{
  Fixture f;
  GtkWidget *button;

  set_up (&f, 400, 640);
  meet (&f);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 0);
  person_says (f.bert, "One");
  person_says (f.anne, "My own does not count");
  person_says (f.bert, "Two");
  world_advance (f.world, 200);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 2);
  button = ui_test_find_button (f.widget, "Chat, 2 new texts");
  g_assert_nonnull (button);
  save (&f, "encounter-unread");

  causette_encounter_page_set_chat_shown (f.page, TRUE);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 0);
  person_says (f.bert, "Three");
  world_advance (f.world, 200);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 0);
  save (&f, "encounter-chat-narrow");

  /* the next one begins anew */
  causette_encounter_page_set_chat_shown (f.page, FALSE);
  person_says (f.bert, "Four");
  world_advance (f.world, 200);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 1);
  causette_encounter_page_set_encounter (f.page, NULL);
  g_assert_cmpuint (causette_encounter_page_get_unread (f.page), ==, 0);
  tear_down (&f);
}

static void
test_controls (void)
{
  Fixture f;

  set_up (&f, 640, 480);
  /* they stay while there is nothing to look at */
  person_seek (f.anne);
  causette_encounter_page_set_encounter (f.page, f.anne->encounter);
  causette_encounter_page_show_controls (f.page);
  for (int i = 0; i < 5; i++)
    ui_test_iterate (g_get_monotonic_time () + 40 * 1000);
  g_assert_true (causette_encounter_page_get_controls_shown (f.page));

  person_seek (f.bert);
  person_wait (f.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (f.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  ui_test_wait (!causette_encounter_page_get_controls_shown (f.page));
  /* unseen, they are still there for those who do not look */
  g_assert_nonnull (ui_test_find_button (f.widget, "End the conversation"));
  causette_encounter_page_show_controls (f.page);
  g_assert_true (causette_encounter_page_get_controls_shown (f.page));
  ui_test_wait (!causette_encounter_page_get_controls_shown (f.page));
  tear_down (&f);
}

/* Escape takes the smallest step back. */
static void
test_escape (void)
{
  Fixture f;
  CausetteChatView *chat;
  g_autofree char *draft = NULL;

  set_up (&f, 400, 640);
  meet (&f);
  chat = causette_encounter_page_get_chat (f.page);
  g_assert_false (causette_encounter_page_escape (f.page));

  causette_encounter_page_set_chat_shown (f.page, TRUE);
  causette_chat_view_set_draft (chat, "half a");
  g_assert_true (causette_encounter_page_escape (f.page));
  g_assert_false (causette_encounter_page_get_chat_shown (f.page));
  g_assert_false (causette_encounter_page_escape (f.page));

  causette_encounter_page_set_wide (f.page, TRUE);
  causette_encounter_page_set_chat_shown (f.page, TRUE);
  causette_chat_view_focus_entry (chat);
  g_assert_true (causette_chat_view_has_entry_focus (chat));
  g_assert_true (causette_encounter_page_escape (f.page));
  g_assert_false (causette_chat_view_has_entry_focus (chat));
  g_assert_true (causette_encounter_page_get_chat_shown (f.page));
  draft = causette_chat_view_get_draft (chat);
  g_assert_cmpstr (draft, ==, "half a");
  g_assert_false (causette_encounter_page_escape (f.page));
  tear_down (&f);
}

static void
test_names (void)
{
  static const char *const names[] = { "Microphone",           "Camera", "Chat", "Next person",
                                       "End the conversation", NULL };
  Fixture f;

  set_up (&f, 900, 620);
  meet (&f);
  for (gsize i = 0; names[i] != NULL; i++)
    if (ui_test_find_button (f.widget, names[i]) == NULL)
      g_error ("There is no button “%s”", names[i]);
  causette_encounter_page_set_chat_shown (f.page, TRUE);
  save (&f, "encounter-chat-wide");
  g_assert_cmpuint (ui_test_assert_names (f.widget), >=, 8);
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/encounter-page/states", test_states);
  g_test_add_func ("/encounter-page/unread", test_unread);
  g_test_add_func ("/encounter-page/controls", test_controls);
  g_test_add_func ("/encounter-page/escape", test_escape);
  g_test_add_func ("/encounter-page/names", test_names);
  return g_test_run ();
}

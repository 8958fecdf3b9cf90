/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chat: what one types reaches the other, nothing typed is lost, and what a stranger writes is
 * plain text.
 */
#include "tests/unit/app/person.h"
#include "tests/unit/ui/support.h"
#include "ui/chat-row.h"
#include "ui/chat-view.h"

typedef struct
{
  World *world;
  Person *anne, *bert;
  GtkWidget *view;
  GtkWidget *window;
} Two;

static void
two_init (Two *two)
{
  two->world = world_new (TRUE);
  two->anne = person_new (two->world);
  two->bert = person_new (two->world);
  person_seek (two->anne);
  two->view = g_object_new (CAUSETTE_TYPE_CHAT_VIEW, NULL);
  causette_chat_view_set_encounter (CAUSETTE_CHAT_VIEW (two->view), two->anne->encounter);
  two->window = ui_test_show (two->view, 320, 480);
}

static void
two_meet (Two *two)
{
  person_seek (two->bert);
  person_wait (two->anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (two->bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  world_advance (two->world, 100);
}

static void
two_clear (Two *two)
{
  ui_test_close (two->window);
  person_free (two->anne);
  person_free (two->bert);
  world_free (two->world);
}

/* Returns: (transfer full): all that the chat shows. */
static char *
get_shown (Two *two)
{
  GtkWidget *list;
  GString *shown = g_string_new (NULL);

  ui_test_draw (two->view);
  list = ui_test_find (two->view, GTK_TYPE_LIST_VIEW);
  for (GtkWidget *row = list != NULL ? gtk_widget_get_first_child (list) : NULL; row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *child = gtk_widget_get_first_child (row);
      CausetteText *text = causette_chat_row_get_text (CAUSETTE_CHAT_ROW (child));

      if (text == NULL)
        continue;
      g_string_append_printf (shown, "%s%s\n", causette_text_get_own (text) ? "> " : "< ",
                              gtk_label_get_text (
                                  GTK_LABEL (ui_test_find (child, GTK_TYPE_LABEL))));
    }
  return g_string_free (shown, FALSE);
}

static void
assert_draft (Two *two, const char *expected)
{
  g_autofree char *draft = causette_chat_view_get_draft (CAUSETTE_CHAT_VIEW (two->view));

  g_assert_cmpstr (draft, ==, expected);
}

static void
test_send (void)
{
  Two two;
  CausetteChatView *view;
  GtkWidget *send;
  g_autofree char *shown = NULL;
  GdkTexture *texture;

  two_init (&two);
  view = CAUSETTE_CHAT_VIEW (two.view);
  send = ui_test_find_button (two.view, "Send");
  g_assert_nonnull (send);

  /* nobody is there yet: what is typed stays */
  causette_chat_view_set_draft (view, "Hello");
  g_assert_false (gtk_widget_get_sensitive (send));
  g_assert_false (causette_chat_view_send (view));
  assert_draft (&two, "Hello");

  two_meet (&two);
  g_assert_true (gtk_widget_get_sensitive (send));
  g_assert_true (causette_chat_view_send (view));
  assert_draft (&two, "");
  g_assert_false (gtk_widget_get_sensitive (send));
  person_says (two.bert, "Bonjour <b>Anne</b> & co");
  world_advance (two.world, 200);
  person_assert_read (two.bert, "Hello", NULL);
  shown = get_shown (&two);
  g_assert_cmpstr (shown, ==, "> Hello\n< Bonjour <b>Anne</b> & co\n");
  texture = ui_test_picture (two.window, "chat");
  g_object_unref (texture);

  /* blank is nothing to say */
  causette_chat_view_set_draft (view, "  \n ");
  g_assert_false (gtk_widget_get_sensitive (send));
  g_assert_false (causette_chat_view_send (view));
  assert_draft (&two, "  \n ");
  two_clear (&two);
}

static GtkAdjustment *
get_adjustment (Two *two)
{
  GtkWidget *list = ui_test_find (two->view, GTK_TYPE_LIST_VIEW);

  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
}

static double
get_distance_from_end (Two *two)
{
  GtkAdjustment *adjustment = get_adjustment (two);

  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) -
         gtk_adjustment_get_value (adjustment);
}

/* The newest line is in view, unless the person reads further up. */
static void
test_scrolling (void)
{
  Two two;
  GdkTexture *texture;

  two_init (&two);
  two_meet (&two);
  for (int i = 0; i < 60; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("Line %d%s", i, i % 7 == 0 ? ", a longer one\n\n!" : "");

      person_says (i % 2 == 0 ? two.anne : two.bert, text);
      world_advance (two.world, 50);
      ui_test_draw (two.view);
    }
  ui_test_wait (gtk_adjustment_get_upper (get_adjustment (&two)) > 1000);
  for (int i = 0; i < 5; i++)
    ui_test_draw (two.view);
  g_assert_cmpfloat (get_distance_from_end (&two), <, 1);
  texture = ui_test_picture (two.window, "chat-long");
  g_object_unref (texture);

  gtk_adjustment_set_value (get_adjustment (&two), 200);
  ui_test_draw (two.view);
  person_says (two.bert, "Are you still there?");
  world_advance (two.world, 50);
  for (int i = 0; i < 5; i++)
    ui_test_draw (two.view);
  g_assert_cmpfloat (get_distance_from_end (&two), >, 300);

  /* what one writes oneself one wants to see */
  causette_chat_view_set_draft (CAUSETTE_CHAT_VIEW (two.view), "Yes");
  g_assert_true (causette_chat_view_send (CAUSETTE_CHAT_VIEW (two.view)));
  world_advance (two.world, 50);
  for (int i = 0; i < 8; i++)
    ui_test_draw (two.view);
  g_assert_cmpfloat (get_distance_from_end (&two), <, 1);
  two_clear (&two);
}

static void
test_too_long (void)
{
  Two two;
  CausetteChatView *view;
  g_autofree char *text = g_strnfill (WIRE_TEXT_MAX + 3, 'x');
  GtkWidget *problem;

  two_init (&two);
  two_meet (&two);
  view = CAUSETTE_CHAT_VIEW (two.view);
  causette_chat_view_set_draft (view, text);
  g_assert_false (gtk_widget_get_sensitive (ui_test_find_button (two.view, "Send")));
  g_assert_false (causette_chat_view_send (view));
  assert_draft (&two, text);
  problem = ui_test_find (two.view, GTK_TYPE_REVEALER);
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (problem)));
  g_assert_nonnull (
      strstr (gtk_label_get_text (GTK_LABEL (ui_test_find (problem, GTK_TYPE_LABEL))), "3"));

  text[WIRE_TEXT_MAX] = '\0';
  causette_chat_view_set_draft (view, text);
  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (problem)));
  g_assert_true (causette_chat_view_send (view));
  assert_draft (&two, "");
  two_clear (&two);
}

/* The entry grows with what is typed, up to a limit. */
static void
test_growing (void)
{
  Two two;
  CausetteChatView *view;
  GtkWidget *entry;
  GtkAdjustment *adjustment;
  GdkRectangle shown;
  GdkTexture *texture;
  int one, n = 0;

  two_init (&two);
  view = CAUSETTE_CHAT_VIEW (two.view);
  entry = ui_test_find (two.view, GTK_TYPE_TEXT_VIEW);
  one = gtk_widget_get_height (entry);
  g_assert_cmpint (one, >, 0);
  /* GTK's scrolling to the cursor is animated, and must not hide what has come into view */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  causette_chat_view_focus_entry (view);
  for (const char *c = "A line that is long enough to be wrapped,\nand one more"; *c != '\0'; c++)
    {
      gtk_text_buffer_insert_at_cursor (gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry)), c, 1);
      gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (entry),
                                          gtk_text_buffer_get_insert (
                                              gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry))));
      /* a quick hand: several letters a frame */
      if (n++ % 3 == 0)
        ui_test_draw (two.view);
    }
  ui_test_wait (gtk_widget_get_height (entry) >= 2.5 * one);
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (entry));
  for (int i = 0; i < 40; i++)
    ui_test_draw (two.view);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_text_view_get_visible_rect (GTK_TEXT_VIEW (entry), &shown);
  g_assert_cmpint (shown.y, ==, 0);
  g_assert_cmpint (shown.height, >=, (int) gtk_adjustment_get_upper (adjustment));
  texture = ui_test_picture (two.window, "chat-three-lines");
  g_object_unref (texture);
  causette_chat_view_set_draft (view, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15");
  ui_test_draw (two.view);
  ui_test_draw (two.view);
  g_assert_cmpint (gtk_widget_get_height (entry), <=, 110);
  causette_chat_view_set_draft (view, "");
  ui_test_wait (gtk_widget_get_height (entry) == one);
  two_clear (&two);
}

static void
test_end (void)
{
  Two two;
  CausetteChatView *view;
  g_autofree char *shown = NULL;

  two_init (&two);
  two_meet (&two);
  view = CAUSETTE_CHAT_VIEW (two.view);
  person_says (two.bert, "Bye");
  world_advance (two.world, 200);
  causette_chat_view_set_draft (view, "Wait,");
  causette_encounter_end (two.bert->encounter, CAUSETTE_END_HANG_UP);
  world_advance (two.world, 500);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_HUNG_UP);
  g_assert_false (causette_chat_view_send (view));
  assert_draft (&two, "Wait,");

  /* with the encounter goes everything */
  causette_chat_view_set_encounter (view, NULL);
  assert_draft (&two, "");
  shown = get_shown (&two);
  g_assert_cmpstr (shown, ==, "");
  two_clear (&two);
}

static void
test_row (void)
{
  Two two;
  GtkWidget *row;
  g_autoptr (CausetteText) own = NULL;
  g_autoptr (CausetteText) theirs = NULL;
  GListModel *texts;

  two_init (&two);
  two_meet (&two);
  person_says (two.anne, "One");
  person_says (two.bert, "See https://example.org/a?b=c.");
  world_advance (two.world, 200);
  texts = causette_encounter_get_texts (two.anne->encounter);
  g_assert_cmpuint (g_list_model_get_n_items (texts), ==, 2);
  own = g_list_model_get_item (texts, 0);
  theirs = g_list_model_get_item (texts, 1);

  row = g_object_ref_sink (causette_chat_row_new ());
  causette_chat_row_set_text (CAUSETTE_CHAT_ROW (row), own);
  g_assert_cmpint (causette_text_get_status (own), ==, CAUSETTE_TEXT_DELIVERED);
  gtk_test_accessible_assert_property (ui_test_find (row, GTK_TYPE_LABEL),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "You wrote: One");
  g_assert_null (ui_test_find (row, GTK_TYPE_BUTTON));
  causette_chat_row_set_text (CAUSETTE_CHAT_ROW (row), theirs);
  gtk_test_accessible_assert_property (ui_test_find (row, GTK_TYPE_LABEL),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "They wrote: See https://example.org/a?b=c.");
  g_assert_false (gtk_label_get_use_markup (GTK_LABEL (ui_test_find (row, GTK_TYPE_LABEL))));
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_BUTTON));
  g_assert_finalize_object (row);
  two_clear (&two);
}

static void
assert_link (const char *text, const char *expected)
{
  g_autofree char *link = causette_chat_row_find_link (text);

  g_assert_cmpstr (link, ==, expected);
}

static void
test_links (void)
{
  assert_link ("nothing here", NULL);
  assert_link ("", NULL);
  assert_link ("see https://example.org", "https://example.org");
  assert_link ("(http://example.org/a),", "http://example.org/a");
  assert_link ("http://a.example then https://b.example", "http://a.example");
  assert_link ("https://b.example then http://a.example", "https://b.example");
  assert_link ("https://", NULL);
  assert_link ("https:///etc/passwd", NULL);
  assert_link ("javascript:alert(1)", NULL);
  assert_link ("file:///etc/passwd", NULL);
  assert_link ("<a href=\"https://example.org/\">", "https://example.org/");
  /* a letter that looks like another ends the address */
  assert_link ("https://ex\xd0\xb0mple.org", "https://ex");
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/chat/send", test_send);
  g_test_add_func ("/chat/scrolling", test_scrolling);
  g_test_add_func ("/chat/too-long", test_too_long);
  g_test_add_func ("/chat/growing", test_growing);
  g_test_add_func ("/chat/end", test_end);
  g_test_add_func ("/chat/row", test_row);
  g_test_add_func ("/chat/links", test_links);
  return g_test_run ();
}

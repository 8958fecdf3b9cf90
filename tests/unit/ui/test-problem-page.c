/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every end and every failure of a connection has a title, a sentence and a way on. */
#include "tests/unit/ui/support.h"
#include "ui/problem-page.h"

static void
assert_page (GtkWidget *page, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  GtkWidget *way_on = NULL;

  g_assert_cmpstr (causette_problem_page_get_title (CAUSETTE_PROBLEM_PAGE (page)), !=, "");
  g_assert_nonnull (
      strstr (causette_problem_page_get_description (CAUSETTE_PROBLEM_PAGE (page)), escaped));
  way_on = ui_test_find (page, ADW_TYPE_STATUS_PAGE);
  way_on = ui_test_find (way_on, GTK_TYPE_BUTTON);
  g_assert_nonnull (way_on);
  g_assert_nonnull (gtk_actionable_get_action_name (GTK_ACTIONABLE (way_on)));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (way_on)), !=, "");
  g_assert_cmpuint (ui_test_assert_names (page), >=, 3);
}

static void
test_ends (void)
{
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_PROBLEM_PAGE, NULL));
  GtkWidget *window = ui_test_show (page, 640, 560);

  for (CausetteEndReason reason = CAUSETTE_END_LEFT; reason <= CAUSETTE_END_BLOCKED; reason++)
    {
      g_autofree char *name = g_strdup_printf ("end-%s", causette_end_reason_to_nick (reason));
      GdkTexture *texture;

      causette_problem_page_show_end (CAUSETTE_PROBLEM_PAGE (page), reason, NULL, NULL);
      assert_page (page, causette_end_reason_to_sentence (reason));
      texture = ui_test_picture (window, name);
      g_object_unref (texture);
    }
  ui_test_close (window);
  g_assert_finalize_object (page);
}

static void
test_links (void)
{
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_PROBLEM_PAGE, NULL));

  for (CausetteLinkError code = CAUSETTE_LINK_ERROR_ADDRESS;
       code <= CAUSETTE_LINK_ERROR_REFUSED_OTHER; code++)
    {
      g_autoptr (GError) error =
          g_error_new (CAUSETTE_LINK_ERROR, code, "The reason & number %d.", code);

      causette_problem_page_show_link (CAUSETTE_PROBLEM_PAGE (page), error, "192.0.2.1:8710");
      assert_page (page, error->message);
      assert_page (page, "192.0.2.1:8710");
    }
  g_assert_finalize_object (page);
}

/* What an error says may come from a stranger's server: it is shown as it is. */
static void
test_markup (void)
{
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_PROBLEM_PAGE, NULL));
  g_autoptr (GError) error = g_error_new (CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_REFUSED_OTHER,
                                          "<a href='https://example.org'>click</a> & <b>");

  causette_problem_page_show_link (CAUSETTE_PROBLEM_PAGE (page), error, NULL);
  g_assert_null (
      strstr (causette_problem_page_get_description (CAUSETTE_PROBLEM_PAGE (page)), "<a"));
  g_assert_finalize_object (page);
}

/* What was typed and not sent can still be had. */
static void
test_draft (void)
{
  GtkWidget *page = g_object_ref_sink (g_object_new (CAUSETTE_TYPE_PROBLEM_PAGE, NULL));
  CausetteProblemPage *self = CAUSETTE_PROBLEM_PAGE (page);
  const char *label = "Co_py What You Had Typed";

  causette_problem_page_show_end (self, CAUSETTE_END_PARTNER_LOST, NULL, "");
  g_assert_null (ui_test_find_button (page, label));
  causette_problem_page_show_end (self, CAUSETTE_END_PARTNER_LOST, NULL, "half a sentence");
  g_assert_nonnull (ui_test_find_button (page, label));
  causette_problem_page_show_end (self, CAUSETTE_END_PARTNER_LOST, NULL, NULL);
  g_assert_null (ui_test_find_button (page, label));
  g_assert_finalize_object (page);
}

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/problem-page/ends", test_ends);
  g_test_add_func ("/problem-page/links", test_links);
  g_test_add_func ("/problem-page/markup", test_markup);
  g_test_add_func ("/problem-page/draft", test_draft);
  return g_test_run ();
}

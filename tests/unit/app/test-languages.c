/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locale names become language tags that the protocol takes.
 */

#include "app/languages.h"

static void
test_tags (void)
{
  static const struct
  {
    const char *name;
    const char *tag;
  } cases[] = {
    { "fr_FR.UTF-8", "fr-FR" },
    { "fr_FR.UTF-8@euro", "fr-FR" },
    { "de", "de" },
    { "br_FR@euro", "br-FR" },
    { "sr_RS@latin", "sr-RS" },
    { "C", NULL },
    { "C.UTF-8", NULL },
    { "POSIX", NULL },
    { "", NULL },
    { "fr FR", NULL },
    { "fr/../x", NULL },
    { "a_very_long_name_that_is_no_language_at_all", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tag = languages_from_locale (cases[i].name);

      g_assert_cmpstr (tag, ==, cases[i].tag);
    }
}

static void
test_desktop (void)
{
  static const char *const expected[] = { "pt", "br", "fr", NULL };
  g_autofree char *first = NULL;
  g_auto (GStrv) all = NULL;

  g_setenv ("LANGUAGE", "pt_BR:br:pt:fr_CA.UTF-8", TRUE);
  g_setenv ("LC_ALL", "pt_BR.UTF-8", TRUE);
  first = languages_get_first ();
  all = languages_get_all ();
  g_assert_cmpstr (first, ==, "pt-BR");
  g_assert_cmpstrv (all, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/languages/tags", test_tags);
  g_test_add_func ("/app/languages/desktop", test_desktop);

  return g_test_run ();
}

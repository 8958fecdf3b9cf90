/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics page is one that Prometheus reads, and shows what was counted. */
#include "net/server/metrics.h"

#include <string.h>

static void
test_format (void)
{
  LobbyCounters lobby = { .sessions_online = 3, .paired_total = 12345678901234 };
  EngineCounters engine = { .messages_in = 77 };
  g_autofree char *page = NULL;
  g_auto (GStrv) lines = NULL;
  const char *type_of = "";

  lobby.ended_total[WIRE_END_LOST] = 5;
  page = metrics_write (&lobby, &engine, 9);
  g_assert_true (g_str_has_suffix (page, "\n"));
  g_assert_nonnull (strstr (page, "\ncausette_sessions{state=\"online\"} 3\n"));
  g_assert_nonnull (strstr (page, "\ncausette_paired_total 12345678901234\n"));
  g_assert_nonnull (strstr (page, "\ncausette_ended_total{reason=\"lost\"} 5\n"));
  g_assert_nonnull (strstr (page, "\ncausette_engine_messages_in_total 77\n"));
  g_assert_nonnull (strstr (page, "\ncausette_engine_sessions 9\n"));

  /* Every sample stands under its own name's TYPE, and has nothing but a name, labels, a number. */
  lines = g_strsplit (page, "\n", 0);
  for (unsigned i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = NULL;

      if (g_str_has_prefix (lines[i], "# HELP "))
        continue;
      if (g_str_has_prefix (lines[i], "# TYPE "))
        {
          type_of = lines[i] + strlen ("# TYPE ");
          continue;
        }
      words = g_strsplit (type_of, " ", 2);
      g_assert_true (g_str_has_prefix (lines[i], words[0]));
      g_assert_true (
          g_regex_match_simple ("^[a-z_]+({[a-z]+=\"[a-z-]+\"})? [0-9]+$", lines[i], 0, 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/format", test_format);
  return g_test_run ();
}

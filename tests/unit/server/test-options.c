/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of causetted: defaults, command line, key file, and a sentence for each mistake. */
#include "net/server/options.h"

#include "net/wire/message.h"

#include <glib/gstdio.h>
#include <unistd.h>

static Options *
parse (const char *line, GError **error)
{
  g_autofree char *full = g_strconcat ("causetted ", line, NULL);
  g_auto (GStrv) arguments = g_strsplit (g_strchomp (full), " ", 0);

  return options_new ((const char *const *) arguments, error);
}

static Options *
parse_well (const char *line)
{
  g_autoptr (GError) error = NULL;
  Options *options = parse (line, &error);

  g_assert_no_error (error);
  g_assert_nonnull (options);
  return options;
}

static void
assert_refused (const char *line, OptionsError code, const char *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (line, &error));
  g_assert_error (error, OPTIONS_ERROR, (int) code);
  if (g_strstr_len (error->message, -1, said) == NULL)
    g_error ("%s: does not say %s", error->message, said);
}

static char *
write_file (const char *content)
{
  g_autoptr (GError) error = NULL;
  char *name = NULL;
  int fd = g_file_open_tmp ("causette-options-XXXXXX", &name, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (name, content, -1, NULL));
  return name;
}

static void
test_defaults (void)
{
  g_autoptr (Options) options = parse_well ("");

  g_assert_cmpstr (options->listen.host, ==, "127.0.0.1");
  g_assert_cmpuint (options->listen.port, ==, 8710);
  g_assert_null (options->admin.host);
  g_assert_null (options->policy);
  g_assert_false (options->require_policy);
  g_assert_cmpuint (options->ice_servers->len, ==, 0);
  g_assert_null (options->allow_origins[0]);
  g_assert_cmpuint (options->max_sessions, ==, 0);
  g_assert_cmpuint (options->resume_seconds, ==, 30);
}

static void
test_command_line (void)
{
  g_autoptr (Options) options = parse_well (
      "--listen [::1]:0 --admin localhost:9 --policy /p --require-policy --max-sessions 7 "
      "--resume-seconds 2 --ice-server stun:a.example:3478 --ice-server turn:b.example,u,c,d "
      "--allow-origin https://x.example --allow-origin *");
  const WireIceServer *turn;

  g_assert_cmpstr (options->listen.host, ==, "::1");
  g_assert_cmpuint (options->listen.port, ==, 0);
  g_assert_cmpstr (options->admin.host, ==, "localhost");
  g_assert_cmpuint (options->admin.port, ==, 9);
  g_assert_cmpstr (options->policy, ==, "/p");
  g_assert_true (options->require_policy);
  g_assert_cmpuint (options->max_sessions, ==, 7);
  g_assert_cmpuint (options->resume_seconds, ==, 2);
  g_assert_cmpuint (options->ice_servers->len, ==, 2);
  turn = options->ice_servers->pdata[1];
  g_assert_cmpstr (turn->urls[0], ==, "turn:b.example");
  g_assert_cmpstr (turn->username, ==, "u");
  g_assert_cmpstr (turn->credential, ==, "c,d");
  g_assert_cmpuint (g_strv_length (options->allow_origins), ==, 2);
}

static void
test_key_file (void)
{
  g_autofree char *name = write_file ("[causetted]\n"
                                      "listen=127.0.0.1:1234\n"
                                      "resume-seconds=5\n"
                                      "max-sessions=9\n"
                                      "ice-server=stun:a.example;stun:b.example\n");
  g_autofree char *line = g_strdup_printf ("--config %s --resume-seconds 6", name);
  g_autoptr (Options) options = parse_well (line);

  g_assert_cmpuint (options->listen.port, ==, 1234);
  g_assert_cmpuint (options->resume_seconds, ==, 6);
  g_assert_cmpuint (options->max_sessions, ==, 9);
  g_assert_cmpuint (options->ice_servers->len, ==, 2);
  g_unlink (name);
}

static void
test_bad_key_files (void)
{
  static const struct
  {
    const char *content;
    const char *said;
  } cases[] = {
    { "[causetted]\nlisten-to=127.0.0.1:1\n", "listen-to" },
    { "[other]\nlisten=127.0.0.1:1\n", "other" },
    { "[causetted]\nmax-sessions=many\n", "max-sessions" },
    { "[causetted]\nrequire-policy=perhaps\n", "require-policy" },
    { "listen=127.0.0.1:1\n", "group" },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = write_file (cases[i].content);
      g_autofree char *line = g_strdup_printf ("--config %s", name);

      assert_refused (line, OPTIONS_ERROR_FILE, cases[i].said);
      g_unlink (name);
    }
  assert_refused ("--config /nowhere/at/all", OPTIONS_ERROR_FILE, "/nowhere/at/all");
}

static void
test_mistakes (void)
{
  assert_refused ("--no-such-thing", OPTIONS_ERROR_COMMAND_LINE, "--no-such-thing");
  assert_refused ("surplus", OPTIONS_ERROR_COMMAND_LINE, "surplus");
  assert_refused ("--listen", OPTIONS_ERROR_COMMAND_LINE, "--listen");
  assert_refused ("--max-sessions x", OPTIONS_ERROR_COMMAND_LINE, "--max-sessions");
  assert_refused ("--max-sessions -1", OPTIONS_ERROR_VALUE, "--max-sessions");
  assert_refused ("--resume-seconds 9999", OPTIONS_ERROR_VALUE, "--resume-seconds");
  assert_refused ("--listen 8710", OPTIONS_ERROR_VALUE, "--listen");
  assert_refused ("--listen :8710", OPTIONS_ERROR_VALUE, "--listen");
  assert_refused ("--listen ::1:8710", OPTIONS_ERROR_VALUE, "--listen");
  assert_refused ("--listen a:65536", OPTIONS_ERROR_VALUE, "65536");
  assert_refused ("--admin a:-1", OPTIONS_ERROR_VALUE, "--admin");
  assert_refused ("--ice-server http://a", OPTIONS_ERROR_VALUE, "--ice-server");
  assert_refused ("--ice-server stun:", OPTIONS_ERROR_VALUE, "--ice-server");
  assert_refused ("--ice-server turn:a", OPTIONS_ERROR_VALUE, "CREDENTIAL");
  assert_refused ("--ice-server turn:a,user", OPTIONS_ERROR_VALUE, "CREDENTIAL");
  assert_refused ("--allow-origin example.org", OPTIONS_ERROR_VALUE, "example.org");
  assert_refused ("--require-policy", OPTIONS_ERROR_VALUE, "--policy");
}

static void
test_help (void)
{
  static const char *const names[] = {
    "--listen",     "--admin",        "--policy",       "--require-policy",
    "--ice-server", "--allow-origin", "--max-sessions", "--resume-seconds",
    "--config",     "--help",         "--version",
  };
  g_autoptr (Options) help = parse_well ("--help");
  g_autoptr (Options) version = parse_well ("--version");

  g_assert_true (help->help);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (g_strstr_len (help->help_text, -1, names[i]));
  g_assert_true (version->version);
  g_assert_null (version->help_text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/defaults", test_defaults);
  g_test_add_func ("/options/command-line", test_command_line);
  g_test_add_func ("/options/key-file", test_key_file);
  g_test_add_func ("/options/bad-key-files", test_bad_key_files);
  g_test_add_func ("/options/mistakes", test_mistakes);
  g_test_add_func ("/options/help", test_help);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operator asks of causetted: see options.h. */
#include "net/server/options.h"

#include "net/wire/message.h"

#include <string.h>

#define GROUP              "causetted"
#define DEFAULT_LISTEN     "127.0.0.1:8710"
#define DEFAULT_RESUME     30
#define RESUME_MAX_SECONDS 3600
#define SESSIONS_MAX       10000000
#define UNSAID             G_MININT

/* What was said, before it is checked; a value that was not said is %NULL, UNSAID or false. */
typedef struct
{
  char *listen;
  char *admin;
  char *policy;
  char *config;
  char **ice_servers;
  char **allow_origins;
  int max_sessions;
  int resume_seconds;
  gboolean require_policy;
  gboolean help;
  gboolean version;
} Said;

G_DEFINE_QUARK (options_error, options_error)

static void
said_clear (Said *said)
{
  g_free (said->listen);
  g_free (said->admin);
  g_free (said->policy);
  g_free (said->config);
  g_strfreev (said->ice_servers);
  g_strfreev (said->allow_origins);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static bool
read_command_line (const char *const *arguments, Said *said, char **help_text, GError **error)
{
  const GOptionEntry entries[] = {
    { "listen", 'l', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &said->listen,
      "Where clients connect; port 0 picks a free one (default " DEFAULT_LISTEN ")", "HOST:PORT" },
    { "admin", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &said->admin,
      "Where /metrics and /healthz are served to the operator (default: nowhere)", "HOST:PORT" },
    { "policy", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &said->policy,
      "Serve the privacy policy from the files en.md, fr.md, ... of a folder; read anew on SIGHUP",
      "DIR" },
    { "require-policy", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &said->require_policy,
      "Let in only clients that have accepted the present version of the policy", NULL },
    { "ice-server", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &said->ice_servers,
      "A STUN or TURN server that clients are told of; may be given several times",
      "URL[,USERNAME,CREDENTIAL]" },
    { "allow-origin", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &said->allow_origins,
      "A web page's origin that may connect, or * for any; may be given several times", "ORIGIN" },
    { "max-sessions", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &said->max_sessions,
      "How many people may be here at once (default 0: no limit)", "N" },
    { "resume-seconds", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &said->resume_seconds,
      "How long someone whose connection dropped can come back (default 30)", "N" },
    { "config", 'c', G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &said->config,
      "A key file with these options by the same names in the group [" GROUP "]; lists are "
      "separated by \";\"",
      "FILE" },
    { "help", 'h', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &said->help, "Show this help", NULL },
    { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &said->version, "Show the version",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) rest = g_strdupv ((char **) arguments);
  g_autoptr (GError) cause = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, "The pairing server of Causette.");
  g_option_context_set_description (
      context,
      "The first line on standard output is \"listening on http://HOST:PORT\", with --admin the "
      "second\nis \"admin on http://HOST:PORT\". SIGTERM and SIGINT tell the clients and end "
      "within "
      "five seconds.\nNothing is written to disk.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &rest, &cause))
    {
      g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_COMMAND_LINE, "%s.", cause->message);
      return false;
    }
  if (rest[0] != NULL && rest[1] != NULL)
    {
      g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_COMMAND_LINE, "\"%s\" is no option.",
                   rest[1]);
      return false;
    }
  if (said->help)
    *help_text = g_option_context_get_help (context, TRUE, NULL);

  return true;
}

static bool
file_error (GError **error, const char *file, const GError *cause)
{
  g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_FILE,
               "The configuration \"%s\" cannot be used: %s", file, cause->message);
  return false;
}

static void
string_from_file (GKeyFile *keys, const char *key, char **value)
{
  if (*value == NULL)
    *value = g_key_file_get_string (keys, GROUP, key, NULL);
}

static void
list_from_file (GKeyFile *keys, const char *key, char ***value)
{
  if (*value == NULL)
    *value = g_key_file_get_string_list (keys, GROUP, key, NULL, NULL);
}

/* Returns false with @cause for a value that is no number. */
static bool
integer_from_file (GKeyFile *keys, const char *key, int *value, GError **cause)
{
  if (*value != UNSAID || !g_key_file_has_key (keys, GROUP, key, NULL))
    return true;

  *value = g_key_file_get_integer (keys, GROUP, key, cause);
  return *cause == NULL;
}

static bool
boolean_from_file (GKeyFile *keys, const char *key, gboolean *value, GError **cause)
{
  if (*value || !g_key_file_has_key (keys, GROUP, key, NULL))
    return true;

  *value = g_key_file_get_boolean (keys, GROUP, key, cause);
  return *cause == NULL;
}

/* A key that is misspelt must not be ignored: the operator relies on it. */
static bool
check_keys (GKeyFile *keys, GError **cause)
{
  static const char *const known[] = {
    "listen",       "admin",          "policy", "require-policy", "ice-server", "allow-origin",
    "max-sessions", "resume-seconds", NULL,
  };
  g_auto (GStrv) groups = g_key_file_get_groups (keys, NULL);
  g_auto (GStrv) names = NULL;

  for (unsigned i = 0; groups[i] != NULL; i++)
    if (strcmp (groups[i], GROUP) != 0)
      {
        g_set_error (cause, OPTIONS_ERROR, OPTIONS_ERROR_FILE, "the group [%s] is not known.",
                     groups[i]);
        return false;
      }
  names = g_key_file_get_keys (keys, GROUP, NULL, cause);
  for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
    if (!g_strv_contains (known, names[i]))
      {
        g_set_error (cause, OPTIONS_ERROR, OPTIONS_ERROR_FILE, "the key \"%s\" is not known.",
                     names[i]);
        return false;
      }

  return names != NULL;
}

static bool
read_file (Said *said, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) cause = NULL;

  if (said->config == NULL)
    return true;

  if (!g_key_file_load_from_file (keys, said->config, G_KEY_FILE_NONE, &cause) ||
      !check_keys (keys, &cause))
    return file_error (error, said->config, cause);

  string_from_file (keys, "listen", &said->listen);
  string_from_file (keys, "admin", &said->admin);
  string_from_file (keys, "policy", &said->policy);
  list_from_file (keys, "ice-server", &said->ice_servers);
  list_from_file (keys, "allow-origin", &said->allow_origins);
  if (!integer_from_file (keys, "max-sessions", &said->max_sessions, &cause) ||
      !integer_from_file (keys, "resume-seconds", &said->resume_seconds, &cause) ||
      !boolean_from_file (keys, "require-policy", &said->require_policy, &cause))
    return file_error (error, said->config, cause);

  return true;
}

/* "HOST:PORT" or "[ADDRESS]:PORT". */
static bool
parse_address (const char *name, const char *text, OptionsAddress *address, GError **error)
{
  const char *colon = strrchr (text, ':');
  guint64 port;
  size_t length = colon == NULL ? 0 : (size_t) (colon - text);
  bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

  if (length == 0 || (!bracketed && memchr (text, ':', length) != NULL) ||
      !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    {
      g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_VALUE,
                   "--%s wants HOST:PORT or [ADDRESS]:PORT, not \"%s\".", name, text);
      return false;
    }

  address->host = bracketed ? g_strndup (text + 1, length - 2) : g_strndup (text, length);
  address->port = (uint16_t) port;
  return true;
}

static bool
ice_error (GError **error, const char *text, const char *wanted)
{
  g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_VALUE, "--ice-server wants %s, not \"%s\".",
               wanted, text);
  return false;
}

/* W3C webrtc-pc §4.2.2: a TURN server needs username and credential. */
static bool
parse_ice_server (const char *text, GPtrArray *servers, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 3);
  unsigned n = g_strv_length (parts);
  bool stun =
      n > 0 && (g_str_has_prefix (parts[0], "stun:") || g_str_has_prefix (parts[0], "stuns:"));
  bool turn =
      n > 0 && (g_str_has_prefix (parts[0], "turn:") || g_str_has_prefix (parts[0], "turns:"));
  WireIceServer *server;

  if ((!stun && !turn) || strlen (parts[0]) > WIRE_URL_MAX || strchr (parts[0], ':')[1] == '\0' ||
      !g_str_is_ascii (text))
    return ice_error (error, text, "an address like stun:HOST:PORT or turn:HOST:PORT");
  if (n == 2 || (turn && n != 3))
    /* The credential is not shown: it is a secret. */
    return ice_error (error, parts[0], "USERNAME and CREDENTIAL after a TURN server's address");
  if (servers->len == WIRE_ICE_SERVERS_MAX)
    return ice_error (error, parts[0], "fewer servers than so many");

  server = g_new0 (WireIceServer, 1);
  server->urls = g_new0 (char *, 2);
  server->urls[0] = g_strdup (parts[0]);
  if (n == 3)
    {
      server->username = g_strdup (parts[1]);
      server->credential = g_strdup (parts[2]);
    }
  g_ptr_array_add (servers, server);

  return true;
}

static bool
check_number (const char *name, int said, int otherwise, int max, unsigned *value, GError **error)
{
  if (said == UNSAID)
    said = otherwise;
  if (said < 0 || said > max)
    {
      g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_VALUE,
                   "--%s wants a number from 0 to %d, not %d.", name, max, said);
      return false;
    }

  *value = (unsigned) said;
  return true;
}

static bool
check_origins (char **origins, GError **error)
{
  for (unsigned i = 0; origins != NULL && origins[i] != NULL; i++)
    if (strcmp (origins[i], "*") != 0 &&
        (strstr (origins[i], "://") == NULL || g_str_has_suffix (origins[i], "/")))
      {
        g_set_error (error, OPTIONS_ERROR, OPTIONS_ERROR_VALUE,
                     "--allow-origin wants an origin like https://example.org or *, not \"%s\".",
                     origins[i]);
        return false;
      }

  return true;
}

static bool
check (const Said *said, Options *options, GError **error)
{
  if (!parse_address ("listen", said->listen == NULL ? DEFAULT_LISTEN : said->listen,
                      &options->listen, error) ||
      (said->admin != NULL && !parse_address ("admin", said->admin, &options->admin, error)) ||
      !check_number ("max-sessions", said->max_sessions, 0, SESSIONS_MAX, &options->max_sessions,
                     error) ||
      !check_number ("resume-seconds", said->resume_seconds, DEFAULT_RESUME, RESUME_MAX_SECONDS,
                     &options->resume_seconds, error) ||
      !check_origins (said->allow_origins, error))
    return false;

  for (unsigned i = 0; said->ice_servers != NULL && said->ice_servers[i] != NULL; i++)
    if (!parse_ice_server (said->ice_servers[i], options->ice_servers, error))
      return false;
  if (said->require_policy && said->policy == NULL)
    {
      g_set_error_literal (error, OPTIONS_ERROR, OPTIONS_ERROR_VALUE,
                           "--require-policy needs a policy: give its folder with --policy.");
      return false;
    }

  return true;
}

Options *
options_new (const char *const *arguments, GError **error)
{
  g_autoptr (Options) options = g_new0 (Options, 1);
  g_auto (Said) said = { .max_sessions = UNSAID, .resume_seconds = UNSAID };

  options->ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) wire_ice_server_free);
  if (!read_command_line (arguments, &said, &options->help_text, error))
    return NULL;

  options->help = said.help;
  options->version = said.version;
  if (options->help || options->version)
    {
      options->allow_origins = g_new0 (char *, 1);
      return g_steal_pointer (&options);
    }
  if (!read_file (&said, error) || !check (&said, options, error))
    return NULL;

  options->policy = g_steal_pointer (&said.policy);
  options->require_policy = said.require_policy;
  options->allow_origins =
      said.allow_origins == NULL ? g_new0 (char *, 1) : g_steal_pointer (&said.allow_origins);
  return g_steal_pointer (&options);
}

void
options_free (Options *options)
{
  if (options == NULL)
    return;

  g_free (options->help_text);
  g_free (options->listen.host);
  g_free (options->admin.host);
  g_free (options->policy);
  g_ptr_array_unref (options->ice_servers);
  g_strfreev (options->allow_origins);
  g_free (options);
}

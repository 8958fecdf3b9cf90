/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors of a connection and their sentences; see the header. */
#include "config.h"

#include "net/client/link-errors.h"

#include <glib/gi18n-lib.h>

#define STATUS_TOO_MANY_REQUESTS 429 /* RFC 6585 §4; libsoup has no name for it */

#define MINUTE_S 60
#define HOUR_S   (60 * MINUTE_S)
#define DAY_S    (24 * HOUR_S)

static const char *
sentence (CausetteLinkError code)
{
  switch (code)
    {
    case CAUSETTE_LINK_ERROR_ADDRESS:
      return _ ("This is not the address of a server.");
    case CAUSETTE_LINK_ERROR_UNREACHABLE:
      return _ ("The server cannot be reached.");
    case CAUSETTE_LINK_ERROR_TLS:
      return _ ("The server could not prove that it is the one you asked for.");
    case CAUSETTE_LINK_ERROR_PROTOCOL:
      return _ ("What answers at this address is not a Causette server.");
    case CAUSETTE_LINK_ERROR_LOST:
      return _ ("The connection to the server was lost.");
    case CAUSETTE_LINK_ERROR_TIMEOUT:
      return _ ("The server did not answer in time.");
    case CAUSETTE_LINK_ERROR_QUEUE_FULL:
      return _ ("Too much is waiting to be sent to the server.");
    case CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL:
      return _ ("The server needs another version of Causette.");
    case CAUSETTE_LINK_ERROR_REFUSED_POLICY:
      return _ ("The server’s privacy policy has changed. Please read and accept it again.");
    case CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE:
      return _ ("This server is for adults only.");
    case CAUSETTE_LINK_ERROR_REFUSED_BANNED:
      return _ ("You are banned from this server.");
    case CAUSETTE_LINK_ERROR_REFUSED_FULL:
      return _ ("The server is full.");
    case CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY:
      return _ ("There were too many attempts to connect to this server.");
    case CAUSETTE_LINK_ERROR_REFUSED_OTHER:
    default:
      return _ ("The server refused the connection.");
    }
}

GError *
link_error_new (CausetteLinkError code)
{
  return g_error_new_literal (CAUSETTE_LINK_ERROR, (gint) code, sentence (code));
}

static CausetteLinkError
code_from_status (SoupStatus status)
{
  switch ((unsigned) status)
    {
    case STATUS_TOO_MANY_REQUESTS:
      return CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY;
    case SOUP_STATUS_BAD_GATEWAY: /* a reverse proxy whose server is away */
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
    case SOUP_STATUS_GATEWAY_TIMEOUT:
      return CAUSETTE_LINK_ERROR_UNREACHABLE;
    default:
      return CAUSETTE_LINK_ERROR_PROTOCOL;
    }
}

/* A port that speaks no TLS at all is another thing than a certificate that is not trusted; GnuTLS
 * reports it as MISC, other backends as NOT_TLS. */
static CausetteLinkError
code_from_tls (int tls_code)
{
  switch (tls_code)
    {
    case G_TLS_ERROR_MISC:
    case G_TLS_ERROR_NOT_TLS:
      return CAUSETTE_LINK_ERROR_PROTOCOL;
    case G_TLS_ERROR_EOF:
      return CAUSETTE_LINK_ERROR_UNREACHABLE;
    default:
      return CAUSETTE_LINK_ERROR_TLS;
    }
}

GError *
link_error_from_connect (const GError *cause, SoupStatus status)
{
  CausetteLinkError code = CAUSETTE_LINK_ERROR_UNREACHABLE;

  if (cause->domain == G_TLS_ERROR)
    code = code_from_tls (cause->code);
  else if (cause->domain == SOUP_WEBSOCKET_ERROR || cause->domain == SOUP_SESSION_ERROR)
    code = code_from_status (status);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    code = CAUSETTE_LINK_ERROR_PROTOCOL;

  return link_error_new (code);
}

/* The time left, in the largest unit that says enough. */
static char *
banned_sentence (int64_t seconds)
{
  int64_t count;

  if (seconds < HOUR_S)
    {
      count = (seconds + MINUTE_S - 1) / MINUTE_S;
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                           "You are banned from this server for one more minute.",
                                           "You are banned from this server for %d more minutes.",
                                           (gulong) count),
                              (int) count);
    }
  if (seconds < DAY_S)
    {
      count = (seconds + HOUR_S - 1) / HOUR_S;
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                           "You are banned from this server for one more hour.",
                                           "You are banned from this server for %d more hours.",
                                           (gulong) count),
                              (int) count);
    }
  /* The server's number is not bounded, the sentence is. */
  count = MIN (seconds / DAY_S + (seconds % DAY_S > 0 ? 1 : 0), G_MAXINT);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "You are banned from this server for one more day.",
                                       "You are banned from this server for %d more days.",
                                       (gulong) count),
                          (int) count);
}

GError *
link_error_from_refusal (const WireRefusal *refusal)
{
  switch (refusal->code)
    {
    case WIRE_REFUSAL_PROTOCOL_UNSUPPORTED:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL);
    case WIRE_REFUSAL_POLICY_OUTDATED:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_POLICY);
    case WIRE_REFUSAL_UNDERAGE:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE);
    case WIRE_REFUSAL_BANNED:
      {
        g_autofree char *text = NULL;

        if (refusal->seconds <= 0)
          return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_BANNED);
        text = banned_sentence (refusal->seconds);
        return g_error_new_literal (CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_REFUSED_BANNED, text);
      }
    case WIRE_REFUSAL_FULL:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_FULL);
    case WIRE_REFUSAL_TOO_MANY:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY);
    case WIRE_REFUSAL_MALFORMED:
    case WIRE_REFUSAL_UNKNOWN:
    default:
      return link_error_new (CAUSETTE_LINK_ERROR_REFUSED_OTHER);
    }
}

bool
link_error_is_final (const GError *error)
{
  if (error->domain != CAUSETTE_LINK_ERROR)
    return false;
  switch (error->code)
    {
    case CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL:
    case CAUSETTE_LINK_ERROR_REFUSED_POLICY:
    case CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE:
    case CAUSETTE_LINK_ERROR_REFUSED_BANNED:
      return true;
    default:
      return false;
    }
}

bool
link_error_is_gentle (const GError *error)
{
  if (error->domain != CAUSETTE_LINK_ERROR)
    return false;
  switch (error->code)
    {
    case CAUSETTE_LINK_ERROR_REFUSED_FULL:
    case CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY:
    case CAUSETTE_LINK_ERROR_REFUSED_OTHER:
      return true;
    default:
      return false;
    }
}

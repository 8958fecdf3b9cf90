/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads addresses by hand and not with GUri: what a person types is not yet a URL, and each thing
 * that is not understood has to be refused rather than dropped.
 */
#include "config.h"

#include "net/client/address.h"

#include <glib/gi18n-lib.h>
#include <gio/gio.h>
#include <stdbool.h>
#include <string.h>

#include "net/client/signalling.h"

#define PORT_HTTP  80
#define PORT_HTTPS 443
#define NAME_MAX_  253 /* bytes of a host name (RFC 1035 §2.3.4) */
#define LABEL_MAX  63

typedef enum
{
  SCHEME_NONE, /* and causette://: the address decides */
  SCHEME_HTTP,
  SCHEME_HTTPS,
} Scheme;

static const struct
{
  const char *prefix;
  Scheme scheme;
} schemes[] = {
  { "http://", SCHEME_HTTP }, { "ws://", SCHEME_HTTP },       { "https://", SCHEME_HTTPS },
  { "wss://", SCHEME_HTTPS }, { "causette://", SCHEME_NONE },
};

static char *
refuse (GError **error)
{
  g_set_error_literal (error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_ADDRESS,
                       _ ("This is not the address of a server."));
  return NULL;
}

/* Loopback, private and link-local: RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5. */
static bool
is_private (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address) ||
      g_inet_address_get_is_site_local (address))
    return true;
  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return false;
  if ((bytes[0] & 0xfe) == 0xfc)
    return true;

  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    {
      g_autoptr (GInetAddress) inner =
          g_inet_address_new_from_bytes (bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
      return is_private (inner);
    }
  return false;
}

/* Names that only the own network can resolve, and for which no authority gives a certificate:
 * RFC 6761 §6.3, RFC 6762 §3, and those without a dot. */
static bool
is_private_name (const char *name)
{
  return strchr (name, '.') == NULL || g_str_has_suffix (name, ".localhost") ||
         g_str_has_suffix (name, ".local");
}

static bool
is_name (const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);
  const char *last = NULL;

  if (strlen (name) > NAME_MAX_)
    return false;
  for (unsigned i = 0; labels[i] != NULL; i++)
    {
      size_t length = strlen (labels[i]);

      if (length == 0 || length > LABEL_MAX)
        return false;
      if (labels[i][0] == '-' || labels[i][length - 1] == '-')
        return false;
      for (const char *p = labels[i]; *p != '\0'; p++)
        if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
          return false;
      last = labels[i];
    }
  /* "1.2.3" or "256.0.0.1" is a mistyped IPv4 address, not a name. */
  return last != NULL && strspn (last, "0123456789") != strlen (last);
}

/* Returns the port, or 0 for a bad one. */
static unsigned
read_port (const char *text)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    return 0;
  return (unsigned) port;
}

/* Splits "HOST", "HOST:PORT", "[v6]", "[v6]:PORT" or a bare v6 address. */
static bool
split (const char *text, char **host, const char **port)
{
  const char *colon;

  *port = NULL;
  if (text[0] == '[')
    {
      const char *end = strchr (text, ']');

      if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return false;
      *host = g_strndup (text + 1, (gsize) (end - text - 1));
      if (strchr (*host, ':') == NULL)
        return false;
      if (end[1] == ':')
        *port = end + 2;
      return true;
    }

  colon = strchr (text, ':');
  if (colon != NULL && strchr (colon + 1, ':') == NULL)
    {
      *host = g_strndup (text, (gsize) (colon - text));
      *port = colon + 1;
      return true;
    }
  *host = g_strdup (text);
  return true;
}

char *
address_normalise (const char *address, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GInetAddress) inet = NULL;
  const char *rest;
  const char *port_text;
  Scheme scheme = SCHEME_NONE;
  bool private_host;
  unsigned port = 0;
  size_t length;

  if (address == NULL || strlen (address) > ADDRESS_MAX || !g_utf8_validate (address, -1, NULL))
    return refuse (error);

  text = g_strstrip (g_strdup (address));
  rest = text;
  for (unsigned i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (text, schemes[i].prefix, strlen (schemes[i].prefix)) == 0)
      {
        scheme = schemes[i].scheme;
        rest = text + strlen (schemes[i].prefix);
        break;
      }

  /* A lone slash at the end is how browsers write a URL without a path. */
  length = strlen (rest);
  if (length > 1 && rest[length - 1] == '/')
    text[strlen (text) - 1] = '\0';

  if (!split (rest, &host, &port_text))
    return refuse (error);
  if (port_text != NULL && (port = read_port (port_text)) == 0)
    return refuse (error);

  inet = g_inet_address_new_from_string (host);
  if (inet != NULL)
    {
      g_autofree char *plain = g_inet_address_to_string (inet);

      private_host = is_private (inet);
      name = g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6
                 ? g_strdup_printf ("[%s]", plain)
                 : g_steal_pointer (&plain);
    }
  else
    {
      g_autofree char *ascii = g_hostname_to_ascii (host);

      if (ascii == NULL)
        return refuse (error);
      name = g_ascii_strdown (ascii, -1);
      if (!is_name (name))
        return refuse (error);
      private_host = is_private_name (name);
    }

  if (scheme == SCHEME_NONE)
    {
      if (private_host || (port != 0 && port != PORT_HTTPS))
        {
          scheme = SCHEME_HTTP;
          if (port == 0)
            port = ADDRESS_DEFAULT_PORT;
        }
      else
        scheme = SCHEME_HTTPS;
    }

  const char *url_scheme = scheme == SCHEME_HTTPS ? "https" : "http";
  if (port == 0 || port == (scheme == SCHEME_HTTPS ? PORT_HTTPS : PORT_HTTP))
    return g_strdup_printf ("%s://%s", url_scheme, name);
  return g_strdup_printf ("%s://%s:%u", url_scheme, name, port);
}

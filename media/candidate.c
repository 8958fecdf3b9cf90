/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE candidates as lines of text: see candidate.h. Must never: look a name up. */
#include "media/candidate.h"

#include <gio/gio.h>
#include <string.h>

/* foundation component transport priority address port "typ" type */
#define FIELDS 8

static gboolean
is_ice_chars (const char *text, gsize max)
{
  gsize length = strlen (text);

  if (length == 0 || length > max)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && *text != '+' && *text != '/')
      return FALSE;

  return TRUE;
}

static gboolean
is_type (const char *text)
{
  static const char *const types[] = { "host", "srflx", "prflx", "relay", NULL };

  return g_strv_contains (types, text);
}

char *
candidate_read (const char *line)
{
  g_auto (GStrv) field = NULL;
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *address_text = NULL;
  guint64 component, priority, port;

  g_return_val_if_fail (line != NULL, NULL);

  if (strnlen (line, CANDIDATE_MAX_BYTES + 1) > CANDIDATE_MAX_BYTES)
    return NULL;
  for (const char *c = line; *c != '\0'; c++)
    if (*c < ' ' || *c > '~')
      return NULL;

  if (g_str_has_prefix (line, "a="))
    line += 2;
  if (!g_str_has_prefix (line, "candidate:"))
    return NULL;
  line += strlen ("candidate:");

  /* What follows the type (related address, extensions) is not needed. */
  field = g_strsplit (line, " ", FIELDS + 1);
  if (g_strv_length (field) < FIELDS || !is_ice_chars (field[0], 32) ||
      !g_ascii_string_to_unsigned (field[1], 10, 1, 256, &component, NULL) || component != 1 ||
      g_ascii_strcasecmp (field[2], "udp") != 0 ||
      !g_ascii_string_to_unsigned (field[3], 10, 0, G_MAXUINT32, &priority, NULL) ||
      !g_ascii_string_to_unsigned (field[5], 10, 1, G_MAXUINT16, &port, NULL) ||
      strcmp (field[6], "typ") != 0 || !is_type (field[7]))
    return NULL;

  /* A scope ("%eth0") means something on the partner's machine only. */
  if (strchr (field[4], '%') != NULL)
    return NULL;
  address = g_inet_address_new_from_string (field[4]);
  if (address == NULL || g_inet_address_get_is_any (address) ||
      g_inet_address_get_is_multicast (address))
    return NULL;
  address_text = g_inet_address_to_string (address);

  return g_strdup_printf ("candidate:%s 1 udp %u %s %u typ %s", field[0], (guint) priority,
                          address_text, (guint) port, field[7]);
}

gboolean
candidate_is_relayed (const char *line)
{
  g_return_val_if_fail (line != NULL, FALSE);

  return strstr (line, " typ relay") != NULL;
}

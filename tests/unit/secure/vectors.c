/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known answers: see vectors.h. */

#include "tests/unit/secure/vectors.h"

#include <string.h>

JsonValue *
vectors_load (const char *name)
{
  const char *folder = g_getenv ("CAUSETTE_VECTORS");
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonValue *json;
  gsize size;

  if (folder != NULL)
    path = g_build_filename (folder, name, NULL);
  else
    path = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "vectors", name, NULL);

  if (!g_file_get_contents (path, &text, &size, NULL))
    {
      g_test_skip ("the known answers are not there: ../shared/vectors, or $CAUSETTE_VECTORS");
      return NULL;
    }

  json = json_value_parse (text, size, &error);
  g_assert_no_error (error);
  return json;
}

GBytes *
vectors_bytes (const JsonValue *object, const char *key)
{
  JsonValue *member = json_object_find (object, key);
  const char *hex;
  gsize size;
  uint8_t *bytes;

  if (member == NULL)
    return NULL;

  hex = json_value_string (member);
  g_assert_nonnull (hex);
  g_assert_cmpuint (strlen (hex) % 2, ==, 0);
  size = strlen (hex) / 2;
  bytes = g_malloc (size + 1);
  for (gsize i = 0; i < size; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);

      g_assert_cmpint (MIN (high, low), >=, 0);
      bytes[i] = (uint8_t) (high << 4 | low);
    }

  return g_bytes_new_take (bytes, size);
}

const uint8_t *
vectors_data (GBytes *bytes)
{
  static const uint8_t nothing[1];
  const uint8_t *data = bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;

  return bytes != NULL && data == NULL ? nothing : data;
}

void
vectors_random (void *data, uint8_t *out, size_t size)
{
  const uint8_t **cursor = data;

  memcpy (out, *cursor, size);
  *cursor += size;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the members of an outside object, each by its rule: see fields.h. */
#include "net/wire/fields.h"

#include "net/wire/message.h"

#include <string.h>

static bool
refuse (GError **error, const char *path, const char *problem)
{
  g_set_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED, "The field \"%s\" %s.", path, problem);
  return false;
}

static bool
refuse_long (GError **error, const char *path, size_t max, const char *unit)
{
  g_set_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG,
               "The field \"%s\" has more than %" G_GSIZE_FORMAT " %s.", path, max, unit);
  return false;
}

const char *
field_check_line (const char *string)
{
  if (*string == '\0')
    return "must not be empty";
  for (const char *at = string; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (at)))
        return "must not have control characters";
    }
  return NULL;
}

const char *
field_check_id (const char *string)
{
  size_t size = strlen (string);

  return size > 0 && strspn (string, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-") == size
             ? NULL
             : "must be letters, digits, \"_\" and \"-\"";
}

const char *
field_check_language (const char *string)
{
  size_t size = strlen (string);

  return size > 0 && strspn (string, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-") == size
             ? NULL
             : "must be language tags";
}

bool
field_is_object (const JsonValue *json, GError **error)
{
  if (json != NULL && json_value_get_type (json) == JSON_TYPE_OBJECT)
    return true;

  g_set_error_literal (error, WIRE_ERROR, WIRE_ERROR_MALFORMED, "The argument must be an object.");
  return false;
}

/* Finds the member; *@out is %NULL where an optional one is missing. */
static bool
find (const JsonValue *json,
      const char *path,
      FieldNeed need,
      const JsonValue **out,
      GError **error)
{
  const char *dot = strrchr (path, '.');
  const JsonValue *value = json_object_find (json, dot != NULL ? dot + 1 : path);

  *out = value;
  if (value == NULL && need == FIELD_REQUIRED)
    return refuse (error, path, "is missing");
  if (need == FIELD_OPTIONAL && value != NULL && json_value_get_type (value) == JSON_TYPE_NULL)
    *out = NULL;
  return true;
}

static bool
find_of_type (const JsonValue *json,
              const char *path,
              FieldNeed need,
              JsonType type,
              const char *problem,
              const JsonValue **out,
              GError **error)
{
  const JsonValue *value;

  if (!find (json, path, need, &value, error))
    return false;
  if (value != NULL && json_value_get_type (value) != type)
    return refuse (error, path, problem);
  *out = value;
  return true;
}

bool
field_object (const JsonValue *json,
              const char *path,
              FieldNeed need,
              const JsonValue **out,
              GError **error)
{
  return find_of_type (json, path, need, JSON_TYPE_OBJECT, "must be an object", out, error);
}

bool
field_array (const JsonValue *json,
             const char *path,
             FieldNeed need,
             size_t max_length,
             const JsonValue **out,
             GError **error)
{
  const JsonValue *array;

  if (!find_of_type (json, path, need, JSON_TYPE_ARRAY, "must be a list", &array, error))
    return false;
  if (json_array_length (array) > max_length)
    return refuse_long (error, path, max_length, "entries");
  *out = array;
  return true;
}

static bool
check_string (const char *path,
              const char *string,
              size_t max_size,
              FieldCheck check,
              GError **error)
{
  const char *problem;

  if (strlen (string) > max_size)
    return refuse_long (error, path, max_size, "bytes");
  problem = check != NULL ? check (string) : NULL;
  return problem == NULL || refuse (error, path, problem);
}

bool
field_string (const JsonValue *json,
              const char *path,
              FieldNeed need,
              size_t max_size,
              FieldCheck check,
              char **out,
              GError **error)
{
  const JsonValue *value;

  if (!find_of_type (json, path, need, JSON_TYPE_STRING, "must be a string", &value, error))
    return false;
  if (value == NULL)
    return true;
  if (!check_string (path, json_value_string (value), max_size, check, error))
    return false;

  g_free (*out);
  *out = g_strdup (json_value_string (value));
  return true;
}

bool
field_id (const JsonValue *json, const char *path, FieldNeed need, char **out, GError **error)
{
  return field_string (json, path, need, WIRE_ID_MAX, field_check_id, out, error);
}

bool
field_strings (const JsonValue *json,
               const char *path,
               FieldNeed need,
               size_t max_length,
               size_t max_size,
               FieldCheck check,
               char ***out,
               GError **error)
{
  g_autoptr (GStrvBuilder) strings = g_strv_builder_new ();
  const JsonValue *array;

  if (!field_array (json, path, need, max_length, &array, error))
    return false;
  if (array == NULL)
    return true;

  for (size_t i = 0; i < json_array_length (array); i++)
    {
      const char *string = json_value_string (json_array_at (array, i));

      if (string == NULL)
        return refuse (error, path, "must be a list of strings");
      if (!check_string (path, string, max_size, check, error))
        return false;
      g_strv_builder_add (strings, string);
    }

  g_strfreev (*out);
  *out = g_strv_builder_end (strings);
  return true;
}

bool
field_boolean (const JsonValue *json, const char *path, FieldNeed need, bool *out, GError **error)
{
  const JsonValue *value;

  if (!find_of_type (json, path, need, JSON_TYPE_BOOLEAN, "must be true or false", &value, error))
    return false;
  if (value != NULL)
    *out = json_value_boolean (value);
  return true;
}

bool
field_integer (const JsonValue *json,
               const char *path,
               FieldNeed need,
               int64_t min,
               int64_t max,
               int64_t *out,
               GError **error)
{
  const JsonValue *value;

  if (!find_of_type (json, path, need, JSON_TYPE_INTEGER, "must be a whole number", &value, error))
    return false;
  if (value == NULL)
    return true;
  if (json_value_integer (value) < min || json_value_integer (value) > max)
    {
      g_set_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED,
                   "The field \"%s\" must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".",
                   path, min, max);
      return false;
    }
  *out = json_value_integer (value);
  return true;
}

bool
field_word (const JsonValue *json,
            const char *path,
            const char *const *words,
            size_t length,
            unsigned *out,
            GError **error)
{
  const JsonValue *value;

  if (!find_of_type (json, path, FIELD_REQUIRED, JSON_TYPE_STRING, "must be a string", &value,
                     error))
    return false;

  for (unsigned i = 0; i < length; i++)
    {
      if (g_str_equal (json_value_string (value), words[i]))
        {
          *out = i;
          return true;
        }
    }
  return refuse (error, path, "is none of the words that it may be");
}

JsonValue *
field_new_strings (const char *const *strings)
{
  JsonValue *array = json_new_array ();

  for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_add (array, json_new_string (strings[i]));
  return array;
}

void
field_put_optional (JsonValue *object, const char *key, const char *value)
{
  if (value != NULL)
    json_object_put_string (object, key, value);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values for the rest of the program: see json.h.
 *
 * Jansson reads and keeps the values. Writing is done here: Jansson 2.14 writes 0.1 as
 * 0.10000000000000001 and guards every container against loops, which cannot come about with
 * values that are never changed once they are handed on.
 */
#include "net/wire/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

G_DEFINE_QUARK (json_error, json_error)

/* Jansson recurses once a level and its own limit is 2,048, too deep for a small stack. Brackets
 * are counted before it sees the text, so what is refused has cost nothing. */
static bool
is_too_deep (const char *text, size_t size)
{
  bool in_string = false;
  unsigned depth = 0;

  for (size_t i = 0; i < size; i++)
    {
      if (in_string)
        {
          if (text[i] == '\\')
            i++;
          else if (text[i] == '"')
            in_string = false;
        }
      else if (text[i] == '"')
        in_string = true;
      else if (text[i] == '[' || text[i] == '{')
        {
          if (++depth > JSON_DEPTH_MAX)
            return true;
        }
      else if ((text[i] == ']' || text[i] == '}') && depth > 0)
        depth--;
    }
  return false;
}

JsonValue *
json_value_parse (const char *text, size_t size, GError **error)
{
  json_error_t problem;
  JsonValue *value;

  if (size == 0)
    {
      g_set_error_literal (error, JSON_ERROR, JSON_ERROR_SYNTAX, "There is no JSON: it is empty.");
      return NULL;
    }
  if (is_too_deep (text, size))
    {
      g_set_error (error, JSON_ERROR, JSON_ERROR_SYNTAX, "The JSON has more than %d levels.",
                   JSON_DEPTH_MAX);
      return NULL;
    }

  value = json_loadb (text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
  if (value == NULL)
    {
      /* Jansson's own sentence quotes the text, which may be private: only the place is told. */
      g_set_error (error, JSON_ERROR, JSON_ERROR_SYNTAX, "Not valid JSON at byte %d.",
                   problem.position);
      return NULL;
    }
  return value;
}

static void
write_string (const char *string, GString *out)
{
  const char *start = string;

  g_string_append_c (out, '"');
  for (const char *at = string; *at != '\0'; at++)
    {
      const char *escape = NULL;

      switch (*at)
        {
        case '"':
          escape = "\\\"";
          break;
        case '\\':
          escape = "\\\\";
          break;
        case '\b':
          escape = "\\b";
          break;
        case '\f':
          escape = "\\f";
          break;
        case '\n':
          escape = "\\n";
          break;
        case '\r':
          escape = "\\r";
          break;
        case '\t':
          escape = "\\t";
          break;
        default:
          if ((unsigned char) *at >= 0x20)
            continue;
        }

      g_string_append_len (out, start, at - start);
      start = at + 1;
      if (escape != NULL)
        g_string_append (out, escape);
      else
        g_string_append_printf (out, "\\u%04x", (unsigned) *at);
    }
  g_string_append (out, start);
  g_string_append_c (out, '"');
}

/* Writes the fewest digits that read back as the same number, and always so that it reads back as
 * a real one. */
static void
write_real (double value, GString *out)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 15; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }
  g_string_append (out, buffer);
  if (strpbrk (buffer, ".e") == NULL)
    g_string_append (out, ".0");
}

void
json_value_write (const JsonValue *value, GString *out)
{
  const char *separator = "";

  switch (json_typeof (value))
    {
    case JSON_NULL:
      g_string_append (out, "null");
      break;
    case JSON_TRUE:
      g_string_append (out, "true");
      break;
    case JSON_FALSE:
      g_string_append (out, "false");
      break;
    case JSON_INTEGER:
      g_string_append_printf (out, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
      break;
    case JSON_REAL:
      write_real (json_real_value (value), out);
      break;
    case JSON_STRING:
      write_string (json_string_value (value), out);
      break;
    case JSON_ARRAY:
      g_string_append_c (out, '[');
      for (size_t i = 0; i < json_array_size (value); i++)
        {
          g_string_append (out, separator);
          json_value_write (json_array_get (value, i), out);
          separator = ",";
        }
      g_string_append_c (out, ']');
      break;
    case JSON_OBJECT:
      {
        /* Jansson's iterators take no const, though they change nothing. */
        json_t *object = (json_t *) value;
        const char *key;
        json_t *member;

        g_string_append_c (out, '{');
        json_object_foreach (object, key, member)
        {
          g_string_append (out, separator);
          write_string (key, out);
          g_string_append_c (out, ':');
          json_value_write (member, out);
          separator = ",";
        }
        g_string_append_c (out, '}');
      }
      break;
    }
}

char *
json_value_to_string (const JsonValue *value)
{
  GString *out = g_string_new (NULL);

  json_value_write (value, out);
  return g_string_free (out, FALSE);
}

JsonValue *
json_value_ref (JsonValue *value)
{
  return json_incref (value);
}

void
json_value_unref (JsonValue *value)
{
  json_decref (value);
}

JsonType
json_value_get_type (const JsonValue *value)
{
  switch (json_typeof (value))
    {
    case JSON_TRUE:
    case JSON_FALSE:
      return JSON_TYPE_BOOLEAN;
    case JSON_INTEGER:
      return JSON_TYPE_INTEGER;
    case JSON_REAL:
      return JSON_TYPE_REAL;
    case JSON_STRING:
      return JSON_TYPE_STRING;
    case JSON_ARRAY:
      return JSON_TYPE_ARRAY;
    case JSON_OBJECT:
      return JSON_TYPE_OBJECT;
    case JSON_NULL:
    default:
      return JSON_TYPE_NULL;
    }
}

JsonValue *
json_new_null (void)
{
  return json_null ();
}

JsonValue *
json_new_boolean (bool value)
{
  return json_boolean (value);
}

JsonValue *
json_new_integer (int64_t value)
{
  return json_integer (value);
}

JsonValue *
json_new_real (double value)
{
  return isfinite (value) ? json_real (value) : json_null ();
}

JsonValue *
json_new_string (const char *value)
{
  g_return_val_if_fail (value != NULL && g_utf8_validate (value, -1, NULL), json_null ());

  return json_string_nocheck (value);
}

JsonValue *
json_new_array (void)
{
  return json_array ();
}

JsonValue *
json_new_object (void)
{
  return json_object ();
}

void
json_object_put (JsonValue *object, const char *key, JsonValue *value)
{
  g_return_if_fail (json_is_object (object));
  g_return_if_fail (value != NULL);

  if (json_object_set_new (object, key, value) != 0)
    g_critical ("A member of a JSON object needs a name in UTF-8.");
}

void
json_object_put_string (JsonValue *object, const char *key, const char *value)
{
  json_object_put (object, key, json_new_string (value));
}

void
json_object_put_integer (JsonValue *object, const char *key, int64_t value)
{
  json_object_put (object, key, json_new_integer (value));
}

void
json_object_put_real (JsonValue *object, const char *key, double value)
{
  json_object_put (object, key, json_new_real (value));
}

void
json_object_put_boolean (JsonValue *object, const char *key, bool value)
{
  json_object_put (object, key, json_new_boolean (value));
}

void
json_array_add (JsonValue *array, JsonValue *value)
{
  g_return_if_fail (json_is_array (array));
  g_return_if_fail (value != NULL);

  json_array_append_new (array, value);
}

size_t
json_array_length (const JsonValue *array)
{
  return json_array_size (array);
}

JsonValue *
json_array_at (const JsonValue *array, size_t index)
{
  return json_array_get (array, index);
}

JsonValue *
json_object_find (const JsonValue *object, const char *key)
{
  return json_object_get (object, key);
}

const char *
json_value_string (const JsonValue *value)
{
  return json_string_value (value);
}

int64_t
json_value_integer (const JsonValue *value)
{
  return json_integer_value (value);
}

double
json_value_number (const JsonValue *value)
{
  return json_number_value (value);
}

bool
json_value_boolean (const JsonValue *value)
{
  return json_is_true (value);
}

void
json_object_each (const JsonValue *object, JsonMemberFunc func, void *data)
{
  json_t *members = (json_t *) object; /* only read: see json_value_write() */
  const char *key;
  json_t *member;

  json_object_foreach (members, key, member)
  {
    if (!func (key, member, data))
      break;
  }
}

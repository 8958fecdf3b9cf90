/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values: what is read, what is refused, and that what is written reads back the same. */
#include "net/wire/json.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Text that is read, and how it is written again (%NULL: the same). */
static const struct
{
  const char *name, *text, *written;
} accepted[] = {
  { "null", "null", NULL },
  { "true", "true", NULL },
  { "false", "false", NULL },
  { "zero", "0", NULL },
  { "negative", "-12", NULL },
  { "largest-integer", "9223372036854775807", NULL },
  { "smallest-integer", "-9223372036854775808", NULL },
  { "tenth", "0.1", NULL },
  { "third", "0.3333333333333333", NULL },
  { "seventeen-digits", "0.30000000000000004", NULL },
  { "whole-real", "1.0", NULL },
  { "negative-zero", "-0.0", NULL },
  { "exponent", "1e+300", NULL },
  { "exponent-upper", "1E3", "1000.0" },
  { "tiny", "5e-324", "4.94065645841247e-324" },
  { "string", "\"a b\"", NULL },
  { "empty-string", "\"\"", NULL },
  { "escapes", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\"", NULL },
  { "slash", "\"\\/\"", "\"/\"" },
  { "delete", "\"\x7f\"", NULL },
  { "utf-8", "\"caf\u00e9 \U0001f984\"", NULL },
  { "surrogates", "\"\\ud83e\\udd84\"", "\"\U0001f984\"" },
  { "array", "[1,\"2\",{\"3\":[true]}]", NULL },
  { "empty-array", "[]", NULL },
  { "empty-object", "{}", NULL },
  { "order", "{\"b\":1,\"a\":2,\"c\":3}", NULL },
  { "escaped-key", "{\"\\\"\":1}", NULL },
  { "white-space", " { \"a\" : [ 1 , 2 ] }\n", "{\"a\":[1,2]}" },
  { "brackets-in-string",
    "\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", NULL },
};

static void
test_accepted (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  const char *expected = accepted[i].written != NULL ? accepted[i].written : accepted[i].text;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) value =
      json_value_parse (accepted[i].text, strlen (accepted[i].text), &error);
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (value);
  written = json_value_to_string (value);
  g_assert_cmpstr (written, ==, expected);
}

static const struct
{
  const char *name, *text;
} refused[] = {
  { "empty", "" },
  { "white-space", " " },
  { "word", "hello" },
  { "nan", "NaN" },
  { "infinity", "Infinity" },
  { "trailing-byte", "1 2" },
  { "trailing-bracket", "{}]" },
  { "trailing-comma", "[1,]" },
  { "no-comma", "[1 2]" },
  { "no-colon", "{\"a\" 1}" },
  { "number-key", "{1:2}" },
  { "unended-array", "[1" },
  { "unended-object", "{\"a\":1" },
  { "unended-string", "\"a" },
  { "unended-escape", "\"a\\" },
  { "unknown-escape", "\"\\x\"" },
  { "line-break-in-string", "\"a\nb\"" },
  { "single-quotes", "'a'" },
  { "comment", "1 // one" },
  { "leading-zero", "01" },
  { "plus", "+1" },
  { "bare-point", "1." },
  { "integer-too-large", "9223372036854775808" },
  { "real-too-large", "1e999" },
  { "duplicate-key", "{\"a\":1,\"a\":2}" },
  { "duplicate-key-escaped", "{\"a\":1,\"\\u0061\":2}" },
  { "nul-in-string", "\"a\\u0000b\"" },
  { "nul-in-key", "{\"\\u0000\":1}" },
  { "lone-high-surrogate", "\"\\ud83e\"" },
  { "lone-low-surrogate", "\"\\udd84\"" },
  { "bad-utf-8", "\"\xff\"" },
  { "overlong-utf-8", "\"\xc0\xaf\"" },
  { "surrogate-utf-8", "\"\xed\xa0\x80\"" },
  { "beyond-unicode", "\"\xf4\x90\x80\x80\"" },
  { "byte-order-mark", "\xef\xbb\xbf{}" },
};

static void
test_refused (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (json_value_parse (refused[i].text, strlen (refused[i].text), &error));
  g_assert_error (error, JSON_ERROR, JSON_ERROR_SYNTAX);
  g_assert_cmpstr (error->message, !=, "");
}

/* Makes @levels arrays inside each other. */
static char *
nested (unsigned levels)
{
  GString *text = g_string_new (NULL);

  for (unsigned i = 0; i < levels; i++)
    g_string_append_c (text, '[');
  for (unsigned i = 0; i < levels; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *deepest = nested (JSON_DEPTH_MAX);
  g_autofree char *deeper = nested (JSON_DEPTH_MAX + 1);
  g_autofree char *abyss = nested (100000);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) value = json_value_parse (deepest, strlen (deepest), &error);
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  written = json_value_to_string (value);
  g_assert_cmpstr (written, ==, deepest);

  g_assert_null (json_value_parse (deeper, strlen (deeper), &error));
  g_assert_error (error, JSON_ERROR, JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_null (json_value_parse (abyss, strlen (abyss), &error));
  g_assert_error (error, JSON_ERROR, JSON_ERROR_SYNTAX);
}

/* Bytes behind @size are not read, and a byte of 0 is not the end of the text. */
static void
test_size (void)
{
  const char text[] = "12]garbage";
  const char with_nul[] = "1\0002";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) value = json_value_parse (text, 2, &error);

  g_assert_no_error (error);
  g_assert_cmpint (json_value_integer (value), ==, 12);
  g_assert_null (json_value_parse (with_nul, 3, &error));
  g_assert_error (error, JSON_ERROR, JSON_ERROR_SYNTAX);
}

/* An error tells the place and quotes nothing of what may be private. */
static void
test_error_quotes_nothing (void)
{
  const char text[] = "{\"text\":\"SECRET\" oops}";
  g_autoptr (GError) error = NULL;

  g_assert_null (json_value_parse (text, strlen (text), &error));
  g_assert_error (error, JSON_ERROR, JSON_ERROR_SYNTAX);
  g_assert_null (strstr (error->message, "SECRET"));
  g_assert_null (strstr (error->message, "oops"));
}

static void
assert_real_round_trip (double number)
{
  g_autoptr (JsonValue) value = json_new_real (number);
  g_autofree char *text = json_value_to_string (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) again = json_value_parse (text, strlen (text), &error);
  double read;

  g_assert_no_error (error);
  g_assert_cmpint (json_value_get_type (again), ==, JSON_TYPE_REAL);
  read = json_value_number (again);
  g_assert_cmpmem (&read, sizeof read, &number, sizeof number);
}

static void
test_real_round_trip (void)
{
  const double numbers[] = { 0.0,       -0.0,    1.0,          -1.0,        0.1,
                             1.0 / 3.0, 1e15,    1e16,         1e17,        123.456,
                             DBL_MAX,   DBL_MIN, DBL_TRUE_MIN, DBL_EPSILON, M_PI,
                             2.5e-10,   1e21,    1e22,         1e23,        9007199254740993.0 };

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    assert_real_round_trip (numbers[i]);
  for (unsigned i = 0; i < 20000; i++)
    {
      union
      {
        guint32 halves[2];
        double number;
      } random = { .halves = { (guint32) g_test_rand_int (), (guint32) g_test_rand_int () } };

      if (isfinite (random.number))
        assert_real_round_trip (random.number);
    }
}

static void
test_not_finite_is_null (void)
{
  const double numbers[] = { NAN, INFINITY, -INFINITY };

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (JsonValue) value = json_new_real (numbers[i]);

      g_assert_cmpint (json_value_get_type (value), ==, JSON_TYPE_NULL);
    }
}

static void
test_building (void)
{
  g_autoptr (JsonValue) object = json_new_object ();
  JsonValue *array = json_new_array ();
  g_autofree char *text = NULL;

  json_array_add (array, json_new_null ());
  json_array_add (array, json_new_boolean (true));
  json_array_add (array, json_new_integer (G_MININT64));
  json_object_put_string (object, "string", "\u00e9\n");
  json_object_put_integer (object, "integer", -7);
  json_object_put_real (object, "real", 2.5);
  json_object_put_boolean (object, "boolean", false);
  json_object_put (object, "array", array);
  json_object_put_integer (object, "integer", 8); /* replaces */

  text = json_value_to_string (object);
  g_assert_cmpstr (text, ==,
                   "{\"string\":\"\u00e9\\n\",\"integer\":8,\"real\":2.5,\"boolean\":false,"
                   "\"array\":[null,true,-9223372036854775808]}");
}

static void
test_reading (void)
{
  const char text[] = "{\"s\":\"x\",\"i\":3,\"r\":0.5,\"b\":true,\"n\":null,\"a\":[1,2]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) object = json_value_parse (text, strlen (text), &error);
  const struct
  {
    const char *key;
    JsonType type;
  } members[] = {
    { "s", JSON_TYPE_STRING },  { "i", JSON_TYPE_INTEGER }, { "r", JSON_TYPE_REAL },
    { "b", JSON_TYPE_BOOLEAN }, { "n", JSON_TYPE_NULL },    { "a", JSON_TYPE_ARRAY }
  };

  g_assert_no_error (error);
  g_assert_cmpint (json_value_get_type (object), ==, JSON_TYPE_OBJECT);
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const JsonValue *member = json_object_find (object, members[i].key);

      g_assert_cmpint (json_value_get_type (member), ==, members[i].type);
      /* A value of another type reads as nothing. */
      if (members[i].type != JSON_TYPE_STRING)
        g_assert_null (json_value_string (member));
      if (members[i].type != JSON_TYPE_INTEGER)
        g_assert_cmpint (json_value_integer (member), ==, 0);
      if (members[i].type != JSON_TYPE_INTEGER && members[i].type != JSON_TYPE_REAL)
        g_assert_cmpfloat (json_value_number (member), ==, 0.0);
      if (members[i].type != JSON_TYPE_BOOLEAN)
        g_assert_false (json_value_boolean (member));
      if (members[i].type != JSON_TYPE_ARRAY)
        g_assert_cmpuint (json_array_length (member), ==, 0);
      g_assert_null (json_object_find (member, "s"));
    }

  g_assert_cmpstr (json_value_string (json_object_find (object, "s")), ==, "x");
  g_assert_cmpint (json_value_integer (json_object_find (object, "i")), ==, 3);
  g_assert_cmpfloat (json_value_number (json_object_find (object, "i")), ==, 3.0);
  g_assert_cmpfloat (json_value_number (json_object_find (object, "r")), ==, 0.5);
  g_assert_true (json_value_boolean (json_object_find (object, "b")));
  g_assert_cmpuint (json_array_length (json_object_find (object, "a")), ==, 2);
  g_assert_cmpint (json_value_integer (json_array_at (json_object_find (object, "a"), 1)), ==, 2);
  g_assert_null (json_array_at (json_object_find (object, "a"), 2));
  g_assert_null (json_object_find (object, "missing"));
  /* %NULL reads as nothing, so that a chain of finds needs one check at its end. */
  g_assert_null (json_object_find (NULL, "s"));
  g_assert_null (json_array_at (NULL, 0));
  g_assert_null (json_value_string (NULL));
  g_assert_cmpint (json_value_integer (NULL), ==, 0);
  g_assert_false (json_value_boolean (NULL));
}

static bool
collect (const char *key, JsonValue *value, void *data)
{
  GString *keys = data;

  g_string_append (keys, key);
  return json_value_integer (value) < 3;
}

static void
test_each (void)
{
  const char text[] = "{\"b\":1,\"a\":2,\"d\":3,\"c\":4}";
  g_autoptr (JsonValue) object = json_value_parse (text, strlen (text), NULL);
  g_autoptr (GString) keys = g_string_new (NULL);

  json_object_each (object, collect, keys);
  g_assert_cmpstr (keys->str, ==, "bad");
}

static void
test_reference (void)
{
  JsonValue *value = json_new_string ("kept");
  JsonValue *second = json_value_ref (value);

  json_value_unref (value);
  g_assert_cmpstr (json_value_string (second), ==, "kept");
  json_value_unref (second);
  json_value_unref (NULL);
}

/* Bytes that are no UTF-8 never get into a value: that is the caller's mistake, and said so. */
static void
test_bad_utf8_is_a_mistake (void)
{
  g_autoptr (JsonValue) object = json_new_object ();
  g_autofree char *text = NULL;

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*g_utf8_validate*");
  json_object_put_string (object, "a", "\xff");
  g_test_assert_expected_messages ();
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*UTF-8*");
  json_object_put_integer (object, "\xff", 1);
  g_test_assert_expected_messages ();

  text = json_value_to_string (object);
  g_assert_cmpstr (text, ==, "{\"a\":null}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autofree char *path = g_strconcat ("/json/accepted/", accepted[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_accepted);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/json/refused/", refused[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
    }
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/error-quotes-nothing", test_error_quotes_nothing);
  g_test_add_func ("/json/real-round-trip", test_real_round_trip);
  g_test_add_func ("/json/not-finite-is-null", test_not_finite_is_null);
  g_test_add_func ("/json/building", test_building);
  g_test_add_func ("/json/reading", test_reading);
  g_test_add_func ("/json/each", test_each);
  g_test_add_func ("/json/bad-utf-8-is-a-mistake", test_bad_utf8_is_a_mistake);
  g_test_add_func ("/json/reference", test_reference);
  return g_test_run ();
}

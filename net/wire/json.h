/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values for the rest of the program.
 *
 * Owns: the one JSON library of the project (Jansson), which no file outside net/wire includes.
 * Called by: net/wire itself, net/client, net/server, app (diagnostic output, settings, exports).
 * Must never: read a file or a socket, accept duplicate keys, bad UTF-8 or more than
 * JSON_DEPTH_MAX levels, keep a global.
 *
 * A JsonValue is reference counted and, once handed to someone else, treated as immutable. Not
 * thread-safe: a value belongs to one thread at a time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JSON_DEPTH_MAX 64

typedef struct json_t JsonValue;

#define JSON_ERROR (json_error_quark ())
GQuark json_error_quark (void);
typedef enum
{
  JSON_ERROR_SYNTAX, /* not JSON, or trailing bytes, duplicate keys, bad UTF-8, too deep */
} JsonError;

typedef enum
{
  JSON_TYPE_NULL,
  JSON_TYPE_BOOLEAN,
  JSON_TYPE_INTEGER,
  JSON_TYPE_REAL,
  JSON_TYPE_STRING,
  JSON_TYPE_ARRAY,
  JSON_TYPE_OBJECT,
} JsonType;

/* Reads @size bytes of JSON, any value at the top. Integers are those of int64_t; U+0000 is refused
 * in strings. Returns: (transfer full): or %NULL with @error.
 */
JsonValue *json_value_parse (const char *text, size_t size, GError **error);
/* Appends @value in its shortest form. */
void json_value_write (const JsonValue *value, GString *out);
/* Returns: (transfer full): @value in its shortest form. */
char *json_value_to_string (const JsonValue *value);

JsonValue *json_value_ref (JsonValue *value);
void json_value_unref (JsonValue *value); /* %NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JsonValue, json_value_unref)

JsonType json_value_get_type (const JsonValue *value);

/* Building. Constructors return (transfer full); set and append take @value over (transfer full).
 * Strings must be valid UTF-8: json_new_string() with other bytes or %NULL is a programmer's error.
 */
JsonValue *json_new_null (void);
JsonValue *json_new_boolean (bool value);
JsonValue *json_new_integer (int64_t value);
JsonValue *json_new_real (double value); /* null for what JSON has no word for: NaN, infinity */
JsonValue *json_new_string (const char *value);
JsonValue *json_new_array (void);
JsonValue *json_new_object (void);
void json_object_put (JsonValue *object, const char *key, JsonValue *value);
void json_object_put_string (JsonValue *object, const char *key, const char *value);
void json_object_put_integer (JsonValue *object, const char *key, int64_t value);
void json_object_put_real (JsonValue *object, const char *key, double value);
void json_object_put_boolean (JsonValue *object, const char *key, bool value);
void json_array_add (JsonValue *array, JsonValue *value);

/* Reading. All return borrowed data; a value of another type reads as %NULL, 0 or false. */
size_t json_array_length (const JsonValue *array);
JsonValue *json_array_at (const JsonValue *array, size_t index);
/* Returns: (nullable): the member, whatever its type. */
JsonValue *json_object_find (const JsonValue *object, const char *key);
const char *json_value_string (const JsonValue *value); /* %NULL when it is no string */
int64_t json_value_integer (const JsonValue *value);
double json_value_number (const JsonValue *value); /* integer or real */
bool json_value_boolean (const JsonValue *value);

/* Calls @func for each member in the order of insertion; stops when it returns false. */
typedef bool (*JsonMemberFunc) (const char *key, JsonValue *value, void *data);
void json_object_each (const JsonValue *object, JsonMemberFunc func, void *data);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the members of an outside object, each by its rule.
 *
 * Owns: the rules that messages share (what is an id, a line, a list) and the sentences that say
 * which field breaks them.
 * Called by: the message files of net/wire only.
 * Must never: quote a value in a sentence (it may be private), touch its result where it fails.
 *
 * @path names the field for a person, as "policy.version"; the member that is read is what stands
 * behind the last dot. All return false with @error, WIRE_ERROR_MALFORMED or WIRE_ERROR_TOO_LONG.
 * An optional member that is missing or null leaves @out as it is.
 */
#pragma once

#include "net/wire/json.h"

G_BEGIN_DECLS

#define FIELD_INTEGER_MAX ((INT64_C (1) << 53) - 1) /* what a JavaScript number counts exactly */

typedef enum
{
  FIELD_REQUIRED,
  FIELD_OPTIONAL,
} FieldNeed;

/* Returns what is wrong with @string, as "must be …", or %NULL. */
typedef const char *(*FieldCheck) (const char *string);
/* Not empty, no control characters. */
const char *field_check_line (const char *string);
/* Not empty; RFC 4648 §5's letters, which ids and tokens are made of. */
const char *field_check_id (const char *string);
/* The letters of a language tag (RFC 5646 §2.1). */
const char *field_check_language (const char *string);

/* Whether the argument @json is an object at all. */
bool field_is_object (const JsonValue *json, GError **error);
/* Reads a member that is an object; @out is borrowed. */
bool field_object (const JsonValue *json,
                   const char *path,
                   FieldNeed need,
                   const JsonValue **out,
                   GError **error);
/* Reads a member that is an array of at most @max_length; @out is borrowed. */
bool field_array (const JsonValue *json,
                  const char *path,
                  FieldNeed need,
                  size_t max_length,
                  const JsonValue **out,
                  GError **error);
/* Reads a string of at most @max_size bytes. @check may be %NULL. @out is (transfer full). */
bool field_string (const JsonValue *json,
                   const char *path,
                   FieldNeed need,
                   size_t max_size,
                   FieldCheck check,
                   char **out,
                   GError **error);
/* Reads an id of at most WIRE_ID_MAX bytes. */
bool field_id (const JsonValue *json, const char *path, FieldNeed need, char **out, GError **error);
/* Reads an array of at most @max_length such strings; @out is replaced. */
bool field_strings (const JsonValue *json,
                    const char *path,
                    FieldNeed need,
                    size_t max_length,
                    size_t max_size,
                    FieldCheck check,
                    char ***out,
                    GError **error);
bool
field_boolean (const JsonValue *json, const char *path, FieldNeed need, bool *out, GError **error);
bool field_integer (const JsonValue *json,
                    const char *path,
                    FieldNeed need,
                    int64_t min,
                    int64_t max,
                    int64_t *out,
                    GError **error);
/* Reads one of the first @length of @words; @out is its index. */
bool field_word (const JsonValue *json,
                 const char *path,
                 const char *const *words,
                 size_t length,
                 unsigned *out,
                 GError **error);

/* Makes an array of strings; %NULL makes an empty one. */
JsonValue *field_new_strings (const char *const *strings);
/* Adds a string, unless it is %NULL. */
void field_put_optional (JsonValue *object, const char *key, const char *value);

G_END_DECLS

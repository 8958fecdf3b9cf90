/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds the channel against the transcript of another implementation (tests/guest/channel.js), to
 * the byte: every handshake message, every sealed message, what opening each gives, and the emoji.
 */

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "net/secure/channel.h"
#include "tests/unit/secure/vectors.h"

typedef struct
{
  const char *name;
  uint8_t counter;
  Channel *channel;
} Side;

/* SHA-256 of the side's name and a counter: as the transcript's writer drew its bytes. */
static void
known_random (void *data, uint8_t *out, size_t size)
{
  Side *side = data;
  uint8_t input[16];
  uint8_t hash[32];
  size_t length = strlen (side->name);

  g_assert_cmpuint (size, <=, sizeof hash);
  memcpy (input, side->name, length);
  input[length] = side->counter++;
  crypto_hash_sha256 (hash, input, length + 1);
  memcpy (out, hash, size);
}

static const char *
string_of (const JsonValue *step, const char *key)
{
  return json_value_string (json_object_find (step, key));
}

static void
check_step (Side sides[2], const JsonValue *step)
{
  const char *what = string_of (step, "do");
  const char *who =
      json_object_find (step, "from") != NULL ? string_of (step, "from") : string_of (step, "by");
  Side *side = g_str_equal (who, "caller") ? &sides[0] : &sides[1];
  g_autoptr (GBytes) bytes = vectors_bytes (step, "bytes");
  const uint8_t *data = vectors_data (bytes);
  size_t size = g_bytes_get_size (bytes);
  g_autofree uint8_t *out = g_malloc (CHANNEL_SEALED_MAX);
  size_t out_size;

  if (g_str_equal (what, "handshake"))
    {
      g_assert_true (channel_next_handshake (side->channel, out, &out_size));
      g_assert_cmpmem (out, out_size, data, size);
    }
  else if (g_str_equal (what, "take"))
    {
      g_assert_cmpint (channel_handshake (side->channel, data, size), ==, 0);
    }
  else if (g_str_equal (what, "seal"))
    {
      const char *text = string_of (step, "text");

      g_assert_cmpint (channel_seal (side->channel,
                                     (ChannelPurpose) json_value_integer (
                                         json_object_find (step, "purpose")),
                                     (uint32_t) json_value_integer (
                                         json_object_find (step, "generation")),
                                     (const uint8_t *) text, strlen (text), out, &out_size),
                       ==, 0);
      g_assert_cmpmem (out, out_size, data, size);
    }
  else
    {
      gboolean opened = g_str_equal (string_of (step, "result"), "opened");
      ChannelPurpose purpose;
      uint32_t generation;
      int result = channel_open (side->channel, data, size, &purpose, &generation, out, &out_size);

      g_assert_cmpint (result, ==, opened ? 0 : 1);
      if (opened)
        {
          const char *text = string_of (step, "text");

          g_assert_cmpint (purpose, ==, json_value_integer (json_object_find (step, "purpose")));
          g_assert_cmpint (generation, ==,
                           json_value_integer (json_object_find (step, "generation")));
          g_assert_cmpmem (out, out_size, text, strlen (text));
        }
    }
}

static void
test_transcript (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "unit", "secure", "transcript.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonValue) json = NULL;
  JsonValue *steps, *sas;
  Side sides[2] = { { .name = "caller" }, { .name = "callee" } };
  uint8_t words[CHANNEL_SAS_COUNT];
  gsize size;

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  json = json_value_parse (text, size, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < 2; i++)
    sides[i].channel = channel_new (i == 0 ? CHANNEL_CALLER : CHANNEL_CALLEE,
                                    string_of (json, "encounter"), known_random, &sides[i]);

  steps = json_object_find (json, "steps");
  g_assert_cmpuint (json_array_length (steps), >, 20);
  for (size_t i = 0; i < json_array_length (steps); i++)
    check_step (sides, json_array_at (steps, i));

  sas = json_object_find (json, "sas");
  for (guint side = 0; side < 2; side++)
    {
      g_assert_true (channel_get_sas (sides[side].channel, words));
      for (guint i = 0; i < CHANNEL_SAS_COUNT; i++)
        g_assert_cmpint (words[i], ==, json_value_integer (json_array_at (sas, i)));
      channel_free (sides[side].channel);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secure/transcript", test_transcript);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two clients say to each other: each message reads back as it was written, and what a hostile
 * partner might send instead is refused. */
#include "net/wire/message.h"

#include <string.h>

typedef enum
{
  DESCRIPTION,
  CANDIDATE,
  DEVICE_STATE,
  TEXT,
  RECEIPT,
  BYE,
} Kind;

/* Reads @text as @kind from memory of its very size; what was read goes into @written again. */
static bool
read_as (Kind kind, const char *text, size_t size, char **written, GError **error)
{
  g_autofree char *copy = g_memdup2 (text, size);

  *written = NULL;
  switch (kind)
    {
    case DESCRIPTION:
      {
        WireDescription description;

        if (!wire_description_read (copy, size, &description, error))
          return false;
        *written = wire_description_write (description.type, description.sdp);
        wire_description_clear (&description);
        return true;
      }
    case CANDIDATE:
      {
        WireCandidate candidate;

        if (!wire_candidate_read (copy, size, &candidate, error))
          return false;
        *written = wire_candidate_write (candidate.candidate, candidate.mline_index);
        wire_candidate_clear (&candidate);
        return true;
      }
    case DEVICE_STATE:
      {
        WireDeviceState state;

        if (!wire_device_state_read (copy, size, &state, error))
          return false;
        *written = wire_device_state_write (&state);
        return true;
      }
    case TEXT:
      {
        WireText message;

        if (!wire_text_read (copy, size, &message, error))
          return false;
        *written = wire_text_write (message.number, message.text);
        wire_text_clear (&message);
        return true;
      }
    case RECEIPT:
      {
        int64_t up_to;

        if (!wire_receipt_read (copy, size, &up_to, error))
          return false;
        *written = wire_receipt_write (up_to);
        return true;
      }
    case BYE:
      {
        WireEndReason reason;

        if (!wire_bye_read (copy, size, &reason, error))
          return false;
        *written = wire_bye_write (reason);
        return true;
      }
    default:
      g_assert_not_reached ();
    }
}

static const struct
{
  const char *name;
  Kind kind;
  const char *text, *written; /* %NULL: the same */
} accepted[] = {
  { "offer", DESCRIPTION, "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}", NULL },
  { "answer", DESCRIPTION, "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}", NULL },
  { "browser", CANDIDATE,
    "{\"candidate\":\"candidate:1 1 UDP 1 192.0.2.1 9 typ host\",\"sdpMid\":\"0\","
    "\"sdpMLineIndex\":0,\"usernameFragment\":\"a\"}",
    "{\"candidate\":\"candidate:1 1 UDP 1 192.0.2.1 9 typ host\",\"sdpMLineIndex\":0}" },
  { "index", CANDIDATE, "{\"candidate\":\"candidate:1\",\"sdpMLineIndex\":65535}", NULL },
  { "end", CANDIDATE, "{\"candidate\":\"\",\"sdpMLineIndex\":1}", NULL },
  { "end-no-index", CANDIDATE, "{\"candidate\":\"\"}", "{\"candidate\":\"\",\"sdpMLineIndex\":0}" },
  { "end-null-index", CANDIDATE, "{\"candidate\":\"\",\"sdpMid\":null,\"sdpMLineIndex\":null}",
    "{\"candidate\":\"\",\"sdpMLineIndex\":0}" },
  { "on", DEVICE_STATE, "{\"camera\":true,\"microphone\":true}", NULL },
  { "camera-only", DEVICE_STATE, "{\"camera\":true,\"microphone\":false}", NULL },
  { "microphone-only", DEVICE_STATE, "{\"camera\":false,\"microphone\":true,\"screen\":1}",
    "{\"camera\":false,\"microphone\":true}" },
  { "first", TEXT, "{\"number\":1,\"text\":\"Bonjour !\"}", NULL },
  { "lines", TEXT, "{\"number\":2,\"text\":\"a\\nb\\tc\"}", NULL },
  { "utf-8", TEXT, "{\"number\":9007199254740991,\"text\":\"\u00e9\u20ac\U0001f984\"}", NULL },
  { "none", RECEIPT, "{\"upto\":0}", NULL },
  { "many", RECEIPT, "{\"upto\":9007199254740991}", NULL },
  { "hang-up", BYE, "{\"reason\":\"hang-up\"}", NULL },
  { "next", BYE, "{\"reason\":\"next\"}", NULL },
  { "failed", BYE, "{\"reason\":\"failed\"}", NULL },
};

static void
test_accepted (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *written = NULL;

  g_assert_true (
      read_as (accepted[i].kind, accepted[i].text, strlen (accepted[i].text), &written, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (written, ==,
                   accepted[i].written != NULL ? accepted[i].written : accepted[i].text);
}

static const struct
{
  const char *name;
  Kind kind;
  const char *text, *field;
} refused[] = {
  { "description-no-type", DESCRIPTION, "{\"sdp\":\"v=0\"}", "type" },
  { "description-type", DESCRIPTION, "{\"type\":\"rollback\",\"sdp\":\"v=0\"}", "type" },
  { "description-type-number", DESCRIPTION, "{\"type\":1,\"sdp\":\"v=0\"}", "type" },
  { "description-no-sdp", DESCRIPTION, "{\"type\":\"offer\"}", "sdp" },
  { "description-sdp-empty", DESCRIPTION, "{\"type\":\"offer\",\"sdp\":\"\"}", "sdp" },
  { "description-sdp-null", DESCRIPTION, "{\"type\":\"offer\",\"sdp\":null}", "sdp" },
  { "description-sdp-nul", DESCRIPTION, "{\"type\":\"offer\",\"sdp\":\"v\\u0000\"}", "JSON" },
  { "candidate-missing", CANDIDATE, "{\"sdpMLineIndex\":0}", "candidate" },
  { "candidate-null", CANDIDATE, "{\"candidate\":null,\"sdpMLineIndex\":0}", "candidate" },
  { "candidate-two-lines", CANDIDATE,
    "{\"candidate\":\"candidate:1\\r\\na=fingerprint:x\",\"sdpMLineIndex\":0}", "candidate" },
  { "candidate-no-index", CANDIDATE, "{\"candidate\":\"candidate:1\"}", "sdpMLineIndex" },
  { "candidate-null-index", CANDIDATE, "{\"candidate\":\"candidate:1\",\"sdpMLineIndex\":null}",
    "sdpMLineIndex" },
  { "candidate-negative-index", CANDIDATE, "{\"candidate\":\"\",\"sdpMLineIndex\":-1}",
    "sdpMLineIndex" },
  { "candidate-large-index", CANDIDATE, "{\"candidate\":\"\",\"sdpMLineIndex\":65536}",
    "sdpMLineIndex" },
  { "candidate-real-index", CANDIDATE, "{\"candidate\":\"\",\"sdpMLineIndex\":0.5}",
    "sdpMLineIndex" },
  { "state-no-camera", DEVICE_STATE, "{\"microphone\":true}", "camera" },
  { "state-no-microphone", DEVICE_STATE, "{\"camera\":true}", "microphone" },
  { "state-number", DEVICE_STATE, "{\"camera\":1,\"microphone\":true}", "camera" },
  { "state-null", DEVICE_STATE, "{\"camera\":true,\"microphone\":null}", "microphone" },
  { "text-no-number", TEXT, "{\"text\":\"a\"}", "number" },
  { "text-number-0", TEXT, "{\"number\":0,\"text\":\"a\"}", "number" },
  { "text-number-real", TEXT, "{\"number\":1.5,\"text\":\"a\"}", "number" },
  { "text-number-large", TEXT, "{\"number\":9007199254740992,\"text\":\"a\"}", "number" },
  { "text-missing", TEXT, "{\"number\":1}", "text" },
  { "text-empty", TEXT, "{\"number\":1,\"text\":\"\"}", "text" },
  { "text-object", TEXT, "{\"number\":1,\"text\":{}}", "text" },
  { "text-bad-utf-8", TEXT, "{\"number\":1,\"text\":\"\xff\"}", "JSON" },
  { "receipt-missing", RECEIPT, "{}", "upto" },
  { "receipt-negative", RECEIPT, "{\"upto\":-1}", "upto" },
  { "receipt-string", RECEIPT, "{\"upto\":\"1\"}", "upto" },
  { "bye-missing", BYE, "{}", "reason" },
  { "bye-lost", BYE, "{\"reason\":\"lost\"}", "reason" },
  { "bye-number", BYE, "{\"reason\":0}", "reason" },
};

static void
test_refused (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *written = NULL;

  g_assert_false (
      read_as (refused[i].kind, refused[i].text, strlen (refused[i].text), &written, &error));
  g_assert_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED);
  g_assert_nonnull (strstr (error->message, refused[i].field));
}

/* No kind takes what is no object. */
static void
test_not_an_object (void)
{
  const char *const texts[] = { "", "{", "null", "[]", "\"a\"", "1", "{}{}", "{\"a\":1,\"a\":2}" };

  for (Kind kind = DESCRIPTION; kind <= BYE; kind++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *written = NULL;

          g_assert_false (read_as (kind, texts[i], strlen (texts[i]), &written, &error));
          g_assert_error (error, WIRE_ERROR, WIRE_ERROR_MALFORMED);
        }
    }
}

/* No kind takes more than a packet's worth of bytes, even of white space. */
static void
test_packet_limit (void)
{
  for (Kind kind = DESCRIPTION; kind <= BYE; kind++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
        {
          g_autofree char *spaces = g_strnfill (WIRE_PACKET_MAX, ' ');
          g_autofree char *text = g_strconcat (accepted[i].text, spaces, NULL);
          g_autoptr (GError) error = NULL;
          g_autofree char *written = NULL;

          if (accepted[i].kind != kind)
            continue;
          g_assert_true (read_as (kind, text, WIRE_PACKET_MAX, &written, &error));
          g_assert_no_error (error);
          g_clear_pointer (&written, g_free);
          g_assert_false (read_as (kind, text, WIRE_PACKET_MAX + 1, &written, &error));
          g_assert_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG);
          break;
        }
    }
}

/* The longest text, description and candidate go through, one byte more does not. */
static void
test_string_limits (void)
{
  const struct
  {
    Kind kind;
    size_t max;
  } limits[] = { { DESCRIPTION, WIRE_SDP_MAX },
                 { CANDIDATE, WIRE_CANDIDATE_MAX },
                 { TEXT, WIRE_TEXT_MAX } };

  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      for (size_t size = limits[i].max; size <= limits[i].max + 1; size++)
        {
          g_autofree char *string = g_strnfill (size, 'a');
          g_autofree char *text = limits[i].kind == DESCRIPTION
                                      ? wire_description_write ("offer", string)
                                  : limits[i].kind == CANDIDATE ? wire_candidate_write (string, 0)
                                                                : wire_text_write (1, string);
          g_autoptr (GError) error = NULL;
          g_autofree char *written = NULL;
          bool fits = read_as (limits[i].kind, text, strlen (text), &written, &error);

          g_assert_cmpint (fits, ==, size == limits[i].max);
          if (fits)
            g_assert_cmpstr (written, ==, text);
          else
            g_assert_error (error, WIRE_ERROR, WIRE_ERROR_TOO_LONG);
        }
    }
}

/* What a client has no word for is said as the plainest end. */
static void
test_bye_of_a_server (void)
{
  g_autofree char *lost = wire_bye_write (WIRE_END_LOST);
  g_autofree char *report = wire_bye_write (WIRE_END_REPORT);

  g_assert_cmpstr (lost, ==, "{\"reason\":\"hang-up\"}");
  g_assert_cmpstr (report, ==, "{\"reason\":\"hang-up\"}");
}

static void
test_values (void)
{
  const char description_text[] = "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}";
  const char text_text[] = "{\"number\":3,\"text\":\"a\\nb\"}";
  const char bye_text[] = "{\"reason\":\"failed\"}";
  WireDescription description;
  WireText text;
  WireEndReason reason;

  g_assert_true (
      wire_description_read (description_text, strlen (description_text), &description, NULL));
  g_assert_cmpstr (description.type, ==, "answer");
  g_assert_cmpstr (description.sdp, ==, "v=0\r\n");
  wire_description_clear (&description);
  g_assert_null (description.sdp);

  g_assert_true (wire_text_read (text_text, strlen (text_text), &text, NULL));
  g_assert_cmpint (text.number, ==, 3);
  g_assert_cmpstr (text.text, ==, "a\nb");
  wire_text_clear (&text);
  g_assert_null (text.text);

  g_assert_true (wire_bye_read (bye_text, strlen (bye_text), &reason, NULL));
  g_assert_cmpint (reason, ==, WIRE_END_FAILED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/peer-message/accepted/%d-%s", accepted[i].kind, accepted[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_accepted);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/peer-message/refused/", refused[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
    }
  g_test_add_func ("/peer-message/not-an-object", test_not_an_object);
  g_test_add_func ("/peer-message/packet-limit", test_packet_limit);
  g_test_add_func ("/peer-message/string-limits", test_string_limits);
  g_test_add_func ("/peer-message/bye-of-a-server", test_bye_of_a_server);
  g_test_add_func ("/peer-message/values", test_values);
  return g_test_run ();
}

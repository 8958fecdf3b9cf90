/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO 5: the examples of the protocol document, what must be refused, and that what is
 * written reads back the same. Input is copied to memory of its very size, so that AddressSanitizer
 * sees a byte read beyond it. */
#include "net/wire/sio.h"

#include <string.h>

static bool
feed_text (SioDecoder *decoder, const char *text, SioPacket **packet, GError **error)
{
  g_autofree uint8_t *copy = g_memdup2 (text, strlen (text));

  return sio_decoder_feed (decoder, copy, strlen (text), false, packet, error);
}

static bool
feed_bytes (SioDecoder *decoder, const char *bytes, SioPacket **packet, GError **error)
{
  g_autofree uint8_t *copy = g_memdup2 (bytes, strlen (bytes));

  return sio_decoder_feed (decoder, copy, strlen (bytes), true, packet, error);
}

/* Decodes a text that is a whole packet. */
static SioPacket *
decode (const char *text)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet;

  g_assert_true (feed_text (decoder, text, &packet, &error));
  g_assert_no_error (error);
  g_assert_nonnull (packet);
  return packet;
}

static const struct
{
  const char *name, *text;
  SioType type;
  const char *nsp;
  int64_t id;
  const char *data;
  const char *written; /* %NULL: the same */
} packets[] = {
  { "connect", "0", SIO_CONNECT, "/", SIO_NO_ID, NULL, NULL },
  { "connect-admin", "0/admin,", SIO_CONNECT, "/admin", SIO_NO_ID, NULL, NULL },
  { "connect-auth", "0/admin,{\"token\":\"123\"}", SIO_CONNECT, "/admin", SIO_NO_ID,
    "{\"token\":\"123\"}", NULL },
  { "connect-answer", "0{\"sid\":\"CjdVH4TQvovi1VvgAC5Z\"}", SIO_CONNECT, "/", SIO_NO_ID,
    "{\"sid\":\"CjdVH4TQvovi1VvgAC5Z\"}", NULL },
  { "connect-no-comma", "0/custom", SIO_CONNECT, "/custom", SIO_NO_ID, NULL, "0/custom," },
  { "connect-main-named", "0/,", SIO_CONNECT, "/", SIO_NO_ID, NULL, "0" },
  { "connect-query", "0/admin?token=1234&uid=abcd,", SIO_CONNECT, "/admin", SIO_NO_ID, NULL,
    "0/admin," },
  { "connect-query-slash", "0/?a=/b,{}", SIO_CONNECT, "/", SIO_NO_ID, "{}", "0{}" },
  { "disconnect", "1", SIO_DISCONNECT, "/", SIO_NO_ID, NULL, NULL },
  { "disconnect-admin", "1/admin,", SIO_DISCONNECT, "/admin", SIO_NO_ID, NULL, NULL },
  { "disconnect-no-comma", "1/custom", SIO_DISCONNECT, "/custom", SIO_NO_ID, NULL, "1/custom," },
  { "event", "2[\"foo\"]", SIO_EVENT, "/", SIO_NO_ID, "[\"foo\"]", NULL },
  { "event-arguments", "2[\"message\",1,\"2\",{\"3\":[true]}]", SIO_EVENT, "/", SIO_NO_ID,
    "[\"message\",1,\"2\",{\"3\":[true]}]", NULL },
  { "event-id", "212[\"foo\"]", SIO_EVENT, "/", 12, "[\"foo\"]", NULL },
  { "event-id-0", "20[\"foo\"]", SIO_EVENT, "/", 0, "[\"foo\"]", NULL },
  { "event-id-largest", "29007199254740991[\"foo\"]", SIO_EVENT, "/", INT64_C (9007199254740991),
    "[\"foo\"]", NULL },
  { "event-admin-id", "2/admin,456[\"project:delete\",123]", SIO_EVENT, "/admin", 456,
    "[\"project:delete\",123]", NULL },
  { "event-digit-namespace", "2/1,2[\"foo\"]", SIO_EVENT, "/1", 2, "[\"foo\"]", NULL },
  { "event-number-name", "2[1,2]", SIO_EVENT, "/", SIO_NO_ID, "[1,2]", NULL },
  { "event-real-name", "2[1.5]", SIO_EVENT, "/", SIO_NO_ID, "[1.5]", NULL },
  { "event-white-space", "2 [ \"foo\" , 1 ] ", SIO_EVENT, "/", SIO_NO_ID, "[\"foo\",1]",
    "2[\"foo\",1]" },
  { "event-no-placeholder", "2[\"a\",{\"_placeholder\":false,\"num\":7}]", SIO_EVENT, "/",
    SIO_NO_ID, "[\"a\",{\"_placeholder\":false,\"num\":7}]", NULL },
  { "ack", "312[\"bar\"]", SIO_ACK, "/", 12, "[\"bar\"]", NULL },
  { "ack-empty", "3/admin,456[]", SIO_ACK, "/admin", 456, "[]", NULL },
  { "connect-error", "4{\"message\":\"Not authorized\"}", SIO_CONNECT_ERROR, "/", SIO_NO_ID,
    "{\"message\":\"Not authorized\"}", NULL },
  { "connect-error-admin", "4/random,{\"message\":\"Invalid namespace\"}", SIO_CONNECT_ERROR,
    "/random", SIO_NO_ID, "{\"message\":\"Invalid namespace\"}", NULL },
  { "connect-error-string", "4\"Not authorized\"", SIO_CONNECT_ERROR, "/", SIO_NO_ID,
    "\"Not authorized\"", NULL },
};

static void
test_packet (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (SioPacket) packet = decode (packets[i].text);
  g_autofree char *json = packet->data != NULL ? json_value_to_string (packet->data) : NULL;
  g_autoptr (GString) written = g_string_new (NULL);

  g_assert_cmpint (packet->type, ==, packets[i].type);
  g_assert_cmpstr (packet->nsp, ==, packets[i].nsp);
  g_assert_cmpint (packet->id, ==, packets[i].id);
  g_assert_cmpstr (json, ==, packets[i].data);
  g_assert_null (packet->attachments);

  sio_packet_encode (packet, written);
  g_assert_cmpstr (written->str, ==,
                   packets[i].written != NULL ? packets[i].written : packets[i].text);
}

#define LONG_NAME                                                                                  \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                               \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct
{
  const char *name, *text;
  int code;
} refused[] = {
  { "empty", "", SIO_ERROR_EMPTY },
  { "type-7", "7", SIO_ERROR_TYPE },
  { "type-letter", "abc", SIO_ERROR_TYPE },
  { "type-space", " 2[\"a\"]", SIO_ERROR_TYPE },
  { "type-negative", "-1", SIO_ERROR_TYPE },
  { "namespace-long", "0/" LONG_NAME ",", SIO_ERROR_NAMESPACE },
  { "namespace-long-unended", "0/" LONG_NAME, SIO_ERROR_NAMESPACE },
  { "namespace-bad-utf-8", "0/\xff,", SIO_ERROR_NAMESPACE },
  { "namespace-no-slash", "0admin,", SIO_ERROR_PAYLOAD },
  { "connect-id", "01", SIO_ERROR_ID },
  { "connect-id-payload", "01{}", SIO_ERROR_ID },
  { "connect-array", "0[]", SIO_ERROR_PAYLOAD },
  { "connect-string", "0\"token\"", SIO_ERROR_PAYLOAD },
  { "connect-null", "0null", SIO_ERROR_PAYLOAD },
  { "connect-not-json", "0{", SIO_ERROR_PAYLOAD },
  { "connect-trailing", "0{}{}", SIO_ERROR_PAYLOAD },
  { "disconnect-id", "112", SIO_ERROR_ID },
  { "disconnect-payload", "1{}", SIO_ERROR_PAYLOAD },
  { "disconnect-payload-admin", "1/admin,[]", SIO_ERROR_PAYLOAD },
  { "event-nothing", "2", SIO_ERROR_PAYLOAD },
  { "event-namespace-alone", "2/admin", SIO_ERROR_PAYLOAD },
  { "event-id-alone", "212", SIO_ERROR_PAYLOAD },
  { "event-empty", "2[]", SIO_ERROR_PAYLOAD },
  { "event-object", "2{}", SIO_ERROR_PAYLOAD },
  { "event-string", "2\"foo\"", SIO_ERROR_PAYLOAD },
  { "event-null", "2null", SIO_ERROR_PAYLOAD },
  { "event-name-null", "2[null]", SIO_ERROR_PAYLOAD },
  { "event-name-object", "2[{}]", SIO_ERROR_PAYLOAD },
  { "event-name-boolean", "2[true]", SIO_ERROR_PAYLOAD },
  { "event-name-placeholder", "2[{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_PAYLOAD },
  { "event-not-json", "2[\"foo\"", SIO_ERROR_PAYLOAD },
  { "event-trailing", "2[\"foo\"]x", SIO_ERROR_PAYLOAD },
  { "event-bad-utf-8", "2[\"\xff\"]", SIO_ERROR_PAYLOAD },
  { "event-id-negative", "2-1[\"foo\"]", SIO_ERROR_PAYLOAD },
  { "event-id-letters", "2abc[\"foo\"]", SIO_ERROR_PAYLOAD },
  { "event-id-leading-zero", "201[\"foo\"]", SIO_ERROR_ID },
  { "event-id-2-53", "29007199254740992[\"foo\"]", SIO_ERROR_ID },
  { "event-id-overflow", "2999999999999999999999999999999[\"foo\"]", SIO_ERROR_ID },
  { "event-reserved-connect", "2[\"connect\"]", SIO_ERROR_PAYLOAD },
  { "event-reserved-connect-error", "2[\"connect_error\"]", SIO_ERROR_PAYLOAD },
  { "event-reserved-disconnect", "2[\"disconnect\"]", SIO_ERROR_PAYLOAD },
  { "event-reserved-disconnecting", "2[\"disconnecting\"]", SIO_ERROR_PAYLOAD },
  { "event-reserved-new-listener", "2[\"newListener\"]", SIO_ERROR_PAYLOAD },
  { "event-reserved-remove-listener", "2[\"removeListener\",1]", SIO_ERROR_PAYLOAD },
  { "event-reserved-binary", "51-[\"connect\",{\"_placeholder\":true,\"num\":0}]",
    SIO_ERROR_PAYLOAD },
  { "event-placeholder", "2[\"a\",{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ATTACHMENTS },
  { "event-placeholder-deep", "2[\"a\",[{\"b\":{\"_placeholder\":true}}]]", SIO_ERROR_ATTACHMENTS },
  { "event-attachments", "21-[\"a\"]", SIO_ERROR_PAYLOAD },
  { "ack-no-id", "3[\"bar\"]", SIO_ERROR_ID },
  { "ack-nothing", "3", SIO_ERROR_ID },
  { "ack-id-alone", "312", SIO_ERROR_PAYLOAD },
  { "ack-object", "312{}", SIO_ERROR_PAYLOAD },
  { "ack-string", "312\"bar\"", SIO_ERROR_PAYLOAD },
  { "connect-error-nothing", "4", SIO_ERROR_PAYLOAD },
  { "connect-error-array", "4[]", SIO_ERROR_PAYLOAD },
  { "connect-error-null", "4null", SIO_ERROR_PAYLOAD },
  { "connect-error-id", "412{}", SIO_ERROR_ID },
  { "binary-no-count", "5[\"a\",{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ATTACHMENTS },
  { "binary-nothing", "5", SIO_ERROR_ATTACHMENTS },
  { "binary-dash-alone", "5-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-no-dash", "51[\"a\",{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ATTACHMENTS },
  { "binary-count-unended", "51", SIO_ERROR_ATTACHMENTS },
  { "binary-count-0", "50-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-count-leading-zero", "501-[\"a\",{\"_placeholder\":true,\"num\":0}]",
    SIO_ERROR_ATTACHMENTS },
  { "binary-count-17", "517-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-count-overflow", "599999999999999999999-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-count-real", "51.5-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-num-missing", "51-[\"a\",{\"_placeholder\":true}]", SIO_ERROR_ATTACHMENTS },
  { "binary-num-string", "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]",
    SIO_ERROR_ATTACHMENTS },
  { "binary-num-real", "51-[\"a\",{\"_placeholder\":true,\"num\":0.0}]", SIO_ERROR_ATTACHMENTS },
  { "binary-num-negative", "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]", SIO_ERROR_ATTACHMENTS },
  { "binary-num-beyond", "51-[\"a\",{\"_placeholder\":true,\"num\":1}]", SIO_ERROR_ATTACHMENTS },
  { "binary-num-prototype", "51-[\"a\",{\"_placeholder\":true,\"num\":\"splice\"}]",
    SIO_ERROR_ATTACHMENTS },
  { "binary-no-placeholder", "51-[\"a\"]", SIO_ERROR_ATTACHMENTS },
  { "binary-one-of-two", "52-[\"a\",{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ATTACHMENTS },
  { "binary-no-payload", "51-", SIO_ERROR_PAYLOAD },
  { "binary-ack-no-id", "61-[{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ID },
  { "binary-ack-no-count", "6[{\"_placeholder\":true,\"num\":0}]", SIO_ERROR_ATTACHMENTS },
};

static void
test_refused (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet = NULL;

  g_assert_false (feed_text (decoder, refused[i].text, &packet, &error));
  g_assert_error (error, SIO_ERROR, refused[i].code);
  g_assert_cmpstr (error->message, !=, "");
  g_assert_null (packet);

  /* The connection is broken: what comes after is not read. */
  g_clear_error (&error);
  g_assert_false (feed_text (decoder, "2[\"fine\"]", &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_UNEXPECTED);
  g_assert_null (packet);
}

/* No bytes at all, as an empty frame may be handed over. */
static void
test_null (void)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet;

  g_assert_false (sio_decoder_feed (decoder, NULL, 0, false, &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_EMPTY);
}

static void
test_namespace_limit (void)
{
  /* Its slash makes one byte; a query is not counted. */
  g_autofree char *name = g_strndup ("/" LONG_NAME, SIO_NAMESPACE_MAX);
  g_autofree char *text = g_strconcat ("0", name, "?", LONG_NAME, ",", NULL);
  g_autoptr (SioPacket) packet = decode (text);

  g_assert_cmpstr (packet->nsp, ==, name);
}

static void
assert_attachment (const SioPacket *packet, unsigned index, const char *expected)
{
  GBytes *bytes = g_ptr_array_index (packet->attachments, index);
  size_t size;
  const void *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, expected, strlen (expected));
}

/* The document's binary event: text, then the attachments in order. */
static void
test_binary_event (void)
{
  const char text[] = "52-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":1},"
                      "{\"deep\":[{\"_placeholder\":true,\"num\":0}]}]";
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (SioPacket) packet = NULL;
  g_autoptr (GString) written = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const JsonValue *deep;

  g_assert_true (feed_text (decoder, text, &packet, &error));
  g_assert_null (packet);
  g_assert_true (feed_bytes (decoder, "first", &packet, &error));
  g_assert_null (packet);
  g_assert_true (feed_bytes (decoder, "", &packet, &error));
  g_assert_no_error (error);

  g_assert_cmpint (packet->type, ==, SIO_EVENT);
  g_assert_cmpstr (packet->nsp, ==, "/admin");
  g_assert_cmpint (packet->id, ==, 7);
  g_assert_cmpstr (sio_packet_event_name (packet), ==, "baz");
  g_assert_cmpuint (packet->attachments->len, ==, 2);
  assert_attachment (packet, 0, "first");
  assert_attachment (packet, 1, "");

  g_assert_true (sio_packet_attachment (packet, sio_packet_argument (packet, 0)) ==
                 g_ptr_array_index (packet->attachments, 1));
  deep = json_object_find (sio_packet_argument (packet, 1), "deep");
  g_assert_true (sio_packet_attachment (packet, json_array_at (deep, 0)) ==
                 g_ptr_array_index (packet->attachments, 0));
  g_assert_null (sio_packet_attachment (packet, deep));
  g_assert_null (sio_packet_attachment (packet, NULL));

  sio_packet_encode (packet, written);
  g_assert_cmpstr (written->str, ==, text);

  /* The decoder is ready for the next one. */
  g_clear_pointer (&packet, sio_packet_free);
  g_assert_true (feed_text (decoder, "2[\"next\"]", &packet, &error));
  g_assert_cmpstr (sio_packet_event_name (packet), ==, "next");
}

static void
test_binary_ack (void)
{
  const char text[] = "61-456[{\"_placeholder\":true,\"num\":0}]";
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (SioPacket) packet = NULL;
  g_autoptr (GString) written = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_text (decoder, text, &packet, &error));
  g_assert_null (packet);
  g_assert_true (feed_bytes (decoder, "\x01\x02\x03", &packet, &error));
  g_assert_no_error (error);
  g_assert_cmpint (packet->type, ==, SIO_ACK);
  g_assert_cmpint (packet->id, ==, 456);
  assert_attachment (packet, 0, "\x01\x02\x03");
  g_assert_null (sio_packet_event_name (packet));
  g_assert_nonnull (sio_packet_attachment (packet, sio_packet_argument (packet, 0)));
  g_assert_null (sio_packet_argument (packet, 1));

  sio_packet_encode (packet, written);
  g_assert_cmpstr (written->str, ==, text);
}

/* An attachment may stand in two places. */
static void
test_placeholder_twice (void)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (SioPacket) packet = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      feed_text (decoder,
                 "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
                 &packet, &error));
  g_assert_true (feed_bytes (decoder, "x", &packet, &error));
  g_assert_no_error (error);
  g_assert_true (sio_packet_attachment (packet, sio_packet_argument (packet, 0)) ==
                 sio_packet_attachment (packet, sio_packet_argument (packet, 1)));
}

static void
test_text_while_attachments_are_due (void)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet;

  g_assert_true (
      feed_text (decoder, "51-[\"a\",{\"_placeholder\":true,\"num\":0}]", &packet, &error));
  g_assert_false (feed_text (decoder, "2[\"b\"]", &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_UNEXPECTED);
  g_assert_null (packet);
}

static void
test_unexpected_attachment (void)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet;

  g_assert_false (feed_bytes (decoder, "x", &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_UNEXPECTED);
  g_assert_null (packet);
}

/* A decoder that is let go in the middle of a packet leaves nothing behind. */
static void
test_free_while_attachments_are_due (void)
{
  SioDecoder *decoder = sio_decoder_new (0, 0);
  SioPacket *packet;

  g_assert_true (
      feed_text (decoder,
                 "52-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
                 &packet, NULL));
  g_assert_true (feed_bytes (decoder, "x", &packet, NULL));
  g_assert_null (packet);
  sio_decoder_free (decoder);
}

static void
test_attachment_limit (void)
{
  const char text[] =
      "52-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]";
  g_autoptr (SioDecoder) one = sio_decoder_new (1, 0);
  g_autoptr (SioDecoder) two = sio_decoder_new (2, 0);
  g_autoptr (GError) error = NULL;
  SioPacket *packet;

  g_assert_true (feed_text (two, text, &packet, &error));
  g_assert_no_error (error);
  g_assert_false (feed_text (one, text, &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_ATTACHMENTS);
}

static void
test_byte_limit_of_text (void)
{
  g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 8);
  g_autoptr (SioPacket) packet = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_text (decoder, "2[\"foo\"]", &packet, &error));
  g_assert_no_error (error);
  g_clear_pointer (&packet, sio_packet_free);
  /* The limit is one packet's, not the connection's. */
  g_assert_true (feed_text (decoder, "2[\"bar\"]", &packet, &error));
  g_assert_no_error (error);
  g_clear_pointer (&packet, sio_packet_free);
  g_assert_false (feed_text (decoder, "2[\"fooo\"]", &packet, &error));
  g_assert_error (error, SIO_ERROR, SIO_ERROR_PAYLOAD);
}

static void
test_byte_limit_of_attachments (void)
{
  const char text[] =
      "52-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]";

  for (size_t room = 0; room < 8; room++)
    {
      g_autoptr (SioDecoder) decoder = sio_decoder_new (0, strlen (text) + room);
      g_autoptr (SioPacket) packet = NULL;
      g_autoptr (GError) error = NULL;
      bool fits;

      g_assert_true (feed_text (decoder, text, &packet, &error));
      fits = feed_bytes (decoder, "abc", &packet, &error) &&
             feed_bytes (decoder, "def", &packet, &error);
      g_assert_cmpint (fits, ==, room >= 6);
      if (fits)
        g_assert_cmpuint (packet->attachments->len, ==, 2);
      else
        g_assert_error (error, SIO_ERROR, SIO_ERROR_ATTACHMENTS);
    }
}

static void
test_new_event (void)
{
  g_autoptr (SioPacket) packet = sio_packet_new_event ("/", 3, "seek", json_new_object ());
  g_autoptr (SioPacket) bare = sio_packet_new_event (NULL, SIO_NO_ID, "leave", NULL);
  g_autoptr (GString) text = g_string_new ("4");

  g_assert_cmpstr (sio_packet_event_name (packet), ==, "seek");
  g_assert_cmpint (json_value_get_type (sio_packet_argument (packet, 0)), ==, JSON_TYPE_OBJECT);
  g_assert_null (sio_packet_argument (packet, 1));
  g_assert_null (sio_packet_argument (bare, 0));

  sio_packet_encode (packet, text);
  g_string_append_c (text, ' ');
  sio_packet_encode (bare, text);
  g_assert_cmpstr (text->str, ==, "423[\"seek\",{}] 2[\"leave\"]");
}

/* The type on the wire follows from the attachments, whatever the packet was called. */
static void
test_type_on_the_wire (void)
{
  const struct
  {
    SioType type;
    bool attachment;
    char expected;
  } cases[] = { { SIO_EVENT, false, '2' },        { SIO_EVENT, true, '5' },
                { SIO_BINARY_EVENT, false, '2' }, { SIO_BINARY_EVENT, true, '5' },
                { SIO_ACK, false, '3' },          { SIO_ACK, true, '6' },
                { SIO_BINARY_ACK, false, '3' },   { SIO_BINARY_ACK, true, '6' } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GPtrArray *attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      JsonValue *data = json_new_array ();
      g_autoptr (SioPacket) packet = NULL;
      g_autoptr (GString) text = g_string_new (NULL);

      json_array_add (data, json_new_string ("a"));
      if (cases[i].attachment)
        {
          json_array_add (data, sio_placeholder_new (0));
          g_ptr_array_add (attachments, g_bytes_new ("x", 1));
        }
      packet = sio_packet_new (cases[i].type, "/", 1, data, attachments);
      sio_packet_encode (packet, text);
      g_assert_cmpint (text->str[0], ==, cases[i].expected);
      g_assert_cmpstr (text->str + 1, ==,
                       cases[i].attachment ? "1-1[\"a\",{\"_placeholder\":true,\"num\":0}]"
                                           : "1[\"a\"]");
    }
}

/* Packets made at random come out as they went in. */
static void
test_round_trip (void)
{
  static const char *const namespaces[] = { "/", "/admin", "/caf\u00e9", "/a/b-1" };

  for (unsigned round = 0; round < 2000; round++)
    {
      unsigned count = (unsigned) g_test_rand_int_range (0, 5);
      bool ack = g_test_rand_bit ();
      int64_t id =
          ack || g_test_rand_bit () ? (int64_t) (guint32) g_test_rand_int () << 21 : SIO_NO_ID;
      GPtrArray *attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      JsonValue *data = json_new_array ();
      g_autoptr (SioDecoder) decoder = sio_decoder_new (0, 0);
      g_autoptr (SioPacket) sent = NULL;
      g_autoptr (SioPacket) received = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) again = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      json_array_add (data, json_new_string ("name"));
      for (unsigned i = 0; i < count; i++)
        {
          guint32 number = (guint32) g_test_rand_int ();

          json_array_add (data, sio_placeholder_new (i));
          g_ptr_array_add (attachments, g_bytes_new (&number, number % 5));
        }
      sent = sio_packet_new (ack ? SIO_ACK : SIO_EVENT,
                             namespaces[g_test_rand_int_range (0, G_N_ELEMENTS (namespaces))], id,
                             data, attachments);

      sio_packet_encode (sent, text);
      g_assert_true (feed_text (decoder, text->str, &received, &error));
      for (unsigned i = 0; i < count; i++)
        {
          GBytes *bytes = g_ptr_array_index (attachments, i);

          g_assert_null (received);
          g_assert_true (sio_decoder_feed (decoder, g_bytes_get_data (bytes, NULL),
                                           g_bytes_get_size (bytes), true, &received, &error));
        }
      g_assert_no_error (error);
      g_assert_nonnull (received);
      g_assert_cmpint (received->type, ==, sent->type);
      g_assert_cmpstr (received->nsp, ==, sent->nsp);
      g_assert_cmpint (received->id, ==, id);
      for (unsigned i = 0; i < count; i++)
        g_assert_true (g_bytes_equal (g_ptr_array_index (received->attachments, i),
                                      g_ptr_array_index (attachments, i)));
      sio_packet_encode (received, again);
      g_assert_cmpstr (again->str, ==, text->str);
    }
}

static void
add (const char *group, const char *name, size_t index, GTestDataFunc func)
{
  g_autofree char *path = g_strconcat ("/sio/", group, "/", name, NULL);

  g_test_add_data_func (path, GSIZE_TO_POINTER (index), func);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (packets); i++)
    add ("packet", packets[i].name, i, test_packet);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    add ("refused", refused[i].name, i, test_refused);
  g_test_add_func ("/sio/null", test_null);
  g_test_add_func ("/sio/namespace-limit", test_namespace_limit);
  g_test_add_func ("/sio/binary-event", test_binary_event);
  g_test_add_func ("/sio/binary-ack", test_binary_ack);
  g_test_add_func ("/sio/placeholder-twice", test_placeholder_twice);
  g_test_add_func ("/sio/text-while-attachments-are-due", test_text_while_attachments_are_due);
  g_test_add_func ("/sio/unexpected-attachment", test_unexpected_attachment);
  g_test_add_func ("/sio/free-while-attachments-are-due", test_free_while_attachments_are_due);
  g_test_add_func ("/sio/attachment-limit", test_attachment_limit);
  g_test_add_func ("/sio/byte-limit-of-text", test_byte_limit_of_text);
  g_test_add_func ("/sio/byte-limit-of-attachments", test_byte_limit_of_attachments);
  g_test_add_func ("/sio/new-event", test_new_event);
  g_test_add_func ("/sio/type-on-the-wire", test_type_on_the_wire);
  g_test_add_func ("/sio/round-trip", test_round_trip);
  return g_test_run ();
}

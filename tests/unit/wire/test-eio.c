/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO 4: the examples of the protocol document, what must be refused, and that what is
 * written reads back the same. Input is copied to memory of its very size, so that AddressSanitizer
 * sees a byte read beyond it. */
#include "net/wire/eio.h"
#include "net/wire/text.h"

#include <string.h>

#define BYTES(literal) (const uint8_t *) (literal), sizeof (literal) - 1

static const struct
{
  const char *name, *text;
  EioType type;
  const char *data;
} packets[] = {
  { "open", "0{\"sid\":\"a\"}", EIO_OPEN, "{\"sid\":\"a\"}" },
  { "close", "1", EIO_CLOSE, "" },
  { "ping", "2", EIO_PING, "" },
  { "ping-probe", "2probe", EIO_PING, "probe" },
  { "pong", "3", EIO_PONG, "" },
  { "pong-probe", "3probe", EIO_PONG, "probe" },
  { "message-empty", "4", EIO_MESSAGE, "" },
  { "message", "4hello", EIO_MESSAGE, "hello" },
  { "message-utf-8", "4h\u00e9\u20ac\U0001f984", EIO_MESSAGE, "h\u00e9\u20ac\U0001f984" },
  { "upgrade", "5", EIO_UPGRADE, "" },
  { "noop", "6", EIO_NOOP, "" },
};

static void
test_packet (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  size_t size = strlen (packets[i].text);
  g_autofree uint8_t *copy = g_memdup2 (packets[i].text, size);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  EioPacket packet;

  g_assert_true (eio_packet_decode (copy, size, false, &packet, &error));
  g_assert_no_error (error);
  g_assert_cmpint (packet.type, ==, packets[i].type);
  g_assert_false (packet.binary);
  g_assert_cmpmem (packet.data, packet.size, packets[i].data, strlen (packets[i].data));

  eio_packet_encode (&packet, out);
  g_assert_cmpmem (out->data, out->len, copy, size);
}

static const struct
{
  const char *name;
  const uint8_t *bytes;
  size_t size;
  int code;
} refused_packets[] = {
  { "empty", BYTES (""), EIO_ERROR_EMPTY },
  { "type-7", BYTES ("7"), EIO_ERROR_TYPE },
  { "type-letter", BYTES ("abc"), EIO_ERROR_TYPE },
  { "type-slash", BYTES ("/"), EIO_ERROR_TYPE },
  { "type-nul", BYTES ("\0"), EIO_ERROR_TYPE },
  { "type-high", BYTES ("\xff"), EIO_ERROR_TYPE },
  { "type-space", BYTES (" 4"), EIO_ERROR_TYPE },
  { "revision-3-length", BYTES (":4hello"), EIO_ERROR_TYPE },
  { "base64-outside-a-payload", BYTES ("bAQIDBA=="), EIO_ERROR_TYPE },
  { "lone-continuation", BYTES ("4\x80"), EIO_ERROR_UTF8 },
  { "cut-sequence", BYTES ("4\xe2\x82"), EIO_ERROR_UTF8 },
  { "overlong", BYTES ("4\xc0\xaf"), EIO_ERROR_UTF8 },
  { "surrogate", BYTES ("4\xed\xa0\x80"), EIO_ERROR_UTF8 },
  { "beyond-unicode", BYTES ("4\xf4\x90\x80\x80"), EIO_ERROR_UTF8 },
  { "bad-behind-nul", BYTES ("4a\0\xff"), EIO_ERROR_UTF8 },
  { "bad-in-ping", BYTES ("2\xff"), EIO_ERROR_UTF8 },
};

static void
test_refused_packet (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autofree uint8_t *copy = g_memdup2 (refused_packets[i].bytes, refused_packets[i].size);
  g_autoptr (GError) error = NULL;
  EioPacket packet;

  g_assert_false (eio_packet_decode (copy, refused_packets[i].size, false, &packet, &error));
  g_assert_error (error, EIO_ERROR, refused_packets[i].code);
  g_assert_cmpstr (error->message, !=, "");
}

/* U+0000 is text like any other. */
static void
test_packet_with_nul (void)
{
  g_autofree uint8_t *copy = g_memdup2 ("4\0a\0", 4);
  g_autoptr (GError) error = NULL;
  EioPacket packet;

  g_assert_true (eio_packet_decode (copy, 4, false, &packet, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (packet.data, packet.size, "\0a\0", 3);
}

/* No bytes at all, as an empty frame or body may be handed over. */
static void
test_null (void)
{
  g_autoptr (GError) error = NULL;
  EioHandshake handshake;
  EioPacket packet;

  g_assert_true (eio_packet_decode (NULL, 0, true, &packet, NULL));
  g_assert_cmpuint (packet.size, ==, 0);
  g_assert_false (eio_packet_decode (NULL, 0, false, &packet, &error));
  g_assert_error (error, EIO_ERROR, EIO_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_null (eio_payload_decode (NULL, 0, 0, &error));
  g_assert_error (error, EIO_ERROR, EIO_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_false (eio_handshake_decode (NULL, 0, &handshake, &error));
  g_assert_error (error, EIO_ERROR, EIO_ERROR_HANDSHAKE);
}

/* A binary frame is a message's bytes, whatever they are. */
static void
test_binary_packet (void)
{
  const uint8_t bytes[] = { 0x01, 0x00, 0xff, 0x1e };

  for (size_t size = 0; size <= sizeof bytes; size++)
    {
      g_autofree uint8_t *copy = g_memdup2 (bytes, size);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      EioPacket packet;

      g_assert_true (eio_packet_decode (copy, size, true, &packet, &error));
      g_assert_no_error (error);
      g_assert_cmpint (packet.type, ==, EIO_MESSAGE);
      g_assert_true (packet.binary);
      g_assert_cmpmem (packet.data, packet.size, bytes, size);

      eio_packet_encode (&packet, out);
      g_assert_cmpmem (out->data, out->len, bytes, size);
    }
}

static EioPayload *
decode (const char *text, size_t max_size, GError **error)
{
  g_autofree uint8_t *copy = g_memdup2 (text, strlen (text));

  return eio_payload_decode (copy, strlen (text), max_size, error);
}

static void
assert_packet (const EioPayload *payload, size_t index, EioPacket expected)
{
  EioPacket packet = eio_payload_get (payload, index);

  g_assert_cmpint (packet.type, ==, expected.type);
  g_assert_cmpint (packet.binary, ==, expected.binary);
  g_assert_cmpmem (packet.data, packet.size, expected.data, expected.size);
}

/* Payloads, and how many packets they hold; each is written again as it was. */
static const struct
{
  const char *name, *text;
  size_t length;
} payloads[] = {
  { "one", "4hello", 1 },
  { "document", "4hello\x1e\x32\x1e\x34world", 3 },
  { "three", "4test1\x1e\x34test2\x1e\x34test3", 3 },
  { "binary",
    "4hello\x1e"
    "bAQIDBA==",
    2 },
  { "binary-first", "bAQIDBA==\x1e\x34hello", 2 },
  { "binary-empty", "b", 1 },
  { "binary-padding-1", "bAQI=", 1 },
  { "binary-no-padding", "bAQID", 1 },
  { "binary-alphabet", "bAPz9+/8+AP/w", 1 },
  { "heartbeat", "2\x1e\x33\x1e\x36\x1e\x31", 4 },
  { "empty-messages", "4\x1e\x34\x1e\x34", 3 },
};

static void
test_payload (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  const char *text = payloads[i].text;
  g_autoptr (GError) error = NULL;
  g_autoptr (EioPayload) payload = decode (text, strlen (text), &error);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_no_error (error);
  g_assert_cmpuint (eio_payload_length (payload), ==, payloads[i].length);
  for (size_t j = 0; j < eio_payload_length (payload); j++)
    {
      EioPacket packet = eio_payload_get (payload, j);
      size_t expected = out->len + eio_payload_append_size (out->len, &packet);

      eio_payload_append (out, &packet);
      g_assert_cmpuint (out->len, ==, expected);
    }
  g_assert_cmpmem (out->data, out->len, text, strlen (text));
}

static void
test_payload_views (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EioPayload) payload = decode ("4h\u00e9\x1e"
                                           "bAQIDBA==\x1e\x32probe",
                                           0, &error);
  const uint8_t binary[] = { 1, 2, 3, 4 };

  g_assert_no_error (error);
  g_assert_cmpuint (eio_payload_length (payload), ==, 3);
  assert_packet (payload, 0, (EioPacket){ EIO_MESSAGE, false, (const uint8_t *) "h\u00e9", 3 });
  assert_packet (payload, 1, (EioPacket){ EIO_MESSAGE, true, binary, sizeof binary });
  assert_packet (payload, 2, (EioPacket){ EIO_PING, false, (const uint8_t *) "probe", 5 });
}

static const struct
{
  const char *name, *text;
  int code;
} refused_payloads[] = {
  { "empty", "", EIO_ERROR_EMPTY },
  { "separator-alone", "\x1e", EIO_ERROR_EMPTY },
  { "separator-first", "\x1e\x34hello", EIO_ERROR_EMPTY },
  { "separator-last", "4hello\x1e", EIO_ERROR_EMPTY },
  { "separator-twice", "4hello\x1e\x1e\x34world", EIO_ERROR_EMPTY },
  { "unknown-type", "abc", EIO_ERROR_TYPE },
  { "unknown-type-second", "4hello\x1e\x37", EIO_ERROR_TYPE },
  { "bad-utf-8", "4hello\x1e\x34\xff", EIO_ERROR_UTF8 },
  { "base64-length-1", "bA", EIO_ERROR_BASE64 },
  { "base64-no-padding", "bAQIDBA", EIO_ERROR_BASE64 },
  { "base64-half-padding", "bAQIDBA=", EIO_ERROR_BASE64 },
  { "base64-padding-alone", "b====", EIO_ERROR_BASE64 },
  { "base64-padding-3", "bA===", EIO_ERROR_BASE64 },
  { "base64-padding-inside", "bAQ==AQID", EIO_ERROR_BASE64 },
  { "base64-padding-split", "bAQ=D", EIO_ERROR_BASE64 },
  { "base64-stray-bits-4", "bAR==", EIO_ERROR_BASE64 },
  { "base64-stray-bits-2", "bAQJ=", EIO_ERROR_BASE64 },
  { "base64-url", "b-_-_", EIO_ERROR_BASE64 },
  { "base64-space", "bAQ D", EIO_ERROR_BASE64 },
  { "base64-line-break", "bAQID\nAQID", EIO_ERROR_BASE64 },
  { "base64-revision-3", "b4AQIDBA==", EIO_ERROR_BASE64 },
};

static void
test_refused_payload (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (refused_payloads[i].text, 0, &error));
  g_assert_error (error, EIO_ERROR, refused_payloads[i].code);
  g_assert_cmpstr (error->message, !=, "");
}

static void
test_payload_limit (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EioPayload) fits = decode ("4hello", 6, &error);

  g_assert_no_error (error);
  g_assert_nonnull (fits);
  g_assert_null (decode ("4hello", 5, &error));
  g_assert_error (error, EIO_ERROR, EIO_ERROR_TOO_LARGE);
}

/* Any packets without a separator inside a text come out as they went in. */
static void
test_payload_round_trip (void)
{
  for (unsigned round = 0; round < 2000; round++)
    {
      unsigned length = (unsigned) g_test_rand_int_range (1, 6);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (EioPayload) payload = NULL;
      g_autoptr (GError) error = NULL;
      uint8_t contents[5][16];
      EioPacket sent[5];

      for (unsigned i = 0; i < length; i++)
        {
          sent[i].binary = g_test_rand_bit ();
          sent[i].type = sent[i].binary ? EIO_MESSAGE : (EioType) g_test_rand_int_range (0, 7);
          sent[i].data = contents[i];
          sent[i].size = (size_t) g_test_rand_int_range (0, sizeof contents[i] + 1);
          for (size_t j = 0; j < sent[i].size; j++)
            contents[i][j] = (uint8_t) (sent[i].binary ? g_test_rand_int_range (0, 256)
                                                       : g_test_rand_int_range (0x20, 0x7f));
          eio_payload_append (bytes, &sent[i]);
        }

      payload = eio_payload_decode (bytes->data, bytes->len, bytes->len, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (eio_payload_length (payload), ==, length);
      for (unsigned i = 0; i < length; i++)
        assert_packet (payload, i, sent[i]);
    }
}

/* Every text of four letters is either refused or written again as it was. */
static void
test_base64_is_canonical (void)
{
  static const char letters[] = "AQgw/+=_ \n";
  const size_t count = sizeof letters - 1;

  for (size_t number = 0; number < count * count * count * count; number++)
    {
      uint8_t text[4], bytes[3];
      size_t rest = number, size;

      for (size_t i = 0; i < 4; i++, rest /= count)
        text[i] = (uint8_t) letters[rest % count];
      if (text_base64_decode (text, sizeof text, bytes, &size))
        {
          g_autofree char *again = g_base64_encode (bytes, size);

          g_assert_cmpmem (again, strlen (again), text, sizeof text);
          g_assert_cmpuint (text_base64_size (size), ==, sizeof text);
        }
    }
}

static void
test_handshake (void)
{
  /* The example of the protocol document. */
  const char text[] = "{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":[\"websocket\"],"
                      "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}";
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;
  EioHandshake handshake;

  g_assert_true (eio_handshake_decode (BYTES (text), &handshake, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (handshake.sid, ==, "lv_VI97HAXpY6yYWAAAC");
  g_assert_cmpuint (g_strv_length (handshake.upgrades), ==, 1);
  g_assert_cmpstr (handshake.upgrades[0], ==, "websocket");
  g_assert_cmpuint (handshake.ping_interval_ms, ==, 25000);
  g_assert_cmpuint (handshake.ping_timeout_ms, ==, 20000);
  g_assert_cmpuint (handshake.max_payload_bytes, ==, 1000000);

  again = eio_handshake_encode (&handshake);
  g_assert_cmpstr (again, ==, text);
  eio_handshake_clear (&handshake);
  g_assert_null (handshake.sid);
  g_assert_null (handshake.upgrades);
}

static void
test_handshake_without_upgrades (void)
{
  const EioHandshake handshake = {
    .sid = (char *) "a", .ping_interval_ms = 1, .ping_timeout_ms = 2, .max_payload_bytes = 3
  };
  g_autofree char *text = eio_handshake_encode (&handshake);
  g_autoptr (GError) error = NULL;
  EioHandshake read;

  g_assert_cmpstr (
      text, ==,
      "{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":2,\"maxPayload\":3}");
  g_assert_true (eio_handshake_decode ((const uint8_t *) text, strlen (text), &read, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (read.upgrades), ==, 0);
  eio_handshake_clear (&read);
}

/* One member of a handshake that is otherwise right. */
static const struct
{
  const char *name, *key, *value;
  bool good;
} handshake_members[] = {
  { "sid-missing", "sid", NULL, false },
  { "sid-number", "sid", "1", false },
  { "sid-empty", "sid", "\"\"", false },
  { "sid-slash", "sid", "\"a/b\"", false },
  { "sid-ampersand", "sid", "\"a&b\"", false },
  { "sid-line-break", "sid", "\"a\\r\\nb\"", false },
  { "sid-64", "sid", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"", true },
  { "sid-65", "sid", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0\"",
    false },
  { "sid-unreserved", "sid", "\"Az09-._~\"", true },
  { "upgrades-missing", "upgrades", NULL, false },
  { "upgrades-string", "upgrades", "\"websocket\"", false },
  { "upgrades-object", "upgrades", "{}", false },
  { "upgrades-of-numbers", "upgrades", "[1]", false },
  { "upgrades-several", "upgrades", "[\"websocket\",\"webtransport\"]", true },
  { "upgrades-many", "upgrades", "[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]", false },
  { "interval-missing", "pingInterval", NULL, false },
  { "interval-zero", "pingInterval", "0", false },
  { "interval-negative", "pingInterval", "-1", false },
  { "interval-real", "pingInterval", "1.5", false },
  { "interval-string", "pingInterval", "\"1\"", false },
  { "interval-large", "pingInterval", "2147483648", false },
  { "timeout-missing", "pingTimeout", NULL, false },
  { "timeout-zero", "pingTimeout", "0", false },
  { "payload-missing", "maxPayload", NULL, false },
  { "payload-zero", "maxPayload", "0", false },
  { "payload-null", "maxPayload", "null", false },
  { "unknown-member", "other", "[]", true },
};

static void
test_handshake_member (gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);
  static const char *const members[][2] = {
    { "sid", "\"a\"" },     { "upgrades", "[]" },  { "pingInterval", "1" },
    { "pingTimeout", "1" }, { "maxPayload", "1" },
  };
  g_autoptr (GString) text = g_string_new ("{\"zero\":0");
  g_autoptr (GError) error = NULL;
  EioHandshake handshake;

  for (size_t j = 0; j < G_N_ELEMENTS (members); j++)
    {
      if (strcmp (members[j][0], handshake_members[i].key) != 0)
        g_string_append_printf (text, ",\"%s\":%s", members[j][0], members[j][1]);
    }
  if (handshake_members[i].value != NULL)
    g_string_append_printf (text, ",\"%s\":%s", handshake_members[i].key,
                            handshake_members[i].value);
  g_string_append_c (text, '}');

  if (handshake_members[i].good)
    {
      g_assert_true (
          eio_handshake_decode ((const uint8_t *) text->str, text->len, &handshake, &error));
      g_assert_no_error (error);
    }
  else
    {
      g_assert_false (
          eio_handshake_decode ((const uint8_t *) text->str, text->len, &handshake, &error));
      g_assert_error (error, EIO_ERROR, EIO_ERROR_HANDSHAKE);
      g_assert_null (handshake.sid);
      g_assert_null (handshake.upgrades);
      if (strcmp (handshake_members[i].key, "other") != 0)
        g_assert_nonnull (strstr (error->message, handshake_members[i].key));
    }
  eio_handshake_clear (&handshake);
}

static void
test_handshake_not_an_object (void)
{
  const char *const texts[] = { "", "{", "[]", "null", "\"sid\"", "1" };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      EioHandshake handshake;

      g_assert_false (
          eio_handshake_decode ((const uint8_t *) texts[i], strlen (texts[i]), &handshake, &error));
      g_assert_error (error, EIO_ERROR, EIO_ERROR_HANDSHAKE);
    }
}

static void
add (const char *group, const char *name, size_t index, GTestDataFunc func)
{
  g_autofree char *path = g_strconcat ("/eio/", group, "/", name, NULL);

  g_test_add_data_func (path, GSIZE_TO_POINTER (index), func);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (packets); i++)
    add ("packet", packets[i].name, i, test_packet);
  for (size_t i = 0; i < G_N_ELEMENTS (refused_packets); i++)
    add ("packet-refused", refused_packets[i].name, i, test_refused_packet);
  g_test_add_func ("/eio/packet-with-nul", test_packet_with_nul);
  g_test_add_func ("/eio/null", test_null);
  g_test_add_func ("/eio/binary-packet", test_binary_packet);
  for (size_t i = 0; i < G_N_ELEMENTS (payloads); i++)
    add ("payload", payloads[i].name, i, test_payload);
  for (size_t i = 0; i < G_N_ELEMENTS (refused_payloads); i++)
    add ("payload-refused", refused_payloads[i].name, i, test_refused_payload);
  g_test_add_func ("/eio/payload-views", test_payload_views);
  g_test_add_func ("/eio/payload-limit", test_payload_limit);
  g_test_add_func ("/eio/payload-round-trip", test_payload_round_trip);
  g_test_add_func ("/eio/base64-is-canonical", test_base64_is_canonical);
  g_test_add_func ("/eio/handshake", test_handshake);
  g_test_add_func ("/eio/handshake-without-upgrades", test_handshake_without_upgrades);
  for (size_t i = 0; i < G_N_ELEMENTS (handshake_members); i++)
    add ("handshake-member", handshake_members[i].name, i, test_handshake_member);
  g_test_add_func ("/eio/handshake-not-an-object", test_handshake_not_an_object);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises: what a person types comes to the one base URL that they mean, with TLS wherever the
 * address is a public one; what is not an address is refused with a sentence.
 */
#include "net/client/address.h"
#include "net/client/link.h"

static const struct
{
  const char *address;
  const char *base;
} accepted[] = {
  /* Public names and addresses: TLS, unless a port other than 443 is named. */
  { "causette.example", "https://causette.example" },
  { "causette.example:443", "https://causette.example" },
  { "causette.example:8710", "http://causette.example:8710" },
  { "causette.example:80", "http://causette.example" },
  { "Causette.EXAMPLE", "https://causette.example" },
  { "  causette.example \n", "https://causette.example" },
  { "causette.example/", "https://causette.example" },
  { "b\xc3\xbc"
    "cher.example",
    "https://xn--bcher-kva.example" },
  { "203.0.113.7", "https://203.0.113.7" },
  { "203.0.113.7:9000", "http://203.0.113.7:9000" },
  { "172.32.0.1", "https://172.32.0.1" },
  { "[2001:db8::7]", "https://[2001:db8::7]" },
  { "[2001:DB8:0:0::7]:443", "https://[2001:db8::7]" },
  { "[2001:db8::7]:8710", "http://[2001:db8::7]:8710" },
  { "2001:db8::7", "https://[2001:db8::7]" },

  /* One's own computer and network. */
  { "localhost", "http://localhost:8710" },
  { "localhost:9000", "http://localhost:9000" },
  { "127.0.0.1", "http://127.0.0.1:8710" },
  { "127.0.0.1:443", "http://127.0.0.1:443" },
  { "::1", "http://[::1]:8710" },
  { "[::1]:9000", "http://[::1]:9000" },
  { "10.1.2.3", "http://10.1.2.3:8710" },
  { "172.16.0.1", "http://172.16.0.1:8710" },
  { "192.168.1.20", "http://192.168.1.20:8710" },
  { "169.254.3.4", "http://169.254.3.4:8710" },
  { "fe80::1", "http://[fe80::1]:8710" },
  { "fd12:3456::1", "http://[fd12:3456::1]:8710" },
  { "::ffff:10.0.0.1", "http://[::ffff:10.0.0.1]:8710" },
  { "::ffff:203.0.113.7", "https://[::ffff:203.0.113.7]" },
  { "kitchen", "http://kitchen:8710" },
  { "kitchen.local", "http://kitchen.local:8710" },

  /* Links decide as plain addresses do. */
  { "causette://causette.example", "https://causette.example" },
  { "causette://causette.example/", "https://causette.example" },
  { "causette://192.168.1.20", "http://192.168.1.20:8710" },
  { "causette://192.168.1.20:9000", "http://192.168.1.20:9000" },
  { "CAUSETTE://[fe80::1]:9000/", "http://[fe80::1]:9000" },

  /* A scheme decides by itself. */
  { "http://causette.example", "http://causette.example" },
  { "http://causette.example:80", "http://causette.example" },
  { "ws://causette.example:8710", "http://causette.example:8710" },
  { "https://192.168.1.20", "https://192.168.1.20" },
  { "https://causette.example:443/", "https://causette.example" },
  { "wss://causette.example:8443", "https://causette.example:8443" },
  { "HTTPS://causette.example", "https://causette.example" },
};

static const char *const refused[] = {
  "",
  "   ",
  "/",
  "http://",
  "causette://",
  "https:///",
  "https://:443",
  ":8710",
  "ftp://causette.example",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "causette:causette.example",
  "causette://causette://causette.example",
  "causette.example:0",
  "causette.example:65536",
  "causette.example:99999999999999999999",
  "causette.example:",
  "causette.example:port",
  "causette.example:-1",
  "causette.example:+80",
  "causette.example: 80",
  "causette.example:80:80",
  "causette example",
  "causette.example//",
  "causette.example/path",
  "https://causette.example/path",
  "https://causette.example/?query",
  "https://causette.example?query",
  "https://causette.example#fragment",
  "https://user@causette.example",
  "https://user:word@causette.example",
  "causette..example",
  ".causette.example",
  "-causette.example",
  "causette-.example",
  "1.2.3",
  "1.2.3.4.5",
  "256.0.0.1",
  "0x7f.1.2.3.4",
  "[::1",
  "::1]",
  "[]",
  "[127.0.0.1]",
  "[::1]9000",
  "[::1]:",
  "[fe80::1%25eth0]",
  "fe80::1%eth0",
  ":::",
  "1:2:3",
  "causette.example\r\nHost: other",
  "\xff\xfe",
  "causette\xc3.example",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
};

static void
test_accepted (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *base = causette_link_normalise_address (accepted[i].address, &error);

      g_test_message ("%.60s", accepted[i].address);
      g_assert_no_error (error);
      g_assert_cmpstr (base, ==, accepted[i].base);
    }
}

/* A base URL is an address that means itself, so that one can be kept and read again. */
static void
test_stable (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autofree char *again = address_normalise (accepted[i].base, NULL);

      g_assert_cmpstr (again, ==, accepted[i].base);
    }
}

static void
assert_refused (const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *base = address_normalise (address, &error);
  g_autofree char *printable = g_strescape (address, NULL);

  g_test_message ("%.60s", printable);
  g_assert_null (base);
  g_assert_error (error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_ADDRESS);
  g_assert_cmpstr (error->message, !=, "");
}

static void
test_refused (void)
{
  g_autofree char *huge = g_strnfill (100000, 'a');
  g_autoptr (GString) long_name = g_string_new ("a");
  g_autoptr (GError) error = NULL;

  for (unsigned i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_refused (refused[i]);

  assert_refused (huge);
  while (long_name->len < 300)
    g_string_append (long_name, ".aaa");
  assert_refused (long_name->str);

  g_assert_null (address_normalise (NULL, NULL));
  g_assert_null (causette_link_new ("not an address", NULL, &error));
  g_assert_error (error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_ADDRESS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/accepted", test_accepted);
  g_test_add_func ("/address/stable", test_stable);
  g_test_add_func ("/address/refused", test_refused);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates are fresh, fingerprints are those of RFC 8122 and are compared in full. */
#include "media/certificate.h"

#include <string.h>

/* Made once with "openssl req -x509"; the fingerprint is that of "openssl x509 -fingerprint
 * -sha256". */
#include "certificate-known.h"

static void
test_known (void)
{
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
  g_autofree char *text = NULL;

  g_assert_true (certificate_get_fingerprint (KNOWN_PEM, fingerprint));
  text = certificate_write_fingerprint (fingerprint);
  g_assert_cmpstr (text, ==, "sha-256 " KNOWN_FINGERPRINT);
}

static void
test_fresh (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 20; i++)
    {
      char *pem = certificate_new_pem ();
      guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];

      g_assert_nonnull (pem);
      g_assert_nonnull (strstr (pem, "BEGIN CERTIFICATE"));
      g_assert_nonnull (strstr (pem, "BEGIN PRIVATE KEY"));
      g_assert_true (certificate_get_fingerprint (pem, fingerprint));
      g_assert_true (g_hash_table_add (seen, certificate_write_fingerprint (fingerprint)));
      certificate_free_pem (pem);
    }
}

static void
test_text (void)
{
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
  guint8 again[CERTIFICATE_FINGERPRINT_BYTES];
  static const guint8 zero[CERTIFICATE_FINGERPRINT_BYTES] = { 0 };
  g_autofree char *lower = g_ascii_strdown (KNOWN_FINGERPRINT, -1);
  g_autofree char *lower_line = g_strconcat ("SHA-256 ", lower, NULL);
  g_autofree char *too_long = g_strconcat ("sha-256 ", KNOWN_FINGERPRINT, ":00", NULL);
  const char *const bad[] = {
    "",
    "sha-256",
    "sha-256 ",
    "sha-1 " KNOWN_FINGERPRINT,
    "sha-512 " KNOWN_FINGERPRINT,
    " sha-256 " KNOWN_FINGERPRINT,
    "sha-256  " KNOWN_FINGERPRINT,
    "sha-256 00:11:22",
    too_long,
  };

  g_assert_true (certificate_read_fingerprint ("sha-256 " KNOWN_FINGERPRINT, fingerprint));
  g_assert_true (certificate_read_fingerprint (lower_line, again));
  g_assert_true (certificate_fingerprints_equal (fingerprint, again));
  for (guint i = 0; i < sizeof fingerprint * 8; i++)
    {
      memcpy (again, fingerprint, sizeof again);
      again[i / 8] ^= 1 << i % 8;
      g_assert_false (certificate_fingerprints_equal (fingerprint, again));
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      memset (fingerprint, 0xff, sizeof fingerprint);
      g_assert_false (certificate_read_fingerprint (bad[i], fingerprint));
      g_assert_cmpmem (fingerprint, sizeof fingerprint, zero, sizeof zero);
    }
  /* Each place of the text matters. */
  for (guint i = 0; i < strlen (KNOWN_FINGERPRINT); i++)
    {
      g_autofree char *line = g_strdup ("sha-256 " KNOWN_FINGERPRINT);

      line[8 + i] = 'g';
      g_assert_false (certificate_read_fingerprint (line, fingerprint));
      line[8 + i] = '\0';
      g_assert_false (certificate_read_fingerprint (line, fingerprint));
    }
}

static void
test_not_a_certificate (void)
{
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
  g_autofree char *half = g_strndup (KNOWN_PEM, strlen (KNOWN_PEM) / 2);

  g_assert_false (certificate_get_fingerprint ("", fingerprint));
  g_assert_false (certificate_get_fingerprint ("-----BEGIN CERTIFICATE-----\n", fingerprint));
  g_assert_false (certificate_get_fingerprint (half, fingerprint));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/certificate/known", test_known);
  g_test_add_func ("/certificate/fresh", test_fresh);
  g_test_add_func ("/certificate/text", test_text);
  g_test_add_func ("/certificate/not-a-certificate", test_not_a_certificate);

  return g_test_run ();
}

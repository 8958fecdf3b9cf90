/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates for DTLS and their fingerprints, on libcrypto: see certificate.h.
 *
 * Must never: log anything, leave a private key in memory that was given back.
 */
#include "media/certificate.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>

#define DAY_SECONDS (24 * 60 * 60)
#define NAME_BYTES  8
#define TEXT_LENGTH (CERTIFICATE_FINGERPRINT_BYTES * 3 - 1)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

/* A random name and serial number: what is the same in two certificates would link them. */
static gboolean
fill_certificate (X509 *x509, EVP_PKEY *key)
{
  guint8 random[NAME_BYTES + sizeof (guint64)];
  char name[NAME_BYTES * 2 + 1];
  guint64 serial;
  X509_NAME *subject = X509_get_subject_name (x509);

  if (RAND_bytes (random, sizeof random) != 1)
    return FALSE;
  for (gsize i = 0; i < NAME_BYTES; i++)
    g_snprintf (name + 2 * i, 3, "%02x", random[i]);
  memcpy (&serial, random + NAME_BYTES, sizeof serial);
  serial >>= 1; /* a serial number is positive (RFC 5280 §4.1.2.2) */

  /* It began yesterday: the partner's clock may be behind. */
  return X509_set_version (x509, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64 (X509_get_serialNumber (x509), MAX (serial, 1)) == 1 &&
         X509_gmtime_adj (X509_getm_notBefore (x509), -DAY_SECONDS) != NULL &&
         X509_gmtime_adj (X509_getm_notAfter (x509), DAY_SECONDS) != NULL &&
         X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (const guint8 *) name, -1, -1,
                                     0) == 1 &&
         X509_set_issuer_name (x509, subject) == 1 && X509_set_pubkey (x509, key) == 1 &&
         X509_sign (x509, key, EVP_sha256 ()) > 0;
}

void
certificate_init (void)
{
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
}

char *
certificate_new_pem (void)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) x509 = X509_new ();
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  char *data = NULL;
  long length;

  if (key == NULL || x509 == NULL || bio == NULL || !fill_certificate (x509, key) ||
      PEM_write_bio_X509 (bio, x509) != 1 ||
      PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) != 1)
    return NULL;

  length = BIO_get_mem_data (bio, &data);

  return length > 0 ? g_strndup (data, length) : NULL;
}

void
certificate_free_pem (char *pem)
{
  if (pem == NULL)
    return;

  OPENSSL_cleanse (pem, strlen (pem));
  g_free (pem);
}

gboolean
certificate_get_fingerprint (const char *pem, guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES])
{
  g_autoptr (BIO) bio = NULL;
  g_autoptr (X509) x509 = NULL;
  unsigned int length = 0;

  g_return_val_if_fail (pem != NULL, FALSE);

  memset (fingerprint, 0, CERTIFICATE_FINGERPRINT_BYTES);
  bio = BIO_new_mem_buf (pem, -1);
  x509 = bio != NULL ? PEM_read_bio_X509 (bio, NULL, NULL, NULL) : NULL;

  return x509 != NULL && X509_digest (x509, EVP_sha256 (), fingerprint, &length) == 1 &&
         length == CERTIFICATE_FINGERPRINT_BYTES;
}

char *
certificate_write_fingerprint (const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES])
{
  GString *text = g_string_new ("sha-256 ");

  for (gsize i = 0; i < CERTIFICATE_FINGERPRINT_BYTES; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", fingerprint[i]);

  return g_string_free (text, FALSE);
}

gboolean
certificate_read_fingerprint (const char *text, guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES])
{
  g_return_val_if_fail (text != NULL, FALSE);

  memset (fingerprint, 0, CERTIFICATE_FINGERPRINT_BYTES);
  if (g_ascii_strncasecmp (text, "sha-256 ", 8) != 0 || strlen (text + 8) != TEXT_LENGTH)
    return FALSE;

  text += 8;
  for (gsize i = 0; i < CERTIFICATE_FINGERPRINT_BYTES; i++, text += 3)
    {
      gboolean last = i + 1 == CERTIFICATE_FINGERPRINT_BYTES;

      if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]) ||
          text[2] != (last ? '\0' : ':'))
        {
          memset (fingerprint, 0, CERTIFICATE_FINGERPRINT_BYTES);
          return FALSE;
        }
      fingerprint[i] = g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);
    }

  return TRUE;
}

gboolean
certificate_fingerprints_equal (const guint8 a[CERTIFICATE_FINGERPRINT_BYTES],
                                const guint8 b[CERTIFICATE_FINGERPRINT_BYTES])
{
  return CRYPTO_memcmp (a, b, CERTIFICATE_FINGERPRINT_BYTES) == 0;
}

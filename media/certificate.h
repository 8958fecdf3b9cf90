/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates for DTLS and their fingerprints (RFC 8122 §5, RFC 8827 §6.5).
 *
 * Called by: webrtc-graph (a fresh certificate for every call, so that no two calls can be linked
 * by it; the check of the partner's), sdp (fingerprints as text). Pure functions but for
 * libcrypto's random numbers; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CERTIFICATE_FINGERPRINT_BYTES 32 /* SHA-256 */

/* Before anything else uses libcrypto: keeps it from taking itself down at the program's end, while
 * threads of the last call are still ending. */
void certificate_init (void);

/* Makes a key (ECDSA, P-256) and a self-signed certificate for it, with a random name and serial
 * number and two days of validity. Returns: (transfer full) (nullable): both as PEM, certificate
 * first, or %NULL when libcrypto refuses. Free with certificate_free_pem(). */
char *certificate_new_pem (void);
/* Wipes it: it holds a private key. */
void certificate_free_pem (char *pem);

/* SHA-256 over the DER form of the first certificate in @pem. Returns FALSE, with @fingerprint
 * cleared, when there is none that can be read. */
gboolean
certificate_get_fingerprint (const char *pem, guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES]);
/* Returns: (transfer full): as in a=fingerprint, upper case: "sha-256 AB:CD:…". */
char *certificate_write_fingerprint (const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES]);
/* Reads the value of a=fingerprint. Returns FALSE, with @fingerprint cleared, for another hash
 * function than SHA-256 and for what is malformed. */
gboolean
certificate_read_fingerprint (const char *text, guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES]);
/* In constant time. */
gboolean certificate_fingerprints_equal (const guint8 a[CERTIFICATE_FINGERPRINT_BYTES],
                                         const guint8 b[CERTIFICATE_FINGERPRINT_BYTES]);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to a pairing server: Socket.IO over a WebSocket of libsoup, kept up by itself.
 *
 * Owns: the socket, the heartbeat and the timer for a dead peer, reconnection with jittered
 * exponential backoff and resume, acknowledgements and their timeouts, the bounded send queue.
 * Called by: app/session (which makes it) and, as CausetteSignalling, app/encounter.
 * Must never: block, log what it carries, connect before causette_link_connect(). Main context
 * only.
 */
#pragma once

#include "net/client/signalling.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_LINK (causette_link_get_type ())
G_DECLARE_FINAL_TYPE (CausetteLink, causette_link, CAUSETTE, LINK, CausetteSignalling)

/* What the client says of itself when it connects. */
typedef struct
{
  const char *locale;         /* nullable */
  const char *policy_version; /* accepted by the person, nullable */
  bool adult;
} CausetteLinkHello;

/* Makes a link to @address: "HOST", "HOST:PORT", "[v6]:PORT", or a http://, https://, ws://, wss://
 * or causette:// URL. Without a scheme, and with causette://, a loopback or private address or a
 * port other than 443 is spoken to without TLS (default port 8710), any other with TLS. Returns:
 * (transfer full): or %NULL with @error (CAUSETTE_LINK_ERROR_ADDRESS). */
CausetteLink *
causette_link_new (const char *address, const CausetteLinkHello *hello, GError **error);
/* Returns: (transfer full): @address as a base URL ("http://host:port" or "https://…"), or %NULL
 * with @error. */
char *causette_link_normalise_address (const char *address, GError **error);
/* Returns: the base URL. */
const char *causette_link_get_address (CausetteLink *self);

/* Connects, and stays connected until causette_link_disconnect(). */
void causette_link_connect (CausetteLink *self);
/* Closes the connection for good: OFFLINE, and the session is not resumed. Requests that wait fail.
 */
void causette_link_disconnect (CausetteLink *self);
/* Tries at once instead of waiting for the backoff. */
void causette_link_retry (CausetteLink *self);

/* Times in milliseconds, for tests: the first and the longest wait between attempts, and how long
 * an acknowledgement may take. */
void causette_link_set_times (CausetteLink *self,
                              unsigned backoff_first_ms,
                              unsigned backoff_max_ms,
                              unsigned ack_timeout_ms);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person types, or a causette:// URL says, as the base URL of a pairing server.
 *
 * Owns: which addresses are accepted, and which of them are spoken to without TLS.
 * Called by: net/client/link.
 * Must never: resolve a name, do I/O. Safe from any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ADDRESS_DEFAULT_PORT 8710 /* of a server without TLS */
#define ADDRESS_MAX          512  /* bytes of what is read */

/* Reads @address: "HOST", "HOST:PORT", "[v6]:PORT", a bare IPv6 address, or a http://, https://,
 * ws://, wss:// or causette:// URL without user, path, query and fragment. Returns: (transfer
 * full): "http://host:port" or "https://host:port" in lower case, names in ASCII (RFC 5891), the
 * port left out where it is the scheme's own; or %NULL with @error (CAUSETTE_LINK_ERROR_ADDRESS).
 */
char *address_normalise (const char *address, GError **error);

G_END_DECLS

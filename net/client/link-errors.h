/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong with a connection, as a CAUSETTE_LINK_ERROR with a sentence for a person.
 *
 * Owns: the mapping from the errors of libsoup, GIO and the server's refusals.
 * Called by: net/client/link-socket, net/client/link.
 * Must never: put an address or what the server wrote into a sentence.
 */
#pragma once

#include <libsoup/soup.h>
#include <stdbool.h>

#include "net/client/signalling.h"

G_BEGIN_DECLS

/* All return (transfer full). */
GError *link_error_new (CausetteLinkError code);
/* @cause: why the WebSocket could not be made; @status: of the server's answer, or
 * SOUP_STATUS_NONE. */
GError *link_error_from_connect (const GError *cause, SoupStatus status);
GError *link_error_from_refusal (const WireRefusal *refusal);

/* Returns whether it makes no sense to ask the same server the same again. */
bool link_error_is_final (const GError *error);
/* Returns whether the server asked for fewer attempts. */
bool link_error_is_gentle (const GError *error);

G_END_DECLS

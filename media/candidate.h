/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE candidates as lines of text (RFC 8839 §5.1): what comes from outside is read strictly and
 * written anew, so that only what was understood is passed on.
 *
 * Called by: sdp, webrtc-negotiation. Pure functions, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CANDIDATE_MAX_BYTES 512 /* of one line */

/* @line: "candidate:…", also with "a=" before it. Returns: (transfer full) (nullable): the
 * candidate in plain form ("candidate:FOUNDATION 1 udp PRIORITY ADDRESS PORT typ TYPE"), or %NULL
 * for one that is malformed or of no use here: TCP, RTCP's own component, or a host name. The last
 * are a browser's ".local" names (mDNS): looking them up would tell others whom one is calling, and
 * the call connects without them by what ICE learns from the partner's checks. */
char *candidate_read (const char *line);

/* Whether @line, from candidate_read() or from the own ICE agent, is a relayed candidate. */
gboolean candidate_is_relayed (const char *line);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offer, answer and candidates of a call (JSEP, RFC 8829; trickle ICE, RFC 8838).
 *
 * Owns: the candidates that came before the description. Called by: webrtc-call, on the main
 * context; tells it by CausetteCall's signals. Must never: give the partner's own text to
 * webrtcbin, send a description in which candidates are.
 */
#pragma once

#include "media/webrtc-graph.h"

G_BEGIN_DECLS

typedef struct _WebrtcNegotiation WebrtcNegotiation;

WebrtcNegotiation *webrtc_negotiation_new (WebrtcGraph *graph, gboolean caller);
/* The caller makes its offer; after the data channel was created. */
void webrtc_negotiation_start (WebrtcNegotiation *self);
gboolean webrtc_negotiation_set_remote (WebrtcNegotiation *self,
                                        const char *type,
                                        const char *sdp,
                                        GError **error);
void webrtc_negotiation_add_candidate (WebrtcNegotiation *self, const char *candidate);
/* Hears nothing any more, and frees it. */
void webrtc_negotiation_close (WebrtcNegotiation *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data channel of a call: one, ordered and reliable, named "causette".
 *
 * Owns: webrtcbin's channel object. Called by: webrtc-call. Main context; messages of the partner's
 * come to it in order. Must never: believe a byte before the partner's certificate was checked,
 * hold more of the partner's messages than MAX_WAITING_BYTES.
 */
#pragma once

#include "media/webrtc-graph.h"

G_BEGIN_DECLS

typedef struct _WebrtcChannel WebrtcChannel;

/* Takes the channel that the partner makes, unless webrtc_channel_create() makes one. */
WebrtcChannel *webrtc_channel_new (WebrtcGraph *graph);
/* Makes the channel; before the offer. */
void webrtc_channel_create (WebrtcChannel *self);
gboolean webrtc_channel_send (WebrtcChannel *self, GBytes *message);
/* Hears and says nothing any more, and frees it. */
void webrtc_channel_close (WebrtcChannel *self);

G_END_DECLS

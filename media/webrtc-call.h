/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call on webrtcbin: negotiation, transport, encoding, decoding, statistics.
 *
 * Owns: one pipeline for one call, from its making to its closing.
 * Called by: app (through CausetteCall). Must never: open a device (it takes feeds), touch a socket
 * of the pairing server, run caller's code on a streaming thread, change the pipeline's state from
 * one.
 */
#pragma once

#include "media/call.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean caller;     /* makes the offer */
  CausetteFeed *video; /* I420 of the camera, (nullable): then video is only received */
  CausetteFeed *audio; /* S16LE of the microphone, (nullable) */
  int width, height, frames_per_second; /* of the video sent */
  GPtrArray *ice_servers;               /* of CausetteIceServer, (nullable) */
  gboolean relay_only;
  const char *speaker; /* "speaker", "speaker:ID" or "none" (received sound is decoded and measured,
                          not played) */
  guint video_kbps;    /* target of the encoder; 0 picks one for the size */
} CausetteWebrtcCallConfig;

#define CAUSETTE_TYPE_WEBRTC_CALL (causette_webrtc_call_get_type ())
G_DECLARE_FINAL_TYPE (CausetteWebrtcCall, causette_webrtc_call, CAUSETTE, WEBRTC_CALL, CausetteCall)

/* Does early what takes time (loading plugins, making a certificate): once, at start, off the main
 * thread. */
void causette_webrtc_call_prepare (void);
/* @config is copied. The pipeline is built at once, so that causette_call_start() is quick. */
CausetteCall *causette_webrtc_call_new (const CausetteWebrtcCallConfig *config);
/* Closing a call returns at once; what it used is given back on a thread of its own. Waits, without
 * running the main context, until that is done for all calls closed so far, and for what
 * causette_webrtc_call_prepare() has begun: before a program ends, and in tests. Returns FALSE when
 * it takes longer than @timeout_ms. */
gboolean causette_webrtc_call_wait_closed (guint timeout_ms);
/* Writes the pipeline as a .dot file named after @name into GST_DEBUG_DUMP_DOT_DIR, if that is set.
 */
void causette_webrtc_call_dump (CausetteWebrtcCall *self, const char *name);

G_END_DECLS

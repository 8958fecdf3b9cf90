/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What CausetteWebrtcCall's parts share: the pipeline with webrtcbin, its threads' way to the main
 * context, the check of the partner's certificate, and the taking down.
 *
 * Owns: the pipeline. Reference-counted: handlers of GStreamer's hold it, so it outlives the call
 * until the pipeline is down. Called by: webrtc-call and its parts webrtc-negotiation,
 * webrtc-channel, webrtc-stats. Must never: change the pipeline's state from a streaming thread.
 */
#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "media/certificate.h"
#include "media/context.h"
#include "media/webrtc-call.h"
#include "media/webrtc-receiver.h"
#include "media/webrtc-sender.h"

G_BEGIN_DECLS

typedef struct _WebrtcGraph WebrtcGraph;
struct _WebrtcGraph
{
  GWeakRef call; /* of CausetteWebrtcCall */
  GstElement *pipeline;
  GstElement *webrtcbin; /* owned */
  GstElement *rtpbin;    /* owned */
  WebrtcSender *audio, *video;
  WebrtcReceiver *receiver;
  gboolean relay_only;

  char *certificate_pem;
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES]; /* of the own one */
  char *stream_name;                                 /* random: of the media stream sent */

  GMutex lock; /* protects all that follows */
  GCond settled;
  gboolean closed;
  guint requests; /* of webrtcbin, not answered yet */
  gboolean expected_set;
  guint8 expected[CERTIFICATE_FINGERPRINT_BYTES]; /* what the partner announced */
  gboolean verified;
  GPtrArray *channels;     /* all data channels that there were */
  gint64 last_arrival_us;  /* monotonic time at which something of the partner's came */
  gint64 longest_pause_us; /* between two arrivals in the last seconds, fading */
};

/* Builds the pipeline and lets it play. @call: for the main context. Returns: (nullable): %NULL
 * with
 * @error (PIPELINE). */
WebrtcGraph *webrtc_graph_new (CausetteCall *call,
                               CausetteFeed *remote_video,
                               const CausetteWebrtcCallConfig *config,
                               GError **error);
WebrtcGraph *webrtc_graph_ref (WebrtcGraph *self);
void webrtc_graph_unref (WebrtcGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebrtcGraph, webrtc_graph_unref)

/* Runs @func with the call on the main context, unless it is gone or closed by then. Any thread. */
void webrtc_graph_post (WebrtcGraph *self,
                        CausetteContextFunc func,
                        gpointer payload,
                        GDestroyNotify free_payload);
/* Ends the call with an error. Any thread. */
void webrtc_graph_fail (WebrtcGraph *self, CausetteCallError code, const char *message);
gboolean webrtc_graph_is_closed (WebrtcGraph *self);

/* Connects @callback, on whose threads it runs, with the graph as its user data, which lives as
 * long as it can be called. */
gulong
webrtc_graph_connect (WebrtcGraph *self, gpointer instance, const char *signal, GCallback callback);

/* The answer to a request, on webrtcbin's own thread; @reply is %NULL with @error set. Not called
 * after the call was closed. @user_data is freed afterwards in either case. */
typedef void (*WebrtcReplyFunc) (WebrtcGraph *self,
                                 const GstStructure *reply,
                                 const GError *error,
                                 gpointer user_data);
/* Emits @action of webrtcbin ("create-offer", "set-local-description", …) with @argument. */
void webrtc_graph_request (WebrtcGraph *self,
                           const char *action,
                           gpointer argument,
                           WebrtcReplyFunc func,
                           gpointer user_data,
                           GDestroyNotify free_user_data);

/* Lets RTCP be sent each second, once the sources of both sides are known: a first report that
 * falls among their coming makes GStreamer's session complain. Main thread. */
void webrtc_graph_hasten_rtcp (WebrtcGraph *self);

/* What the partner's certificate must be. Before the description is given to webrtcbin. */
void
webrtc_graph_expect (WebrtcGraph *self, const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES]);
gboolean webrtc_graph_is_verified (WebrtcGraph *self);

/* Stops everything and gives it back, on a thread of its own: that takes longer than the main
 * context can wait. Takes over the caller's reference. Main thread. */
void webrtc_graph_shut_down (WebrtcGraph *self);
/* Waits until all graphs that were shut down are gone, at most @timeout_ms. */
gboolean webrtc_graph_wait_closed (guint timeout_ms);

/* Writes the pipeline as a .dot file into GST_DEBUG_DUMP_DOT_DIR, when that is set. */
void webrtc_graph_dump (WebrtcGraph *self, const char *name);

G_END_DECLS

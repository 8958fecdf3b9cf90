/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ICE agent behind webrtcbin: its settings, the servers that help, the path chosen.
 *
 * Called by: webrtc-graph, webrtc-call. Must never: log an address or a credential.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Before webrtcbin runs. @servers: (nullable): of CausetteIceServer; what is malformed in it is
 * left out, since it comes from a pairing server. @relay_only: no address of this computer is
 * shown. */
void webrtc_ice_configure (GstElement *webrtcbin, GPtrArray *servers, gboolean relay_only);

/* "host", "srflx", "prflx", "relay", or %NULL while no path is chosen. */
void webrtc_ice_get_types (GstElement *webrtcbin, const char **local, const char **remote);

G_END_DECLS

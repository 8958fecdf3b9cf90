/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session descriptions (RFC 8866, JSEP RFC 8829): the partner's is read line by line, and what was
 * understood and can be used is written anew. webrtcbin asserts on what it does not expect and
 * links what nobody wants, so it never sees the partner's own text.
 *
 * Called by: webrtc-negotiation. Pure functions, any thread.
 */
#pragma once

#include <gst/sdp/sdp.h>

#include "media/certificate.h"

G_BEGIN_DECLS

#define SDP_MAX_BYTES      (64 * 1024) /* of one description */
#define SDP_MAX_LINE_BYTES 2048
#define SDP_MAX_MEDIA      8
#define SDP_MAX_CANDIDATES 64 /* within a description */

#define SDP_TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

typedef enum
{
  SDP_AUDIO,
  SDP_VIDEO,
  SDP_DATA,
} SdpKind;

/* Who sends, seen from the writer of the description; flags. */
typedef enum
{
  SDP_INACTIVE = 0,
  SDP_SENDS = 1 << 0,
  SDP_RECEIVES = 1 << 1,
  SDP_SENDRECV = SDP_SENDS | SDP_RECEIVES,
} SdpDirection;

/* One m= section. */
typedef struct
{
  SdpKind kind;
  gboolean rejected; /* its port is 0 */
  char *mid;
  SdpDirection direction;
  int payload;           /* of VP8 or Opus; -1 for data and for a rejected one */
  int rtx_payload;       /* of VP8's retransmissions, or -1 */
  gboolean reduced_rtcp; /* RFC 5506 */
  int twcc_id;           /* of the transport-wide sequence number's header extension, or 0 */
} SdpMedia;

typedef struct
{
  gboolean offer;
  GArray *media; /* of SdpMedia */
  guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
  GPtrArray *candidates; /* of char *, as candidate_read() gives them */
  char *text;            /* the description written anew, without candidates */
} SdpRemote;

/* Reads the partner's offer or answer @text. Required, as every WebRTC endpoint has it: one bundle
 * of all sections, a SHA-256 fingerprint (one and the same everywhere), RTCP multiplexed, VP8 for
 * video and Opus for audio. Other codecs, header extensions and attributes are left out.
 * Returns: (transfer full) (nullable): %NULL with @error (CAUSETTE_CALL_ERROR_DESCRIPTION). */
SdpRemote *sdp_remote_read (const char *text, gboolean offer, GError **error);
void sdp_remote_free (SdpRemote *remote);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SdpRemote, sdp_remote_free)

/* The section of @kind that is not rejected, or -1. */
int sdp_remote_find (const SdpRemote *remote, SdpKind kind);
/* Whether @answer answers @offer_kinds (SdpKind each): as many sections, of the same kinds. */
gboolean sdp_remote_answers (const SdpRemote *answer, const GArray *offer_kinds);

/* Mends what webrtcbin wrote before it is set and sent: the fingerprint (webrtcbin's is one over
 * certificate and key), and the media stream's name, which would count the program's calls; both
 * media are put into one stream @stream, so that the partner plays them in step.
 * @setup: (nullable): a DTLS role to state, "active" or "passive". */
void sdp_local_mend (GstSDPMessage *local,
                     const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES],
                     const char *stream,
                     const char *setup);
/* Says that section @index takes RTCP of reduced size; for an answer, if the offer does. */
void sdp_local_set_reduced_rtcp (GstSDPMessage *local, guint index);
/* Sets the direction of section @index. */
void sdp_local_set_direction (GstSDPMessage *local, guint index, SdpDirection direction);

G_END_DECLS

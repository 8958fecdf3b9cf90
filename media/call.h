/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call: pictures, sound and messages with one other person, peer to peer. This is the base class;
 * the real one is CausetteWebrtcCall, and tests have a scripted one.
 *
 * Called by: app/encounter. Main context only; signals are emitted there.
 */
#pragma once

#include "media/feed.h"

G_BEGIN_DECLS

typedef enum
{
  CAUSETTE_CALL_NEW,
  CAUSETTE_CALL_CONNECTING,  /* started, no path yet */
  CAUSETTE_CALL_CONNECTED,   /* ICE and DTLS are up */
  CAUSETTE_CALL_INTERRUPTED, /* nothing arrives at the moment */
  CAUSETTE_CALL_FAILED,      /* no path to the partner, or the path is dead; see the error */
  CAUSETTE_CALL_CLOSED,
} CausetteCallState;
GType causette_call_state_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_CALL_STATE (causette_call_state_get_type ())

#define CAUSETTE_CALL_ERROR (causette_call_error_quark ())
GQuark causette_call_error_quark (void);
typedef enum
{
  CAUSETTE_CALL_ERROR_NO_ROUTE,    /* ICE found no path */
  CAUSETTE_CALL_ERROR_SECURITY,    /* DTLS failed, or the certificate is not the one announced */
  CAUSETTE_CALL_ERROR_DESCRIPTION, /* an offer, answer or candidate that cannot be used */
  CAUSETTE_CALL_ERROR_PIPELINE,    /* an element failed or is missing */
} CausetteCallError;

/* One of the servers that help to find a path (W3C RTCIceServer). */
typedef struct
{
  char **urls;
  char *username;   /* nullable */
  char *credential; /* nullable */
} CausetteIceServer;
CausetteIceServer *
causette_ice_server_new (const char *const *urls, const char *username, const char *credential);
void causette_ice_server_free (CausetteIceServer *server);

typedef struct
{
  double video_fps_in;
  double video_kbps_in, video_kbps_out;
  double audio_kbps_in, audio_kbps_out;
  int width, height; /* of the picture received */
  double rtt_ms;     /* -1 when not known */
  double jitter_ms;
  gint64 packets_lost; /* received side, since the start */
  gint64 frozen_ms; /* time in which a picture was due and none came (gaps over 500 ms), since the
                       first frame */
  double audio_level_in;                     /* 0 to 1 */
  guint64 video_frames_in, audio_buffers_in; /* since the start */
} CausetteCallStats;

#define CAUSETTE_TYPE_CALL (causette_call_get_type ())
G_DECLARE_DERIVABLE_TYPE (CausetteCall, causette_call, CAUSETTE, CALL, GObject)

/* Properties: "state" (CausetteCallState, notify), "error" (GError, nullable), "data-ready"
 * (boolean, notify: messages can be sent).
 *
 * Signals:
 *  "local-description" (const char *type, const char *sdp): to be brought to the partner; type
 * "offer" or "answer" "local-candidate" (const char *candidate, guint mline_index): likewise; never
 * before the description "message" (GBytes *message): the partner sent this by the data channel
 *  "first-video-frame" (int width, int height), "first-audio": once each
 *  "stats" (const CausetteCallStats *stats): once a second while connected */
struct _CausetteCallClass
{
  GObjectClass parent_class;

  void (*start) (CausetteCall *self);
  gboolean (*set_remote_description) (CausetteCall *self,
                                      const char *type,
                                      const char *sdp,
                                      GError **error);
  void (*add_remote_candidate) (CausetteCall *self, const char *candidate, guint mline_index);
  gboolean (*send) (CausetteCall *self, GBytes *message);
  void (*close) (CausetteCall *self);
  CausetteFeed *(*get_remote_video) (CausetteCall *self);
  void (*get_candidate_types) (CausetteCall *self, const char **local, const char **remote);
};

/* Begins: the caller makes an offer, the callee waits for one. */
void causette_call_start (CausetteCall *self);
/* Takes the partner's offer or answer. Returns FALSE with @error (DESCRIPTION) for one that cannot
 * be parsed; what fails later is told by "state". */
gboolean causette_call_set_remote_description (CausetteCall *self,
                                               const char *type,
                                               const char *sdp,
                                               GError **error);
/* Takes a candidate of the partner, also before the description (it is kept until then); "" is the
 * end of candidates. A malformed one is ignored. */
void
causette_call_add_remote_candidate (CausetteCall *self, const char *candidate, guint mline_index);
/* Sends by the data channel, reliable and in order. Returns FALSE when there is none that is open,
 * when too much waits already, and for an empty message or one of over 64 KiB. */
gboolean causette_call_send (CausetteCall *self, GBytes *message);
/* Ends the call and gives back all it used; "state" is CLOSED from then on. No signal is emitted
 * any more, nor a notification of that state. May be called at any time, from any signal. */
void causette_call_close (CausetteCall *self);
CausetteCallState causette_call_get_state (CausetteCall *self);
const GError *causette_call_get_error (CausetteCall *self);
gboolean causette_call_get_data_ready (CausetteCall *self);
/* Returns: (transfer none): BGRx pictures of the partner, scaled to the feed's wanted size. */
CausetteFeed *causette_call_get_remote_video (CausetteCall *self);
/* "host", "srflx", "prflx" or "relay", or %NULL while it is not known. */
void
causette_call_get_candidate_types (CausetteCall *self, const char **local, const char **remote);

/* For subclasses. */
void causette_call_set_state (CausetteCall *self,
                              CausetteCallState state,
                              GError *error /* (transfer full) (nullable) */);
void causette_call_set_data_ready (CausetteCall *self, gboolean ready);
void causette_call_emit_local_description (CausetteCall *self, const char *type, const char *sdp);
void
causette_call_emit_local_candidate (CausetteCall *self, const char *candidate, guint mline_index);
void causette_call_emit_message (CausetteCall *self, GBytes *message);
void causette_call_emit_first_video_frame (CausetteCall *self, int width, int height);
void causette_call_emit_first_audio (CausetteCall *self);
void causette_call_emit_stats (CausetteCall *self, const CausetteCallStats *stats);

G_END_DECLS

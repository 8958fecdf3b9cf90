/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offer, answer and candidates of a call: see webrtc-negotiation.h.
 *
 * The sections are always audio, video, data, and always both ways, so that a camera or a
 * microphone can be switched on in mid-call without a new offer. As answerer the numbers of the
 * offer are taken over. A partner's new offer in mid-call is answered, with the DTLS roles as they
 * are; none is made.
 */
#include "media/webrtc-negotiation.h"

#include <string.h>

#include "media/candidate.h"
#include "media/sdp.h"

/* What is offered; as browsers number it. */
#define AUDIO_PAYLOAD 111
#define VIDEO_PAYLOAD 96
#define TWCC_ID       3
/* Remote candidates in all; libnice takes no more than 25 for a stream. */
#define MAX_CANDIDATES 64

/* What is under way on webrtcbin's thread; shared with the main context. */
typedef struct
{
  SdpDirection direction[SDP_MAX_MEDIA]; /* as the partner's offer has them */
  guint n_directions;
  gboolean reduced_rtcp[SDP_MAX_MEDIA];
  guint n_media;
  const char *setup; /* of an answer to a re-offer */
} Answer;

struct _WebrtcNegotiation
{
  WebrtcGraph *graph;
  gboolean caller;
  gulong on_candidate, on_gathering;

  gboolean offered;         /* the caller: its offer is made or being made */
  gboolean remote_set;      /* a description of the partner's was taken */
  gboolean awaiting_answer; /* the own offer is not answered yet */
  gboolean dtls_active;     /* the own role, once it is settled */
  GArray *kinds;            /* of SdpKind: the sections settled */
  GArray *directions;       /* of SdpDirection: the partner's, as first settled */
  GPtrArray *candidates;    /* that came early */
  guint n_candidates;
  gboolean gathering_told;
};

typedef struct
{
  char *type;
  char *sdp;
} Description;

static void
description_free (gpointer data)
{
  Description *description = data;

  g_free (description->type);
  g_free (description->sdp);
  g_free (description);
}

static void
description_on_main (gpointer object, gpointer payload)
{
  Description *description = payload;

  causette_call_emit_local_description (CAUSETTE_CALL (object), description->type,
                                        description->sdp);
}

static void
candidate_on_main (gpointer object, gpointer payload)
{
  causette_call_emit_local_candidate (CAUSETTE_CALL (object), payload, 0);
}

static void
fail_local (WebrtcGraph *graph)
{
  webrtc_graph_fail (graph, CAUSETTE_CALL_ERROR_PIPELINE,
                     "The call could not be described to your partner.");
}

static void
on_local_set (WebrtcGraph *graph, const GstStructure *reply, const GError *error, gpointer data)
{
  if (error != NULL)
    fail_local (graph);
}

/* Mends what webrtcbin made, sets it, and sends it: its own thread works in that order, and so no
 * candidate comes before the description. @answer: (nullable). */
static void
use_local (WebrtcGraph *graph, const GstStructure *reply, const char *field, const Answer *answer)
{
  g_autoptr (GstWebRTCSessionDescription) local = NULL;
  Description *description = NULL;

  if (reply != NULL)
    gst_structure_get (reply, field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &local, NULL);
  if (local == NULL)
    {
      fail_local (graph);
      return;
    }

  sdp_local_mend (local->sdp, graph->fingerprint, graph->stream_name,
                  answer != NULL ? answer->setup : NULL);
  for (guint i = 0; answer != NULL && i < answer->n_media; i++)
    if (answer->reduced_rtcp[i])
      sdp_local_set_reduced_rtcp (local->sdp, i);
  webrtc_graph_request (graph, "set-local-description", local, on_local_set, NULL, NULL);

  /* webrtcbin cannot change a direction once it is settled, so it never hears of that; the answer
   * must not claim more than the offer allows. */
  for (guint i = 0; answer != NULL && i < answer->n_directions; i++)
    if (i < gst_sdp_message_medias_len (local->sdp) &&
        g_strcmp0 (gst_sdp_media_get_media (gst_sdp_message_get_media (local->sdp, i)),
                   "application") != 0)
      sdp_local_set_direction (local->sdp, i, answer->direction[i]);

  description = g_new (Description, 1);
  description->type = g_strdup (field);
  description->sdp = gst_sdp_message_as_text (local->sdp);
  webrtc_graph_post (graph, description_on_main, description, description_free);
}

static void
on_offer (WebrtcGraph *graph, const GstStructure *reply, const GError *error, gpointer data)
{
  use_local (graph, reply, "offer", NULL);
}

static void
on_answer (WebrtcGraph *graph, const GstStructure *reply, const GError *error, gpointer data)
{
  use_local (graph, reply, "answer", data);
}

static void
on_remote_set (WebrtcGraph *graph, const GstStructure *reply, const GError *error, gpointer data)
{
  if (error != NULL)
    webrtc_graph_fail (graph, CAUSETTE_CALL_ERROR_DESCRIPTION,
                       "Your partner’s program describes the call in a way that cannot be used.");
  else if (data != NULL)
    webrtc_graph_request (graph, "create-answer", NULL, on_answer, g_atomic_rc_box_acquire (data),
                          g_atomic_rc_box_release);
}

/* On webrtcbin's thread. */
static void
on_local_candidate (GstElement *webrtcbin, guint mline_index, const char *line, gpointer user_data)
{
  WebrtcGraph *graph = user_data;
  g_autofree char *candidate = candidate_read (line);

  /* Only what a partner can use, and with a relay only that: whatever the agent may think. */
  if (candidate == NULL || (graph->relay_only && !candidate_is_relayed (candidate)))
    return;
  webrtc_graph_post (graph, candidate_on_main, g_steal_pointer (&candidate), g_free);
}

static void
on_gathering_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  WebrtcGraph *graph = user_data;
  GstWebRTCICEGatheringState state;

  g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    webrtc_graph_post (graph, candidate_on_main, g_strdup (""), g_free);
}

/* Puts a sending branch to section @index. */
static gboolean
add_sender (WebrtcNegotiation *self, WebrtcSender *sender, guint index, int payload, int twcc_id)
{
  GstElement *webrtcbin = self->graph->webrtcbin;
  g_autofree char *name = g_strdup_printf ("sink_%u", index);
  GstPadTemplate *template =
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (webrtcbin), "sink_%u");
  g_autoptr (GstCaps) caps = webrtc_sender_get_preferences (sender, payload, twcc_id);
  g_autoptr (GstPad) pad = gst_element_request_pad (webrtcbin, template, name, caps);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  if (pad == NULL)
    return FALSE;
  g_object_get (pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", caps, NULL);
  /* Sound that is asked for again comes too late; it has its own error correction. */
  if (sender == self->graph->video)
    g_object_set (transceiver, "do-nack", TRUE, NULL);

  return webrtc_sender_link (sender, pad, payload, twcc_id);
}

void
webrtc_negotiation_start (WebrtcNegotiation *self)
{
  static const SdpKind kinds[] = { SDP_AUDIO, SDP_VIDEO, SDP_DATA };

  if (!self->caller || self->offered)
    return;

  self->offered = self->awaiting_answer = TRUE;
  g_array_append_vals (self->kinds, kinds, G_N_ELEMENTS (kinds));
  if (!add_sender (self, self->graph->audio, 0, AUDIO_PAYLOAD, TWCC_ID) ||
      !add_sender (self, self->graph->video, 1, VIDEO_PAYLOAD, TWCC_ID))
    {
      fail_local (self->graph);
      return;
    }
  webrtc_graph_request (self->graph, "create-offer", NULL, on_offer, NULL, NULL);
}

/* As answerer: the sending branches go where the offer has room for them. */
static gboolean
add_senders (WebrtcNegotiation *self, const SdpRemote *offer)
{
  const SdpKind kinds[] = { SDP_AUDIO, SDP_VIDEO };
  WebrtcSender *const senders[] = { self->graph->audio, self->graph->video };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      int index = sdp_remote_find (offer, kinds[i]);
      const SdpMedia *media = NULL;

      if (index < 0)
        continue;
      media = &g_array_index (offer->media, SdpMedia, index);
      if (!add_sender (self, senders[i], index, media->payload, media->twcc_id))
        return FALSE;
    }

  return TRUE;
}

/* What the answer may say: what the partner wants to hear, and says it sends. */
static Answer *
answer_new (WebrtcNegotiation *self, const SdpRemote *offer)
{
  Answer *answer = g_atomic_rc_box_new0 (Answer);

  if (self->remote_set)
    {
      answer->setup = self->dtls_active ? "active" : "passive";
      answer->n_directions = offer->media->len;
    }
  answer->n_media = offer->media->len;
  for (guint i = 0; i < offer->media->len; i++)
    {
      SdpDirection theirs = g_array_index (offer->media, SdpMedia, i).direction;

      answer->reduced_rtcp[i] = g_array_index (offer->media, SdpMedia, i).reduced_rtcp;

      answer->direction[i] =
          (theirs & SDP_SENDS ? SDP_RECEIVES : 0) | (theirs & SDP_RECEIVES ? SDP_SENDS : 0);
    }

  return answer;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION, message);

  return FALSE;
}

/* What webrtcbin is given: as it was written anew, but for directions that are settled. */
static GstWebRTCSessionDescription *
make_description (WebrtcNegotiation *self, const SdpRemote *remote)
{
  GstSDPMessage *message = NULL;

  if (gst_sdp_message_new_from_text (remote->text, &message) != GST_SDP_OK)
    return NULL;

  for (guint i = 0; self->remote_set && i < self->directions->len; i++)
    if (g_array_index (remote->media, SdpMedia, i).kind != SDP_DATA)
      sdp_local_set_direction (message, i, g_array_index (self->directions, SdpDirection, i));

  return gst_webrtc_session_description_new (remote->offer ? GST_WEBRTC_SDP_TYPE_OFFER
                                                           : GST_WEBRTC_SDP_TYPE_ANSWER,
                                             message);
}

static void
give_candidate (WebrtcNegotiation *self, const char *candidate)
{
  /* All is in one bundle, whose transport is the first section's. */
  g_signal_emit_by_name (self->graph->webrtcbin, "add-ice-candidate", 0, candidate);
}

/* After the first description: what it settles. */
static void
settle (WebrtcNegotiation *self, const SdpRemote *remote)
{
  for (guint i = 0; i < remote->media->len; i++)
    {
      const SdpMedia *media = &g_array_index (remote->media, SdpMedia, i);

      if (remote->offer)
        g_array_append_val (self->kinds, media->kind);
      g_array_append_val (self->directions, media->direction);
    }
  /* The answerer is active, but for an offer that wants to be so itself (RFC 8842 §5.3). */
  self->dtls_active = remote->offer ? strstr (remote->text, "a=setup:active") == NULL
                                    : strstr (remote->text, "a=setup:passive") != NULL;
  self->remote_set = TRUE;
}

gboolean
webrtc_negotiation_set_remote (WebrtcNegotiation *self,
                               const char *type,
                               const char *sdp,
                               GError **error)
{
  gboolean offer = strcmp (type, "offer") == 0;
  g_autoptr (SdpRemote) remote = NULL;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  Answer *answer = NULL;
  gboolean first = !self->remote_set;

  if (!offer && strcmp (type, "answer") != 0)
    return refuse (error, "The partner’s description is neither an offer nor an answer.");
  if (offer && (self->awaiting_answer || (self->caller && first)))
    return refuse (error, "The partner offers, where an answer is due.");
  if (!offer && !self->awaiting_answer)
    return refuse (error, "The partner answers what was not asked.");

  remote = sdp_remote_read (sdp, offer, error);
  if (remote == NULL)
    return FALSE;
  if ((!offer || !first) && !sdp_remote_answers (remote, self->kinds))
    return refuse (error, "The partner’s description has other media than were agreed on.");
  if (!first && !certificate_fingerprints_equal (remote->fingerprint, self->graph->expected))
    return refuse (error, "The partner’s certificate has changed.");

  description = make_description (self, remote);
  if (description == NULL || (offer && first && !add_senders (self, remote)))
    return refuse (error, "The partner’s description cannot be used here.");

  if (offer)
    answer = answer_new (self, remote);
  if (first)
    {
      webrtc_graph_expect (self->graph, remote->fingerprint);
      settle (self, remote);
    }
  self->awaiting_answer = FALSE;
  webrtc_graph_request (self->graph, "set-remote-description", description, on_remote_set, answer,
                        answer != NULL ? g_atomic_rc_box_release : NULL);

  for (guint i = 0; i < remote->candidates->len; i++)
    webrtc_negotiation_add_candidate (self, g_ptr_array_index (remote->candidates, i));
  for (guint i = 0; i < self->candidates->len; i++)
    give_candidate (self, g_ptr_array_index (self->candidates, i));
  g_ptr_array_set_size (self->candidates, 0);

  return TRUE;
}

void
webrtc_negotiation_add_candidate (WebrtcNegotiation *self, const char *line)
{
  g_autofree char *candidate = NULL;

  if (*line == '\0')
    candidate = g_strdup ("");
  else
    candidate = candidate_read (line);
  if (candidate == NULL || self->n_candidates >= MAX_CANDIDATES)
    return;

  self->n_candidates++;
  if (self->remote_set)
    give_candidate (self, candidate);
  else
    g_ptr_array_add (self->candidates, g_steal_pointer (&candidate));
}

WebrtcNegotiation *
webrtc_negotiation_new (WebrtcGraph *graph, gboolean caller)
{
  WebrtcNegotiation *self = g_new0 (WebrtcNegotiation, 1);

  self->graph = webrtc_graph_ref (graph);
  self->caller = caller;
  self->kinds = g_array_new (FALSE, FALSE, sizeof (SdpKind));
  self->directions = g_array_new (FALSE, FALSE, sizeof (SdpDirection));
  self->candidates = g_ptr_array_new_with_free_func (g_free);
  self->on_candidate = webrtc_graph_connect (graph, graph->webrtcbin, "on-ice-candidate",
                                             G_CALLBACK (on_local_candidate));
  self->on_gathering = webrtc_graph_connect (graph, graph->webrtcbin, "notify::ice-gathering-state",
                                             G_CALLBACK (on_gathering_state));

  return self;
}

void
webrtc_negotiation_close (WebrtcNegotiation *self)
{
  if (self == NULL)
    return;

  g_clear_signal_handler (&self->on_candidate, self->graph->webrtcbin);
  g_clear_signal_handler (&self->on_gathering, self->graph->webrtcbin);
  g_array_unref (self->kinds);
  g_array_unref (self->directions);
  g_ptr_array_unref (self->candidates);
  webrtc_graph_unref (self->graph);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation, from seeking a partner to its end: the state machine, and nothing that draws.
 *
 * Owns: the encounter's channel (keys), its call, its texts. Called by: app/session (the window's
 * programs and the probe alike). Must never: keep anything of the partner after its end, let a
 * picture or text through before the channel is ready, depend on a particular transport (it is
 * given a CausetteSignalling and makes its call by a factory). Main context only.
 */
#pragma once

#include <gio/gio.h>

#include "app/clock.h"
#include "media/call.h"
#include "net/client/signalling.h"
#include "net/secure/sas.h"

G_BEGIN_DECLS

typedef enum
{
  CAUSETTE_ENCOUNTER_IDLE,         /* made, not begun */
  CAUSETTE_ENCOUNTER_SEEKING,      /* in the queue (or waiting for the connection to ask for it) */
  CAUSETTE_ENCOUNTER_PAIRED,       /* the server named a partner */
  CAUSETTE_ENCOUNTER_SECURING,     /* the handshake with the partner is under way */
  CAUSETTE_ENCOUNTER_CONNECTING,   /* a path for picture and sound is being sought */
  CAUSETTE_ENCOUNTER_CONNECTED,    /* they see, hear and read each other */
  CAUSETTE_ENCOUNTER_RECONNECTING, /* nothing arrives for now; texts are kept until it does */
  CAUSETTE_ENCOUNTER_ENDED,        /* for a reason; final */
} CausetteEncounterState;
GType causette_encounter_state_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_ENCOUNTER_STATE (causette_encounter_state_get_type ())

typedef enum
{
  CAUSETTE_END_NONE,    /* it has not ended */
  CAUSETTE_END_LEFT,    /* this side left the queue before anyone came */
  CAUSETTE_END_HANG_UP, /* this side ended it */
  CAUSETTE_END_NEXT,    /* this side went on to the next */
  CAUSETTE_END_PARTNER_HUNG_UP,
  CAUSETTE_END_PARTNER_NEXT,
  CAUSETTE_END_PARTNER_LOST,   /* the partner vanished */
  CAUSETTE_END_PARTNER_FAILED, /* the partner's program gave up */
  CAUSETTE_END_NO_ROUTE,       /* no path between the two */
  CAUSETTE_END_NOT_SECURE,     /* the handshake or a certificate was wrong */
  CAUSETTE_END_TIMEOUT,        /* the partner did not answer in time */
  CAUSETTE_END_SERVER_LOST,    /* the server went away while seeking or setting up */
  CAUSETTE_END_SERVER_REFUSED, /* the server said no to seeking; see the error */
  CAUSETTE_END_MEDIA_FAILED,   /* this computer could not make a call; see the error */
  CAUSETTE_END_REPORTED,       /* this side reported the partner */
  CAUSETTE_END_BLOCKED,        /* this side blocked the partner */
} CausetteEndReason;
GType causette_end_reason_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_END_REASON (causette_end_reason_get_type ())
/* Returns: a sentence, translated. */
const char *causette_end_reason_to_sentence (CausetteEndReason reason);
/* Returns: its nick, for diagnosis: "partner-lost". */
const char *causette_end_reason_to_nick (CausetteEndReason reason);

/* What a person looks for; copied. */
typedef struct
{
  const char *const *languages; /* nullable */
  const char *const *topics;    /* nullable */
  gboolean video, audio;
} CausetteWish;

/* Makes the call of an encounter. Returns: (transfer full). */
typedef CausetteCall *(*CausetteCallFactory) (gboolean caller,
                                              GPtrArray *ice_servers /* of WireIceServer */,
                                              gpointer user_data);

/* Properties (all notify): "state", "reason" (CausetteEndReason), "error" (GError, nullable),
 * "waiting" (int, -1 unknown), "call" (CausetteCall, nullable), "partner-camera",
 * "partner-microphone" (boolean: on), "partner-away" (boolean: their connection to the server is
 * down), "encrypted" (boolean), "texts" (GListModel of CausetteText).
 *
 * Signals:
 *  "paired" (gboolean caller), "secured", "ended" (CausetteEndReason), each once */
#define CAUSETTE_TYPE_ENCOUNTER (causette_encounter_get_type ())
G_DECLARE_FINAL_TYPE (CausetteEncounter, causette_encounter, CAUSETTE, ENCOUNTER, GObject)

CausetteEncounter *causette_encounter_new (CausetteSignalling *signalling,
                                           CausetteClock *clock,
                                           CausetteCallFactory factory,
                                           gpointer factory_data);
/* IDLE → SEEKING. */
void causette_encounter_seek (CausetteEncounter *self, const CausetteWish *wish);
/* Ends it; @reason is one of LEFT, HANG_UP, NEXT (LEFT and HANG_UP are made the one that fits the
 * state). An encounter that has ended stays as it is. */
void causette_encounter_end (CausetteEncounter *self, CausetteEndReason reason);
/* Tells the server about the partner and ends the encounter (report), with @reason one of the
 * protocol's. */
void causette_encounter_report (CausetteEncounter *self, WireReportReason reason);
void causette_encounter_block (CausetteEncounter *self);
/* Writes to the partner: 1 to WIRE_TEXT_MAX bytes of UTF-8, otherwise FALSE. Taken in every state
 * from SECURING on (kept until it can be sent) until the end. */
gboolean causette_encounter_say (CausetteEncounter *self, const char *text);
/* Tells the partner which devices are on. */
void causette_encounter_set_devices (CausetteEncounter *self, gboolean camera, gboolean microphone);

CausetteEncounterState causette_encounter_get_state (CausetteEncounter *self);
CausetteEndReason causette_encounter_get_reason (CausetteEncounter *self);
const GError *causette_encounter_get_error (CausetteEncounter *self);
int causette_encounter_get_waiting (CausetteEncounter *self);
CausetteCall *causette_encounter_get_call (CausetteEncounter *self);
gboolean causette_encounter_get_partner_camera (CausetteEncounter *self);
gboolean causette_encounter_get_partner_microphone (CausetteEncounter *self);
gboolean causette_encounter_get_partner_away (CausetteEncounter *self);
gboolean causette_encounter_get_encrypted (CausetteEncounter *self);
/* The emoji that both people see alike, or someone is in between; their names are to be translated.
 * Returns FALSE before "secured" and after the end. */
gboolean causette_encounter_get_sas (CausetteEncounter *self, const SasWord *words[SAS_COUNT]);
GListModel *causette_encounter_get_texts (CausetteEncounter *self);

/* A line of the conversation; properties "text", "own" (boolean), "status" (CausetteTextStatus,
 * notify). */
typedef enum
{
  CAUSETTE_TEXT_WAITING, /* not sent yet */
  CAUSETTE_TEXT_SENT,
  CAUSETTE_TEXT_DELIVERED, /* the partner's program has it (or: it came from the partner) */
} CausetteTextStatus;
GType causette_text_status_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_TEXT_STATUS (causette_text_status_get_type ())
#define CAUSETTE_TYPE_TEXT        (causette_text_get_type ())
G_DECLARE_FINAL_TYPE (CausetteText, causette_text, CAUSETTE, TEXT, GObject)
const char *causette_text_get_text (CausetteText *self);
gboolean causette_text_get_own (CausetteText *self);
CausetteTextStatus causette_text_get_status (CausetteText *self);

G_END_DECLS

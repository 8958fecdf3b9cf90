/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of an encounter, shared by the files that it is split into:
 *
 *  encounter.c          the object, its states, its beginning and end
 *  encounter-seek.c     the server: seeking, being paired, the connection's loss and return
 *  encounter-channel.c  the partner: handshake, sealing and opening, relay or data channel
 *  encounter-call.c     the call: descriptions, candidates, what becomes of it
 *  encounter-texts.c    the texts: queue, receipts, resending, the list
 *
 * Nothing else includes this.
 */
#pragma once

#include "app/conversation.h"
#include "app/encounter.h"
#include "net/secure/channel.h"

G_BEGIN_DECLS

/* How long things may take, in milliseconds. */
#define ENCOUNTER_SECURING_MS      15000 /* from being paired to a finished handshake */
#define ENCOUNTER_CONNECTING_MS    30000 /* from then to a path */
#define ENCOUNTER_INTERRUPTED_MS   60000 /* nothing arrives, and the call has not given up */
#define ENCOUNTER_FAILED_MS        30000 /* the call has given up */
#define ENCOUNTER_SEEK_AGAIN_MS    2000  /* a seek without an answer */
#define ENCOUNTER_STRAY_MS         5000  /* a pairing that the server speaks of but has not told */
#define ENCOUNTER_RELAY_AGAIN_MS   2000  /* a text that the server did not take */
#define ENCOUNTER_RESEND_FIRST_MS  5000  /* a text without a receipt: doubles up to … */
#define ENCOUNTER_RESEND_MAX_MS    60000
#define ENCOUNTER_LINGER_MS        400  /* a goodbye by the data channel, before the call closes */
#define ENCOUNTER_RELAYS_IN_FLIGHT 16   /* texts handed to the server without an acknowledgement */
#define ENCOUNTER_TEXTS_SHOWN      2000 /* lines kept in the list; the oldest go first */

struct _CausetteEncounter
{
  GObject parent_instance;

  CausetteSignalling *signalling;
  CausetteClock *clock;
  CausetteCallFactory factory;
  gpointer factory_data;

  CausetteEncounterState state;
  CausetteEndReason reason;
  GError *error;
  guint setup_timer; /* SECURING and CONNECTING */
  guint lost_timer;  /* RECONNECTING */

  /* Seeking */
  WireMessage *wish; /* WIRE_SEEK */
  int waiting;
  gboolean seek_pending; /* asked on this connection, not answered */
  gboolean seek_taken;   /* the server said that this side is in the queue */
  gboolean seek_unsure;  /* asked, and no answer came: the server may have taken it */
  guint seek_timer;

  /* The connection to the server */
  gboolean welcome_pending; /* a welcome came before the state said ONLINE */
  gboolean welcome_resumed;
  char *welcome_encounter;
  gboolean server_forgot; /* the server does not know this encounter any more: no relay, no end */

  /* The partner */
  char *id; /* of the encounter; %NULL until paired */
  ChannelRole role;
  Channel *channel;
  uint32_t generation;
  gboolean encrypted;
  gboolean devices_known;
  WireDeviceState devices; /* this side's */
  gboolean partner_camera;
  gboolean partner_microphone;
  gboolean partner_away;

  /* The call */
  CausetteCall *call;
  gboolean call_was_connected;
  gboolean description_sent;
  gboolean description_taken;

  /* The texts */
  Conversation *conversation;
  GListStore *texts;     /* of CausetteText */
  GPtrArray *own_texts;  /* of CausetteText: this side's that are not delivered, by number */
  int64_t own_delivered; /* number before the first of own_texts */
  guint relays_in_flight;
  guint resend_timer;
  guint resend_ms;
  int64_t resend_confirmed; /* what was confirmed when the timer was set */
};

/* encounter.c */

/* Sets the state and notifies. Returns whether it is still so afterwards: a handler may have ended
 * the encounter. */
gboolean encounter_set_state (CausetteEncounter *self, CausetteEncounterState state);
/* Ends it. @error: (transfer full) (nullable). */
void encounter_finish (CausetteEncounter *self, CausetteEndReason reason, GError *error);
void encounter_notify (CausetteEncounter *self, const char *property);
void encounter_emit_paired (CausetteEncounter *self, gboolean caller);
void encounter_emit_secured (CausetteEncounter *self);
/* (Re)starts the time-out of the state that is being set up. */
void encounter_start_setup_timer (CausetteEncounter *self, guint delay_ms);
/* Ends it because something did not come in time: the server's fault when it is away. */
void encounter_time_out (CausetteEncounter *self, CausetteEndReason reason);

/* encounter-seek.c */

void encounter_seek_watch (CausetteEncounter *self);
void encounter_seek_unwatch (CausetteEncounter *self);
void encounter_seek_try (CausetteEncounter *self);
/* Tells the server that this side wants no partner any more, or that the encounter is over. */
void encounter_seek_leave (CausetteEncounter *self);
void encounter_tell_server (CausetteEncounter *self, WireEndReason reason);
/* The server answered that the encounter is not this side's (any more). */
void encounter_server_forgot (CausetteEncounter *self);

/* encounter-channel.c */

typedef enum
{
  ENCOUNTER_PATH_NONE,
  ENCOUNTER_PATH_DATA,  /* the call's data channel */
  ENCOUNTER_PATH_RELAY, /* the server */
} EncounterPath;

void encounter_channel_begin (CausetteEncounter *self);
void encounter_channel_relayed (CausetteEncounter *self, WireKind kind, GBytes *body);
void encounter_channel_arrived (CausetteEncounter *self, GBytes *sealed);
/* Which way a text goes now. */
EncounterPath encounter_channel_get_path (CausetteEncounter *self);
/* Seals @plain and sends it by the data channel when that is open, else by the relay (or the other
 * way about for what the call needs to be set up). Returns the way that it went. */
EncounterPath
encounter_channel_send (CausetteEncounter *self, ChannelPurpose purpose, const char *plain);
void encounter_channel_send_devices (CausetteEncounter *self);

/* encounter-call.c */

void encounter_call_begin (CausetteEncounter *self);
void encounter_call_take_description (CausetteEncounter *self, const char *text, size_t size);
void encounter_call_take_candidate (CausetteEncounter *self, const char *text, size_t size);
gboolean encounter_call_is_open (CausetteEncounter *self);
/* Closes the call; when a goodbye may still be on its way in the data channel, a moment later. */
void encounter_call_end (CausetteEncounter *self, gboolean linger);

/* encounter-texts.c */

void encounter_texts_flush (CausetteEncounter *self);
/* A path has come or gone: what has no receipt is sent again. */
void encounter_texts_resend (CausetteEncounter *self);
void encounter_texts_relay_done (CausetteEncounter *self, const GError *error);
void encounter_texts_take (CausetteEncounter *self, const char *text, size_t size);
void encounter_texts_take_receipt (CausetteEncounter *self, const char *text, size_t size);
void encounter_texts_clear (CausetteEncounter *self);

/* text.c */

CausetteText *causette_text_new (const char *text, gboolean own);
void causette_text_set_status (CausetteText *self, CausetteTextStatus status);

G_END_DECLS

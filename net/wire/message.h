/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of pairing protocol 1, each with one validator that client and server share.
 *
 * Owns: names, fields and limits of the protocol's events, of the connection's `auth`, and of what
 * two clients say to each other inside their channel (descriptions, candidates, device states).
 * Called by: net/client, net/server, app.
 * Must never: accept a wrong type, a missing field, an over-long or badly encoded string; trip over
 * a field that it does not know (those are ignored). Safe from any thread.
 */
#pragma once

#include "net/wire/json.h"

G_BEGIN_DECLS

#define WIRE_PROTOCOL             1
#define WIRE_PACKET_MAX           (64 * 1024) /* bytes of one packet's JSON */
#define WIRE_ID_MAX               64          /* bytes of an id or a token: [A-Za-z0-9_-] */
#define WIRE_LIST_MAX             8           /* languages or topics of a wish */
#define WIRE_LANGUAGE_MAX         35          /* bytes (RFC 5646 §4.4.1) */
#define WIRE_TOPIC_MAX            64          /* bytes */
#define WIRE_VERSION_MAX          32          /* bytes of a policy's version */
#define WIRE_BODY_MAX             (48 * 1024) /* bytes of base64 in a relayed body */
#define WIRE_ICE_SERVERS_MAX      16
#define WIRE_URL_MAX              512
#define WIRE_TEXT_MAX             (8 * 1024)  /* bytes of one text that a person writes */
#define WIRE_SDP_MAX              (32 * 1024) /* bytes of a session description */
#define WIRE_CANDIDATE_MAX        1024        /* bytes of an ICE candidate */
#define WIRE_SENTENCE_MAX         512 /* bytes of a refusal's or acknowledgement's sentence */
#define WIRE_POLICY_LANGUAGES_MAX 64

#define WIRE_ERROR (wire_error_quark ())
GQuark wire_error_quark (void);
/* Codes with the strings that stand for them in an acknowledgement (wire_error_code()). The
 * message of a GError is the sentence of `message`. */
typedef enum
{
  WIRE_ERROR_MALFORMED,     /* "malformed": not an object, a wrong type, a missing or bad field */
  WIRE_ERROR_TOO_LONG,      /* "too-long": a string or list beyond its limit */
  WIRE_ERROR_UNKNOWN_EVENT, /* "unknown-event" */
  WIRE_ERROR_NOT_PAIRED,    /* "not-paired": that encounter is not yours, or is over */
  WIRE_ERROR_ALREADY,       /* "already": seeking or in an encounter already */
  WIRE_ERROR_TOO_MANY,      /* "too-many": a limit per time */
  WIRE_ERROR_DRAINING,      /* "draining": the server is about to stop */
  WIRE_ERROR_PARTNER_AWAY,  /* "partner-away": the partner's connection is down and its buffer is
                               full */
  WIRE_ERROR_INTERNAL,      /* "internal" */
} WireError;
const char *wire_error_code (int code);
/* Returns the code for @string, or WIRE_ERROR_INTERNAL for one that is not known. */
int wire_error_from_code (const char *string);

/* Why a connection was refused: CONNECT_ERROR's `data.code`. */
typedef enum
{
  WIRE_REFUSAL_PROTOCOL_UNSUPPORTED,
  WIRE_REFUSAL_POLICY_OUTDATED, /* with `version` */
  WIRE_REFUSAL_UNDERAGE,
  WIRE_REFUSAL_BANNED, /* with `seconds` left */
  WIRE_REFUSAL_FULL,
  WIRE_REFUSAL_TOO_MANY,
  WIRE_REFUSAL_MALFORMED,
  WIRE_REFUSAL_UNKNOWN, /* a code that this version does not know */
} WireRefusalCode;
typedef struct
{
  WireRefusalCode code;
  char *message; /* a sentence; when read: never %NULL, empty where there is none fit to show */
  char *version; /* nullable */
  int64_t seconds;
} WireRefusal;
JsonValue *wire_refusal_to_json (const WireRefusal *refusal); /* {"message":…,"data":{"code":…}} */
/* Reads a CONNECT_ERROR's data; whatever is missing or malformed is left empty. Never fails. */
void wire_refusal_from_json (const JsonValue *json, WireRefusal *refusal);
void wire_refusal_clear (WireRefusal *refusal);

/* `auth` of the connection. */
typedef struct
{
  int protocol; /* required */
  char *locale; /* nullable */
  char *policy; /* version accepted, nullable */
  bool adult;   /* false when it is not said */
  char *resume; /* token, nullable */
} WireAuth;
JsonValue *wire_auth_to_json (const WireAuth *auth);
bool wire_auth_from_json (const JsonValue *json, WireAuth *auth, GError **error);
void wire_auth_clear (WireAuth *auth);

typedef enum
{
  WIRE_WELCOME,        /* server */
  WIRE_SEEK,           /* client */
  WIRE_LEAVE,          /* client */
  WIRE_PAIRED,         /* server */
  WIRE_RELAY,          /* client → server → partner */
  WIRE_END,            /* client */
  WIRE_ENDED,          /* server: the partner ended it, or is lost */
  WIRE_REPORT,         /* client */
  WIRE_BLOCK,          /* client */
  WIRE_POLICY_CHANGED, /* server */
  WIRE_PARTNER,        /* server: the partner's connection to the server went "away" or is "back" */
  WIRE_CLOSING,        /* server: it is about to stop; clients reconnect on their own */
} WireType;

typedef enum
{
  WIRE_FROM_CLIENT,
  WIRE_FROM_SERVER,
} WireSender;

typedef enum
{
  WIRE_CALLER,
  WIRE_CALLEE,
} WireRole;

typedef enum
{
  WIRE_KIND_NOISE,
  WIRE_KIND_SEALED,
} WireKind;

typedef enum
{
  WIRE_END_HANG_UP,
  WIRE_END_NEXT,
  WIRE_END_FAILED,
  WIRE_END_LOST,   /* server only */
  WIRE_END_REPORT, /* server only: to the one who was reported, sent as "hang-up" */
} WireEndReason;

/* Reasons of a report: "minor", "nudity", "harassment", "spam", "other". */
typedef enum
{
  WIRE_REPORT_MINOR,
  WIRE_REPORT_NUDITY,
  WIRE_REPORT_HARASSMENT,
  WIRE_REPORT_SPAM,
  WIRE_REPORT_OTHER,
} WireReportReason;

/* As W3C webrtc-pc §4.2.2 RTCIceServer. */
typedef struct
{
  char **urls; /* %NULL-terminated, at least one: stun:, stuns:, turn: or turns: */
  char *username;
  char *credential;
} WireIceServer;
WireIceServer *wire_ice_server_copy (const WireIceServer *server);
void wire_ice_server_free (WireIceServer *server);

typedef struct
{
  WireType type;
  union
  {
    struct
    {
      char *session;
      char *resume;
      GPtrArray *ice_servers;  /* of WireIceServer, never %NULL */
      char *policy_version;    /* nullable: the server has no policy */
      char **policy_languages; /* never %NULL */
      int64_t online;
      bool resumed;    /* the session that auth.resume named is taken up again */
      char *encounter; /* nullable: the encounter that goes on, when resumed */
    } welcome;
    struct
    {
      char **languages; /* never %NULL */
      char **topics;
      bool video;
      bool audio;
    } seek;
    struct
    {
      char *encounter;
      WireRole role;
      char **common_languages;
      char **common_topics;
    } paired;
    struct
    {
      char *encounter;
      WireKind kind;
      GBytes *body; /* decoded */
    } relay;
    struct
    {
      char *encounter;
      WireEndReason reason;
    } end; /* and ended */
    struct
    {
      char *encounter;
      WireReportReason reason;
    } report;
    struct
    {
      char *encounter;
    } block;
    struct
    {
      char *version;
    } policy_changed;
    struct
    {
      char *encounter;
      bool away; /* "state": "away" or "back" */
    } partner;
  };
} WireMessage;

/* Makes an empty message of @type: strings %NULL, lists empty. */
WireMessage *wire_message_new (WireType type);
void wire_message_free (WireMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WireMessage, wire_message_free)
const char *wire_event_name (WireType type);

/* Reads the argument of event @name as @sender may send it. @name may be %NULL (an event without a
 * name in letters), which no event has. @payload may be %NULL (a missing
 * argument; the same as {} for those that need no field). Returns: (transfer full): or %NULL with
 * @error (WIRE_ERROR_MALFORMED, TOO_LONG or UNKNOWN_EVENT). */
WireMessage *
wire_message_parse (WireSender sender, const char *name, const JsonValue *payload, GError **error);
/* Returns: (transfer full): the argument of the event. */
JsonValue *wire_message_to_json (const WireMessage *message);

/* An acknowledgement. */
typedef struct
{
  bool ok;
  int64_t waiting; /* of `seek`: how many wait now, the asker included; -1 where it is not said */
  int error;       /* a WireError, when not ok */
  char *message;   /* a sentence, when not ok; when read: never %NULL then, but may be empty */
} WireAck;
JsonValue *wire_ack_to_json (const WireAck *ack);
/* Reads the first argument of an ACK. A malformed one reads as not ok, WIRE_ERROR_MALFORMED. */
void wire_ack_from_json (const JsonValue *json, WireAck *ack);
void wire_ack_clear (WireAck *ack);

/* What travels inside the channel between two clients: JSON, one validator each. Readers fill @out
 * in, to be cleared by the caller, only where they return true; otherwise @error is a WIRE_ERROR,
 * MALFORMED or TOO_LONG. Writers want arguments that the reader accepts. */
typedef struct
{
  char *type; /* "offer" or "answer" */
  char *sdp;
} WireDescription;
char *wire_description_write (const char *type, const char *sdp);
bool wire_description_read (const char *text, size_t size, WireDescription *out, GError **error);
void wire_description_clear (WireDescription *description);

/* As W3C webrtc-pc §4.8.1 RTCIceCandidateInit; an empty candidate is the end of candidates, for
 * which the index may be missing (it reads as 0). */
typedef struct
{
  char *candidate;
  unsigned mline_index;
} WireCandidate;
char *wire_candidate_write (const char *candidate, unsigned mline_index);
bool wire_candidate_read (const char *text, size_t size, WireCandidate *out, GError **error);
void wire_candidate_clear (WireCandidate *candidate);

typedef struct
{
  bool camera;
  bool microphone;
} WireDeviceState;
char *wire_device_state_write (const WireDeviceState *state);
bool wire_device_state_read (const char *text, size_t size, WireDeviceState *out, GError **error);

/* One text, numbered from 1 by its writer; @text is valid UTF-8 of 1 to WIRE_TEXT_MAX bytes. */
typedef struct
{
  int64_t number;
  char *text;
} WireText;
char *wire_text_write (int64_t number, const char *text);
bool wire_text_read (const char *text, size_t size, WireText *out, GError **error);
void wire_text_clear (WireText *text);
/* "All texts up to @number have been shown": {"upto":N}. */
char *wire_receipt_write (int64_t up_to);
bool wire_receipt_read (const char *text, size_t size, int64_t *up_to, GError **error);
/* The reason of a `bye`: {"reason":"hang-up"|"next"|"failed"}. */
char *wire_bye_write (WireEndReason reason);
bool wire_bye_read (const char *text, size_t size, WireEndReason *reason, GError **error);

G_END_DECLS

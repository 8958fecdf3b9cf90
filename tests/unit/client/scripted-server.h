/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing server that does what a test tells it and writes down what it is told: on libsoup's
 * SoupServer, in the test's own main loop, on a free port of the loopback.
 *
 * Called by: the tests of net/client.
 * Must never: be right by itself; it says what the test wants it to say, however wrong.
 */
#pragma once

#include <libsoup/soup.h>
#include <stdbool.h>

#include "net/wire/message.h"
#include "net/wire/sio.h"

G_BEGIN_DECLS

/* What is done with a client that asks to come in. */
typedef enum
{
  ADMIT_WELCOME, /* let in and welcomed */
  ADMIT_MUTE,    /* let in, and nothing more is said */
  ADMIT_REFUSE,  /* CONNECT_ERROR with @refusal */
  ADMIT_NEVER,   /* no answer to its CONNECT */
  ADMIT_NO_OPEN, /* not even an open packet */
} Admit;

typedef enum
{
  ACK_OK,
  ACK_NO,   /* not-paired */
  ACK_NONE, /* none at all */
  ACK_BAD,  /* one that cannot be read */
} AckMode;

typedef struct
{
  SoupServer *server;
  char *address;
  SoupWebsocketConnection *connection; /* the newest, nullable */
  GPtrArray *leaving;                  /* connections that are being closed */

  /* To be set by the test. */
  Admit admit;
  AckMode ack;
  const char *refusal; /* JSON */
  const char *open;    /* the open packet's JSON, or %NULL for one from the times below */
  unsigned ping_interval_ms;
  unsigned ping_timeout_ms;
  unsigned max_payload;
  bool resumed; /* what the next welcome says, when the client has a token */
  bool ping;    /* whether it keeps its word and pings */

  /* What came. */
  unsigned connections;
  unsigned pongs;
  unsigned goodbyes;  /* DISCONNECT packets */
  unsigned closes;    /* WebSockets that ended */
  GPtrArray *auths;   /* of char, JSON, one for each CONNECT */
  GPtrArray *queries; /* of char, of the URL */
  GPtrArray *events;  /* of char: "name argument", in order */
  GPtrArray *acks;    /* of char: "id argument" */
  GArray *event_ids;  /* of gint64 */
  guint ping_source;
} ScriptedServer;

/* @certificate: for TLS, nullable. */
ScriptedServer *scripted_server_new (GTlsCertificate *certificate);
void scripted_server_free (ScriptedServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedServer, scripted_server_free)

/* One WebSocket text message as it is. */
void scripted_server_send (ScriptedServer *self, const char *text);
void scripted_server_send_binary (ScriptedServer *self, const void *data, size_t size);
/* An event of the pairing protocol. */
void scripted_server_say (ScriptedServer *self, const WireMessage *message, int64_t id);
void scripted_server_acknowledge (ScriptedServer *self, int64_t id, const char *json);
/* Ends the newest connection without a word. */
void scripted_server_cut (ScriptedServer *self);
/* Ends it as the WebSocket protocol has it. */
void scripted_server_close (ScriptedServer *self);

G_END_DECLS

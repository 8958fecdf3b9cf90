/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an encounter needs of a pairing server, without saying how it is reached: the base class of
 * CausetteLink (a real connection) and of the scripted peers in the tests.
 *
 * Called by: app/encounter, app/session. All on the main context.
 */
#pragma once

#include <gio/gio.h>

#include "net/wire/message.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_SIGNALLING (causette_signalling_get_type ())
G_DECLARE_DERIVABLE_TYPE (CausetteSignalling, causette_signalling, CAUSETTE, SIGNALLING, GObject)

/* How far the connection is. */
typedef enum
{
  CAUSETTE_LINK_OFFLINE, /* not connected and not trying: never asked to, told to stop, or refused
                            for good */
  CAUSETTE_LINK_CONNECTING,   /* the first attempt is under way */
  CAUSETTE_LINK_ONLINE,       /* welcome has come */
  CAUSETTE_LINK_RECONNECTING, /* it was lost, or could not be made; a further attempt follows by
                                 itself */
} CausetteLinkState;
GType causette_link_state_get_type (void) G_GNUC_CONST;
#define CAUSETTE_TYPE_LINK_STATE (causette_link_state_get_type ())

#define CAUSETTE_LINK_ERROR (causette_link_error_quark ())
GQuark causette_link_error_quark (void);
/* Why the connection is not there (CausetteSignalling:error), or why a request failed. */
typedef enum
{
  CAUSETTE_LINK_ERROR_ADDRESS,     /* not an address of a server */
  CAUSETTE_LINK_ERROR_UNREACHABLE, /* no server answers there */
  CAUSETTE_LINK_ERROR_TLS,         /* its certificate is not trusted */
  CAUSETTE_LINK_ERROR_PROTOCOL, /* it answers, but is no pairing server, or says what cannot be read
                                 */
  CAUSETTE_LINK_ERROR_LOST,     /* the connection broke, or its other end fell silent */
  CAUSETTE_LINK_ERROR_TIMEOUT,  /* no acknowledgement in time */
  CAUSETTE_LINK_ERROR_QUEUE_FULL,       /* too much waits to be sent */
  CAUSETTE_LINK_ERROR_REFUSED_PROTOCOL, /* refusals, as WireRefusalCode */
  CAUSETTE_LINK_ERROR_REFUSED_POLICY,
  CAUSETTE_LINK_ERROR_REFUSED_UNDERAGE,
  CAUSETTE_LINK_ERROR_REFUSED_BANNED,
  CAUSETTE_LINK_ERROR_REFUSED_FULL,
  CAUSETTE_LINK_ERROR_REFUSED_TOO_MANY,
  CAUSETTE_LINK_ERROR_REFUSED_OTHER,
} CausetteLinkError;

/* Properties: "state" (CausetteLinkState, read, notify), "error" (GError, read, notify; %NULL while
 * all is well), "online-count" (int64, from the last welcome), "resumed" (boolean: the last welcome
 * took up the session from before), "encounter" (string, nullable: the encounter that goes on).
 *
 * Signal "message" (const WireMessage *message): an event of the server, welcome among them, in
 * order; one that the server repeats after a resume is heard once. */
struct _CausetteSignallingClass
{
  GObjectClass parent_class;

  void (*request_async) (CausetteSignalling *self,
                         const WireMessage *message,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  bool (*request_finish) (CausetteSignalling *self,
                          GAsyncResult *result,
                          WireAck *ack,
                          GError **error);
  CausetteLinkState (*get_state) (CausetteSignalling *self);
  const GError *(*get_error) (CausetteSignalling *self);
  GPtrArray *(*get_ice_servers) (CausetteSignalling *self);
};

/* Sends @message and waits for its acknowledgement. While the connection is being taken up again,
 * WIRE_RELAY, WIRE_END, WIRE_REPORT and WIRE_BLOCK wait in a bounded queue and are sent after the
 * resume (in order, before anything newer); they fail with LOST when the session could not be
 * resumed. One of these that was sent but not acknowledged when the connection broke is sent again
 * in its place: the receiver's channel drops a relay that it has seen, and a server that has ended
 * the encounter already answers WIRE_ERROR_NOT_PAIRED. Others fail with LOST at once. At most 64
 * requests or 1 MiB wait for an acknowledgement; a further one fails with QUEUE_FULL. A request
 * keeps @self alive until its callback has run. */
void causette_signalling_request_async (CausetteSignalling *self,
                                        const WireMessage *message,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/* Returns true with @ack (which the caller clears) when the server said yes. A server's no is false
 * with an @error in the WIRE_ERROR domain; a connection's failure one in CAUSETTE_LINK_ERROR. @ack
 * may be %NULL. */
bool causette_signalling_request_finish (CausetteSignalling *self,
                                         GAsyncResult *result,
                                         WireAck *ack,
                                         GError **error);

CausetteLinkState causette_signalling_get_state (CausetteSignalling *self);
/* Returns: (nullable): why it is not online; the message is a sentence for a person. */
const GError *causette_signalling_get_error (CausetteSignalling *self);
/* Returns: (transfer none): of WireIceServer, as the last welcome had them; empty before. */
GPtrArray *causette_signalling_get_ice_servers (CausetteSignalling *self);

/* For subclasses: takes over what @welcome says (the properties, and the ICE servers unless the
 * subclass keeps its own), for one that has to do so before it tells of its new state. */
void causette_signalling_note_welcome (CausetteSignalling *self, const WireMessage *welcome);
/* For subclasses: emits "message", and notes a welcome first. */
void causette_signalling_emit_message (CausetteSignalling *self, const WireMessage *message);

G_END_DECLS

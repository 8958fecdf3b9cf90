/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a server, from the first byte to the last: WebSocket, Engine.IO and Socket.IO
 * handshakes, heartbeat, the timer for a dead peer.
 *
 * Owns: the WebSocket of libsoup and its timers.
 * Called by: net/client/link, which makes a new one for each attempt.
 * Must never: connect again by itself, know of requests and sessions, call back after
 * link_socket_close().
 */
#pragma once

#include <libsoup/soup.h>
#include <stdbool.h>

#include "net/wire/sio.h"

G_BEGIN_DECLS

typedef struct _LinkSocket LinkSocket;

/* Both are called from the main loop, never from inside a function of this header. Either may call
 * link_socket_close(). */
typedef struct
{
  /* An EVENT or ACK of the namespace "/", after the server has let us in. */
  void (*packet) (LinkSocket *socket, const SioPacket *packet, void *data);
  /* It is over, for a reason in CAUSETTE_LINK_ERROR; called once, and the last call. */
  void (*ended) (LinkSocket *socket, const GError *error, void *data);
} LinkSocketEvents;

/* Starts to connect to @address, a base URL, with @auth (transfer full). Returns: (transfer full):
 * to be given to link_socket_close() even after @ended. */
LinkSocket *link_socket_new (SoupSession *session,
                             const char *address,
                             JsonValue *auth,
                             const LinkSocketEvents *events,
                             void *data);
/* No further callback. When the server has let us in, @goodbye tells it that we leave for good. */
void link_socket_close (LinkSocket *self, bool goodbye);

/* Sends a Socket.IO packet. Returns false when it is larger than the server takes. A packet that
 * is given to a connection which breaks at that moment is lost without a word here. */
bool link_socket_send (LinkSocket *self, const char *text);
/* The session stands: the limit on how long the handshakes may take is over. */
void link_socket_settle (LinkSocket *self);
/* The network changed: find out within seconds whether the other end is still there. */
void link_socket_probe (LinkSocket *self);
/* Ends the connection from inside @packet, as if it had broken for @error. */
void link_socket_fail (LinkSocket *self, const GError *error);

G_END_DECLS

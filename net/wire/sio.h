/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO 5: packets over Engine.IO messages, as pure functions over buffers.
 *
 * Owns: the bytes of the Socket.IO protocol, revision 5, with binary attachments.
 * Called by: net/client, net/server, the fuzz targets.
 * Must never: do I/O, repair a malformed packet, keep more attachments or bytes than it was told.
 * Safe from any thread (a decoder belongs to one at a time).
 */
#pragma once

#include "net/wire/json.h"

G_BEGIN_DECLS

#define SIO_PROTOCOL        5
#define SIO_NAMESPACE_MAX   128 /* bytes */
#define SIO_ATTACHMENTS_MAX 16  /* in one packet, by default */
#define SIO_NO_ID           (-1)

#define SIO_ERROR (sio_error_quark ())
GQuark sio_error_quark (void);
typedef enum
{
  SIO_ERROR_EMPTY,     /* no packet type */
  SIO_ERROR_TYPE,      /* an unknown packet type */
  SIO_ERROR_NAMESPACE, /* a namespace too long or not UTF-8 */
  SIO_ERROR_ID, /* an acknowledgement id where none may be, none where one must be, or too large */
  SIO_ERROR_PAYLOAD,     /* not JSON, or not of the shape that the type asks for */
  SIO_ERROR_ATTACHMENTS, /* too many or too few attachments, or a placeholder without one */
  SIO_ERROR_UNEXPECTED,  /* a text packet while attachments are due, or an attachment that nobody
                            awaits */
} SioError;

typedef enum
{
  SIO_CONNECT = 0,
  SIO_DISCONNECT = 1,
  SIO_EVENT = 2,
  SIO_ACK = 3,
  SIO_CONNECT_ERROR = 4,
  SIO_BINARY_EVENT = 5, /* on the wire only: a decoded packet is SIO_EVENT with attachments */
  SIO_BINARY_ACK = 6,   /* likewise SIO_ACK */
} SioType;

/* One packet. In @data an attachment stands as the object {"_placeholder":true,"num":N}, N being
 * its index in @attachments. */
typedef struct
{
  SioType type;
  char *nsp;       /* never %NULL; "/" is the main one; a query after '?' is cut off */
  int64_t id;      /* SIO_NO_ID, or the acknowledgement's id, 0 … 2^53-1 */
  JsonValue *data; /* EVENT, ACK: an array; CONNECT: an object or %NULL; CONNECT_ERROR: an object or
                      string; else %NULL */
  GPtrArray *attachments; /* of GBytes, or %NULL */
} SioPacket;

void sio_packet_free (SioPacket *packet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SioPacket, sio_packet_free)

/* Makes a packet; takes @data and @attachments (either may be %NULL). @nsp is copied. */
SioPacket *
sio_packet_new (SioType type, const char *nsp, int64_t id, JsonValue *data, GPtrArray *attachments);
/* Makes an event named @name with the one argument @argument (transfer full, may be %NULL). */
SioPacket *
sio_packet_new_event (const char *nsp, int64_t id, const char *name, JsonValue *argument);
/* Returns: (nullable): the name of an event, borrowed. */
const char *sio_packet_event_name (const SioPacket *packet);
/* Returns: (nullable): argument @index of an event (0 is the first after its name) or of an ACK. */
JsonValue *sio_packet_argument (const SioPacket *packet, size_t index);

/* Makes the object that stands for attachment @index in a packet's data. */
JsonValue *sio_placeholder_new (unsigned index);
/* Returns: (transfer none) (nullable): the attachment that @placeholder stands for; %NULL when it
 * is no placeholder. */
GBytes *sio_packet_attachment (const SioPacket *packet, const JsonValue *placeholder);

/* Appends the packet's text to @text; its attachments follow as binary messages, in order. With
 * attachments the type on the wire is the BINARY_ one. */
void sio_packet_encode (const SioPacket *packet, GString *text);

/* Decodes the messages of one connection, in order. */
typedef struct _SioDecoder SioDecoder;
/* @max_attachments, @max_bytes: limits of one packet, attachments included; 0 for the default and
 * none. What goes beyond is refused with SIO_ERROR_PAYLOAD (its text) or SIO_ERROR_ATTACHMENTS. */
SioDecoder *sio_decoder_new (unsigned max_attachments, size_t max_bytes);
void sio_decoder_free (SioDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SioDecoder, sio_decoder_free)
/* Feeds one Engine.IO message. Returns false with @error for a malformed one: the connection must
 * be closed then (whatever comes after it is refused too). Otherwise *@packet is (transfer full) a
 * whole packet, or %NULL while attachments are still due. Reserved event names (connect,
 * connect_error, disconnect, disconnecting, newListener, removeListener) are refused, and so is a
 * packet whose placeholders and attachments do not fit together; an event's name may be a number,
 * as in the reference implementation. */
bool sio_decoder_feed (SioDecoder *decoder,
                       const uint8_t *data,
                       size_t size,
                       bool binary,
                       SioPacket **packet,
                       GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO 4: packets, polling payloads and the opening handshake, as pure functions over buffers.
 *
 * Owns: the bytes of the Engine.IO protocol, revision 4.
 * Called by: net/client, net/server, the fuzz targets.
 * Must never: do I/O, keep state between calls, repair a malformed packet: it is refused with the
 * reason. Safe from any thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define EIO_PROTOCOL  4
#define EIO_SEPARATOR 0x1e
#define EIO_SID_MAX   64

#define EIO_ERROR (eio_error_quark ())
GQuark eio_error_quark (void);
typedef enum
{
  EIO_ERROR_EMPTY,     /* no packet type */
  EIO_ERROR_TYPE,      /* an unknown packet type */
  EIO_ERROR_BASE64,    /* a binary packet of a payload that is not base64 (RFC 4648 §4) */
  EIO_ERROR_UTF8,      /* a text packet that is not UTF-8 */
  EIO_ERROR_TOO_LARGE, /* more than the limit given */
  EIO_ERROR_HANDSHAKE, /* an open packet without what it must hold */
} EioError;

typedef enum
{
  EIO_OPEN = 0,
  EIO_CLOSE = 1,
  EIO_PING = 2,
  EIO_PONG = 3,
  EIO_MESSAGE = 4,
  EIO_UPGRADE = 5,
  EIO_NOOP = 6,
} EioType;

/* One packet: a view, valid as long as the bytes that it was decoded from. */
typedef struct
{
  EioType type;
  bool binary;         /* only ever with EIO_MESSAGE */
  const uint8_t *data; /* without the type; not terminated; may be %NULL when @size is 0 */
  size_t size;
} EioPacket;

/* Decodes one WebSocket message (@binary: from a binary frame, which is a message's bytes as they
 * are). Returns false with @error (EIO_ERROR) for a malformed one. */
bool eio_packet_decode (const uint8_t *data,
                        size_t size,
                        bool binary,
                        EioPacket *packet,
                        GError **error);

/* Appends @packet as a WebSocket message. For a binary one these are its bytes alone. */
void eio_packet_encode (const EioPacket *packet, GByteArray *out);

/* A polling payload: packets joined by EIO_SEPARATOR, binary ones as "b" and base64. */
typedef struct _EioPayload EioPayload;
/* Decodes a whole payload or nothing. @max_size is the limit of the payload in bytes (maxPayload),
 * 0 for none. Returns: (transfer full): with at least one packet, or %NULL with @error. */
EioPayload *eio_payload_decode (const uint8_t *data, size_t size, size_t max_size, GError **error);
size_t eio_payload_length (const EioPayload *payload);
/* Returns a view that lives as long as @payload (which holds its own copy of the bytes). */
EioPacket eio_payload_get (const EioPayload *payload, size_t index);
void eio_payload_free (EioPayload *payload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EioPayload, eio_payload_free)
/* Appends @packet to a payload under construction, with the separator where one is needed. */
void eio_payload_append (GByteArray *payload, const EioPacket *packet);
/* How many bytes eio_payload_append() would add to a payload of @payload_size bytes. */
size_t eio_payload_append_size (size_t payload_size, const EioPacket *packet);

/* What the server says in its open packet (Engine.IO protocol, "Handshake"). */
typedef struct
{
  char *sid;
  char **upgrades; /* %NULL-terminated */
  unsigned ping_interval_ms;
  unsigned ping_timeout_ms;
  size_t max_payload_bytes;
} EioHandshake;
/* Reads the data of an open packet into @handshake, which the caller clears. */
bool
eio_handshake_decode (const uint8_t *data, size_t size, EioHandshake *handshake, GError **error);
/* Returns: (transfer full): the open packet's data. */
char *eio_handshake_encode (const EioHandshake *handshake);
void eio_handshake_clear (EioHandshake *handshake);

G_END_DECLS

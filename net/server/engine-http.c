/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers of the engine: what a request asks for, whether it may, CORS, and the one
 * callback through which libwebsockets reports everything.
 *
 * Called by: libwebsockets; the transports for their answers.
 * Must never: handle LWS_CALLBACK_HTTP_CONFIRM_UPGRADE (its argument may point to freed memory,
 * CVE-2025-11677), let HTTP/2 in (libwebsockets offers an upgrade to it of its own accord), write
 * an address or a payload anywhere.
 */
#include "net/server/engine-internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define PROTOCOL_NAME   "engine"
#define HEADER_MAX      512 /* bytes of a header or a query argument that is looked at */
#define RX_BUFFER_BYTES 1024
#define ANSWER_S        30 /* for an answer that is not read at once */
#define REQUEST_S       25 /* between requests, if nothing else ends the wait sooner */
#define SPARE_FDS       32 /* descriptors that are not for connections */
#define PREFLIGHT_S     "600"
#define JSON_TYPE       "application/json"
#define TEXT_TYPE       "text/plain; charset=UTF-8"

static const struct
{
  enum lws_token_indexes token;
  Method method;
} uri_tokens[] = {
  { WSI_TOKEN_GET_URI, METHOD_GET },         { WSI_TOKEN_POST_URI, METHOD_POST },
  { WSI_TOKEN_OPTIONS_URI, METHOD_OPTIONS }, { WSI_TOKEN_PUT_URI, METHOD_OTHER },
  { WSI_TOKEN_PATCH_URI, METHOD_OTHER },     { WSI_TOKEN_DELETE_URI, METHOD_OTHER },
  { WSI_TOKEN_HEAD_URI, METHOD_OTHER },
};

static Listener *
listener_of (struct lws *wsi)
{
  return lws_vhost_user (lws_get_vhost (wsi));
}

/* Copies a header; an absent one, and one that is longer than anything sensible, reads as "". */
static void
read_header (struct lws *wsi, enum lws_token_indexes token, char *text, int size)
{
  if (lws_hdr_copy (wsi, text, size, token) <= 0)
    text[0] = '\0';
}

/* The value of query argument @name= (the first that has it). Returns false when there is none or
 * it does not fit. */
static bool
read_argument (struct lws *wsi, const char *name, char *value, size_t size)
{
  char fragment[HEADER_MAX];
  size_t length = strlen (name);

  for (int i = 0; lws_hdr_fragment_length (wsi, WSI_TOKEN_HTTP_URI_ARGS, i) > 0; i++)
    if (lws_hdr_copy_fragment (wsi, fragment, sizeof fragment, WSI_TOKEN_HTTP_URI_ARGS, i) > 0 &&
        strncmp (fragment, name, length) == 0)
      return g_strlcpy (value, fragment + length, size) < size;

  return false;
}

/* Whether a page of @origin may use this server: it is on the list, or came from the server's own
 * address. */
static bool
origin_is_allowed (struct lws *wsi, const Engine *engine, const char *origin)
{
  char host[HEADER_MAX];
  const char *authority = strstr (origin, "://");

  for (size_t i = 0; engine->origins != NULL && engine->origins[i] != NULL; i++)
    if (strcmp (engine->origins[i], "*") == 0 ||
        g_ascii_strcasecmp (engine->origins[i], origin) == 0)
      return true;

  read_header (wsi, WSI_TOKEN_HOST, host, sizeof host);
  return authority != NULL && host[0] != '\0' && g_ascii_strcasecmp (authority + 3, host) == 0;
}

static void
read_framing (struct lws *wsi, Request *request)
{
  char length[24];
  int size = lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);

  request->has_length = size > 0;
  if (size > 0)
    {
      read_header (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof length);
      request->bad_framing =
          !g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &request->length, NULL);
    }
  /* libwebsockets knows no chunks in a request, and reads a body only behind a POST. */
  if (lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
    request->bad_framing = true;
  if (request->method == METHOD_POST ? !request->has_length : request->length > 0)
    request->bad_framing = true;
}

void
request_read (struct lws *wsi, const Engine *engine, Request *request)
{
  char origin[HEADER_MAX];

  *request = (Request){ .method = METHOD_OTHER };
  for (size_t i = 0; i < G_N_ELEMENTS (uri_tokens); i++)
    if (lws_hdr_total_length (wsi, uri_tokens[i].token) > 0)
      {
        request->method = uri_tokens[i].method;
        read_header (wsi, uri_tokens[i].token, request->path, sizeof request->path);
      }

  read_framing (wsi, request);
  request->has_transport =
      read_argument (wsi, "transport=", request->transport, sizeof request->transport);
  request->has_sid = read_argument (wsi, "sid=", request->sid, sizeof request->sid);
  request->has_version = read_argument (wsi, "EIO=", request->version, sizeof request->version);

  read_header (wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
  request->origin_ok =
      lws_hdr_total_length (wsi, WSI_TOKEN_ORIGIN) <= 0 || origin_is_allowed (wsi, engine, origin);
}

Refusal
request_judge (Engine *engine, const Request *request, bool websocket, EngineSocket **socket)
{
  bool wants_websocket = request->has_transport && strcmp (request->transport, "websocket") == 0;
  bool wants_polling = request->has_transport && strcmp (request->transport, "polling") == 0;

  *socket = NULL;
  if (!wants_websocket && !wants_polling)
    return REFUSAL_TRANSPORT;
  if (!request->origin_ok)
    return REFUSAL_FORBIDDEN;

  if (request->has_sid)
    {
      EngineSocket *found = session_find (engine, request->sid);

      if (found == NULL || (websocket && found->state != SESSION_OPEN))
        return REFUSAL_SID;
      if (wants_websocket != websocket || (!websocket && found->websocket != NULL))
        return REFUSAL_REQUEST;
      *socket = found;
      return REFUSAL_NONE;
    }

  if (request->method != METHOD_GET)
    return REFUSAL_METHOD;
  if (wants_websocket != websocket)
    return REFUSAL_REQUEST;
  if (!request->has_version || strcmp (request->version, G_STRINGIFY (EIO_PROTOCOL)) != 0)
    return REFUSAL_PROTOCOL;
  return REFUSAL_NONE;
}

static const char *
status_text (unsigned status)
{
  switch (status)
    {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 411:
      return "Length Required";
    case 413:
      return "Payload Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
    }
}

static void append (GByteArray *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append (GByteArray *out, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_byte_array_append (out, (const uint8_t *) text, (guint) strlen (text));
}

static void
append_cors (GByteArray *out, struct lws *wsi, const Engine *engine)
{
  char origin[HEADER_MAX];

  if (engine->origins == NULL || engine->origins[0] == NULL)
    return;
  if (g_strv_contains ((const char *const *) engine->origins, "*"))
    {
      append (out, "Access-Control-Allow-Origin: *\r\n");
      return;
    }

  append (out, "Vary: Origin\r\n");
  read_header (wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
  for (size_t i = 0; engine->origins[i] != NULL; i++)
    if (g_ascii_strcasecmp (engine->origins[i], origin) == 0)
      append (out, "Access-Control-Allow-Origin: %s\r\n", origin);
}

/* libwebsockets closes after such a request without telling the client so. */
static bool
client_wants_close (struct lws *wsi)
{
  char version[16], connection[32];

  read_header (wsi, WSI_TOKEN_HTTP, version, sizeof version);
  read_header (wsi, WSI_TOKEN_CONNECTION, connection, sizeof connection);
  if (g_ascii_strcasecmp (connection, "close") == 0)
    return true;
  return strcmp (version, "HTTP/1.1") != 0 && g_ascii_strcasecmp (connection, "keep-alive") != 0;
}

/* Writes a whole answer. @extra: further header lines. */
static int
write_answer (struct lws *wsi,
              unsigned status,
              const char *type,
              const void *body,
              size_t size,
              const char *extra,
              bool closing)
{
  Listener *listener = listener_of (wsi);
  Engine *engine = listener->engine;
  GByteArray *out = engine->scratch;
  size_t length;
  int written;

  g_byte_array_set_size (out, LWS_PRE);
  append (out, "HTTP/1.1 %u %s\r\n", status, status_text (status));
  if (type != NULL)
    append (out, "Content-Type: %s\r\n", type);
  if (status != 204)
    append (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", size);
  append (out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (listener->protocol)
    append_cors (out, wsi, engine);
  append (out, "%s%s\r\n", extra != NULL ? extra : "", closing ? "Connection: close\r\n" : "");
  if (size > 0)
    g_byte_array_append (out, body, (guint) size);

  length = out->len - LWS_PRE;
  written = lws_write (wsi, out->data + LWS_PRE, length, LWS_WRITE_HTTP);
  engine->counters.bytes_out += size;
  if (out->len > 2 * ENGINE_WRITE_MAX)
    {
      g_byte_array_unref (out);
      engine->scratch = g_byte_array_new ();
    }
  return written < 0 ? -1 : 0;
}

/* Nobody may take for ever to read an answer. (Once it is read the time for the next request
 * begins.)
 */
static int
complete (struct lws *wsi)
{
  if (lws_partial_buffered (wsi))
    lws_set_timeout (wsi, PENDING_TIMEOUT_USER_REASON_BASE, ANSWER_S);
  return lws_http_transaction_completed (wsi) ? -1 : 0;
}

int
respond (struct lws *wsi, unsigned status, const char *type, const void *body, size_t size)
{
  if (write_answer (wsi, status, type, body, size, NULL, client_wants_close (wsi)) < 0)
    return -1;
  return complete (wsi);
}

int
respond_text (struct lws *wsi, unsigned status, const char *text)
{
  return respond (wsi, status, TEXT_TYPE, text, strlen (text));
}

/* Answers a request behind which the connection cannot be used any more. */
static int
respond_and_close (struct lws *wsi, unsigned status)
{
  const char *text = status_text (status);

  (void) write_answer (wsi, status, TEXT_TYPE, text, strlen (text), NULL, true);
  return -1;
}

static char *
refusal_body (Refusal refusal)
{
  static const char *const messages[] = {
    [REFUSAL_TRANSPORT] = "Transport unknown", [REFUSAL_SID] = "Session ID unknown",
    [REFUSAL_METHOD] = "Bad handshake method", [REFUSAL_REQUEST] = "Bad request",
    [REFUSAL_FORBIDDEN] = "Forbidden",         [REFUSAL_PROTOCOL] = "Unsupported protocol version",
  };

  return g_strdup_printf ("{\"code\":%d,\"message\":\"%s\"}", refusal, messages[refusal]);
}

int
respond_refusal (struct lws *wsi, unsigned status, Refusal refusal)
{
  g_autofree char *body = refusal_body (refusal);

  return respond (wsi, status, JSON_TYPE, body, strlen (body));
}

int
refuse_websocket (struct lws *wsi, unsigned status, Refusal refusal)
{
  g_autofree char *body = refusal_body (refusal);

  (void) write_answer (wsi, status, JSON_TYPE, body, strlen (body), NULL, true);
  return -1;
}

/* Fetch standard, "CORS-preflight request". */
static int
respond_preflight (struct lws *wsi, const Request *request)
{
  char headers[HEADER_MAX];
  g_autofree char *extra = NULL;

  if (!request->origin_ok)
    return respond_refusal (wsi, 403, REFUSAL_FORBIDDEN);

  read_header (wsi, WSI_TOKEN_HTTP_AC_REQUEST_HEADERS, headers, sizeof headers);
  if (strspn (headers, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_, ") != strlen (headers))
    headers[0] = '\0';
  extra = g_strdup_printf ("Access-Control-Allow-Methods: GET,POST\r\n"
                           "Access-Control-Allow-Headers: %s\r\n"
                           "Access-Control-Max-Age: " PREFLIGHT_S "\r\n",
                           headers[0] != '\0' ? headers : "Content-Type");
  if (write_answer (wsi, 204, NULL, NULL, 0, extra, client_wants_close (wsi)) < 0)
    return -1;
  return complete (wsi);
}

static int
respond_route (struct lws *wsi, const Listener *listener, const Request *request)
{
  EngineResponse response = { .status = 200, .content_type = TEXT_TYPE };
  const void *body = NULL;
  gsize size = 0;
  int result;

  if (request->method != METHOD_GET)
    return respond_text (wsi, 405, status_text (405));
  if (listener->on_get == NULL || !listener->on_get (request->path, &response, listener->data))
    return respond_text (wsi, 404, status_text (404));

  if (response.body != NULL)
    body = g_bytes_get_data (response.body, &size);
  result = respond (wsi, (unsigned) response.status, response.content_type, body, size);
  g_clear_pointer (&response.body, g_bytes_unref);
  return result;
}

static bool
is_protocol_path (const Listener *listener, const Request *request)
{
  return listener->protocol && strcmp (request->path, listener->engine->path) == 0;
}

static int
handle_request (Peer *peer)
{
  struct lws *wsi = peer->wsi;
  Listener *listener = listener_of (wsi);
  Request request;

  lws_set_timer_usecs (wsi, 0);
  request_read (wsi, listener->engine, &request);
  if (request.bad_framing)
    return respond_and_close (wsi,
                              request.method == METHOD_POST && !request.has_length ? 411 : 400);
  if (!is_protocol_path (listener, &request))
    return respond_route (wsi, listener, &request);
  if (request.method == METHOD_OPTIONS)
    return respond_preflight (wsi, &request);

  uv_update_time (listener->engine->loop);
  engine_run_timers (listener->engine);
  return polling_request (peer, &request);
}

static int
filter_websocket (Peer *peer)
{
  Listener *listener = listener_of (peer->wsi);
  Request request;

  lws_set_timer_usecs (peer->wsi, 0);
  request_read (peer->wsi, listener->engine, &request);
  if (!is_protocol_path (listener, &request))
    return refuse_websocket (peer->wsi, 404, REFUSAL_REQUEST);

  uv_update_time (listener->engine->loop);
  engine_run_timers (listener->engine);
  return websocket_filter (peer, &request);
}

/* libwebsockets takes up an upgrade to HTTP/2 by itself and sets no limit of time to it, so that
 * there is one here from the connection, and from the end of each request, until the next request
 * is seen. Its timers cannot be cancelled, but be let go off at once, to no effect. */
static void
expect_request (struct lws *wsi, Peer *peer)
{
  lws_set_timer_usecs (wsi, REQUEST_S * LWS_USEC_PER_SEC);
  if (peer != NULL)
    peer->request_ms = engine_now_ms (listener_of (wsi)->engine) + (REQUEST_S - 1) * 1000;
}

static int
on_timer (struct lws *wsi, const Peer *peer)
{
  bool expected = peer == NULL || peer->kind == PEER_NONE;
  bool late = peer == NULL || peer->request_ms <= engine_now_ms (listener_of (wsi)->engine);

  return expected && late ? -1 : 0;
}

/* libwebsockets answers an upgrade that it does not know and then reads on in the header that it
 * has let go of by completing that answer. Completing binds the protocol anew; refusing that makes
 * it close instead. */
static int
on_bind (struct lws *wsi, Peer *peer)
{
  char upgrade[32];

  if (lws_hdr_total_length (wsi, WSI_TOKEN_UPGRADE) > 0)
    {
      read_header (wsi, WSI_TOKEN_UPGRADE, upgrade, sizeof upgrade);
      return g_ascii_strcasecmp (upgrade, "websocket") == 0 ? 0 : -1;
    }

  expect_request (wsi, peer);
  return 0;
}

/* Descriptors are given out from the lowest on. When they run out a listening socket is ready for
 * ever, so that the last ones are not for connections. */
static int
filter_connection (const struct lws_filter_network_conn_args *args)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      (rlim_t) args->accept_fd + SPARE_FDS >= limit.rlim_cur)
    return -1;
  return 0;
}

/* The headers of a request are there, its protocol is not chosen yet. */
static int
filter_request (struct lws *wsi, const Peer *peer)
{
  struct lws *network = lws_get_network_wsi (wsi);

  if (network != wsi)
    {
      lws_set_timeout (network, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
      return -1;
    }
  /* Sent before the answer to the last one: nobody who waits for a poll does that. */
  return peer != NULL && peer->kind != PEER_NONE ? -1 : 0;
}

void
peer_set_kind (Peer *peer, PeerKind kind)
{
  bool busy =
      kind == PEER_ANSWER || kind == PEER_WEBSOCKET || kind == PEER_PROBE || kind == PEER_CLOSING;

  peer->kind = (uint8_t) kind;
  if (busy != peer->counted)
    {
      peer->counted = busy;
      peer->engine->busy_peers += busy ? 1 : (size_t) -1;
    }
}

void
peer_reset (Peer *peer)
{
  peer_set_kind (peer, PEER_NONE);
  peer->socket = NULL;
  peer->in_flight = 0;
  peer->probed = false;
  g_clear_pointer (&peer->bytes, g_byte_array_unref);
}

void
peer_want_write (Peer *peer)
{
  if (peer->writing)
    return;
  peer->writing = true;
  lws_callback_on_writable (peer->wsi);
}

static void
peer_lost (Peer *peer)
{
  EngineSocket *socket = peer->socket;

  if (peer->engine == NULL)
    return;
  peer_reset (peer);
  if (socket != NULL)
    session_lost (socket, peer);
}

static void
peer_bind (Peer *peer, struct lws *wsi)
{
  peer->wsi = wsi;
  peer->engine = listener_of (wsi)->engine;
}

/* IPv6 hosts have whole networks of 64 bits, so that their key is that of the network. */
uint64_t
peer_address_key (const Engine *engine, struct lws *wsi)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  uint8_t bytes[8];
  size_t size = 0;
  uint64_t key;

  memset (&address, 0, sizeof address);
  if (getpeername (lws_get_socket_fd (wsi), (struct sockaddr *) &address, &length) != 0)
    return 0;

  if (address.ss_family == AF_INET)
    {
      size = 4;
      memcpy (bytes, &((struct sockaddr_in *) &address)->sin_addr, size);
    }
  else if (address.ss_family == AF_INET6)
    {
      const struct in6_addr *six = &((struct sockaddr_in6 *) &address)->sin6_addr;
      bool mapped = IN6_IS_ADDR_V4MAPPED (six);

      size = mapped ? 4 : 8;
      memcpy (bytes, six->s6_addr + (mapped ? 12 : 0), size);
    }

  G_STATIC_ASSERT (sizeof key == crypto_shorthash_BYTES);
  crypto_shorthash ((unsigned char *) &key, bytes, size, engine->address_key);
  return key;
}

/* What libwebsockets reports about HTTP. */
static int
on_http (struct lws *wsi, enum lws_callback_reasons reason, Peer *peer, void *in, size_t size)
{
  switch ((int) reason)
    {
    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
      return filter_request (wsi, peer);
    case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
      return on_bind (wsi, peer);
    case LWS_CALLBACK_HTTP:
      peer_bind (peer, wsi);
      return handle_request (peer);
    case LWS_CALLBACK_HTTP_BODY:
      return polling_body (peer, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      return polling_body_complete (peer);
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return polling_writable (peer);
    default:
      return 0;
    }
}

static int
on_event (struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
  Peer *peer = user;

  switch ((int) reason)
    {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
      return filter_connection (user);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
      expect_request (wsi, NULL);
      return 0;
    case LWS_CALLBACK_TIMER:
      return on_timer (wsi, peer);

    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
    case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return on_http (wsi, reason, peer, in, size);

    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      peer_bind (peer, wsi);
      return filter_websocket (peer);
    case LWS_CALLBACK_ESTABLISHED:
      return websocket_established (peer);
    case LWS_CALLBACK_RECEIVE:
      return websocket_receive (peer, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return websocket_writable (peer);

    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      if (peer->said_goodbye)
        return -1; /* this was the answer to it */
      peer_lost (peer);
      return 0;
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
      if (peer != NULL)
        peer_lost (peer);
      return 0;

    /* CONNECT, and what is not HTTP at all. */
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
      return -1;

    default:
      return 0;
    }
}

const struct lws_protocols engine_protocols[] = {
  {
      .name = PROTOCOL_NAME,
      .callback = on_event,
      .per_session_data_size = sizeof (Peer),
      .rx_buffer_size = RX_BUFFER_BYTES,
      .tx_packet_size = ENGINE_WRITE_MAX,
  },
  { 0 },
};

/* A mount for all paths: without it libwebsockets would not read from a connection whose answer is
 * still due, and would not notice that it was closed. */
const struct lws_http_mount engine_mount = {
  .mountpoint = "/",
  .mountpoint_len = 1,
  .origin = PROTOCOL_NAME,
  .origin_protocol = LWSMPRO_CALLBACK,
};

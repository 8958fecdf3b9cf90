/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection to a pairing server that a test is the other end of: it looks at what is asked,
 * answers it, and says what a server says.
 *
 * Called by: the scenario tests; fake-server.c answers it by itself.
 */
#pragma once

#include "net/client/signalling.h"

G_BEGIN_DECLS

#define FAKE_TYPE_SIGNALLING (fake_signalling_get_type ())
G_DECLARE_FINAL_TYPE (FakeSignalling, fake_signalling, FAKE, SIGNALLING, CausetteSignalling)

/* One that has never been connected: OFFLINE. */
FakeSignalling *fake_signalling_new (void);

/* A request that waits for its answer. */
typedef struct _FakeRequest FakeRequest;
const WireMessage *fake_request_get_message (FakeRequest *request);
/* These answer, and use it up. */
void fake_request_accept (FakeRequest *request, int64_t waiting);
void fake_request_refuse (FakeRequest *request, WireError code, const char *sentence);
void fake_request_fail (FakeRequest *request, CausetteLinkError code, const char *sentence);

/* Returns: (transfer full): the oldest request, which must be there and of @type. */
FakeRequest *fake_signalling_expect (FakeSignalling *self, WireType type);
/* Returns: (transfer full) (nullable): the oldest request. */
FakeRequest *fake_signalling_pop (FakeSignalling *self);
guint fake_signalling_get_n_requests (FakeSignalling *self);
/* Who is called, instead of the request being kept; for a fake server. */
typedef void (*FakeRequestFunc) (FakeSignalling *self, FakeRequest *request, gpointer user_data);
void fake_signalling_set_handler (FakeSignalling *self, FakeRequestFunc func, gpointer user_data);

/* What a server says. They do it at once. */
void fake_signalling_go_online (FakeSignalling *self); /* ONLINE, and a welcome */
void fake_signalling_resume (FakeSignalling *self, gboolean resumed, const char *encounter);
void fake_signalling_set_state (FakeSignalling *self,
                                CausetteLinkState state,
                                CausetteLinkError code,
                                const char *sentence /* nullable: no error */);
void fake_signalling_say_paired (FakeSignalling *self, const char *encounter, WireRole role);
void fake_signalling_say_relay (FakeSignalling *self,
                                const char *encounter,
                                WireKind kind,
                                GBytes *body);
void fake_signalling_say_ended (FakeSignalling *self, const char *encounter, WireEndReason reason);
void fake_signalling_say_partner (FakeSignalling *self, const char *encounter, gboolean away);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing server in memory, for any number of FakeSignallings: pairs first come first served,
 * relays in order, tells of ends and absences, takes sessions up again.
 *
 * Called by: the scenario tests.
 */
#pragma once

#include "tests/unit/app/fake-signalling.h"
#include "tests/unit/app/virtual-clock.h"

G_BEGIN_DECLS

typedef struct _FakeServer FakeServer;

/* Messages take @latency_ms in either direction. */
FakeServer *fake_server_new (VirtualClock *clock, guint latency_ms);
void fake_server_free (FakeServer *self);

/* Makes @signalling one of its clients, and online. It must outlive the server. */
void fake_server_add (FakeServer *self, FakeSignalling *signalling);
/* Breaks the connection: the client is RECONNECTING and its partner is told. */
void fake_server_cut (FakeServer *self, FakeSignalling *signalling);
/* Mends it: the session is taken up again with all that was kept for it (if it still is). */
void fake_server_mend (FakeServer *self, FakeSignalling *signalling);
/* Forgets everything; all clients are RECONNECTING until they are mended. */
void fake_server_crash (FakeServer *self);
guint fake_server_get_n_relayed (FakeServer *self);

G_END_DECLS

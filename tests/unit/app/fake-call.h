/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call that a test makes go well or badly. Two that have each other's descriptions and a
 * candidate find each other over a FakeNet; alone, a test drives one by hand with the functions for
 * subclasses in media/call.h.
 *
 * Called by: the scenario tests.
 */
#pragma once

#include "media/call.h"
#include "tests/unit/app/virtual-clock.h"

G_BEGIN_DECLS

/* What carries the calls. */
typedef struct _FakeNet FakeNet;
FakeNet *fake_net_new (VirtualClock *clock, guint latency_ms);
void fake_net_free (FakeNet *self);
/* No candidate leads to another any more (calls that are connected stay so). */
void fake_net_block (FakeNet *self);

#define FAKE_TYPE_CALL (fake_call_get_type ())
G_DECLARE_FINAL_TYPE (FakeCall, fake_call, FAKE, CALL, CausetteCall)

/* @net: (nullable): none for a call that is driven by hand. */
FakeCall *fake_call_new (FakeNet *net, gboolean caller);

/* What the encounter did with it. */
gboolean fake_call_is_caller (FakeCall *self);
gboolean fake_call_is_started (FakeCall *self);
gboolean fake_call_is_closed (FakeCall *self);
guint fake_call_get_n_descriptions (FakeCall *self);
const char *fake_call_get_remote_sdp (FakeCall *self);
guint fake_call_get_n_candidates (FakeCall *self);
/* Returns: (transfer full) (nullable): the oldest message sent, of a call that is driven by hand.
 */
GBytes *fake_call_pop_sent (FakeCall *self);

/* Nothing passes between the two for a while: INTERRUPTED at both, messages wait. */
void fake_call_interrupt (FakeCall *self);
/* It passes again. */
void fake_call_restore (FakeCall *self);
/* The path is dead: messages that waited are gone, the data channel is closed. */
void fake_call_break (FakeCall *self);
/* The call gives up at this side, for that cause. */
void fake_call_fail (FakeCall *self, CausetteCallError code, const char *sentence);
/* The data channel is closed, or open again, at both; messages that waited are gone. */
void fake_call_set_data_open (FakeCall *self, gboolean open);

G_END_DECLS

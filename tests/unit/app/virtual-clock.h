/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock that stands still until a test moves it.
 *
 * Called by: the scenario tests and their fakes.
 */
#pragma once

#include "app/clock.h"

G_BEGIN_DECLS

#define VIRTUAL_TYPE_CLOCK (virtual_clock_get_type ())
G_DECLARE_FINAL_TYPE (VirtualClock, virtual_clock, VIRTUAL, CLOCK, CausetteClock)

VirtualClock *virtual_clock_new (void);
/* Lets @ms pass: calls what falls due, in its order, and what the main loop has to do in between.
 */
void virtual_clock_advance (VirtualClock *self, guint ms);
/* Lets nothing pass but what the main loop has to do. */
void virtual_clock_settle (void);
/* How many calls are still to come. */
guint virtual_clock_get_pending (VirtualClock *self);

G_END_DECLS

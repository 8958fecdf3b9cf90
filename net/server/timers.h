/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many deadlines in one ordered structure (a binary heap), so that one timer of the loop serves all
 * sessions and the cost of a change grows with the logarithm of their number.
 *
 * Owns: the order of deadlines, not the nodes: those live inside their owners.
 * Called by: the engine layer and whoever has deadlines of its own beside it.
 * Must never: know a clock (the time is handed in), call anyone back, keep a node that was freed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A node, to be embedded in its owner. All zero is a node without a deadline. */
typedef struct
{
  uint64_t due_ms;
  size_t place; /* 1 + its index in the heap; 0: in none */
} Timer;

typedef struct _Timers Timers;

Timers *timers_new (void);
/* Frees the structure; nodes still in it are left without a deadline. */
void timers_free (Timers *timers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Timers, timers_free)

/* Gives @timer the deadline @due_ms, in place of the one that it may have. */
void timers_set (Timers *timers, Timer *timer, uint64_t due_ms);
/* Takes @timer out. Nothing happens when it has no deadline. */
void timers_cancel (Timers *timers, Timer *timer);
bool timer_is_set (const Timer *timer);

/* Returns true with the earliest deadline, or false when there is none. */
bool timers_next (const Timers *timers, uint64_t *due_ms);
/* Takes out and returns the node with the earliest deadline at or before @now_ms, or %NULL. */
Timer *timers_pop (Timers *timers, uint64_t now_ms);
size_t timers_count (const Timers *timers);

G_END_DECLS

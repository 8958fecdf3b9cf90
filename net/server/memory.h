/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who must not be brought together: those who met a while ago, and those who blocked each other.
 *
 * Owns: the pairs, their expiry, the bound on how many one person can have. Called by: lobby, and
 * by the queue through a function it is given. Must never: know more of a person than a number that
 * ends with the session; write anything down. No clock of its own.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _Memory Memory;

/* @met_ms: for how long two who met are kept apart. @max_per_person: more pairs than that are not
 * remembered of one person; those who met longest ago are forgotten first, blocks never. */
Memory *memory_new (uint64_t met_ms, unsigned max_per_person);
void memory_free (Memory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Memory, memory_free)

void memory_met (Memory *memory, uint64_t a, uint64_t b, uint64_t now_ms);
/* Keeps the two apart until one of them is forgotten. Returns false when one of them has as many
 * blocks as one may have. */
bool memory_block (Memory *memory, uint64_t a, uint64_t b);
bool memory_keeps_apart (const Memory *memory, uint64_t a, uint64_t b);
/* How many @person is kept apart from: what a search past them can cost. */
unsigned memory_count (const Memory *memory, uint64_t person);
/* @person is gone for good; so are all its pairs. */
void memory_forget (Memory *memory, uint64_t person);

typedef void (*MemoryPairFunc) (uint64_t a, uint64_t b, void *data);
/* Forgets the meetings that are over by @now_ms; @expired (may be %NULL) is told of each pair that
 * may meet again. It must not call memory_ functions that change. */
void memory_sweep (Memory *memory, uint64_t now_ms, MemoryPairFunc expired, void *data);
/* When the next meeting expires; UINT64_MAX when none will. */
uint64_t memory_next_deadline_ms (const Memory *memory);

G_END_DECLS

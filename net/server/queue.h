/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits for whom.
 *
 * Owns: the order of waiting, the widening of wishes, the choice of a partner. Called by: lobby.
 * Must never: know of connections, keep a clock, bring together two whom `keeps_apart` parts.
 *
 * A person stands in one first-come-first-served line for each topic named; once the wish has
 * widened to languages, in one for each language too; once it has widened to anyone, in the common
 * one. Each looks for a partner in the lines it stands in, when it enters them, so that both sides
 * agree by construction. Hence two who stand in the same line are there only because they are kept
 * apart, and a search passes at most as many people as its own person is kept apart from: its cost
 * depends on that person's own past and not on how many wait. Nobody waits for ever while someone
 * else waits from whom they are not kept apart: after two steps of widening both stand in the
 * common line.
 */
#pragma once

#include "net/server/wish.h"

G_BEGIN_DECLS

typedef struct _Queue Queue;

typedef bool (*QueueKeepsApart) (uint64_t a, uint64_t b, void *data);

/* @widen_ms: how long a wish stays at one level. */
Queue *queue_new (uint64_t widen_ms, QueueKeepsApart keeps_apart, void *data);
void queue_free (Queue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Queue, queue_free)

/* Lets @person wait with @wish, which must stay valid until the person is taken out. @since_ms is
 * when they began to wait, which may lie before @now_ms: the wish is as wide as that time makes it.
 * Returns false when they wait already. */
bool
queue_add (Queue *queue, uint64_t person, const Wish *wish, uint64_t since_ms, uint64_t now_ms);
/* Returns false when they did not wait. */
bool queue_remove (Queue *queue, uint64_t person);
bool queue_contains (const Queue *queue, uint64_t person);
unsigned queue_length (const Queue *queue);

/* Finds a partner for @person, who waits: of those who share a topic the one who has waited
 * longest, else of those who share a language, else of all, each as far as both wishes are wide
 * enough. Takes nobody out. Returns 0 when there is none (0 is nobody's number). */
uint64_t queue_find_partner (Queue *queue, uint64_t person);

/* Widens the wish of one person whose time has come by @now_ms and returns the person, to be given
 * to queue_find_partner(); 0 when there is none (any more). */
uint64_t queue_widen (Queue *queue, uint64_t now_ms);
/* When queue_widen() has something to do next; UINT64_MAX for never. */
uint64_t queue_next_deadline_ms (const Queue *queue);

/* How many people the searches so far have looked at: the cost that does not grow with the queue.
 */
uint64_t queue_steps (const Queue *queue);

G_END_DECLS

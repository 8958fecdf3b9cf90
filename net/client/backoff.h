/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long to wait before the next attempt to connect: exponential backoff with full jitter.
 *
 * Owns: the ceiling of the next wait, and when it starts from the bottom again.
 * Called by: net/client/link.
 * Must never: look at a clock or hold a timer; the random source is handed in.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Returns 32 bits, evenly spread. */
typedef uint32_t (*BackoffRandom) (void *data);

typedef enum
{
  BACKOFF_NORMAL, /* anything from nothing to the ceiling (full jitter) */
  BACKOFF_SPREAD, /* the server stops and all its clients come back: a ceiling of at least 4 times
                     the first */
  BACKOFF_GENTLE, /* the server asked for less: a ceiling of at least 16 times the first, and never
                     less than half of it */
} BackoffPace;

typedef struct
{
  unsigned first_ms;
  unsigned max_ms;
  unsigned step;       /* attempts since the beginning */
  unsigned ceiling_ms; /* of the last wait, 0 before it */
  BackoffRandom random;
  void *data;
} Backoff;

/* Times are at least 1 ms; a @max_ms below @first_ms counts as @first_ms. */
void backoff_init (Backoff *backoff,
                   unsigned first_ms,
                   unsigned max_ms,
                   BackoffRandom random,
                   void *data);
/* Returns how long to wait now, from 1 to max_ms, and raises the ceiling. */
unsigned backoff_next_ms (Backoff *backoff, BackoffPace pace);
/* A connection held for @lasted_ms. It starts from the bottom when that is longer than the last
 * ceiling, so that a server which welcomes and drops its clients is not asked ever faster. */
void backoff_held (Backoff *backoff, uint64_t lasted_ms);

G_END_DECLS

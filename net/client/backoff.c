/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponential backoff; see the header. Full jitter, because clients that lost one server together
 * must not come back together.
 */
#include "net/client/backoff.h"

#define STEP_MAX     20 /* 2^20 times the first wait: beyond any ceiling */
#define SPREAD_STEPS 2
#define GENTLE_STEPS 4

void
backoff_init (Backoff *backoff,
              unsigned first_ms,
              unsigned max_ms,
              BackoffRandom random,
              void *data)
{
  g_return_if_fail (backoff != NULL && random != NULL);

  *backoff = (Backoff){ .first_ms = MAX (first_ms, 1), .random = random, .data = data };
  backoff->max_ms = MAX (max_ms, backoff->first_ms);
}

/* Evenly from 1 to @ceiling_ms. */
static unsigned
draw (Backoff *backoff, unsigned ceiling_ms)
{
  return 1 + (unsigned) (((uint64_t) backoff->random (backoff->data) * ceiling_ms) >> 32);
}

unsigned
backoff_next_ms (Backoff *backoff, BackoffPace pace)
{
  unsigned step = backoff->step;
  unsigned ceiling_ms;

  if (pace == BACKOFF_SPREAD)
    step = MAX (step, SPREAD_STEPS);
  else if (pace == BACKOFF_GENTLE)
    step = MAX (step, GENTLE_STEPS);

  ceiling_ms = (unsigned) MIN ((uint64_t) backoff->first_ms << step, backoff->max_ms);
  backoff->ceiling_ms = ceiling_ms;
  backoff->step = MIN (backoff->step + 1, STEP_MAX);

  if (pace == BACKOFF_GENTLE && ceiling_ms > 1)
    return ceiling_ms / 2 + draw (backoff, ceiling_ms - ceiling_ms / 2);
  return draw (backoff, ceiling_ms);
}

void
backoff_held (Backoff *backoff, uint64_t lasted_ms)
{
  if (lasted_ms < backoff->ceiling_ms)
    return;
  backoff->step = 0;
  backoff->ceiling_ms = 0;
}

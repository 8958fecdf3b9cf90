/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much one session may ask of the server in a time: see throttle.h. */
#include "net/server/throttle.h"

/* A call's signalling is some fifty relays of up to a few KiB at its begin, and again when the
 * network changes; text goes through relay only when there is no data channel. */
const ThrottleLimit throttle_default_limits[THROTTLE_N_KINDS] = {
  [THROTTLE_EVENTS] = { .per_second = 100, .burst = 500 },
  [THROTTLE_SEEKS] = { .per_second = 2, .burst = 30 },
  [THROTTLE_ENDS] = { .per_second = 2, .burst = 30 },
  [THROTTLE_RELAYS] = { .per_second = 80, .burst = 400 },
  [THROTTLE_RELAY_BYTES] = { .per_second = 128 * 1024, .burst = 1024 * 1024 },
  [THROTTLE_SAFETY] = { .per_second = 1, .burst = 10 },
};

static void
refill (Throttle *throttle, const ThrottleLimit limits[THROTTLE_N_KINDS], uint64_t now_ms)
{
  uint64_t elapsed_ms;

  if (now_ms <= throttle->at_ms)
    return;

  /* An hour fills every bucket; more of it could overflow. */
  elapsed_ms = MIN (now_ms - throttle->at_ms, 3600 * 1000);
  for (unsigned i = 0; i < THROTTLE_N_KINDS; i++)
    throttle->level_milli[i] = MIN (throttle->level_milli[i] + elapsed_ms * limits[i].per_second,
                                    (uint64_t) limits[i].burst * 1000);
  throttle->at_ms = now_ms;
}

void
throttle_init (Throttle *throttle, const ThrottleLimit limits[THROTTLE_N_KINDS], uint64_t now_ms)
{
  for (unsigned i = 0; i < THROTTLE_N_KINDS; i++)
    throttle->level_milli[i] = (uint64_t) limits[i].burst * 1000;
  throttle->at_ms = now_ms;
}

bool
throttle_take (Throttle *throttle,
               const ThrottleLimit limits[THROTTLE_N_KINDS],
               ThrottleKind kind,
               uint32_t amount,
               uint64_t now_ms)
{
  uint64_t needed = (uint64_t) amount * 1000;

  refill (throttle, limits, now_ms);
  if (throttle->level_milli[kind] < needed)
    return false;

  throttle->level_milli[kind] -= needed;
  return true;
}

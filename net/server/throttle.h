/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much one session may ask of the server in a time: a token bucket for each kind of request.
 *
 * Owns: the rates and the arithmetic. Called by: lobby. Must never: allocate, keep a clock, decide
 * what happens to a request that is too many. Integers throughout: no rounding drifts over days.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum
{
  THROTTLE_EVENTS,      /* of any kind, malformed ones too */
  THROTTLE_SEEKS,       /* seek and leave */
  THROTTLE_ENDS,        /* end */
  THROTTLE_RELAYS,      /* relay */
  THROTTLE_RELAY_BYTES, /* bytes of relayed bodies, as they are on the wire */
  THROTTLE_SAFETY,      /* report and block */
  THROTTLE_N_KINDS,
} ThrottleKind;

typedef struct
{
  uint32_t per_second; /* what comes back in a second */
  uint32_t burst;      /* how much there is at first, and at most */
} ThrottleLimit;

/* The limits of a session, as the server has them unless told otherwise. */
extern const ThrottleLimit throttle_default_limits[THROTTLE_N_KINDS];

typedef struct
{
  uint64_t level_milli[THROTTLE_N_KINDS]; /* thousandths of a token */
  uint64_t at_ms;
} Throttle;

void
throttle_init (Throttle *throttle, const ThrottleLimit limits[THROTTLE_N_KINDS], uint64_t now_ms);
/* Takes @amount tokens of @kind. Returns false, and takes none, when there are not as many. */
bool throttle_take (Throttle *throttle,
                    const ThrottleLimit limits[THROTTLE_N_KINDS],
                    ThrottleKind kind,
                    uint32_t amount,
                    uint64_t now_ms);

G_END_DECLS

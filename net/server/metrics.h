/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of the server as Prometheus reads them (text exposition format 0.0.4).
 *
 * Owns: the metrics' names. Called by: service.c. Must never: hold anything but counts: no address,
 * no identity, no content. Pure.
 */
#pragma once

#include "net/server/engine.h"
#include "net/server/lobby.h"

G_BEGIN_DECLS

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Returns: (transfer full): the page. */
char *metrics_write (const LobbyCounters *lobby, const EngineCounters *engine, uint64_t sessions);

G_END_DECLS

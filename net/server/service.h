/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pairing server as a whole: the lobby on the engine, with its clock, its HTTP pages and its
 * limits.
 *
 * Owns: the engine, the lobby, the one timer between them, the policy that is served. Called by:
 * main.c. Must never: decide who meets whom (the lobby does), speak a protocol (the engine does),
 * log. One thread: the loop's.
 */
#pragma once

#include <uv.h>

#include "net/server/engine.h"
#include "net/server/lobby.h"
#include "net/server/options.h"
#include "net/server/policy-store.h"

G_BEGIN_DECLS

typedef struct _Service Service;

/* Listens as @options say, which must outlive it. @policy: (transfer full) (nullable). Returns
 * %NULL with @error, a sentence, when an address cannot be had. */
Service *service_new (uv_loop_t *loop, const Options *options, PolicyStore *policy, GError **error);
/* The loop must be run once more afterwards for handles to close. */
void service_free (Service *service);

uint16_t service_get_port (const Service *service);
/* 0 when there is no administration address. */
uint16_t service_get_admin_port (const Service *service);
/* Serves @policy (transfer full) from now on and tells the clients when its version is a new one.
 */
void service_set_policy (Service *service, PolicyStore *policy);
/* Tells clients that the server is about to stop, and closes; @done is called within @timeout_ms.
 */
void service_drain (Service *service, unsigned timeout_ms, void (*done) (void *data), void *data);
void service_get_counters (const Service *service, LobbyCounters *counters);

G_END_DECLS

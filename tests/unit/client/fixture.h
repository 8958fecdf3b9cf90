/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the link share: waiting for events with a limit, writing down what a link says,
 * requests and how they ended.
 */
#pragma once

#include "net/client/link.h"

G_BEGIN_DECLS

#define FIXTURE_LIMIT_MS 20000

/* Runs the main loop until @expression holds; the test fails when that takes too long. */
#define WAIT_FOR(expression)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gpointer limit_ = fixture_limit_start (G_STRLOC, #expression);                                 \
    while (!(expression))                                                                          \
      g_main_context_iteration (NULL, TRUE);                                                       \
    fixture_limit_stop (limit_);                                                                   \
  }                                                                                                \
  G_STMT_END

gpointer fixture_limit_start (const char *where, const char *what);
void fixture_limit_stop (gpointer limit);
/* Runs what is ready, without waiting. */
void fixture_drain (void);

/* A link and what it said. */
typedef struct
{
  CausetteLink *link;
  GString *states;   /* "connecting online …" */
  GString *messages; /* names of events, "welcome paired …" */
  GPtrArray *bodies; /* of char: what was relayed to us */
  unsigned error_notifies;
  unsigned state_notifies;
} Watch;

Watch *watch_new (const char *address);
/* Drops the link and asserts that nobody else holds it. */
void watch_free (Watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)
CausetteLinkState watch_state (Watch *self);
/* Returns whether the link's error is that one. */
bool watch_has_error (Watch *self, CausetteLinkError code);
/* Connects and waits until it is online. */
void watch_go_online (Watch *self);

/* A request and how it ended. */
typedef struct
{
  bool done;
  bool ok;
  int64_t waiting;
  GError *error;
  unsigned order; /* from 1: when it ended, compared with others */
} Request;

Request *request_start (Watch *watch, WireMessage *message, GCancellable *cancellable);
/* Relays @text in @encounter. */
Request *request_relay (Watch *watch, const char *encounter, const char *text);
Request *request_type (Watch *watch, WireType type);
void request_free (Request *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

WireMessage *message_relay (const char *encounter, const void *body, size_t size);

G_END_DECLS

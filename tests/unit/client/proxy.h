/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP proxy on the loopback, in the test's own main loop: the cable that a test pulls.
 *
 * Called by: the tests of net/client.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct
{
  GSocketService *service;
  char *address;      /* "127.0.0.1:PORT" */
  guint16 target;     /* where it leads: a port of 127.0.0.1; a test may change it */
  bool refuse;        /* new connections are closed at once; for a test to set */
  unsigned refused;   /* how many were */
  GPtrArray *tunnels; /* open ones */
} Proxy;

Proxy *proxy_new (guint16 target);
void proxy_free (Proxy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Proxy, proxy_free)

/* Closes every connection through it. */
void proxy_cut (Proxy *self);
/* Every connection through it stays open and carries nothing any more. */
void proxy_freeze (Proxy *self);

G_END_DECLS

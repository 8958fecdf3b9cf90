/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a streaming thread to the main context: the one place where that is done. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Called on the main context with an object that is still alive. */
typedef void (*CausetteContextFunc) (gpointer object, gpointer payload);

/* Runs @func on the default main context, in the order of the calls, unless @ref's object is gone
 * by then; one that is dropped while calls are under way goes when the main context reaches them.
 * @ref must have been set up with g_weak_ref_init() and outlive all streaming threads that
 * use it. @payload is freed with @free_payload in either case, on the main context. From any
 * thread. */
void causette_context_invoke (GWeakRef *ref,
                              CausetteContextFunc func,
                              gpointer payload,
                              GDestroyNotify free_payload);

G_END_DECLS

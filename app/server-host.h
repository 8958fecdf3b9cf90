/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing server of this computer's own: causetted as a child of this program.
 *
 * Owns: the child process. Called by: app/session, tests.
 * Must never: outlive its owner, end another process than the one that it started. Main context
 * only.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SERVER_HOST_ERROR (server_host_error_quark ())
GQuark server_host_error_quark (void);
typedef enum
{
  SERVER_HOST_ERROR_MISSING, /* causetted is not installed */
  SERVER_HOST_ERROR_START,   /* it did not start, or said nothing of use in time */
} ServerHostError;

#define CAUSETTE_TYPE_SERVER_HOST (causette_server_host_get_type ())
G_DECLARE_FINAL_TYPE (CausetteServerHost, causette_server_host, CAUSETTE, SERVER_HOST, GObject)

/* Looks for causetted beside the running program, in the build folder that it is in, then in PATH.
 * Returns: (transfer full): its path, or %NULL with @error (SERVER_HOST_ERROR_MISSING). */
char *causette_server_host_find (GError **error);

/* Starts causetted: with @public_ for whoever reaches this computer, on port 8710 if that is free,
 * else for this computer alone. @callback is called when it listens, or does not within 10 s.
 * Cancelling ends it again. */
void causette_server_host_start_async (gboolean public_,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* Returns: (transfer full): the server that runs, or %NULL with @error. */
CausetteServerHost *causette_server_host_start_finish (GAsyncResult *result, GError **error);

/* Ends it, with SIGTERM. Letting go of the object does so too. */
void causette_server_host_stop (CausetteServerHost *self);
/* Returns: the address for this program, "127.0.0.1:PORT". */
const char *causette_server_host_get_local_address (CausetteServerHost *self);
/* Returns: what others type to reach it: an address of this computer on the network, or the local
 * one when it is for this computer alone. */
const char *causette_server_host_get_address (CausetteServerHost *self);
/* Returns: (nullable): its process id, while it runs. */
const char *causette_server_host_get_pid (CausetteServerHost *self);

G_END_DECLS

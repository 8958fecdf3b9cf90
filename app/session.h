/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program is doing: which server, which devices, which encounter. The windows show it, the
 * probe drives it.
 *
 * Owns: the link, the devices, the current encounter, a server of this computer's own when it hosts
 * one. Called by: ui/application, app/probe. Must never: know a widget, connect or open a device
 * unasked. Main context only.
 */
#pragma once

#include "app/encounter.h"
#include "app/settings.h"
#include "media/camera.h"
#include "media/microphone.h"

G_BEGIN_DECLS

/* Properties (all notify): "server" (string, nullable: the address chosen), "link-state"
 * (CausetteLinkState), "link-error" (GError, nullable; its message is a sentence), "encounter"
 * (CausetteEncounter, nullable: the current or last one), "host-address" (string, nullable: what
 * others on the network type to reach the server of this computer). */
#define CAUSETTE_TYPE_SESSION (causette_session_get_type ())
G_DECLARE_FINAL_TYPE (CausetteSession, causette_session, CAUSETTE, SESSION, GObject)

/* @settings: kept; camera, microphone and speaker are those that it names. Nothing is opened or
 * connected yet. */
CausetteSession *causette_session_new (CausetteSettings *settings);
/* Opens the devices that the person left on last time, and remembers from now on what is switched
 * on and off: for a window, when it shows what is on. */
void causette_session_open_devices (CausetteSession *self);

/* Chooses a server and connects to it (the settings remember it once it has answered). Ends the
 * current encounter when it is another one. Returns FALSE with @error (CAUSETTE_LINK_ERROR_ADDRESS)
 * for what is no address. */
gboolean causette_session_connect (CausetteSession *self, const char *address, GError **error);
/* Tries again at once after a failure. */
void causette_session_retry (CausetteSession *self);
void causette_session_disconnect (CausetteSession *self);
/* Starts causetted on this computer, for the network with @public_ (else for this computer only),
 * and connects to it. It ends with the session, or when another server is chosen. The settings do
 * not remember it. An @error is in the SERVER_HOST_ERROR domain (app/server-host.h). */
void causette_session_host_async (CausetteSession *self,
                                  gboolean public_,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean causette_session_host_finish (CausetteSession *self, GAsyncResult *result, GError **error);

/* Seeks someone: a new encounter. With one that is not over it goes on to the next. */
void causette_session_meet (CausetteSession *self);
/* Ends the encounter, or leaves the queue. */
void causette_session_stop (CausetteSession *self);
/* Stops, disconnects and closes the devices before the program ends: @callback comes when the
 * server and the partner have been told, or after a second. */
void causette_session_close_async (CausetteSession *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean causette_session_close_finish (CausetteSession *self, GAsyncResult *result);

/* What to look for from the next time on; the settings are left alone. %NULL: what they say, and
 * without languages there, those of the desktop. */
void causette_session_set_wish (CausetteSession *self,
                                const char *const *languages,
                                const char *const *topics);
void causette_session_set_relay_only (CausetteSession *self, gboolean relay_only);
/* "speaker", "speaker:ID", "none"; from the next call on, in place of what the settings say. */
void causette_session_set_speaker (CausetteSession *self, const char *speaker);
/* The picture sent, in pixels and frames a second, from the next call on; 640×480 at 30 without. */
void causette_session_set_video_size (CausetteSession *self,
                                      int width,
                                      int height,
                                      int frames_per_second);

const char *causette_session_get_server (CausetteSession *self);
const char *causette_session_get_host_address (CausetteSession *self);
CausetteLinkState causette_session_get_link_state (CausetteSession *self);
const GError *causette_session_get_link_error (CausetteSession *self);
CausetteEncounter *causette_session_get_encounter (CausetteSession *self);
CausetteDevices *causette_session_get_devices (CausetteSession *self);
CausetteCamera *causette_session_get_camera (CausetteSession *self);
CausetteMicrophone *causette_session_get_microphone (CausetteSession *self);
CausetteSettings *causette_session_get_settings (CausetteSession *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session with real servers (causetted, on this computer), without devices: choosing one,
 * hosting one, two sessions that meet, going on, and an end that the server hears of.
 */

#include <gst/gst.h>

#include "app/session.h"
#include "net/client/link.h"

#define LIMIT_S 30

static gboolean
on_limit (gpointer data)
{
  g_error ("Waited too long");

  return G_SOURCE_REMOVE;
}

static CausetteSession *
make_session (void)
{
  g_autoptr (CausetteSettings) settings = causette_settings_new_in_memory ();
  GSettings *store = causette_settings_get_store (settings);

  g_settings_set_string (store, "camera", "none");
  g_settings_set_string (store, "microphone", "none");
  g_settings_set_string (store, "speaker", "none");

  return causette_session_new (settings);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_for (gboolean (*func) (gpointer), gpointer data)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (!func (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static gboolean
is_done (gpointer data)
{
  return *(GAsyncResult **) data != NULL;
}

static gboolean
is_online (gpointer session)
{
  return causette_session_get_link_state (session) == CAUSETTE_LINK_ONLINE;
}

static gboolean
is_waiting (gpointer session)
{
  CausetteEncounter *encounter = causette_session_get_encounter (session);

  return encounter != NULL && causette_encounter_get_waiting (encounter) >= 0;
}

static gboolean
is_secured (gpointer session)
{
  CausetteEncounterState state =
      causette_encounter_get_state (causette_session_get_encounter (session));

  return state >= CAUSETTE_ENCOUNTER_CONNECTING && state <= CAUSETTE_ENCOUNTER_CONNECTED;
}

static gboolean
is_ended (gpointer session)
{
  return causette_encounter_get_state (causette_session_get_encounter (session)) ==
         CAUSETTE_ENCOUNTER_ENDED;
}

static void
host (CausetteSession *session)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  causette_session_host_async (session, FALSE, NULL, on_done, &result);
  wait_for (is_done, &result);
  g_assert_true (causette_session_host_finish (session, result, &error));
  g_assert_no_error (error);
  wait_for (is_online, session);
}

static void
close_session (CausetteSession *session)
{
  g_autoptr (GAsyncResult) result = NULL;

  causette_session_close_async (session, on_done, &result);
  wait_for (is_done, &result);
  g_assert_true (causette_session_close_finish (session, result));
  g_assert_cmpint (causette_session_get_link_state (session), ==, CAUSETTE_LINK_OFFLINE);
  g_clear_object (&result);
  g_assert_finalize_object (session);
}

static void
test_nothing_unasked (void)
{
  CausetteSession *session = make_session ();

  g_assert_null (causette_session_get_server (session));
  g_assert_null (causette_session_get_host_address (session));
  g_assert_null (causette_session_get_encounter (session));
  g_assert_null (causette_session_get_link_error (session));
  g_assert_cmpint (causette_session_get_link_state (session), ==, CAUSETTE_LINK_OFFLINE);
  g_assert_false (causette_camera_get_enabled (causette_session_get_camera (session)));
  g_assert_false (causette_microphone_get_enabled (causette_session_get_microphone (session)));

  /* Without a server there is nobody to meet. */
  causette_session_meet (session);
  causette_session_stop (session);
  causette_session_retry (session);
  causette_session_disconnect (session);
  g_assert_null (causette_session_get_encounter (session));

  close_session (session);
}

static void
test_bad_address (void)
{
  static const char *const bad[] = { "", " ", "ftp://example.org", "host:port", "a b" };
  CausetteSession *session = make_session ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (causette_session_connect (session, bad[i], &error));
      g_assert_error (error, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_ADDRESS);
    }
  g_assert_null (causette_session_get_server (session));

  close_session (session);
}

/* The devices that were left on are opened when asked for, and what is switched is remembered;
 * closing is no choice of the person's. */
static void
test_devices (void)
{
  CausetteSession *session = make_session ();
  g_autoptr (CausetteSettings) settings = g_object_ref (causette_session_get_settings (session));
  GSettings *store = causette_settings_get_store (settings);
  CausetteCamera *camera = causette_session_get_camera (session);
  CausetteMicrophone *microphone = causette_session_get_microphone (session);

  g_settings_set_boolean (store, "microphone-enabled", FALSE);
  causette_session_open_devices (session);
  g_assert_true (causette_camera_get_enabled (camera));
  g_assert_false (causette_microphone_get_enabled (microphone));
  causette_microphone_set_enabled (microphone, TRUE);
  g_assert_true (g_settings_get_boolean (store, "microphone-enabled"));

  g_settings_set_string (store, "camera", "test:ball");
  g_assert_cmpstr (causette_camera_get_source (camera), ==, "test:ball");

  close_session (session);
  g_assert_true (g_settings_get_boolean (store, "camera-enabled"));
  g_assert_true (g_settings_get_boolean (store, "microphone-enabled"));
}

static void
test_meet (void)
{
  CausetteSession *anne = make_session ();
  CausetteSession *bert = make_session ();
  GSettings *store = causette_settings_get_store (causette_session_get_settings (anne));
  g_autofree char *remembered = NULL;
  g_autofree char *hers = NULL;
  g_autoptr (GError) error = NULL;
  CausetteEncounter *first;

  host (anne);
  g_assert_nonnull (causette_session_get_host_address (anne));
  hers = g_settings_get_string (store, "server");
  g_assert_cmpstr (hers, ==, ""); /* it ends with the program */

  g_assert_true (causette_session_connect (bert, causette_session_get_server (anne), &error));
  g_assert_no_error (error);
  wait_for (is_online, bert);
  remembered =
      g_settings_get_string (causette_settings_get_store (causette_session_get_settings (bert)),
                             "server");
  g_assert_cmpstr (remembered, ==, causette_session_get_server (anne));

  causette_session_meet (anne);
  wait_for (is_waiting, anne);
  first = causette_session_get_encounter (anne);
  causette_session_meet (anne); /* she seeks already */
  g_assert_true (causette_session_get_encounter (anne) == first);

  causette_session_meet (bert);
  wait_for (is_secured, anne);
  wait_for (is_secured, bert);

  /* On to the next: the other one is told, and a new encounter is there at once. */
  causette_session_meet (anne);
  g_assert_cmpint (causette_encounter_get_state (causette_session_get_encounter (anne)), ==,
                   CAUSETTE_ENCOUNTER_SEEKING);
  wait_for (is_ended, bert);
  g_assert_cmpint (causette_encounter_get_reason (causette_session_get_encounter (bert)), ==,
                   CAUSETTE_END_PARTNER_NEXT);

  causette_session_stop (anne);
  g_assert_cmpint (causette_encounter_get_reason (causette_session_get_encounter (anne)), ==,
                   CAUSETTE_END_LEFT);

  close_session (bert);
  close_session (anne);
}

/* A program that ends tells the server, and by it the partner, before it is gone. */
static void
test_close_is_heard (void)
{
  CausetteSession *anne = make_session ();
  CausetteSession *bert = make_session ();
  g_autoptr (GError) error = NULL;

  host (anne);
  g_assert_true (causette_session_connect (bert, causette_session_get_server (anne), &error));
  wait_for (is_online, bert);
  causette_session_meet (anne);
  causette_session_meet (bert);
  wait_for (is_secured, anne);
  wait_for (is_secured, bert);

  close_session (bert);
  wait_for (is_ended, anne);
  g_assert_cmpint (causette_encounter_get_reason (causette_session_get_encounter (anne)), ==,
                   CAUSETTE_END_PARTNER_HUNG_UP);
  close_session (anne);
}

/* Another server: what was going on by the first one is over. */
static void
test_another_server (void)
{
  CausetteSession *anne = make_session ();
  g_autoptr (CausetteEncounter) encounter = NULL;
  g_autoptr (GError) error = NULL;

  host (anne);
  causette_session_meet (anne);
  wait_for (is_waiting, anne);
  encounter = g_object_ref (causette_session_get_encounter (anne));

  g_assert_true (causette_session_connect (anne, "127.0.0.1:9", &error));
  g_assert_cmpint (causette_encounter_get_state (encounter), ==, CAUSETTE_ENCOUNTER_ENDED);
  g_assert_null (causette_session_get_host_address (anne));
  g_assert_cmpstr (causette_session_get_server (anne), ==, "127.0.0.1:9");

  close_session (anne);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  g_test_add_func ("/app/session/nothing-unasked", test_nothing_unasked);
  g_test_add_func ("/app/session/bad-address", test_bad_address);
  g_test_add_func ("/app/session/devices", test_devices);
  g_test_add_func ("/app/session/meet", test_meet);
  g_test_add_func ("/app/session/close-is-heard", test_close_is_heard);
  g_test_add_func ("/app/session/another-server", test_another_server);

  return g_test_run ();
}

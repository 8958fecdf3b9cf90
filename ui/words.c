/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How things stand, in words; see the header. */
#include "config.h"

#include "ui/words.h"

#include <glib/gi18n.h>

/* @name: what the device is called, nullable; @error: nullable. */
static char *
for_source (CausetteSourceState state, const char *name, const GError *error)
{
  switch (state)
    {
    case CAUSETTE_SOURCE_OPENING:
      return g_strdup (_ ("Being opened…"));
    case CAUSETTE_SOURCE_ON:
      return g_strdup (name != NULL ? name : _ ("On"));
    case CAUSETTE_SOURCE_FAILED:
      return g_strdup (error != NULL ? error->message : _ ("It does not work."));
    case CAUSETTE_SOURCE_OFF:
    default:
      return g_strdup (_ ("Off"));
    }
}

char *
causette_words_for_camera (CausetteCamera *camera)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (camera), NULL);
  return for_source (causette_camera_get_state (camera), causette_camera_get_device_name (camera),
                     causette_camera_get_error (camera));
}

char *
causette_words_for_microphone (CausetteMicrophone *microphone)
{
  g_return_val_if_fail (CAUSETTE_IS_MICROPHONE (microphone), NULL);
  return for_source (causette_microphone_get_state (microphone),
                     causette_microphone_get_device_name (microphone),
                     causette_microphone_get_error (microphone));
}

char *
causette_words_for_self_view (CausetteCamera *camera)
{
  const GError *error;

  g_return_val_if_fail (CAUSETTE_IS_CAMERA (camera), NULL);

  switch (causette_camera_get_state (camera))
    {
    case CAUSETTE_SOURCE_FAILED:
      error = causette_camera_get_error (camera);
      /* Translators: %s is a sentence that says why there is no picture. */
      return g_strdup_printf (_ ("%s You can meet someone without it."),
                              error != NULL ? error->message : _ ("The camera does not work."));
    case CAUSETTE_SOURCE_OFF:
      return g_strdup (_ ("Your camera is off."));
    case CAUSETTE_SOURCE_OPENING:
    case CAUSETTE_SOURCE_ON:
    default:
      return g_strdup (_ ("Your picture is on its way…"));
    }
}

const char *
causette_words_icon_for_self_view (CausetteCamera *camera)
{
  g_return_val_if_fail (CAUSETTE_IS_CAMERA (camera), NULL);

  switch (causette_camera_get_state (camera))
    {
    case CAUSETTE_SOURCE_FAILED:
      return "dialog-warning-symbolic";
    case CAUSETTE_SOURCE_OFF:
      return "camera-disabled-symbolic";
    case CAUSETTE_SOURCE_OPENING:
    case CAUSETTE_SOURCE_ON:
    default:
      return "camera-web-symbolic";
    }
}

char *
causette_words_for_server (CausetteSession *session)
{
  const char *server, *scheme;
  char *name;

  g_return_val_if_fail (CAUSETTE_IS_SESSION (session), NULL);

  server = causette_session_get_server (session);
  if (causette_session_get_host_address (session) != NULL)
    return g_strdup (_ ("This Computer"));
  if (server == NULL || *server == '\0')
    return g_strdup (_ ("No Server"));
  scheme = strstr (server, "://");
  name = g_strdup (scheme != NULL ? scheme + strlen ("://") : server);
  if (g_str_has_suffix (name, "/"))
    name[strlen (name) - 1] = '\0';
  return name;
}

char *
causette_words_for_link (CausetteSession *session)
{
  const GError *error;

  g_return_val_if_fail (CAUSETTE_IS_SESSION (session), NULL);

  error = causette_session_get_link_error (session);
  switch (causette_session_get_link_state (session))
    {
    case CAUSETTE_LINK_CONNECTING:
      return g_strdup (_ ("Connecting…"));
    case CAUSETTE_LINK_ONLINE:
      return g_strdup (_ ("Connected"));
    case CAUSETTE_LINK_RECONNECTING:
      if (error == NULL)
        return g_strdup (_ ("Connection lost, trying again…"));
      /* Translators: %s is a sentence that says what went wrong. */
      return g_strdup_printf (_ ("%s Trying again…"), error->message);
    case CAUSETTE_LINK_OFFLINE:
    default:
      return g_strdup (error != NULL ? error->message : _ ("Not connected"));
    }
}

char *
causette_words_for_waiting (int waiting)
{
  if (waiting < 0)
    return g_strdup ("");
  if (waiting <= 1)
    return g_strdup (_ ("Nobody else is waiting right now. Somebody may come any moment."));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d person is waiting, you included.",
                                       "%d people are waiting, you included.", (gulong) waiting),
                          waiting);
}

char *
causette_words_for_duration (gint64 seconds)
{
  gint64 hours = MAX (seconds, 0) / 3600;
  int minutes = (int) (MAX (seconds, 0) / 60 % 60), rest = (int) (MAX (seconds, 0) % 60);

  if (hours > 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", hours, minutes, rest);
  return g_strdup_printf ("%d:%02d", minutes, rest);
}

const char *
causette_words_for_state (CausetteEncounterState state)
{
  switch (state)
    {
    case CAUSETTE_ENCOUNTER_SEEKING:
      return _ ("Looking for someone…");
    case CAUSETTE_ENCOUNTER_PAIRED:
      return _ ("Someone is here…");
    case CAUSETTE_ENCOUNTER_SECURING:
      return _ ("Making a private line…");
    case CAUSETTE_ENCOUNTER_CONNECTING:
      return _ ("Connecting…");
    case CAUSETTE_ENCOUNTER_RECONNECTING:
      return _ ("Connection lost, trying again…");
    case CAUSETTE_ENCOUNTER_IDLE:
    case CAUSETTE_ENCOUNTER_CONNECTED:
    case CAUSETTE_ENCOUNTER_ENDED:
    default:
      return NULL;
    }
}

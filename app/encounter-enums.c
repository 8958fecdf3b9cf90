/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an encounter's states and reasons are called: for properties, for people, for diagnosis.
 *
 * Called by: app/encounter, ui, app/probe. Must never: decide anything.
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/encounter.h"

G_DEFINE_ENUM_TYPE (CausetteEncounterState,
                    causette_encounter_state,
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_SEEKING, "seeking"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_PAIRED, "paired"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_SECURING, "securing"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_CONNECTED, "connected"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_RECONNECTING, "reconnecting"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_ENCOUNTER_ENDED, "ended"))

G_DEFINE_ENUM_TYPE (CausetteEndReason,
                    causette_end_reason,
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_LEFT, "left"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_HANG_UP, "hang-up"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_NEXT, "next"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_PARTNER_HUNG_UP, "partner-hung-up"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_PARTNER_NEXT, "partner-next"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_PARTNER_LOST, "partner-lost"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_PARTNER_FAILED, "partner-failed"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_NO_ROUTE, "no-route"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_NOT_SECURE, "not-secure"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_TIMEOUT, "timeout"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_SERVER_LOST, "server-lost"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_SERVER_REFUSED, "server-refused"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_MEDIA_FAILED, "media-failed"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_REPORTED, "reported"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_END_BLOCKED, "blocked"))

G_DEFINE_ENUM_TYPE (CausetteTextStatus,
                    causette_text_status,
                    G_DEFINE_ENUM_VALUE (CAUSETTE_TEXT_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_TEXT_SENT, "sent"),
                    G_DEFINE_ENUM_VALUE (CAUSETTE_TEXT_DELIVERED, "delivered"))

const char *
causette_end_reason_to_sentence (CausetteEndReason reason)
{
  switch (reason)
    {
    case CAUSETTE_END_NONE:
      return _ ("The conversation goes on.");
    case CAUSETTE_END_LEFT:
      return _ ("You stopped looking for someone.");
    case CAUSETTE_END_HANG_UP:
      return _ ("You ended the conversation.");
    case CAUSETTE_END_NEXT:
      return _ ("You went on to someone else.");
    case CAUSETTE_END_PARTNER_HUNG_UP:
      return _ ("The other person ended the conversation.");
    case CAUSETTE_END_PARTNER_NEXT:
      return _ ("The other person went on to someone else.");
    case CAUSETTE_END_PARTNER_LOST:
      return _ ("The connection to the other person was lost.");
    case CAUSETTE_END_PARTNER_FAILED:
      return _ ("The conversation could not be set up on the other person’s side.");
    case CAUSETTE_END_NO_ROUTE:
      return _ ("No way could be found between your network and the other person’s.");
    case CAUSETTE_END_NOT_SECURE:
      return _ ("The conversation was ended because it could not be made secure.");
    case CAUSETTE_END_TIMEOUT:
      return _ ("The other person’s program did not answer in time.");
    case CAUSETTE_END_SERVER_LOST:
      return _ ("The connection to the server was lost.");
    case CAUSETTE_END_SERVER_REFUSED:
      return _ ("The server refused to look for someone.");
    case CAUSETTE_END_MEDIA_FAILED:
      return _ ("This computer could not make the call.");
    case CAUSETTE_END_REPORTED:
      return _ ("You reported the other person.");
    case CAUSETTE_END_BLOCKED:
      return _ ("You blocked the other person.");
    }

  g_return_val_if_reached ("");
}

const char *
causette_end_reason_to_nick (CausetteEndReason reason)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (CAUSETTE_TYPE_END_REASON);
  const GEnumValue *value = g_enum_get_value (enum_class, (int) reason);

  g_return_val_if_fail (value != NULL, "none");

  return value->value_nick;
}

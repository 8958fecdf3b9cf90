/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports what a session does: see report.h. */

#include "app/report.h"

#include "app/report-lines.h"

struct _CausetteReport
{
  GObject parent_instance;

  CausetteSession *session;
  CausetteEncounter *encounter; /* the one that is followed */
  CausetteCall *call;           /* likewise */
  gboolean with_texts;
  gboolean seeking_told; /* for the present encounter */
};

G_DEFINE_FINAL_TYPE (CausetteReport, causette_report, G_TYPE_OBJECT)

static const char *
nick (GType type, int value)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value (enum_class, value);

  return found != NULL ? found->value_nick : "unknown";
}

/* The texts */

static void
on_text_status (CausetteText *text, GParamSpec *pspec, CausetteReport *self)
{
  if (causette_text_get_status (text) != CAUSETTE_TEXT_DELIVERED)
    return;

  if (self->with_texts)
    report_line_string ("delivered", "text", causette_text_get_text (text));
  else
    report_line_event ("delivered");
}

static void
on_texts (GListModel *texts, guint position, guint removed, guint added, CausetteReport *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (texts, i);
      gboolean own = causette_text_get_own (text);
      JsonValue *line = report_line_new ("text");

      json_object_put_string (line, "from", own ? "self" : "partner");
      if (self->with_texts)
        json_object_put_string (line, "text", causette_text_get_text (text));
      report_line_write (line);

      if (own)
        g_signal_connect_object (text, "notify::status", G_CALLBACK (on_text_status), self, 0);
    }
}

/* The call */

static void
on_call_state (CausetteCall *call, GParamSpec *pspec, CausetteReport *self)
{
  JsonValue *line = report_line_new ("ice");
  const char *local, *remote;

  causette_call_get_candidate_types (call, &local, &remote);
  json_object_put_string (line, "state",
                          nick (CAUSETTE_TYPE_CALL_STATE, (int) causette_call_get_state (call)));
  if (local != NULL)
    json_object_put_string (line, "local", local);
  if (remote != NULL)
    json_object_put_string (line, "remote", remote);
  /* A call is connected only after the partner's certificate was found to be the one announced. */
  if (causette_call_get_state (call) == CAUSETTE_CALL_CONNECTED)
    json_object_put_boolean (line, "verified-fingerprint", true);
  else if (g_error_matches (causette_call_get_error (call), CAUSETTE_CALL_ERROR,
                            CAUSETTE_CALL_ERROR_SECURITY))
    json_object_put_boolean (line, "verified-fingerprint", false);
  report_line_write (line);
}

static void
on_first_video_frame (CausetteCall *call, int width, int height, CausetteReport *self)
{
  JsonValue *line = report_line_new ("first-video-frame");

  json_object_put_integer (line, "width", width);
  json_object_put_integer (line, "height", height);
  report_line_write (line);
}

static void
on_first_audio (CausetteCall *call, CausetteReport *self)
{
  report_line_event ("first-audio");
}

static void
on_stats (CausetteCall *call, const CausetteCallStats *stats, CausetteReport *self)
{
  report_line_stats (stats);
}

static void
follow_call (CausetteReport *self)
{
  CausetteCall *call = NULL;

  if (self->encounter != NULL)
    call = causette_encounter_get_call (self->encounter);
  if (call == self->call)
    return;

  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_set_object (&self->call, call);
  if (call == NULL)
    return;

  g_signal_connect (call, "notify::state", G_CALLBACK (on_call_state), self);
  g_signal_connect (call, "first-video-frame", G_CALLBACK (on_first_video_frame), self);
  g_signal_connect (call, "first-audio", G_CALLBACK (on_first_audio), self);
  g_signal_connect (call, "stats", G_CALLBACK (on_stats), self);
}

/* The encounter */

static void
tell_seeking (CausetteReport *self)
{
  JsonValue *line;

  if (self->seeking_told)
    return;

  self->seeking_told = TRUE;
  line = report_line_new ("seeking");
  json_object_put_integer (line, "waiting", causette_encounter_get_waiting (self->encounter));
  report_line_write (line);
}

static void
on_waiting (CausetteEncounter *encounter, GParamSpec *pspec, CausetteReport *self)
{
  tell_seeking (self);
}

static void
on_paired (CausetteEncounter *encounter, gboolean caller, CausetteReport *self)
{
  tell_seeking (self); /* the partner may be there before the server's answer */
  report_line_string ("paired", "role", caller ? "caller" : "callee");
}

static void
on_secured (CausetteEncounter *encounter, CausetteReport *self)
{
  JsonValue *line = report_line_new ("secured");
  const SasWord *words[SAS_COUNT];

  json_object_put_boolean (line, "encrypted", causette_encounter_get_encrypted (encounter));
  if (causette_encounter_get_sas (encounter, words))
    {
      JsonValue *names = json_new_array ();

      for (gsize i = 0; i < SAS_COUNT; i++)
        json_array_add (names, json_new_string (words[i]->name));
      json_object_put (line, "sas", names);
    }
  report_line_write (line);
}

static void
on_partner (CausetteEncounter *encounter, GParamSpec *pspec, CausetteReport *self)
{
  JsonValue *line = report_line_new ("partner");

  json_object_put_boolean (line, "camera", causette_encounter_get_partner_camera (encounter));
  json_object_put_boolean (line, "microphone",
                           causette_encounter_get_partner_microphone (encounter));
  json_object_put_boolean (line, "away", causette_encounter_get_partner_away (encounter));
  report_line_write (line);
}

static void
on_ended (CausetteEncounter *encounter, CausetteEndReason reason, CausetteReport *self)
{
  const GError *error = causette_encounter_get_error (encounter);
  JsonValue *line = report_line_new ("ended");

  json_object_put_string (line, "reason", causette_end_reason_to_nick (reason));
  if (error != NULL)
    json_object_put_string (line, "message", error->message);
  report_line_write (line);
}

static void
let_go_of_encounter (CausetteReport *self)
{
  if (self->encounter == NULL)
    return;

  g_signal_handlers_disconnect_by_data (causette_encounter_get_texts (self->encounter), self);
  g_signal_handlers_disconnect_by_data (self->encounter, self);
  g_clear_object (&self->encounter);
}

static void
on_encounter (CausetteSession *session, GParamSpec *pspec, CausetteReport *self)
{
  CausetteEncounter *encounter = causette_session_get_encounter (session);

  if (encounter == self->encounter)
    return;

  let_go_of_encounter (self);
  g_set_object (&self->encounter, encounter);
  self->seeking_told = FALSE;
  follow_call (self);
  if (encounter == NULL)
    return;

  g_signal_connect (encounter, "notify::waiting", G_CALLBACK (on_waiting), self);
  g_signal_connect_swapped (encounter, "notify::call", G_CALLBACK (follow_call), self);
  g_signal_connect (encounter, "notify::partner-camera", G_CALLBACK (on_partner), self);
  g_signal_connect (encounter, "notify::partner-microphone", G_CALLBACK (on_partner), self);
  g_signal_connect (encounter, "notify::partner-away", G_CALLBACK (on_partner), self);
  g_signal_connect (encounter, "paired", G_CALLBACK (on_paired), self);
  g_signal_connect (encounter, "secured", G_CALLBACK (on_secured), self);
  g_signal_connect (encounter, "ended", G_CALLBACK (on_ended), self);
  g_signal_connect (causette_encounter_get_texts (encounter), "items-changed",
                    G_CALLBACK (on_texts), self);
}

/* The server and the devices */

static void
on_link_state (CausetteSession *session, GParamSpec *pspec, CausetteReport *self)
{
  CausetteLinkState state = causette_session_get_link_state (session);
  const GError *error = causette_session_get_link_error (session);

  if (state == CAUSETTE_LINK_ONLINE)
    report_line_event ("online");
  else if (state != CAUSETTE_LINK_CONNECTING)
    report_line_string ("offline", "message", error != NULL ? error->message : "");
}

static void
on_device_state (CausetteSource *source, GParamSpec *pspec, CausetteReport *self)
{
  const GError *error = causette_source_get_error (source);
  JsonValue *line = report_line_new ("device");

  json_object_put_string (line, "kind", CAUSETTE_IS_CAMERA (source) ? "camera" : "microphone");
  json_object_put_string (line, "state",
                          nick (CAUSETTE_TYPE_SOURCE_STATE,
                                (int) causette_source_get_state (source)));
  if (error != NULL)
    json_object_put_string (line, "message", error->message);
  report_line_write (line);
}

static void
causette_report_dispose (GObject *object)
{
  CausetteReport *self = CAUSETTE_REPORT (object);

  let_go_of_encounter (self);
  follow_call (self);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (causette_report_parent_class)->dispose (object);
}

static void
causette_report_class_init (CausetteReportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = causette_report_dispose;
}

static void
causette_report_init (CausetteReport *self)
{
}

CausetteReport *
causette_report_new (CausetteSession *session, gboolean with_texts)
{
  CausetteReport *self;

  g_return_val_if_fail (CAUSETTE_IS_SESSION (session), NULL);

  self = g_object_new (CAUSETTE_TYPE_REPORT, NULL);
  self->session = g_object_ref (session);
  self->with_texts = with_texts;

  g_signal_connect_object (session, "notify::link-state", G_CALLBACK (on_link_state), self, 0);
  g_signal_connect_object (session, "notify::encounter", G_CALLBACK (on_encounter), self, 0);
  g_signal_connect_object (causette_session_get_camera (session), "notify::state",
                           G_CALLBACK (on_device_state), self, 0);
  g_signal_connect_object (causette_session_get_microphone (session), "notify::state",
                           G_CALLBACK (on_device_state), self, 0);

  return self;
}

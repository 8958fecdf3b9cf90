/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program without its windows: one server, one set of devices, one encounter at a time.
 *
 * Owns: the link, the devices, the current encounter, a hosted server.
 * Called by: ui, app/probe. Must never: know a widget, connect or open a device unasked.
 */

#include "config.h"

#include "app/session.h"

#include "app/languages.h"
#include "app/server-host.h"
#include "media/webrtc-call.h"
#include "net/client/link.h"

#define CLOSE_MS 1000 /* for the last words to the server */
#define WAIT_MS  3000 /* for calls that are being taken down, before the program may exit */
#define LAST_MS  500  /* for those to the partner, by the data channel */

struct _CausetteSession
{
  GObject parent_instance;

  CausetteSettings *settings;
  CausetteClock *clock;
  CausetteDevices *devices;
  CausetteCamera *camera;
  CausetteMicrophone *microphone;
  char *speaker; /* nullable: what the settings say */
  int width, height, frames_per_second;
  gboolean relay_only;
  char **languages; /* nullable */
  char **topics;    /* nullable */
  gboolean devices_opened;

  char *server; /* as chosen, nullable */
  CausetteLink *link;
  CausetteServerHost *host; /* nullable */
  CausetteEncounter *encounter;
};

G_DEFINE_FINAL_TYPE (CausetteSession, causette_session, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SERVER,
  PROP_LINK_STATE,
  PROP_LINK_ERROR,
  PROP_ENCOUNTER,
  PROP_HOST_ADDRESS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
notify (CausetteSession *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[property]);
}

static gboolean
is_on (CausetteSourceState state)
{
  return state == CAUSETTE_SOURCE_ON || state == CAUSETTE_SOURCE_OPENING;
}

static gboolean
is_over (CausetteEncounter *encounter)
{
  return encounter == NULL || causette_encounter_get_state (encounter) == CAUSETTE_ENCOUNTER_ENDED;
}

static gboolean
is_none (const char *source)
{
  return g_strcmp0 (source, "none") == 0;
}

/* Devices */

static void
tell_devices (CausetteSession *self)
{
  if (is_over (self->encounter))
    return;

  causette_encounter_set_devices (self->encounter, is_on (causette_camera_get_state (self->camera)),
                                  is_on (causette_microphone_get_state (self->microphone)));
}

static void
take_camera_setting (CausetteSession *self)
{
  g_autofree char *source =
      g_settings_get_string (causette_settings_get_store (self->settings), "camera");

  causette_camera_set_source (self->camera, source);
}

static void
take_microphone_setting (CausetteSession *self)
{
  g_autofree char *source =
      g_settings_get_string (causette_settings_get_store (self->settings), "microphone");

  causette_microphone_set_source (self->microphone, source);
}

static void
make_devices (CausetteSession *self)
{
  GSettings *store = causette_settings_get_store (self->settings);

  self->devices = causette_devices_new ();
  self->camera = causette_camera_new (self->devices);
  self->microphone = causette_microphone_new (self->devices);
  take_camera_setting (self);
  take_microphone_setting (self);

  g_signal_connect_object (store, "changed::camera", G_CALLBACK (take_camera_setting), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "changed::microphone", G_CALLBACK (take_microphone_setting), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->camera, "notify::state", G_CALLBACK (tell_devices), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->microphone, "notify::state", G_CALLBACK (tell_devices), self,
                           G_CONNECT_SWAPPED);
}

/* Off for good, which is no choice of the person's to be remembered. */
static void
close_devices (CausetteSession *self)
{
  if (self->devices_opened)
    {
      g_settings_unbind (self->camera, "enabled");
      g_settings_unbind (self->microphone, "enabled");
      self->devices_opened = FALSE;
    }

  causette_camera_set_enabled (self->camera, FALSE);
  causette_microphone_set_enabled (self->microphone, FALSE);
}

/* The call */

static GPtrArray *
convert_ice_servers (GPtrArray *from)
{
  GPtrArray *to = g_ptr_array_new_with_free_func ((GDestroyNotify) causette_ice_server_free);

  for (guint i = 0; i < from->len; i++)
    {
      const WireIceServer *server = g_ptr_array_index (from, i);

      g_ptr_array_add (to, causette_ice_server_new ((const char *const *) server->urls,
                                                    server->username, server->credential));
    }

  return to;
}

static CausetteCall *
make_call (gboolean caller, GPtrArray *ice_servers, gpointer user_data)
{
  CausetteSession *self = user_data;
  g_autoptr (GPtrArray) converted = convert_ice_servers (ice_servers);
  g_autofree char *speaker = g_strdup (self->speaker);
  CausetteWebrtcCallConfig config = { 0 };

  if (speaker == NULL)
    speaker = g_settings_get_string (causette_settings_get_store (self->settings), "speaker");

  /* A device that is off now may be switched on later: only where there is none is none sent. */
  config.caller = caller;
  if (!is_none (causette_camera_get_source (self->camera)))
    config.video = causette_camera_get_feed (self->camera);
  if (!is_none (causette_microphone_get_source (self->microphone)))
    config.audio = causette_microphone_get_feed (self->microphone);
  config.width = self->width;
  config.height = self->height;
  config.frames_per_second = self->frames_per_second;
  config.ice_servers = converted;
  config.relay_only = self->relay_only;
  config.speaker = speaker;

  return causette_webrtc_call_new (&config);
}

/* The link */

static void
on_link_state (CausetteSession *self)
{
  /* A server is worth remembering once it has answered; one of this computer's own ends with the
   * program. */
  if (causette_session_get_link_state (self) == CAUSETTE_LINK_ONLINE && self->host == NULL)
    g_settings_set_string (causette_settings_get_store (self->settings), "server", self->server);

  notify (self, PROP_LINK_STATE);
}

static void
on_link_error (CausetteSession *self)
{
  notify (self, PROP_LINK_ERROR);
}

/* Comes before the encounter hears of it. The server paired someone who has just left the queue:
 * the partner is not left waiting. */
static void
on_link_message (CausetteSignalling *signalling, const WireMessage *message, CausetteSession *self)
{
  g_autoptr (WireMessage) end = NULL;

  if (message->type != WIRE_PAIRED || !is_over (self->encounter))
    return;

  end = wire_message_new (WIRE_END);
  end->end.encounter = g_strdup (message->paired.encounter);
  end->end.reason = WIRE_END_NEXT;
  causette_signalling_request_async (signalling, end, NULL, NULL, NULL);
}

static void
drop_link (CausetteSession *self)
{
  CausetteLink *link = g_steal_pointer (&self->link);

  if (link == NULL)
    return;

  g_signal_handlers_disconnect_by_data (link, self);
  causette_link_disconnect (link);
  g_object_unref (link);
}

/* @link: (transfer full). @server: as a person knows it. */
static void
take_link (CausetteSession *self, CausetteLink *link, const char *server)
{
  g_object_freeze_notify (G_OBJECT (self));

  causette_session_stop (self);
  drop_link (self);

  self->link = link;
  if (g_strcmp0 (self->server, server) != 0)
    {
      g_free (self->server);
      self->server = g_strdup (server);
      notify (self, PROP_SERVER);
    }
  g_signal_connect_object (link, "notify::state", G_CALLBACK (on_link_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (link, "notify::error", G_CALLBACK (on_link_error), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (link, "message", G_CALLBACK (on_link_message), self, 0);

  notify (self, PROP_LINK_STATE);
  notify (self, PROP_LINK_ERROR);
  causette_link_connect (link);

  /* While the server is being reached, so that the first call does not wait for it. */
  causette_webrtc_call_prepare ();

  g_object_thaw_notify (G_OBJECT (self));
}

static void
drop_host (CausetteSession *self)
{
  if (self->host == NULL)
    return;

  causette_server_host_stop (self->host);
  g_clear_object (&self->host);
  notify (self, PROP_HOST_ADDRESS);
}

static CausetteLink *
make_link (const char *address, GError **error)
{
  g_autofree char *locale = languages_get_first ();
  CausetteLinkHello hello = { .locale = locale, .policy_version = NULL, .adult = true };

  return causette_link_new (address, &hello, error);
}

/* Virtual functions */

static void
causette_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteSession *self = CAUSETTE_SESSION (object);

  switch (id)
    {
    case PROP_SERVER:
      g_value_set_string (value, self->server);
      break;
    case PROP_LINK_STATE:
      g_value_set_enum (value, (int) causette_session_get_link_state (self));
      break;
    case PROP_LINK_ERROR:
      g_value_set_boxed (value, causette_session_get_link_error (self));
      break;
    case PROP_ENCOUNTER:
      g_value_set_object (value, self->encounter);
      break;
    case PROP_HOST_ADDRESS:
      g_value_set_string (value, causette_session_get_host_address (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_session_dispose (GObject *object)
{
  CausetteSession *self = CAUSETTE_SESSION (object);

  causette_session_stop (self);
  g_clear_object (&self->encounter);
  drop_link (self);
  if (self->host != NULL)
    causette_server_host_stop (self->host);
  g_clear_object (&self->host);
  if (self->camera != NULL)
    close_devices (self);
  if (!causette_webrtc_call_wait_closed (WAIT_MS))
    g_debug ("A call is still being taken down");
  g_clear_object (&self->camera);
  g_clear_object (&self->microphone);
  g_clear_object (&self->devices);
  g_clear_object (&self->clock);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (causette_session_parent_class)->dispose (object);
}

static void
causette_session_finalize (GObject *object)
{
  CausetteSession *self = CAUSETTE_SESSION (object);

  g_free (self->speaker);
  g_free (self->server);
  g_strfreev (self->languages);
  g_strfreev (self->topics);

  G_OBJECT_CLASS (causette_session_parent_class)->finalize (object);
}

static void
causette_session_class_init (CausetteSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_session_get_property;
  object_class->dispose = causette_session_dispose;
  object_class->finalize = causette_session_finalize;

  props[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  props[PROP_LINK_STATE] = g_param_spec_enum ("link-state", NULL, NULL, CAUSETTE_TYPE_LINK_STATE,
                                              CAUSETTE_LINK_OFFLINE, flags);
  props[PROP_LINK_ERROR] = g_param_spec_boxed ("link-error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_ENCOUNTER] =
      g_param_spec_object ("encounter", NULL, NULL, CAUSETTE_TYPE_ENCOUNTER, flags);
  props[PROP_HOST_ADDRESS] = g_param_spec_string ("host-address", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
causette_session_init (CausetteSession *self)
{
  self->clock = causette_clock_new_system ();
  self->width = 640;
  self->height = 480;
  self->frames_per_second = 30;
}

CausetteSession *
causette_session_new (CausetteSettings *settings)
{
  CausetteSession *self;

  g_return_val_if_fail (CAUSETTE_IS_SETTINGS (settings), NULL);

  self = g_object_new (CAUSETTE_TYPE_SESSION, NULL);
  self->settings = g_object_ref (settings);
  make_devices (self);

  return self;
}

void
causette_session_open_devices (CausetteSession *self)
{
  GSettings *store;

  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  if (self->devices_opened)
    return;

  self->devices_opened = TRUE;
  store = causette_settings_get_store (self->settings);
  g_settings_bind (store, "camera-enabled", self->camera, "enabled", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (store, "microphone-enabled", self->microphone, "enabled",
                   G_SETTINGS_BIND_DEFAULT);
}

gboolean
causette_session_connect (CausetteSession *self, const char *address, GError **error)
{
  g_autoptr (CausetteLink) link = NULL;

  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  link = make_link (address, error);
  if (link == NULL)
    return FALSE;

  if (self->link != NULL &&
      g_str_equal (causette_link_get_address (self->link), causette_link_get_address (link)))
    {
      causette_session_retry (self);
      return TRUE;
    }

  take_link (self, g_steal_pointer (&link), address);
  drop_host (self);

  return TRUE;
}

void
causette_session_retry (CausetteSession *self)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  if (self->link == NULL)
    return;

  if (causette_session_get_link_state (self) == CAUSETTE_LINK_OFFLINE)
    causette_link_connect (self->link);
  else
    causette_link_retry (self->link);
}

void
causette_session_disconnect (CausetteSession *self)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  if (self->link != NULL)
    causette_link_disconnect (self->link);
}

static void
on_hosted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CausetteSession *self = g_task_get_source_object (task);
  g_autoptr (CausetteServerHost) host = NULL;
  g_autoptr (CausetteLink) link = NULL;
  GError *error = NULL;

  host = causette_server_host_start_finish (result, &error);
  if (host != NULL)
    link = make_link (causette_server_host_get_local_address (host), &error);

  if (link == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  drop_host (self);
  self->host = g_steal_pointer (&host);
  take_link (self, g_steal_pointer (&link), causette_server_host_get_local_address (self->host));
  notify (self, PROP_HOST_ADDRESS);
  g_task_return_boolean (task, TRUE);
}

void
causette_session_host_async (CausetteSession *self,
                             gboolean public_,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, causette_session_host_async);
  causette_server_host_start_async (public_, cancellable, on_hosted, g_steal_pointer (&task));
}

gboolean
causette_session_host_finish (CausetteSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
seek (CausetteSession *self)
{
  GSettings *store = causette_settings_get_store (self->settings);
  g_auto (GStrv) languages = g_strdupv (self->languages);
  g_auto (GStrv) topics = g_strdupv (self->topics);
  CausetteWish wish;

  if (languages == NULL)
    languages = g_settings_get_strv (store, "languages");
  if (self->languages == NULL && g_strv_length (languages) == 0)
    {
      g_strfreev (languages);
      languages = languages_get_all ();
    }
  if (topics == NULL)
    topics = g_settings_get_strv (store, "topics");

  wish.languages = (const char *const *) languages;
  wish.topics = (const char *const *) topics;
  /* Someone without a camera likes to see the other one all the same. */
  wish.video = TRUE;
  wish.audio = TRUE;
  causette_encounter_seek (self->encounter, &wish);
}

void
causette_session_meet (CausetteSession *self)
{
  CausetteEncounter *before;

  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  if (self->link == NULL)
    return;

  if (!is_over (self->encounter))
    {
      if (causette_encounter_get_state (self->encounter) <= CAUSETTE_ENCOUNTER_SEEKING)
        return;
      causette_encounter_end (self->encounter, CAUSETTE_END_NEXT);
    }

  if (causette_session_get_link_state (self) == CAUSETTE_LINK_OFFLINE)
    causette_link_connect (self->link);

  before = self->encounter;
  self->encounter =
      causette_encounter_new (CAUSETTE_SIGNALLING (self->link), self->clock, make_call, self);
  tell_devices (self);
  notify (self, PROP_ENCOUNTER);
  g_clear_object (&before);

  if (causette_encounter_get_state (self->encounter) == CAUSETTE_ENCOUNTER_IDLE)
    seek (self);
}

void
causette_session_stop (CausetteSession *self)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  if (!is_over (self->encounter))
    causette_encounter_end (self->encounter, CAUSETTE_END_HANG_UP);
}

/* Closing */

static gboolean
finish_closing (gpointer data)
{
  GTask *task = data;
  CausetteSession *self = g_task_get_source_object (task);

  g_task_set_task_data (task, NULL, NULL);
  causette_session_disconnect (self);
  g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

static void
on_last_words (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  guint timer = GPOINTER_TO_UINT (g_task_get_task_data (task));

  causette_signalling_request_finish (CAUSETTE_SIGNALLING (source), result, NULL, NULL);
  if (timer == 0)
    return; /* too late */

  g_source_remove (timer);
  finish_closing (task);
}

static guint
add_closing_timer (GTask *task, guint delay_ms)
{
  return g_timeout_add_full (G_PRIORITY_DEFAULT, delay_ms, finish_closing, g_object_ref (task),
                             g_object_unref);
}

void
causette_session_close_async (CausetteSession *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WireMessage) leave = NULL;
  gboolean was_over;

  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, causette_session_close_async);
  was_over = is_over (self->encounter);
  causette_session_stop (self);
  close_devices (self);

  if (self->link == NULL || causette_session_get_link_state (self) != CAUSETTE_LINK_ONLINE)
    {
      if (was_over)
        finish_closing (task);
      else
        add_closing_timer (task, LAST_MS);
      return;
    }

  /* Answered after all that was asked before. */
  leave = wire_message_new (WIRE_LEAVE);
  g_task_set_task_data (task, GUINT_TO_POINTER (add_closing_timer (task, CLOSE_MS)), NULL);
  causette_signalling_request_async (CAUSETTE_SIGNALLING (self->link), leave, NULL, on_last_words,
                                     g_steal_pointer (&task));
}

gboolean
causette_session_close_finish (CausetteSession *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), NULL);
}

/* What is set and asked */

void
causette_session_set_wish (CausetteSession *self,
                           const char *const *languages,
                           const char *const *topics)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  g_strfreev (self->languages);
  g_strfreev (self->topics);
  self->languages = g_strdupv ((char **) languages);
  self->topics = g_strdupv ((char **) topics);
}

void
causette_session_set_relay_only (CausetteSession *self, gboolean relay_only)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  self->relay_only = relay_only;
}

void
causette_session_set_speaker (CausetteSession *self, const char *speaker)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));

  g_free (self->speaker);
  self->speaker = g_strdup (speaker);
}

void
causette_session_set_video_size (CausetteSession *self,
                                 int width,
                                 int height,
                                 int frames_per_second)
{
  g_return_if_fail (CAUSETTE_IS_SESSION (self));
  g_return_if_fail (width > 0 && height > 0 && frames_per_second > 0);

  self->width = width;
  self->height = height;
  self->frames_per_second = frames_per_second;
  causette_camera_set_size (self->camera, width, height, frames_per_second);
}

const char *
causette_session_get_server (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->server;
}

const char *
causette_session_get_host_address (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->host != NULL ? causette_server_host_get_address (self->host) : NULL;
}

CausetteLinkState
causette_session_get_link_state (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), CAUSETTE_LINK_OFFLINE);

  if (self->link == NULL)
    return CAUSETTE_LINK_OFFLINE;

  return causette_signalling_get_state (CAUSETTE_SIGNALLING (self->link));
}

const GError *
causette_session_get_link_error (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  if (self->link == NULL)
    return NULL;

  return causette_signalling_get_error (CAUSETTE_SIGNALLING (self->link));
}

CausetteEncounter *
causette_session_get_encounter (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->encounter;
}

CausetteDevices *
causette_session_get_devices (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->devices;
}

CausetteCamera *
causette_session_get_camera (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->camera;
}

CausetteMicrophone *
causette_session_get_microphone (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->microphone;
}

CausetteSettings *
causette_session_get_settings (CausetteSession *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SESSION (self), NULL);

  return self->settings;
}

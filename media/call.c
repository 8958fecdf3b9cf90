/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base class of a call: its state, its error, its signals, and the promise that nothing is
 * heard of a call that was closed.
 *
 * Called by: app/encounter (the public half), CausetteWebrtcCall and the scripted call of the tests
 * (the half for subclasses). Must never: know how a call is carried. Main context only.
 */
#include "media/call.h"

typedef struct
{
  CausetteCallState state;
  GError *error;
  gboolean data_ready;
} CausetteCallPrivate;

enum
{
  PROP_STATE = 1,
  PROP_ERROR,
  PROP_DATA_READY,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum
{
  LOCAL_DESCRIPTION,
  LOCAL_CANDIDATE,
  MESSAGE,
  FIRST_VIDEO_FRAME,
  FIRST_AUDIO,
  STATS,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CausetteCall, causette_call, G_TYPE_OBJECT)

static CausetteCallPrivate *
get_private (CausetteCall *self)
{
  return causette_call_get_instance_private (self);
}

/* A closed call is silent, whatever is still under way in it. */
static gboolean
is_silent (CausetteCall *self)
{
  return get_private (self)->state == CAUSETTE_CALL_CLOSED;
}

static void
causette_call_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteCallPrivate *priv = get_private (CAUSETTE_CALL (object));

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, priv->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, priv->error);
      break;
    case PROP_DATA_READY:
      g_value_set_boolean (value, priv->data_ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_call_dispose (GObject *object)
{
  causette_call_close (CAUSETTE_CALL (object));

  G_OBJECT_CLASS (causette_call_parent_class)->dispose (object);
}

static void
causette_call_finalize (GObject *object)
{
  CausetteCallPrivate *priv = get_private (CAUSETTE_CALL (object));

  g_clear_error (&priv->error);

  G_OBJECT_CLASS (causette_call_parent_class)->finalize (object);
}

static void
causette_call_class_init (CausetteCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = causette_call_get_property;
  object_class->dispose = causette_call_dispose;
  object_class->finalize = causette_call_finalize;

  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, CAUSETTE_TYPE_CALL_STATE, CAUSETTE_CALL_NEW, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_DATA_READY] = g_param_spec_boolean ("data-ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[LOCAL_DESCRIPTION] =
      g_signal_new ("local-description", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                    2, G_TYPE_STRING, G_TYPE_STRING);
  signals[LOCAL_CANDIDATE] = g_signal_new ("local-candidate", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[FIRST_VIDEO_FRAME] = g_signal_new ("first-video-frame", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
  signals[FIRST_AUDIO] =
      g_signal_new ("first-audio", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[STATS] = g_signal_new ("stats", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
}

static void
causette_call_init (CausetteCall *self)
{
}

CausetteIceServer *
causette_ice_server_new (const char *const *urls, const char *username, const char *credential)
{
  CausetteIceServer *server = NULL;

  g_return_val_if_fail (urls != NULL, NULL);

  server = g_new0 (CausetteIceServer, 1);
  server->urls = g_strdupv ((char **) urls);
  server->username = g_strdup (username);
  server->credential = g_strdup (credential);

  return server;
}

void
causette_ice_server_free (CausetteIceServer *server)
{
  if (server == NULL)
    return;

  g_strfreev (server->urls);
  g_free (server->username);
  g_free (server->credential);
  g_free (server);
}

void
causette_call_start (CausetteCall *self)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));
  g_return_if_fail (CAUSETTE_CALL_GET_CLASS (self)->start != NULL);

  if (get_private (self)->state != CAUSETTE_CALL_NEW)
    return;

  CAUSETTE_CALL_GET_CLASS (self)->start (self);
}

gboolean
causette_call_set_remote_description (CausetteCall *self,
                                      const char *type,
                                      const char *sdp,
                                      GError **error)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), FALSE);
  g_return_val_if_fail (type != NULL, FALSE);
  g_return_val_if_fail (sdp != NULL, FALSE);
  g_return_val_if_fail (CAUSETTE_CALL_GET_CLASS (self)->set_remote_description != NULL, FALSE);

  if (is_silent (self))
    {
      g_set_error_literal (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
                           "The call is over.");
      return FALSE;
    }

  return CAUSETTE_CALL_GET_CLASS (self)->set_remote_description (self, type, sdp, error);
}

void
causette_call_add_remote_candidate (CausetteCall *self, const char *candidate, guint mline_index)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));
  g_return_if_fail (candidate != NULL);
  g_return_if_fail (CAUSETTE_CALL_GET_CLASS (self)->add_remote_candidate != NULL);

  if (!is_silent (self))
    CAUSETTE_CALL_GET_CLASS (self)->add_remote_candidate (self, candidate, mline_index);
}

gboolean
causette_call_send (CausetteCall *self, GBytes *message)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  g_return_val_if_fail (CAUSETTE_CALL_GET_CLASS (self)->send != NULL, FALSE);

  if (is_silent (self) || !get_private (self)->data_ready)
    return FALSE;

  return CAUSETTE_CALL_GET_CLASS (self)->send (self, message);
}

void
causette_call_close (CausetteCall *self)
{
  CausetteCallPrivate *priv = NULL;

  g_return_if_fail (CAUSETTE_IS_CALL (self));

  priv = get_private (self);
  if (priv->state == CAUSETTE_CALL_CLOSED)
    return;

  /* First silent, then closed: nothing that the subclass does on the way is heard. */
  g_object_ref (self);
  priv->state = CAUSETTE_CALL_CLOSED;
  priv->data_ready = FALSE;
  if (CAUSETTE_CALL_GET_CLASS (self)->close != NULL)
    CAUSETTE_CALL_GET_CLASS (self)->close (self);
  g_object_unref (self);
}

CausetteCallState
causette_call_get_state (CausetteCall *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), CAUSETTE_CALL_CLOSED);

  return get_private (self)->state;
}

const GError *
causette_call_get_error (CausetteCall *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), NULL);

  return get_private (self)->error;
}

gboolean
causette_call_get_data_ready (CausetteCall *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), FALSE);

  return get_private (self)->data_ready;
}

CausetteFeed *
causette_call_get_remote_video (CausetteCall *self)
{
  g_return_val_if_fail (CAUSETTE_IS_CALL (self), NULL);
  g_return_val_if_fail (CAUSETTE_CALL_GET_CLASS (self)->get_remote_video != NULL, NULL);

  return CAUSETTE_CALL_GET_CLASS (self)->get_remote_video (self);
}

void
causette_call_get_candidate_types (CausetteCall *self, const char **local, const char **remote)
{
  const char *unused;

  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (local == NULL)
    local = &unused;
  if (remote == NULL)
    remote = &unused;
  *local = *remote = NULL;
  if (!is_silent (self) && CAUSETTE_CALL_GET_CLASS (self)->get_candidate_types != NULL)
    CAUSETTE_CALL_GET_CLASS (self)->get_candidate_types (self, local, remote);
}

void
causette_call_set_state (CausetteCall *self, CausetteCallState state, GError *error)
{
  g_autoptr (GError) owned = error;
  CausetteCallPrivate *priv = NULL;

  g_return_if_fail (CAUSETTE_IS_CALL (self));
  g_return_if_fail (state != CAUSETTE_CALL_CLOSED);

  /* What has failed stays so, with its first error. */
  priv = get_private (self);
  if (priv->state == state || priv->state == CAUSETTE_CALL_FAILED || is_silent (self))
    return;

  g_object_ref (self);
  g_object_freeze_notify (G_OBJECT (self));
  priv->state = state;
  if (owned != NULL)
    {
      g_clear_error (&priv->error);
      priv->error = g_steal_pointer (&owned);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

void
causette_call_set_data_ready (CausetteCall *self, gboolean ready)
{
  CausetteCallPrivate *priv = NULL;

  g_return_if_fail (CAUSETTE_IS_CALL (self));

  priv = get_private (self);
  ready = !!ready;
  if (priv->data_ready == ready || is_silent (self))
    return;

  priv->data_ready = ready;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DATA_READY]);
}

void
causette_call_emit_local_description (CausetteCall *self, const char *type, const char *sdp)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (!is_silent (self))
    g_signal_emit (self, signals[LOCAL_DESCRIPTION], 0, type, sdp);
}

void
causette_call_emit_local_candidate (CausetteCall *self, const char *candidate, guint mline_index)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (!is_silent (self))
    g_signal_emit (self, signals[LOCAL_CANDIDATE], 0, candidate, mline_index);
}

void
causette_call_emit_message (CausetteCall *self, GBytes *message)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (!is_silent (self))
    g_signal_emit (self, signals[MESSAGE], 0, message);
}

void
causette_call_emit_first_video_frame (CausetteCall *self, int width, int height)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (!is_silent (self))
    g_signal_emit (self, signals[FIRST_VIDEO_FRAME], 0, width, height);
}

void
causette_call_emit_first_audio (CausetteCall *self)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));

  if (!is_silent (self))
    g_signal_emit (self, signals[FIRST_AUDIO], 0);
}

void
causette_call_emit_stats (CausetteCall *self, const CausetteCallStats *stats)
{
  g_return_if_fail (CAUSETTE_IS_CALL (self));
  g_return_if_fail (stats != NULL);

  if (!is_silent (self))
    g_signal_emit (self, signals[STATS], 0, stats);
}

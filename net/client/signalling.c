/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base class of a connection to a pairing server: properties, the signal, and what the last
 * welcome said. How the server is reached is up to the subclass.
 */
#include "config.h"

#include "net/client/signalling.h"

typedef struct
{
  int64_t online_count;
  bool resumed;
  char *encounter;        /* nullable */
  GPtrArray *ice_servers; /* of WireIceServer */
} CausetteSignallingPrivate;

enum
{
  PROP_0,
  PROP_STATE,
  PROP_ERROR,
  PROP_ONLINE_COUNT,
  PROP_RESUMED,
  PROP_ENCOUNTER,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

enum
{
  SIGNAL_MESSAGE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CausetteSignalling, causette_signalling, G_TYPE_OBJECT)

G_DEFINE_QUARK (causette - link - error - quark, causette_link_error)

GType
causette_link_state_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { CAUSETTE_LINK_OFFLINE, "CAUSETTE_LINK_OFFLINE", "offline" },
        { CAUSETTE_LINK_CONNECTING, "CAUSETTE_LINK_CONNECTING", "connecting" },
        { CAUSETTE_LINK_ONLINE, "CAUSETTE_LINK_ONLINE", "online" },
        { CAUSETTE_LINK_RECONNECTING, "CAUSETTE_LINK_RECONNECTING", "reconnecting" },
        { 0, NULL, NULL },
      };
      GType registered = g_enum_register_static ("CausetteLinkState", values);
      g_once_init_leave (&type, registered);
    }
  return type;
}

static gpointer
copy_ice_server (gconstpointer server, gpointer data)
{
  return wire_ice_server_copy (server);
}

static GPtrArray *
default_get_ice_servers (CausetteSignalling *self)
{
  CausetteSignallingPrivate *priv = causette_signalling_get_instance_private (self);
  return priv->ice_servers;
}

static CausetteLinkState
default_get_state (CausetteSignalling *self)
{
  return CAUSETTE_LINK_OFFLINE;
}

static const GError *
default_get_error (CausetteSignalling *self)
{
  return NULL;
}

static void
causette_signalling_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteSignalling *self = CAUSETTE_SIGNALLING (object);
  CausetteSignallingPrivate *priv = causette_signalling_get_instance_private (self);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, (gint) causette_signalling_get_state (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, causette_signalling_get_error (self));
      break;
    case PROP_ONLINE_COUNT:
      g_value_set_int64 (value, priv->online_count);
      break;
    case PROP_RESUMED:
      g_value_set_boolean (value, priv->resumed);
      break;
    case PROP_ENCOUNTER:
      g_value_set_string (value, priv->encounter);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_signalling_finalize (GObject *object)
{
  CausetteSignalling *self = CAUSETTE_SIGNALLING (object);
  CausetteSignallingPrivate *priv = causette_signalling_get_instance_private (self);

  g_clear_pointer (&priv->encounter, g_free);
  g_clear_pointer (&priv->ice_servers, g_ptr_array_unref);

  G_OBJECT_CLASS (causette_signalling_parent_class)->finalize (object);
}

static void
causette_signalling_class_init (CausetteSignallingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_signalling_get_property;
  object_class->finalize = causette_signalling_finalize;
  klass->get_state = default_get_state;
  klass->get_error = default_get_error;
  klass->get_ice_servers = default_get_ice_servers;

  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CAUSETTE_TYPE_LINK_STATE,
                                         CAUSETTE_LINK_OFFLINE, flags);
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_ONLINE_COUNT] =
      g_param_spec_int64 ("online-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_RESUMED] = g_param_spec_boolean ("resumed", NULL, NULL, FALSE, flags);
  props[PROP_ENCOUNTER] = g_param_spec_string ("encounter", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
causette_signalling_init (CausetteSignalling *self)
{
  CausetteSignallingPrivate *priv = causette_signalling_get_instance_private (self);

  priv->ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) wire_ice_server_free);
}

void
causette_signalling_request_async (CausetteSignalling *self,
                                   const WireMessage *message,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (CAUSETTE_IS_SIGNALLING (self));
  g_return_if_fail (message != NULL);
  g_return_if_fail (CAUSETTE_SIGNALLING_GET_CLASS (self)->request_async != NULL);

  CAUSETTE_SIGNALLING_GET_CLASS (self)->request_async (self, message, cancellable, callback,
                                                       user_data);
}

bool
causette_signalling_request_finish (CausetteSignalling *self,
                                    GAsyncResult *result,
                                    WireAck *ack,
                                    GError **error)
{
  g_return_val_if_fail (CAUSETTE_IS_SIGNALLING (self), false);
  g_return_val_if_fail (CAUSETTE_SIGNALLING_GET_CLASS (self)->request_finish != NULL, false);

  return CAUSETTE_SIGNALLING_GET_CLASS (self)->request_finish (self, result, ack, error);
}

CausetteLinkState
causette_signalling_get_state (CausetteSignalling *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SIGNALLING (self), CAUSETTE_LINK_OFFLINE);

  return CAUSETTE_SIGNALLING_GET_CLASS (self)->get_state (self);
}

const GError *
causette_signalling_get_error (CausetteSignalling *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SIGNALLING (self), NULL);

  return CAUSETTE_SIGNALLING_GET_CLASS (self)->get_error (self);
}

GPtrArray *
causette_signalling_get_ice_servers (CausetteSignalling *self)
{
  g_return_val_if_fail (CAUSETTE_IS_SIGNALLING (self), NULL);

  return CAUSETTE_SIGNALLING_GET_CLASS (self)->get_ice_servers (self);
}

void
causette_signalling_note_welcome (CausetteSignalling *self, const WireMessage *welcome)
{
  CausetteSignallingPrivate *priv;
  g_autoptr (GPtrArray) old = NULL;

  g_return_if_fail (CAUSETTE_IS_SIGNALLING (self));
  g_return_if_fail (welcome != NULL && welcome->type == WIRE_WELCOME);

  priv = causette_signalling_get_instance_private (self);
  old = g_steal_pointer (&priv->ice_servers);
  priv->ice_servers = welcome->welcome.ice_servers != NULL
                          ? g_ptr_array_copy (welcome->welcome.ice_servers, copy_ice_server, NULL)
                          : g_ptr_array_new ();
  g_ptr_array_set_free_func (priv->ice_servers, (GDestroyNotify) wire_ice_server_free);

  g_object_freeze_notify (G_OBJECT (self));
  if (priv->online_count != welcome->welcome.online)
    {
      priv->online_count = welcome->welcome.online;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ONLINE_COUNT]);
    }
  if (priv->resumed != welcome->welcome.resumed)
    {
      priv->resumed = welcome->welcome.resumed;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RESUMED]);
    }
  if (g_strcmp0 (priv->encounter, welcome->welcome.encounter) != 0)
    {
      g_free (priv->encounter);
      priv->encounter = g_strdup (welcome->welcome.encounter);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ENCOUNTER]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
causette_signalling_emit_message (CausetteSignalling *self, const WireMessage *message)
{
  g_return_if_fail (CAUSETTE_IS_SIGNALLING (self));
  g_return_if_fail (message != NULL);

  if (message->type == WIRE_WELCOME)
    causette_signalling_note_welcome (self, message);
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

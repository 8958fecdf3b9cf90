/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a conversation, for the list that windows show.
 *
 * Owns: the text. Called by: app/encounter-texts, ui. Must never: outlive its conversation by what
 * app keeps of it.
 */

#include "app/encounter-private.h"

struct _CausetteText
{
  GObject parent_instance;

  char *text;
  gboolean own;
  CausetteTextStatus status;
};

G_DEFINE_FINAL_TYPE (CausetteText, causette_text, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_OWN,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
causette_text_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CausetteText *self = CAUSETTE_TEXT (object);

  switch (id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_OWN:
      g_value_set_boolean (value, self->own);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, (int) self->status);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
causette_text_finalize (GObject *object)
{
  CausetteText *self = CAUSETTE_TEXT (object);

  g_free (self->text);

  G_OBJECT_CLASS (causette_text_parent_class)->finalize (object);
}

static void
causette_text_class_init (CausetteTextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = causette_text_get_property;
  object_class->finalize = causette_text_finalize;

  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  props[PROP_OWN] = g_param_spec_boolean ("own", NULL, NULL, FALSE, flags);
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, CAUSETTE_TYPE_TEXT_STATUS,
                                          CAUSETTE_TEXT_WAITING, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
causette_text_init (CausetteText *self)
{
}

CausetteText *
causette_text_new (const char *text, gboolean own)
{
  CausetteText *self = g_object_new (CAUSETTE_TYPE_TEXT, NULL);

  self->text = g_strdup (text);
  self->own = own;
  self->status = own ? CAUSETTE_TEXT_WAITING : CAUSETTE_TEXT_DELIVERED;

  return self;
}

void
causette_text_set_status (CausetteText *self, CausetteTextStatus status)
{
  g_return_if_fail (CAUSETTE_IS_TEXT (self));

  if (self->status == status)
    return;

  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
}

const char *
causette_text_get_text (CausetteText *self)
{
  g_return_val_if_fail (CAUSETTE_IS_TEXT (self), NULL);

  return self->text;
}

gboolean
causette_text_get_own (CausetteText *self)
{
  g_return_val_if_fail (CAUSETTE_IS_TEXT (self), FALSE);

  return self->own;
}

CausetteTextStatus
causette_text_get_status (CausetteText *self)
{
  g_return_val_if_fail (CAUSETTE_IS_TEXT (self), CAUSETTE_TEXT_WAITING);

  return self->status;
}

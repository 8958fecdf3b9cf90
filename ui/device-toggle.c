/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The round button for the camera or the microphone; see the header. */
#include "config.h"

#include "ui/device-toggle.h"

#include <glib/gi18n.h>

struct _CausetteDeviceToggle
{
  AdwBin parent_instance;

  GtkToggleButton *button;
  GtkImage *icon;

  GObject *device; /* CausetteCamera or CausetteMicrophone: the same properties */
};

G_DEFINE_FINAL_TYPE (CausetteDeviceToggle, causette_device_toggle, ADW_TYPE_BIN)

static void
update (CausetteDeviceToggle *self)
{
  gboolean camera, enabled;
  CausetteSourceState state;
  const char *icon, *tooltip, *label;

  if (self->device == NULL)
    return;

  camera = CAUSETTE_IS_CAMERA (self->device);
  g_object_get (self->device, "enabled", &enabled, "state", &state, NULL);

  if (camera)
    {
      label = _ ("Camera");
      icon = enabled ? "camera-web-symbolic" : "camera-disabled-symbolic";
      tooltip = enabled ? _ ("Turn Off the Camera (Ctrl+E)") : _ ("Turn On the Camera (Ctrl+E)");
    }
  else
    {
      label = _ ("Microphone");
      icon = enabled ? "audio-input-microphone-symbolic" : "microphone-disabled-symbolic";
      tooltip =
          enabled ? _ ("Turn Off the Microphone (Ctrl+D)") : _ ("Turn On the Microphone (Ctrl+D)");
    }
  if (enabled && state == CAUSETTE_SOURCE_FAILED)
    icon = "dialog-warning-symbolic";

  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  if (enabled && state != CAUSETTE_SOURCE_FAILED)
    gtk_widget_remove_css_class (GTK_WIDGET (self->button), "off");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->button), "off");
}

static void
set_device (CausetteDeviceToggle *self, gpointer device, const char *action)
{
  if (self->device == device)
    return;
  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  g_set_object (&self->device, device);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), device != NULL ? action : NULL);
  if (device == NULL)
    return;
  g_signal_connect_object (device, "notify::enabled", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (device, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
causette_device_toggle_dispose (GObject *object)
{
  CausetteDeviceToggle *self = CAUSETTE_DEVICE_TOGGLE (object);

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  g_clear_object (&self->device);
  G_OBJECT_CLASS (causette_device_toggle_parent_class)->dispose (object);
}

static void
causette_device_toggle_class_init (CausetteDeviceToggleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = causette_device_toggle_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/causette/Causette/ui/device-toggle.ui");
  gtk_widget_class_bind_template_child (widget_class, CausetteDeviceToggle, button);
  gtk_widget_class_bind_template_child (widget_class, CausetteDeviceToggle, icon);
}

static void
causette_device_toggle_init (CausetteDeviceToggle *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
causette_device_toggle_set_camera (CausetteDeviceToggle *self, CausetteCamera *camera)
{
  g_return_if_fail (CAUSETTE_IS_DEVICE_TOGGLE (self));
  set_device (self, camera, "win.camera");
}

void
causette_device_toggle_set_microphone (CausetteDeviceToggle *self, CausetteMicrophone *microphone)
{
  g_return_if_fail (CAUSETTE_IS_DEVICE_TOGGLE (self));
  set_device (self, microphone, "win.microphone");
}

GtkToggleButton *
causette_device_toggle_get_button (CausetteDeviceToggle *self)
{
  g_return_val_if_fail (CAUSETTE_IS_DEVICE_TOGGLE (self), NULL);
  return self->button;
}

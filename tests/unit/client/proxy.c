/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP proxy that can be cut and frozen; see the header. */
#include "tests/unit/client/proxy.h"

#include "tests/unit/client/fixture.h"

typedef struct
{
  Proxy *proxy;
  GIOStream *ends[2];
  GCancellable *cancellable;
  bool spliced; /* a splice is under way */
} Tunnel;

static void
tunnel_free (Tunnel *tunnel)
{
  for (unsigned i = 0; i < 2; i++)
    {
      g_io_stream_close (tunnel->ends[i], NULL, NULL);
      g_object_unref (tunnel->ends[i]);
    }
  g_object_unref (tunnel->cancellable);
  g_free (tunnel);
}

static void
on_spliced (GObject *source, GAsyncResult *result, gpointer data)
{
  Tunnel *tunnel = data;

  g_io_stream_splice_finish (result, NULL);
  tunnel->spliced = false;
  /* Frozen: both ends stay as they are. */
  if (g_cancellable_is_cancelled (tunnel->cancellable))
    return;
  g_ptr_array_remove_fast (tunnel->proxy->tunnels, tunnel);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *incoming, GObject *source, Proxy *self)
{
  g_autoptr (GSocketClient) client = NULL;
  g_autoptr (GSocketConnection) outgoing = NULL;
  Tunnel *tunnel;

  if (self->refuse)
    {
      self->refused++;
      g_io_stream_close (G_IO_STREAM (incoming), NULL, NULL);
      return TRUE;
    }

  /* To the loopback: it is there or it is not, without waiting. */
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  outgoing = g_socket_client_connect_to_host (client, "127.0.0.1", self->target, NULL, NULL);
  if (outgoing == NULL)
    {
      self->refused++;
      g_io_stream_close (G_IO_STREAM (incoming), NULL, NULL);
      return TRUE;
    }

  tunnel = g_new0 (Tunnel, 1);
  tunnel->proxy = self;
  tunnel->ends[0] = G_IO_STREAM (g_object_ref (incoming));
  tunnel->ends[1] = G_IO_STREAM (g_steal_pointer (&outgoing));
  tunnel->cancellable = g_cancellable_new ();
  tunnel->spliced = true;
  g_ptr_array_add (self->tunnels, tunnel);
  g_io_stream_splice_async (tunnel->ends[0], tunnel->ends[1], G_IO_STREAM_SPLICE_NONE,
                            G_PRIORITY_DEFAULT, tunnel->cancellable, on_spliced, tunnel);
  return TRUE;
}

Proxy *
proxy_new (guint16 target)
{
  Proxy *self = g_new0 (Proxy, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->target = target;
  self->tunnels = g_ptr_array_new_with_free_func ((GDestroyNotify) tunnel_free);
  self->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), any_port, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("127.0.0.1:%u",
                                   g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  return self;
}

void
proxy_freeze (Proxy *self)
{
  for (unsigned i = 0; i < self->tunnels->len; i++)
    {
      Tunnel *tunnel = g_ptr_array_index (self->tunnels, i);

      g_cancellable_cancel (tunnel->cancellable);
      WAIT_FOR (!tunnel->spliced);
    }
}

void
proxy_cut (Proxy *self)
{
  proxy_freeze (self);
  g_ptr_array_set_size (self->tunnels, 0);
}

void
proxy_free (Proxy *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  proxy_cut (self);
  g_ptr_array_unref (self->tunnels);
  g_object_unref (self->service);
  g_free (self->address);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a streaming thread to the main context.
 *
 * Owns: the queue of calls under way. Called by: everything in media that hears from GStreamer.
 * Must never: let an object be finalized on a streaming thread. Copying the weak reference takes a
 * strong one for a moment, and were that the last one, dropping it here would stop a pipeline from
 * its own thread. So the strong reference travels along. The main context drops those of all
 * waiting calls before it runs the first one, and then asks the weak ones whether anybody else
 * still holds the object.
 */
#include "media/context.h"

typedef struct
{
  GWeakRef weak;
  GObject *strong; /* only until the main context has it */
  CausetteContextFunc func;
  gpointer payload;
  GDestroyNotify free_payload;
} Call;

static GMutex lock;                 /* protects the next two */
static GQueue calls = G_QUEUE_INIT; /* of Call */
static gboolean scheduled;          /* the main context is told already */

static void
call_run (Call *call)
{
  GObject *object = NULL;

  g_clear_object (&call->strong); /* there still, when a call ran a main loop of its own */
  object = g_weak_ref_get (&call->weak);
  if (object != NULL)
    call->func (object, call->payload);
  if (call->payload != NULL && call->free_payload != NULL)
    call->free_payload (call->payload);
  g_clear_object (&object);
  g_weak_ref_clear (&call->weak);
  g_free (call);
}

static gboolean
run_waiting (gpointer data)
{
  g_autoptr (GPtrArray) strong = g_ptr_array_new_with_free_func (g_object_unref);
  guint left;

  g_mutex_lock (&lock);
  scheduled = FALSE;
  left = calls.length;
  for (GList *link = calls.head; link != NULL; link = link->next)
    {
      Call *call = link->data;

      if (call->strong != NULL)
        g_ptr_array_add (strong, g_steal_pointer (&call->strong));
    }
  g_mutex_unlock (&lock);

  g_ptr_array_set_size (strong, 0);

  /* One at a time from the queue itself: a call that runs a main loop of its own goes on with the
   * next ones there, in order. What comes meanwhile has told the main context anew. */
  for (; left > 0; left--)
    {
      Call *call = NULL;

      g_mutex_lock (&lock);
      call = g_queue_pop_head (&calls);
      g_mutex_unlock (&lock);
      if (call == NULL)
        break;
      call_run (call);
    }

  return G_SOURCE_REMOVE;
}

void
causette_context_invoke (GWeakRef *ref,
                         CausetteContextFunc func,
                         gpointer payload,
                         GDestroyNotify free_payload)
{
  Call *call = NULL;
  gboolean tell;

  g_return_if_fail (ref != NULL);
  g_return_if_fail (func != NULL);

  call = g_new0 (Call, 1);
  call->strong = g_weak_ref_get (ref);
  g_weak_ref_init (&call->weak, call->strong);
  call->func = func;
  call->payload = payload;
  call->free_payload = free_payload;

  /* An object that is gone already needs the trip too, for its payload. */
  g_mutex_lock (&lock);
  g_queue_push_tail (&calls, call);
  tell = !scheduled;
  scheduled = TRUE;
  g_mutex_unlock (&lock);

  /* Not g_main_context_invoke(): on the main thread that would run at once, within the caller. */
  if (tell)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_can_recurse (source, TRUE);
      g_source_set_static_name (source, "causette_context_invoke");
      g_source_set_callback (source, run_waiting, NULL, NULL);
      g_source_attach (source, NULL);
    }
}

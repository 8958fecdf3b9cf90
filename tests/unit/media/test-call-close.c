/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call can be closed at any moment, from any of its signals, as often as one likes: nothing is
 * heard of it afterwards, and no thread, no open file and no memory stays behind. */
#include <gst/gst.h>

#include "call-pair.h"

/* Rounds for each moment: with the moments, more than a hundred closed pairs. */
#define ROUNDS 10

typedef enum
{
  AT_NEW,         /* not started */
  AT_START,       /* the moment it is started */
  AT_OFFER,       /* within "local-description" of the caller */
  AT_ANSWER,      /* within that of the callee */
  AT_DESCRIBED,   /* the partner's description was just given */
  AT_CANDIDATE,   /* within "local-candidate" */
  AT_CONNECTED,   /* within the notification of the state */
  AT_DATA_READY,  /* within that of the data channel */
  AT_FIRST_FRAME, /* within "first-video-frame" */
  AT_FIRST_SOUND, /* within "first-audio" */
  AT_MESSAGE,     /* within "message" */
  N_MOMENTS
} Moment;

static const char *const moment_names[N_MOMENTS] = {
  "new",       "start",      "offer",       "answer",      "described", "candidate",
  "connected", "data-ready", "first-frame", "first-sound", "message",
};

/* What the process has open, and its threads. */
typedef struct
{
  guint threads, files;
} Holdings;

typedef struct
{
  Moment moment;
  Pair *pair;
  CausetteCall *closed; /* the first one that was */
  gboolean done;
  guint heard; /* of a closed call */
} Closing;

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;

  return count;
}

static void
close_now (Closing *self, CausetteCall *call)
{
  causette_call_close (call);
  g_assert_cmpint (causette_call_get_state (call), ==, CAUSETTE_CALL_CLOSED);
  g_assert_false (causette_call_get_data_ready (call));
  if (self->closed == NULL)
    self->closed = call;
  self->done = TRUE;
}

static void
note (Closing *self, CausetteCall *call, Moment moment)
{
  if (self->closed == call)
    self->heard++;
  else if (self->moment == moment && !self->done)
    close_now (self, call);
}

static void
on_description (CausetteCall *call, const char *type, const char *sdp, Closing *self)
{
  note (self, call, g_str_equal (type, "offer") ? AT_OFFER : AT_ANSWER);
  if (self->moment == AT_DESCRIBED && !self->done)
    close_now (self,
               call == self->pair->caller.call ? self->pair->callee.call : self->pair->caller.call);
}

static void
on_candidate (CausetteCall *call, const char *candidate, guint index, Closing *self)
{
  note (self, call, AT_CANDIDATE);
}

static void
on_message (CausetteCall *call, GBytes *message, Closing *self)
{
  note (self, call, AT_MESSAGE);
}

static void
on_first_frame (CausetteCall *call, int width, int height, Closing *self)
{
  note (self, call, AT_FIRST_FRAME);
}

static void
on_first_sound (CausetteCall *call, Closing *self)
{
  note (self, call, AT_FIRST_SOUND);
}

static void
on_state (CausetteCall *call, GParamSpec *pspec, Closing *self)
{
  if (causette_call_get_state (call) == CAUSETTE_CALL_CONNECTED)
    note (self, call, AT_CONNECTED);
  else
    note (self, call, N_MOMENTS);
}

static void
on_data_ready (CausetteCall *call, GParamSpec *pspec, Closing *self)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);

  note (self, call, AT_DATA_READY);
  causette_call_send (call, bytes);
}

static void
watch (Closing *self, CausetteCall *call)
{
  g_signal_connect (call, "local-description", G_CALLBACK (on_description), self);
  g_signal_connect (call, "local-candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (call, "message", G_CALLBACK (on_message), self);
  g_signal_connect (call, "first-video-frame", G_CALLBACK (on_first_frame), self);
  g_signal_connect (call, "first-audio", G_CALLBACK (on_first_sound), self);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (call, "notify::data-ready", G_CALLBACK (on_data_ready), self);
}

static gboolean
is_done (Pair *pair, gpointer user_data)
{
  return ((Closing *) user_data)->done;
}

static void
close_at (Moment moment, TestSource *picture, TestSource *tone)
{
  Closing closing = { .moment = moment };
  Pair *pair = pair_new (picture, tone, picture, tone);
  GObject *calls[] = { G_OBJECT (pair->caller.call), G_OBJECT (pair->callee.call) };

  closing.pair = pair;
  pair->forgiving = TRUE;
  watch (&closing, pair->caller.call);
  watch (&closing, pair->callee.call);

  if (moment == AT_NEW)
    close_now (&closing, pair->caller.call);
  else
    pair_start (pair);
  if (moment == AT_START)
    close_now (&closing, pair->caller.call);
  pair_wait (pair, moment_names[moment], is_done, &closing);

  /* What is still on its way to the main context arrives now, and is not told. */
  g_assert_true (causette_webrtc_call_wait_closed (PAIR_LIMIT_MS));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (closing.heard, ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    g_signal_handlers_disconnect_by_data (calls[i], &closing);
  pair_free (pair);
}

static Holdings
get_holdings (void)
{
  return (Holdings){ count_entries ("/proc/self/task"), count_entries ("/proc/self/fd") };
}

static gboolean
is_as_before (Pair *pair, gpointer user_data)
{
  const Holdings *before = user_data;
  Holdings now = get_holdings ();

  return now.threads <= before->threads && now.files <= before->files;
}

/* Threads that are told to end do so in their own time. */
static void
wait_as_before (Holdings before)
{
  pair_wait (NULL, "no more threads and files than before", is_as_before, &before);
}

/* What a process keeps once it had a call: pools of threads, loaded plugins. */
static Holdings
warm_up (Moment moment)
{
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  TestSource *tone = test_source_new_tone ();
  Holdings holdings;

  close_at (moment, picture, tone);
  close_at (AT_FIRST_FRAME, picture, tone);
  holdings = get_holdings ();
  test_source_free (picture);
  test_source_free (tone);

  return holdings;
}

static void
test_close (gconstpointer user_data)
{
  Moment moment = GPOINTER_TO_INT (user_data);
  Holdings before = warm_up (moment);
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  TestSource *tone = test_source_new_tone ();

  for (guint i = 0; i < ROUNDS; i++)
    close_at (moment, picture, tone);
  test_source_free (picture);
  test_source_free (tone);
  wait_as_before (before);
}

/* The last reference may go without a word. What is on its way to the main context may hold it a
 * little longer. */
static void
test_drop (void)
{
  CausetteWebrtcCallConfig config = { .caller = TRUE, .speaker = "none" };
  Holdings before = warm_up (AT_FIRST_FRAME);

  for (guint i = 0; i < ROUNDS; i++)
    {
      CausetteCall *call = causette_webrtc_call_new (&config);
      gpointer alive = call;

      g_object_add_weak_pointer (G_OBJECT (call), &alive);
      causette_call_start (call);
      g_object_unref (call);
      while (alive != NULL)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_true (causette_webrtc_call_wait_closed (PAIR_LIMIT_MS));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  wait_as_before (before);
}

/* The feed says that its pictures are over, once. */
static void
test_feed_ends (void)
{
  Holdings before = warm_up (AT_FIRST_FRAME);
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  Pair *pair = pair_new (picture, NULL, NULL, NULL);
  int frames;

  pair->forgiving = TRUE;
  pair_connect (pair);
  causette_call_close (pair->callee.call);
  g_assert_cmpint (g_atomic_int_get (&pair->callee.stops), ==, 1);
  frames = g_atomic_int_get (&pair->callee.frames);
  causette_call_close (pair->callee.call);
  g_assert_true (causette_webrtc_call_wait_closed (PAIR_LIMIT_MS));
  g_assert_cmpint (g_atomic_int_get (&pair->callee.frames), ==, frames);
  g_assert_cmpint (g_atomic_int_get (&pair->callee.stops), ==, 1);

  pair_free (pair);
  test_source_free (picture);
  wait_as_before (before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  for (int moment = 0; moment < N_MOMENTS; moment++)
    {
      g_autofree char *path = g_strdup_printf ("/call/close/%s", moment_names[moment]);

      g_test_add_data_func (path, GINT_TO_POINTER (moment), test_close);
    }
  g_test_add_func ("/call/close/drop", test_drop);
  g_test_add_func ("/call/close/feed-ends", test_feed_ends);

  return g_test_run ();
}

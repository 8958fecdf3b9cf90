/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two calls in one process that are each other's partner, and test feeds for them.
 *
 * Called by: the tests of calls. Everything is waited for with a limit; when one passes, both
 * pipelines are written as .dot files (GST_DEBUG_DUMP_DOT_DIR) and the test fails.
 */
#pragma once

#include "media/webrtc-call.h"

G_BEGIN_DECLS

#define PAIR_LIMIT_MS 20000

/* Pushes frames of a small pipeline of its own, as a camera or a microphone does. */
typedef struct
{
  CausetteFeed *feed;
  GstElement *pipeline;
  guint probe;
} TestSource;

/* @description: what makes the frames, without a sink. */
TestSource *test_source_new (const char *description);
/* Pictures of one colour (0xRRGGBB), I420. */
TestSource *test_source_new_colour (guint rgb, int width, int height);
TestSource *test_source_new_tone (void);
/* Off and on again: as a camera does, it says so with a NULL. */
void test_source_set_running (TestSource *self, gboolean running);
void test_source_free (TestSource *self);

typedef struct _Pair Pair;
typedef struct
{
  Pair *pair;
  CausetteCall *call;
  CausetteCall *partner;
  GPtrArray *descriptions; /* of char *: what it sent, type first, then the text */
  GPtrArray *candidates;   /* of char * */
  GPtrArray *messages;     /* of GBytes * */
  guint first_frames, first_sounds, stats_count;
  int first_width, first_height;
  CausetteCallStats stats; /* the last ones */
  int frames;              /* of the remote feed */
  int stops;               /* NULLs of the remote feed */
  int width, height;
  int middle; /* pixel, 0xRRGGBB */
  guint consumer;
} Side;

/* Changes what goes from one side to the other; returns the new text (transfer full). */
typedef char *(*PairTamper) (Side *from, const char *type, const char *sdp);

struct _Pair
{
  Side caller, callee;
  PairTamper tamper;
  gboolean hold;      /* descriptions and candidates are not passed on */
  gboolean forgiving; /* a partner may be closed that gets a description */
};

/* Makes two calls; not started. The sources may be %NULL. */
Pair *pair_new (TestSource *caller_video,
                TestSource *caller_audio,
                TestSource *callee_video,
                TestSource *callee_audio);
/* Likewise, with a caller as @caller says. */
Pair *pair_new_with_caller (const CausetteWebrtcCallConfig *caller);
void pair_start (Pair *self);
/* Until both are in CONNECTED. */
void pair_connect (Pair *self);
/* Closes both and waits until all of them is given back. */
void pair_free (Pair *self);

/* Runs the main context until @done is TRUE. @self: (nullable): for @done, and to be written. */
typedef gboolean (*PairDone) (Pair *pair, gpointer user_data);
void pair_wait (Pair *self, const char *what, PairDone done, gpointer user_data);

G_END_DECLS

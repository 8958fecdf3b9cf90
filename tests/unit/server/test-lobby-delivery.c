/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios: what two say to each other arrives, in order, also across dropped connections. */
#include "tests/unit/server/lobby-world.h"

#include "net/wire/sio.h"

#include <string.h>

static void
test_both_ways (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  world_meet (world, &a, &b);
  g_assert_cmpstr (peer_relay (a, "YQ=="), ==, PEER_OK);
  g_assert_cmpstr (peer_relay (a, "Yg=="), ==, PEER_OK);
  g_assert_cmpstr (peer_relay (b, "Yw=="), ==, PEER_OK);
  peer_expect_relay (b, "YQ==");
  peer_expect_relay (b, "Yg==");
  peer_expect_relay (a, "Yw==");
  peer_expect_nothing (a);
  peer_expect_nothing (b);

  /* As it is, but for what the protocol does not know. */
  peer_say (a, "relay", "\"kind\":\"noise\",\"body\":\"\",\"secret\":\"address\"");
  text = json_value_to_string (peer_expect (b, "relay"));
  expected =
      g_strdup_printf ("{\"encounter\":\"%s\",\"kind\":\"noise\",\"body\":\"\"}", a->encounter);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_welcome (Peer *peer, bool resumed, const char *encounter)
{
  const JsonValue *welcome = peer_expect (peer, "welcome");

  g_assert_cmpint (peer->expected_id, ==, SIO_NO_ID);
  g_assert_true (json_value_boolean (json_object_find (welcome, "resumed")) == resumed);
  g_assert_cmpstr (json_value_string (json_object_find (welcome, "encounter")), ==, encounter);
}

static void
test_resume (void)
{
  g_autoptr (World) world = world_new (NULL);
  LobbyCounters counters;
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  peer_drop (b);
  g_assert_cmpstr (peer_expect_string (a, "partner", "state"), ==, "away");
  g_assert_cmpstr (peer_relay (a, "MQ=="), ==, PEER_OK);
  g_assert_cmpstr (peer_relay (a, "Mg=="), ==, PEER_OK);
  world_run (world, 29 * 1000);

  peer_resume (b);
  assert_welcome (b, true, b->encounter);
  peer_expect_relay (b, "MQ==");
  peer_expect_relay (b, "Mg==");
  peer_expect_nothing (b);
  g_assert_cmpstr (peer_expect_string (a, "partner", "state"), ==, "back");
  world_run (world, 60 * 1000);
  g_assert_cmpstr (peer_relay (b, "Mw=="), ==, PEER_OK);
  peer_expect_relay (a, "Mw==");
  lobby_get_counters (world->lobby, &counters);
  g_assert_cmpuint (counters.resumed_total, ==, 1);
  g_assert_cmpuint (counters.sessions_online, ==, 2);
}

static void
test_lost (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  Peer *c;

  world_meet (world, &a, &b);
  peer_drop (b);
  peer_expect (a, "partner");
  world_run (world, 30 * 1000 - 1);
  peer_expect_nothing (a);
  world_run (world, 1);
  g_assert_cmpstr (peer_expect_string (a, "ended", "reason"), ==, "lost");
  assert_no (peer_relay (a, "YQ=="), "not-paired");

  /* Its token is worth nothing any more: it is somebody new. */
  peer_resume (b);
  assert_welcome (b, false, NULL);
  c = world_join (world);
  peer_seek (a, "", "");
  peer_seek (c, "", "");
  peer_expect_paired (a, "caller");
}

static void
test_quit (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  peer_quit (b);
  g_assert_cmpstr (peer_expect_string (a, "ended", "reason"), ==, "hang-up");
  peer_resume (b);
  assert_welcome (b, false, NULL);
}

/* What was sent to a connection that proves dead is sent again, with the ids it had. */
static void
test_sent_but_not_received (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  int64_t last_id;

  world_meet (world, &a, &b);
  peer_relay (a, "MQ==");
  peer_expect_relay (b, "MQ==");
  last_id = b->expected_id;

  b->forgetful = true; /* as if the network swallowed it */
  peer_relay (a, "Mg==");
  peer_relay (a, "Mw==");
  peer_drop (b);
  peer_relay (a, "NA==");
  b->forgetful = false;
  peer_resume (b);
  peer_expect (b, "welcome");
  peer_expect_relay (b, "Mg==");
  g_assert_cmpint (b->expected_id, ==, last_id + 1);
  peer_expect_relay (b, "Mw==");
  g_assert_cmpint (b->expected_id, ==, last_id + 2);
  peer_expect_relay (b, "NA==");
  g_assert_cmpint (b->expected_id, ==, last_id + 3);
  peer_expect_nothing (b);

  /* Acknowledged now: not sent a third time. */
  peer_drop (b);
  peer_resume (b);
  peer_expect (b, "welcome");
  peer_expect_nothing (b);
}

/* The pairing itself gets lost on the way, and the partner ends it meanwhile. */
static void
test_paired_unseen (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  a->forgetful = true;
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  peer_expect_paired (b, "callee");
  peer_drop (a);
  a->forgetful = false;
  peer_resume (a);
  assert_welcome (a, true, b->encounter);
  peer_expect_paired (a, "caller");
  g_assert_cmpstr (a->encounter, ==, b->encounter);

  peer_drop (a);
  peer_say (b, "end", "\"reason\":\"failed\"");
  peer_resume (a);
  assert_welcome (a, true, NULL);
  g_assert_cmpstr (peer_expect_string (a, "ended", "reason"), ==, "failed");
  peer_expect_nothing (a);
}

/* A client comes back before the server has noticed that it was gone. */
static void
test_taken_over (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  b->forgetful = true;
  peer_relay (a, "MQ==");
  b->forgetful = false;
  peer_resume (b); /* the world checks that the former connection was closed */
  assert_welcome (b, true, b->encounter);
  peer_expect_relay (b, "MQ==");
  peer_expect_nothing (a);
  world_run (world, 60 * 1000);
  peer_relay (b, "Mg==");
  peer_expect_relay (a, "Mg==");
}

static void
test_both_drop (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  peer_drop (a);
  world_run (world, 1000);
  peer_drop (b);
  world_run (world, 1000);
  peer_resume (a);
  assert_welcome (a, true, a->encounter);
  g_assert_cmpstr (peer_expect_string (a, "partner", "state"), ==, "away");
  peer_relay (a, "MQ==");
  peer_resume (b);
  assert_welcome (b, true, b->encounter);
  peer_expect_relay (b, "MQ==");
  g_assert_cmpstr (peer_expect_string (b, "partner", "state"), ==, "back");
  g_assert_cmpstr (peer_expect_string (a, "partner", "state"), ==, "back");

  /* And neither comes back. */
  peer_drop (a);
  peer_drop (b);
  world_run (world, 30 * 1000);
  peer_resume (a);
  assert_welcome (a, false, NULL);
}

/* What is kept for somebody away is bounded; what does not fit is refused, not lost unseen. */
static void
test_bounded (void)
{
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  g_autofree char *body = g_strnfill (4000, 'A');
  Peer *a;
  Peer *b;
  unsigned kept = 0;

  lobby_settings_init (&settings);
  settings.outbox_bytes = 20000;
  world = world_new (&settings);
  world_meet (world, &a, &b);
  peer_drop (b);
  while (strcmp (peer_relay (a, body), PEER_OK) == 0)
    g_assert_cmpuint (++kept, <, 10);
  assert_no (a->answer, "partner-away");
  g_assert_cmpuint (kept, ==, 4);

  peer_resume (b);
  peer_expect (b, "welcome");
  for (unsigned i = 0; i < kept; i++)
    peer_expect_relay (b, body);
  peer_expect_nothing (b);
  g_assert_cmpstr (peer_relay (a, body), ==, PEER_OK);
}

/* One who does acknowledge, and then does not for a while, may have received none of it: nothing is
 * given up for them, and the partner learns that no more can be kept. */
static void
test_acknowledges_late (void)
{
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  g_autofree char *body = g_strnfill (4000, 'A');
  Peer *a;
  Peer *b;
  unsigned kept = 0;

  lobby_settings_init (&settings);
  settings.outbox_bytes = 20000;
  world = world_new (&settings);
  world_meet (world, &a, &b);
  b->forgetful = true;
  while (strcmp (peer_relay (a, body), PEER_OK) == 0)
    g_assert_cmpuint (++kept, <, 10);
  assert_no (a->answer, "partner-away");
  b->forgetful = false;
  peer_resume (b);
  peer_expect (b, "welcome");
  for (unsigned i = 0; i < kept; i++)
    peer_expect_relay (b, body);
  g_assert_cmpstr (peer_relay (a, body), ==, PEER_OK);
}

/* A client that never acknowledges is not cut off, and gets again what may not have arrived. */
static void
test_never_acknowledges (void)
{
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  g_autofree char *body = g_strnfill (4000, 'A');
  Peer *a = NULL;
  Peer *b = NULL;

  lobby_settings_init (&settings);
  settings.outbox_bytes = 20000;
  world = world_new (&settings);
  a = world_join (world);
  b = world_join (world);
  b->forgetful = true;
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  peer_expect_paired (a, "caller");
  peer_expect_paired (b, "callee");
  for (unsigned i = 0; i < 20; i++)
    {
      g_assert_cmpstr (peer_relay (a, body), ==, PEER_OK);
      peer_expect_relay (b, body);
    }

  /* Old enough to have arrived: not again. */
  world_run (world, settings.delivered_after_ms);
  peer_relay (a, "bmV3");
  peer_expect_relay (b, "bmV3");
  peer_drop (b);
  peer_resume (b);
  peer_expect (b, "welcome");
  peer_expect_relay (b, "bmV3");
  peer_expect_nothing (b);
  g_assert_cmpstr (peer_relay (b, "YQ=="), ==, PEER_OK);
}

/* Nothing that was passed on stays in memory for long, acknowledged or not. */
static void
test_nothing_stays (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  a->forgetful = b->forgetful = true;
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  peer_expect_paired (b, "callee");
  peer_relay (a, "YQ==");
  world_run (world, 2 * 60 * 1000);
  /* Nothing but the half hour of the two is left to wait for. */
  g_assert_cmpuint (lobby_next_deadline_ms (world->lobby), >, world->now_ms + 20 * 60 * 1000);
  peer_drop (b);
  peer_resume (b);
  peer_expect (b, "welcome");
  peer_expect_nothing (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lobby/both-ways", test_both_ways);
  g_test_add_func ("/lobby/resume", test_resume);
  g_test_add_func ("/lobby/lost", test_lost);
  g_test_add_func ("/lobby/quit", test_quit);
  g_test_add_func ("/lobby/sent-but-not-received", test_sent_but_not_received);
  g_test_add_func ("/lobby/paired-unseen", test_paired_unseen);
  g_test_add_func ("/lobby/taken-over", test_taken_over);
  g_test_add_func ("/lobby/both-drop", test_both_drop);
  g_test_add_func ("/lobby/bounded", test_bounded);
  g_test_add_func ("/lobby/acknowledges-late", test_acknowledges_late);
  g_test_add_func ("/lobby/never-acknowledges", test_never_acknowledges);
  g_test_add_func ("/lobby/nothing-stays", test_nothing_stays);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios: who meets whom, and who does not. */
#include "tests/unit/server/lobby-world.h"

#include <string.h>

static uint64_t
waiting (World *world)
{
  LobbyCounters counters;

  lobby_get_counters (world->lobby, &counters);
  return counters.waiting;
}

static void
assert_member (const Peer *peer, const char *member, const char *expected)
{
  g_autofree char *text = json_value_to_string (json_object_find (peer->payload, member));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_two_meet (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  g_assert_cmpstr (peer_seek (a, "Cinema,chess", "fr,en"), ==, "{\"ok\":true,\"waiting\":1}");
  peer_expect_nothing (a);
  world_run (world, 10);
  g_assert_cmpstr (peer_seek (b, "cinema", "de,fr-CA"), ==, "{\"ok\":true,\"waiting\":2}");

  /* The one who has waited longer calls; each reads what they share in their own words. */
  peer_expect_paired (a, "caller");
  assert_member (a, "common", "{\"languages\":[\"fr\"],\"topics\":[\"Cinema\"]}");
  peer_expect_paired (b, "callee");
  assert_member (b, "common", "{\"languages\":[\"fr-CA\"],\"topics\":[\"cinema\"]}");
  g_assert_cmpstr (a->encounter, ==, b->encounter);
  g_assert_cmpuint (waiting (world), ==, 0);
}

static void
test_wishes_widen (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);
  Peer *c = world_join (world);

  peer_seek (a, "cinema", "fr");
  peer_seek (b, "chess", "fr");
  peer_seek (c, "music", "de");
  world_run (world, 4999);
  peer_expect_nothing (a);
  world_run (world, 1);
  peer_expect_paired (a, "caller");
  peer_expect_paired (b, "callee");
  peer_expect_nothing (c);

  a = world_join (world);
  peer_seek (a, "", "");
  world_run (world, 4999);
  peer_expect_nothing (c);
  world_run (world, 1);
  peer_expect_paired (c, "caller");
  peer_expect_paired (a, "callee");
}

static void
test_never_twice (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  Peer *c;

  world_meet (world, &a, &b);
  g_assert_cmpstr (peer_say (a, "end", "\"reason\":\"next\""), ==, PEER_OK);
  g_assert_cmpstr (peer_expect_string (b, "ended", "reason"), ==, "next");
  peer_expect_nothing (a);
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  world_run (world, 60 * 1000);
  peer_expect_nothing (a);

  /* A third one meets the first of them, and the second goes on waiting: until the half hour is
   * over since they met. */
  c = world_join (world);
  peer_seek (c, "", "");
  peer_expect_paired (a, "caller");
  peer_expect_paired (c, "callee");
  peer_say (c, "end", "\"reason\":\"hang-up\"");
  peer_expect (a, "ended");
  peer_seek (a, "", "");
  world_run (world, 29 * 60 * 1000 - 1);
  peer_expect_nothing (a);
  peer_expect_nothing (b);
  world_run (world, 1);
  peer_expect_paired (b, "caller");
  peer_expect_paired (a, "callee");
}

static void
test_blocked_never (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  g_assert_cmpstr (peer_say (b, "block", ""), ==, PEER_OK);
  peer_expect_nothing (a);
  peer_say (a, "end", "\"reason\":\"hang-up\"");
  peer_expect (b, "ended");
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  world_run (world, 24 * 60 * 60 * 1000);
  peer_expect_nothing (a);
  peer_expect_nothing (b);
  g_assert_cmpuint (waiting (world), ==, 2);
}

static void
test_reported_never (void)
{
  g_autoptr (World) world = world_new (NULL);
  LobbyCounters counters;
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  g_assert_cmpstr (peer_say (b, "report", "\"reason\":\"spam\""), ==, PEER_OK);
  /* The one who was reported does not learn it. */
  g_assert_cmpstr (peer_expect_string (a, "ended", "reason"), ==, "hang-up");
  assert_no (peer_say (b, "end", "\"reason\":\"hang-up\""), "not-paired");
  peer_seek (a, "", "");
  peer_seek (b, "", "");
  world_run (world, 24 * 60 * 60 * 1000);
  peer_expect_nothing (a);
  lobby_get_counters (world->lobby, &counters);
  g_assert_cmpuint (counters.reports_total[WIRE_REPORT_SPAM], ==, 1);
  g_assert_cmpuint (counters.ended_total[WIRE_END_REPORT], ==, 1);
}

/* Blocking and reporting work for five minutes after the end, and only for one's own. */
static void
test_afterwards (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  Peer *c = world_join (world);

  world_meet (world, &a, &b);
  c->encounter = g_strdup (a->encounter);
  assert_no (peer_say (c, "block", ""), "not-paired");
  assert_no (peer_relay (c, "YQ=="), "not-paired");
  peer_say (a, "end", "\"reason\":\"next\"");
  world_run (world, 5 * 60 * 1000 - 1);
  g_assert_cmpstr (peer_say (b, "block", ""), ==, PEER_OK);
  g_assert_cmpstr (peer_say (b, "report", "\"reason\":\"other\""), ==, PEER_OK);
  world_run (world, 1);
  assert_no (peer_say (b, "block", ""), "not-paired");
}

/* A connection that looks open but whose other end is gone is given no partner. */
static void
test_half_open (void)
{
  g_autoptr (World) world = world_new (NULL);
  LobbyCounters counters;
  Peer *gone = world_join (world);
  Peer *a;
  Peer *b;

  peer_seek (gone, "", "");
  gone->silent = true;
  world_run (world, 2000);

  a = world_join (world);
  g_assert_cmpstr (peer_seek (a, "", ""), ==, "{\"ok\":true,\"waiting\":2}");
  g_assert_cmpuint (gone->pings, ==, 1);
  peer_expect_nothing (a);
  world_run (world, 2999);
  peer_expect_nothing (a);

  /* Until the ping's time is up; then the next one is a partner at once. */
  world_run (world, 1);
  lobby_get_counters (world->lobby, &counters);
  g_assert_cmpuint (counters.silent_total, ==, 1);
  g_assert_cmpuint (counters.waiting, ==, 2);
  b = world_join (world);
  peer_seek (b, "", "");
  peer_expect_paired (a, "caller");
  peer_expect_paired (b, "callee");
  peer_expect_nothing (gone);
  g_assert_cmpuint (waiting (world), ==, 1);

  /* When it is heard again after all it waits again, and has lost nothing. */
  peer_stir (gone);
  a = world_join (world);
  peer_seek (a, "", "");
  peer_expect_paired (gone, "caller");
  peer_expect_paired (a, "callee");
}

static void
test_asked_and_alive (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  peer_seek (a, "", "");
  world_run (world, 60 * 1000);
  peer_seek (b, "", "");
  g_assert_cmpuint (a->pings, ==, 1);
  g_assert_cmpuint (b->pings, ==, 0);
  peer_expect_paired (a, "caller");
  peer_expect_paired (b, "callee");
}

/* Leaving, dropping or quitting while the other is being asked sets the other one free. */
static void
test_gone_while_asked (void)
{
  for (unsigned how = 0; how < 3; how++)
    {
      g_autoptr (World) world = world_new (NULL);
      Peer *a = world_join (world);
      Peer *b = world_join (world);
      Peer *c = world_join (world);

      peer_seek (a, "", "");
      a->silent = true;
      world_run (world, 1000);
      peer_seek (b, "", "");
      if (how == 0)
        g_assert_cmpstr (peer_send (a, "leave", "{}"), ==, PEER_OK);
      else if (how == 1)
        peer_drop (a);
      else
        peer_quit (a);
      if (how == 0)
        {
          /* Its word was a sign of life, so they had met before it was read. */
          peer_expect_paired (a, "caller");
          peer_expect_paired (b, "callee");
          continue;
        }
      g_assert_cmpuint (waiting (world), ==, 1);
      peer_seek (c, "", "");
      peer_expect_paired (b, "caller");
      peer_expect_paired (c, "callee");
    }
}

static void
test_leave (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  peer_seek (a, "", "");
  g_assert_cmpstr (peer_send (a, "leave", "{}"), ==, PEER_OK);
  g_assert_cmpstr (peer_send (a, "leave", NULL), ==, PEER_OK);
  g_assert_cmpstr (peer_seek (b, "", ""), ==, "{\"ok\":true,\"waiting\":1}");
  peer_expect_nothing (b);
  peer_tell (a, "seek", "{\"languages\":[],\"topics\":[],\"video\":true,\"audio\":true}");
  peer_expect_paired (b, "caller");
  peer_expect_paired (a, "callee");
}

/* Someone who drops out of the queue is not in it; who seeks anew within the time has kept their
 * place, who comes later has not. */
static void
test_drop_while_waiting (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a = world_join (world);
  Peer *b = world_join (world);

  peer_seek (a, "", "");
  world_run (world, 1000);
  peer_drop (a);
  peer_seek (b, "chess", "");
  peer_expect_nothing (b);
  world_run (world, 1000);
  peer_resume (a);
  peer_expect (a, "welcome");
  peer_expect_nothing (a);
  peer_seek (a, "chess", "");
  peer_expect_paired (a, "caller");
  peer_expect_paired (b, "callee");
}

static void
test_many_at_once (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (GHashTable) encounters = g_hash_table_new (g_str_hash, g_str_equal);
  LobbyCounters counters;
  Peer *peers[200];

  for (unsigned i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = world_join (world);
  for (unsigned i = 0; i < G_N_ELEMENTS (peers); i++)
    peer_seek (peers[i], i % 3 == 0 ? "cinema" : "", i % 5 == 0 ? "fr" : "de");
  world_run (world, 10 * 1000);

  for (unsigned i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      const char *encounter = peer_expect_string (peers[i], "paired", "encounter");

      peer_expect_nothing (peers[i]);
      peers[i]->encounter = g_strdup (encounter);
      g_hash_table_add (encounters, peers[i]->encounter);
    }
  g_assert_cmpuint (g_hash_table_size (encounters), ==, G_N_ELEMENTS (peers) / 2);
  lobby_get_counters (world->lobby, &counters);
  g_assert_cmpuint (counters.waiting, ==, 0);
  g_assert_cmpuint (counters.encounters, ==, G_N_ELEMENTS (peers) / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lobby/two-meet", test_two_meet);
  g_test_add_func ("/lobby/wishes-widen", test_wishes_widen);
  g_test_add_func ("/lobby/never-twice", test_never_twice);
  g_test_add_func ("/lobby/blocked-never", test_blocked_never);
  g_test_add_func ("/lobby/reported-never", test_reported_never);
  g_test_add_func ("/lobby/afterwards", test_afterwards);
  g_test_add_func ("/lobby/half-open", test_half_open);
  g_test_add_func ("/lobby/asked-and-alive", test_asked_and_alive);
  g_test_add_func ("/lobby/gone-while-asked", test_gone_while_asked);
  g_test_add_func ("/lobby/leave", test_leave);
  g_test_add_func ("/lobby/drop-while-waiting", test_drop_while_waiting);
  g_test_add_func ("/lobby/many-at-once", test_many_at_once);
  return g_test_run ();
}

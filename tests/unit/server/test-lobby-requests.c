/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios: who is let in, what is answered to what, limits, the policy, the end. */
#include "tests/unit/server/lobby-world.h"

#include <string.h>

static void
assert_refused (World *world, const char *auth, const char *code)
{
  g_autofree char *expected = g_strdup_printf ("\"data\":{\"code\":\"%s\"", code);

  g_assert_null (world_join_as (world, auth));
  g_assert_true (g_str_has_prefix (world->refusal, "{\"message\":\""));
  if (strstr (world->refusal, expected) == NULL)
    g_error ("%s is not %s", world->refusal, code);
}

static void
test_refusals (void)
{
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  Peer *only;

  lobby_settings_init (&settings);
  settings.max_sessions = 1;
  world = world_new (&settings);
  assert_refused (world, NULL, "malformed");
  assert_refused (world, "{\"protocol\":\"1\",\"adult\":true}", "malformed");
  assert_refused (world, "{\"protocol\":2,\"adult\":true}", "protocol-unsupported");
  assert_refused (world, "{\"protocol\":1}", "underage");
  assert_refused (world, "{\"protocol\":1,\"adult\":false}", "underage");

  only = world_join (world);
  assert_refused (world, WORLD_AUTH, "full");
  /* Coming back is no second person. */
  peer_drop (only);
  assert_refused (world, WORLD_AUTH, "full");
  peer_resume (only);
  g_assert_nonnull (only->session);
  peer_quit (only);
  g_assert_nonnull (world_join_as (world, WORLD_AUTH));
}

static void
test_policy (void)
{
  static const char *const languages[] = { "en", "fr", NULL };
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  g_autofree char *text = NULL;
  Peer *peer;

  lobby_settings_init (&settings);
  settings.require_policy = true;
  world = world_new (&settings);
  g_assert_nonnull (world_join_as (world, WORLD_AUTH)); /* no policy, nothing to accept */

  lobby_set_policy (world->lobby, "2026-01", languages);
  peer_expect_string (world->peers->pdata[0], "policy-changed", "version");
  assert_refused (world, WORLD_AUTH, "policy-outdated");
  g_assert_nonnull (strstr (world->refusal, "\"version\":\"2026-01\""));
  assert_refused (world, "{\"protocol\":1,\"adult\":true,\"policy\":\"2025-01\"}",
                  "policy-outdated");
  peer = world_join_as (world, "{\"protocol\":1,\"adult\":true,\"policy\":\"2026-01\"}");
  g_assert_nonnull (peer);
  text = json_value_to_string (json_object_find (peer->payload, "policy"));
  g_assert_cmpstr (text, ==, "{\"version\":\"2026-01\",\"languages\":[\"en\",\"fr\"]}");

  lobby_set_policy (world->lobby, "2026-01", languages);
  peer_expect_nothing (peer);
  lobby_set_policy (world->lobby, "2026-02", languages);
  g_assert_cmpstr (peer_expect_string (peer, "policy-changed", "version"), ==, "2026-02");
}

static void
test_welcome (void)
{
  LobbySettings settings;
  g_autoptr (World) world = NULL;
  g_autoptr (GPtrArray) servers = g_ptr_array_new ();
  char *urls[] = { (char *) "turn:turn.example", NULL };
  WireIceServer server = { .urls = urls, .username = (char *) "u", .credential = (char *) "c" };
  g_autofree char *text = NULL;
  Peer *peer;

  g_ptr_array_add (servers, &server);
  lobby_settings_init (&settings);
  settings.ice_servers = servers;
  world = world_new (&settings);
  world_join (world);
  peer = world_join (world);
  text = json_value_to_string (json_object_find (peer->payload, "ice_servers"));
  g_assert_cmpstr (text, ==,
                   "[{\"urls\":[\"turn:turn.example\"],\"username\":\"u\",\"credential\":\"c\"}]");
  g_assert_cmpint (json_value_integer (json_object_find (peer->payload, "online")), ==, 2);
  g_assert_false (json_value_boolean (json_object_find (peer->payload, "resumed")));
  g_assert_cmpuint (strlen (peer->token), ==, 32);
  g_assert_cmpuint (strlen (json_value_string (json_object_find (peer->payload, "session"))), ==,
                    22);
}

static void
test_answers (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *peer = world_join (world);

  assert_no (peer_send (peer, "no-such-event", "{}"), "unknown-event");
  assert_no (peer_send (peer, "welcome", "{}"), "unknown-event");
  assert_no (peer_send (peer, "seek", "{\"languages\":\"fr\"}"), "malformed");
  assert_no (peer_send (peer, "seek", "[]"), "malformed");
  assert_no (peer_send (peer, "relay", "{}"), "malformed");
  assert_no (peer_send (peer, "relay", NULL), "malformed");
  assert_no (peer_send (peer, "end", "{\"encounter\":\"x\",\"reason\":\"lost\"}"), "malformed");
  assert_no (peer_send (peer, "end", "{\"encounter\":\"x\",\"reason\":\"next\"}"), "not-paired");
  assert_no (peer_send (peer, "block", "{\"encounter\":\"x\"}"), "not-paired");
  assert_no (peer_send (peer, "report", "{\"encounter\":\"x\",\"reason\":\"dull\"}"), "malformed");
  g_assert_cmpstr (peer_send (peer, "leave", "null"), ==, PEER_OK);
  peer_tell (peer, "no-such-event", NULL);

  peer_seek (peer, "", "");
  assert_no (peer_seek (peer, "", ""), "already");
  peer_seek (world_join (world), "", "");
  peer_expect_paired (peer, "caller");
  assert_no (peer_seek (peer, "", ""), "already");
  g_assert_cmpstr (peer_send (peer, "leave", "{}"), ==, PEER_OK);
  g_assert_cmpstr (peer_relay (peer, "YQ=="), ==, PEER_OK);
}

static void
test_too_many (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *body = g_strnfill (48 * 1024, 'A');
  LobbyCounters counters;
  unsigned sent = 0;
  Peer *a;
  Peer *b;

  world_meet (world, &a, &b);
  while (strcmp (peer_relay (a, body), PEER_OK) == 0)
    g_assert_cmpuint (++sent, <, 1000);
  assert_no (a->answer, "too-many");
  g_assert_cmpuint (sent, ==, 1024 * 1024 / (48 * 1024));
  world_run (world, 1000);
  g_assert_cmpstr (peer_relay (a, body), ==, PEER_OK);

  /* Each has limits of its own, and seeking has others than relaying. */
  g_assert_cmpstr (peer_relay (b, body), ==, PEER_OK);
  peer_say (a, "end", "\"reason\":\"next\"");
  sent = 0;
  while (strcmp (peer_send (a, "leave", "{}"), PEER_OK) == 0)
    g_assert_cmpuint (++sent, <, 1000);
  assert_no (peer_seek (a, "", ""), "too-many");

  /* Noise counts as well. */
  sent = 0;
  while (strstr (peer_send (b, "no-such-event", NULL), "unknown-event") != NULL)
    g_assert_cmpuint (++sent, <, 1000);
  assert_no (b->answer, "too-many");
  lobby_get_counters (world->lobby, &counters);
  g_assert_cmpuint (counters.errors_total[WIRE_ERROR_TOO_MANY], ==, 4);
}

static void
test_drain (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *a;
  Peer *b;
  Peer *c = world_join (world);

  world_meet (world, &a, &b);
  peer_seek (c, "", "");
  lobby_drain (world->lobby);
  peer_expect (a, "closing");
  peer_expect (c, "closing");
  g_assert_cmpstr (peer_relay (a, "YQ=="), ==, PEER_OK);
  assert_no (peer_seek (world_join (world), "", ""), "draining");

  /* That connections go now says nothing about the partner. */
  peer_drop (b);
  peer_expect_nothing (a);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lobby/refusals", test_refusals);
  g_test_add_func ("/lobby/policy", test_policy);
  g_test_add_func ("/lobby/welcome", test_welcome);
  g_test_add_func ("/lobby/answers", test_answers);
  g_test_add_func ("/lobby/too-many", test_too_many);
  g_test_add_func ("/lobby/drain", test_drain);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person and a server that the test plays: every way in which seeking, being paired and the
 * connection itself can go, and the reason that each leads to.
 */

#include <string.h>

#include "tests/unit/app/partner.h"

typedef struct
{
  World *world;
  Person *anne;
} One;

static void
one_init (One *one)
{
  one->world = world_new (FALSE);
  one->anne = person_new (one->world);
}

static void
one_clear (One *one)
{
  FakeRequest *request;

  if (one->anne->encounter != NULL &&
      causette_encounter_get_state (one->anne->encounter) != CAUSETTE_ENCOUNTER_ENDED)
    causette_encounter_end (one->anne->encounter, CAUSETTE_END_HANG_UP);
  while ((request = fake_signalling_pop (one->anne->signalling)) != NULL)
    fake_request_accept (request, -1);
  virtual_clock_settle ();
  person_free (one->anne);
  world_free (one->world);
}

static void
assert_error (Person *person, GQuark domain, int code)
{
  g_assert_error (causette_encounter_get_error (person->encounter), domain, code);
  g_assert_cmpuint (person_get_notices (person, "error"), ==, 1);
}

static void
lose_link (One *one)
{
  fake_signalling_set_state (one->anne->signalling, CAUSETTE_LINK_RECONNECTING,
                             CAUSETTE_LINK_ERROR_LOST, "The connection was lost.");
}

/* Sought before there is a connection: asked as soon as there is one, once. */
static void
test_seek_waits_for_link (void)
{
  One one;

  one_init (&one);
  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_CONNECTING, 0, NULL);
  person_seek (one.anne);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_SEEKING);
  world_advance (one.world, 60000);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  fake_signalling_go_online (one.anne->signalling);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 1);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 7);
  world_advance (one.world, 60000);
  g_assert_cmpint (causette_encounter_get_waiting (one.anne->encounter), ==, 7);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  one_clear (&one);
}

/* Sought from within the notification that the link is online: asked once all the same. */
static void
seek_when_online (CausetteSignalling *signalling, GParamSpec *pspec, Person *person)
{
  if (causette_signalling_get_state (signalling) == CAUSETTE_LINK_ONLINE)
    person_seek (person);
}

static void
test_seek_on_going_online (void)
{
  One one;

  one_init (&one);
  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_CONNECTING, 0, NULL);
  g_signal_connect (one.anne->signalling, "notify::state", G_CALLBACK (seek_when_online), one.anne);
  fake_signalling_go_online (one.anne->signalling);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 1);
  g_signal_handlers_disconnect_by_data (one.anne->signalling, one.anne);

  one_clear (&one);
}

static void
test_seek_what (void)
{
  static const char *const languages[] = { "fr", "br", NULL };
  static const char *const topics[] = { "cinema", NULL };
  CausetteWish wish = { languages, topics, FALSE, TRUE };
  const WireMessage *message;
  FakeRequest *request;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_prepare (one.anne);
  causette_encounter_seek (one.anne->encounter, &wish);
  request = fake_signalling_expect (one.anne->signalling, WIRE_SEEK);
  message = fake_request_get_message (request);
  g_assert_cmpstrv (message->seek.languages, languages);
  g_assert_cmpstrv (message->seek.topics, topics);
  g_assert_false (message->seek.video);
  g_assert_true (message->seek.audio);
  fake_request_accept (request, 1);

  one_clear (&one);
}

static void
test_offline (void)
{
  One one;

  one_init (&one);
  person_seek (one.anne);
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  person_assert_went_through (one.anne, "seeking ended");

  one_clear (&one);
}

static void
test_link_gives_up (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_OFFLINE,
                             CAUSETTE_LINK_ERROR_REFUSED_BANNED, "You are banned for a day.");
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  assert_error (one.anne, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_REFUSED_BANNED);

  one_clear (&one);
}

static void
test_refused (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_refuse (fake_signalling_expect (one.anne->signalling, WIRE_SEEK),
                       WIRE_ERROR_TOO_MANY, "You seek too often.");
  virtual_clock_settle ();
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_REFUSED);
  assert_error (one.anne, WIRE_ERROR, WIRE_ERROR_TOO_MANY);
  g_assert_cmpstr (causette_encounter_get_error (one.anne->encounter)->message, ==,
                   "You seek too often.");

  one_clear (&one);
}

/* "Already" is a refusal, unless the answer to an earlier question was lost. */
static void
test_already (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_refuse (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), WIRE_ERROR_ALREADY,
                       "You are seeking already.");
  virtual_clock_settle ();
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_REFUSED);

  person_seek (one.anne);
  fake_request_fail (fake_signalling_expect (one.anne->signalling, WIRE_SEEK),
                     CAUSETTE_LINK_ERROR_TIMEOUT, "The server does not answer.");
  world_advance (one.world, 10000);
  fake_request_refuse (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), WIRE_ERROR_ALREADY,
                       "You are seeking already.");
  world_advance (one.world, 10000);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_SEEKING);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  one_clear (&one);
}

/* A server that is about to stop is asked again, or the one that comes after it. */
static void
test_draining (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_refuse (fake_signalling_expect (one.anne->signalling, WIRE_SEEK),
                       WIRE_ERROR_DRAINING, "The server is about to stop.");
  virtual_clock_settle ();
  lose_link (&one);
  world_advance (one.world, 10000);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_SEEKING);
  fake_signalling_go_online (one.anne->signalling);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);

  one_clear (&one);
}

/* The connection breaks in the queue: a session that is taken up again is still in it, a new one is
 * not. */
static void
test_link_lost_in_queue (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 3);
  virtual_clock_settle ();

  lose_link (&one);
  world_advance (one.world, 5000);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_SEEKING);
  fake_signalling_resume (one.anne->signalling, TRUE, NULL);
  world_advance (one.world, 60000);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  lose_link (&one);
  fake_signalling_resume (one.anne->signalling, FALSE, NULL);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 2);
  world_advance (one.world, 60000);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);
  g_assert_cmpint (causette_encounter_get_waiting (one.anne->encounter), ==, 2);
  person_assert_went_through (one.anne, "seeking");

  one_clear (&one);
}

/* It breaks with the question under way: asked again, also when the session is taken up. */
static void
test_link_lost_while_asking (void)
{
  FakeRequest *request;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  request = fake_signalling_expect (one.anne->signalling, WIRE_SEEK);
  lose_link (&one);
  fake_request_fail (request, CAUSETTE_LINK_ERROR_LOST, "The connection was lost.");
  world_advance (one.world, 10000);
  fake_signalling_resume (one.anne->signalling, TRUE, NULL);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);

  one_clear (&one);
}

/* The server paired this side while it was away, and tells so after the welcome. */
static void
test_paired_while_away (void)
{
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);
  virtual_clock_settle ();
  lose_link (&one);
  fake_signalling_resume (one.anne->signalling, TRUE, "e-1");
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_SEEKING);
  fake_signalling_say_paired (one.anne->signalling, "e-1", WIRE_CALLER);
  g_assert_cmpuint (one.anne->n_paired, ==, 1);
  world_advance (one.world, 10000);
  g_assert_true (causette_encounter_get_state (one.anne->encounter) > CAUSETTE_ENCOUNTER_SEEKING);

  one_clear (&one);
}

/* It does not tell: the encounter is given up, and another sought. */
static void
test_stray_encounter (void)
{
  FakeRequest *request;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);
  virtual_clock_settle ();
  lose_link (&one);
  fake_signalling_resume (one.anne->signalling, TRUE, "e-1");
  world_advance (one.world, 6000);
  request = fake_signalling_expect (one.anne->signalling, WIRE_END);
  g_assert_cmpstr (fake_request_get_message (request)->end.encounter, ==, "e-1");
  fake_request_accept (request, -1);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);

  one_clear (&one);
}

static void
test_leave (void)
{
  One one;

  /* Never asked: nothing to take back. */
  one_init (&one);
  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_CONNECTING, 0, NULL);
  person_seek (one.anne);
  causette_encounter_end (one.anne->encounter, CAUSETTE_END_NEXT);
  person_assert_ended (one.anne, CAUSETTE_END_LEFT);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  causette_encounter_end (one.anne->encounter, CAUSETTE_END_HANG_UP);
  person_assert_ended (one.anne, CAUSETTE_END_LEFT);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_LEAVE), -1);
  virtual_clock_settle ();
  g_assert_cmpint (causette_encounter_get_waiting (one.anne->encounter), ==, -1);

  /* What comes late is not heard. */
  fake_signalling_say_paired (one.anne->signalling, "e-1", WIRE_CALLER);
  person_assert_ended (one.anne, CAUSETTE_END_LEFT);
  g_assert_cmpuint (one.anne->n_paired, ==, 0);

  one_clear (&one);
}

/* One that was never begun ends as one that was left. */
static void
test_end_idle (void)
{
  One one;

  one_init (&one);
  person_prepare (one.anne);
  g_assert_false (causette_encounter_say (one.anne->encounter, "hello"));
  causette_encounter_report (one.anne->encounter, WIRE_REPORT_SPAM);
  causette_encounter_block (one.anne->encounter);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_IDLE);
  causette_encounter_end (one.anne->encounter, CAUSETTE_END_HANG_UP);
  person_assert_ended (one.anne, CAUSETTE_END_LEFT);
  g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

  one_clear (&one);
}

/* What the server says of another encounter than this is not heard. */
static void
test_other_encounters (void)
{
  Partner *partner;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-2", WIRE_CALLER);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);

  fake_signalling_say_ended (one.anne->signalling, "e-1", WIRE_END_HANG_UP);
  fake_signalling_say_partner (one.anne->signalling, "e-1", TRUE);
  fake_signalling_say_paired (one.anne->signalling, "e-3", WIRE_CALLEE);
  {
    g_autofree char *bye = wire_bye_write (WIRE_END_HANG_UP);
    g_autoptr (GBytes) sealed = partner_seal (partner, CHANNEL_BYE, bye);

    fake_signalling_say_relay (one.anne->signalling, "e-1", WIRE_KIND_SEALED, sealed);
  }
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  g_assert_false (causette_encounter_get_partner_away (one.anne->encounter));
  g_assert_cmpuint (one.anne->n_paired, ==, 1);

  partner_free (partner);
  one_clear (&one);
}

static void
test_ended_by_partner (void)
{
  static const struct
  {
    WireEndReason said;
    CausetteEndReason reason;
  } cases[] = {
    { WIRE_END_HANG_UP, CAUSETTE_END_PARTNER_HUNG_UP },
    { WIRE_END_NEXT, CAUSETTE_END_PARTNER_NEXT },
    { WIRE_END_FAILED, CAUSETTE_END_PARTNER_FAILED },
    { WIRE_END_LOST, CAUSETTE_END_PARTNER_LOST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Partner *partner;
      One one;

      one_init (&one);
      fake_signalling_go_online (one.anne->signalling);
      person_seek (one.anne);
      partner = partner_new (one.anne, "e-1", WIRE_CALLER);
      fake_signalling_say_ended (one.anne->signalling, "e-1", cases[i].said);
      person_assert_ended (one.anne, cases[i].reason);

      /* The server has no need to be told. */
      g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

      partner_free (partner);
      one_clear (&one);
    }
}

/* The partner's program never answers. */
static void
test_silent_partner (void)
{
  Partner *partner;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_SEEK), 1);
  virtual_clock_settle ();
  fake_signalling_say_paired (one.anne->signalling, "e-1", WIRE_CALLEE);
  world_advance (one.world, 14900);
  g_assert_true (causette_encounter_get_state (one.anne->encounter) != CAUSETTE_ENCOUNTER_ENDED);
  world_advance (one.world, 31000);
  person_assert_ended (one.anne, CAUSETTE_END_TIMEOUT);
  one_clear (&one);

  /* It shakes hands, and then says nothing more. */
  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLEE);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  world_advance (one.world, 29900);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  world_advance (one.world, 200);
  person_assert_ended (one.anne, CAUSETTE_END_TIMEOUT);
  partner_free (partner);
  one_clear (&one);
}

/* While the server is away, it is the server that did not answer. */
static void
test_link_lost_while_setting_up (void)
{
  Partner *partner;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLER);
  lose_link (&one);
  world_advance (one.world, 31000);
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  assert_error (one.anne, CAUSETTE_LINK_ERROR, CAUSETTE_LINK_ERROR_LOST);
  partner_free (partner);
  one_clear (&one);

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLER);
  lose_link (&one);
  fake_signalling_resume (one.anne->signalling, FALSE, NULL);
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  partner_free (partner);
  one_clear (&one);

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLER);
  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_OFFLINE, 0, NULL);
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  partner_free (partner);
  one_clear (&one);
}

/* Once the two are connected, nothing that becomes of the server ends it. */
static void
test_link_gone_while_connected (void)
{
  Partner *partner;
  g_autofree char *bye = wire_bye_write (WIRE_END_NEXT);
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLER);
  causette_call_set_state (CAUSETTE_CALL (one.anne->call), CAUSETTE_CALL_CONNECTED, NULL);
  causette_call_set_data_ready (CAUSETTE_CALL (one.anne->call), TRUE);
  partner_skip (partner);

  fake_signalling_set_state (one.anne->signalling, CAUSETTE_LINK_OFFLINE, 0, NULL);
  world_advance (one.world, 3600 * 1000);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  partner_send_data (partner, CHANNEL_BYE, bye);
  person_assert_ended (one.anne, CAUSETTE_END_PARTNER_NEXT);

  partner_free (partner);
  one_clear (&one);
}

/* The server is told of the end in the words of the protocol, after the partner. */
static void
test_tells_of_the_end (void)
{
  static const struct
  {
    CausetteEndReason reason;
    WireEndReason said;
  } cases[] = {
    { CAUSETTE_END_HANG_UP, WIRE_END_HANG_UP },
    { CAUSETTE_END_LEFT, WIRE_END_HANG_UP },
    { CAUSETTE_END_NEXT, WIRE_END_NEXT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeRequest *request;
      Partner *partner;
      One one;

      one_init (&one);
      fake_signalling_go_online (one.anne->signalling);
      person_seek (one.anne);
      partner = partner_new (one.anne, "e-1", WIRE_CALLER);
      partner_skip (partner);
      causette_encounter_end (one.anne->encounter, cases[i].reason);

      request = fake_signalling_expect (one.anne->signalling, WIRE_RELAY);
      fake_request_accept (request, -1);
      request = fake_signalling_expect (one.anne->signalling, WIRE_END);
      g_assert_cmpstr (fake_request_get_message (request)->end.encounter, ==, "e-1");
      g_assert_cmpint (fake_request_get_message (request)->end.reason, ==, cases[i].said);
      fake_request_accept (request, -1);
      g_assert_cmpuint (fake_signalling_get_n_requests (one.anne->signalling), ==, 0);

      partner_free (partner);
      one_clear (&one);
    }
}

static void
test_report (void)
{
  FakeRequest *request;
  Partner *partner;
  One one;

  one_init (&one);
  fake_signalling_go_online (one.anne->signalling);
  person_seek (one.anne);
  partner = partner_new (one.anne, "e-1", WIRE_CALLER);
  partner_skip (partner);
  causette_encounter_report (one.anne->encounter, WIRE_REPORT_HARASSMENT);
  person_assert_ended (one.anne, CAUSETTE_END_REPORTED);
  request = fake_signalling_expect (one.anne->signalling, WIRE_REPORT);
  g_assert_cmpstr (fake_request_get_message (request)->report.encounter, ==, "e-1");
  g_assert_cmpint (fake_request_get_message (request)->report.reason, ==, WIRE_REPORT_HARASSMENT);
  fake_request_accept (request, -1);

  /* The partner is told no more than that it is over. */
  {
    g_autofree char *bye = partner_expect (partner, CHANNEL_BYE);
    WireEndReason reason;

    g_assert_true (wire_bye_read (bye, strlen (bye), &reason, NULL));
    g_assert_cmpint (reason, ==, WIRE_END_HANG_UP);
  }

  partner_free (partner);
  one_clear (&one);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/encounter/server/seek-waits-for-link", test_seek_waits_for_link);
  g_test_add_func ("/app/encounter/server/seek-on-going-online", test_seek_on_going_online);
  g_test_add_func ("/app/encounter/server/seek-what", test_seek_what);
  g_test_add_func ("/app/encounter/server/offline", test_offline);
  g_test_add_func ("/app/encounter/server/link-gives-up", test_link_gives_up);
  g_test_add_func ("/app/encounter/server/refused", test_refused);
  g_test_add_func ("/app/encounter/server/already", test_already);
  g_test_add_func ("/app/encounter/server/draining", test_draining);
  g_test_add_func ("/app/encounter/server/link-lost-in-queue", test_link_lost_in_queue);
  g_test_add_func ("/app/encounter/server/link-lost-while-asking", test_link_lost_while_asking);
  g_test_add_func ("/app/encounter/server/paired-while-away", test_paired_while_away);
  g_test_add_func ("/app/encounter/server/stray-encounter", test_stray_encounter);
  g_test_add_func ("/app/encounter/server/leave", test_leave);
  g_test_add_func ("/app/encounter/server/end-idle", test_end_idle);
  g_test_add_func ("/app/encounter/server/other-encounters", test_other_encounters);
  g_test_add_func ("/app/encounter/server/ended-by-partner", test_ended_by_partner);
  g_test_add_func ("/app/encounter/server/silent-partner", test_silent_partner);
  g_test_add_func ("/app/encounter/server/link-lost-while-setting-up",
                   test_link_lost_while_setting_up);
  g_test_add_func ("/app/encounter/server/link-gone-while-connected",
                   test_link_gone_while_connected);
  g_test_add_func ("/app/encounter/server/tells-of-the-end", test_tells_of_the_end);
  g_test_add_func ("/app/encounter/server/report", test_report);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person and a partner that the test plays, well-mannered and not: what the encounter makes of
 * the call's states, and that nothing which a partner (or the server in between) can send does more
 * harm than to end it with a reason.
 */

#include <string.h>

#include "tests/unit/app/partner.h"

typedef struct
{
  World *world;
  Person *anne;
  Partner *bert;
  CausetteCall *call;
} One;

/* Anne is paired, as @role, and her call is being set up. */
static void
one_pair (One *one, WireRole role)
{
  one->world = world_new (FALSE);
  one->anne = person_new (one->world);
  fake_signalling_go_online (one->anne->signalling);
  person_seek (one->anne);
  one->bert = partner_new (one->anne, "e-1", role);
  one->call = CAUSETTE_CALL (one->anne->call);
  person_assert_state (one->anne, CAUSETTE_ENCOUNTER_CONNECTING);
  g_assert_true (fake_call_is_started (one->anne->call));
  g_assert_true (fake_call_is_caller (one->anne->call) == (role == WIRE_CALLER));
}

static void
one_connect (One *one)
{
  one_pair (one, WIRE_CALLER);
  causette_call_set_state (one->call, CAUSETTE_CALL_CONNECTED, NULL);
  causette_call_set_data_ready (one->call, TRUE);
  person_assert_state (one->anne, CAUSETTE_ENCOUNTER_CONNECTED);
  partner_skip (one->bert);
}

static void
one_clear (One *one)
{
  if (causette_encounter_get_state (one->anne->encounter) != CAUSETTE_ENCOUNTER_ENDED)
    causette_encounter_end (one->anne->encounter, CAUSETTE_END_HANG_UP);
  partner_skip (one->bert);
  partner_free (one->bert);
  person_free (one->anne);
  world_free (one->world);
}

/* The call's descriptions and candidates. */

static void
test_descriptions (void)
{
  One one;

  one_pair (&one, WIRE_CALLER);
  causette_call_emit_local_description (one.call, "offer", "v=0\r\n");
  causette_call_emit_local_candidate (one.call, "candidate:1", 0);
  causette_call_emit_local_candidate (one.call, "", 0);
  {
    g_autofree char *text = partner_expect (one.bert, CHANNEL_DESCRIPTION);
    WireDescription description;

    g_assert_true (wire_description_read (text, strlen (text), &description, NULL));
    g_assert_cmpstr (description.type, ==, "offer");
    g_assert_cmpstr (description.sdp, ==, "v=0\r\n");
    wire_description_clear (&description);
  }
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_CANDIDATE), ==, 2);

  {
    g_autofree char *answer = wire_description_write ("answer", "fake 0");
    g_autofree char *candidate = wire_candidate_write ("candidate:2", 1);

    partner_send (one.bert, CHANNEL_CANDIDATE, candidate); /* ahead of the description */
    partner_send (one.bert, CHANNEL_DESCRIPTION, answer);
    partner_send (one.bert, CHANNEL_CANDIDATE, candidate);
  }
  g_assert_cmpuint (fake_call_get_n_descriptions (one.anne->call), ==, 1);
  g_assert_cmpstr (fake_call_get_remote_sdp (one.anne->call), ==, "fake 0");
  g_assert_cmpuint (fake_call_get_n_candidates (one.anne->call), ==, 2);
  one_clear (&one);

  one_pair (&one, WIRE_CALLEE);
  {
    g_autofree char *offer = wire_description_write ("offer", "fake 0");

    partner_send (one.bert, CHANNEL_DESCRIPTION, offer);
  }
  g_assert_cmpuint (fake_call_get_n_descriptions (one.anne->call), ==, 1);
  one_clear (&one);
}

/* A description that cannot be used ends the encounter. */
static void
test_broken_descriptions (void)
{
  static const char *const broken[] = {
    "",
    "{",
    "[]",
    "{\"type\":\"answer\"}",
    "{\"sdp\":\"fake 0\"}",
    "{\"type\":\"rollback\",\"sdp\":\"fake 0\"}",
    "{\"type\":\"answer\",\"sdp\":7}",
    "{\"type\":\"answer\",\"sdp\":\"\"}",
    "{\"type\":\"offer\",\"sdp\":\"fake 0\"}", /* the other one's part */
    "{\"type\":\"answer\",\"sdp\":\"nonsense\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      One one;

      one_pair (&one, WIRE_CALLER);
      partner_send (one.bert, CHANNEL_DESCRIPTION, broken[i]);
      person_assert_ended (one.anne, CAUSETTE_END_PARTNER_FAILED);
      g_assert_nonnull (causette_encounter_get_error (one.anne->encounter));
      one_clear (&one);
    }
}

/* A second one could exchange the certificate: there is no second one. */
static void
test_second_description (void)
{
  g_autofree char *answer = wire_description_write ("answer", "fake 0");
  One one;

  one_pair (&one, WIRE_CALLER);
  partner_send (one.bert, CHANNEL_DESCRIPTION, answer);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  partner_send (one.bert, CHANNEL_DESCRIPTION, answer);
  person_assert_ended (one.anne, CAUSETTE_END_PARTNER_FAILED);
  g_assert_error (causette_encounter_get_error (one.anne->encounter), CAUSETTE_CALL_ERROR,
                  CAUSETTE_CALL_ERROR_DESCRIPTION);
  one_clear (&one);
}

static void
test_other_generation (void)
{
  g_autofree char *answer = wire_description_write ("answer", "fake 0");
  g_autofree char *candidate = wire_candidate_write ("candidate:2", 1);
  One one;

  one_pair (&one, WIRE_CALLER);
  partner_send_generation (one.bert, CHANNEL_DESCRIPTION, 1, answer);
  partner_send_generation (one.bert, CHANNEL_CANDIDATE, 1, candidate);
  g_assert_cmpuint (fake_call_get_n_descriptions (one.anne->call), ==, 0);
  g_assert_cmpuint (fake_call_get_n_candidates (one.anne->call), ==, 0);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  one_clear (&one);
}

/* Everything else that is broken is ignored. */
static void
test_broken_messages (void)
{
  static const ChannelPurpose purposes[] = {
    CHANNEL_CANDIDATE, CHANNEL_FINGERPRINT,  CHANNEL_TEXT,
    CHANNEL_RECEIPT,   CHANNEL_DEVICE_STATE, CHANNEL_TYPING,
  };
  static const char *const broken[] = {
    "",
    "{",
    "null",
    "{\"candidate\":1,\"sdpMLineIndex\":0}",
    "{\"candidate\":\"a\\nb\",\"sdpMLineIndex\":0}",
    "{\"number\":0,\"text\":\"zero\"}",
    "{\"number\":-1,\"text\":\"minus one\"}",
    "{\"number\":1}",
    "{\"number\":1,\"text\":\"\"}",
    "{\"number\":1.5,\"text\":\"x\"}",
    "{\"number\":9000000000000000,\"text\":\"far ahead\"}",
    "{\"upto\":1}",
    "{\"upto\":-1}",
    "{\"camera\":\"no\",\"microphone\":true}",
    "{\"camera\":false}",
    "\xff\xfe",
  };
  One one;

  one_connect (&one);
  for (gsize i = 0; i < G_N_ELEMENTS (purposes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (broken); j++)
      {
        partner_send (one.bert, purposes[i], broken[j]);
        partner_send_data (one.bert, purposes[i], broken[j]);
      }

  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  person_assert_read (one.anne, NULL);
  g_assert_cmpuint (fake_call_get_n_candidates (one.anne->call), ==, 0);
  g_assert_true (causette_encounter_get_partner_camera (one.anne->encounter));
  one_clear (&one);
}

/* What the channel does not open is ignored: garbage, cut, turned around, of another encounter, and
 * the server's own inventions. */
static void
test_unopenable (void)
{
  g_autofree char *bye = wire_bye_write (WIRE_END_HANG_UP);
  g_autofree guint8 *garbage = g_malloc0 (CHANNEL_SEALED_MAX + 1);
  One one;

  one_connect (&one);
  for (gsize size = 0; size <= CHANNEL_SEALED_MAX + 1; size += 97)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (garbage, size);

      partner_send_raw (one.bert, WIRE_KIND_NOISE, garbage, size);
      partner_send_raw (one.bert, WIRE_KIND_SEALED, garbage, size);
      causette_call_emit_message (one.call, bytes);
    }
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTED);

  /* A good one under the wrong name. */
  {
    g_autoptr (GBytes) sealed = partner_seal (one.bert, CHANNEL_BYE, bye);
    gsize size;
    gconstpointer data = g_bytes_get_data (sealed, &size);

    partner_send_raw (one.bert, WIRE_KIND_NOISE, data, size);
    person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTED);

    partner_send_raw (one.bert, WIRE_KIND_SEALED, data, size);
    person_assert_ended (one.anne, CAUSETTE_END_PARTNER_HUNG_UP);
  }
  one_clear (&one);
}

/* Sent twice by the server, taken once. */
static void
test_repeated (void)
{
  g_autofree char *text = wire_text_write (1, "hello");
  One one;

  one_connect (&one);
  {
    g_autoptr (GBytes) sealed = partner_seal (one.bert, CHANNEL_TEXT, text);
    gsize size;
    gconstpointer data = g_bytes_get_data (sealed, &size);

    for (int i = 0; i < 3; i++)
      partner_send_raw (one.bert, WIRE_KIND_SEALED, data, size);
    causette_call_emit_message (one.call, sealed);
  }
  person_assert_read (one.anne, "hello", NULL);
  one_clear (&one);
}

static void
test_byes (void)
{
  static const struct
  {
    const char *text;
    CausetteEndReason reason;
  } cases[] = {
    { "{\"reason\":\"hang-up\"}", CAUSETTE_END_PARTNER_HUNG_UP },
    { "{\"reason\":\"next\"}", CAUSETTE_END_PARTNER_NEXT },
    { "{\"reason\":\"failed\"}", CAUSETTE_END_PARTNER_FAILED },
    { "{\"reason\":\"because\"}", CAUSETTE_END_PARTNER_HUNG_UP },
    { "nonsense", CAUSETTE_END_PARTNER_HUNG_UP },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int by_data = 0; by_data < 2; by_data++)
      {
        One one;

        one_connect (&one);
        if (by_data)
          partner_send_data (one.bert, CHANNEL_BYE, cases[i].text);
        else
          partner_send (one.bert, CHANNEL_BYE, cases[i].text);
        person_assert_ended (one.anne, cases[i].reason);

        /* The server is told, so that this side can seek at once; the partner is not. */
        fake_request_accept (fake_signalling_expect (one.anne->signalling, WIRE_END), -1);
        g_assert_cmpuint (partner_count (one.bert, CHANNEL_BYE), ==, 0);
        one_clear (&one);
      }
}

/* The goodbye goes by the data channel when that is open, else by the server. */
static void
test_bye_said (void)
{
  One one;

  one_connect (&one);
  causette_encounter_end (one.anne->encounter, CAUSETTE_END_NEXT);
  g_assert_true (fake_call_is_closed (one.anne->call)); /* the server tells as well */
  one_clear (&one);

  one_pair (&one, WIRE_CALLER);
  partner_skip (one.bert);
  causette_encounter_end (one.anne->encounter, CAUSETTE_END_NEXT);
  {
    g_autofree char *bye = partner_expect (one.bert, CHANNEL_BYE);
    WireEndReason reason;

    g_assert_true (wire_bye_read (bye, strlen (bye), &reason, NULL));
    g_assert_cmpint (reason, ==, WIRE_END_NEXT);
  }
  one_clear (&one);
}

/* The call's states. */

static void
test_call_fails (void)
{
  static const struct
  {
    CausetteCallError code;
    CausetteEndReason before; /* it was connected */
    CausetteEndReason after;  /* NONE: RECONNECTING */
  } cases[] = {
    { CAUSETTE_CALL_ERROR_NO_ROUTE, CAUSETTE_END_NO_ROUTE, CAUSETTE_END_NONE },
    { CAUSETTE_CALL_ERROR_SECURITY, CAUSETTE_END_NOT_SECURE, CAUSETTE_END_NOT_SECURE },
    { CAUSETTE_CALL_ERROR_PIPELINE, CAUSETTE_END_MEDIA_FAILED, CAUSETTE_END_MEDIA_FAILED },
    { CAUSETTE_CALL_ERROR_DESCRIPTION, CAUSETTE_END_PARTNER_FAILED, CAUSETTE_END_PARTNER_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      One one;

      one_pair (&one, WIRE_CALLEE);
      fake_call_fail (one.anne->call, cases[i].code, "It failed.");
      person_assert_ended (one.anne, cases[i].before);
      g_assert_error (causette_encounter_get_error (one.anne->encounter), CAUSETTE_CALL_ERROR,
                      (int) cases[i].code);
      one_clear (&one);

      one_connect (&one);
      fake_call_fail (one.anne->call, cases[i].code, "It failed.");
      if (cases[i].after == CAUSETTE_END_NONE)
        person_assert_state (one.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
      else
        person_assert_ended (one.anne, cases[i].after);
      one_clear (&one);
    }
}

/* The time for a path that failed counts from then, not from the interruption before. */
static void
test_interrupted_then_failed (void)
{
  One one;

  one_connect (&one);
  causette_call_set_state (one.call, CAUSETTE_CALL_INTERRUPTED, NULL);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
  world_advance (one.world, 20000);
  fake_call_fail (one.anne->call, CAUSETTE_CALL_ERROR_NO_ROUTE, "It failed.");
  world_advance (one.world, 29000);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
  world_advance (one.world, 2000);
  person_assert_ended (one.anne, CAUSETTE_END_PARTNER_LOST);
  one_clear (&one);
}

/* Before there was a connection an interruption is none. */
static void
test_interrupted_before_connected (void)
{
  One one;

  one_pair (&one, WIRE_CALLER);
  causette_call_set_state (one.call, CAUSETTE_CALL_CONNECTING, NULL);
  causette_call_set_state (one.call, CAUSETTE_CALL_INTERRUPTED, NULL);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  one_clear (&one);
}

static void
test_no_call (void)
{
  World *world = world_new (FALSE);
  Person *anne = person_new (world);
  Partner *bert;

  anne->no_call = TRUE;
  fake_signalling_go_online (anne->signalling);
  person_seek (anne);
  bert = partner_new (anne, "e-1", WIRE_CALLEE);
  person_assert_ended (anne, CAUSETTE_END_MEDIA_FAILED);
  partner_skip (bert);
  partner_free (bert);
  person_free (anne);
  world_free (world);
}

/* Texts. */

static void
test_say_limits (void)
{
  g_autofree char *longest = g_strnfill (WIRE_TEXT_MAX, 'x');
  g_autofree char *too_long = g_strnfill (WIRE_TEXT_MAX + 1, 'x');
  g_autofree char *control = g_strnfill (WIRE_TEXT_MAX, '\1');
  One one;

  one_connect (&one);
  g_assert_false (causette_encounter_say (one.anne->encounter, ""));
  g_assert_false (causette_encounter_say (one.anne->encounter, too_long));
  g_assert_false (causette_encounter_say (one.anne->encounter, "\xff"));
  g_assert_false (causette_encounter_say (one.anne->encounter, control));
  g_assert_true (causette_encounter_say (one.anne->encounter, longest));
  g_assert_cmpuint (g_list_model_get_n_items (causette_encounter_get_texts (one.anne->encounter)),
                    ==, 1);
  {
    g_autofree char *text = partner_expect (one.bert, CHANNEL_TEXT);
    WireText read;

    g_assert_true (wire_text_read (text, strlen (text), &read, NULL));
    g_assert_cmpint (read.number, ==, 1);
    g_assert_cmpstr (read.text, ==, longest);
    wire_text_clear (&read);
  }
  one_clear (&one);
}

/* Every text is confirmed, a repeated one again, since its receipt may have been lost. */
static void
test_receipts (void)
{
  g_autofree char *first = wire_text_write (1, "one");
  g_autofree char *second = wire_text_write (2, "two");
  One one;

  one_connect (&one);
  partner_send_data (one.bert, CHANNEL_TEXT, second);
  {
    g_autofree char *receipt = partner_expect (one.bert, CHANNEL_RECEIPT);

    g_assert_cmpstr (receipt, ==, "{\"upto\":0}");
  }
  person_assert_read (one.anne, NULL);
  partner_send (one.bert, CHANNEL_TEXT, first);
  {
    g_autofree char *receipt = partner_expect (one.bert, CHANNEL_RECEIPT);

    g_assert_cmpstr (receipt, ==, "{\"upto\":2}");
  }
  partner_send (one.bert, CHANNEL_TEXT, first);
  {
    g_autofree char *receipt = partner_expect (one.bert, CHANNEL_RECEIPT);

    g_assert_cmpstr (receipt, ==, "{\"upto\":2}");
  }
  person_assert_read (one.anne, "one", "two", NULL);
  one_clear (&one);
}

/* A partner that confirms nothing is sent a text again, more and more seldom; one that confirms too
 * much is not believed. */
static void
test_no_receipts (void)
{
  One one;

  one_connect (&one);
  person_says (one.anne, "hello?");
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), ==, 1);
  g_assert_cmpint (person_get_status (one.anne, 0), ==, CAUSETTE_TEXT_SENT);
  world_advance (one.world, 600000);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), >=, 5);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), <=, 20);
  g_assert_cmpint (person_get_status (one.anne, 0), ==, CAUSETTE_TEXT_SENT);

  partner_send (one.bert, CHANNEL_RECEIPT, "{\"upto\":2}");
  g_assert_cmpint (person_get_status (one.anne, 0), ==, CAUSETTE_TEXT_SENT);
  partner_send (one.bert, CHANNEL_RECEIPT, "{\"upto\":1}");
  g_assert_cmpint (person_get_status (one.anne, 0), ==, CAUSETTE_TEXT_DELIVERED);
  partner_skip (one.bert);
  world_advance (one.world, 600000);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), ==, 0);
  one_clear (&one);
}

/* What the server does not take now is given to it again later. */
static void
test_relay_refused (void)
{
  One one;

  one_pair (&one, WIRE_CALLER);
  partner_skip (one.bert);
  one.bert->n_refuse = 1;
  one.bert->refuse_with = WIRE_ERROR_TOO_MANY;
  person_says (one.anne, "hello");
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), ==, 0);
  world_advance (one.world, 3000);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_TEXT), ==, 1);
  person_assert_state (one.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  one_clear (&one);
}

/* The server does not know the encounter: before the two are connected that is its end. */
static void
test_relay_not_paired (void)
{
  One one;

  one_pair (&one, WIRE_CALLER);
  partner_skip (one.bert);
  one.bert->n_refuse = 1;
  one.bert->refuse_with = WIRE_ERROR_NOT_PAIRED;
  person_says (one.anne, "hello");
  partner_pump (one.bert);
  person_assert_ended (one.anne, CAUSETTE_END_SERVER_LOST);
  one_clear (&one);
}

/* A partner that writes without end does not fill the memory. */
static void
test_flood (void)
{
  One one;
  guint shown;

  one_connect (&one);
  for (int i = 1; i <= 5000; i++)
    {
      g_autofree char *text = wire_text_write (i, "spam");

      partner_send_data (one.bert, CHANNEL_TEXT, text);
      partner_skip (one.bert);
    }
  shown = g_list_model_get_n_items (causette_encounter_get_texts (one.anne->encounter));
  g_assert_cmpuint (shown, <=, 2000);
  g_assert_cmpuint (one.anne->read->len, ==, 5000);
  one_clear (&one);
}

static void
test_devices_told_again (void)
{
  One one;

  one_pair (&one, WIRE_CALLER);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_DEVICE_STATE), ==, 0);
  causette_encounter_set_devices (one.anne->encounter, TRUE, TRUE);
  causette_encounter_set_devices (one.anne->encounter, TRUE, TRUE);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_DEVICE_STATE), ==, 1);
  partner_skip (one.bert);

  /* A new path: what was sent by the old one may be lost. */
  causette_call_set_state (one.call, CAUSETTE_CALL_CONNECTED, NULL);
  causette_call_set_data_ready (one.call, TRUE);
  g_assert_cmpuint (partner_count (one.bert, CHANNEL_DEVICE_STATE), ==, 1);
  one_clear (&one);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/encounter/partner/descriptions", test_descriptions);
  g_test_add_func ("/app/encounter/partner/broken-descriptions", test_broken_descriptions);
  g_test_add_func ("/app/encounter/partner/second-description", test_second_description);
  g_test_add_func ("/app/encounter/partner/other-generation", test_other_generation);
  g_test_add_func ("/app/encounter/partner/broken-messages", test_broken_messages);
  g_test_add_func ("/app/encounter/partner/unopenable", test_unopenable);
  g_test_add_func ("/app/encounter/partner/repeated", test_repeated);
  g_test_add_func ("/app/encounter/partner/byes", test_byes);
  g_test_add_func ("/app/encounter/partner/bye-said", test_bye_said);
  g_test_add_func ("/app/encounter/partner/call-fails", test_call_fails);
  g_test_add_func ("/app/encounter/partner/interrupted-then-failed", test_interrupted_then_failed);
  g_test_add_func ("/app/encounter/partner/interrupted-before-connected",
                   test_interrupted_before_connected);
  g_test_add_func ("/app/encounter/partner/no-call", test_no_call);
  g_test_add_func ("/app/encounter/partner/say-limits", test_say_limits);
  g_test_add_func ("/app/encounter/partner/receipts", test_receipts);
  g_test_add_func ("/app/encounter/partner/no-receipts", test_no_receipts);
  g_test_add_func ("/app/encounter/partner/relay-refused", test_relay_refused);
  g_test_add_func ("/app/encounter/partner/relay-not-paired", test_relay_not_paired);
  g_test_add_func ("/app/encounter/partner/flood", test_flood);
  g_test_add_func ("/app/encounter/partner/devices-told-again", test_devices_told_again);

  return g_test_run ();
}

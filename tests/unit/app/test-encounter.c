/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole encounters between people, over a server and a net in memory and in virtual time: they
 * meet, write, lose each other and find each other again.
 */

#include "tests/unit/app/person.h"

typedef struct
{
  World *world;
  Person *anne;
  Person *bert;
} Two;

static void
two_init (Two *two)
{
  two->world = world_new (TRUE);
  two->anne = person_new (two->world);
  two->bert = person_new (two->world);
}

static void
two_meet (Two *two)
{
  two_init (two);
  person_seek (two->anne);
  person_seek (two->bert);
  person_wait (two->anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (two->bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  world_advance (two->world, 100);
}

static void
two_clear (Two *two)
{
  person_free (two->anne);
  person_free (two->bert);
  world_free (two->world);
}

static void
test_meet (void)
{
  Two two;

  two_init (&two);
  person_prepare (two.anne);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_IDLE);
  g_assert_cmpint (causette_encounter_get_waiting (two.anne->encounter), ==, -1);

  person_seek (two.anne);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_SEEKING);
  world_advance (two.world, 60000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_SEEKING);
  g_assert_cmpint (causette_encounter_get_waiting (two.anne->encounter), ==, 1);
  g_assert_cmpuint (person_get_notices (two.anne, "waiting"), ==, 1);

  person_seek (two.bert);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (two.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);

  person_assert_went_through (two.anne, "seeking paired securing connecting connected");
  person_assert_went_through (two.bert, "seeking paired securing connecting connected");
  g_assert_cmpuint (two.anne->n_paired, ==, 1);
  g_assert_cmpuint (two.anne->n_secured, ==, 1);
  g_assert_cmpuint (two.bert->n_paired, ==, 1);
  g_assert_cmpuint (two.bert->n_secured, ==, 1);
  g_assert_true (two.anne->paired_as_caller);
  g_assert_false (two.bert->paired_as_caller);
  g_assert_true (fake_call_is_caller (two.anne->call));
  g_assert_false (fake_call_is_caller (two.bert->call));
  g_assert_cmpuint (person_get_notices (two.anne, "state"), ==, 5);
  g_assert_cmpuint (person_get_notices (two.anne, "call"), ==, 1);
  g_assert_true (causette_encounter_get_call (two.anne->encounter) ==
                 CAUSETTE_CALL (two.anne->call));

  /* They stay together as long as they like. */
  world_advance (two.world, 24 * 3600 * 1000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_CONNECTED);
  g_assert_cmpuint (two.anne->n_ended, ==, 0);

  two_clear (&two);
}

static void
test_hang_up (void)
{
  Two two;

  two_meet (&two);
  causette_encounter_end (two.anne->encounter, CAUSETTE_END_HANG_UP);
  person_assert_ended (two.anne, CAUSETTE_END_HANG_UP);
  g_assert_true (fake_call_is_closed (two.anne->call));
  world_advance (two.world, 1000);
  person_assert_ended (two.bert, CAUSETTE_END_PARTNER_HUNG_UP);
  g_assert_true (fake_call_is_closed (two.bert->call));

  /* An encounter that has ended stays as it is. */
  causette_encounter_end (two.anne->encounter, CAUSETTE_END_NEXT);
  person_assert_ended (two.anne, CAUSETTE_END_HANG_UP);
  g_assert_false (causette_encounter_say (two.anne->encounter, "too late"));

  two_clear (&two);
}

/* Going on to the next leaves this one free for others, and the other one too. */
static void
test_next (void)
{
  Two two;
  Person *chloe;

  two_meet (&two);
  chloe = person_new (two.world);
  person_seek (chloe);
  world_advance (two.world, 100);

  causette_encounter_end (two.anne->encounter, CAUSETTE_END_NEXT);
  person_assert_ended (two.anne, CAUSETTE_END_NEXT);
  person_seek (two.anne);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (chloe, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_assert_ended (two.bert, CAUSETTE_END_PARTNER_NEXT);
  person_says (chloe, "it is Chloe");
  world_advance (two.world, 1000);
  person_assert_read (two.anne, "it is Chloe", NULL);
  person_assert_read (two.bert, NULL);

  person_free (chloe);
  two_clear (&two);
}

static void
test_leave (void)
{
  Two two;

  two_init (&two);
  person_seek (two.anne);
  world_advance (two.world, 1000);
  causette_encounter_end (two.anne->encounter, CAUSETTE_END_HANG_UP);
  person_assert_ended (two.anne, CAUSETTE_END_LEFT);
  world_advance (two.world, 1000);

  /* Out of the queue: nobody is paired with someone who left. */
  person_seek (two.bert);
  world_advance (two.world, 10000);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_SEEKING);

  two_clear (&two);
}

static void
test_texts (void)
{
  Two two;

  two_meet (&two);
  person_says (two.anne, "Bonjour, ça va ?");
  g_assert_cmpint (person_get_status (two.anne, 0), ==, CAUSETTE_TEXT_SENT);
  person_says (two.anne, "🎈");
  person_says (two.bert, "Très bien");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "Bonjour, ça va ?", "🎈", NULL);
  person_assert_read (two.anne, "Très bien", NULL);
  g_assert_cmpint (person_get_status (two.anne, 0), ==, CAUSETTE_TEXT_DELIVERED);
  g_assert_cmpint (person_get_status (two.anne, 1), ==, CAUSETTE_TEXT_DELIVERED);
  g_assert_cmpuint (g_list_model_get_n_items (causette_encounter_get_texts (two.anne->encounter)),
                    ==, 3);

  two_clear (&two);
}

/* Before there is a data channel texts go by the server. */
static void
test_texts_before_connected (void)
{
  Two two;

  two_init (&two);
  fake_net_block (two.world->net);
  person_seek (two.anne);
  person_seek (two.bert);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTING, 1000);
  person_says (two.anne, "one");
  person_says (two.anne, "two");
  world_advance (two.world, 1000);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_CONNECTING);
  person_assert_read (two.bert, "one", "two", NULL);
  g_assert_cmpint (person_get_status (two.anne, 1), ==, CAUSETTE_TEXT_DELIVERED);

  two_clear (&two);
}

static void
test_devices (void)
{
  Two two;

  two_init (&two);
  person_prepare (two.anne);
  causette_encounter_set_devices (two.anne->encounter, FALSE, TRUE);
  person_seek (two.anne);
  person_seek (two.bert);
  person_wait (two.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  world_advance (two.world, 1000);
  g_assert_false (causette_encounter_get_partner_camera (two.bert->encounter));
  g_assert_true (causette_encounter_get_partner_microphone (two.bert->encounter));
  g_assert_cmpuint (person_get_notices (two.bert, "partner-camera"), ==, 1);
  g_assert_cmpuint (person_get_notices (two.bert, "partner-microphone"), ==, 0);

  causette_encounter_set_devices (two.anne->encounter, TRUE, FALSE);
  world_advance (two.world, 1000);
  g_assert_true (causette_encounter_get_partner_camera (two.bert->encounter));
  g_assert_false (causette_encounter_get_partner_microphone (two.bert->encounter));
  g_assert_cmpuint (person_get_notices (two.bert, "partner-camera"), ==, 2);
  g_assert_cmpuint (person_get_notices (two.bert, "partner-microphone"), ==, 1);

  two_clear (&two);
}

static void
test_no_route (void)
{
  Two two;

  two_init (&two);
  fake_net_block (two.world->net);
  person_seek (two.anne);
  person_seek (two.bert);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTING, 1000);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_ENDED, 31000);
  person_assert_ended (two.anne, CAUSETTE_END_NO_ROUTE);
  world_advance (two.world, 1000);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_ENDED);

  two_clear (&two);
}

/* A short interruption: the texts of that time go by the server, each is read once. */
static void
test_interrupted (void)
{
  Two two;

  two_meet (&two);
  person_says (two.anne, "one");
  world_advance (two.world, 200);
  fake_call_interrupt (two.anne->call);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_RECONNECTING);
  person_says (two.anne, "two");
  person_says (two.bert, "deux");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "one", "two", NULL);
  person_assert_read (two.anne, "deux", NULL);

  fake_call_restore (two.anne->call);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  person_says (two.anne, "three");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "one", "two", "three", NULL);
  person_assert_went_through (two.anne, "seeking paired securing connecting connected reconnecting "
                                        "connected");

  /* The time that was running against it has stopped. */
  world_advance (two.world, 300000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);

  two_clear (&two);
}

/* Texts that were under way when the data channel went are neither lost nor read twice. */
static void
test_data_channel_lost_with_texts (void)
{
  Two two;

  two_meet (&two);
  person_says (two.anne, "one");
  person_says (two.anne, "two");
  fake_call_set_data_open (two.anne->call, FALSE); /* what was in the air is dropped */
  person_says (two.anne, "three");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "one", "two", "three", NULL);

  fake_call_set_data_open (two.anne->call, TRUE);
  person_says (two.anne, "four");
  person_says (two.bert, "quatre");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "one", "two", "three", "four", NULL);
  person_assert_read (two.anne, "quatre", NULL);
  g_assert_cmpint (person_get_status (two.anne, 3), ==, CAUSETTE_TEXT_DELIVERED);

  two_clear (&two);
}

static void
test_interrupted_for_good (void)
{
  Two two;

  two_meet (&two);
  fake_call_interrupt (two.anne->call);
  world_advance (two.world, 59000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
  world_advance (two.world, 2000);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_LOST);

  two_clear (&two);
}

static void
test_path_dead (void)
{
  Two two;

  two_meet (&two);
  fake_call_interrupt (two.anne->call);
  world_advance (two.world, 10000);
  fake_call_break (two.anne->call);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_RECONNECTING);

  /* Texts still go by the server. */
  person_says (two.anne, "I cannot see you");
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "I cannot see you", NULL);

  world_advance (two.world, 28000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_RECONNECTING);
  world_advance (two.world, 2000);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_LOST);

  two_clear (&two);
}

/* The connection to the server is cut for ten seconds: nobody notices but "partner-away". */
static void
test_server_cut (void)
{
  Two two;

  two_meet (&two);
  fake_server_cut (two.world->server, two.anne->signalling);
  world_advance (two.world, 100);
  g_assert_true (causette_encounter_get_partner_away (two.bert->encounter));
  person_says (two.anne, "two");
  person_says (two.bert, "deux");
  world_advance (two.world, 10000);
  person_assert_read (two.bert, "two", NULL);
  person_assert_read (two.anne, "deux", NULL);

  fake_server_mend (two.world->server, two.anne->signalling);
  world_advance (two.world, 100);
  g_assert_false (causette_encounter_get_partner_away (two.bert->encounter));
  g_assert_cmpuint (person_get_notices (two.bert, "partner-away"), ==, 2);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_CONNECTED);

  two_clear (&two);
}

/* Both the server and the path are away: the texts wait, and come once when one of the two is back.
 */
static void
test_all_paths_cut (void)
{
  Two two;

  two_meet (&two);
  fake_call_interrupt (two.anne->call);
  fake_server_cut (two.world->server, two.anne->signalling);
  person_says (two.anne, "one");
  person_says (two.anne, "two");
  world_advance (two.world, 10000);
  person_assert_read (two.bert, NULL);
  g_assert_cmpint (person_get_status (two.anne, 0), ==, CAUSETTE_TEXT_WAITING);

  fake_server_mend (two.world->server, two.anne->signalling);
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "one", "two", NULL);
  g_assert_cmpint (person_get_status (two.anne, 0), ==, CAUSETTE_TEXT_DELIVERED);

  fake_call_restore (two.anne->call);
  world_advance (two.world, 100000);
  person_assert_read (two.bert, "one", "two", NULL);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);

  two_clear (&two);
}

/* Cut while the two are being introduced, and taken up again in time. */
static void
test_server_cut_while_setting_up (void)
{
  Two two;

  two_init (&two);
  person_seek (two.anne);
  person_seek (two.bert);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTING, 1000);
  fake_server_cut (two.world->server, two.anne->signalling);
  person_says (two.anne, "written while cut off");
  world_advance (two.world, 5000);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTING);
  fake_server_mend (two.world->server, two.anne->signalling);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (two.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  world_advance (two.world, 1000);
  person_assert_read (two.bert, "written while cut off", NULL);

  two_clear (&two);
}

/* The server starts anew and knows nobody: the two go on without it, and say goodbye by
 * themselves; the next encounter is by the new server. */
static void
test_server_restarted (void)
{
  Two two;
  Person *chloe;

  two_meet (&two);
  fake_server_crash (two.world->server);
  person_says (two.anne, "no server now");
  world_advance (two.world, 5000);
  person_assert_read (two.bert, "no server now", NULL);

  fake_server_mend (two.world->server, two.anne->signalling);
  fake_server_mend (two.world->server, two.bert->signalling);
  person_says (two.bert, "still here");
  world_advance (two.world, 120000);
  person_assert_read (two.anne, "still here", NULL);
  person_assert_state (two.anne, CAUSETTE_ENCOUNTER_CONNECTED);
  person_assert_state (two.bert, CAUSETTE_ENCOUNTER_CONNECTED);

  chloe = person_new (two.world);
  person_seek (chloe);
  causette_encounter_end (two.anne->encounter, CAUSETTE_END_NEXT);
  person_assert_ended (two.anne, CAUSETTE_END_NEXT);
  g_assert_false (fake_call_is_closed (two.anne->call)); /* the goodbye is on its way */
  world_advance (two.world, 100);
  person_assert_ended (two.bert, CAUSETTE_END_PARTNER_NEXT);
  world_advance (two.world, 1000);
  g_assert_true (fake_call_is_closed (two.anne->call));

  person_seek (two.anne);
  person_wait (two.anne, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  person_wait (chloe, CAUSETTE_ENCOUNTER_CONNECTED, 1000);

  person_free (chloe);
  two_clear (&two);
}

/* Without a server and without a path there is nothing left to wait for. */
static void
test_server_restarted_and_path_dead (void)
{
  Two two;

  two_meet (&two);
  fake_server_crash (two.world->server);
  fake_server_mend (two.world->server, two.anne->signalling);
  fake_server_mend (two.world->server, two.bert->signalling);
  fake_call_break (two.anne->call);
  person_says (two.anne, "hello?");
  world_advance (two.world, 31000);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_LOST);
  person_assert_ended (two.bert, CAUSETTE_END_PARTNER_LOST);
  person_assert_read (two.bert, NULL);

  two_clear (&two);
}

static void
test_partner_vanishes (void)
{
  Two two;

  two_meet (&two);
  fake_server_cut (two.world->server, two.bert->signalling);
  fake_call_interrupt (two.anne->call);
  world_advance (two.world, 31000);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_LOST);

  two_clear (&two);
}

static void
test_report_and_block (void)
{
  Two two;

  two_meet (&two);
  causette_encounter_report (two.anne->encounter, WIRE_REPORT_SPAM);
  person_assert_ended (two.anne, CAUSETTE_END_REPORTED);
  world_advance (two.world, 1000);
  person_assert_ended (two.bert, CAUSETTE_END_PARTNER_HUNG_UP);

  person_seek (two.anne);
  person_seek (two.bert);
  person_wait (two.bert, CAUSETTE_ENCOUNTER_CONNECTED, 1000);
  causette_encounter_block (two.bert->encounter);
  person_assert_ended (two.bert, CAUSETTE_END_BLOCKED);
  world_advance (two.world, 1000);
  person_assert_ended (two.anne, CAUSETTE_END_PARTNER_HUNG_UP);

  two_clear (&two);
}

/* A long conversation over paths that come and go, with a fixed seed: each text once, in order. */
static void
test_texts_over_changing_paths (void)
{
  enum
  {
    N = 300
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gboolean cut = FALSE, interrupted = FALSE, closed = FALSE;
  Two two;

  two_meet (&two);

  for (int i = 0; i < N; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);

      person_says (i % 2 == 0 ? two.anne : two.bert, text);
      switch (g_rand_int_range (rand, 0, 6))
        {
        case 0:
          if (cut)
            fake_server_mend (two.world->server, two.anne->signalling);
          else
            fake_server_cut (two.world->server, two.anne->signalling);
          cut = !cut;
          break;
        case 1:
          if (interrupted)
            fake_call_restore (two.anne->call);
          else
            fake_call_interrupt (two.anne->call);
          interrupted = !interrupted;
          break;
        case 2:
          fake_call_set_data_open (two.anne->call, closed);
          closed = !closed;
          break;
        default:
          break;
        }
      world_advance (two.world, (guint) g_rand_int_range (rand, 0, 60));
      person_assert_state (two.anne, interrupted ? CAUSETTE_ENCOUNTER_RECONNECTING
                                                 : CAUSETTE_ENCOUNTER_CONNECTED);
    }

  if (cut)
    fake_server_mend (two.world->server, two.anne->signalling);
  if (interrupted)
    fake_call_restore (two.anne->call);
  world_advance (two.world, 100000);

  g_assert_cmpuint (two.anne->read->len, ==, N / 2);
  g_assert_cmpuint (two.bert->read->len, ==, N / 2);
  for (int i = 0; i < N; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);
      Person *reader = i % 2 == 0 ? two.bert : two.anne;

      g_assert_cmpstr (g_ptr_array_index (reader->read, i / 2), ==, text);
      g_assert_cmpint (person_get_status (i % 2 == 0 ? two.anne : two.bert, (guint) i / 2), ==,
                       CAUSETTE_TEXT_DELIVERED);
    }

  two_clear (&two);
}

/* Whoever lets go of an encounter ends it, at any point, and nothing is left of it. */
static void
test_dropped_at_any_time (void)
{
  for (guint ms = 0; ms < 400; ms += 10)
    {
      Two two;

      two_init (&two);
      person_seek (two.anne);
      person_seek (two.bert);
      world_advance (two.world, ms);
      g_assert_finalize_object (two.anne->encounter);
      two.anne->encounter = NULL;
      /* Time enough for one who was paired with nobody to give up. */
      world_advance (two.world, 31000);
      if (two.anne->call != NULL)
        {
          g_assert_true (fake_call_is_closed (two.anne->call));
          g_assert_finalize_object (two.anne->call);
          two.anne->call = NULL;
        }
      if (causette_encounter_get_state (two.bert->encounter) != CAUSETTE_ENCOUNTER_SEEKING)
        person_assert_state (two.bert, CAUSETTE_ENCOUNTER_ENDED);
      two_clear (&two);
    }
}

/* Ended from within any notification, it ends, once. */
static void
end_at_state (CausetteEncounter *encounter, GParamSpec *pspec, gpointer data)
{
  if (causette_encounter_get_state (encounter) == (CausetteEncounterState) GPOINTER_TO_INT (data))
    causette_encounter_end (encounter, CAUSETTE_END_NEXT);
}

static void
end_now (CausetteEncounter *encounter)
{
  causette_encounter_end (encounter, CAUSETTE_END_NEXT);
}

static void
test_ended_from_notifications (void)
{
  static const char *const signals[] = { "paired", "secured", "notify::call" };

  for (int state = CAUSETTE_ENCOUNTER_SEEKING; state <= CAUSETTE_ENCOUNTER_CONNECTED; state++)
    {
      Two two;

      two_init (&two);
      person_prepare (two.anne);
      g_signal_connect (two.anne->encounter, "notify::state", G_CALLBACK (end_at_state),
                        GINT_TO_POINTER (state));
      person_seek (two.bert);
      person_seek (two.anne);
      world_advance (two.world, 2000);
      person_assert_ended (two.anne, state == CAUSETTE_ENCOUNTER_SEEKING ? CAUSETTE_END_LEFT
                                                                         : CAUSETTE_END_NEXT);
      if (state != CAUSETTE_ENCOUNTER_SEEKING)
        person_assert_ended (two.bert, CAUSETTE_END_PARTNER_NEXT);
      two_clear (&two);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Two two;

      two_init (&two);
      person_prepare (two.anne);
      g_signal_connect (two.anne->encounter, signals[i], G_CALLBACK (end_now), NULL);
      person_seek (two.bert);
      person_seek (two.anne);
      world_advance (two.world, 2000);
      person_assert_ended (two.anne, CAUSETTE_END_NEXT);
      person_assert_ended (two.bert, CAUSETTE_END_PARTNER_NEXT);
      two_clear (&two);
    }
}

static void
test_words (void)
{
  g_autoptr (GEnumClass) reasons = g_type_class_ref (CAUSETTE_TYPE_END_REASON);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < reasons->n_values; i++)
    {
      CausetteEndReason reason = (CausetteEndReason) reasons->values[i].value;
      const char *sentence = causette_end_reason_to_sentence (reason);

      g_assert_true (g_str_has_suffix (sentence, "."));
      g_assert_true (g_hash_table_add (seen, (gpointer) sentence));
      g_assert_cmpstr (causette_end_reason_to_nick (reason), ==, reasons->values[i].value_nick);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/encounter/meet", test_meet);
  g_test_add_func ("/app/encounter/hang-up", test_hang_up);
  g_test_add_func ("/app/encounter/next", test_next);
  g_test_add_func ("/app/encounter/leave", test_leave);
  g_test_add_func ("/app/encounter/texts", test_texts);
  g_test_add_func ("/app/encounter/texts-before-connected", test_texts_before_connected);
  g_test_add_func ("/app/encounter/devices", test_devices);
  g_test_add_func ("/app/encounter/no-route", test_no_route);
  g_test_add_func ("/app/encounter/interrupted", test_interrupted);
  g_test_add_func ("/app/encounter/data-channel-lost-with-texts",
                   test_data_channel_lost_with_texts);
  g_test_add_func ("/app/encounter/interrupted-for-good", test_interrupted_for_good);
  g_test_add_func ("/app/encounter/path-dead", test_path_dead);
  g_test_add_func ("/app/encounter/server-cut", test_server_cut);
  g_test_add_func ("/app/encounter/all-paths-cut", test_all_paths_cut);
  g_test_add_func ("/app/encounter/server-cut-while-setting-up", test_server_cut_while_setting_up);
  g_test_add_func ("/app/encounter/server-restarted", test_server_restarted);
  g_test_add_func ("/app/encounter/server-restarted-and-path-dead",
                   test_server_restarted_and_path_dead);
  g_test_add_func ("/app/encounter/partner-vanishes", test_partner_vanishes);
  g_test_add_func ("/app/encounter/report-and-block", test_report_and_block);
  g_test_add_func ("/app/encounter/texts-over-changing-paths", test_texts_over_changing_paths);
  g_test_add_func ("/app/encounter/dropped-at-any-time", test_dropped_at_any_time);
  g_test_add_func ("/app/encounter/ended-from-notifications", test_ended_from_notifications);
  g_test_add_func ("/app/encounter/words", test_words);

  return g_test_run ();
}

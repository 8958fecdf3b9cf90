/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The people of the scenario tests.
 */

#include "tests/unit/app/person.h"

#define LATENCY_MS 20
#define STEP_MS    10

World *
world_new (gboolean wired)
{
  World *world = g_new0 (World, 1);

  world->clock = virtual_clock_new ();
  if (wired)
    {
      world->net = fake_net_new (world->clock, LATENCY_MS);
      world->server = fake_server_new (world->clock, LATENCY_MS);
    }

  return world;
}

void
world_free (World *world)
{
  /* A call that lingers is closed by then. */
  virtual_clock_advance (world->clock, 1000);
  g_clear_pointer (&world->server, fake_server_free);
  g_clear_pointer (&world->net, fake_net_free);
  g_assert_cmpuint (virtual_clock_get_pending (world->clock), ==, 0);
  g_assert_finalize_object (world->clock);
  g_free (world);
}

void
world_advance (World *world, guint ms)
{
  virtual_clock_advance (world->clock, ms);
}

Person *
person_new (World *world)
{
  Person *person = g_new0 (Person, 1);

  person->world = world;
  person->signalling = fake_signalling_new ();
  person->states = g_string_new (NULL);
  person->read = g_ptr_array_new_with_free_func (g_free);
  person->notices = g_hash_table_new (g_str_hash, g_str_equal);
  if (world->server != NULL)
    fake_server_add (world->server, person->signalling);

  return person;
}

void
person_free (Person *person)
{
  person_forget (person);
  virtual_clock_settle ();
  g_object_unref (person->signalling);
  g_string_free (person->states, TRUE);
  g_ptr_array_unref (person->read);
  g_hash_table_unref (person->notices);
  g_free (person);
}

static CausetteCall *
make_call (gboolean caller, GPtrArray *ice_servers, gpointer user_data)
{
  Person *person = user_data;

  g_assert_nonnull (ice_servers);
  if (person->no_call)
    return NULL;

  g_clear_object (&person->call);
  person->call = fake_call_new (person->world->net, caller);

  return CAUSETTE_CALL (g_object_ref (person->call));
}

static void
on_notify (CausetteEncounter *encounter, GParamSpec *pspec, Person *person)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (person->notices, pspec->name));

  g_hash_table_insert (person->notices, (gpointer) pspec->name, GUINT_TO_POINTER (n + 1));

  if (g_str_equal (pspec->name, "state"))
    {
      g_autoptr (GEnumClass) enum_class = g_type_class_ref (CAUSETTE_TYPE_ENCOUNTER_STATE);
      GEnumValue *value =
          g_enum_get_value (enum_class, (int) causette_encounter_get_state (encounter));

      g_string_append_printf (person->states, "%s%s", person->states->len > 0 ? " " : "",
                              value->value_nick);
    }
}

static void
on_paired (CausetteEncounter *encounter, gboolean caller, Person *person)
{
  person->n_paired++;
  person->paired_as_caller = caller;
}

static void
on_secured (CausetteEncounter *encounter, Person *person)
{
  person->n_secured++;
}

static void
on_ended (CausetteEncounter *encounter, CausetteEndReason reason, Person *person)
{
  person->n_ended++;
  person->ended = reason;
  g_assert_cmpint (causette_encounter_get_state (encounter), ==, CAUSETTE_ENCOUNTER_ENDED);
  g_assert_cmpint (causette_encounter_get_reason (encounter), ==, reason);
}

static void
on_texts (GListModel *texts, guint position, guint removed, guint added, Person *person)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (texts, i);

      if (!causette_text_get_own (text))
        g_ptr_array_add (person->read, g_strdup (causette_text_get_text (text)));
    }
}

void
person_prepare (Person *person)
{
  person_forget (person);
  g_string_truncate (person->states, 0);
  g_ptr_array_set_size (person->read, 0);
  g_hash_table_remove_all (person->notices);
  person->n_paired = person->n_secured = person->n_ended = 0;
  person->ended = CAUSETTE_END_NONE;

  person->encounter =
      causette_encounter_new (CAUSETTE_SIGNALLING (person->signalling),
                              CAUSETTE_CLOCK (person->world->clock), make_call, person);
  g_signal_connect (person->encounter, "notify", G_CALLBACK (on_notify), person);
  g_signal_connect (person->encounter, "paired", G_CALLBACK (on_paired), person);
  g_signal_connect (person->encounter, "secured", G_CALLBACK (on_secured), person);
  g_signal_connect (person->encounter, "ended", G_CALLBACK (on_ended), person);
  g_signal_connect (causette_encounter_get_texts (person->encounter), "items-changed",
                    G_CALLBACK (on_texts), person);
}

void
person_seek (Person *person)
{
  static const char *const languages[] = { "fr", NULL };
  CausetteWish wish = { languages, NULL, TRUE, TRUE };

  if (person->encounter == NULL ||
      causette_encounter_get_state (person->encounter) == CAUSETTE_ENCOUNTER_ENDED)
    person_prepare (person);

  causette_encounter_seek (person->encounter, &wish);
}

void
person_says (Person *person, const char *text)
{
  g_assert_true (causette_encounter_say (person->encounter, text));
}

void
person_forget (Person *person)
{
  if (person->encounter == NULL)
    return;

  if (causette_encounter_get_state (person->encounter) != CAUSETTE_ENCOUNTER_ENDED)
    causette_encounter_end (person->encounter, CAUSETTE_END_HANG_UP);
  g_signal_handlers_disconnect_by_data (causette_encounter_get_texts (person->encounter), person);
  g_assert_finalize_object (person->encounter);
  person->encounter = NULL;

  /* Nobody else keeps the call, but for a moment to say goodbye. */
  if (person->call != NULL)
    {
      world_advance (person->world, 1000);
      g_assert_true (fake_call_is_closed (person->call));
      g_assert_finalize_object (person->call);
      person->call = NULL;
    }
}

void
person_assert_state (Person *person, CausetteEncounterState state)
{
  g_assert_cmpint (causette_encounter_get_state (person->encounter), ==, state);
}

void
person_assert_ended (Person *person, CausetteEndReason reason)
{
  person_assert_state (person, CAUSETTE_ENCOUNTER_ENDED);
  g_assert_cmpstr (causette_end_reason_to_nick (causette_encounter_get_reason (person->encounter)),
                   ==, causette_end_reason_to_nick (reason));
  g_assert_cmpint (person->ended, ==, reason);
  g_assert_cmpuint (person->n_ended, ==, 1);
  g_assert_cmpuint (person_get_notices (person, "reason"), ==, 1);
  g_assert_null (causette_encounter_get_call (person->encounter));
  g_assert_cmpuint (g_list_model_get_n_items (causette_encounter_get_texts (person->encounter)), ==,
                    0);
}

void
person_assert_went_through (Person *person, const char *states)
{
  g_assert_cmpstr (person->states->str, ==, states);
}

void
person_assert_read (Person *person, ...)
{
  const char *expected;
  guint n = 0;
  va_list args;

  va_start (args, person);
  while ((expected = va_arg (args, const char *)) != NULL)
    {
      g_assert_cmpuint (person->read->len, >, n);
      g_assert_cmpstr (g_ptr_array_index (person->read, n), ==, expected);
      n++;
    }
  va_end (args);
  g_assert_cmpuint (person->read->len, ==, n);
}

guint
person_get_notices (Person *person, const char *property)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (person->notices, property));
}

CausetteTextStatus
person_get_status (Person *person, guint n)
{
  GListModel *texts = causette_encounter_get_texts (person->encounter);

  for (guint i = 0; i < g_list_model_get_n_items (texts); i++)
    {
      g_autoptr (CausetteText) text = g_list_model_get_item (texts, i);

      if (causette_text_get_own (text) && n-- == 0)
        return causette_text_get_status (text);
    }

  g_assert_not_reached ();
}

void
person_wait (Person *person, CausetteEncounterState state, guint limit_ms)
{
  for (guint passed = 0; causette_encounter_get_state (person->encounter) != state;
       passed += STEP_MS)
    {
      g_assert_cmpuint (passed, <, limit_ms);
      world_advance (person->world, STEP_MS);
    }
}

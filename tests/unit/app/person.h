/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People for the scenario tests: each has an encounter with a scripted connection and scripted
 * calls, and takes note of all that the encounter tells.
 *
 * Called by: the scenario tests.
 */
#pragma once

#include "app/encounter.h"
#include "tests/unit/app/fake-call.h"
#include "tests/unit/app/fake-server.h"

G_BEGIN_DECLS

typedef struct
{
  VirtualClock *clock;
  FakeNet *net;       /* nullable: calls are driven by hand */
  FakeServer *server; /* nullable: the test is the server */
} World;

typedef struct
{
  World *world;
  FakeSignalling *signalling;
  CausetteEncounter *encounter;
  FakeCall *call; /* the last that was made, (owned) */
  gboolean no_call;

  /* Notes on the present encounter */
  GString *states; /* "seeking paired …" */
  guint n_paired, n_secured, n_ended;
  gboolean paired_as_caller;
  CausetteEndReason ended;
  GPtrArray *read;     /* of char *: what the partner wrote */
  GHashTable *notices; /* property name → how often it notified */
} Person;

/* @wired: with a server and a net that bring people together by themselves. */
World *world_new (gboolean wired);
/* Everyone must have been freed. Fails when a timer is left. */
void world_free (World *world);
void world_advance (World *world, guint ms);

/* In a wired world the person is online. */
Person *person_new (World *world);
void person_free (Person *person);
/* Makes an encounter (the one before must be over, or there was none). */
void person_prepare (Person *person);
/* Prepares, if need be, and seeks with video and audio. */
void person_seek (Person *person);
void person_says (Person *person, const char *text);
/* Lets go of the encounter, which must be freed by that. */
void person_forget (Person *person);

void person_assert_state (Person *person, CausetteEncounterState state);
void person_assert_ended (Person *person, CausetteEndReason reason);
/* The states that the encounter has been through, from SEEKING on: "seeking paired". */
void person_assert_went_through (Person *person, const char *states);
void person_assert_read (Person *person, ...) G_GNUC_NULL_TERMINATED;
guint person_get_notices (Person *person, const char *property);
/* The status of this person's own @n-th line, from 0 on. */
CausetteTextStatus person_get_status (Person *person, guint n);
/* Lets time pass until the state is reached; fails after @limit_ms. */
void person_wait (Person *person, CausetteEncounterState state, guint limit_ms);

G_END_DECLS

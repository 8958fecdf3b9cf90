/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other person of an encounter, played by a test that is the server as well: seals what it
 * likes, opens what it is sent, and can be as ill-mannered as a program on the net can be.
 *
 * Called by: the scenario tests with one person.
 */
#pragma once

#include "net/secure/channel.h"
#include "tests/unit/app/person.h"

G_BEGIN_DECLS

typedef struct
{
  ChannelPurpose purpose;
  uint32_t generation;
  char *text;
  gboolean relayed; /* rather than by the data channel */
} PartnerMessage;

typedef struct
{
  Person *person;
  char *encounter;
  Channel *channel;
  GQueue messages; /* of PartnerMessage, opened, in the order of arrival */
  guint n_refuse;  /* how many relays the server refuses from now on */
  WireError refuse_with;
} Partner;

/* Has the server accept the seek and pair the person, as @role, with a new partner. */
Partner *partner_new (Person *person, const char *encounter, WireRole role);
void partner_free (Partner *partner);
/* Takes what the person has sent meanwhile, answers the handshake, until all is quiet. */
void partner_pump (Partner *partner);

/* Seals and sends; by the relay, or with @data by the call's data channel. */
void partner_send (Partner *partner, ChannelPurpose purpose, const char *text);
void partner_send_data (Partner *partner, ChannelPurpose purpose, const char *text);
void partner_send_generation (Partner *partner,
                              ChannelPurpose purpose,
                              uint32_t generation,
                              const char *text);
/* Sends bytes as they are. */
void partner_send_raw (Partner *partner, WireKind kind, const void *data, gsize size);
GBytes *partner_seal (Partner *partner, ChannelPurpose purpose, const char *text);

/* Pumps, and takes the next message of @purpose, skipping others; it must be there. Returns:
 * (transfer full): its text. */
char *partner_expect (Partner *partner, ChannelPurpose purpose);
/* Pumps, and counts the messages of @purpose that wait. */
guint partner_count (Partner *partner, ChannelPurpose purpose);
/* Pumps, and drops all that waits. */
void partner_skip (Partner *partner);

G_END_DECLS

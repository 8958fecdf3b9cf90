/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel between the two people of an encounter: all that they tell each other goes through
 * channel_seal() and channel_open(), whether it then travels by the server's relay or by the call's
 * data channel.
 *
 * Owns: the order of the handshake, the numbering of messages, the refusal of what was seen before.
 * Called by: app/encounter.
 * Must never: do I/O, look at a clock, draw random bytes other than from the function handed in,
 * open a message that is damaged, repeated or of another encounter. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_PLAIN_MAX     (32 * 1024)                /* bytes of one message */
#define CHANNEL_SEALED_MAX    (CHANNEL_PLAIN_MAX + 1024) /* bytes of one sealed message */
#define CHANNEL_HANDSHAKE_MAX 1024                       /* bytes of one handshake message */

typedef enum
{
  CHANNEL_CALLER,
  CHANNEL_CALLEE,
} ChannelRole;

/* What a message is for; it is inside what is sealed. */
typedef enum
{
  CHANNEL_DESCRIPTION = 1,
  CHANNEL_CANDIDATE = 2,
  CHANNEL_FINGERPRINT = 3,
  CHANNEL_TEXT = 4,
  CHANNEL_RECEIPT = 5,
  CHANNEL_DEVICE_STATE = 6,
  CHANNEL_TYPING = 7,
  CHANNEL_BYE = 8,
} ChannelPurpose;

typedef enum
{
  CHANNEL_HANDSHAKING,
  CHANNEL_READY,
  CHANNEL_BROKEN, /* the handshake failed; nothing can be sealed or opened */
} ChannelState;

/* Fills @out with @size random bytes. */
typedef void (*ChannelRandom) (void *data, uint8_t *out, size_t size);

typedef struct _Channel Channel;

/* Makes a channel for the encounter named @encounter. */
Channel *
channel_new (ChannelRole role, const char *encounter, ChannelRandom random, void *random_data);
/* Wipes all that the channel knows. %NULL is fine. */
void channel_free (Channel *channel);

ChannelState channel_get_state (const Channel *channel);

#define CHANNEL_SAS_COUNT 7

/* Gives the seven indices (0 to 63) of the short authentication string: the words of sas_word()
 * that both people see alike, or someone is in between. Returns false while the channel is not
 * ready. */
bool channel_get_sas (const Channel *channel, uint8_t indices[CHANNEL_SAS_COUNT]);

/* Takes the next handshake message that is to be relayed (as kind "noise"), if there is one now: to
 * be called until it returns false, after channel_new() and after each channel_handshake(). @out
 * has room for CHANNEL_HANDSHAKE_MAX bytes. */
bool channel_next_handshake (Channel *channel, uint8_t *out, size_t *out_size);
/* Takes in a handshake message of the partner. Returns 0, or -1 and the channel is broken. */
int channel_handshake (Channel *channel, const uint8_t *in, size_t in_size);

/* Seals @plain for the partner. @out has room for CHANNEL_SEALED_MAX bytes. Returns 0, or -1 when
 * the channel is not ready or the message too long. */
int channel_seal (Channel *channel,
                  ChannelPurpose purpose,
                  uint32_t generation,
                  const uint8_t *plain,
                  size_t plain_size,
                  uint8_t *out,
                  size_t *out_size);
/* Opens a message of the partner. @plain has room for CHANNEL_PLAIN_MAX bytes. Returns 0; 1 for a
 * message seen before (to be ignored); -1 when it cannot be opened, whatever the cause. */
int channel_open (Channel *channel,
                  const uint8_t *in,
                  size_t in_size,
                  ChannelPurpose *purpose,
                  uint32_t *generation,
                  uint8_t *plain,
                  size_t *plain_size);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of one conversation, both ways: numbering, keeping what the partner has not confirmed,
 * order and de-duplication of what the partner writes. Whatever happens to the paths in between,
 * each text is handed out exactly once and in order.
 *
 * Owns: copies of the texts that are under way. Called by: app/encounter-texts.
 * Must never: do I/O, look at a clock, seal or open. Pure: the caller brings the texts over.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* How many own texts may wait for the partner's receipt at once, those not sent yet included. */
#define CONVERSATION_QUEUE_MAX 1024
/* How many texts may be under way without a receipt; a receiver keeps as many that came early. */
#define CONVERSATION_WINDOW 64

typedef struct _Conversation Conversation;

Conversation *conversation_new (void);
/* Wipes the texts that it still has. %NULL is fine. */
void conversation_free (Conversation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Conversation, conversation_free)

/* Takes a text of this side's to be sent. Returns its number, from 1 on, or 0 when too many wait.
 */
int64_t conversation_add (Conversation *self, const char *text);
/* Looks at the next text that is to be sent now, if there is one: not sent yet, and not too far
 * ahead of the receipts. @text: (transfer none), until the next call. */
bool conversation_peek_unsent (Conversation *self, int64_t *number, const char **text);
/* The text that conversation_peek_unsent() gave has been handed to a path. */
void conversation_mark_sent (Conversation *self, int64_t number);
/* What was sent and not confirmed is to be sent again: its path is gone, or has come back. */
void conversation_resend (Conversation *self);
/* Takes the partner's receipt for all texts up to @up_to. Returns false for one that cannot be
 * true: it confirms what was never sent. */
bool conversation_take_receipt (Conversation *self, int64_t up_to);
/* All texts up to this number are confirmed. */
int64_t conversation_get_confirmed (Conversation *self);
/* All texts up to this number have been sent at least once, or are confirmed. */
int64_t conversation_get_sent (Conversation *self);
/* Whether anything that was sent waits for a receipt. */
bool conversation_has_unconfirmed (Conversation *self);

typedef enum
{
  CONVERSATION_TAKEN,    /* new; see conversation_pop() */
  CONVERSATION_REPEATED, /* had before; the receipt is to be sent again */
  CONVERSATION_REFUSED,  /* an impossible number, or further ahead than a partner may write */
} ConversationResult;

/* Takes a text of the partner's, in whatever order it comes. */
ConversationResult conversation_take (Conversation *self, int64_t number, const char *text);
/* Returns: (transfer full) (nullable): the next text of the partner's in order, once. */
char *conversation_pop (Conversation *self);
/* The number up to which conversation_pop() has handed out all: what a receipt says. */
int64_t conversation_get_received (Conversation *self);

G_END_DECLS

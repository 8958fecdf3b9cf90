/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts are numbered by their writer from 1 on. The writer keeps each until a receipt covers it and
 * may send it any number of times; the reader keeps those that come early in a ring and hands them
 * out in order. Both sides' memory is bounded by the window.
 *
 * Owns: copies of the texts that are under way, wiped when they are done with.
 * Called by: app/encounter-texts. Must never: do I/O or look at a clock.
 */

#include "app/conversation.h"

#include <string.h>

struct _Conversation
{
  GQueue own;        /* of char *, the texts from `confirmed` + 1 on */
  int64_t confirmed; /* own texts up to here have a receipt */
  int64_t sent_once; /* own texts up to here have been sent at least once */
  int64_t next_send; /* number of the own text to be sent next */

  char *early[CONVERSATION_WINDOW]; /* the partner's text n at n modulo the window */
  int64_t received;                 /* the partner's texts up to here have been handed out */
};

/* The compiler must not leave this out, hence the volatile. */
static void
wipe_text (char *text)
{
  if (text == NULL)
    return;

  for (volatile char *at = text; *at != '\0'; at++)
    *at = '\0';

  g_free (text);
}

Conversation *
conversation_new (void)
{
  Conversation *self = g_new0 (Conversation, 1);

  g_queue_init (&self->own);
  self->next_send = 1;

  return self;
}

void
conversation_free (Conversation *self)
{
  if (self == NULL)
    return;

  g_queue_clear_full (&self->own, (GDestroyNotify) wipe_text);
  for (gsize i = 0; i < G_N_ELEMENTS (self->early); i++)
    wipe_text (self->early[i]);
  g_free (self);
}

int64_t
conversation_add (Conversation *self, const char *text)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (text != NULL, 0);

  if (self->own.length >= CONVERSATION_QUEUE_MAX)
    return 0;

  g_queue_push_tail (&self->own, g_strdup (text));

  return self->confirmed + self->own.length;
}

bool
conversation_peek_unsent (Conversation *self, int64_t *number, const char **text)
{
  int64_t index;

  g_return_val_if_fail (self != NULL, false);

  index = self->next_send - self->confirmed - 1;
  if (index >= self->own.length || index >= CONVERSATION_WINDOW)
    return false;

  *number = self->next_send;
  *text = g_queue_peek_nth (&self->own, (guint) index);

  return true;
}

void
conversation_mark_sent (Conversation *self, int64_t number)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (number == self->next_send);

  self->next_send++;
  self->sent_once = MAX (self->sent_once, number);
}

void
conversation_resend (Conversation *self)
{
  g_return_if_fail (self != NULL);

  self->next_send = self->confirmed + 1;
}

bool
conversation_take_receipt (Conversation *self, int64_t up_to)
{
  g_return_val_if_fail (self != NULL, false);

  if (up_to < 0 || up_to > self->sent_once)
    return false;

  while (self->confirmed < up_to)
    {
      wipe_text (g_queue_pop_head (&self->own));
      self->confirmed++;
    }

  self->next_send = MAX (self->next_send, self->confirmed + 1);

  return true;
}

int64_t
conversation_get_confirmed (Conversation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->confirmed;
}

int64_t
conversation_get_sent (Conversation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->sent_once;
}

bool
conversation_has_unconfirmed (Conversation *self)
{
  g_return_val_if_fail (self != NULL, false);

  return self->sent_once > self->confirmed;
}

ConversationResult
conversation_take (Conversation *self, int64_t number, const char *text)
{
  char **slot;

  g_return_val_if_fail (self != NULL, CONVERSATION_REFUSED);
  g_return_val_if_fail (text != NULL, CONVERSATION_REFUSED);

  if (number < 1)
    return CONVERSATION_REFUSED;

  if (number <= self->received)
    return CONVERSATION_REPEATED;

  if (number - self->received > CONVERSATION_WINDOW)
    return CONVERSATION_REFUSED;

  slot = &self->early[number % CONVERSATION_WINDOW];
  if (*slot != NULL)
    return CONVERSATION_REPEATED;

  *slot = g_strdup (text);

  return CONVERSATION_TAKEN;
}

char *
conversation_pop (Conversation *self)
{
  char **slot;

  g_return_val_if_fail (self != NULL, NULL);

  slot = &self->early[(self->received + 1) % CONVERSATION_WINDOW];
  if (*slot == NULL)
    return NULL;

  self->received++;

  return g_steal_pointer (slot);
}

int64_t
conversation_get_received (Conversation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->received;
}

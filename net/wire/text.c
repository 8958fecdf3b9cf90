/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of outside text that several parsers of net/wire share: see text.h. */
#include "net/wire/text.h"

#include <string.h>

bool
text_is_utf8 (const uint8_t *data, size_t size)
{
  const char *at = (const char *) data;
  const char *end;

  if (size == 0)
    return true;

  for (end = at + size; at < end; at++)
    {
      if (g_utf8_validate_len (at, (gsize) (end - at), &at))
        return true;
      if (*at != '\0')
        return false;
    }
  return true;
}

size_t
text_base64_size (size_t size)
{
  return (size + 2) / 3 * 4;
}

/* Returns the six bits that @character stands for, or -1. */
static int
sextet (uint8_t character)
{
  if (character >= 'A' && character <= 'Z')
    return character - 'A';
  if (character >= 'a' && character <= 'z')
    return character - 'a' + 26;
  if (character >= '0' && character <= '9')
    return character - '0' + 52;
  if (character == '+')
    return 62;
  if (character == '/')
    return 63;
  return -1;
}

bool
text_base64_decode (const uint8_t *text, size_t size, uint8_t *out, size_t *out_size)
{
  size_t padding = 0;
  size_t written = 0;

  if (size % 4 != 0)
    return false;
  if (size > 0 && text[size - 1] == '=')
    padding = text[size - 2] == '=' ? 2 : 1;

  for (size_t i = 0; i < size; i += 4)
    {
      bool last = i + 4 == size;
      size_t characters = last ? 4 - padding : 4;
      uint32_t bits = 0;

      for (size_t j = 0; j < 4; j++)
        {
          int value = j < characters ? sextet (text[i + j]) : 0;

          if (value < 0)
            return false;
          bits = bits << 6 | (uint32_t) value;
        }
      /* Bits that no byte takes must be zero, or two texts would stand for the same bytes. */
      if ((characters == 2 && (bits & 0xffff) != 0) || (characters == 3 && (bits & 0xff) != 0))
        return false;

      for (size_t j = 0; j + 1 < characters; j++)
        out[written++] = (uint8_t) (bits >> (16 - 8 * j));
    }

  *out_size = written;
  return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The envelope: see seal.h. */

#include "net/secure/seal.h"

#include <string.h>

size_t
seal_padded_size (size_t size)
{
  size_t padded = SEAL_CLASS_MIN;

  if (size > SEAL_CLASS_MAX - SEAL_HEADER_SIZE)
    return 0;
  while (padded < size + SEAL_HEADER_SIZE)
    padded *= 2;
  return padded < SEAL_CLASS_MAX ? padded : SEAL_CLASS_MAX;
}

static void
put_u32 (uint8_t *out, uint32_t value)
{
  for (unsigned i = 0; i < 4; i++)
    out[i] = (uint8_t) (value >> (24 - 8 * i));
}

static uint32_t
get_u32 (const uint8_t *in)
{
  return (uint32_t) in[0] << 24 | (uint32_t) in[1] << 16 | (uint32_t) in[2] << 8 | in[3];
}

void
seal_write (uint8_t purpose, uint32_t generation, const uint8_t *content, size_t size, uint8_t *out)
{
  memset (out, 0, seal_padded_size (size));
  out[0] = purpose;
  put_u32 (out + 1, generation);
  put_u32 (out + 5, (uint32_t) size);
  if (size > 0)
    memcpy (out + SEAL_HEADER_SIZE, content, size);
}

int
seal_read (const uint8_t *in,
           size_t in_size,
           uint8_t *purpose,
           uint32_t *generation,
           const uint8_t **content,
           size_t *size)
{
  uint8_t rest = 0;

  if (in_size < SEAL_HEADER_SIZE)
    return -1;

  *purpose = in[0];
  *generation = get_u32 (in + 1);
  *size = get_u32 (in + 5);
  *content = in + SEAL_HEADER_SIZE;
  if (seal_padded_size (*size) != in_size)
    return -1;

  for (size_t i = SEAL_HEADER_SIZE + *size; i < in_size; i++)
    rest |= in[i];
  return rest == 0 ? 0 : -1;
}

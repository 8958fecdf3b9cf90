/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target on the files of a folder, for compilers without libFuzzer.
 *
 * Every file is given whole and cut off at every byte, in memory of its very size, so that a read
 * beyond the end shows under AddressSanitizer. Usage: PROGRAM FOLDER
 */
#include "tests/fuzz/fuzz.h"

#include <glib.h>

static void
run (const char *bytes, size_t size)
{
  for (size_t length = 0; length <= size; length++)
    {
      g_autofree uint8_t *copy = g_memdup2 (bytes, length);

      LLVMFuzzerTestOneInput (copy, length);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) error = NULL;
  unsigned count = 0;
  const char *name;

  if (argc != 2)
    {
      g_printerr ("Usage: %s FOLDER\n", argv[0]);
      return 2;
    }
  folder = g_dir_open (argv[1], 0, &error);
  if (folder == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *bytes = NULL;
      size_t size;

      if (!g_file_get_contents (path, &bytes, &size, &error))
        {
          g_printerr ("%s\n", error->message);
          return 2;
        }
      run (bytes, size);
      g_print ("ok %u - %s\n", ++count, name);
    }
  g_print ("1..%u\n", count);
  return count > 0 ? 0 : 1;
}

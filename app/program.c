/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the running program's own file by what the system tells of it.
 *
 * Called by: app/settings, app/server-host. Must never: look into the working folder or PATH.
 */

#include "app/program.h"

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#ifdef G_OS_WIN32
#include <windows.h>
#endif

#define LEVELS_UP 4

static char *
get_file (void)
{
#if defined(G_OS_WIN32)
  wchar_t name[32768];
  DWORD length = GetModuleFileNameW (NULL, name, G_N_ELEMENTS (name));

  if (length == 0 || length == G_N_ELEMENTS (name))
    return NULL;

  return g_utf16_to_utf8 ((const gunichar2 *) name, length, NULL, NULL, NULL);
#elif defined(__APPLE__)
  char name[4096];
  uint32_t size = sizeof name;

  return _NSGetExecutablePath (name, &size) == 0 ? g_canonicalize_filename (name, NULL) : NULL;
#else
  return g_file_read_link ("/proc/self/exe", NULL);
#endif
}

char *
program_get_folder (void)
{
  g_autofree char *file = get_file ();

  return file != NULL ? g_path_get_dirname (file) : NULL;
}

char *
program_find (const char *path)
{
  g_autofree char *folder = program_get_folder ();

  g_return_val_if_fail (path != NULL && !g_path_is_absolute (path), NULL);

  for (int level = 0; folder != NULL && level <= LEVELS_UP; level++)
    {
      g_autofree char *candidate = g_build_filename (folder, path, NULL);
      g_autofree char *above = g_path_get_dirname (folder);

      if (g_file_test (candidate, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&candidate);

      if (g_str_equal (above, folder))
        break;

      g_free (folder);
      folder = g_steal_pointer (&above);
    }

  return NULL;
}

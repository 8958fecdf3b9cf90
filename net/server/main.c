/* SPDX-License-Identifier: GPL-3.0-or-later */
/* causetted, the pairing server: starts, listens to signals, says what it counts, ends.
 *
 * Owns: the loop, the process's exit status, what is written to standard output and error. Must
 * never: log an address, an identity or content; write to disk; block once it listens (but for a
 * policy that the operator asks it to read anew).
 */
#include "config.h"

#include "net/server/service.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DRAIN_MS     4000 /* of the five seconds within which it ends */
#define LOG_MS       (60 * 1000)
#define EXIT_OPTIONS 2

typedef struct
{
  uv_loop_t loop;
  Options *options;
  Service *service;
  uv_signal_t signals[3];
  uv_timer_t log_timer;
  LobbyCounters logged;
  bool draining;
} Program;

static void
log_counts (Program *program)
{
  LobbyCounters now;

  service_get_counters (program->service, &now);
  if (memcmp (&now, &program->logged, sizeof now) == 0)
    return;

  program->logged = now;
  g_printerr ("causetted: online %" G_GUINT64_FORMAT ", away %" G_GUINT64_FORMAT
              ", waiting %" G_GUINT64_FORMAT ", encounters %" G_GUINT64_FORMAT
              "; since the start: sessions %" G_GUINT64_FORMAT ", pairings %" G_GUINT64_FORMAT
              ", lost %" G_GUINT64_FORMAT ", blocks %" G_GUINT64_FORMAT "\n",
              now.sessions_online, now.sessions_away, now.waiting, now.encounters,
              now.sessions_total, now.paired_total, now.ended_total[WIRE_END_LOST],
              now.blocks_total);
}

static void
on_log_timer (uv_timer_t *timer)
{
  log_counts (timer->data);
}

static void
on_drained (void *data)
{
  Program *program = data;

  uv_stop (&program->loop);
}

static void
drain (Program *program)
{
  if (program->draining)
    return;

  program->draining = true;
  g_printerr ("causetted: stopping\n");
  service_drain (program->service, DRAIN_MS, on_drained, program);
}

static void
reload_policy (Program *program)
{
  g_autoptr (GError) error = NULL;
  PolicyStore *policy;

  if (program->options->policy == NULL)
    return;

  policy = policy_store_new (program->options->policy, &error);
  if (policy == NULL)
    {
      g_printerr ("causetted: the policy stays as it was: %s\n", error->message);
      return;
    }
  service_set_policy (program->service, policy);
  g_printerr ("causetted: policy %s\n", policy_store_version (policy));
}

static void
on_signal (uv_signal_t *handle, int number)
{
  if (number == SIGHUP)
    reload_policy (handle->data);
  else
    drain (handle->data);
}

static void
print_address (const char *what, const OptionsAddress *address, uint16_t port)
{
  bool v6 = strchr (address->host, ':') != NULL;

  printf ("%s on http://%s%s%s:%u\n", what, v6 ? "[" : "", address->host, v6 ? "]" : "", port);
  fflush (stdout);
}

static bool
start (Program *program, GError **error)
{
  static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
  PolicyStore *policy = NULL;

  if (program->options->policy != NULL)
    {
      policy = policy_store_new (program->options->policy, error);
      if (policy == NULL)
        return false;
    }
  program->service = service_new (&program->loop, program->options, policy, error);
  if (program->service == NULL)
    return false;

  for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      uv_signal_init (&program->loop, &program->signals[i]);
      program->signals[i].data = program;
      uv_signal_start (&program->signals[i], on_signal, numbers[i]);
    }
  uv_timer_init (&program->loop, &program->log_timer);
  program->log_timer.data = program;
  uv_timer_start (&program->log_timer, on_log_timer, LOG_MS, LOG_MS);

  return true;
}

static void
run (Program *program)
{
  print_address ("listening", &program->options->listen, service_get_port (program->service));
  if (program->options->admin.host != NULL)
    print_address ("admin", &program->options->admin, service_get_admin_port (program->service));
  g_printerr ("causetted: started, version %s\n", CAUSETTE_VERSION);

  uv_run (&program->loop, UV_RUN_DEFAULT);

  log_counts (program);
  for (unsigned i = 0; i < G_N_ELEMENTS (program->signals); i++)
    uv_close ((uv_handle_t *) &program->signals[i], NULL);
  uv_close ((uv_handle_t *) &program->log_timer, NULL);
  service_free (program->service);
  g_printerr ("causetted: stopped\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Program program = { 0 };
  int status = 0;

  program.options = options_new ((const char *const *) argv, &error);
  if (program.options == NULL)
    {
      g_printerr ("causetted: %s\nTry \"causetted --help\".\n", error->message);
      return EXIT_OPTIONS;
    }
  if (program.options->help || program.options->version)
    {
      if (program.options->help)
        g_print ("%s", program.options->help_text);
      else
        g_print ("causetted %s\n", CAUSETTE_VERSION);
      options_free (program.options);
      return 0;
    }

  signal (SIGPIPE, SIG_IGN);
  uv_loop_init (&program.loop);
  if (start (&program, &error))
    run (&program);
  else
    {
      g_printerr ("causetted: %s\n", error->message);
      status = error->domain == POLICY_ERROR ? EXIT_OPTIONS : 1;
    }

  /* Handles close in a few turns of the loop. */
  uv_run (&program.loop, UV_RUN_DEFAULT);
  uv_loop_close (&program.loop);
  options_free (program.options);

  return status;
}

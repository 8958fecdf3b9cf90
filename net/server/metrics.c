/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of the server as Prometheus reads them: see metrics.h. */
#include "net/server/metrics.h"

static const char *const refusals[] = {
  [WIRE_REFUSAL_PROTOCOL_UNSUPPORTED] = "protocol-unsupported",
  [WIRE_REFUSAL_POLICY_OUTDATED] = "policy-outdated",
  [WIRE_REFUSAL_UNDERAGE] = "underage",
  [WIRE_REFUSAL_BANNED] = "banned",
  [WIRE_REFUSAL_FULL] = "full",
  [WIRE_REFUSAL_TOO_MANY] = "too-many",
  [WIRE_REFUSAL_MALFORMED] = "malformed",
};
static const char *const endings[] = {
  [WIRE_END_HANG_UP] = "hang-up", [WIRE_END_NEXT] = "next",     [WIRE_END_FAILED] = "failed",
  [WIRE_END_LOST] = "lost",       [WIRE_END_REPORT] = "report",
};
static const char *const reports[] = {
  [WIRE_REPORT_MINOR] = "minor",           [WIRE_REPORT_NUDITY] = "nudity",
  [WIRE_REPORT_HARASSMENT] = "harassment", [WIRE_REPORT_SPAM] = "spam",
  [WIRE_REPORT_OTHER] = "other",
};

static void
head (GString *page, const char *name, const char *type, const char *help)
{
  g_string_append_printf (page, "# HELP causette_%s %s\n# TYPE causette_%s %s\n", name, help, name,
                          type);
}

static void
one (GString *page, const char *name, const char *type, const char *help, uint64_t value)
{
  head (page, name, type, help);
  g_string_append_printf (page, "causette_%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
labelled (GString *page, const char *name, const char *label, const char *is, uint64_t value)
{
  g_string_append_printf (page, "causette_%s{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", name, label, is,
                          value);
}

static void
write_lobby (GString *page, const LobbyCounters *lobby)
{
  head (page, "sessions", "gauge", "People who are here, by the state of their connection.");
  labelled (page, "sessions", "state", "online", lobby->sessions_online);
  labelled (page, "sessions", "state", "away", lobby->sessions_away);
  one (page, "waiting", "gauge", "People who wait for a partner.", lobby->waiting);
  one (page, "encounters", "gauge", "Encounters that go on.", lobby->encounters);
  one (page, "sessions_total", "counter", "Sessions begun.", lobby->sessions_total);
  one (page, "resumed_total", "counter", "Sessions taken up again.", lobby->resumed_total);
  one (page, "paired_total", "counter", "Pairings.", lobby->paired_total);
  one (page, "silent_total", "counter",
       "Waiting clients that gave no sign of life when a partner was there.", lobby->silent_total);
  one (page, "relays_total", "counter", "Messages passed on.", lobby->relays_total);
  one (page, "relay_bytes_total", "counter", "Bytes passed on.", lobby->relay_bytes_total);
  one (page, "repeated_total", "counter", "Events sent again after a connection was lost.",
       lobby->repeated_total);
  one (page, "blocks_total", "counter", "Blocks.", lobby->blocks_total);

  head (page, "refused_total", "counter", "Connections refused, by reason.");
  for (unsigned i = 0; i < G_N_ELEMENTS (refusals); i++)
    labelled (page, "refused_total", "reason", refusals[i], lobby->refused_total[i]);
  head (page, "ended_total", "counter", "Encounters ended, by reason.");
  for (unsigned i = 0; i < G_N_ELEMENTS (endings); i++)
    labelled (page, "ended_total", "reason", endings[i], lobby->ended_total[i]);
  head (page, "reports_total", "counter", "Reports, by reason.");
  for (unsigned i = 0; i < G_N_ELEMENTS (reports); i++)
    labelled (page, "reports_total", "reason", reports[i], lobby->reports_total[i]);
  head (page, "errors_total", "counter", "Requests that were answered no, by code.");
  for (int i = 0; i <= WIRE_ERROR_INTERNAL; i++)
    labelled (page, "errors_total", "code", wire_error_code (i), lobby->errors_total[i]);
}

static void
write_engine (GString *page, const EngineCounters *engine, uint64_t sessions)
{
  one (page, "engine_sessions", "gauge", "Open Engine.IO sessions.", sessions);
  one (page, "engine_opened_total", "counter", "Sessions opened.", engine->sessions_opened);
  one (page, "engine_closed_total", "counter", "Sessions closed.", engine->sessions_closed);
  one (page, "engine_handshakes_refused_total", "counter", "Handshakes refused.",
       engine->handshakes_refused);
  one (page, "engine_upgrades_total", "counter", "Upgrades to WebSocket.", engine->upgrades);
  one (page, "engine_messages_in_total", "counter", "Messages received.", engine->messages_in);
  one (page, "engine_messages_out_total", "counter", "Messages sent.", engine->messages_out);
  one (page, "engine_bytes_in_total", "counter", "Bytes received.", engine->bytes_in);
  one (page, "engine_bytes_out_total", "counter", "Bytes sent.", engine->bytes_out);
  one (page, "engine_parse_errors_total", "counter", "Sessions closed for a malformed packet.",
       engine->parse_errors);
  one (page, "engine_heartbeat_timeouts_total", "counter",
       "Sessions closed because they fell silent.", engine->heartbeat_timeouts);
}

char *
metrics_write (const LobbyCounters *lobby, const EngineCounters *engine, uint64_t sessions)
{
  GString *page = g_string_new (NULL);

  write_lobby (page, lobby);
  write_engine (page, engine, sessions);

  return g_string_free (page, FALSE);
}

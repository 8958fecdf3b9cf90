/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ICE agent behind webrtcbin: see webrtc-ice.h. It is libnice's. */
#define GST_USE_UNSTABLE_API
#include "media/webrtc-ice.h"

#include <agent.h>
#include <interfaces.h>
#include <gst/webrtc/webrtc.h>
#include <string.h>

#include "media/call.h"

/* Between two checks of a path, in ms: the standard's 50 would make setting up slow. */
#define PACING_MS       5
#define MAX_SERVERS     8
#define MAX_URL_BYTES   512
#define MAX_CREDENTIALS 512
/* webrtcbin bundles all into the first stream, and libnice counts from 1. */
#define STREAM_ID 1

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NiceAgent, g_object_unref)

static NiceAgent *
get_agent (GstElement *webrtcbin)
{
  g_autoptr (GstObject) ice = NULL;
  NiceAgent *agent = NULL;

  g_object_get (webrtcbin, "ice-agent", &ice, NULL);
  if (ice != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent") != NULL)
    g_object_get (ice, "agent", &agent, NULL);

  return agent;
}

/* "host:port?query" of a URL of RFC 7064 or RFC 7065, of characters that can be in one. */
static gboolean
is_plain (const char *text)
{
  if (*text == '\0' || strlen (text) > MAX_URL_BYTES)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (".-_:[]?=", *text) == NULL)
      return FALSE;

  return TRUE;
}

static void
add_turn (GstElement *webrtcbin, const char *scheme, const char *rest, CausetteIceServer *server)
{
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;
  g_autofree char *url = NULL;
  gboolean added;

  if (server->username == NULL || server->credential == NULL ||
      strlen (server->username) > MAX_CREDENTIALS ||
      strlen (server->credential) > MAX_CREDENTIALS ||
      !g_utf8_validate (server->username, -1, NULL) ||
      !g_utf8_validate (server->credential, -1, NULL))
    return;

  /* Time-limited user names have a colon, passwords are base64: both would end the part early. */
  user = g_uri_escape_string (server->username, NULL, FALSE);
  password = g_uri_escape_string (server->credential, NULL, FALSE);
  url = g_strdup_printf ("%s://%s:%s@%s", scheme, user, password, rest);
  g_signal_emit_by_name (webrtcbin, "add-turn-server", url, &added);
}

static void
add_server (GstElement *webrtcbin, CausetteIceServer *server)
{
  for (char **url = server->urls; *url != NULL; url++)
    {
      const char *colon = strchr (*url, ':');
      g_autofree char *scheme = colon != NULL ? g_ascii_strdown (*url, colon - *url) : NULL;

      if (scheme == NULL || !is_plain (colon + 1))
        continue;
      if (strcmp (scheme, "stun") == 0)
        {
          g_autofree char *stun = g_strdup_printf ("stun://%s", colon + 1);

          g_object_set (webrtcbin, "stun-server", stun, NULL);
        }
      else if (strcmp (scheme, "turn") == 0 || strcmp (scheme, "turns") == 0)
        add_turn (webrtcbin, scheme, colon + 1, server);
    }
}

/* A computer without a network can still call itself: the agent leaves the loopback out, so it is
 * told of it when there is nothing else. */
static void
add_loopback (NiceAgent *agent)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  NiceAddress loopback;

  nice_address_init (&loopback);
  if (addresses == NULL && nice_address_set_from_string (&loopback, "127.0.0.1"))
    nice_agent_add_local_address (agent, &loopback);
  g_list_free_full (addresses, g_free);
}

void
webrtc_ice_configure (GstElement *webrtcbin, GPtrArray *servers, gboolean relay_only)
{
  g_autoptr (NiceAgent) agent = get_agent (webrtcbin);

  if (agent != NULL)
    g_object_set (agent, "ice-tcp", FALSE, "upnp", FALSE, "stun-pacing-timer", (guint) PACING_MS,
                  NULL);
  if (agent != NULL)
    add_loopback (agent);
  if (relay_only)
    gst_util_set_object_arg (G_OBJECT (webrtcbin), "ice-transport-policy", "relay");
  for (guint i = 0; servers != NULL && i < MIN (servers->len, MAX_SERVERS); i++)
    add_server (webrtcbin, g_ptr_array_index (servers, i));
}

static const char *
type_name (const NiceCandidate *candidate)
{
  switch (candidate->type)
    {
    case NICE_CANDIDATE_TYPE_HOST:
      return "host";
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
      return "srflx";
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return "prflx";
    case NICE_CANDIDATE_TYPE_RELAYED:
      return "relay";
    default:
      return NULL;
    }
}

void
webrtc_ice_get_types (GstElement *webrtcbin, const char **local, const char **remote)
{
  g_autoptr (NiceAgent) agent = get_agent (webrtcbin);
  NiceCandidate *local_candidate = NULL;
  NiceCandidate *remote_candidate = NULL;

  *local = *remote = NULL;
  if (agent == NULL || !nice_agent_get_selected_pair (agent, STREAM_ID, NICE_COMPONENT_TYPE_RTP,
                                                      &local_candidate, &remote_candidate))
    return;
  *local = type_name (local_candidate);
  *remote = type_name (remote_candidate);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call lets nothing in from anybody but the partner whose certificate was announced, takes what
 * is sent to it with suspicion, and cannot be linked to another call. */
#include <gst/gst.h>
#include <string.h>

#include "browser-offer.h"
#include "call-pair.h"

/* All values of @attribute (with its colon) in @sdp, one a line. */
static char *
get_values (const char *sdp, const char *attribute)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  GString *values = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, attribute))
      g_string_append_printf (values, "%s\n", *line + strlen (attribute));

  return g_string_free (values, FALSE);
}

/* One hexadecimal digit of every fingerprint is another. */
static char *
change_fingerprint (const char *sdp)
{
  GString *text = g_string_new (sdp);

  for (char *at = text->str; (at = strstr (at, "a=fingerprint:sha-256 ")) != NULL;)
    {
      at += strlen ("a=fingerprint:sha-256 ");
      *at = *at == 'A' ? 'B' : 'A';
    }

  return g_string_free (text, FALSE);
}

static char *
tamper_offer (Side *from, const char *type, const char *sdp)
{
  return strcmp (type, "offer") == 0 ? change_fingerprint (sdp) : g_strdup (sdp);
}

static char *
tamper_answer (Side *from, const char *type, const char *sdp)
{
  return strcmp (type, "answer") == 0 ? change_fingerprint (sdp) : g_strdup (sdp);
}

static gboolean
is_failed (Pair *pair, gpointer user_data)
{
  Side *side = user_data;

  return causette_call_get_state (side->call) == CAUSETTE_CALL_FAILED;
}

static void
check_mismatch (gboolean at_callee)
{
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  TestSource *tone = test_source_new_tone ();
  Pair *pair = pair_new (picture, tone, picture, tone);
  Side *deceived = at_callee ? &pair->callee : &pair->caller;
  Side *other = at_callee ? &pair->caller : &pair->callee;

  pair->tamper = at_callee ? tamper_offer : tamper_answer;
  pair_start (pair);
  pair_wait (pair, "the wrong certificate is seen", is_failed, deceived);

  g_assert_error (causette_call_get_error (deceived->call), CAUSETTE_CALL_ERROR,
                  CAUSETTE_CALL_ERROR_SECURITY);
  /* Nothing came in, and nothing went out to whoever is there. */
  g_assert_cmpint (g_atomic_int_get (&deceived->frames), ==, 0);
  g_assert_cmpuint (deceived->first_frames, ==, 0);
  g_assert_cmpuint (deceived->first_sounds, ==, 0);
  g_assert_false (causette_call_get_data_ready (deceived->call));
  g_assert_cmpint (g_atomic_int_get (&other->frames), ==, 0);
  g_assert_cmpuint (other->first_sounds, ==, 0);

  pair_free (pair);
  test_source_free (picture);
  test_source_free (tone);
}

static void
test_mismatch_at_callee (void)
{
  check_mismatch (TRUE);
}

static void
test_mismatch_at_caller (void)
{
  check_mismatch (FALSE);
}

/* What three partners in a row are shown has nothing in common by which they could be linked. */
static void
test_unlinkable (void)
{
  static const char *const attributes[] = { "a=fingerprint:", "a=ice-ufrag:", "a=ice-pwd:",
                                            "a=ssrc:",        "a=msid:",      "o=" };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  TestSource *tone = test_source_new_tone ();

  for (guint round = 0; round < 3; round++)
    {
      Pair *pair = pair_new (picture, tone, picture, tone);

      pair_connect (pair);
      for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
        {
          const char *offer = g_ptr_array_index (pair->caller.descriptions, 1);
          const char *answer = g_ptr_array_index (pair->callee.descriptions, 1);
          char *offered = get_values (offer, attributes[i]);
          char *answered = get_values (answer, attributes[i]);

          g_assert_cmpstr (offered, !=, "");
          if (!g_hash_table_add (seen, offered))
            g_error ("shown twice: %s%s", attributes[i], offered);
          /* The answer's origin is the offer's. */
          if (strcmp (attributes[i], "o=") == 0)
            g_free (answered);
          else if (!g_hash_table_add (seen, answered))
            g_error ("shown twice: %s%s", attributes[i], answered);
        }
      pair_free (pair);
    }

  test_source_free (picture);
  test_source_free (tone);
}

/* Fingerprints are in upper case, all sections agree, and no address is in a description. */
static void
test_description (void)
{
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  Side *sides[] = { &pair->caller, &pair->callee };

  pair_connect (pair);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      const char *sdp = g_ptr_array_index (sides[i]->descriptions, 1);
      g_autofree char *fingerprints = get_values (sdp, "a=fingerprint:sha-256 ");
      g_autofree char *upper = g_ascii_strup (fingerprints, -1);
      g_auto (GStrv) lines = g_strsplit (fingerprints, "\n", -1);
      g_autofree char *mids = get_values (sdp, "a=mid:");
      const char *audio = strstr (sdp, "m=audio");
      const char *video = strstr (sdp, "m=video");
      const char *data = strstr (sdp, "m=application");

      g_assert_cmpstr (fingerprints, ==, upper);
      g_assert_cmpuint (g_strv_length (lines), ==, 4);
      g_assert_cmpstr (lines[0], ==, lines[1]);
      g_assert_cmpstr (lines[0], ==, lines[2]);
      g_assert_null (strstr (sdp, "candidate"));
      g_assert_true (audio != NULL && audio < video && video < data);
      g_assert_nonnull (strstr (sdp, "a=rtcp-rsize"));
      g_assert_nonnull (strstr (sdp, "a=group:BUNDLE"));
      g_assert_nonnull (strstr (sdp, "nack pli"));
      g_assert_nonnull (strstr (sdp, "transport-cc"));
      g_assert_nonnull (strstr (sdp, "transport-wide-cc-extensions-01"));
      g_assert_nonnull (strstr (sdp, "rtx/90000"));
    }

  pair_free (pair);
}

static gboolean
has_description (Pair *pair, gpointer user_data)
{
  Side *side = user_data;

  return side->descriptions->len >= 2;
}

static void
assert_refused (CausetteCall *call, const char *type, const char *sdp)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (causette_call_set_remote_description (call, type, sdp, &error));
  g_assert_error (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION);
  g_assert_cmpint (causette_call_get_state (call), !=, CAUSETTE_CALL_FAILED);
}

static gboolean
both_connected (Pair *pair, gpointer user_data)
{
  return causette_call_get_state (pair->caller.call) == CAUSETTE_CALL_CONNECTED &&
         causette_call_get_state (pair->callee.call) == CAUSETTE_CALL_CONNECTED;
}

/* Rubbish is refused at every moment, and the call goes on as if nothing had been. */
static void
test_rubbish (void)
{
  static const char *const descriptions[] = {
    "",
    "v=0",
    "\r\n\r\n",
    "v=0\r\nm=\r\n",
    "v=0\r\nm=audio\r\n",
    "v=0\r\no=\r\ns=\r\nm=audio 9 UDP/TLS/RTP/SAVPF\r\n",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nv=0\r\n",
    "{\"type\":\"offer\"}",
    "\xff\xfe\xfd",
    "v=0\r\na=group:BUNDLE\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
    BROWSER_SESSION,
    BROWSER_SESSION BROWSER_AUDIO,
    BROWSER_AUDIO BROWSER_VIDEO BROWSER_DATA,
  };
  static const char *const candidates[] = {
    "candidate",
    "candidate:",
    "candidate:1 1 udp",
    "candidate:1 1 udp 1 10.0.0.1 9 typ",
    "candidate:1 1 udp 1 10.0.0.1 99999999 typ host",
    "candidate:1 1 udp 99999999999999999999 10.0.0.1 9 typ host",
    "candidate:1 1 udp 1 5f7c8b1e-0f2b-4c6d-9b1c-aaaaaaaaaaaa.local 50000 typ host",
    "candidate:1 1 udp 1 ::ffff:999.1.1.1 50000 typ host",
    "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype active",
    "candidate:1 77 udp 1 10.0.0.1 9 typ host",
    "a=fingerprint:sha-256 00",
    "\xff\xff",
    "%s%s%n",
    "candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=candidate:2",
  };
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  Side *sides[] = { &pair->caller, &pair->callee };
  const char *offer, *answer;

  pair->hold = TRUE;
  pair_start (pair);
  pair_wait (pair, "an offer", has_description, &pair->caller);
  offer = g_ptr_array_index (pair->caller.descriptions, 1);

  for (guint side = 0; side < G_N_ELEMENTS (sides); side++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
        {
          assert_refused (sides[side]->call, "offer", descriptions[i]);
          assert_refused (sides[side]->call, "answer", descriptions[i]);
        }
      for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
        for (guint line = 0; line < 5; line++)
          causette_call_add_remote_candidate (sides[side]->call, candidates[i], line * 1000);
    }
  assert_refused (pair->caller.call, "rollback", offer);
  assert_refused (pair->caller.call, "", offer);
  /* In the wrong order. */
  assert_refused (pair->caller.call, "offer", offer);
  assert_refused (pair->caller.call, "answer", offer);
  assert_refused (pair->callee.call, "answer", offer);

  g_assert_true (causette_call_set_remote_description (pair->callee.call, "offer", offer, NULL));
  pair_wait (pair, "an answer", has_description, &pair->callee);
  answer = g_ptr_array_index (pair->callee.descriptions, 1);
  g_assert_true (causette_call_set_remote_description (pair->caller.call, "answer", answer, NULL));
  assert_refused (pair->caller.call, "answer", answer);
  assert_refused (pair->callee.call, "answer", answer);
  pair->hold = FALSE;
  for (guint side = 0; side < G_N_ELEMENTS (sides); side++)
    for (guint i = 0; i < sides[side]->candidates->len; i++)
      causette_call_add_remote_candidate (sides[side]->partner,
                                          g_ptr_array_index (sides[side]->candidates, i), 0);
  pair_wait (pair, "connected in spite of it", both_connected, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
    assert_refused (pair->callee.call, "offer", descriptions[i]);
  /* Another certificate in mid-call, other media. */
  assert_refused (pair->callee.call, "offer", BROWSER_OFFER);
  assert_refused (pair->callee.call, "offer", BROWSER_SESSION BROWSER_AUDIO BROWSER_VIDEO);
  g_assert_cmpint (causette_call_get_state (pair->callee.call), ==, CAUSETTE_CALL_CONNECTED);

  pair_free (pair);
}

/* Candidates that come before the description are kept until it does, and not without end. */
static void
test_early_candidates (void)
{
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  const char *offer;

  pair->hold = TRUE;
  pair_start (pair);
  pair_wait (pair, "an offer", has_description, &pair->caller);
  offer = g_ptr_array_index (pair->caller.descriptions, 1);
  for (guint i = 0; i < pair->caller.candidates->len; i++)
    causette_call_add_remote_candidate (pair->callee.call,
                                        g_ptr_array_index (pair->caller.candidates, i), 0);
  for (guint i = 1; i < 5000; i++)
    {
      g_autofree char *candidate = g_strdup_printf ("candidate:%u 1 udp %u 127.0.0.%u %u typ host",
                                                    i, i, i % 250 + 1, i + 1024);

      causette_call_add_remote_candidate (pair->callee.call, candidate, 0);
    }
  pair->hold = FALSE;
  g_assert_true (causette_call_set_remote_description (pair->callee.call, "offer", offer, NULL));
  pair_wait (pair, "connected", both_connected, NULL);

  pair_free (pair);
}

static gboolean
has_descriptions (Pair *pair, gpointer user_data)
{
  return pair->caller.descriptions->len >= 4;
}

static gboolean
have_more_frames (Pair *pair, gpointer user_data)
{
  return g_atomic_int_get (&pair->caller.frames) >= GPOINTER_TO_INT (user_data) &&
         g_atomic_int_get (&pair->callee.frames) >= GPOINTER_TO_INT (user_data);
}

/* A partner who answered first may offer anew in mid-call (browsers do): the DTLS roles stay, the
 * directions that are asked for are granted in words, and the call goes on. */
static void
test_new_offer (void)
{
  TestSource *picture = test_source_new_colour (0x808080, 160, 120);
  Pair *pair = pair_new (picture, NULL, picture, NULL);
  GString *offer = NULL;
  const char *answer;
  int frames;

  pair_connect (pair);
  pair_wait (pair, "pictures", have_more_frames, GINT_TO_POINTER (5));
  offer = g_string_new (g_ptr_array_index (pair->callee.descriptions, 1));
  g_assert_cmpuint (g_string_replace (offer, "a=setup:active", "a=setup:actpass", 0), ==, 3);
  g_assert_cmpuint (g_string_replace (offer, "a=sendrecv", "a=recvonly", 1), ==, 1);

  pair->hold = TRUE;
  g_assert_true (
      causette_call_set_remote_description (pair->caller.call, "offer", offer->str, NULL));
  pair_wait (pair, "an answer", has_descriptions, NULL);
  g_assert_cmpstr (g_ptr_array_index (pair->caller.descriptions, 2), ==, "answer");
  answer = g_ptr_array_index (pair->caller.descriptions, 3);
  g_assert_nonnull (strstr (answer, "a=setup:passive"));
  g_assert_null (strstr (answer, "a=setup:active"));
  g_assert_nonnull (strstr (answer, "a=sendonly"));
  g_assert_nonnull (strstr (answer, "a=sendrecv"));

  frames = MAX (g_atomic_int_get (&pair->caller.frames), g_atomic_int_get (&pair->callee.frames));
  pair_wait (pair, "more pictures", have_more_frames, GINT_TO_POINTER (frames + 20));
  g_assert_cmpint (causette_call_get_state (pair->caller.call), ==, CAUSETTE_CALL_CONNECTED);

  g_string_free (offer, TRUE);
  pair_free (pair);
  test_source_free (picture);
}

/* An offer as Chromium makes it is answered in kind: its numbers, its codecs, its names. */
static void
test_browser_offer (void)
{
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  const char *answer;

  pair->hold = TRUE;
  causette_call_start (pair->callee.call);
  g_assert_true (
      causette_call_set_remote_description (pair->callee.call, "offer", BROWSER_OFFER, NULL));
  pair_wait (pair, "an answer", has_description, &pair->callee);
  answer = g_ptr_array_index (pair->callee.descriptions, 1);
  g_assert_cmpstr (g_ptr_array_index (pair->callee.descriptions, 0), ==, "answer");
  g_assert_nonnull (strstr (answer, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
  g_assert_nonnull (strstr (answer, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"));
  g_assert_nonnull (strstr (answer, "a=group:BUNDLE 0 1 2\r\n"));
  g_assert_nonnull (strstr (answer, "a=extmap:3 http://www.ietf.org/"));
  g_assert_nonnull (strstr (answer, "a=setup:active\r\n"));
  g_assert_null (strstr (answer, "goog-remb"));

  pair_free (pair);
}

static gboolean
has_gathered (Pair *pair, gpointer user_data)
{
  Side *side = user_data;

  return side->candidates->len > 0 &&
         strcmp (g_ptr_array_index (side->candidates, side->candidates->len - 1), "") == 0;
}

/* The end of the candidates is told, after the last one. With a relay asked for and none there, no
 * address is told at all. */
static void
test_relay_only (void)
{
  Pair *pair = pair_new (NULL, NULL, NULL, NULL);
  CausetteWebrtcCallConfig config = { .caller = TRUE,
                                      .width = 320,
                                      .height = 240,
                                      .frames_per_second = 30,
                                      .relay_only = TRUE,
                                      .speaker = "none" };
  static const char *const urls[] = { "stun:127.0.0.1:1",
                                      "turn:127.0.0.1:1?transport=udp",
                                      "turns:127.0.0.1:1",
                                      "http://x",
                                      "",
                                      ":",
                                      "turn:a b",
                                      "stun:\xff",
                                      NULL };

  pair_connect (pair);
  pair_wait (pair, "the end of candidates", has_gathered, &pair->caller);
  g_assert_cmpuint (pair->caller.candidates->len, >, 1);
  pair_free (pair);

  config.ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) causette_ice_server_free);
  g_ptr_array_add (config.ice_servers,
                   causette_ice_server_new (urls, "1700000000:user", "pa/ss+w:ord=="));
  g_ptr_array_add (config.ice_servers, causette_ice_server_new (urls, NULL, NULL));
  pair = pair_new_with_caller (&config);
  pair->hold = TRUE;
  causette_call_start (pair->caller.call);
  pair_wait (pair, "the end of candidates", has_gathered, &pair->caller);
  g_assert_cmpuint (pair->caller.candidates->len, ==, 1);
  pair_free (pair);
  g_ptr_array_unref (config.ice_servers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/call/security/mismatch-at-callee", test_mismatch_at_callee);
  g_test_add_func ("/call/security/mismatch-at-caller", test_mismatch_at_caller);
  g_test_add_func ("/call/security/unlinkable", test_unlinkable);
  g_test_add_func ("/call/security/description", test_description);
  g_test_add_func ("/call/security/rubbish", test_rubbish);
  g_test_add_func ("/call/security/early-candidates", test_early_candidates);
  g_test_add_func ("/call/security/new-offer", test_new_offer);
  g_test_add_func ("/call/security/browser-offer", test_browser_offer);
  g_test_add_func ("/call/security/relay-only", test_relay_only);

  return g_test_run ();
}

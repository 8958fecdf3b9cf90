/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A partner's description is understood when it is a browser's, and refused with a reason when it
 * is anything else; what is passed on holds only what was understood. */
#include "media/sdp.h"

#include <string.h>

#include "browser-offer.h"
#include "media/call.h"
#include "media/candidate.h"

/* @text with the first @from replaced; @from must be there. */
static char *
replace (const char *text, const char *from, const char *to)
{
  const char *found = strstr (text, from);
  GString *result = NULL;

  g_assert_nonnull (found);
  result = g_string_new_len (text, found - text);
  g_string_append (result, to);
  g_string_append (result, found + strlen (from));

  return g_string_free (result, FALSE);
}

static char *
replace_all (const char *text, const char *from, const char *to)
{
  GString *result = g_string_new (text);

  g_assert_cmpuint (g_string_replace (result, from, to, 0), >, 0);

  return g_string_free (result, FALSE);
}

static SdpRemote *
read_good (const char *text, gboolean offer)
{
  g_autoptr (GError) error = NULL;
  SdpRemote *remote = sdp_remote_read (text, offer, &error);
  GstSDPMessage *message = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (remote);
  g_assert_cmpint (gst_sdp_message_new_from_text (remote->text, &message), ==, GST_SDP_OK);
  g_assert_cmpuint (gst_sdp_message_medias_len (message), ==, remote->media->len);
  gst_sdp_message_free (message);

  return remote;
}

static void
assert_refused (const char *text, gboolean offer, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SdpRemote) remote = sdp_remote_read (text, offer, &error);

  if (remote != NULL || strstr (error->message, reason) == NULL)
    g_error ("for “%s” instead of the refusal: %s", reason,
             error != NULL ? error->message : remote->text);
  g_assert_error (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION);
}

static void
test_browser (void)
{
  g_autoptr (SdpRemote) remote = read_good (BROWSER_OFFER, TRUE);
  const SdpMedia *audio = &g_array_index (remote->media, SdpMedia, 0);
  const SdpMedia *video = &g_array_index (remote->media, SdpMedia, 1);
  const SdpMedia *data = &g_array_index (remote->media, SdpMedia, 2);
  g_autofree char *fingerprint = certificate_write_fingerprint (remote->fingerprint);
  const char *const left_out[] = { "H264", "VP9",    "red",       "ulpfec", "G722",
                                   "goog", "apt=98", "toffset",   "msid",   "127.0.0.1",
                                   "WMS",  "level",  "abs-send-", "PCMU",   "qwJ6rQ8mXWZQqUJl" };

  g_assert_cmpuint (remote->media->len, ==, 3);
  g_assert_cmpstr (fingerprint, ==, "sha-256 " BROWSER_FINGERPRINT);
  g_assert_cmpint (audio->kind, ==, SDP_AUDIO);
  g_assert_cmpint (audio->payload, ==, 111);
  g_assert_cmpint (audio->twcc_id, ==, 3);
  g_assert_cmpint (audio->direction, ==, SDP_SENDRECV);
  g_assert_cmpint (video->kind, ==, SDP_VIDEO);
  g_assert_cmpint (video->payload, ==, 96);
  g_assert_cmpint (video->rtx_payload, ==, 97);
  g_assert_cmpint (video->twcc_id, ==, 3);
  g_assert_cmpint (data->kind, ==, SDP_DATA);
  g_assert_cmpstr (data->mid, ==, "2");
  g_assert_cmpint (sdp_remote_find (remote, SDP_VIDEO), ==, 1);
  g_assert_cmpuint (remote->candidates->len, ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (left_out); i++)
    if (strstr (remote->text, left_out[i]) != NULL)
      g_error ("%s was passed on", left_out[i]);
  g_assert_nonnull (strstr (remote->text, "a=rtcp-fb:96 nack pli\r\n"));
  g_assert_nonnull (strstr (remote->text, "a=ssrc:632943048 cname:"));
  g_assert_nonnull (strstr (remote->text, "a=group:BUNDLE 0 1 2\r\n"));
}

/* What may differ between programs. */
static void
test_variants (void)
{
  g_autofree char *newlines = replace_all (BROWSER_OFFER, "\r\n", "\n");
  g_autofree char *lower = replace_all (BROWSER_OFFER, "A1", "a1");
  g_autofree char *tcp = replace_all (BROWSER_OFFER, "UDP/TLS", "TCP/TLS");
  g_autofree char *no_rtx = replace (BROWSER_OFFER, "a=fmtp:97 apt=96\r\n", "");
  g_autofree char *one_way = replace (BROWSER_OFFER, "a=sendrecv", "a=recvonly");
  g_autofree char *session_fingerprint = NULL;
  g_autofree char *without =
      replace_all (BROWSER_OFFER, "a=fingerprint:sha-256 " BROWSER_FINGERPRINT "\r\n", "");
  g_autofree char *other_hash =
      replace (BROWSER_OFFER, "a=fingerprint:", "a=fingerprint:sha-1 00:11\r\na=fingerprint:");
  g_autofree char *twcc = replace (BROWSER_OFFER, "a=extmap:3 ", "a=extmap:5/sendonly ");
  g_autoptr (SdpRemote) remote = NULL;

  session_fingerprint =
      replace (without, "t=0 0\r\n", "t=0 0\r\na=fingerprint:sha-256 " BROWSER_FINGERPRINT "\r\n");

  sdp_remote_free (read_good (newlines, TRUE));
  sdp_remote_free (read_good (lower, TRUE));
  sdp_remote_free (read_good (tcp, TRUE));
  sdp_remote_free (read_good (session_fingerprint, TRUE));
  sdp_remote_free (read_good (other_hash, TRUE));

  remote = read_good (no_rtx, TRUE);
  g_assert_cmpint (g_array_index (remote->media, SdpMedia, 1).rtx_payload, ==, -1);
  g_clear_pointer (&remote, sdp_remote_free);

  remote = read_good (one_way, TRUE);
  g_assert_cmpint (g_array_index (remote->media, SdpMedia, 0).direction, ==, SDP_RECEIVES);
  g_clear_pointer (&remote, sdp_remote_free);

  /* In a bundle the extension has one number: the second one is not used. */
  remote = read_good (twcc, TRUE);
  g_assert_cmpint (g_array_index (remote->media, SdpMedia, 0).twcc_id, ==, 5);
  g_assert_cmpint (g_array_index (remote->media, SdpMedia, 1).twcc_id, ==, 0);
}

static void
test_answers (void)
{
  const SdpKind kinds[] = { SDP_AUDIO, SDP_VIDEO, SDP_DATA };
  const SdpKind others[] = { SDP_VIDEO, SDP_AUDIO, SDP_DATA };
  g_autoptr (GArray) offered = g_array_new (FALSE, FALSE, sizeof (SdpKind));
  g_autofree char *answer = replace_all (BROWSER_OFFER, "actpass", "active");
  g_autofree char *rejecting =
      replace (answer, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 0 UDP/TLS/RTP/SAVPF 96");
  g_autofree char *bundle_only = replace (rejecting, "a=mid:1", "a=bundle-only\r\na=mid:1");
  g_autoptr (SdpRemote) remote = read_good (answer, FALSE);

  g_array_append_vals (offered, kinds, 3);
  g_assert_true (sdp_remote_answers (remote, offered));
  g_array_set_size (offered, 2);
  g_assert_false (sdp_remote_answers (remote, offered));
  g_array_set_size (offered, 0);
  g_array_append_vals (offered, others, 3);
  g_assert_false (sdp_remote_answers (remote, offered));
  g_clear_pointer (&remote, sdp_remote_free);

  remote = read_good (rejecting, FALSE);
  g_assert_true (g_array_index (remote->media, SdpMedia, 1).rejected);
  g_assert_cmpint (sdp_remote_find (remote, SDP_VIDEO), ==, -1);
  g_assert_nonnull (strstr (remote->text, "a=group:BUNDLE 0 2\r\n"));
  g_clear_pointer (&remote, sdp_remote_free);

  remote = read_good (bundle_only, FALSE);
  g_assert_false (g_array_index (remote->media, SdpMedia, 1).rejected);

  assert_refused (BROWSER_OFFER, FALSE, "DTLS role");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *from, *to, *reason;
  } cases[] = {
    { "v=0", "v=1", "version" },
    { "v=0\r\n", "", "version" },
    { "s=-", "nonsense", "malformed" },
    { "s=-", "S=-", "malformed" },
    { "s=-", "=", "malformed" },
    { "s=-", "s=\x01", "control characters" },
    { "a=group:BUNDLE 0 1 2\r\n", "", "bundle" },
    { "a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1", "bundle" },
    { "a=group:BUNDLE 0 1 2", "a=group:BUNDLE", "bundle" },
    { "a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1 2 3", "not there" },
    { "a=group:BUNDLE 0 1 2", "a=group:LS 0 1 2", "bundle" },
    { "m=audio 9", "m=audio x", "no port" },
    { "m=audio 9", "m=audio 70000", "no port" },
    { "m=audio 9", "m=audio -1", "no port" },
    { "m=audio 9", "m=audio", "no port" },
    { "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 0 UDP/TLS/RTP/SAVPF 111", "first section" },
    { "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "m=audio", "malformed" },
    { "UDP/TLS/RTP/SAVPF", "RTP/AVP", "transport" },
    { "UDP/DTLS/SCTP", "UDP/BFCP", "transport" },
    { "m=audio", "m=text", "kind of media" },
    { "a=mid:0\r\n", "", "no name" },
    { "a=mid:0", "a=mid:", "no name" },
    { "a=mid:0", "a=mid:0 0", "no name" },
    { "a=mid:0", "a=mid:1", "one name" },
    { "a=ice-ufrag:eKbI\r\n", "", "ICE credentials" },
    { "a=ice-ufrag:eKbI", "a=ice-ufrag:e", "ICE credentials" },
    { "a=ice-ufrag:eKbI", "a=ice-ufrag:eK I", "ICE credentials" },
    { "a=ice-pwd:dXOyrd3zVnU0V6F4xLKB/Tgy", "a=ice-pwd:short", "ICE credentials" },
    { "a=ice-ufrag:eKbI", "a=ice-ufrag:eKbX", "different transports" },
    { "a=setup:actpass\r\n", "", "DTLS role" },
    { "a=setup:actpass", "a=setup:holdconn", "DTLS role" },
    { "a=setup:actpass", "a=setup:active", "different transports" },
    { "a=fingerprint:sha-256 ", "a=fingerprint:sha-512 ", "fingerprint" },
    { "a=fingerprint:sha-256 7B", "a=fingerprint:sha-256 7C", "two fingerprints" },
    { "a=fingerprint:sha-256 7B", "a=fingerprint:sha-256 7B7B", "fingerprint" },
    { "a=rtcp-mux\r\n", "", "RTCP" },
    { "a=rtpmap:111 opus/48000/2\r\n", "", "codec" },
    { "a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/48000", "codec" },
    { "a=rtpmap:111 opus/48000/2", "a=rtpmap:300 opus/48000/2", "codec" },
    { "a=rtpmap:111 opus/48000/2", "a=rtpmap:77 opus/48000/2", "codec" },
    { "a=rtpmap:111 opus/48000/2", "a=rtpmap: opus/48000/2", "codec" },
    { "a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP7/90000", "codec" },
    { "SAVPF 96 97", "SAVPF 97", "codec" },
    { "a=ssrc:2231627014 cname:", "a=ssrc:1399694169 cname:", "twice" },
    { "a=ssrc:2231627014 cname:", "a=ssrc:0 cname:", "twice" },
    { "a=sctp-port:5000\r\n", "", "no port" },
    { "a=sctp-port:5000", "a=sctp-port:0", "no port" },
    { "a=sctp-port:5000", "a=sctp-port:99999999999999999999", "no port" },
    { "a=max-message-size:262144", "a=max-message-size:-1", "size" },
  };
  g_autofree char *same_payload = replace_all (BROWSER_OFFER, "111", "96");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = replace (BROWSER_OFFER, cases[i].from, cases[i].to);

      assert_refused (text, TRUE, cases[i].reason);
    }
  assert_refused (same_payload, TRUE, "two meanings");
  assert_refused ("", TRUE, "no media");
  assert_refused ("v=0", TRUE, "no media");
  assert_refused (BROWSER_SESSION, TRUE, "no media");
}

static void
test_bounds (void)
{
  g_autofree char *filler = g_strnfill (SDP_MAX_BYTES + 1, 'x');
  g_autofree char *long_line = g_strnfill (SDP_MAX_LINE_BYTES, 'x');
  g_autofree char *long_text = g_strconcat (BROWSER_SESSION, "a=", long_line, "\r\n", NULL);
  GString *many = g_string_new (BROWSER_SESSION);
  GString *sources = g_string_new (BROWSER_OFFER);
  GString *formats = g_string_new (BROWSER_SESSION "m=audio 9 UDP/TLS/RTP/SAVPF");

  assert_refused (filler, TRUE, "too long");
  assert_refused (long_text, TRUE, "line is too long");

  for (guint i = 0; i <= SDP_MAX_MEDIA; i++)
    g_string_append (many, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
  assert_refused (many->str, TRUE, "too many sections");

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (formats, " %u", i % 128);
  g_string_append (formats, "\r\n");
  assert_refused (formats->str, TRUE, "malformed");

  /* The sources of a data section mean nothing; those of the last medium are counted. */
  g_string_truncate (sources, strlen (BROWSER_SESSION BROWSER_AUDIO BROWSER_VIDEO));
  for (guint i = 1; i < 20; i++)
    g_string_append_printf (sources, "a=ssrc:%u cname:x\r\n", i);
  g_string_append (sources, BROWSER_DATA);
  assert_refused (sources->str, TRUE, "too many sources");

  g_string_free (many, TRUE);
  g_string_free (sources, TRUE);
  g_string_free (formats, TRUE);
}

/* Every cut and many a changed byte: refused or read, never a crash, and what is read can be
 * parsed. */
static void
test_damaged (void)
{
  gsize length = strlen (BROWSER_OFFER);
  g_autofree char *text = g_strdup (BROWSER_OFFER);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (gsize i = 0; i < length; i++)
    {
      char kept = text[i];
      g_autoptr (SdpRemote) remote = NULL;

      text[i] = '\0';
      remote = sdp_remote_read (text, TRUE, NULL);
      text[i] = kept;
    }
  for (guint i = 0; i < 3000; i++)
    {
      gsize at = g_rand_int_range (random, 0, length);
      char kept = text[at];
      g_autoptr (SdpRemote) remote = NULL;

      text[at] = g_rand_int_range (random, 1, 256);
      remote = sdp_remote_read (text, TRUE, NULL);
      text[at] = kept;
      if (remote != NULL)
        {
          GstSDPMessage *message = NULL;

          g_assert_cmpint (gst_sdp_message_new_from_text (remote->text, &message), ==, GST_SDP_OK);
          gst_sdp_message_free (message);
          g_assert_true (g_utf8_validate (remote->text, -1, NULL));
        }
    }
}

static void
test_local (void)
{
  static const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES] = { 0xab, 0xcd };
  GstSDPMessage *message = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (gst_sdp_message_new_from_text (BROWSER_OFFER, &message), ==, GST_SDP_OK);
  sdp_local_mend (message, fingerprint, "stream", "passive");
  sdp_local_set_direction (message, 1, SDP_RECEIVES);
  text = gst_sdp_message_as_text (message);
  gst_sdp_message_free (message);

  g_assert_null (strstr (text, BROWSER_FINGERPRINT));
  g_assert_nonnull (strstr (text, "a=fingerprint:sha-256 AB:CD:00:"));
  g_assert_null (strstr (text, "actpass"));
  g_assert_nonnull (strstr (text, "a=setup:passive\r\n"));
  g_assert_nonnull (strstr (text, "a=msid:stream audio\r\n"));
  g_assert_nonnull (strstr (text, "a=msid:stream video\r\n"));
  g_assert_nonnull (strstr (text, "a=recvonly\r\n"));
  g_assert_null (strstr (text, "5d2f5c3c"));
}

static void
test_candidates (void)
{
  static const struct
  {
    const char *line, *read;
  } cases[] = {
    { "candidate:842163049 1 udp 1677729535 192.0.2.7 55996 typ srflx raddr 0.0.0.0 rport 0 "
      "generation 0 ufrag sXP5 network-cost 999",
      "candidate:842163049 1 udp 1677729535 192.0.2.7 55996 typ srflx" },
    { "a=candidate:1 1 UDP 2015363327 2001:db8::7 1 typ host",
      "candidate:1 1 udp 2015363327 2001:db8::7 1 typ host" },
    { "candidate:a+/b 1 udp 1 10.0.0.1 65535 typ relay",
      "candidate:a+/b 1 udp 1 10.0.0.1 65535 typ relay" },
    /* RTCP's component, TCP, mDNS names, addresses that lead nowhere. */
    { "candidate:1 2 udp 1 10.0.0.1 9 typ host", NULL },
    { "candidate:1 1 tcp 1518280447 10.0.0.1 9 typ host tcptype active", NULL },
    { "candidate:1 1 udp 1 aa2bd8f6-5b3a-4c3e-a0bb-4a4ba1ed2c01.local 5353 typ host", NULL },
    { "candidate:1 1 udp 1 localhost 5353 typ host", NULL },
    { "candidate:1 1 udp 1 fe80::1%eth0 5353 typ host", NULL },
    { "candidate:1 1 udp 1 0.0.0.0 5353 typ host", NULL },
    { "candidate:1 1 udp 1 224.0.0.1 5353 typ host", NULL },
    /* Malformed. */
    { "", NULL },
    { "candidate:", NULL },
    { "candidate", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 9 typ", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 9 host", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 9 typ hosts", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 0 typ host", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 65536 typ host", NULL },
    { "candidate:1 1 udp -1 10.0.0.1 9 typ host", NULL },
    { "candidate:1 1 udp 4294967296 10.0.0.1 9 typ host", NULL },
    { "candidate:1 x udp 1 10.0.0.1 9 typ host", NULL },
    { "candidate:1  1 udp 1 10.0.0.1 9 typ host", NULL },
    { "candidate:% 1 udp 1 10.0.0.1 9 typ host", NULL },
    { "candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=x", NULL },
    { "candidate:1 1 udp 1 10.0.0.1\xff 9 typ host", NULL },
    { "Candidate:1 1 udp 1 10.0.0.1 9 typ host", NULL },
  };
  g_autofree char *filler = g_strnfill (CANDIDATE_MAX_BYTES, 'x');
  g_autofree char *too_long = g_strconcat (cases[0].line, " ", filler, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *read = candidate_read (cases[i].line);

      g_assert_cmpstr (read, ==, cases[i].read);
    }
  g_assert_null (candidate_read (too_long));
  g_assert_true (candidate_is_relayed (cases[2].read));
  g_assert_false (candidate_is_relayed (cases[0].read));
}

/* A partner that does not trickle has its candidates in the description. */
static void
test_candidates_within (void)
{
  g_autofree char *text = replace (BROWSER_OFFER, "a=mid:0\r\n",
                                   "a=mid:0\r\n"
                                   "a=candidate:1 1 udp 2113937151 192.0.2.7 50001 typ host\r\n"
                                   "a=candidate:2 1 udp 2113937151 x.local 50001 typ host\r\n"
                                   "a=end-of-candidates\r\n");
  g_autoptr (SdpRemote) remote = read_good (text, TRUE);

  g_assert_cmpuint (remote->candidates->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (remote->candidates, 0), ==,
                   "candidate:1 1 udp 2113937151 192.0.2.7 50001 typ host");
  g_assert_null (strstr (remote->text, "candidate"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/sdp/browser", test_browser);
  g_test_add_func ("/sdp/variants", test_variants);
  g_test_add_func ("/sdp/answers", test_answers);
  g_test_add_func ("/sdp/refused", test_refused);
  g_test_add_func ("/sdp/bounds", test_bounds);
  g_test_add_func ("/sdp/damaged", test_damaged);
  g_test_add_func ("/sdp/local", test_local);
  g_test_add_func ("/sdp/candidates", test_candidates);
  g_test_add_func ("/sdp/candidates-within", test_candidates_within);

  return g_test_run ();
}

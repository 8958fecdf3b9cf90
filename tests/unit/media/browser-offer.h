/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An offer as Chromium writes it (shortened to what differs in kind). */
#pragma once

#define BROWSER_FINGERPRINT                                                                        \
  "7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:"  \
  "08"

#define BROWSER_TRANSPORT                                                                          \
  "a=ice-ufrag:eKbI\r\n"                                                                           \
  "a=ice-pwd:dXOyrd3zVnU0V6F4xLKB/Tgy\r\n"                                                         \
  "a=ice-options:trickle\r\n"                                                                      \
  "a=fingerprint:sha-256 " BROWSER_FINGERPRINT "\r\n"                                              \
  "a=setup:actpass\r\n"

#define BROWSER_SESSION                                                                            \
  "v=0\r\n"                                                                                        \
  "o=- 4962303333179871722 2 IN IP4 127.0.0.1\r\n"                                                 \
  "s=-\r\n"                                                                                        \
  "t=0 0\r\n"                                                                                      \
  "a=group:BUNDLE 0 1 2\r\n"                                                                       \
  "a=extmap-allow-mixed\r\n"                                                                       \
  "a=msid-semantic: WMS 2f7c6a2e-9f6a-4a1b-8a52-f9a4c5e3cba1\r\n"

#define BROWSER_AUDIO                                                                              \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n"                                        \
  "c=IN IP4 0.0.0.0\r\n"                                                                           \
  "a=rtcp:9 IN IP4 0.0.0.0\r\n" BROWSER_TRANSPORT "a=mid:0\r\n"                                    \
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"                                     \
  "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"                      \
  "a=extmap:3 "                                                                                    \
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"                  \
  "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"                                             \
  "a=sendrecv\r\n"                                                                                 \
  "a=msid:2f7c6a2e-9f6a-4a1b-8a52-f9a4c5e3cba1 5d2f5c3c-3a33-4b9a-9c51-b4e2f2f3bd11\r\n"           \
  "a=rtcp-mux\r\n"                                                                                 \
  "a=rtcp-rsize\r\n"                                                                               \
  "a=rtpmap:111 opus/48000/2\r\n"                                                                  \
  "a=rtcp-fb:111 transport-cc\r\n"                                                                 \
  "a=fmtp:111 minptime=10;useinbandfec=1\r\n"                                                      \
  "a=rtpmap:63 red/48000/2\r\n"                                                                    \
  "a=fmtp:63 111/111\r\n"                                                                          \
  "a=rtpmap:9 G722/8000\r\n"                                                                       \
  "a=rtpmap:0 PCMU/8000\r\n"                                                                       \
  "a=rtpmap:8 PCMA/8000\r\n"                                                                       \
  "a=rtpmap:13 CN/8000\r\n"                                                                        \
  "a=rtpmap:110 telephone-event/48000\r\n"                                                         \
  "a=rtpmap:126 telephone-event/8000\r\n"                                                          \
  "a=ssrc:1399694169 cname:qwJ6rQ8mXWZQqUJl\r\n"                                                   \
  "a=ssrc:1399694169 msid:2f7c6a2e-9f6a-4a1b-8a52-f9a4c5e3cba1 "                                   \
  "5d2f5c3c-3a33-4b9a-9c51-b4e2f2f3bd11\r\n"

#define BROWSER_VIDEO                                                                              \
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 45 46 98 99 35 37 36 100 101 127\r\n"                 \
  "c=IN IP4 0.0.0.0\r\n"                                                                           \
  "a=rtcp:9 IN IP4 0.0.0.0\r\n" BROWSER_TRANSPORT "a=mid:1\r\n"                                    \
  "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset\r\n"                                             \
  "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"                      \
  "a=extmap:13 urn:3gpp:video-orientation\r\n"                                                     \
  "a=extmap:3 "                                                                                    \
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"                  \
  "a=sendrecv\r\n"                                                                                 \
  "a=msid:2f7c6a2e-9f6a-4a1b-8a52-f9a4c5e3cba1 0d2f0c0c-0a00-4b9a-9c51-b4e2f2f3bd22\r\n"           \
  "a=rtcp-mux\r\n"                                                                                 \
  "a=rtcp-rsize\r\n"                                                                               \
  "a=rtpmap:96 VP8/90000\r\n"                                                                      \
  "a=rtcp-fb:96 goog-remb\r\n"                                                                     \
  "a=rtcp-fb:96 transport-cc\r\n"                                                                  \
  "a=rtcp-fb:96 ccm fir\r\n"                                                                       \
  "a=rtcp-fb:96 nack\r\n"                                                                          \
  "a=rtcp-fb:96 nack pli\r\n"                                                                      \
  "a=rtpmap:97 rtx/90000\r\n"                                                                      \
  "a=fmtp:97 apt=96\r\n"                                                                           \
  "a=rtpmap:103 H264/90000\r\n"                                                                    \
  "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n"          \
  "a=rtpmap:104 rtx/90000\r\n"                                                                     \
  "a=fmtp:104 apt=103\r\n"                                                                         \
  "a=rtpmap:98 VP9/90000\r\n"                                                                      \
  "a=fmtp:98 profile-id=0\r\n"                                                                     \
  "a=rtpmap:99 rtx/90000\r\n"                                                                      \
  "a=fmtp:99 apt=98\r\n"                                                                           \
  "a=rtpmap:100 red/90000\r\n"                                                                     \
  "a=rtpmap:127 ulpfec/90000\r\n"                                                                  \
  "a=ssrc-group:FID 2231627014 632943048\r\n"                                                      \
  "a=ssrc:2231627014 cname:qwJ6rQ8mXWZQqUJl\r\n"                                                   \
  "a=ssrc:632943048 cname:qwJ6rQ8mXWZQqUJl\r\n"

#define BROWSER_DATA                                                                               \
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"                                           \
  "c=IN IP4 0.0.0.0\r\n" BROWSER_TRANSPORT "a=mid:2\r\n"                                           \
  "a=sctp-port:5000\r\n"                                                                           \
  "a=max-message-size:262144\r\n"

#define BROWSER_OFFER BROWSER_SESSION BROWSER_AUDIO BROWSER_VIDEO BROWSER_DATA

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate and its SHA-256 fingerprint, as OpenSSL's own program has it. */
#pragma once

/* clang-format off */
#define KNOWN_PEM \
  "-----BEGIN CERTIFICATE-----\n" \
  "MIIBdTCCARugAwIBAgIUarWn3ZEWZ1ogrJm3pxFf0EDYezswCgYIKoZIzj0EAwIw\n" \
  "DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxODM2MjhaGA8yMTI2MTAyOTE4MzYy\n" \
  "OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABClI\n" \
  "bULTw+fbhzNRqUQZk+MLjcq7CHImeT2IvI5MSn7oSxBy2srZG2Hk8snukoZL8KaQ\n" \
  "hK1l1e/x0m3CHQtU6mijUzBRMB0GA1UdDgQWBBQOFabE1dZkEwbpLBmWKV1+UOuP\n" \
  "/TAfBgNVHSMEGDAWgBQOFabE1dZkEwbpLBmWKV1+UOuP/TAPBgNVHRMBAf8EBTAD\n" \
  "AQH/MAoGCCqGSM49BAMCA0gAMEUCIG16Z9tuVwQ2DAkpbpnVIvr0b+fErsBPtZd7\n" \
  "DZ8N7yazAiEAkkKNAD956Czr9xBocs4nPnIQQgaeFk4HZHzvUnahGOM=\n" \
  "-----END CERTIFICATE-----\n"
#define KNOWN_FINGERPRINT \
  "FA:98:C7:C7:26:EB:AB:AD:FB:27:4F:87:90:58:B1:D6:" \
  "E2:5D:A3:36:60:F6:A5:4E:03:E2:72:2E:AF:EA:BE:D4"
/* clang-format on */

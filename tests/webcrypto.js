// SPDX-License-Identifier: GPL-3.0-or-later
//
// Node 18 has the browser's source of random bytes, but not where libsodium looks for it. To be
// imported before anything that imports libsodium.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;

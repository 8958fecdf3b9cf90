// SPDX-License-Identifier: GPL-3.0-or-later
//
// The channel of net/secure/channel.h once more, in JavaScript: what it writes the program reads,
// and the other way round.
import sodium from 'libsodium-wrappers-sumo';

const HEADER = 1 + 8 + 8 + 1 + 4;
const LABEL = 'causette/1 plain\0';

export const PURPOSE = {
  description: 1, candidate: 2, fingerprint: 3, text: 4, receipt: 5, deviceState: 6, typing: 7, bye: 8,
};

export class Channel {
  static ready = sodium.ready;

  constructor(role, encounter) {
    this.out = binding(role, encounter);
    this.in = binding(role === 'caller' ? 'callee' : 'caller', encounter);
    this.next = 1n;
    this.seen = new Set();
  }

  get kind() { return 'plain'; }

  // Returns the message's bytes.
  seal(purpose, generation, text) {
    const plain = new TextEncoder().encode(text);
    const bytes = new Uint8Array(HEADER + plain.length);
    const view = new DataView(bytes.buffer);
    bytes[0] = 1;
    bytes.set(this.out, 1);
    view.setBigUint64(9, this.next++);
    bytes[17] = purpose;
    view.setUint32(18, generation);
    bytes.set(plain, HEADER);
    return bytes;
  }

  // Returns { purpose, generation, text }, or null for one that was opened before.
  open(bytes) {
    if (bytes.length < HEADER || bytes[0] !== 1 || this.in.some((byte, i) => byte !== bytes[1 + i]))
      throw new Error('could not be opened');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const counter = view.getBigUint64(9);
    if (this.seen.has(counter)) return null;
    this.seen.add(counter);
    return {
      purpose: bytes[17],
      generation: view.getUint32(18),
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEADER)),
    };
  }
}

function binding(writer, encounter) {
  const bytes = new TextEncoder().encode(`${LABEL}${writer === 'caller' ? 'a' : 'b'}${encounter}`);
  return sodium.crypto_generichash(32, bytes).subarray(0, 8);
}

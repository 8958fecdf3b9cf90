// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes the transcript of a conversation, with known random bytes, as the JavaScript side makes it:
// tests/unit/secure/transcript.json, against which the program's own side is held. Run by hand:
// node tests/guest/transcript.js >tests/unit/secure/transcript.json
import '../webcrypto.js';
import { Channel } from './channel.js';
import sodium from 'libsodium-wrappers-sumo';

await Channel.ready;

// Random bytes of a side: SHA-256 of its name and a counter.
function known(name) {
  let counter = 0;
  return (size) => sodium.crypto_hash_sha256(new Uint8Array([...new TextEncoder().encode(name), counter++])).slice(0, size);
}

const encounter = 'transcript-0001';
const sides = {
  caller: new Channel('caller', encounter, known('caller')),
  callee: new Channel('callee', encounter, known('callee')),
};
const other = { caller: 'callee', callee: 'caller' };
const steps = [];
const inbox = { caller: [], callee: [] };

function pump() {
  for (const [name, side] of Object.entries(sides)) {
    for (const message of side.outgoing()) {
      steps.push({ do: 'handshake', from: name, bytes: sodium.to_hex(message) });
      inbox[other[name]].push(message);
    }
  }
}

pump();
while (inbox.caller.length || inbox.callee.length) {
  for (const name of ['callee', 'caller']) {
    const message = inbox[name].shift();
    if (!message) continue;
    steps.push({ do: 'take', by: name, bytes: sodium.to_hex(message) });
    sides[name].handshake(message);
    pump();
  }
}

let number = 0;
const sealed = new Map();
function seal(from, text, purpose = 4, generation = 0) {
  const bytes = sides[from].seal(purpose, generation, text);
  sealed.set(++number, { from, bytes });
  steps.push({ do: 'seal', from, purpose, generation, text, bytes: sodium.to_hex(bytes) });
  return number;
}
function open(n) {
  const { from, bytes } = sealed.get(n);
  const by = other[from];
  const result = sides[by].open(bytes);
  steps.push({ do: 'open', by, bytes: sodium.to_hex(bytes), result: result ? 'opened' : 'seen', ...(result ?? {}) });
}

// Both write before either has read; messages overtake each other, one stays away for two turns.
const a = seal('caller', 'hello'), b = seal('callee', 'bonjour');
open(a); open(b);
const late = seal('caller', 'late');
const c = seal('caller', 'in time', 1, 7);
open(c);
const d = seal('callee', 'réponse');
open(d);
const e = seal('caller', ''), f = seal('caller', 'x'.repeat(200));
open(f); open(e); open(late); open(late);
const g = seal('callee', 'again'), h = seal('callee', 'and again');
open(h); open(g); open(h); open(d);

console.log(JSON.stringify({ encounter, sas: sides.caller.sas, steps }, null, 1));

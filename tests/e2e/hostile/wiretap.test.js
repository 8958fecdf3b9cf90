// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the real server gets to know of a conversation: all that it received, wrote and holds is
// searched for what was said and for what the call is made of.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { endAll, startServer, until } from '../harness.js';
import { connected, seekTwo } from './people.js';
import { canRead, searchMemory } from './memory.js';
import { payloadsOf, startRecorder } from './record.js';

const said = ['XYZZY-what-Anne-said', 'XYZZY-what-Bert-answered', 'XYZZY-early-by-the-relay'];
// What descriptions, candidates and the other sealed messages are made of.
const words = ['a=fingerprint', 'a=ice-ufrag', 'a=ice-pwd', 'a=setup', 'm=application', 'webrtc-datachannel', 'sdpMLineIndex', 'candidate:', 'typ host', 'IN IP4', '"upto"', '"microphone":'];
const addresses = Object.values(networkInterfaces()).flat().filter(({ internal }) => !internal).map(({ address }) => address);
const forbidden = [...said, ...words, ...addresses];

// All ways in which @bytes can be read: as they are, out of WebSocket frames, and out of the base64
// in these.
function readings(bytes) {
  const payloads = bytes.includes('Upgrade: websocket') || bytes.includes('101 Switching') ? payloadsOf(bytes) : bytes;
  const bodies = [...payloads.toString('latin1').matchAll(/"body":"([A-Za-z0-9+/=]*)"/g)].map(([, body]) => Buffer.from(body, 'base64'));
  return [bytes, payloads, ...bodies];
}

test('the server receives, writes and holds nothing of what two people tell each other', { timeout: 60000 }, async (t) => {
  const server = await startServer();
  const recorder = await startRecorder(server.port);
  const [anne, bert] = await seekTwo(recorder.url);
  anne.write(`say ${said[2]}`);
  await connected(anne, bert);
  anne.write(`say ${said[0]}`);
  await bert.event('text', (e) => e.from === 'partner' && e.text === said[0]);
  bert.write(`say ${said[1]}`);
  await anne.event('text', (e) => e.from === 'partner' && e.text === said[1]);
  await bert.event('text', (e) => e.text === said[2]);

  await t.test('what it received and sent', () => {
    const streams = recorder.streams();
    const all = streams.flatMap(readings);
    const text = Buffer.concat(all).toString('latin1');
    assert.ok(!/Sec-WebSocket-Extensions:/i.test(streams.filter((s) => s.includes('101 Switching')).join('')), 'nothing is compressed');
    // The search sees what there is to be seen: the frames were taken apart, and there was a lot.
    for (const seen of ['"kind":"noise"', '"kind":"sealed"', '["paired"', '["relay"']) assert.ok(text.includes(seen), seen);
    assert.ok(all.filter((part) => part[0] === 2 && part.length >= 1 + 56 + 128).length >= 8, 'sealed messages passed');
    for (const word of forbidden) assert.ok(!text.includes(word), `${word} passed`);
    // Sealed messages have the lengths of their classes, and say no more.
    for (const part of all.filter((one) => one[0] === 2 && one.length < 34000 && one.length > 100))
      assert.ok([128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 33280].includes(part.length - 57), `a class has ${part.length - 57} bytes`);
  });

  await t.test('what it wrote', () => {
    const written = [...server.lines, server.errors].join('\n');
    for (const word of [...forbidden, '127.0.0.1:1', 'encounter', 'kind']) assert.ok(!written.replace(server.lines[0], '').includes(word), `${word} was written`);
  });

  await t.test('what it holds', (t2) => {
    if (!canRead(server.pid)) { t2.skip('the memory of another process cannot be read here: this needs root'); return; }
    const seen = searchMemory(server.pid, ['"kind":"sealed"', 'causetted', ...forbidden], (word, where, around) => {
      if (forbidden.includes(word)) t2.diagnostic(`${word} in ${where || 'anonymous memory'}: ${JSON.stringify(around.toString('latin1'))}`);
    });
    assert.ok(seen.get('causetted') > 0, 'the search does find what is there');
    for (const word of forbidden) assert.equal(seen.get(word), 0, `${word} is in the server's memory`);
    // And it would find a text: the one who got it has it.
    assert.ok(searchMemory(bert.pid, [said[0]]).get(said[0]) > 0);
  });

  await endAll();
  await until('the server to end', () => server.status);
  const written = [...server.lines, server.errors].join('\n');
  for (const word of forbidden) assert.ok(!written.includes(word), `${word} was written`);
});

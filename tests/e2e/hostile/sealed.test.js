// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the program does when the server tampers with sealed messages: net/PROTOCOL.md, section 5.
// The server keeps the descriptions back (it knows them by their size), so that no call comes about
// and everything that is said goes through its hands.
import '../../webcrypto.js';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { endAll, until } from '../harness.js';
import { PURPOSE } from '../../guest/channel.js';
import { honest, other, standInBetween, startHostile } from './server.js';
import { connected, ended, has, heard, seekTwo } from './people.js';

const isDescription = ({ kind, bytes }) => kind === 'sealed' && bytes.length > 1500;
const withoutCall = (behave) => (message, pair) => { if (!isDescription(message)) (message.kind === 'sealed' ? behave : honest)(message, pair); };

// Two who are secured and have no call; @behave has what they seal.
async function meet(behave) {
  const server = await startHostile({ behave: withoutCall(behave) });
  const people = await seekTwo(server.url);
  await Promise.all(people.map((p) => p.event('secured')));
  return [...people, server];
}

// Each says @words, and the other gets to see just these, once and in order.
async function converse(anne, bert, words = ['one', 'two', 'three', 'four', 'five'], limit_ms = 20000) {
  for (const word of words) {
    anne.write(`say ${word} of Anne`);
    bert.write(`say ${word} of Bert`);
  }
  const [a, b] = ['Anne', 'Bert'].map((name) => words.map((word) => `${word} of ${name}`));
  await until('all that was said', () => heard(bert).length >= a.length && heard(anne).length >= b.length, limit_ms);
  // Each knows that it has arrived, so nothing is left that might be sent once more.
  for (const probe of [anne, bert]) await until('receipts', () => probe.events.filter((e) => e.event === 'delivered').length >= words.length, limit_ms);
  assert.deepEqual(heard(bert), a);
  assert.deepEqual(heard(anne), b);
  for (const probe of [anne, bert]) {
    assert.ok(!has(probe, 'ended'), 'the encounter goes on');
    assert.equal(probe.errors, '', 'nothing is complained of');
  }
}

const damages = [
  ...[0, 1, 20, 33, 40, 41, -17, -1].map((at) => [`byte ${at} changed`, (bytes) => { const out = Buffer.from(bytes); out[at < 0 ? out.length + at : at] ^= 0x04; return out; }]),
  ...[0, 1, 56, 57, -1].map((size) => [`cut to ${size}`, (bytes) => bytes.subarray(0, size)]),
  ['made longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(64)])],
  ['doubled', (bytes) => Buffer.concat([bytes, bytes])],
];

test('damaged messages are ignored, whatever the damage', { timeout: 110000 }, async () => {
  const [anne, bert] = await meet((message, pair) => {
    for (const [, damage] of damages) pair.send(other(message.from), 'sealed', damage(message.bytes));
    honest(message, pair);
    for (const [, damage] of damages) pair.send(other(message.from), 'sealed', damage(message.bytes));
  });
  await converse(anne, bert);
  await endAll();
});

test('what only came damaged, or not at all, is sent again', { timeout: 110000 }, async () => {
  let dropped = 0, damaged = 0;
  const [anne, bert] = await meet((message, pair) => {
    // The first six of each side's.
    if (message.index < 3) dropped++;
    else if (message.index < 6) { damaged++; pair.send(other(message.from), 'sealed', damages[message.index][1](message.bytes)); }
    else honest(message, pair);
  });
  await converse(anne, bert, ['one', 'two', 'three', 'four', 'five', 'six', 'seven'], 30000);
  assert.equal(dropped, 6);
  assert.equal(damaged, 6);
  await endAll();
});

test('repeated messages are shown once, sent back ones not at all', { timeout: 110000 }, async () => {
  const [anne, bert, server] = await meet((message, pair) => {
    pair.send(message.from, 'sealed', message.bytes);
    for (let i = 0; i < 3; i++) honest(message, pair);
    pair.send(message.from, 'sealed', message.bytes);
  });
  await converse(anne, bert);
  // All of it once more, forwards and backwards.
  const [pair] = server.pairs;
  const all = pair.log.filter((m) => m.kind === 'sealed' && !isDescription(m));
  for (const message of [...all, ...all.slice().reverse()]) honest(message, pair);
  anne.write('say last of Anne');
  await bert.event('text', (e) => e.text === 'last of Anne');
  assert.deepEqual(heard(bert).filter((text) => text === 'one of Anne').length, 1);
  assert.equal(heard(bert).length, 6);
  await endAll();
});

test('messages passed on in another order are shown in the order of their writing', { timeout: 110000 }, async () => {
  const kept = { caller: [], callee: [] };
  const [anne, bert] = await meet((message, pair) => {
    kept[message.from].push(message);
    if (kept[message.from].length < 4) return;
    for (const one of kept[message.from].splice(0).reverse()) honest(one, pair);
  });
  const words = Array.from({ length: 12 }, (_, i) => `word ${i}`);
  // What waits for a fourth is followed by what is sent again.
  await converse(anne, bert, words, 40000);
  await endAll();
});

test('messages of another encounter are ignored', { timeout: 110000 }, async () => {
  const server = await startHostile({
    behave: withoutCall((message, pair) => {
      for (const one of pair.server.pairs)
        if (one !== pair) {
          one.send('caller', 'sealed', message.bytes);
          one.send('callee', 'sealed', message.bytes);
        }
      honest(message, pair);
    }),
  });
  const [anne, bert] = await seekTwo(server.url);
  const [chloe, daniel] = await seekTwo(server.url, ['chloe', 'daniel']);
  await Promise.all([anne, bert, chloe, daniel].map((p) => p.event('secured')));
  chloe.write('say secret of Chloe');
  await daniel.event('text', (e) => e.text === 'secret of Chloe');
  await converse(anne, bert);
  assert.deepEqual(heard(daniel), ['secret of Chloe']);
  await endAll();
});

test('what the server makes up is ignored', { timeout: 110000 }, async () => {
  const texts = ['{"number":1,"text":"made up"}', '{"reason":"hang-up"}', '{"type":"offer","sdp":"v=0"}', '{"candidate":"candidate:1 1 UDP 1 127.0.0.1 9 typ host","sdpMLineIndex":0}'];
  const [anne, bert, server] = await meet(honest);
  const [pair] = server.pairs;
  for (const to of ['caller', 'callee']) {
    for (const size of [0, 1, 2, 40, 56, 57, 58, 184, 185, 186, 1024, 33336, 33337, 33338, 36000])
      for (const first of [0, 1, 2]) pair.send(to, 'sealed', Buffer.concat([Buffer.of(first), randomBytes(size)]).subarray(0, size));
    for (const text of texts) {
      pair.send(to, 'sealed', Buffer.from(text));
      pair.send(to, 'noise', Buffer.from(text));
    }
    pair.sendRaw(to, { encounter: 'another', kind: 'sealed', body: 'AgA=' });
  }
  await converse(anne, bert);
  await endAll();
});

test('a server that breaks the protocol loses the connection, and the call goes on', { timeout: 110000 }, async () => {
  const server = await startHostile();
  const [anne, bert] = await seekTwo(server.url);
  await connected(anne, bert);
  const [pair] = server.pairs;
  const encounter = pair.encounters.caller;
  let socket = pair.sockets.caller;
  // The second is what a relay without encryption would be: there is no such kind.
  for (const payload of [null, { encounter, kind: 'plain', body: 'AgA=' }, { encounter, kind: 'sealed', body: 'A'.repeat(60000) }]) {
    const [from, connections] = [anne.events.length, server.connections.length];
    socket.data.pair = null; // the server does not tell Bert
    socket.emit('relay', payload);
    await anne.event('offline', () => true, 10000, from);
    await anne.event('online', () => true, 10000, from);
    assert.equal(server.connections.length, connections + 1, JSON.stringify(payload)?.slice(0, 80));
    socket = server.connections[connections];
  }
  anne.write('say never mind');
  await bert.event('text', (e) => e.text === 'never mind');
  assert.ok(!has(anne, 'ended') && !has(bert, 'ended'));
  await endAll();
});

test('a partner who breaks the rules inside the seal harms nobody but the call', { timeout: 110000 }, async () => {
  const odd = ['', 'null', '[]', '{', '{"number":0,"text":"x"}', '{"number":1e300,"text":"x"}', '{"number":1,"text":1}',
    '{"number":"1","text":"x"}', `{"number":1,"text":"${'x'.repeat(9000)}"}`, '{"upto":9007199254740993}', '{"upto":-1}', '{"camera":1}'];
  const middle = standInBetween((message) => (message.purpose === PURPOSE.description ? null : message.text));
  const server = await startHostile(middle);
  const [anne, bert] = await seekTwo(server.url);
  await Promise.all([anne.event('secured'), bert.event('secured')]);
  const { pair, channels } = middle.middles[0];
  for (const role of ['caller', 'callee'])
    for (const purpose of [0, PURPOSE.candidate, 3, PURPOSE.text, PURPOSE.receipt, PURPOSE.deviceState, PURPOSE.typing, 9, 255])
      for (const text of odd) pair.send(role, 'sealed', channels[role].seal(purpose, 0, text));
  // A description of a call that is not this one's is none of it.
  pair.send('callee', 'sealed', channels.callee.seal(PURPOSE.description, 7, 'not even JSON'));
  await converse(anne, bert);
  pair.send('callee', 'sealed', channels.callee.seal(PURPOSE.description, 0, '{"type":"offer","sdp":"v=0\\r\\nnonsense"}'));
  assert.equal((await ended(bert)).reason, 'partner-failed');
  await endAll();
});

test('what cannot go on without the server is given up in time', { timeout: 110000, concurrency: true }, async (t) => {
  const within = (t_ms, a, b) => assert.ok(t_ms >= a && t_ms <= b, `${t_ms} ms is from ${a} to ${b}`);
  const paired = (probe) => probe.events.find((e) => e.event === 'paired').t_ms;
  await Promise.all([
    t.test('both are told that they are called: nobody begins', async () => {
      const server = await startHostile({ roles: ['callee', 'callee'] });
      const people = await seekTwo(server.url, ['eve', 'fritz']);
      const ends = await Promise.all(people.map((p) => ended(p)));
      assert.ok(ends.some((e) => e.reason === 'timeout'), JSON.stringify(ends));
      assert.ok(!people.some((p) => has(p, 'secured')));
    }),
    t.test('nothing of the handshake arrives', async () => {
      const server = await startHostile({ behave() {} });
      const people = await seekTwo(server.url, ['greta', 'hugo']);
      const ends = await Promise.all(people.map((p) => ended(p)));
      assert.ok(ends.some((e) => e.reason === 'timeout'), JSON.stringify(ends));
      within(Math.min(...ends.map((e, i) => e.t_ms - paired(people[i]))), 14000, 25000);
    }),
    t.test('nothing that is sealed arrives', async () => {
      const server = await startHostile({ behave(message, pair) { if (message.kind === 'noise') honest(message, pair); } });
      const people = await seekTwo(server.url, ['ines', 'jonas']);
      for (const probe of people) probe.write('say never heard');
      const ends = await Promise.all(people.map((p) => ended(p, 0, 60000)));
      assert.ok(ends.some((e) => e.reason === 'timeout'), JSON.stringify(ends));
      for (const probe of people) assert.deepEqual(heard(probe), []);
    }),
    t.test('a call that stands does not need the server', async () => {
      const server = await startHostile();
      const [anne, bert] = await seekTwo(server.url, ['karl', 'lena']);
      await connected(anne, bert);
      server.behave = () => {};
      anne.write('say by the call');
      await bert.event('text', (e) => e.text === 'by the call');
      bert.write('say and back');
      await anne.event('text', (e) => e.text === 'and back');
    }),
  ]);
  await endAll();
});

test('the server may end an encounter, and learns nothing by it', { timeout: 110000 }, async () => {
  const server = await startHostile();
  const [anne, bert] = await seekTwo(server.url);
  await connected(anne, bert);
  const [pair] = server.pairs;
  // Of another encounter it may not.
  for (const role of ['caller', 'callee']) pair.sockets[role].emit('ended', { encounter: 'another', reason: 'hang-up' });
  anne.write('say still here');
  await bert.event('text', (e) => e.text === 'still here');
  pair.end('hang-up');
  assert.equal((await ended(anne)).reason, 'partner-hung-up');
  assert.equal((await ended(bert)).reason, 'partner-hung-up');
  await endAll();
});

// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the program does when the server tampers with the handshake, or stands in between:
// net/PROTOCOL.md, section 5.
import '../../webcrypto.js';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { endAll } from '../harness.js';
import { PURPOSE } from '../../guest/channel.js';
import { honest, other, standInBetween, startHostile } from './server.js';
import { connected, ended, has, seekTwo } from './people.js';

// The seven messages: whose, and which of that side's.
const messages = [['caller', 0], ['callee', 0], ['caller', 1], ['callee', 1], ['caller', 2], ['caller', 3], ['callee', 2]];
const nameOf = ([from, index]) => `message ${index + 1} of the ${from}`;

// Behaves honestly but for one message of the handshake, which tamper(message, pair) has.
const but = ([from, index], tamper) => (message, pair) => {
  if (message.kind === 'noise' && message.from === from && message.index === index) tamper(message, pair);
  else honest(message, pair);
};

// Has the same two meet once for each of @list, { name, behave }, and shows check() how each ended.
async function meetAgainAndAgain(list, check) {
  const server = await startHostile();
  let people;
  let from = [0, 0];
  for (const { name, behave } of list) {
    server.behave = behave;
    if (!people) people = await seekTwo(server.url);
    else {
      from = people.map((p) => p.events.length);
      for (const [i, probe] of people.entries()) {
        probe.write('next');
        await probe.event('seeking', () => true, 10000, from[i]);
      }
    }
    const ends = await Promise.all(people.map((p, i) => ended(p, from[i])));
    check({ name, reasons: ends.map((e) => e.reason), people, events: people.map((p, i) => p.events.slice(from[i])) });
  }
  await endAll();
}

// At least one has noticed and says so, the other was told; and neither goes on.
function assertBrokenOff({ name, reasons, events }) {
  assert.ok(reasons.includes('not-secure'), `${name}: ${reasons}`);
  for (const reason of reasons) assert.ok(['not-secure', 'partner-failed'].includes(reason), `${name}: ${reasons}`);
  // The one who had all it needed may think itself secure, but never both.
  assert.ok(!events.every((list) => list.some((e) => e.event === 'secured')), `${name}: both are secured`);
  assert.ok(!events.flat().some((e) => e.event === 'ice' && e.state === 'connected'), name);
}

test('a changed handshake message breaks the encounter off', { timeout: 110000 }, async () => {
  const damages = {
    'with another number': (bytes) => Buffer.concat([Buffer.of(bytes[0] ^ 0x40), bytes.subarray(1)]),
    'with a bit changed at its beginning': (bytes) => Buffer.concat([bytes.subarray(0, 1), Buffer.of(bytes[1] ^ 1), bytes.subarray(2)]),
    'with a bit changed at its end': (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes[bytes.length - 1] ^ 0x80)]),
    'cut short': (bytes) => bytes.subarray(0, -1),
    'made longer': (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]),
    'emptied': () => Buffer.alloc(0),
    'with a key of the server': (bytes) => Buffer.concat([bytes.subarray(0, 1), randomBytes(bytes.length - 1)]),
    'with a weak key': (bytes) => Buffer.concat([bytes.subarray(0, 1), Buffer.alloc(bytes.length - 1)]),
  };
  const list = messages.flatMap((which) => Object.entries(damages).map(([how, damage]) => ({
    name: `${nameOf(which)}, ${how}`,
    behave: but(which, (message, pair) => pair.send(other(message.from), 'noise', damage(message.bytes))),
  })));
  await meetAgainAndAgain(list, assertBrokenOff);
});

test('a handshake message of another encounter, one sent back and one too early break it off', { timeout: 110000 }, async () => {
  const old = new Map();
  const list = [
    { name: 'the encounter whose messages are kept',
      behave: (message, pair) => {
        old.set(`${message.from} ${message.index}`, message.bytes);
        but(['callee', 2], () => pair.send('caller', 'noise', Buffer.of(5)))(message, pair);
      } },
    ...messages.map((which) => ({ name: `${nameOf(which)}, of another encounter`,
      behave: but(which, ({ from, index }, pair) => pair.send(other(from), 'noise', old.get(`${from} ${index}`))) })),
    { name: 'the commitments, to their writers first',
      behave: (message, pair) => {
        if (message.index > 0) honest(message, pair);
        else if (pair.log.length === 2) {
          for (const { from, bytes } of pair.log) pair.send(from, 'noise', bytes);
          for (const one of pair.log) honest(one, pair);
        }
      } },
    // All but the last, which comes to a callee who is secured already and ignores it.
    ...messages.slice(2, -1).map((which) => ({ name: `${nameOf(which)}, to its writer`,
      behave: but(which, ({ from, bytes }, pair) => { pair.send(from, 'noise', bytes); pair.send(other(from), 'noise', bytes); }) })),
    { name: 'the last two of the caller exchanged',
      behave: (message, pair) => {
        if (message.kind !== 'noise' || message.from !== 'caller' || message.index < 2) honest(message, pair);
        else if (message.index === 3) for (const one of [message, pair.log.find((m) => m.from === 'caller' && m.index === 2)]) honest(one, pair);
      } },
  ];
  await meetAgainAndAgain(list, assertBrokenOff);
});

test('a repeated handshake message is ignored, and so is everything once the handshake is through', { timeout: 110000 }, async () => {
  const server = await startHostile({
    behave(message, pair) {
      honest(message, pair);
      if (message.kind !== 'noise') return;
      for (const one of pair.log.filter((m) => m.from === message.from && m.kind === 'noise')) honest(one, pair);
    },
  });
  const [anne, bert] = await seekTwo(server.url);
  const [a, b] = await Promise.all([anne.event('secured'), bert.event('secured')]);
  assert.deepEqual(a.sas, b.sas);
  const [pair] = server.pairs;
  for (const role of ['caller', 'callee'])
    for (let number = 0; number < 256; number += 1) pair.send(role, 'noise', Buffer.concat([Buffer.of(number), randomBytes(number)]));
  anne.write('say still there');
  await bert.event('text', (e) => e.text === 'still there');
  await connected(anne, bert);
  assert.ok(!has(anne, 'ended') && !has(bert, 'ended'));
  await endAll();
});

test('the two are told different encounters, or the same role', { timeout: 110000, concurrency: true }, async (t) => {
  await Promise.all([
    t.test('different encounters: it breaks off', async () => {
      const server = await startHostile({ encounters: () => ['encounter-one', 'encounter-two'] });
      const people = await seekTwo(server.url, ['anne', 'bert']);
      assert.ok((await Promise.all(people.map((p) => ended(p)))).some((e) => e.reason === 'not-secure'));
    }),
    t.test('both call: it breaks off', async () => {
      const server = await startHostile({ roles: ['caller', 'caller'] });
      const people = await seekTwo(server.url, ['chloe', 'daniel']);
      assert.ok((await Promise.all(people.map((p) => ended(p)))).some((e) => e.reason === 'not-secure'));
    }),
  ]);
  await endAll();
});

test('a server in between is seen by the emoji, and by nothing else', { timeout: 110000 }, async () => {
  const middle = standInBetween();
  const server = await startHostile(middle);
  const [anne, bert] = await seekTwo(server.url);
  const [a, b] = await Promise.all([anne.event('secured'), bert.event('secured')]);
  assert.equal(a.sas.length, 7);
  assert.equal(b.sas.length, 7);
  assert.notDeepEqual(a.sas, b.sas, 'the two see different emoji');
  // The call comes about: who is in between can read everything, and the two cannot tell but by eye.
  await connected(anne, bert);
  const { opened, channels } = middle.middles[0];
  assert.ok(opened.some((m) => m.purpose === PURPOSE.description && m.text.includes('a=fingerprint')));
  assert.ok(channels.caller.sas.some((word, i) => word !== channels.callee.sas[i]));
  // What a person does who compares: hears the other's emoji, and goes.
  anne.write(`expect-sas ${b.sas.join(' ')}`);
  assert.equal((await anne.event('sas-compared')).same, false);
  assert.equal((await anne.exit).code, 1);
  await endAll();
});

test('without anybody in between the emoji are the same', { timeout: 110000 }, async () => {
  const server = await startHostile();
  const [anne, bert] = await seekTwo(server.url);
  const [a, b] = await Promise.all([anne.event('secured'), bert.event('secured')]);
  assert.deepEqual(a.sas, b.sas);
  anne.write(`expect-sas ${b.sas.join(' ')}`);
  assert.equal((await anne.event('sas-compared')).same, true);
  await connected(anne, bert);
  for (const probe of [anne, bert])
    assert.equal((await probe.event('ice', (e) => e.state === 'connected'))['verified-fingerprint'], true);
  await endAll();
});

// The description is changed by one who is in between: the call is not what it was announced to be.
for (const [how, change, reasons] of [
  ['another fingerprint', (sdp) => sdp.replace(/a=fingerprint:sha-256 (..)/g, (_, byte) => `a=fingerprint:sha-256 ${byte === '00' ? '01' : '00'}`), ['not-secure']],
  ['no fingerprint', (sdp) => sdp.replace(/a=fingerprint:[^\r\n]*\r\n/g, ''), ['partner-failed', 'not-secure']],
  ['a weak hash', (sdp) => sdp.replace(/a=fingerprint:sha-256 .*\r\n/g, 'a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\r\n'), ['partner-failed', 'not-secure']],
]) {
  test(`a call whose description has ${how} ends before anything is shown`, { timeout: 110000 }, async () => {
    const middle = standInBetween((message, from) => {
      if (message.purpose !== PURPOSE.description || from !== 'caller') return message.text;
      const body = JSON.parse(message.text);
      const changed = change(body.sdp);
      assert.notEqual(changed, body.sdp);
      return JSON.stringify({ ...body, sdp: changed });
    });
    const server = await startHostile(middle);
    const [anne, bert] = await seekTwo(server.url);
    anne.write('say only by the data channel');
    const ends = await Promise.all([ended(anne), ended(bert)]);
    assert.ok(reasons.includes(ends[1].reason), JSON.stringify(ends));
    assert.ok(ends[1].message?.length > 10, 'it says why');
    for (const probe of [anne, bert]) {
      assert.ok(!has(probe, 'first-video-frame') && !has(probe, 'first-audio'));
      assert.ok(!(probe === bert && probe.events.some((e) => e.event === 'ice' && e['verified-fingerprint'])));
    }
    await endAll();
  });
}

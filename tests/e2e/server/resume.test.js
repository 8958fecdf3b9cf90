// SPDX-License-Identifier: GPL-3.0-or-later
//
// Connections drop, and what two say to each other arrives all the same.
import { before, test } from 'node:test';
import { deepEqual, equal } from 'node:assert/strict';
import { startCut, startServer } from '../harness.js';
import { join, meet, ok, startSilent } from './people.js';

let server;
let hasty; // gives up on the lost after two seconds
before(async () => {
  server = await startServer();
  hasty = await startServer({ args: ['--resume-seconds', '2'] });
});

for (const transports of [['websocket'], ['polling']]) {
  test(`who comes back finds the encounter and what was said meanwhile: ${transports}`, { timeout: 20000 }, async () => {
    const cut = await startCut(server.port);
    const a = await join(server.url);
    const b = await join(cut.url, { transports });
    await a.seek();
    await b.seek();
    await a.paired('caller');
    await b.paired('callee');
    await a.relay('before');
    equal(await b.heard(), 'before');
    await b.settled();

    cut.cut();
    await b.next('disconnect');
    b.drop();
    // A poll that breaks off does not tell the server that the session is over; what is said into
    // it must not be lost either.
    if (transports[0] === 'websocket')
      deepEqual(await a.next('partner'), { encounter: a.encounter, state: 'away' });
    for (let i = 0; i < 10; i++) deepEqual(await a.relay(`meanwhile ${i}`), ok);

    cut.mend();
    const again = await join(cut.url, { transports, resume: b.welcome.resume });
    equal(again.welcome.resumed, true);
    equal(again.welcome.encounter, b.encounter);
    equal(again.welcome.session, b.welcome.session);
    again.encounter = b.encounter;
    for (let i = 0; i < 10; i++) equal(await again.heard(), `meanwhile ${i}`);
    if (transports[0] === 'websocket')
      deepEqual(await a.next('partner'), { encounter: a.encounter, state: 'back' });
    await again.relay('after');
    equal(await a.heard(), 'after');
    again.nothing();
    for (const person of [a, again]) person.socket.disconnect();
  });
}

test('what was sent into a dead connection is sent again', { timeout: 20000 }, async () => {
  const silent = await startSilent(server.port);
  const a = await join(server.url);
  const b = await join(silent.url, { transports: ['websocket'] });
  await a.seek();
  await b.seek();
  await a.paired();
  await b.paired();
  await a.relay('heard');
  equal(await b.heard(), 'heard');
  await b.settled();

  silent.fallSilent();
  for (const text of ['one', 'two', 'three']) deepEqual(await a.relay(text), ok);
  const again = await join(server.url, { resume: b.welcome.resume });
  equal(again.welcome.encounter, a.encounter);
  for (const text of ['one', 'two', 'three']) equal(await again.heard(), text);
  again.nothing();
  a.nothing();
  for (const person of [a, b, again]) person.socket.disconnect();
});

test('a client that acknowledges nothing is served as well', { timeout: 20000 }, async () => {
  const [a, b] = await meet(server.url, { acknowledge: false });
  for (let i = 0; i < 300; i++) {
    deepEqual(await a.relay(`${i} ${'x'.repeat(1500)}`), ok);
    equal((await b.heard()).split(' ')[0], `${i}`);
  }
  for (const person of [a, b]) person.socket.disconnect();
});

test('who does not come back in time is lost', { timeout: 20000 }, async () => {
  const [a, b] = await meet(hasty.url);
  b.drop();
  deepEqual(await a.next('partner'), { encounter: a.encounter, state: 'away' });
  deepEqual(await a.next('ended'), { encounter: a.encounter, reason: 'lost' });
  const again = await join(hasty.url, { resume: b.welcome.resume });
  equal(again.welcome.resumed, false);
  equal(again.welcome.encounter, undefined);
  for (const person of [a, again]) person.socket.disconnect();
});

test('who comes back after the partner ended it is told', { timeout: 20000 }, async () => {
  const [a, b] = await meet(server.url);
  b.drop();
  await a.next('partner');
  await a.end('next');
  const again = await join(server.url, { resume: b.welcome.resume });
  equal(again.welcome.resumed, true);
  equal(again.welcome.encounter, undefined);
  deepEqual(await again.next('ended'), { encounter: a.encounter, reason: 'next' });
  for (const person of [a, again]) person.socket.disconnect();
});

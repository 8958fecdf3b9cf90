// SPDX-License-Identifier: GPL-3.0-or-later
//
// People on the reference client meet through causetted, on every transport that it has.
import { before, test } from 'node:test';
import { deepEqual, equal, match, notEqual, ok as yes } from 'node:assert/strict';
import { startServer } from '../harness.js';
import { Person, join, meet, ok, startSilent } from './people.js';

let server;
before(async () => { server = await startServer(); });

const transports = {
  'its own choice, polling first': {},
  'WebSocket alone': { transports: ['websocket'] },
  'polling alone': { transports: ['polling'] },
};
for (const [name, options] of Object.entries(transports)) {
  test(`two meet, talk and part: ${name}`, { timeout: 20000 }, async () => {
    const a = new Person(server.url, options);
    const upgraded = new Promise((done) => { a.socket.io.engine.once('upgrade', done); });
    await a.arrive();
    if (!options.transports) {
      await upgraded;
      equal(a.socket.io.engine.transport.name, 'websocket');
    }
    const b = await join(server.url, options);
    deepEqual(a.welcome.ice_servers, []);
    equal(a.welcome.policy, undefined); // a server without a policy names none
    yes(b.welcome.online >= 2);
    notEqual(a.welcome.resume, b.welcome.resume);

    deepEqual(await a.seek({ languages: ['fr'], topics: ['cinéma'] }), { ok: true, waiting: 1 });
    await b.seek({ languages: ['de', 'fr'], topics: ['CINÉMA'] });
    const paired = await a.paired('caller');
    deepEqual(paired.common, { languages: ['fr'], topics: ['cinéma'] });
    await b.paired('callee');
    equal(a.encounter, b.encounter);

    const there = Array.from({ length: 40 }, (_, i) => `there ${i}`);
    const back = Array.from({ length: 40 }, (_, i) => `back ${i}`);
    const answers = await Promise.all([...there.map((text) => a.relay(text)), ...back.map((text) => b.relay(text))]);
    for (const answer of answers) deepEqual(answer, ok);
    for (const text of there) equal(await b.heard(), text);
    for (const text of back) equal(await a.heard(), text);

    deepEqual(await a.end('next'), ok);
    deepEqual(await b.next('ended'), { encounter: b.encounter, reason: 'next' });
    equal((await b.relay('too late')).error, 'not-paired');

    // Not the same two again: the next who comes is the partner.
    deepEqual(await a.seek(), { ok: true, waiting: 1 });
    deepEqual(await b.seek(), { ok: true, waiting: 2 });
    const c = await join(server.url, options);
    await c.seek();
    await a.paired('caller');
    await c.paired('callee');
    deepEqual(await b.ask('leave', {}), ok);
    b.nothing();
    for (const person of [a, b, c]) person.socket.disconnect();
  });
}

test('who is blocked or reported is not met again', { timeout: 20000 }, async () => {
  const [a, b] = await meet(server.url);
  deepEqual(await a.ask('block', { encounter: a.encounter }), ok);
  deepEqual(await a.end(), ok);
  await b.next('ended');
  await b.seek();
  deepEqual(await a.seek(), { ok: true, waiting: 2 });
  const c = await join(server.url);
  await c.seek();
  await b.paired('caller');
  await c.paired('callee');

  deepEqual(await c.ask('report', { encounter: c.encounter, reason: 'harassment' }), ok);
  deepEqual(await b.next('ended'), { encounter: b.encounter, reason: 'hang-up' });
  deepEqual(await b.ask('leave'), ok);
  await c.seek();
  await a.paired('caller');
  for (const person of [a, b, c]) person.socket.disconnect();
});

test('who leaves the queue is not met', { timeout: 20000 }, async () => {
  const a = await join(server.url);
  const b = await join(server.url);
  await a.seek();
  deepEqual(await a.ask('leave', {}), ok);
  deepEqual(await b.seek(), { ok: true, waiting: 1 });
  deepEqual(await b.ask('leave', {}), ok);
  for (const person of [a, b]) { person.nothing(); person.socket.disconnect(); }
});

test('who goes for good ends the encounter at once', { timeout: 20000 }, async () => {
  const [a, b] = await meet(server.url);
  a.socket.disconnect();
  equal((await b.next('ended')).reason, 'hang-up');
  b.socket.disconnect();
});

// The connection of the one who waits looks open to the server, and nobody is there.
test('a half-open connection gets no partner', { timeout: 20000 }, async () => {
  const silent = await startSilent(server.port);
  const gone = await join(silent.url, { transports: ['websocket'] });
  await gone.seek();
  silent.fallSilent();
  // Later than the server takes a word for a sign of life: somebody else waits and leaves meanwhile.
  const begin = Date.now();
  while (Date.now() - begin < 700) {
    const passer = await join(server.url);
    equal((await passer.ask('leave')).ok, true);
    passer.socket.disconnect();
  }
  const a = await join(server.url);
  const b = await join(server.url);
  await a.seek({ topics: [] });
  await b.seek({ topics: [] });
  await a.paired();
  await b.paired();
  equal(a.encounter, b.encounter);
  gone.nothing();
  for (const person of [a, b, gone]) person.socket.disconnect();
});

test('every request is answered, whatever it is', { timeout: 20000 }, async () => {
  const a = await join(server.url);
  const no = async (code, name, ...args) => {
    const answer = await a.socket.timeout(5000).emitWithAck(name, ...args);
    equal(answer.ok, false);
    equal(answer.error, code);
    match(answer.message, /^[A-Z].*\.$/);
  };
  await no('unknown-event', 'dance', {});
  await no('unknown-event', 'welcome', {});
  await no('malformed', 'seek', 'please');
  await no('malformed', 'seek', { languages: [1] });
  await no('too-long', 'seek', { topics: ['x'.repeat(65)] });
  await no('malformed', 'relay', { encounter: 'x', kind: 'sealed', body: Buffer.from('binary') });
  await no('malformed', 'relay', { encounter: 'x', kind: 'sealed', body: 'no base64!' });
  await no('malformed', 'end');
  await no('not-paired', 'end', { encounter: 'x', reason: 'next' });
  await no('not-paired', 'block', { encounter: 'x' });
  // Without a wish for an answer it is done all the same.
  a.socket.emit('seek', { languages: [], topics: [] });
  await no('already', 'seek', { languages: [], topics: [] });
  a.socket.emit('dance');
  deepEqual(await a.ask('leave', {}), ok);
  a.nothing();
  a.socket.disconnect();
});

test('too much at once is refused, and the next second is another one', { timeout: 20000 }, async () => {
  const a = await join(server.url);
  const answers = await Promise.all(Array.from({ length: 60 }, () => a.ask('leave', {})));
  yes(answers.some((answer) => answer.ok));
  yes(answers.some((answer) => answer.error === 'too-many'));
  a.socket.disconnect();
});

test('two hundred at once: nobody left over, nobody twice', { timeout: 30000 }, async () => {
  const people = Array.from({ length: 200 }, (_, i) =>
    new Person(server.url, { transports: [['websocket'], ['polling'], ['polling', 'websocket']][i % 3] }));
  await Promise.all(people.map((person) => person.arrive()));
  const answers = await Promise.all(people.map((person, i) => person.seek({ topics: i % 2 ? ['chess'] : [], languages: i % 3 ? ['fr'] : ['en'] })));
  for (const answer of answers) equal(answer.ok, true);
  await Promise.all(people.map(async (person) => { await person.paired(); }));

  const encounters = new Map();
  for (const person of people) {
    const pair = encounters.get(person.encounter) ?? [];
    encounters.set(person.encounter, [...pair, person]);
  }
  equal(encounters.size, 100);
  for (const pair of encounters.values()) equal(pair.length, 2);
  await Promise.all([...encounters.values()].map(async ([a, b]) => {
    deepEqual(await a.relay(`from ${a.welcome.session}`), ok);
    equal(await b.heard(), `from ${a.welcome.session}`);
  }));
  for (const person of people) { person.nothing(); person.socket.disconnect(); }
});

test('nothing of all that was written down', async () => {
  equal(server.lines.length, 1);
  for (const line of server.errors.trim().split('\n')) match(line, /^causetted: (started, version [\d.]+|online \d+, [a-z0-9 ,;:]+)$/);
});

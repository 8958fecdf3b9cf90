// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two people, each a causette-probe process, through a real causetted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Probe, endAll, startCut, startServer, until } from '../harness.js';

const media = ['--video', 'test', '--audio', 'test', '--speaker', 'none'];
const noMedia = ['--video', 'none', '--audio', 'none', '--speaker', 'none'];

async function meet(url, argsA = media, argsB = media, urlB = url) {
  const anne = new Probe(url, argsA, { name: 'anne' });
  const bert = new Probe(urlB, argsB, { name: 'bert' });
  const [a, b] = await Promise.all([anne.event('paired'), bert.event('paired')]);
  assert.deepEqual([a.role, b.role].sort(), ['callee', 'caller'], 'one calls, the other is called');
  return [anne, bert];
}

const received = (probe) => probe.events.filter((e) => e.event === 'text' && e.from === 'partner').map((e) => e.text);

test('two people see, hear and read each other', { timeout: 90000 }, async () => {
  const server = await startServer();
  const [anne, bert] = await meet(server.url);
  for (const probe of [anne, bert]) {
    await probe.event('secured');
    await probe.event('ice', (e) => e.state === 'connected');
    const frame = await probe.event('first-video-frame');
    assert.equal(frame.width, 640);
    assert.equal(frame.height, 480);
    await probe.event('first-audio');
  }
  anne.write('say Bonjour, ça va ?');
  bert.write('say Très bien — et toi ? 🎈');
  await bert.event('text', (e) => e.from === 'partner' && e.text === 'Bonjour, ça va ?');
  await anne.event('text', (e) => e.from === 'partner' && e.text === 'Très bien — et toi ? 🎈');
  for (const probe of [anne, bert]) {
    const stats = await probe.event('stats', (e) => e.video_fps_in >= 20 && e.audio_kbps_in > 1 && e.video_kbps_in > 20, 30000);
    assert.equal(stats.width, 640);
  }
  anne.write('end');
  assert.equal((await bert.event('ended')).reason, 'partner-hung-up');
  assert.equal((await anne.event('ended')).reason, 'hang-up');
  await endAll();
});

test('going on finds someone else, and the one left is told', { timeout: 90000 }, async () => {
  const server = await startServer();
  const [anne, bert] = await meet(server.url, noMedia, noMedia);
  await Promise.all([anne.event('ice', (e) => e.state === 'connected'), bert.event('ice', (e) => e.state === 'connected')]);
  const third = new Probe(server.url, noMedia, { name: 'chloe' });
  await third.event('seeking');
  const before = anne.events.length;
  anne.write('next');
  assert.equal((await bert.event('ended')).reason, 'partner-next');
  await anne.event('paired', () => true, 30000, before);
  await third.event('paired');
  third.write('say it is Chloe');
  await anne.event('text', (e) => e.text === 'it is Chloe');
  assert.ok(!bert.lines.join('\n').includes('it is Chloe'));
  await endAll();
});

test('a partner who vanishes is told as lost', { timeout: 90000 }, async () => {
  const server = await startServer({ args: ['--resume-seconds', '3'] });
  const [anne, bert] = await meet(server.url);
  await anne.event('first-video-frame');
  bert.signal('SIGKILL');
  assert.equal((await anne.event('ended', () => true, 45000)).reason, 'partner-lost');
  await endAll();
});

test('a connection to the server cut for 10 s loses no message and ends no encounter', { timeout: 120000 }, async () => {
  const server = await startServer();
  const cut = await startCut(server.port);
  const [anne, bert] = await meet(cut.url, media, media, server.url);
  await Promise.all([anne.event('first-video-frame'), bert.event('first-video-frame')]);
  anne.write('say one');
  await bert.event('text', (e) => e.text === 'one');
  const onlineBefore = anne.events.filter((e) => e.event === 'online').length;
  const framesFrom = bert.events.length;
  cut.cut();
  anne.write('say two');
  bert.write('say deux');
  await until('ten seconds of pictures without the server', () => bert.events.slice(framesFrom).filter((e) => e.event === 'stats' && e.video_fps_in > 5).length >= 10, 30000);
  anne.write('say three');
  cut.mend();
  await until('online again', () => anne.events.filter((e) => e.event === 'online').length > onlineBefore, 30000);
  anne.write('say four');
  bert.write('say quatre');
  await bert.event('text', (e) => e.text === 'four');
  await anne.event('text', (e) => e.text === 'quatre');
  assert.deepEqual(received(bert), ['one', 'two', 'three', 'four']);
  assert.deepEqual(received(anne), ['deux', 'quatre']);
  assert.equal(anne.events.filter((e) => e.event === 'ended').length, 0);
  assert.equal(anne.events.filter((e) => e.event === 'paired').length, 1);
  await endAll();
});

test('a connection cut while the two are being introduced is taken up again', { timeout: 120000 }, async () => {
  const server = await startServer();
  const cut = await startCut(server.port);
  const anne = new Probe(cut.url, media, { name: 'anne' });
  await anne.event('seeking');
  const bert = new Probe(server.url, media, { name: 'bert' });
  await anne.event('paired');
  cut.cut();
  anne.write('say written while cut off');
  await bert.event('paired');
  cut.mend();
  await anne.event('first-video-frame', () => true, 40000);
  await bert.event('text', (e) => e.text === 'written while cut off', 40000);
  assert.deepEqual(received(bert), ['written while cut off']);
  await endAll();
});

test('a restart of the server leaves the call running, and the next encounter works', { timeout: 120000 }, async () => {
  const server = await startServer();
  const [anne, bert] = await meet(server.url);
  await Promise.all([anne.event('first-video-frame'), bert.event('first-video-frame')]);
  const port = server.port;
  server.signal('SIGKILL');
  await server.exit;
  anne.write('say no server now');
  await bert.event('text', (e) => e.text === 'no server now');
  const from = bert.events.length;
  await bert.event('stats', (e) => e.video_fps_in >= 15, 20000, from);
  const again = await startServer({ port });
  await Promise.all([anne, bert].map((probe) => until('online again', () => probe.events.filter((e) => e.event === 'online').length >= 2, 45000)));
  bert.write('say still here');
  await anne.event('text', (e) => e.text === 'still here');
  assert.equal(anne.events.filter((e) => e.event === 'ended').length, 0);
  const chloe = new Probe(again.url, noMedia, { name: 'chloe' });
  await chloe.event('seeking');
  const before = anne.events.length;
  anne.write('next');
  assert.equal((await bert.event('ended')).reason, 'partner-next');
  await anne.event('paired', () => true, 30000, before);
  await chloe.event('paired');
  await endAll();
});

test('the probe says what is wrong', { timeout: 60000 }, async () => {
  const lonely = new Probe('http://127.0.0.1:9', [...noMedia, '--duration', '4'], { name: 'lonely' });
  const { code } = await lonely.exit;
  assert.equal(code, 1);
  const last = lonely.events.at(-1);
  assert.equal(last.event, 'error');
  assert.ok(last.message.length > 10, 'the error is a sentence');
  const wrong = new Probe('http://127.0.0.1:9', ['--fps', 'many'], { name: 'wrong' });
  assert.equal((await wrong.exit).code, 1);
});

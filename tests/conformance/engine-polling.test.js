// SPDX-License-Identifier: GPL-3.0-or-later
// The transport of long-polling: messages, heartbeat, what must not overlap, how it ends.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { MAX_PAYLOAD, startEcho, within } from './echo.js';

const echo = await startEcho('engine');
const SEPARATOR = '\x1e';

// Polls and answers pings until something else comes.
async function pollPast(sid) {
  for (;;) {
    const { status, text } = await echo.poll(sid);
    if (status !== 200 || text !== '2') return { status, text };
    assert.deepEqual(await echo.post(sid, '3'), { status: 200, text: 'ok' });
  }
}

// A GET whose connection the test holds in its hand.
function heldPoll(sid) {
  const held = request(echo.address({ transport: 'polling', sid }), { agent: false });
  held.on('error', () => {});
  held.end();
  return held;
}

for (const [what, body] of [
  ['one text', '4hello'],
  ['an empty text', '4'],
  ['several texts', ['4test1', '4test2', '4test3'].join(SEPARATOR)],
  ['text and binary', ['4hello', 'bAQIDBA=='].join(SEPARATOR)],
  ['an empty binary', 'b'],
  ['what is beyond ASCII', '4\u20ac \u{1f600} \u00e9'],
]) {
  test(`${what} comes back`, async () => {
    const { sid } = await echo.open();
    assert.deepEqual(await echo.post(sid, body), { status: 200, text: 'ok' });
    assert.deepEqual(await echo.poll(sid), { status: 200, text: body });
    assert.equal((await echo.post(sid, '1')).status, 200);
  });
}

test('a parked poll is answered when a message comes', async () => {
  const { sid } = await echo.open();
  const parked = echo.poll(sid);
  await echo.post(sid, '4late');
  assert.deepEqual(await parked, { status: 200, text: '4late' });
});

test('a message of the full size passes', async () => {
  const { sid } = await echo.open();
  const body = `4${'x'.repeat(MAX_PAYLOAD - 1)}`;
  assert.deepEqual(await echo.post(sid, body), { status: 200, text: 'ok' });
  assert.equal((await pollPast(sid)).text, body);
});

test('a body over the limit is refused and ends the session', async () => {
  const { sid } = await echo.open();
  assert.equal((await echo.post(sid, `4${'x'.repeat(MAX_PAYLOAD)}`)).status, 413);
  assert.equal((await echo.poll(sid)).status, 400);
});

for (const [what, body] of [
  ['an unknown packet type', 'abc'],
  ['an empty body', ''],
  ['an empty packet among others', `4a${SEPARATOR}${SEPARATOR}4b`],
  ['bad base64', 'bAQID*A=='],
  ['bad UTF-8', Buffer.from([0x34, 0xc3, 0x28])],
  ['a ping, which is the server\'s to send', '2'],
  ['an open packet', '0{}'],
]) {
  test(`${what} ends the session`, async () => {
    const { sid } = await echo.open();
    assert.equal((await echo.post(sid, body)).status, 400);
    assert.equal((await echo.poll(sid)).status, 400);
  });
}

test('a malformed packet closes the parked poll, and nothing behind it is heard', async () => {
  const { sid } = await echo.open();
  const parked = echo.poll(sid);
  assert.equal((await echo.post(sid, `x${SEPARATOR}4hello`)).status, 400);
  assert.deepEqual(await parked, { status: 200, text: '1' });
});

test('heartbeat: three pings, three pongs', async () => {
  const { sid } = await echo.open();
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await echo.poll(sid), { status: 200, text: '2' });
    assert.deepEqual(await echo.post(sid, '3'), { status: 200, text: 'ok' });
  }
});

test('heartbeat: without a pong the session ends', async () => {
  const { sid } = await echo.open();
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '2' });
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '1' });
  assert.equal((await echo.poll(sid)).status, 400);
});

test('heartbeat: a pong that nobody asked for changes nothing', async () => {
  const { sid } = await echo.open();
  assert.equal((await echo.post(sid, '3')).status, 200);
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '2' });
  assert.equal((await echo.post(sid, '3')).status, 200);
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '2' });
});

test('of two polls at once the first is closed and the second refused', async () => {
  const { sid } = await echo.open();
  const polls = [echo.poll(sid), echo.poll(sid)];
  const answers = (await Promise.all(polls)).sort((a, b) => a.status - b.status);
  assert.deepEqual(answers[0], { status: 200, text: '1' });
  assert.equal(answers[1].status, 400);
  assert.equal((await echo.poll(sid)).status, 400);
});

test('of two POSTs at once the second is refused and the session ends', async () => {
  const { sid } = await echo.open();
  const slow = request(echo.address({ transport: 'polling', sid }), { method: 'POST', agent: false, headers: { 'Content-Length': 6 } });
  const slowAnswer = new Promise((done) => {
    slow.on('response', (response) => { response.resume(); done(response.statusCode); });
    slow.on('error', () => done(0));
  });
  slow.write('4h'); // the rest waits until the other one was answered
  const parked = echo.poll(sid);
  // The first may still be on its way: a POST that does not overlap is fine.
  let second;
  do second = await echo.post(sid, '4x'); while (second.status === 200);
  assert.equal(second.status, 400);
  slow.end('ello');
  assert.notEqual(await within(slowAnswer, 'answer'), 200);
  assert.equal((await parked).status, 200);
  assert.equal((await echo.poll(sid)).status, 400);
});

test('an aborted poll ends the session', async () => {
  const before = await echo.ends();
  const { sid } = await echo.open();
  const held = heldPoll(sid);
  await within(new Promise((done) => held.on('socket', (socket) => socket.once('connect', done))), 'connection');
  await echo.ends(); // a turn of the server's loop, for the poll to arrive
  held.destroy();
  await echo.ended('transport close', before);
  assert.equal((await echo.poll(sid)).status, 400);
});

test('an aborted POST ends the session', async () => {
  const before = await echo.ends();
  const { sid } = await echo.open();
  const post = request(echo.address({ transport: 'polling', sid }), { method: 'POST', agent: false, headers: { 'Content-Length': 100 } });
  post.on('error', () => {});
  await within(new Promise((done) => post.write('4half', done)), 'write');
  await echo.ends(); // a turn of the server's loop, for the POST to arrive
  post.destroy();
  await echo.ended('transport close', before);
});

test('a close packet ends the session and releases the parked poll', async () => {
  const { sid } = await echo.open();
  const parked = echo.poll(sid);
  await echo.sessions(); // a turn of the server's loop, for the poll to arrive first
  assert.deepEqual(await echo.post(sid, '1'), { status: 200, text: 'ok' });
  const { status, text } = await parked;
  assert.ok(status === 400 || text === '6');
  assert.equal((await echo.poll(sid)).status, 400);
});

test('other methods on a session are refused and do it no harm', async () => {
  const { sid } = await echo.open();
  assert.equal((await echo.fetch({ sid }, { method: 'PUT', body: '4x' }).catch(() => ({ status: 400 }))).status, 400);
  assert.equal((await echo.fetch({ sid }, { method: 'DELETE' })).status, 400);
  assert.deepEqual(await echo.post(sid, '4still'), { status: 200, text: 'ok' });
  assert.equal((await echo.poll(sid)).text, '4still');
});

test('a session that leaves too much unread is closed', async () => {
  const before = await echo.ends();
  const { sid } = await echo.open();
  const body = `4${'x'.repeat(MAX_PAYLOAD - 1)}`;
  let status = 200;
  for (let i = 0; i < 10 && status === 200; i++) ({ status } = await echo.post(sid, body));
  assert.equal(status, 400);
  assert.equal((await echo.poll(sid)).status, 400);
  await echo.ended('unread limit', before);
});

test('nothing is left over', () => echo.empty());

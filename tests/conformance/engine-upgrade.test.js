// SPDX-License-Identifier: GPL-3.0-or-later
// From long-polling to WebSocket: probe, upgrade, and what may go wrong on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEcho, within } from './echo.js';

const echo = await startEcho('engine');

async function probed() {
  const { sid } = await echo.open();
  const wire = echo.websocket({ sid });
  await within(wire.opened, 'open');
  wire.send('2probe');
  assert.equal(await wire.next('probe'), '3probe');
  return { sid, wire };
}

test('a session moves to the WebSocket', async () => {
  const { sid, wire } = await probed();
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '6' });
  wire.send('5');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  wire.send(Buffer.from([1, 2, 3]));
  assert.deepEqual(await wire.next(), Buffer.from([1, 2, 3]));
  await wire.end();
});

test('the probe releases a parked poll', async () => {
  const { sid } = await echo.open();
  const parked = echo.poll(sid);
  const wire = echo.websocket({ sid });
  await within(wire.opened, 'open');
  wire.send('2probe');
  assert.deepEqual(await parked, { status: 200, text: '6' });
  assert.equal(await wire.next('probe'), '3probe');
  wire.send('5');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  await wire.end();
});

test('what waited for a poll comes over the WebSocket', async () => {
  const { sid, wire } = await probed();
  assert.equal((await echo.post(sid, '4waiting')).status, 200);
  wire.send('5');
  assert.equal(await wire.next(), '4waiting');
  await wire.end();
});

test('messages still pass over polling until the upgrade', async () => {
  const { sid, wire } = await probed();
  assert.equal((await echo.post(sid, '4before')).status, 200);
  assert.deepEqual(await echo.poll(sid), { status: 200, text: '4before' });
  wire.send('5');
  wire.send('4after');
  assert.equal(await wire.next(), '4after');
  await wire.end();
});

test('probe and upgrade in one breath', async () => {
  const { sid } = await echo.open();
  const wire = echo.websocket({ sid });
  await within(wire.opened, 'open');
  wire.send('2probe');
  wire.send('5');
  wire.send('4hello');
  assert.equal(await wire.next('probe'), '3probe');
  assert.equal(await wire.next(), '4hello');
  await wire.end();
});

test('requests of an upgraded session are refused', async () => {
  const { sid, wire } = await probed();
  wire.send('5');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  const refused = await echo.poll(sid);
  assert.equal(refused.status, 400);
  assert.equal(JSON.parse(refused.text).code, 3);
  assert.equal((await echo.post(sid, '4x')).status, 400);
  wire.send('4still here');
  assert.equal(await wire.next(), '4still here');
  await wire.end();
});

test('a second WebSocket of an upgraded session is accepted and closed', async () => {
  const { sid, wire } = await probed();
  wire.send('5');
  const second = echo.websocket({ sid });
  assert.equal(await within(second.opened, 'open'), true);
  await within(second.closed, 'close');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  await wire.end();
});

test('a second WebSocket beside a probe is accepted and closed', async () => {
  const { sid, wire } = await probed();
  const second = echo.websocket({ sid });
  await within(second.closed, 'close');
  wire.send('5');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  await wire.end();
});

for (const [what, message] of [
  ['a message', '4too early'],
  ['binary', Buffer.from([1])],
  ['an upgrade without a probe', '5'],
  ['another ping', '2'],
  ['nonsense', 'abc'],
]) {
  test(`${what} in place of the probe closes the WebSocket, not the session`, async () => {
    const { sid } = await echo.open();
    const wire = echo.websocket({ sid });
    await within(wire.opened, 'open');
    wire.send(message);
    await within(wire.closed, 'close');
    assert.deepEqual(await echo.post(sid, '4alive'), { status: 200, text: 'ok' });
    assert.equal((await echo.poll(sid)).text, '4alive');
  });
}

test('a probe that goes away leaves the session on polling, and another one may come', async () => {
  const { sid, wire } = await probed();
  await wire.end();
  await echo.post(sid, '4alive');
  assert.equal((await echo.poll(sid)).text, '4alive');
  const again = echo.websocket({ sid });
  await within(again.opened, 'open');
  again.send('2probe');
  assert.equal(await again.next('probe'), '3probe');
  again.send('5');
  again.send('4hello');
  assert.equal(await again.next(), '4hello');
  await again.end();
});

test('a probe that never upgrades is closed', async () => {
  const { sid, wire } = await probed();
  let closed = false;
  wire.closed.then(() => { closed = true; });
  while (!closed) {
    const { status, text } = await echo.poll(sid);
    assert.equal(status, 200);
    if (text === '2') await echo.post(sid, '3');
  }
  await echo.post(sid, '4alive');
  assert.match((await echo.poll(sid)).text, /^4alive/);
});

test('the end of a session takes its probe along', async () => {
  const { sid, wire } = await probed();
  assert.equal((await echo.post(sid, '1')).status, 200);
  await within(wire.closed, 'close');
});

test('nothing is left over', () => echo.empty());

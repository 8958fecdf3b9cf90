// SPDX-License-Identifier: GPL-3.0-or-later
// Many sessions that come and go: none is left over, none leaks (the server's exit status tells, in
// a build with AddressSanitizer), and the server ends well with sessions in every state.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { startEcho, within } from './echo.js';

const COUNT = 150;
const WAVE = 15;
const echo = await startEcho('socket');

test('clients that connect and leave at once', async () => {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    // Not all at once: a busy machine is too slow for so many heartbeats of 300 ms.
    for (let i = 0; i < COUNT; i += WAVE) {
      await within(Promise.all(Array.from({ length: WAVE }, () => new Promise((done, fail) => {
        const socket = io(echo.url, { transports, forceNew: true, reconnection: false });
        socket.on('connect', () => { socket.close(); done(); });
        socket.on('connect_error', fail);
      }))), transports.join(' then '));
    }
  }
  await echo.empty();
});

test('handshakes that are never heard of again', async () => {
  await Promise.all(Array.from({ length: COUNT }, () => echo.open()));
  await echo.empty();
});

test('WebSockets that go away at any moment', async () => {
  await within(Promise.all(Array.from({ length: COUNT }, async (_, i) => {
    const wire = echo.websocket();
    if (i % 3 === 0) wire.socket.terminate();
    await Promise.race([wire.opened, wire.closed]);
    if (i % 3 === 1) wire.socket.terminate();
    if (i % 3 === 2) { wire.send('40'); wire.send('42["message"]'); wire.socket.terminate(); }
    await wire.closed;
  })), 'connections');
  await echo.empty();
});

test('polls that are cut off', async () => {
  await Promise.all(Array.from({ length: COUNT }, async () => {
    const { sid } = await echo.open();
    const poll = request(echo.address({ transport: 'polling', sid }), { agent: false });
    poll.on('error', () => {});
    poll.end();
    await within(new Promise((done) => poll.on('socket', (socket) => socket.once('connect', done))), 'connection');
    poll.destroy();
  }));
  await echo.empty();
});

test('draining: everybody is told, new ones are refused, the server ends by itself', async () => {
  const draining = await startEcho('socket');
  const socket = io(draining.url, { transports: ['websocket'], forceNew: true, reconnection: false });
  await within(new Promise((done) => socket.on('auth', done)), 'auth');
  const { sid } = await draining.open();
  const parked = draining.poll(sid);
  const probing = await draining.open();
  const probe = draining.websocket({ sid: probing.sid });
  await within(probe.opened, 'open');
  await draining.sessions();

  const left = new Promise((done) => socket.on('disconnect', done));
  draining.program.signal('SIGTERM');
  await within(left, 'disconnect');
  assert.deepEqual(await parked, { status: 200, text: '1' });
  assert.equal((await draining.fetch({})).status, 503);
  assert.deepEqual(await draining.poll(probing.sid), { status: 200, text: '1' });
  await within(probe.closed, 'close');
  assert.deepEqual(await draining.program.exit, { code: 0, signal: null });
});

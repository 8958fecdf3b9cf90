// SPDX-License-Identifier: GPL-3.0-or-later
// The reference client of npm, on each transport and on its way from one to the other.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { startEcho, within } from './echo.js';

const echo = await startEcho('socket');
const WAYS = [['polling'], ['websocket'], ['polling', 'websocket'], ['websocket', 'polling']];

const once = (emitter, event) => within(new Promise((done) => emitter.once(event, (...values) => done(values))), event);

function client(transports, options = {}, nsp = '') {
  return io(`${echo.url}${nsp}`, { transports, forceNew: true, reconnection: false, ...options });
}

for (const transports of WAYS) {
  const way = transports.join(' then ');

  test(`${way}: connects with what it authenticates with`, async () => {
    const socket = client(transports, { auth: { token: '123', deep: { list: [1, null, true] } } });
    const [auth] = await once(socket, 'auth');
    assert.deepEqual(auth, { token: '123', deep: { list: [1, null, true] } });
    assert.equal(socket.connected, true);
    socket.close();
  });

  test(`${way}: events and acknowledgements, text and binary`, async () => {
    const socket = client(transports);
    await once(socket, 'connect');
    const bytes = randomBytes(5000);
    const back = once(socket, 'message-back');
    socket.emit('message', 'text', 1.5, bytes, { nested: [bytes] });
    assert.deepEqual(await back, ['text', 1.5, bytes, { nested: [bytes] }]);
    const acknowledged = await within(new Promise((done) => socket.emit('message-with-ack', bytes, '\u{1f600}', (...values) => done(values))), 'acknowledgement');
    assert.deepEqual(acknowledged, [bytes, '\u{1f600}']);
    socket.close();
  });

  test(`${way}: two hundred acknowledgements at once`, async () => {
    const socket = client(transports);
    await once(socket, 'connect');
    const answers = await within(Promise.all(Array.from({ length: 200 }, (_, i) => socket.emitWithAck('message-with-ack', i))), 'acknowledgements');
    assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
    socket.close();
  });

  test(`${way}: two namespaces over one session`, async () => {
    const main = io(echo.url, { transports, forceNew: true, reconnection: false });
    const custom = main.io.socket('/custom');
    await Promise.all([once(main, 'connect'), once(custom, 'connect')]);
    const back = once(custom, 'message-back');
    custom.emit('message', 'x');
    assert.deepEqual(await back, ['x']);
    main.io._close();
  });

  test(`${way}: an unknown namespace is refused`, async () => {
    const socket = client(transports, {}, '/random');
    const [error] = await once(socket, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
    socket.io._close();
  });

  test(`${way}: the server puts it out`, async () => {
    const socket = client(transports);
    await once(socket, 'connect');
    const left = once(socket, 'disconnect');
    socket.emit('put-me-out', true);
    assert.equal((await left)[0], 'io server disconnect');
  });

  test(`${way}: stays through heartbeats`, async () => {
    const socket = client(transports);
    await once(socket, 'connect');
    for (let i = 0; i < 4; i++) await once(socket.io, 'ping');
    assert.equal(await within(socket.emitWithAck('message-with-ack', 'alive'), 'acknowledgement'), 'alive');
    socket.close();
  });
}

test('polling then websocket: it does upgrade, and nothing is lost on the way', async () => {
  const socket = client(['polling', 'websocket']);
  const upgraded = new Promise((done) => socket.io.once('open', () => socket.io.engine.once('upgrade', (transport) => done(transport.name))));
  const received = [];
  socket.on('message-back', (i) => received.push(i));
  await once(socket, 'connect');
  let sent = 0;
  let isUpgraded = false;
  upgraded.then(() => { isUpgraded = true; });
  // Messages before, during and after the upgrade.
  while (!isUpgraded || sent < 100) {
    assert.equal(await within(socket.emitWithAck('message-with-ack', sent), 'acknowledgement'), sent);
    socket.emit('message', sent++);
  }
  assert.equal(await within(upgraded, 'upgrade'), 'websocket');
  while (received.length < sent) await once(socket, 'message-back');
  assert.deepEqual(received, Array.from({ length: sent }, (_, i) => i));
  socket.close();
});

test('nothing is left over', () => echo.empty());

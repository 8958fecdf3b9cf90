// SPDX-License-Identifier: GPL-3.0-or-later
// The transport of WebSocket: messages, heartbeat, limits, how it ends.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { MAX_PAYLOAD, startEcho, within } from './echo.js';

const echo = await startEcho('engine');

async function open(options) {
  const wire = echo.websocket({}, options);
  await wire.handshake();
  return wire;
}

for (const [what, message] of [
  ['text', '4hello'],
  ['an empty text', '4'],
  ['what is beyond ASCII', '4\u20ac \u{1f600} \u00e9'],
  ['binary', Buffer.from([1, 2, 3, 4])],
  ['an empty binary', Buffer.alloc(0)],
  ['binary that looks like text', Buffer.from('4hello')],
  ['text with a length of 16 bits', `4${'a'.repeat(1000)}`],
  ['text with a length of 64 bits', `4${'b'.repeat(70_000)}`],
  ['binary of the full size', randomBytes(MAX_PAYLOAD)],
]) {
  test(`${what} comes back`, async () => {
    const wire = await open();
    wire.send(message);
    assert.deepEqual(await wire.next(), message);
    await wire.end();
  });
}

// RFC 6455 §5.2: the lengths at which the form of a frame changes, and those of the server's buffers.
for (const size of [124, 125, 126, 127, 1023, 1024, 1025, 65_534, 65_535, 65_536, 131_072]) {
  test(`a message of ${size} bytes comes back`, async () => {
    const wire = await open();
    const bytes = randomBytes(size);
    wire.send(bytes);
    assert.deepEqual(await wire.next(), bytes);
    const text = `4${'y'.repeat(size - 1)}`;
    wire.send(text);
    assert.equal(await wire.next(), text);
    await wire.end();
  });
}

test('a message in fragments comes back whole', async () => {
  const wire = await open();
  wire.socket.send('4one ', { fin: false });
  wire.socket.ping();
  wire.socket.send('two ', { fin: false });
  wire.socket.send('three', { fin: true });
  assert.equal(await wire.next(), '4one two three');
  await wire.end();
});

test('a thousand messages come back in order', async () => {
  const wire = await open();
  for (let i = 0; i < 1000; i++) wire.send(i % 3 === 0 ? Buffer.from(String(i)) : `4${i}`);
  for (let i = 0; i < 1000; i++) assert.equal(String(await wire.next()), i % 3 === 0 ? String(i) : `4${i}`);
  await wire.end();
});

for (const [what, message] of [
  ['an unknown packet type', 'abc'],
  ['an empty text', ''],
  ['a ping, which is the server\'s to send', '2'],
  ['an open packet', '0{}'],
]) {
  test(`${what} ends the session`, async () => {
    const wire = await open();
    wire.send(message);
    await within(wire.closed, 'close');
  });
}

test('text that is not UTF-8 ends the session', async () => {
  const wire = await open();
  wire.socket.send(Buffer.from([0x34, 0xc3, 0x28]), { binary: false });
  await within(wire.closed, 'close');
});

test('a message over the limit ends the session', async () => {
  const wire = await open();
  wire.send(Buffer.alloc(MAX_PAYLOAD + 1));
  const code = await within(wire.closed, 'close');
  assert.ok(code === 1009 || code === 1006, `closed with ${code}`);
});

test('fragments over the limit end the session', async () => {
  const wire = await open();
  wire.socket.send(Buffer.alloc(MAX_PAYLOAD - 10), { fin: false });
  wire.socket.send(Buffer.alloc(11), { fin: true });
  const code = await within(wire.closed, 'close');
  assert.ok(code === 1009 || code === 1006, `closed with ${code}`);
});

test('heartbeat: three pings, three pongs', async () => {
  const wire = await open({ heartbeat: false });
  for (let i = 0; i < 3; i++) {
    assert.equal(await wire.next('ping'), '2');
    wire.send('3');
  }
  await wire.end();
});

test('heartbeat: without a pong the session ends', async () => {
  const before = await echo.ends();
  const wire = await open({ heartbeat: false });
  assert.equal(await wire.next('ping'), '2');
  await within(wire.closed, 'close');
  await echo.ended('ping timeout', before);
});

test('heartbeat: other messages are no pong', async () => {
  const wire = await open({ heartbeat: false });
  assert.equal(await wire.next('ping'), '2');
  wire.send('4hello');
  assert.equal(await wire.next(), '4hello');
  await within(wire.closed, 'close');
});

test('a close packet ends the session', async () => {
  const wire = await open();
  wire.send('1');
  assert.equal(await within(wire.closed, 'close'), 1000);
});

test('a client that does not read is cut off', async () => {
  const before = await echo.ends();
  const wire = await open();
  wire.socket._socket.pause();
  const message = Buffer.alloc(MAX_PAYLOAD);
  const push = (error) => {
    if (error || wire.socket.readyState !== wire.socket.OPEN) return;
    wire.send('3'); // it is alive, whatever it is asked
    wire.socket.send(message, push);
  };
  push();
  await echo.ended('unread limit', before);
  wire.socket.terminate();
});

test('connections that just go away leave nothing behind', async () => {
  const wires = await Promise.all(Array.from({ length: 20 }, () => open()));
  for (const wire of wires) wire.socket._socket.destroy();
  await echo.empty();
});

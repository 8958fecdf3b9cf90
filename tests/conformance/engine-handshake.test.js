// SPDX-License-Identifier: GPL-3.0-or-later
// How a session begins, and how it is refused, on both transports.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PAYLOAD, PING_INTERVAL_MS, PING_TIMEOUT_MS, startEcho, within } from './echo.js';

const echo = await startEcho('engine');

function assertHandshake(handshake, upgrades) {
  const { sid, ...rest } = handshake;
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.deepEqual(rest, { upgrades, pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS, maxPayload: MAX_PAYLOAD });
}

test('polling: a GET opens a session', async () => {
  assertHandshake(await echo.open(), ['websocket']);
});

test('websocket: a connection opens a session', async () => {
  const wire = echo.websocket();
  assertHandshake(await wire.handshake(), []);
  await wire.end();
});

test('no two sessions have the same sid', async () => {
  const sids = await Promise.all(Array.from({ length: 50 }, async () => (await echo.open()).sid));
  assert.equal(new Set(sids).size, 50);
});

const refusals = [
  ['no EIO', {}, { EIO: null }, 'GET', 5, 'Unsupported protocol version'],
  ['an EIO that is no number', {}, { EIO: 'abc' }, 'GET', 5, 'Unsupported protocol version'],
  ['an older EIO', {}, { EIO: '3' }, 'GET', 5, 'Unsupported protocol version'],
  ['an EIO of many digits', {}, { EIO: '4444444444' }, 'GET', 5, 'Unsupported protocol version'],
  ['no transport', {}, { transport: null }, 'GET', 0, 'Transport unknown'],
  ['an unknown transport', {}, { transport: 'abc' }, 'GET', 0, 'Transport unknown'],
  ['a transport of great length', {}, { transport: 'x'.repeat(300) }, 'GET', 0, 'Transport unknown'],
  ['websocket without an upgrade', {}, { transport: 'websocket' }, 'GET', 3, 'Bad request'],
  ['an unknown sid', {}, { sid: 'abc' }, 'GET', 1, 'Session ID unknown'],
  ['a POST', {}, {}, 'POST', 2, 'Bad handshake method'],
  ['a PUT', {}, {}, 'PUT', 2, 'Bad handshake method'],
  ['a DELETE', {}, {}, 'DELETE', 2, 'Bad handshake method'],
];
for (const [what, , change, method, code, message] of refusals) {
  test(`polling: ${what} is refused`, async () => {
    const url = new URL(echo.address({ transport: 'polling' }));
    for (const [key, value] of Object.entries(change)) {
      if (value === null) url.searchParams.delete(key);
      else url.searchParams.set(key, value);
    }
    const response = await fetch(url, { method });
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { code, message });
  });
}

for (const [what, query, code] of [
  ['no EIO', { EIO: '' }, 5],
  ['an older EIO', { EIO: '3' }, 5],
  ['no transport', { transport: '' }, 0],
  ['an unknown transport', { transport: 'abc' }, 0],
  ['polling as its transport', { transport: 'polling' }, 3],
  ['an unknown sid', { sid: 'abc' }, 1],
]) {
  test(`websocket: ${what} is refused`, async () => {
    const wire = echo.websocket(query);
    const { status, text } = await within(wire.refused, 'refusal');
    assert.equal(status, 400);
    assert.equal(JSON.parse(text).code, code);
    await wire.closed;
  });
}

test('websocket: another path is not there', async () => {
  const wire = echo.websocket();
  const other = new (wire.socket.constructor)(`ws://127.0.0.1:${echo.port}/other/?EIO=4&transport=websocket`);
  const status = await within(new Promise((done) => {
    other.on('unexpected-response', (_request, response) => { response.resume(); other.terminate(); done(response.statusCode); });
    other.on('error', () => {});
  }), 'refusal');
  assert.equal(status, 404);
  await wire.end();
});

test('what is refused leaves no session behind', async () => {
  const wire = echo.websocket({ EIO: '3' });
  await within(wire.refused, 'refusal');
  await echo.empty();
});

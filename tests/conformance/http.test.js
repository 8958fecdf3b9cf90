// SPDX-License-Identifier: GPL-3.0-or-later
// Plain HTTP beside and beneath the protocol: CORS, routes, and requests as no client sends them.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startEcho, within } from './echo.js';

const any = await startEcho('engine');
const listed = await startEcho('engine', '--origin', 'https://example.org', '--origin', 'https://example.net');

function handshake(echo, origin) {
  return echo.fetch({}, { headers: origin ? { Origin: origin } : {} });
}

test('CORS: any origin may, where any is allowed', async () => {
  const response = await handshake(any, 'https://somewhere.example');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
});

test('CORS: an origin on the list is named in the answer', async () => {
  const response = await handshake(listed, 'https://example.net');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-allow-origin'), 'https://example.net');
  assert.equal(response.headers.get('vary'), 'Origin');
});

for (const origin of ['https://evil.example', 'http://example.org', 'https://example.org.evil.example', 'null', `https://${'x'.repeat(600)}.example`]) {
  test(`CORS: ${origin.slice(0, 40)} is refused`, async () => {
    const response = await handshake(listed, origin);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    assert.equal((await response.json()).code, 4);
    const wire = listed.websocket({}, { origin });
    assert.equal((await within(wire.refused, 'refusal')).status, 403);
  });
}

test('CORS: without an origin, and from the server\'s own address, nothing is in the way', async () => {
  assert.equal((await handshake(listed)).status, 200);
  assert.equal((await handshake(listed, listed.url)).status, 200);
  const wire = listed.websocket({}, { origin: 'https://example.org' });
  await wire.handshake();
  await wire.end();
});

test('CORS: a preflight is answered', async () => {
  const response = await listed.fetch({}, {
    method: 'OPTIONS',
    headers: { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type, x-more' },
  });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-origin'), 'https://example.org');
  assert.match(response.headers.get('access-control-allow-methods'), /GET.*POST/);
  assert.equal(response.headers.get('access-control-allow-headers'), 'content-type, x-more');
});

test('CORS: a preflight from elsewhere is refused', async () => {
  const response = await listed.fetch({}, { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } });
  assert.equal(response.status, 403);
  assert.equal(response.headers.get('access-control-allow-origin'), null);
});

test('routes: what the layer above serves, and nothing else', async () => {
  assert.equal((await fetch(`${any.url}/sessions`)).status, 200);
  assert.equal((await fetch(`${any.url}/`)).status, 404);
  assert.equal((await fetch(`${any.url}/engine.io`)).status, 404);
  assert.equal((await fetch(`${any.url}/engine.io/more`)).status, 404);
  assert.equal((await fetch(`${any.url}/sessions`, { method: 'POST', body: 'x' })).status, 405);
});

const POLLING = '/engine.io/?EIO=4&transport=polling';
const statusOf = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);

for (const [what, bytes, statuses] of [
  ['a body in chunks', `POST ${POLLING} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n`, [411, 400]],
  ['a body without a length', `POST ${POLLING} HTTP/1.1\r\nHost: x\r\n\r\n3`, [411]],
  ['a length that is none', `POST ${POLLING} HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n`, [400]],
  ['two lengths', `POST ${POLLING} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n`, [400]],
  ['a length and chunks', `POST ${POLLING} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, [400]],
  ['a GET with a body', `GET ${POLLING} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`, [400]],
  ['another upgrade', `GET ${POLLING} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n`, [403, 0]],
  ['another upgrade on a used connection', `GET /sessions HTTP/1.1\r\nHost: x\r\n\r\nGET ${POLLING} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n`, [200]],
  ['an upgrade without a key', 'GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n', [0]],
  ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', [0]],
  ['an unknown method', `BREW ${POLLING} HTTP/1.1\r\nHost: x\r\n\r\n`, [403, 0]],
  ['bytes that are no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [403, 0]],
  ['headers of great length', `GET ${POLLING} HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`, [0]],
  ['a path of great length', `GET /${'x'.repeat(2000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, [404]],
  ['Connection: close', `GET ${POLLING} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, [200]],
  ['HTTP/1.0', `GET ${POLLING} HTTP/1.0\r\n\r\n`, [200]],
]) {
  test(`${what} is answered and the connection closed`, async () => {
    const text = await any.raw(bytes);
    assert.ok(statuses.includes(statusOf(text)), text);
    assert.equal((await fetch(`${any.url}/sessions`)).status, 200);
  });
}

test('a client that asks for it hears that the connection closes', async () => {
  const text = await any.raw(`GET ${POLLING} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(text, /\r\nConnection: close\r\n/);
});

test('two requests on one connection are both answered', async () => {
  const text = await any.raw('GET /sessions HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(text, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 404 /);
});

test('a request sent behind a parked poll ends both', async () => {
  const before = await any.ends();
  const { sid } = await any.open();
  const poll = `GET ${POLLING}&sid=${sid} HTTP/1.1\r\nHost: x\r\n\r\n`;
  assert.equal(statusOf(await any.raw(poll + poll)), 0);
  await any.ended('transport close', before);
});

test('no upgrade to HTTP/2 serves a request', async () => {
  const socket = connect(any.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${POLLING} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`);
  const sessions = await any.sessions();
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    // The preface, and empty settings (RFC 9113 §3.4).
    if (text.startsWith('HTTP/1.1 101')) socket.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'));
  });
  await within(new Promise((done) => socket.on('close', done)), 'close');
  assert.ok(!text.includes('pingInterval'));
  assert.ok(await any.sessions() <= sessions);
});

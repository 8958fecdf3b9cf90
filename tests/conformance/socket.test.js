// SPDX-License-Identifier: GPL-3.0-or-later
// Socket.IO over a WebSocket, packet by packet: namespaces, events, acknowledgements, attachments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEcho, within } from './echo.js';

const echo = await startEcho('socket');

async function open() {
  const wire = echo.websocket();
  await wire.handshake();
  return wire;
}

// Joins a namespace and takes what comes first: the answer, and the event of the authentication.
async function join(wire, nsp = '') {
  wire.send(`40${nsp}`);
  assert.match(await wire.next('CONNECT'), /^40(\/custom,)?\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.match(await wire.next('auth'), /^42(\/custom,)?\["auth",\{\}\]$/);
  return wire;
}

for (const [what, packet, prefix, auth] of [
  ['the main namespace', '40', '', '{}'],
  ['the main namespace by its name', '40/,', '', '{}'],
  ['the main namespace with a payload', '40{"token":"123"}', '', '{"token":"123"}'],
  ['another namespace', '40/custom,', '/custom,', '{}'],
  ['another namespace without a comma', '40/custom', '/custom,', '{}'],
  ['another namespace with a payload', '40/custom,{"token":"abc"}', '/custom,', '{"token":"abc"}'],
  ['a namespace with a query', '40/custom?a=b,', '/custom,', '{}'],
]) {
  test(`connect: ${what}`, async () => {
    const wire = await open();
    wire.send(packet);
    const answer = await wire.next('CONNECT');
    assert.ok(answer.startsWith(`40${prefix}`));
    assert.deepEqual(Object.keys(JSON.parse(answer.slice(2 + prefix.length))), ['sid']);
    assert.equal(await wire.next('auth'), `42${prefix}["auth",${auth}]`);
    await wire.end();
  });
}

test('connect: an unknown namespace is refused, another may be joined then', async () => {
  const wire = await open();
  wire.send('40/random');
  assert.equal(await wire.next(), '44/random,{"message":"Invalid namespace"}');
  await join(wire);
  await wire.end();
});

test('connect: a session that joins nothing in time is closed', async () => {
  const wire = await open();
  await within(wire.closed, 'close');
});

test('connect: a session that was refused and joins nothing in time is closed', async () => {
  const wire = await open();
  wire.send('40/random');
  await wire.next();
  await within(wire.closed, 'close');
});

for (const [what, packet] of [
  ['an unknown packet type', '4abc'],
  ['an empty message', '4'],
  ['an event before joining', '42["message"]'],
  ['a payload that is no object', '40[1]'],
  ['a connection refusal', '44{"message":"x"}'],
  ['binary that nobody awaits', Buffer.from([1])],
]) {
  test(`connect: ${what} closes the session`, async () => {
    const wire = await open();
    wire.send(packet);
    await within(wire.closed, 'close');
  });
}

for (const [what, packet] of [
  ['an unknown packet type', '4abc'],
  ['a payload that is no list', '42{}'],
  ['a payload that is no JSON', '42["message"'],
  ['an empty list', '42[]'],
  ['a reserved event', '42["disconnect"]'],
  ['an id that is no number', '42abc["message-with-ack",1]'],
  ['an acknowledgement without an id', '43[]'],
  ['joining twice', '40'],
  ['more attachments than allowed', '4517-["message",{"_placeholder":true,"num":0}]'],
  ['a placeholder without an attachment', '42["message",{"_placeholder":true,"num":0}]'],
]) {
  test(`message: ${what} closes the session`, async () => {
    const before = await echo.ends();
    const wire = await join(await open());
    wire.send(packet);
    await within(wire.closed, 'close');
    await echo.ended('parse error', before);
  });
}

test('message: text in place of an attachment closes the session', async () => {
  const wire = await join(await open());
  wire.send('451-["message",{"_placeholder":true,"num":0}]');
  wire.send('42["message"]');
  await within(wire.closed, 'close');
});

test('message: an event comes back', async () => {
  const wire = await join(await open());
  wire.send('42["message",1,"2",{"3":[true]}]');
  assert.equal(await wire.next(), '42["message-back",1,"2",{"3":[true]}]');
  await wire.end();
});

test('message: an event with an acknowledgement', async () => {
  const wire = await join(await open());
  wire.send('42456["message-with-ack",1,"2",{"3":[false]}]');
  assert.equal(await wire.next(), '43456[1,"2",{"3":[false]}]');
  await wire.end();
});

const TWO = '[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';

test('message: attachments come back', async () => {
  const wire = await join(await open());
  wire.send(`452-["message",${TWO.slice(1)}`);
  wire.send(Buffer.from([1, 2, 3]));
  wire.send(Buffer.from([4, 5, 6]));
  assert.equal(await wire.next(), `452-["message-back",${TWO.slice(1)}`);
  assert.deepEqual(await wire.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await wire.next(), Buffer.from([4, 5, 6]));
  await wire.end();
});

test('message: attachments with an acknowledgement', async () => {
  const wire = await join(await open());
  wire.send(`452-789["message-with-ack",${TWO.slice(1)}`);
  wire.send(Buffer.from([1, 2, 3]));
  wire.send(Buffer.from([4, 5, 6]));
  assert.equal(await wire.next(), `462-789${TWO}`);
  assert.deepEqual(await wire.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await wire.next(), Buffer.from([4, 5, 6]));
  await wire.end();
});

test('disconnect: the session goes on, with its heartbeat', async () => {
  const before = await echo.ends();
  const wire = await join(await open());
  wire.send('41');
  await echo.ended('client namespace disconnect', before);
  await join(wire);
  await wire.end();
});

test('disconnect: a session that is in no namespace any more is closed in time', async () => {
  const wire = await join(await open());
  wire.send('41');
  await within(wire.closed, 'close');
});

test('disconnect: one namespace, not the other', async () => {
  const wire = await join(await join(await open()), '/custom');
  wire.send('41/custom');
  wire.send('42["message","to the main one"]');
  assert.equal(await wire.next(), '42["message-back","to the main one"]');
  await wire.end();
});

test('disconnect: the server puts a client out of a namespace', async () => {
  const before = await echo.ends();
  const wire = await join(await join(await open()), '/custom');
  wire.send('42/custom,["put-me-out",false]');
  wire.send('42/custom,["message","not heard any more"]');
  assert.equal(await wire.next(), '41/custom,');
  wire.send('42["message","still here"]');
  assert.equal(await wire.next(), '42["message-back","still here"]');
  await echo.ended('server namespace disconnect', before);
  await wire.end();
});

test('disconnect: the server ends the session, after what it said', async () => {
  const wire = await join(await join(await open()), '/custom');
  wire.send('42["message","last"]');
  wire.send('42["put-me-out",true]');
  assert.equal(await wire.next(), '42["message-back","last"]');
  assert.equal(await wire.next(), '41');
  assert.equal(await within(wire.closed, 'close'), 1000);
});

test('disconnect: over polling the last words wait for the next poll', async () => {
  const { sid } = await echo.open();
  await echo.post(sid, '40');
  assert.match((await echo.poll(sid)).text, /^40/);
  await echo.post(sid, '42["put-me-out",true]');
  let said = '';
  while (!said.endsWith('1')) {
    const { status, text } = await echo.poll(sid);
    assert.equal(status, 200);
    said += `${text}\x1e`;
    if (text.split('\x1e').at(-1) === '1') break;
  }
  assert.ok(said.split('\x1e').includes('41'), said);
  assert.equal((await echo.poll(sid)).status, 400);
});

test('polling: text and attachments in one body', async () => {
  const { sid } = await echo.open();
  await echo.post(sid, '40');
  let said = '';
  while (!said.includes('auth')) said += (await echo.poll(sid)).text;
  await echo.post(sid, ['451-["message",{"_placeholder":true,"num":0}]', 'bAQID'].join('\x1e'));
  assert.equal((await echo.poll(sid)).text, ['451-["message-back",{"_placeholder":true,"num":0}]', 'bAQID'].join('\x1e'));
  assert.equal((await echo.post(sid, '1')).status, 200);
});

test('nothing is left over', () => echo.empty());

// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the tests of this folder share: a server of their own, requests to it, a WebSocket whose
// messages are awaited one by one. Nothing here knows what is right.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after } from 'node:test';
import { resolve } from 'node:path';
import WebSocket from 'ws';
import { Program, build } from '../e2e/harness.js';

export const PING_INTERVAL_MS = 300;
export const PING_TIMEOUT_MS = 200;
export const MAX_PAYLOAD = 1_000_000;
const LIMIT_MS = 5000;

// Rejects when nothing came of it: a test that waits for ever would not say what for.
export function within(promise, what, limit_ms = LIMIT_MS) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: nothing within ${limit_ms} ms`)), limit_ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Starts the echo server for a test file. It ends with the file, and must end well: the sanitizers
// report leaks by the exit status.
export async function startEcho(mode, ...options) {
  const program = new Program(resolve(build, 'tests/conformance/socketio-echo'), ['--listen', '127.0.0.1:0', '--mode', mode, ...options]);
  const line = await program.wait('address', (p) => p.lines.find((l) => l.startsWith('listening on ')));
  const echo = new Echo(program, line.slice('listening on '.length), mode);
  after(async () => {
    const status = await program.stop();
    assert.deepEqual([status.code, status.signal, program.errors], [0, null, '']);
  });
  return echo;
}

class Echo {
  constructor(program, url, mode) {
    this.program = program;
    this.url = url;
    this.path = `/${mode}.io/`;
    this.port = Number(new URL(url).port);
  }

  address(query = {}) {
    return `${this.url}${this.path}?${new URLSearchParams({ EIO: '4', ...query })}`;
  }

  fetch(query, options = {}) {
    return fetch(this.address({ transport: 'polling', ...query }), { signal: AbortSignal.timeout(LIMIT_MS), ...options });
  }

  // A handshake over polling.
  async open() {
    const response = await this.fetch({});
    const text = await response.text();
    assert.equal(response.status, 200);
    assert.equal(text[0], '0');
    return JSON.parse(text.slice(1));
  }

  async poll(sid) {
    const response = await this.fetch({ sid });
    return { status: response.status, text: await response.text() };
  }

  async post(sid, body) {
    const response = await this.fetch({ sid }, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  }

  websocket(query = {}, options = {}) {
    return new Wire(this.address({ transport: 'websocket', ...query }).replace(/^http/, 'ws'), options);
  }

  async sessions() {
    return Number(await (await fetch(`${this.url}/sessions`)).text());
  }

  // Why sessions ended so far, and how often: { reason: count }.
  async ends() {
    return (await fetch(`${this.url}/ends`)).json();
  }

  // Waits until one more ended for @reason than when @before was asked for.
  async ended(reason, before) {
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const ends = await this.ends();
      if ((ends[reason] ?? 0) > (before[reason] ?? 0)) return;
      assert.ok(Date.now() < end, `nothing ended for "${reason}": ${JSON.stringify(ends)}`);
    }
  }

  // Waits until no session is left, by asking again and again.
  async empty() {
    const end = Date.now() + LIMIT_MS;
    while (await this.sessions() !== 0) assert.ok(Date.now() < end, 'sessions are left over');
  }

  // Sends bytes as they are; the answer is all that comes until the server closes.
  raw(bytes, { until } = {}) {
    return within(new Promise((done, fail) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.on('data', (data) => {
        text += data.toString('latin1');
        if (until && text.includes(until)) { socket.destroy(); done(text); }
      });
      socket.on('end', () => { socket.destroy(); done(text); });
      socket.on('error', (error) => (error.code === 'ECONNRESET' ? done(text) : fail(error)));
    }), 'answer');
  }
}

// A WebSocket. Pings of the heartbeat are answered and skipped unless they are asked for.
class Wire {
  constructor(url, { heartbeat = true, ...options } = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.messages = [];
    this.waiting = [];
    this.socket.on('message', (data, binary) => {
      const message = binary ? data : data.toString();
      if (heartbeat && message === '2') { this.socket.send('3'); return; }
      const waiting = this.waiting.shift();
      if (waiting) waiting(message);
      else this.messages.push(message);
    });
    this.opened = new Promise((done) => this.socket.on('open', () => done(true)));
    this.closed = new Promise((done) => this.socket.on('close', (code) => done(code)));
    this.refused = new Promise((done) => this.socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (data) => { text += data; });
      response.on('end', () => { this.socket.terminate(); done({ status: response.statusCode, text }); });
    }));
    this.socket.on('error', () => {}); // 'close' follows
  }

  send(message) { this.socket.send(message); }

  next(what = 'message') {
    if (this.messages.length > 0) return Promise.resolve(this.messages.shift());
    return within(Promise.race([
      new Promise((done) => this.waiting.push(done)),
      this.closed.then((code) => { throw new Error(`${what}: closed with ${code}`); }),
    ]), what);
  }

  async handshake() {
    const text = await this.next('handshake');
    assert.equal(text[0], '0');
    return JSON.parse(text.slice(1));
  }

  async end() {
    this.socket.close();
    await within(this.closed, 'close');
  }
}

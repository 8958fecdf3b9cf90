// SPDX-License-Identifier: GPL-3.0-or-later
//
// People on the reference client of Socket.IO, for the tests of the server. Each keeps what the
// server said in order, so that a test reads like the protocol.
import { createServer, connect } from 'node:net';
import { after } from 'node:test';
import { deepEqual, equal } from 'node:assert/strict';
import { io } from 'socket.io-client';

export const LIMIT_MS = 10000;
export const ok = { ok: true };
export const auth = { protocol: 1, locale: 'fr', adult: true };

const everybody = new Set();
after(() => { for (const person of everybody) person.socket.disconnect(); });

export class Person {
  // @options go to socket.io-client; acknowledge: false makes one who acknowledges nothing.
  constructor(url, { acknowledge = true, resume, ...options } = {}) {
    this.events = [];
    this.waiting = [];
    this.socket = io(url, {
      forceNew: true,
      reconnection: false,
      auth: { ...auth, ...(resume ? { resume } : {}) },
      ...options,
    });
    everybody.add(this);
    this.socket.onAny((name, payload, confirm) => {
      if (acknowledge && confirm) confirm(ok);
      this.add(name, payload);
    });
    this.socket.on('connect_error', (error) => this.add('connect_error', error));
    this.socket.on('disconnect', (reason) => this.add('disconnect', reason));
  }

  add(name, payload) {
    this.events.push({ name, payload });
    this.check();
  }

  check() {
    while (this.waiting.length > 0 && this.events.length > 0) {
      const { name, done, fail } = this.waiting.shift();
      const event = this.events.shift();
      if (event.name === name) done(event.payload);
      else fail(new Error(`expected ${name}, ${event.name} came: ${JSON.stringify(event.payload)}`));
    }
  }

  // The next thing that comes must be @name. Returns its payload.
  next(name, limit_ms = LIMIT_MS) {
    return new Promise((resolve, reject) => {
      const wait = { name };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(wait), 1);
        reject(new Error(`no ${name} within ${limit_ms} ms`));
      }, limit_ms);
      wait.done = (payload) => { clearTimeout(timer); resolve(payload); };
      wait.fail = (error) => { clearTimeout(timer); reject(error); };
      this.waiting.push(wait);
      this.check();
    });
  }

  nothing() { deepEqual(this.events, []); }

  // Sends an event and returns what it is answered.
  ask(name, payload) { return this.socket.timeout(LIMIT_MS).emitWithAck(name, payload); }

  async arrive() {
    this.welcome = await this.next('welcome');
    return this;
  }

  seek(wish = {}) { return this.ask('seek', { languages: [], topics: [], video: true, audio: true, ...wish }); }

  async paired(role) {
    const paired = await this.next('paired');
    if (role) equal(paired.role, role);
    this.encounter = paired.encounter;
    return paired;
  }

  relay(text, kind = 'sealed') {
    return this.ask('relay', { encounter: this.encounter, kind, body: Buffer.from(text).toString('base64') });
  }

  async heard() { return Buffer.from((await this.next('relay')).body, 'base64').toString(); }

  // When something later is answered, the server has read the acknowledgements before it.
  async settled() { equal((await this.ask('leave', {})).ok, true); }

  end(reason = 'hang-up') { return this.ask('end', { encounter: this.encounter, reason }); }

  // The connection breaks without a word.
  drop() { this.socket.io.engine.transport.close(); }
}

export async function join(url, options) {
  return new Person(url, options).arrive();
}

export async function meet(url, options) {
  const caller = await join(url, options);
  const callee = await join(url, options);
  await caller.seek();
  await callee.seek();
  await caller.paired('caller');
  await callee.paired('callee');
  return [caller, callee];
}

// A proxy that can fall silent: connections stay open, and nothing gets through any more.
export async function startSilent(port) {
  const sockets = new Set();
  let silent = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => { if (!silent) to.write(data); });
      from.on('close', () => { if (!silent) to.destroy(); });
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${server.address().port}`, fallSilent() { silent = true; } };
}

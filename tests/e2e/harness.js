// SPDX-License-Identifier: GPL-3.0-or-later
//
// Starts the programs that the end-to-end tests are about, as separate processes, and ends those
// (and only those) again, by their process ids.
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const build = resolve(root, process.env.CAUSETTE_BUILD ?? 'build/debug');

const started = new Set();

// Ends what is still running: politely first, then not.
export async function endAll() {
  await Promise.all([...started].map((program) => program.stop()));
}
after(endAll);

export class Program {
  constructor(command, args, { env = {}, name } = {}) {
    this.name = name ?? command.split('/').pop();
    this.lines = [];
    this.errors = '';
    this.waiting = [];
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin.on('error', () => {}); // it may have ended by the time something is written
    started.add(this);
    createInterface({ input: this.child.stdout }).on('line', (line) => { this.lines.push(line); this.check(); });
    this.child.stderr.on('data', (data) => { this.errors += data; });
    this.exit = new Promise((done) => {
      this.child.on('error', (error) => { this.errors += String(error); done({ code: 127, signal: null }); });
      this.child.on('close', (code, signal) => done({ code, signal }));
    }).then((status) => { this.status = status; started.delete(this); this.check(); return status; });
  }

  get pid() { return this.child.pid; }

  // Waits until find() returns something for what was printed so far.
  wait(what, find, limit_ms = 20000) {
    return new Promise((done, fail) => {
      const wait = { find, done: (value) => { clearTimeout(timer); done(value); }, fail };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(wait), 1);
        fail(new Error(`${this.name}: no ${what} within ${limit_ms} ms\n${this.report()}`));
      }, limit_ms);
      wait.fail = (error) => { clearTimeout(timer); fail(error); };
      wait.what = what;
      this.waiting.push(wait);
      this.check();
    });
  }

  check() {
    for (const wait of [...this.waiting]) {
      const value = wait.find(this);
      if (value !== undefined && value !== null && value !== false) {
        this.waiting.splice(this.waiting.indexOf(wait), 1);
        wait.done(value);
      } else if (this.status) {
        this.waiting.splice(this.waiting.indexOf(wait), 1);
        wait.fail(new Error(`${this.name}: ended (${JSON.stringify(this.status)}) before ${wait.what}\n${this.report()}`));
      }
    }
  }

  report() {
    return `--- last lines\n${this.lines.slice(-15).join('\n')}\n--- standard error\n${this.errors.slice(-3000)}`;
  }

  write(line) { this.child.stdin.write(`${line}\n`); }
  signal(name) { this.child.kill(name); }

  async stop(limit_ms = 5000) {
    if (this.status) return this.status;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), limit_ms);
    const status = await this.exit;
    clearTimeout(timer);
    return status;
  }
}

// The pairing server. Returns the program with `url` and `port`.
export async function startServer({ port = 0, args = [], env = {} } = {}) {
  const server = new Program(`${build}/net/server/causetted`, ['--listen', `127.0.0.1:${port}`, ...args], { env });
  server.url = await server.wait('address', () => server.lines.map((line) => /^listening on (http:\S+)/.exec(line)?.[1]).find(Boolean), 10000);
  server.port = Number(new URL(server.url).port);
  return server;
}

export class Probe extends Program {
  constructor(url, args = [], { name, env } = {}) {
    super(`${build}/app/causette-probe`, ['--server', url, '--interactive', ...args], { name, env });
  }

  get events() {
    return this.lines.map((line) => { try { return JSON.parse(line); } catch { throw new Error(`${this.name}: not JSON: ${line}`); } });
  }

  // Waits for the first event (after the index @from of all events) that is named so and passes the test.
  async event(name, test = () => true, limit_ms = 30000, from = 0) {
    return this.wait(`event "${name}"`, () => this.events.slice(from).find((e) => e.event === name && test(e)), limit_ms);
  }
}

// A TCP proxy that can be cut, to take a client's connection to the server away and give it back.
export async function startCut(port) {
  const pairs = new Set();
  let open = true;
  const server = createServer((near) => {
    if (!open) { near.destroy(); return; }
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => { near.destroy(); far.destroy(); pairs.delete(pair); });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const proxy = {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() { open = false; for (const pair of pairs) pair.forEach((socket) => socket.destroy()); },
    mend() { open = true; },
    close() { proxy.cut(); return new Promise((done) => server.close(done)); },
  };
  after(() => proxy.close());
  return proxy;
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits until what() returns something, asking again every 100 ms.
export async function until(name, what, limit_ms = 20000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${limit_ms} ms: ${name}`);
    await pause(100);
  }
}

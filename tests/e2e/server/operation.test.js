// SPDX-License-Identifier: GPL-3.0-or-later
//
// causetted as its operator meets it: options, refusals, pages, the end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { after, test } from 'node:test';
import { deepEqual, equal, match, ok as yes } from 'node:assert/strict';
import { Program, build, startServer } from '../harness.js';
import { Person, auth, join, meet, startSilent } from './people.js';

const folder = mkdtempSync(path(tmpdir(), 'causette-server-'));
after(() => rmSync(folder, { recursive: true }));

async function refused(url, hello) {
  const error = await new Person(url, { auth: hello }).next('connect_error');
  match(error.message, /\.$/);
  return error.data;
}

async function run(...args) {
  const program = new Program(`${build}/net/server/causetted`, args);
  const status = await program.exit;
  return { ...program, status };
}

test('--help names every option, --version the version', async () => {
  const help = await run('--help');
  equal(help.status.code, 0);
  for (const option of ['listen', 'admin', 'policy', 'require-policy', 'config', 'ice-server', 'allow-origin', 'max-sessions', 'resume-seconds', 'help', 'version'])
    match(help.lines.join('\n'), new RegExp(`--${option}\\b`));
  const version = await run('--version');
  equal(version.status.code, 0);
  match(version.lines[0], /^causetted \d+\.\d+\.\d+$/);
});

test('a mistake in the options is a sentence and status 2', async () => {
  for (const args of [['--nonsense'], ['--listen', 'nowhere'], ['--ice-server', 'http://x'], ['--config', '/nowhere'], ['--policy', '/nowhere'], ['--require-policy'], ['surplus']]) {
    const program = await run(...args);
    equal(program.status.code, 2, args.join(' '));
    match(program.errors, /^causetted: .*\.?\n/);
    deepEqual(program.lines, []);
  }
});

test('an address that is taken is a sentence and status 1', async () => {
  const server = await startServer();
  const second = await run('--listen', `127.0.0.1:${server.port}`);
  equal(second.status.code, 1);
  match(second.errors, /^causetted: /);
  await server.stop();
});

test('pages for people and for the operator', async () => {
  writeFileSync(path(folder, 'fr.md'), '---\nversion: 2026-01-31\n---\n# Vie privée\n');
  const server = await startServer({ args: ['--admin', '127.0.0.1:0', '--policy', folder] });
  const admin = await server.wait('admin address', () => server.lines.map((line) => /^admin on (http:\S+)/.exec(line)?.[1]).find(Boolean));

  equal(await (await fetch(`${server.url}/healthz`)).text(), 'ok\n');
  equal(await (await fetch(`${admin}/healthz`)).text(), 'ok\n');
  equal((await fetch(`${server.url}/metrics`)).status, 404);

  const policy = await fetch(`${server.url}/policy/fr`);
  equal(policy.headers.get('content-type'), 'text/markdown; charset=utf-8');
  match(await policy.text(), /^---\nversion: 2026-01-31\n---\n# Vie privée\n$/);
  equal((await fetch(`${server.url}/policy/fr-CA`)).status, 200);
  equal((await fetch(`${server.url}/policy/de`)).status, 404);
  equal((await fetch(`${server.url}/policy/..%2Ffr`)).status, 404);

  const [a, b] = await meet(server.url);
  deepEqual(a.welcome.policy, { version: '2026-01-31', languages: ['fr'] });
  await a.relay('hello');
  equal(await b.heard(), 'hello');
  const page = await fetch(`${admin}/metrics`);
  match(page.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const metrics = await page.text();
  match(metrics, /^causette_paired_total 1$/m);
  match(metrics, /^causette_relays_total 1$/m);
  match(metrics, /^causette_sessions\{state="online"\} 2$/m);
  match(metrics, /^causette_engine_sessions 2$/m);

  writeFileSync(path(folder, 'fr.md'), '---\nversion: 2026-02-28\n---\n# Vie privée\n');
  server.signal('SIGHUP');
  deepEqual(await a.next('policy-changed'), { version: '2026-02-28' });
  deepEqual(await b.next('policy-changed'), { version: '2026-02-28' });
  for (const person of [a, b]) person.socket.disconnect();
  await server.stop();
});

test('without a policy there is a sentence', async () => {
  const server = await startServer();
  const policy = await fetch(`${server.url}/policy/en`);
  equal(policy.status, 404);
  match(await policy.text(), /\.\n$/);
  await server.stop();
});

test('who is not let in, and why', { timeout: 20000 }, async () => {
  writeFileSync(path(folder, 'fr.md'), '---\nversion: 3\n---\n');
  writeFileSync(path(folder, 'causetted.conf'), `[causetted]\npolicy=${folder}\nrequire-policy=true\nmax-sessions=1\nice-server=stun:stun.example;turn:turn.example,user,secret\n`);
  const server = await startServer({ args: ['--config', path(folder, 'causetted.conf')] });
  const accepted = { ...auth, policy: '3' };
  equal((await refused(server.url, {})).code, 'malformed');
  equal((await refused(server.url, { ...accepted, protocol: 2 })).code, 'protocol-unsupported');
  equal((await refused(server.url, { ...accepted, adult: false })).code, 'underage');
  deepEqual(await refused(server.url, { ...accepted, policy: '2' }), { code: 'policy-outdated', version: '3' });
  const only = await join(server.url, { auth: accepted });
  deepEqual(only.welcome.ice_servers, [
    { urls: ['stun:stun.example'] },
    { urls: ['turn:turn.example'], username: 'user', credential: 'secret' },
  ]);
  equal((await refused(server.url, accepted)).code, 'full');
  only.socket.disconnect();
  await server.stop();
});

test('pages of other origins only where they are allowed', async () => {
  const server = await startServer({ args: ['--allow-origin', 'https://guest.example'] });
  const allowed = async (origin) => (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })).headers.get('access-control-allow-origin');
  equal(await allowed('https://guest.example'), 'https://guest.example');
  equal(await allowed('https://other.example'), null);
  await server.stop();
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal}: clients are told, and it ends within five seconds`, { timeout: 20000 }, async () => {
    const server = await startServer();
    const [a, b] = await meet(server.url, { transports: ['websocket'] });
    const c = await join(server.url, { transports: ['polling'] });
    const begin = Date.now();
    server.signal(signal);
    for (const person of [a, b, c]) {
      await person.next('closing');
      await person.next('disconnect');
    }
    const status = await server.exit;
    yes(Date.now() - begin < 5000);
    deepEqual(status, { code: 0, signal: null });
    match(server.errors, /causetted: stopping\n.*causetted: stopped\n$/s);
  });
}

// Someone whose network has gone does not hold the end up.
test('SIGTERM with a client that does not read', { timeout: 20000 }, async () => {
  const server = await startServer();
  const silent = await startSilent(server.port);
  await join(silent.url, { transports: ['websocket'] });
  silent.fallSilent();
  const begin = Date.now();
  server.signal('SIGTERM');
  deepEqual(await server.exit, { code: 0, signal: null });
  yes(Date.now() - begin < 5000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
//
// causette-probe and Chromium: the browser as the one who calls and as the one who is called.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { Probe, endAll, startServer, until } from '../harness.js';
import { serveGuest } from '../../guest/serve.js';

let browser, guestServer;

before(async () => {
  guestServer = await serveGuest();
  browser = await chromium.launch({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome']).toString().trim(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required'],
  });
});

after(async () => {
  await browser?.close();
  await guestServer?.close();
});

async function openGuest(server, options = {}) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error('guest:', error));
  await page.goto(guestServer.origin);
  await page.waitForFunction(() => window.guest !== undefined);
  await page.evaluate((o) => window.guest.start(o), { server: server.url, ...options });
  return {
    page,
    close: () => context.close(),
    event: (name) => page.waitForFunction((n) => window.guest.events.find((e) => e.event === n), name, { timeout: 30000 }).then((h) => h.jsonValue()),
    call: (method, ...args) => page.evaluate(([m, a]) => window.guest[m](...a), [method, args]),
    events: () => page.evaluate(() => window.guest.events),
  };
}

async function converse(guest, probe) {
  try {
    await probe.event('ice', (e) => e.state === 'connected');
    await probe.event('first-video-frame');
    await probe.event('first-audio');
    await guest.event('data-open');
    await until('pictures and sound in Chromium', async () => {
      const figures = await guest.call('measure');
      return figures.frames >= 60 && figures.audioPackets > 50 && figures.width > 0 && figures;
    }, 40000);
    await probe.event('stats', (e) => e.video_fps_in >= 20 && e.audio_kbps_in > 1, 40000);
    const color = (await guest.call('measure')).color;
    // The probe's picture is plain orange: the browser must show it so.
    assert.ok(color[0] > 200 && color[1] > 80 && color[1] < 180 && color[2] < 80, `the picture's colour in Chromium: ${color}`);
    await guest.call('say', 'Bonjour du navigateur');
    await probe.event('text', (e) => e.from === 'partner' && e.text === 'Bonjour du navigateur');
    probe.write('say Bonjour du programme');
    await guest.page.waitForFunction(() => window.guest.texts.includes('Bonjour du programme'), null, { timeout: 20000 });
    await guest.page.waitForFunction(() => window.guest.events.some((e) => e.event === 'receipt' && e.upto >= 1), null, { timeout: 20000 });
  } catch (error) {
    error.message += `\nguest: ${JSON.stringify((await guest.events()).slice(-12))}\n${probe.report()}`;
    throw error;
  }
}

const media = ['--video', 'test:solid-ff8020', '--audio', 'test', '--speaker', 'none'];

test('Chromium calls, Causette is called', { timeout: 120000 }, async () => {
  const server = await startServer({ args: ['--allow-origin', guestServer.origin] });
  const guest = await openGuest(server);
  await guest.call('seek'); // whoever waited longer is the one who calls
  const probe = new Probe(server.url, media);
  assert.equal((await probe.event('paired')).role, 'callee');
  await converse(guest, probe);
  await guest.call('end', 'hang-up');
  assert.equal((await probe.event('ended')).reason, 'partner-hung-up');
  await guest.close();
  await endAll();
});

test('Causette calls, Chromium is called', { timeout: 120000 }, async () => {
  const server = await startServer({ args: ['--allow-origin', guestServer.origin] });
  const probe = new Probe(server.url, media);
  await probe.event('seeking');
  const guest = await openGuest(server, { transports: ['websocket'] });
  await guest.call('seek');
  assert.equal((await probe.event('paired')).role, 'caller');
  await converse(guest, probe);
  probe.write('next');
  assert.equal((await guest.event('finished')).reason, 'next');
  await guest.close();
  await endAll();
});

test('a browser without camera and microphone is met as well', { timeout: 120000 }, async () => {
  const server = await startServer({ args: ['--allow-origin', guestServer.origin] });
  const guest = await openGuest(server, { video: false, audio: false, transports: ['websocket'] });
  await guest.call('seek');
  const probe = new Probe(server.url, media);
  await probe.event('ice', (e) => e.state === 'connected');
  await until('pictures in Chromium', async () => (await guest.call('measure')).frames >= 30, 40000);
  await guest.call('say', 'no camera here');
  await probe.event('text', (e) => e.text === 'no camera here');
  await guest.close();
  await endAll();
});

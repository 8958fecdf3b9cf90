// SPDX-License-Identifier: GPL-3.0-or-later
//
// Probes for the tests of this folder, without camera and microphone, and what they have seen.
import { Probe } from '../harness.js';

const quiet = ['--video', 'none', '--audio', 'none', '--speaker', 'none'];

// Two who seek, the first one first; so the first has the first of the server's roles.
export async function seekTwo(url, names = ['anne', 'bert'], args = []) {
  const first = new Probe(url, [...quiet, ...args], { name: names[0] });
  await first.event('seeking');
  const second = new Probe(url, [...quiet, ...args], { name: names[1] });
  await Promise.all([first.event('paired'), second.event('paired')]);
  return [first, second];
}

export async function seekOne(url, name = 'anne', args = []) {
  const one = new Probe(url, [...quiet, ...args], { name });
  await one.event('seeking');
  return one;
}

export const connected = (...probes) => Promise.all(probes.map((p) => p.event('ice', (e) => e.state === 'connected')));

// What the partner said, as it was shown.
export const heard = (probe, from = 0) => probe.events.slice(from).filter((e) => e.event === 'text' && e.from === 'partner').map((e) => e.text);

export const has = (probe, name, from = 0) => probe.events.slice(from).some((e) => e.event === name);
export const ended = (probe, from = 0, limit_ms = 75000) => probe.event('ended', () => true, limit_ms, from);

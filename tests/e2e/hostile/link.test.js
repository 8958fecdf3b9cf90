// SPDX-License-Identifier: GPL-3.0-or-later
//
// Three who meet the same person one after the other compare all that they got: there is nothing in
// it by which they could know that it was one and the same.
import '../../webcrypto.js';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Probe, endAll, until } from '../harness.js';
import { PURPOSE } from '../../guest/channel.js';
import { bePartner, startHostile } from './server.js';
import { ended } from './people.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const all = (sdp, pattern) => [...sdp.matchAll(pattern)].map(([, value]) => value);

// What a partner could keep and compare, each a list of values.
function traces({ partner, sealed, description, candidates }) {
  const { sdp } = description;
  return {
    'commitment': [hex(partner.channel.partnerCommitment)],
    'static key': [hex(partner.channel.noise.rs)],
    'handshake messages': partner.handshake.map(hex),
    'ratchet keys': [...new Set(sealed.map(({ bytes }) => hex(bytes.slice(1, 33))))],
    'certificate': all(sdp, /a=fingerprint:(.*)/g),
    'user name of ICE': all(sdp, /a=ice-ufrag:(.*)/g),
    'password of ICE': all(sdp, /a=ice-pwd:(.*)/g),
    'session': all(sdp, /^o=\S+ (\d+)/gm),
    'SSRC': all(sdp, /a=ssrc:(\d+)/g),
    'CNAME': all(sdp, /cname:(\S+)/g),
    'streams': all(sdp, /msid:(\S+)/g),
    'user names in candidates': candidates.flatMap((c) => all(c, /ufrag (\S+)/g)),
  };
}

// All that was said, as a set of what it consists of; short pieces are numbers and names that
// everybody has.
const pieces = ({ sealed }) => new Set(sealed.flatMap(({ text }) => text.split(/[^A-Za-z0-9+/:_.{}-]+|\\[rn]/)).filter((piece) => piece.length >= 6));

// Has a probe meet @count partners that are made here, each being @role, and returns what they got.
async function meetPartners(url, server, count, role, offer) {
  const encounters = [];
  let meeting;
  server.alone = async (socket) => {
    const got = { sealed: [], candidates: [] };
    got.partner = await bePartner(socket, role, `encounter-${role}-${encounters.length}-${hex(Buffer.from(url)).slice(-4)}`, (message, partner) => {
      got.sealed.push(message);
      if (message.purpose === PURPOSE.description) got.description = JSON.parse(message.text);
      if (message.purpose === PURPOSE.candidate) got.candidates.push(JSON.parse(message.text).candidate);
      partner.tell(PURPOSE.deviceState, { camera: true, microphone: true });
    });
    meeting = got;
  };
  const probe = new Probe(url, ['--video', 'test', '--audio', 'test', '--speaker', 'none'], { name: 'anne' });
  for (let i = 0; i < count; i++) {
    const from = probe.events.length;
    if (i > 0) probe.write('next');
    await probe.event('secured', () => true, 20000, i > 0 ? from : 0);
    const got = meeting;
    await until('the partner being secured too', () => got.partner.channel.state === 'ready');
    if (offer) got.partner.tell(PURPOSE.description, offer);
    await until('a description and candidates', () => got.description && got.candidates.length > 0);
    got.partner.end();
    await ended(probe, from);
    encounters.push(got);
  }
  return encounters;
}

// What everybody has says nothing: the session of every answer is 1.
function compare(encounters, others, role) {
  const found = encounters.map(traces);
  const foundOfOthers = others.map(traces);
  for (const what of Object.keys(found[0])) {
    const lists = found.map((one) => one[what]);
    const everybodys = foundOfOthers.flatMap((one) => one[what]);
    if (what !== 'user names in candidates') for (const list of lists) assert.ok(list.length > 0, `${role}: each partner got to know the ${what}`);
    for (let i = 0; i < lists.length; i++)
      for (let j = 0; j < i; j++) {
        const common = lists[i].filter((value) => lists[j].includes(value) && !everybodys.includes(value));
        assert.deepEqual(common, [], `${role}: the ${what} is the same in two encounters`);
      }
  }
  // And whatever there is else: what two encounters of one person have in common, those of another
  // have as well.
  const everybodys = new Set(others.flatMap((one) => [...pieces(one)]));
  for (let i = 0; i < encounters.length; i++)
    for (let j = 0; j < i; j++) {
      const own = pieces(encounters[j]);
      const common = [...pieces(encounters[i])].filter((piece) => own.has(piece));
      assert.ok(common.length > 10, 'they do have much in common');
      assert.deepEqual(common.filter((piece) => !everybodys.has(piece)), [], `${role}: two encounters have this in common`);
    }
}

test('three partners in a row cannot tell that they met the same person', { timeout: 110000 }, async () => {
  const servers = await Promise.all([0, 1].map(async () => {
    const server = { alone: () => {} };
    const { url } = await startHostile({ alone: (_, socket) => server.alone(socket) });
    return { url, server };
  }));
  // The program makes the offer …
  const [anne, other] = await Promise.all(servers.map(({ url, server }, i) => meetPartners(url, server, i === 0 ? 3 : 2, 'callee')));
  compare(anne, other, 'as the one who calls');
  await endAll();
  // … or gives the answer.
  const offers = [other[0].description, anne[0].description];
  const [anneCalled, otherCalled] = await Promise.all(servers.map(({ url, server }, i) => meetPartners(url, server, i === 0 ? 3 : 2, 'caller', offers[i])));
  compare(anneCalled, otherCalled, 'as the one who is called');
  await endAll();
});

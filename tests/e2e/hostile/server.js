// SPDX-License-Identifier: GPL-3.0-or-later
//
// A pairing server that cannot be trusted: it pairs people as it likes, and a test says what becomes
// of each message that it should only pass on. On the reference implementation of Socket.IO, so that
// nothing of it is in the product.
import '../../webcrypto.js';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { Server } from 'socket.io';
import { Channel } from '../../guest/channel.js';

export const other = (role) => (role === 'caller' ? 'callee' : 'caller');

// Passes a message on as it is: what an honest server does.
export const honest = (message, pair) => pair.send(other(message.from), message.kind, message.bytes);

// Two people who were told of each other.
class Pair {
  constructor(server, sockets, roles, encounters) {
    Object.assign(this, { server, sockets, roles, encounters, log: [], counts: {} });
  }

  get id() { return this.encounters.caller; }

  socketOf(role) { return this.sockets[role]; }

  // Has @to get a relayed message, under the encounter's id that it was told.
  send(to, kind, bytes) {
    const body = Buffer.isBuffer(bytes) || bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : bytes;
    this.sockets[to]?.emit('relay', { encounter: this.encounters[to], kind, body });
  }

  // Has @to get a relay event with any content at all.
  sendRaw(to, payload) { this.sockets[to]?.emit('relay', payload); }

  relayed(from, { kind, body }) {
    const bytes = Buffer.from(body, 'base64');
    const key = `${from} ${kind}`;
    // The place of the message among those of its writer and kind, from 0 on.
    const index = this.counts[key] ?? 0;
    this.counts[key] = index + 1;
    const message = { from, kind, bytes, index };
    this.log.push(message);
    this.server.behave(message, this);
  }

  end(reason, from) {
    if (this.over) return;
    this.over = true;
    for (const role of ['caller', 'callee'])
      if (role !== from) this.sockets[role]?.emit('ended', { encounter: this.encounters[role], reason });
    for (const role of ['caller', 'callee']) delete this.sockets[role]?.data.pair;
  }
}

// Options: behave(message, pair) is called for what is relayed; paired(pair) when two are paired;
// roles: what the first and the second to seek are told that they are; encounters(n): the ids that
// the two are told for the n-th pair.
export async function startHostile(options = {}) {
  await Channel.ready;
  const http = createServer();
  const io = new Server(http, { transports: ['websocket', 'polling'] });
  const server = {
    behave: options.behave ?? honest,
    pairs: [],
    waiting: [],
    connections: [],
    close: () => new Promise((done) => { io.close(() => done()); http.closeAllConnections?.(); }),
  };
  let sockets = 0;

  function pairUp() {
    while (server.waiting.length >= 2) {
      const [first, second] = server.waiting.splice(0, 2);
      const n = server.pairs.length;
      const ids = options.encounters?.(n) ?? [`encounter-${n}-${Date.now()}`];
      const roles = options.roles ?? ['caller', 'callee'];
      // Where both are told the same role, the second has the other's place here all the same.
      const places = roles[0] === roles[1] ? ['caller', 'callee'] : roles;
      const pair = new Pair(server, { [places[0]]: first, [places[1]]: second }, roles,
        { [places[0]]: ids[0], [places[1]]: ids[1] ?? ids[0] });
      server.pairs.push(pair);
      [first, second].forEach((socket, i) => {
        socket.data.pair = pair;
        socket.data.place = places[i];
        socket.emit('paired', { encounter: pair.encounters[places[i]], role: roles[i], common: { languages: [], topics: [] } });
      });
      options.paired?.(pair);
    }
  }

  io.on('connection', (socket) => {
    const number = sockets++;
    server.connections.push(socket);
    socket.emit('welcome', {
      session: `session-${number}`, resume: `resume-${number}`, ice_servers: [],
      online: sockets, resumed: false,
    });
    socket.on('seek', (_, confirm) => {
      confirm({ ok: true, waiting: server.waiting.length });
      server.waiting.push(socket);
      if (options.alone) options.alone(server, socket);
      else pairUp();
    });
    socket.on('leave', (_, confirm) => {
      server.waiting = server.waiting.filter((one) => one !== socket);
      confirm?.({ ok: true });
    });
    socket.on('relay', (payload, confirm) => {
      confirm?.({ ok: true });
      if (socket.data.pair) socket.data.pair.relayed(socket.data.place, payload);
      else socket.data.relayed?.(payload);
    });
    socket.on('end', (payload, confirm) => {
      confirm?.({ ok: true });
      socket.data.pair?.end(payload.reason, socket.data.place);
      socket.data.ended?.(payload);
    });
    socket.on('disconnect', () => {
      server.waiting = server.waiting.filter((one) => one !== socket);
      socket.data.pair?.end('lost', socket.data.place);
    });
  });

  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  server.url = `http://127.0.0.1:${http.address().port}`;
  after(() => server.close());
  return server;
}

// Stands in between: shakes hands with both as the other, opens what each seals, shows it to
// look(message, from), and seals for the other what that returns (the text, another one, or null for
// nothing). Returns { paired, behave } for startHostile(), and `middles`, one for each pair.
export function standInBetween(look = (message) => message.text) {
  const middles = [];

  function flush(middle, role) {
    for (const bytes of middle.channels[role].outgoing()) middle.pair.send(role, 'noise', bytes);
    for (const { purpose, generation, text } of middle.waiting[role].splice(0)) {
      if (middle.channels[role].state === 'ready') middle.pair.send(role, 'sealed', middle.channels[role].seal(purpose, generation, text));
      else middle.waiting[role].push({ purpose, generation, text });
    }
  }

  return {
    middles,
    paired(pair) {
      const middle = {
        pair,
        // Towards the caller this is the callee, and the other way about.
        channels: { caller: new Channel('callee', pair.id), callee: new Channel('caller', pair.id) },
        waiting: { caller: [], callee: [] },
        opened: [],
      };
      pair.middle = middle;
      middles.push(middle);
      flush(middle, 'caller');
      flush(middle, 'callee');
    },
    behave({ from, kind, bytes }, pair) {
      const { middle } = pair;
      const channel = middle.channels[from];
      if (kind === 'noise') {
        channel.handshake(bytes);
        flush(middle, from);
        flush(middle, other(from));
        return;
      }
      const message = channel.open(bytes);
      if (!message) return;
      middle.opened.push({ from, ...message });
      const text = look(message, from);
      if (text === null) return;
      middle.waiting[other(from)].push({ ...message, text });
      flush(middle, other(from));
    },
  };
}

// A partner made by the server itself: takes the part of @role towards @socket, and shows what it
// opens to opened(message, partner).
export async function bePartner(socket, role, encounter, opened) {
  const channel = new Channel(role, encounter);
  const partner = {
    channel,
    encounter,
    handshake: [],
    tell: (purpose, object) => send('sealed', channel.seal(purpose, 0, JSON.stringify(object))),
    end: (reason = 'hang-up') => { socket.emit('ended', { encounter, reason }); socket.data.relayed = null; },
  };
  const send = (kind, bytes) => socket.emit('relay', { encounter, kind, body: Buffer.from(bytes).toString('base64') });
  const flush = () => { for (const bytes of channel.outgoing()) send('noise', bytes); };
  socket.data.relayed = ({ kind, body }) => {
    const bytes = new Uint8Array(Buffer.from(body, 'base64'));
    if (kind === 'noise') {
      partner.handshake.push(bytes);
      channel.handshake(bytes);
      flush();
    } else {
      const message = channel.open(bytes);
      if (message) opened({ ...message, bytes }, partner);
    }
  };
  socket.emit('paired', { encounter, role: role === 'caller' ? 'callee' : 'caller', common: { languages: [], topics: [] } });
  flush();
  return partner;
}

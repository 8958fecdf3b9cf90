// SPDX-License-Identifier: GPL-3.0-or-later
//
// A guest: someone without the program, in a browser. It speaks the pairing protocol with the
// reference client and WebRTC with the browser's own, and so shows that Causette's side of both is
// what others understand. The tests drive it through `window.guest`.
import { io } from 'socket.io-client';
import { Channel, PURPOSE } from './channel.js';

const GENERATION = 0;

class Guest {
  constructor() {
    this.events = [];
    this.texts = [];
    this.number = 0;
    this.state = 'new';
  }

  note(event, detail = {}) {
    this.events.push({ event, t_ms: Math.round(performance.now()), ...detail });
  }

  // Connects to the pairing server; options: server, transports, video, audio, languages, topics.
  async start(options) {
    this.options = { transports: ['polling', 'websocket'], video: true, audio: true, languages: [], topics: [], ...options };
    await Channel.ready;
    if (this.options.video || this.options.audio) {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: this.options.video && { width: 640, height: 480, frameRate: 30 },
        audio: this.options.audio,
      });
      document.getElementById('self').srcObject = this.stream;
    }
    this.socket = io(this.options.server, {
      transports: this.options.transports,
      auth: { protocol: 1, locale: navigator.language, adult: true },
    });
    for (const event of ['welcome', 'paired', 'relay', 'ended', 'partner', 'closing', 'policy-changed']) {
      this.socket.on(event, (payload, acknowledge) => {
        if (typeof acknowledge === 'function') acknowledge({ ok: true });
        this.note(event, event === 'relay' ? {} : { payload });
        if (event === 'welcome') this.iceServers = payload.ice_servers;
        if (event === 'paired') this.paired(payload);
        if (event === 'relay') this.relayed(payload);
        if (event === 'ended' && payload.encounter === this.encounter) this.finish(payload.reason);
      });
    }
    this.socket.on('connect_error', (error) => this.note('connect_error', { message: error.message, data: error.data }));
    await new Promise((resolve, reject) => {
      this.socket.once('welcome', resolve);
      this.socket.once('connect_error', reject);
    });
  }

  async seek() {
    const { languages, topics, video, audio } = this.options;
    const ack = await this.ask('seek', { languages, topics, video, audio });
    this.note('seeking', ack);
    return ack;
  }

  ask(event, payload) {
    return this.socket.timeout(15000).emitWithAck(event, payload);
  }

  paired({ encounter, role }) {
    this.encounter = encounter;
    this.role = role;
    this.channel = new Channel(role, encounter);
    this.number = 0;
    this.pending = [];
    this.pc = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: 'max-bundle' });
    this.pc.onicecandidate = ({ candidate }) => this.tell(PURPOSE.candidate, {
      candidate: candidate ? candidate.candidate : '',
      sdpMLineIndex: candidate?.sdpMLineIndex ?? 0,
    });
    this.pc.onconnectionstatechange = () => {
      this.state = this.pc.connectionState;
      this.note('connection', { state: this.state });
    };
    this.pc.ontrack = ({ track, streams }) => {
      this.note('track', { kind: track.kind });
      const remote = document.getElementById('remote');
      remote.srcObject ??= streams[0] ?? new MediaStream();
      if (!remote.srcObject.getTracks().includes(track)) remote.srcObject.addTrack(track);
    };
    this.pc.ondatachannel = ({ channel }) => this.attach(channel);
    this.shakeHands();
  }

  // Sends the handshake's messages that are due; once it is through, the caller makes its offer.
  shakeHands(message) {
    const before = this.channel.state;
    try {
      if (message) this.channel.handshake(message);
      for (const next of this.channel.outgoing()) this.relay('noise', next);
    } catch (error) {
      this.note('not-secure', { message: String(error) });
      this.end('failed');
      return;
    }
    if (before === this.channel.state || this.channel.state !== 'ready') return;
    this.note('secured', { sas: this.channel.sas });
    if (this.role === 'caller') this.offer();
  }

  relay(kind, bytes) {
    return this.ask('relay', { encounter: this.encounter, kind, body: btoa(String.fromCharCode(...bytes)) });
  }

  addMedia() {
    for (const kind of ['audio', 'video']) {
      const track = this.stream?.getTracks().find((t) => t.kind === kind);
      const existing = this.pc.getTransceivers().find((t) => t.receiver.track.kind === kind && !t.sender.track);
      if (existing) {
        existing.direction = 'sendrecv';
        if (track) existing.sender.replaceTrack(track);
      } else {
        this.pc.addTransceiver(track ?? kind, { direction: 'sendrecv', streams: this.stream ? [this.stream] : [] });
      }
    }
  }

  async offer() {
    this.addMedia();
    this.attach(this.pc.createDataChannel('causette', { ordered: true }));
    await this.pc.setLocalDescription(await this.pc.createOffer());
    this.tell(PURPOSE.description, { type: 'offer', sdp: this.pc.localDescription.sdp });
  }

  attach(data) {
    this.data = data;
    data.binaryType = 'arraybuffer';
    data.onopen = () => this.note('data-open');
    data.onclose = () => this.note('data-close');
    data.onmessage = ({ data: bytes }) => this.opened(new Uint8Array(bytes));
  }

  // Says something to the partner, by the data channel where there is one, else by the relay.
  tell(purpose, object) {
    if (this.channel.state !== 'ready') return;
    const bytes = this.channel.seal(purpose, GENERATION, JSON.stringify(object));
    const direct = purpose !== PURPOSE.description && purpose !== PURPOSE.candidate;
    if (direct && this.data?.readyState === 'open') this.data.send(bytes);
    else this.relay('sealed', bytes);
  }

  relayed({ encounter, kind, body }) {
    if (encounter !== this.encounter) return;
    const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0));
    if (kind === 'noise') this.shakeHands(bytes);
    else this.opened(bytes);
  }

  opened(bytes) {
    let message;
    try { message = this.channel.open(bytes); } catch (error) { this.note('rejected', { message: error.message }); return; }
    if (!message) return;
    // Descriptions and candidates are taken one after the other.
    this.work = (this.work ?? Promise.resolve()).then(() => this.handle(message)).catch((error) => this.note('error', { message: String(error) }));
  }

  async handle({ purpose, text }) {
    const body = text ? JSON.parse(text) : {};
    switch (purpose) {
      case PURPOSE.description:
        await this.pc.setRemoteDescription(body);
        if (body.type === 'offer') {
          this.addMedia();
          await this.pc.setLocalDescription(await this.pc.createAnswer());
          this.tell(PURPOSE.description, { type: 'answer', sdp: this.pc.localDescription.sdp });
        }
        for (const candidate of this.pending.splice(0)) await this.addCandidate(candidate);
        break;
      case PURPOSE.candidate:
        if (this.pc.remoteDescription) await this.addCandidate(body);
        else this.pending.push(body);
        break;
      case PURPOSE.text:
        this.texts.push(body.text);
        this.note('text', { text: body.text });
        document.getElementById('texts').append(Object.assign(document.createElement('li'), { textContent: body.text }));
        this.tell(PURPOSE.receipt, { upto: body.number });
        break;
      case PURPOSE.receipt:
        this.note('receipt', body);
        break;
      case PURPOSE.deviceState:
        this.note('device-state', body);
        break;
      case PURPOSE.bye:
        this.finish(body.reason);
        break;
    }
  }

  async addCandidate({ candidate, sdpMLineIndex }) {
    await this.pc.addIceCandidate({ candidate, sdpMLineIndex });
  }

  say(text) {
    this.tell(PURPOSE.text, { number: ++this.number, text });
  }

  async end(reason = 'hang-up') {
    this.tell(PURPOSE.bye, { reason });
    await this.ask('end', { encounter: this.encounter, reason });
    this.finish(reason);
  }

  finish(reason) {
    if (!this.pc) return;
    this.note('finished', { reason });
    this.pc.close();
    this.pc = null;
    document.getElementById('remote').srcObject = null;
  }

  // What the partner's picture and sound are at the moment.
  async measure() {
    const figures = { frames: 0, width: 0, height: 0, audioEnergy: 0, audioPackets: 0, color: null };
    if (!this.pc) return figures;
    for (const report of (await this.pc.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      if (report.kind === 'video') Object.assign(figures, { frames: report.framesDecoded, width: report.frameWidth, height: report.frameHeight });
      else Object.assign(figures, { audioEnergy: report.totalAudioEnergy, audioPackets: report.packetsReceived });
    }
    const remote = document.getElementById('remote');
    if (remote.videoWidth > 0) {
      const canvas = document.createElement('canvas');
      canvas.width = 16;
      canvas.height = 12;
      const context = canvas.getContext('2d');
      context.drawImage(remote, 0, 0, 16, 12);
      figures.color = [...context.getImageData(8, 2, 1, 1).data.slice(0, 3)];
    }
    return figures;
  }
}

window.guest = new Guest();

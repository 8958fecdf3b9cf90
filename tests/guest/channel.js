// SPDX-License-Identifier: GPL-3.0-or-later
//
// The channel between two people once more, written from net/PROTOCOL.md and not from the program:
// that the two understand each other shows that the document is complete and the program does what
// it says.
import sodium from 'libsodium-wrappers-sumo';

export const PURPOSE = {
  description: 1, candidate: 2, fingerprint: 3, text: 4, receipt: 5, deviceState: 6, typing: 7, bye: 8,
};

const NOISE_NAME = 'Noise_XX_25519_ChaChaPoly_SHA256';
const VERSION = 2;
const HEADER = 40;
const TAG = 16;
const SKIP_MAX = 512;
const CLASS_MAX = 33280;

const utf8 = (text) => new TextEncoder().encode(text);
const same = (a, b) => a.length === b.length && sodium.memcmp(a, b);

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

function u32(value) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

const readU32 = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at);
const hmac = (key, ...data) => sodium.crypto_auth_hmacsha256(concat(...data), key);

export function hkdf(salt, key, info, size) {
  const prk = hmac(salt, key);
  let out = new Uint8Array(0), block = new Uint8Array(0);
  for (let i = 1; out.length < size; i++) {
    block = hmac(prk, block, info, Uint8Array.of(i));
    out = concat(out, block);
  }
  return out.subarray(0, size);
}

// Refuses the all-zero result that a weak public key gives: libsodium throws then.
const dh = (secret, publicKey) => sodium.crypto_scalarmult(secret, publicKey);

// --- Noise XX

class Cipher {
  constructor(key) { this.key = key; this.n = 0n; }
  nonce() {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(4, this.n, true);
    return nonce;
  }
  encrypt(ad, plain) {
    const out = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plain, ad, null, this.nonce(), this.key);
    this.n++;
    return out;
  }
  decrypt(ad, sealed) {
    const out = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, ad, this.nonce(), this.key);
    this.n++;
    return out;
  }
}

class NoiseXX {
  constructor(initiator, prologue, secret, random) {
    this.initiator = initiator;
    this.s = secret;
    this.random = random;
    this.h = utf8(NOISE_NAME); // 32 bytes exactly
    this.ck = this.h;
    this.mixHash(prologue);
    this.pattern = [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']];
    this.step = 0;
  }
  get writing() { return this.step < 3 && (this.step % 2 === 0) === this.initiator; }
  get finished() { return this.step === 3; }
  mixHash(data) { this.h = sodium.crypto_hash_sha256(concat(this.h, data)); }
  mixKey(input) {
    const out = hkdf(this.ck, input, new Uint8Array(0), 64);
    this.ck = out.slice(0, 32);
    this.cipher = new Cipher(out.slice(32));
  }
  token(name) {
    const [own, theirs] = this.initiator ? [name[0], name[1]] : [name[1], name[0]];
    this.mixKey(dh(own === 'e' ? this.e : this.s, theirs === 'e' ? this.re : this.rs));
  }
  write() {
    const out = [];
    for (const token of this.pattern[this.step++]) {
      if (token === 'e') {
        this.e = this.random(32);
        const publicKey = sodium.crypto_scalarmult_base(this.e);
        out.push(publicKey);
        this.mixHash(publicKey);
      } else if (token === 's') {
        out.push(this.encryptAndHash(sodium.crypto_scalarmult_base(this.s)));
      } else this.token(token);
    }
    out.push(this.encryptAndHash(new Uint8Array(0)));
    return concat(...out);
  }
  read(bytes) {
    let at = 0;
    for (const token of this.pattern[this.step++]) {
      if (token === 'e') {
        this.re = bytes.slice(at, at += 32);
        if (this.re.length !== 32) throw new Error('short');
        this.mixHash(this.re);
      } else if (token === 's') {
        this.rs = this.decryptAndHash(bytes.slice(at, at += 48));
      } else this.token(token);
    }
    if (this.decryptAndHash(bytes.slice(at)).length !== 0) throw new Error('payload');
  }
  encryptAndHash(plain) {
    const out = this.cipher ? this.cipher.encrypt(this.h, plain) : plain;
    this.mixHash(out);
    return out;
  }
  decryptAndHash(sealed) {
    const out = this.cipher ? this.cipher.decrypt(this.h, sealed) : sealed;
    this.mixHash(sealed);
    return out;
  }
  split() {
    const out = hkdf(this.ck, new Uint8Array(0), new Uint8Array(0), 64);
    return [out.slice(0, 32), out.slice(32)]; // initiator's, responder's
  }
}

// --- Double Ratchet

const chainNext = (chain) => [hmac(chain, Uint8Array.of(2)), hmac(chain, Uint8Array.of(1))];

export class Ratchet {
  static initiator(root, responderChain, responderPublic, random) {
    const r = new Ratchet();
    Object.assign(r, { random, root, cr: responderChain, remote: responderPublic, sent: 0, received: 0, previous: 0, skipped: new Map(), past: new Set() });
    r.newKey();
    r.cs = r.rootStep();
    return r;
  }
  static responder(root, responderChain, secret, random) {
    const r = new Ratchet();
    return Object.assign(r, { random, root, cs: responderChain, secret, publicKey: sodium.crypto_scalarmult_base(secret), remote: null, sent: 0, received: 0, previous: 0, skipped: new Map(), past: new Set() });
  }
  newKey() {
    this.secret = this.random(32);
    this.publicKey = sodium.crypto_scalarmult_base(this.secret);
  }
  rootStep() {
    const out = hkdf(this.root, dh(this.secret, this.remote), utf8('causette/1 root'), 64);
    this.root = out.slice(0, 32);
    return out.slice(32);
  }
  static key(key) {
    const out = hkdf(new Uint8Array(32), key, utf8('causette/1 message'), 56);
    return [out.slice(32), out.slice(0, 32)]; // nonce, key
  }
  seal(ad, plain) {
    const header = concat(this.publicKey, u32(this.previous), u32(this.sent++));
    let key;
    [this.cs, key] = chainNext(this.cs);
    return concat(header, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, concat(ad, header), null, ...Ratchet.key(key)));
  }
  static id(publicKey, number) { return `${sodium.to_hex(publicKey)}:${number}`; }
  skip(until) {
    if (until - this.received > SKIP_MAX) throw new Error('too far');
    while (this.received < until) {
      let key;
      [this.cr, key] = chainNext(this.cr);
      this.skipped.set(Ratchet.id(this.remote, this.received++), key);
    }
  }
  // Returns the plain bytes, or null for a message that was opened before.
  open(ad, bytes) {
    const header = bytes.slice(0, HEADER);
    const remote = header.slice(0, 32), previous = readU32(header, 32), number = readU32(header, 36);
    const decrypt = (key) => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, bytes.slice(HEADER), concat(ad, header), ...Ratchet.key(key));
    const id = Ratchet.id(remote, number);
    if (this.skipped.has(id)) {
      const plain = decrypt(this.skipped.get(id));
      this.skipped.delete(id);
      return plain;
    }
    const current = this.remote && same(this.remote, remote);
    if ((current && number < this.received) || (!current && this.past.has(sodium.to_hex(remote)))) return null;
    // Everything is tried on a copy, which replaces this one only when the tag was right.
    const trial = Object.assign(new Ratchet(), this, { skipped: new Map(this.skipped), past: new Set(this.past) });
    if (!current) {
      if (trial.remote) {
        if (previous - trial.received <= SKIP_MAX) trial.skip(previous);
        trial.past.add(sodium.to_hex(trial.remote));
      }
      Object.assign(trial, { remote, previous: trial.sent, sent: 0, received: 0 });
      trial.cr = trial.rootStep();
      trial.newKey();
      trial.cs = trial.rootStep();
    }
    trial.skip(number);
    let key;
    [trial.cr, key] = chainNext(trial.cr);
    trial.received++;
    const plain = decrypt(key);
    Object.assign(this, trial);
    for (const old of [...this.skipped.keys()].slice(0, -SKIP_MAX)) this.skipped.delete(old);
    return plain;
  }
}

// --- The envelope

function paddedSize(size) {
  let padded = 128;
  while (padded < size + 9) padded *= 2;
  if (size + 9 > CLASS_MAX) throw new Error('too long');
  return Math.min(padded, CLASS_MAX);
}

function envelope(purpose, generation, content) {
  const out = new Uint8Array(paddedSize(content.length));
  out.set(concat(Uint8Array.of(purpose), u32(generation), u32(content.length), content));
  return out;
}

function openEnvelope(bytes) {
  const size = readU32(bytes, 5);
  if (paddedSize(size) !== bytes.length || bytes.subarray(9 + size).some((b) => b !== 0)) throw new Error('could not be opened');
  return { purpose: bytes[0], generation: readU32(bytes, 1), content: bytes.slice(9, 9 + size) };
}

// --- The channel

export class Channel {
  static ready = sodium.ready;

  constructor(role, encounter, random = (n) => sodium.randombytes_buf(n)) {
    Object.assign(this, { role, encounter, random, state: 'handshaking', sent: 0, received: 0 });
    this.secret = random(32);
    this.nonce = random(32);
    this.commitment = sodium.crypto_hash_sha256(this.nonce);
  }

  get caller() { return this.role === 'caller'; }

  // Returns the handshake messages that are to be sent now.
  *outgoing() {
    for (;;) {
      if (this.state === 'broken' || this.sent === 5) return;
      if (this.sent === 0) yield this.number(1, this.commitment);
      else if (!this.noise) return;
      else if (this.noise.writing) {
        const number = this.caller ? (this.sent === 1 ? 2 : 4) : 3;
        const message = this.noise.write();
        if (this.noise.finished) this.begin();
        yield this.number(number, message);
      } else if (this.noise.finished) yield this.number(5, this.sending.encrypt(null, this.nonce));
      else return;
    }
  }

  number(n, body) {
    this.sent = n;
    return concat(Uint8Array.of(n), body);
  }

  handshake(bytes) {
    if (this.state === 'ready') return;
    try {
      const number = bytes[0], body = bytes.slice(1);
      if (number >= 1 && number <= this.received) return;
      const expected = { 0: 1, 1: this.caller ? 3 : 2, 2: 4 }[this.received] ?? 5;
      if (number !== expected) throw new Error('out of order');
      if (number === 1) {
        if (body.length !== 32) throw new Error('commitment');
        this.partnerCommitment = body;
        const commitments = this.caller ? [this.commitment, body] : [body, this.commitment];
        const prologue = concat(utf8(`causette/1\0${this.encounter}\0caller\0callee\0`), ...commitments);
        this.noise = new NoiseXX(this.caller, prologue, this.secret, this.random);
      } else if (number === 5) {
        if (!this.noise?.finished) throw new Error('too early');
        const nonce = this.receiving.decrypt(null, body);
        if (!same(sodium.crypto_hash_sha256(nonce), this.partnerCommitment)) throw new Error('commitment');
        const bits = hmac(this.noise.h, ...(this.caller ? [this.nonce, nonce] : [nonce, this.nonce]));
        const value = bits.slice(0, 6).reduce((v, b) => (v << 8n) | BigInt(b), 0n);
        this.sas = Array.from({ length: 7 }, (_, i) => Number((value >> BigInt(48 - 6 * (i + 1))) & 63n));
        this.state = 'ready';
      } else {
        this.noise.read(body);
        if (this.noise.finished) this.begin();
      }
      this.received = number;
    } catch (error) {
      this.state = 'broken';
      throw error;
    }
  }

  begin() {
    const [first, second] = this.noise.split();
    this.sending = new Cipher(this.caller ? first : second);
    this.receiving = new Cipher(this.caller ? second : first);
    const out = hkdf(this.noise.h, concat(first, second), utf8('causette/1 ratchet'), 64);
    const root = out.slice(0, 32), chain = out.slice(32);
    this.ratchet = this.caller ? Ratchet.initiator(root, chain, this.noise.rs, this.random)
      : Ratchet.responder(root, chain, this.secret, this.random);
  }

  // Returns the message's bytes.
  seal(purpose, generation, text) {
    if (this.state !== 'ready') throw new Error('not ready');
    const version = Uint8Array.of(VERSION);
    return concat(version, this.ratchet.seal(version, envelope(purpose, generation, utf8(text))));
  }

  // Returns { purpose, generation, text }, or null for one that was opened before.
  open(bytes) {
    if (this.state !== 'ready' || bytes[0] !== VERSION || bytes.length < 1 + HEADER + TAG) throw new Error('could not be opened');
    const plain = this.ratchet.open(bytes.slice(0, 1), bytes.slice(1));
    if (!plain) return null;
    const { purpose, generation, content } = openEnvelope(plain);
    return { purpose, generation, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  }
}

// SPDX-License-Identifier: GPL-3.0-or-later
//
// A TCP proxy that keeps all that passes, and takes it out of the WebSocket frames that it is in.
import { createServer, connect } from 'node:net';
import { after } from 'node:test';

// The payloads of a stream of WebSocket frames (RFC 6455 §5.2), unmasked, one after the other; what
// comes before them (the HTTP part) as it is.
export function payloadsOf(stream) {
  const head = stream.indexOf('\r\n\r\n');
  const parts = [stream.subarray(0, head + 4)];
  for (let at = head + 4; at + 2 <= stream.length;) {
    const masked = (stream[at + 1] & 0x80) !== 0;
    let size = stream[at + 1] & 0x7f;
    let offset = at + 2;
    if (size === 126) { size = stream.readUInt16BE(offset); offset += 2; } else if (size === 127) { size = Number(stream.readBigUInt64BE(offset)); offset += 8; }
    const mask = masked ? stream.subarray(offset, offset += 4) : Buffer.alloc(4);
    const payload = Buffer.from(stream.subarray(offset, offset + size));
    for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i & 3];
    parts.push(payload, Buffer.from('\n'));
    at = offset + size;
  }
  return Buffer.concat(parts);
}

// Returns { url, streams(): all that passed, each direction of each connection a buffer }.
export async function startRecorder(port) {
  const streams = [];
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      const chunks = [];
      streams.push(chunks);
      sockets.add(from);
      from.on('data', (chunk) => { chunks.push(chunk); to.write(chunk); });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => { sockets.delete(from); to.destroy(); });
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  after(() => { for (const socket of sockets) socket.destroy(); server.close(); });
  return { url: `http://127.0.0.1:${server.address().port}`, streams: () => streams.map((chunks) => Buffer.concat(chunks)) };
}

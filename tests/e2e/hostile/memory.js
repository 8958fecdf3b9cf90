// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looks into the memory of a process, as its core image would show it. For this one has to be root,
// or the process's owner where the system allows it.
import { openSync, readFileSync, readSync, closeSync } from 'node:fs';

const CHUNK = 8 * 1024 * 1024;

// Whether the memory of process @pid can be read.
export function canRead(pid) {
  try {
    const [first] = regions(pid);
    const file = openSync(`/proc/${pid}/mem`, 'r');
    try { return readSync(file, Buffer.alloc(16), 0, 16, first.start) === 16; } finally { closeSync(file); }
  } catch {
    return false;
  }
}

function regions(pid) {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').flatMap((line) => {
    const found = /^([0-9a-f]+)-([0-9a-f]+) (r.)\S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (!found || found[3] !== 'rw' || found[4].startsWith('[v')) return [];
    return [{ start: BigInt(`0x${found[1]}`), end: BigInt(`0x${found[2]}`), name: found[4] }];
  });
}

// Returns, for each of @needles (strings or buffers), how often it lies in the writable memory of
// process @pid, as UTF-8 or as bytes: a Map. The surroundings go to found(needle, where, around).
export function searchMemory(pid, needles, found = () => {}) {
  const counts = new Map(needles.map((needle) => [needle, 0]));
  const wanted = needles.map((needle) => [needle, Buffer.isBuffer(needle) ? needle : Buffer.from(needle)]);
  const overlap = Math.max(...wanted.map(([, bytes]) => bytes.length)) - 1;
  const file = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK + overlap);
  try {
    for (const { start, end, name } of regions(pid)) {
      for (let at = start; at < end; at += BigInt(CHUNK)) {
        const left = end - at;
        const size = Number(left < BigInt(buffer.length) ? left : BigInt(buffer.length));
        let got;
        // A region may be gone by now, or be a guard.
        try { got = readSync(file, buffer, 0, size, at); } catch { continue; }
        for (const [needle, bytes] of wanted)
          for (let i = buffer.indexOf(bytes); i >= 0 && i + bytes.length <= got && i < CHUNK; i = buffer.indexOf(bytes, i + 1)) {
            counts.set(needle, counts.get(needle) + 1);
            found(needle, name, buffer.subarray(Math.max(0, i - 64), Math.min(got, i + bytes.length + 64)));
          }
        buffer.fill(0, 0, got);
      }
    }
  } finally {
    closeSync(file);
  }
  return counts;
}

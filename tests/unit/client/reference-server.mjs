// SPDX-License-Identifier: GPL-3.0-or-later
// The reference implementation of Socket.IO as a pairing server: just enough of the protocol that
// two links can meet on it. What the tests of net/client start.
//
// Usage: node reference-server.mjs [OPTIONS-AS-JSON], options as of npm socket.io.
// Standard output: JSON lines, the first {"port":N}. Standard input: one command a line
// ("cut", "disconnect", "disconnect-all", "unknown"); it ends when its input does.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const options = process.argv[2] ? JSON.parse(process.argv[2]) : {};
const http = createServer();
const io = new Server(http, options);
const sessions = new Map(); // resume token → session
let count = 0;

function say(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

function partnerOf(session) {
  return [...sessions.values()].find((other) => other !== session && other.seeking);
}

io.use((socket, next) => {
  const auth = socket.handshake.auth;
  if (auth.protocol !== 1 || auth.adult !== true) {
    const error = new Error("Only for adults.");
    error.data = { code: "underage" };
    next(error);
    return;
  }
  next();
});

io.on("connection", (socket) => {
  const resumed = sessions.has(socket.handshake.auth.resume);
  const token = resumed ? socket.handshake.auth.resume : `token-${++count}`;
  const session = resumed ? sessions.get(token) : { token, seeking: false };
  session.socket = socket;
  sessions.set(token, session);

  socket.emit("welcome", {
    session: `session-${count}`,
    resume: token,
    ice_servers: [{ urls: "stun:127.0.0.1:3478" }],
    policy: { version: "2024-01-01", languages: ["en", "fr"] },
    online: sessions.size,
    resumed,
    ...(resumed && session.seeking ? { encounter: "encounter" } : {}),
  });
  say({ event: "connection", resumed, transport: socket.conn.transport.name });

  socket.conn.on("heartbeat", () => say({ event: "heartbeat" }));
  socket.on("disconnect", (reason) => say({ event: "disconnect", reason }));

  socket.on("seek", (wish, done) => {
    session.seeking = true;
    done({ ok: true, waiting: sessions.size });
    const partner = partnerOf(session);
    if (!partner) return;
    for (const [one, role] of [[session, "caller"], [partner, "callee"]]) {
      const paired = { encounter: "encounter", role, common: { languages: [], topics: [] } };
      one.socket.emit("paired", paired, (answer) => say({ event: "acknowledged", answer }));
    }
  });
  socket.on("relay", (message, done) => {
    const partner = partnerOf(session);
    if (!partner) {
      done({ ok: false, error: "not-paired", message: "There is no such encounter." });
      return;
    }
    partner.socket.emit("relay", message);
    done({ ok: true });
  });
});

const commands = {
  cut: () => io.of("/").sockets.forEach((socket) => socket.conn.transport.socket.terminate()),
  disconnect: () => io.disconnectSockets(false),
  "disconnect-all": () => io.disconnectSockets(true),
  unknown: () => io.emit("something-new", { a: 1 }, "two", 3),
};
createInterface({ input: process.stdin })
  .on("line", (line) => commands[line]?.())
  .on("close", () => process.exit(0));

http.listen(0, "127.0.0.1", () => say({ port: http.address().port }));

// Picks the ports of a lab so that they conflict neither with other labs nor with outgoing connections.

import { createServer } from "node:net";

// Each lab owns a block of ports. The blocks are below the ephemeral port range of Linux (32768 and up), so
// a port that is free for a moment, because Postfix was stopped, is not used for an outgoing connection.
const FIRST = 20_000;
const BLOCKS = 600;
const BLOCK = 20;

/**
 * Claims a block and returns `{ ports, release }`, with one port for each of the given addresses.
 *
 * The first port of a block is its lock: this process listens on it while the lab runs.
 */
export async function claimPorts(addresses) {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const base = FIRST + ((start + i) % BLOCKS) * BLOCK;
    const lock = await listen("127.0.0.1", base);
    if (!lock) continue;
    const ports = addresses.map((_, index) => base + 1 + index);
    if (await allFree(addresses, ports)) return { ports, release: () => lock.close() };
    lock.close();
  }
  throw new Error(`no ${BLOCK} ports next to each other are free on loopback`);
}

async function allFree(addresses, ports) {
  for (const [index, address] of addresses.entries()) {
    const server = await listen(address, ports[index]);
    if (!server) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}

/** A listening socket that does not keep Node alive, or null if the port is in use. */
function listen(host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.on("error", (error) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

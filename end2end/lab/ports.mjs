// Picks the ports of one lab such that several labs, and the system's own connections, stay apart.

import { createServer } from "node:net";

// Each lab owns a block of ports. The blocks lie below the range from which Linux takes the local
// port of outgoing connections (32768 and up): a port of ours that is free for a moment, because
// Postfix was stopped, is not given to somebody else's connection.
const FIRST = 20_000;
const BLOCKS = 1_200;
const BLOCK = 10;

/**
 * Claims a block and gives `{ ports, release }`, with one port for each of the given addresses.
 *
 * The first port of a block is its lock: we listen on it for as long as the lab lives.
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

/** A listening socket that does not keep Node alive, or null when the port is taken. */
function listen(host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.on("error", (error) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

// A network path of a given length, in user space: a proxy that holds every byte back.
//
// On loopback a connection opens at once, on a long path it takes one round trip: what the client
// sends first leaves when the answer to its SYN is there, and the server hears of the connection half a
// round trip later still. Nothing is lost, reordered or merged beyond what the sockets do.

import { connect, createServer } from "node:net";

/**
 * Puts `oneWay` milliseconds each way between a client and a server.
 *
 * @param {{ address: string, port: number }} server
 * @param {number} oneWay
 * @returns {Promise<{ port: number, close: () => void }>}  The port on 127.0.0.1 to connect to.
 */
export async function delay(server, oneWay) {
  const sockets = new Set();
  const proxy = createServer({ noDelay: true }, (client) => {
    const opened = performance.now();
    // SYN there, SYN and ACK back, ACK there: only then does the server know of the client.
    const accepted = opened + 3 * oneWay;
    sockets.add(client);
    const early = [];
    const hold = (bytes) => early.push(bytes);
    client.on("data", hold);
    client.on("error", () => client.destroy());
    at(accepted, () => {
      const upstream = connect({ host: server.address, port: server.port, noDelay: true });
      sockets.add(upstream);
      upstream.on("error", () => client.destroy());
      client.on("error", () => upstream.destroy());
      // What the client said while its connection was still being opened arrives together with it.
      client.off("data", hold);
      for (const bytes of early) upstream.write(bytes);
      relay(client, upstream, oneWay);
      relay(upstream, client, oneWay);
    });
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return {
    port: proxy.address().port,
    close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Hands everything on, each piece as much later as the path is long, in order. */
function relay(from, to, oneWay) {
  from.on("data", (bytes) => at(performance.now() + oneWay, () => to.writable && to.write(bytes)));
  from.on("end", () => at(performance.now() + oneWay, () => to.end()));
}

/** Timers of Node are a little early or late; the moment itself is not moved by that. */
function at(moment, act) {
  const wait = moment - performance.now();
  if (wait > 1) setTimeout(() => at(moment, act), wait - 1);
  else if (wait > 0) setImmediate(() => at(moment, act));
  else act();
}

// `node attacker.mjs URL`: requests searches as one client until its standard input ends, then prints the numbers of
// responses by status. It is a separate process so that it can run with a lower priority.

import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Not the address of the measuring client, because limits apply per client. */
const ADDRESS = "127.0.0.66";
/** The number of requests on each connection. */
export const REQUESTS = 200;
const CONNECTIONS = 10;
const SEARCH = encodeURIComponent("Cannot verify server identity ".repeat(30));

/** A connection of the attacker. */
export async function session(url, options = {}) {
  const { hostname, port } = new URL(url);
  const createConnection = () =>
    connectTls({ host: hostname, port: Number(port), localAddress: ADDRESS, ALPNProtocols: ["h2"], rejectUnauthorized: false });
  const opened = connectHttp2(url, { ...options, createConnection });
  opened.on("error", () => {});
  await once(opened, "connect");
  return opened;
}

/** The status of a response, which is read to its end. */
export async function answered(stream) {
  let status = "refused";
  stream.on("response", (headers) => (status = headers[":status"]));
  // A refused stream emits an error, and is closed too.
  stream.on("error", () => {});
  stream.resume();
  await new Promise((closed) => stream.on("close", closed));
  return status;
}

async function attack(url) {
  let over = false;
  process.stdin.on("end", () => (over = true)).resume();
  const sessions = await Promise.all(Array.from({ length: CONNECTIONS }, () => session(url)));
  const counts = {};
  // Once a second, for at most a minute.
  for (let round = 0; round < 60 && !over; round++) {
    for (const [i, opened] of sessions.entries()) {
      for (let j = 0; j < REQUESTS; j++) {
        const stream = opened.request({ ":path": `/errors?q=${SEARCH}${round}x${i}x${j}`, "accept-encoding": "br" });
        answered(stream).then((status) => (counts[status] = (counts[status] ?? 0) + 1));
      }
    }
    await sleep(1000);
  }
  console.log(Object.entries(counts).map(([status, count]) => `${count} × ${status}`).join(", "));
  process.exit(0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await attack(process.argv[2]);

// Asks the Geary of this machine what it finds for a domain, by its own reader of autoconfig files.

import { createServer } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { run } from "../lab/programs.mjs";

const READER = fileURLToPath(new URL("geary.py", import.meta.url));

/**
 * What Geary fills in for a domain: `{ imap: { host, port, security }, smtp: … }`, or `{ error }`.
 *
 * @param {string} domain  The domain of the address.
 * @param {object} site    `{ https, ca }`: the port of the server under test, and the file of the authority that
 *                         its certificate comes from. The server answers for every name.
 */
export async function discover(domain, { https, ca }) {
  const proxy = await proxyTo(https, domain);
  const url = `http://127.0.0.1:${proxy.address().port}`;
  try {
    // The system's Python, because it has the bindings.
    return JSON.parse(await run("/usr/bin/python3", [READER, ca, domain], { env: { ...process.env, https_proxy: url, http_proxy: url } }));
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
}

/** A proxy by which all names of the domain lead to one port of this machine, and all others nowhere. */
function proxyTo(port, domain) {
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on("connect", (request, client) => {
    if (!request.url.endsWith(`${domain}:443`)) return client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(server).pipe(client);
    });
    server.on("error", () => client.destroy());
    client.on("error", () => server.destroy());
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy)));
}

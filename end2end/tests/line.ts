// The line between a browser and the site, and what must never be on it.

import { createHash } from "node:crypto";
import { connect, createServer, type AddressInfo } from "node:net";

/** What a capture of one direction must not hold: the password, and what protocols and programs make of it. */
export function forms(user: string, password: string): Buffer[] {
  const texts = [password, `\0${user}\0${password}`, `"${password}"`, encodeURIComponent(password), JSON.stringify(password)];
  const hashes = ["md5", "sha1", "sha256"].map((name) => createHash(name).update(password).digest());
  return [
    ...texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, "utf16le")]),
    ...texts.map((text) => Buffer.from(Buffer.from(text).toString("base64").replace(/=+$/, ""))),
    ...hashes,
    ...hashes.flatMap((hash) => [Buffer.from(hash.toString("hex")), Buffer.from(hash.toString("base64"))]),
  ];
}

/** A way to the site on which every byte is kept. A request that begins with `cut` breaks its connection. */
export async function capture(site: string, cut?: string) {
  const { hostname, port } = new URL(site);
  const bytes: Buffer[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.on("data", (part: Buffer) => {
        bytes.push(part);
        if (cut && part.includes(cut)) from.destroy();
        else to.write(part);
      });
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    bytes: () => Buffer.concat(bytes),
    close: () => server.close(),
  };
}

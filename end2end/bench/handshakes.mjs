// How many checks without a password a second of one processor is enough for, next to the bare
// handshakes of OpenSSL's client.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startLab } from "../lab/lab.mjs";
import { run } from "../lab/programs.mjs";
import { grouped, table } from "./table.mjs";

const PROGRAM = fileURLToPath(new URL("../../target/release/examples/handshakes", import.meta.url));
const COUNT = 400;

export async function benchHandshakes() {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}: make bench builds it`);
  const lab = await startLab();
  try {
    const { host, address, real_port } = lab.services.find(({ id }) => id === "imap");
    const server = `${address}:${real_port}`;
    const ours = await run(PROGRAM, [String(COUNT), lab.ca, host, server]);
    const args = ["s_time", "-connect", server, "-new", "-time", "5", "-CAfile", lab.ca];
    const theirs = await run("openssl", args);
    // It tells its own use of the processor.
    const perSecond = /([\d.]+) connections\/user sec/.exec(theirs)?.[1];
    table(
      "For one second of one processor",
      ["", "each second"],
      [
        ["mailguide: checks with greeting, capabilities and goodbye (X25519MLKEM768)", grouped(Number(ours.split(" ")[0]))],
        ["openssl s_time: handshakes alone (X25519), user time only", perSecond ? grouped(Number(perSecond)) : "–"],
      ],
    );
  } finally {
    await lab.stop();
  }
}

// A path with a long delay, simulated by the example `delay` of the crate `probe`.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../target/release/examples/delay", import.meta.url));

/**
 * Adds a delay of `oneWay` milliseconds in each direction in front of each server.
 *
 * @param {{ address: string, real_port: number }[]} servers
 * @param {number} oneWay
 * @returns {Promise<{ ports: number[], close: () => void }>}  The ports on 127.0.0.1, in the order of the servers.
 */
export async function delay(servers, oneWay) {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}: make bench builds it`);
  const targets = servers.map(({ address, real_port }) => `${address}:${real_port}`);
  const child = spawn(PROGRAM, [String(oneWay), ...targets], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise((found, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`delay ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", found);
  });
  return { ports: line.split(" ").map(Number), close: () => child.stdin.end() };
}

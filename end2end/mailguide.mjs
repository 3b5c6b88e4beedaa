// Starts the program under test, and waits for the line with the address on which it listens.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const RELEASE_BUILD = fileURLToPath(new URL("../target/release/mailguide", import.meta.url));

/** The path of the program: the argument, or `MAILGUIDE` from the environment, or the release build. */
export function mailguide(wanted = process.env.MAILGUIDE) {
  const path = wanted ? resolve(wanted) : RELEASE_BUILD;
  if (!existsSync(path)) throw new Error(`there is no ${path}: build it first with make build`);
  return path;
}

/** The options that make `serve` and `probe` use the lab. */
export function labOptions({ record, ca }) {
  return ["--config", record, "--cacert", ca, "--allow-private"];
}

/**
 * Starts the server on a free port.
 *
 * @param {string[]} options  More options for `serve`.
 * @returns {Promise<{ url: string, pid: number, output: () => string, stop: () => Promise<void>, kill: () => Promise<void> }>}
 *   `output` returns everything the server has printed so far; `kill` ends it without a graceful shutdown.
 */
export async function serve(options = []) {
  // No test asks the internet.
  const own = ["--listen", "127.0.0.1:0", "--published-settings-every", "off"];
  if (!options.includes("--monitor-every")) own.push("--monitor-every", "off");
  const child = spawn(mailguide(), ["serve", ...own, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((done) => child.on("exit", done));
  // Also when this process ends without calling `stop`.
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);

  const end = async (signal) => {
    process.off("exit", kill);
    child.kill(signal);
    await ended;
  };

  let output = "";
  child.stderr.on("data", (bytes) => (output += bytes));
  const url = await new Promise((found, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`mailguide ended with ${code} before it listened:\n${output}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      const match = /^mailguide: listening on (https?:\/\/\S+?)\/?$/.exec(line);
      if (match) found(match[1]);
    });
  });
  return {
    url,
    pid: child.pid,
    output: () => output,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

// TLS handshakes per second on one processor core, compared with OpenSSL.
//
// Only the processor time of the client is counted, so neither a slow server nor another program on the
// machine affects the numbers.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startLab } from "../lab/lab.mjs";
import { run } from "../lab/programs.mjs";
import { mailguide } from "../mailguide.mjs";
import { grouped, table } from "./table.mjs";

const SECONDS = 5;
const TRIES = 3;

export async function benchHandshakes() {
  const example = handshakesExample();
  const lab = await startLab({ sharedLogins: true });
  try {
    const { host, address, real_port } = lab.services.find(({ id }) => id === "imap");
    const server = `${address}:${real_port}`;
    const ours = (what) => async () => {
      const { output, processor } = await measured([example, what, host, server, lab.ca, String(SECONDS)]);
      return Number(output) / processor;
    };
    const contenders = {
      "openssl s_time: TCP, TLS": () => openssl(server, lab.ca),
      "rustls alone: TCP, TLS, name": ours("tls"),
      "mailguide's probe: the whole check without a password": ours("check"),
    };
    // The contenders take turns, so that a temporary slowdown of the machine does not affect only one of them.
    const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
    for (let number = 0; number < TRIES; number++) {
      for (const [name, contender] of Object.entries(contenders)) rates[name].push(await contender());
    }
    table(
      `Full TLS 1.3 handshakes with Dovecot per second of one core (the best of ${TRIES} times ${SECONDS} s)`,
      ["", "per second", "microseconds each"],
      Object.entries(rates).map(([name, all]) => {
        const best = Math.max(...all);
        return [name, grouped(best), grouped(1e6 / best)];
      }),
    );
  } finally {
    await lab.stop();
  }
}

/** Built by `make bench` beside the program. Fails before anything is measured if it is missing. */
export function handshakesExample() {
  const path = join(dirname(mailguide()), "examples", "handshakes");
  if (!existsSync(path)) throw new Error(`there is no ${path}: make bench builds it`);
  return path;
}

/** New sessions only. s_time verifies the chain but ignores the result, and it does not verify the host name. */
async function openssl(server, ca) {
  const args = ["s_time", "-connect", server, "-new", "-tls1_3", "-CAfile", ca];
  const { output, processor } = await measured(["openssl", ...args, "-time", String(SECONDS)]);
  const count = Number(/(\d+) connections in \d+ real seconds/.exec(output)?.[1]);
  if (!count) throw new Error(`openssl s_time counted no connections:\n${output}`);
  return count / processor;
}

/** Runs a command on one core, and returns its output and its processor time in seconds. */
async function measured(command) {
  // The first core that this process may use.
  const core = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))[1];
  // The last line is the user and system time of the command.
  const script = 'LC_ALL=C TIMEFORMAT="%U %S"; { time taskset --cpu-list "$@"; } 2>&1';
  const printed = await run("bash", ["-c", script, "bash", core, ...command]);
  const lines = printed.trimEnd().split("\n");
  const [user, system] = lines.pop().split(" ").map(Number);
  return { output: lines.join("\n"), processor: user + system };
}

// `make bench`: the size of the site, the throughput of the server, and the duration of a test.
//
// Each number is compared with that of another program that did the same work in the same run: an absolute
// number would say more about the machine than about mailguide.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "../lab/programs.mjs";
import { mailguide } from "../mailguide.mjs";
import { benchAttacks } from "./attack.mjs";
import { benchDecisions, decisionsExample } from "./decisions.mjs";
import { benchHandshakes, handshakesExample } from "./handshakes.mjs";
import { benchHistory, historyExample } from "./history.mjs";
import { benchLoad } from "./load.mjs";
import { benchMonitor } from "./monitor.mjs";
import { postgresPrograms } from "./postgres.mjs";
import { benchProbe } from "./probe.mjs";
import { benchRounds } from "./rounds.mjs";
import { benchSizes } from "./sizes.mjs";
import { benchThroughput } from "./throughput.mjs";
import { benchWays } from "./ways.mjs";

const directory = mkdtempSync(join(tmpdir(), "mailguide-bench-"));
// Servers are stopped and files removed when this process exits, also when it is interrupted.
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => process.exit(1));

try {
  // Missing programs are reported now and not after a minute.
  mailguide();
  handshakesExample();
  historyExample();
  decisionsExample();
  postgresPrograms();
  for (const name of ["wrk", "nginx", "curl", "openssl", "taskset", "dovecot", "postfix"]) program(name);
  await benchSizes();
  await benchThroughput(directory);
  await benchLoad(directory);
  await benchAttacks(directory);
  await benchProbe();
  await benchHandshakes();
  await benchRounds();
  await benchWays(directory);
  await benchMonitor(directory);
  await benchHistory(directory);
  await benchDecisions();
} catch (error) {
  // fetch reports the reason in `cause` and not in the message.
  console.error(`bench: ${error.message}${error.cause ? `: ${error.cause.message}` : ""}`);
  process.exitCode = 1;
}

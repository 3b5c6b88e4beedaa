// The decisions of the limits that several servers share: how many a PostgreSQL on loopback makes, and how long a
// customer waits for one.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lab/programs.mjs";
import { mailguide } from "../mailguide.mjs";
import { startPostgres } from "./postgres.mjs";
import { grouped, table } from "./table.mjs";

const SECONDS = 5;
// The goal for the median of one at a time.
const MAX_MILLISECONDS = 2;

export async function benchDecisions() {
  const postgres = await startPostgres();
  let measured;
  try {
    measured = JSON.parse(await run(decisionsExample(), [postgres.url, String(SECONDS)]));
  } finally {
    await postgres.stop();
  }
  table(
    `Decisions of the limits over PostgreSQL in ${SECONDS} s (goal: a median of at most ${MAX_MILLISECONDS} ms)`,
    ["", "per second", "median in ms", "99 % in ms"],
    measured.map(({ kind, at_once, per_second, p50, p99 }) => [
      `${kind}, ${at_once} at once`,
      grouped(per_second),
      p50.toFixed(2),
      p99.toFixed(2),
    ]),
  );
}

/** Built by `make bench` beside the program. Fails before anything is measured if it is missing. */
export function decisionsExample() {
  const path = join(dirname(mailguide()), "examples", "decisions");
  if (!existsSync(path)) throw new Error(`there is no ${path}: make bench builds it`);
  return path;
}

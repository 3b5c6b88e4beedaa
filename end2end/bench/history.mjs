// The history of the services: its size on the disk, and how fast it is written and read, in both databases.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lab/programs.mjs";
import { mailguide } from "../mailguide.mjs";
import { startPostgres } from "./postgres.mjs";
import { grouped, table } from "./table.mjs";

const SERVICES = 100;
const DAYS = 90;
// It must not take more room than this.
const MAX_MEGABYTES = 200;

export async function benchHistory(directory) {
  const example = historyExample();
  const data = join(directory, "history");
  mkdirSync(data);
  const measured = { SQLite: await made(example, "--data", data) };
  const postgres = await startPostgres();
  try {
    measured.PostgreSQL = await made(example, "--database", postgres.url);
  } finally {
    await postgres.stop();
  }
  table(
    `A made history of ${SERVICES} services over ${DAYS} days, checked every five minutes (at most ${MAX_MEGABYTES} MB)`,
    ["", "MB", "results written per second", "transactions of one per second", "milliseconds to load"],
    Object.entries(measured).map(([name, found]) => [
      name,
      grouped(found.bytes / 1e6),
      grouped(found.results_per_second),
      grouped(found.transactions_per_second),
      grouped(found.load_milliseconds),
    ]),
  );
  for (const [name, { bytes }] of Object.entries(measured)) {
    if (bytes > MAX_MEGABYTES * 1e6) throw new Error(`the history takes ${grouped(bytes)} bytes in ${name}`);
  }
}

/** Built by `make bench` beside the program. Fails before anything is measured if it is missing. */
export function historyExample() {
  const path = join(dirname(mailguide()), "examples", "history");
  if (!existsSync(path)) throw new Error(`there is no ${path}: make bench builds it`);
  return path;
}

async function made(example, option, place) {
  return JSON.parse(await run(example, [option, place, String(SERVICES), String(DAYS)]));
}

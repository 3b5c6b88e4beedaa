// A PostgreSQL server of its own: Debian's, with its usual settings, in a new directory, on loopback.

import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { run, systemUser } from "../lab/programs.mjs";

const VERSIONS = "/usr/lib/postgresql";

/**
 * Starts it.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}  `url` is that of an empty database.
 */
export async function startPostgres() {
  const programs = postgresPrograms();
  const home = mkdtempSync(join(tmpdir(), "mailguide-postgres-"));
  // It does not run as root.
  const user = await systemUser("postgres");
  chownSync(home, user.uid, user.gid);
  const asUser = (name, args) => [
    "setpriv",
    ["--reuid=postgres", "--regid=postgres", "--clear-groups", join(programs, name), ...args],
  ];
  const data = join(home, "data");
  await run(...asUser("initdb", ["--auth", "trust", "--username", "postgres", "--pgdata", data]), { cwd: "/" });
  const port = String(await freePort());
  const [command, args] = asUser("postgres", ["-D", data, "-p", port, "-k", home, "-h", "127.0.0.1"]);
  const child = spawn(command, args, { cwd: "/", stdio: "ignore" });
  const ended = new Promise((done) => child.on("exit", done));
  // An immediate shutdown, also when this process ends without calling `stop`.
  const kill = () => {
    child.kill("SIGQUIT");
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  };
  process.on("exit", kill);
  const connection = ["--host", "127.0.0.1", "--port", port];
  for (let tries = 0; ; tries++) {
    try {
      await run(join(programs, "pg_isready"), connection);
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await setTimeout(100);
    }
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.off("exit", kill);
      child.kill("SIGQUIT");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The folder with the programs of the newest version. Throws if there is none. */
export function postgresPrograms() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const folders = versions.toSorted((a, b) => b - a).map((version) => join(VERSIONS, version, "bin"));
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (!found) throw new Error("PostgreSQL is not installed. On Debian or Ubuntu: apt-get install postgresql");
  return found;
}

function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

// Starts real mail servers on loopback, with everything they write in one throw-away directory.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ACCOUNTS, DOMAIN, makeAccounts } from "./accounts.mjs";
import { makeCertificates } from "./certificates.mjs";
import { startDovecot } from "./dovecot.mjs";
import { claimPorts } from "./ports.mjs";
import { makePostfix } from "./postfix.mjs";
import { program } from "./programs.mjs";
import { LISTENERS, SERVER_NAMES, providerRecord, services } from "./record.mjs";

/**
 * What a running lab is: plain data first, then what can be done to it.
 *
 * @typedef {object} Lab
 * @property {string} directory  Everything the lab writes; also the servers' logs.
 * @property {string} ca  The certificate authority to trust, as PEM.
 * @property {string} record  The provider record for `mailguide --config`.
 * @property {string} domain
 * @property {Record<"normal" | "overquota" | "disabled", { address: string, password: string }>} accounts
 * @property {{ id: string, protocol: string, host: string, port: number, security: string,
 *              address: string, real_port: number }[]} services
 * @property {() => Promise<void>} stopPostfix
 * @property {() => Promise<void>} startPostfix
 * @property {() => Promise<void>} stop  Stops everything and removes the directory.
 */

/**
 * Starts a lab; several may run at once.
 *
 * @param {object} [options]
 * @param {string} [options.directory]  A directory that does not exist yet; it is removed at the end.
 * @param {boolean} [options.sharedLogins]  Whether one process of Dovecot greets all IMAP connections. By
 *   default it starts one for each, as Dovecot does, and that takes longer than a handshake.
 * @returns {Promise<Lab>}
 */
export async function startLab({ directory, sharedLogins = false } = {}) {
  checkMachine();
  const root = await makeDirectory(directory);
  const stopServers = startJanitor(root);
  let claim;
  const stop = async () => {
    await stopServers();
    claim?.release();
  };
  try {
    claim = await claimPorts(Object.values(LISTENERS));
    const ports = Object.fromEntries(Object.keys(LISTENERS).map((name, index) => [name, claim.ports[index]]));
    const { certificates, postfix } = await startServers(root, ports, sharedLogins);
    const record = join(root, "lab.toml");
    await writeFile(record, providerRecord(ports));
    return {
      directory: root,
      ca: certificates.ca,
      record,
      domain: DOMAIN,
      accounts: ACCOUNTS,
      services: services(ports),
      stopPostfix: postfix.stop,
      startPostfix: postfix.start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServers(root, ports, sharedLogins) {
  const [certificates, accounts] = await Promise.all([
    makeCertificates(join(root, "tls"), SERVER_NAMES),
    makeAccounts(join(root, "accounts")),
  ]);
  // Not in Postfix's queue directory, as is usual, because Dovecot starts at the same time.
  const authSocket = join(root, "sasl", "auth");
  const common = { ports, certificates, authSocket };
  const postfix = await makePostfix(join(root, "postfix"), { ...common, log: join(root, "postfix.log") });
  // Both are waited for even when one fails, so that nothing starts after the cleaning up.
  const started = await Promise.allSettled([
    startDovecot(join(root, "dovecot"), { ...common, accounts, sharedLogins, log: join(root, "dovecot.log") }),
    postfix.start(),
  ]);
  const failed = started.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
  return { certificates, postfix };
}

function checkMachine() {
  if (process.getuid?.() !== 0) {
    throw new Error("the lab must be started as root, because Postfix only starts as root");
  }
  for (const name of ["openssl", "dovecot", "postfix"]) program(name);
}

async function makeDirectory(wanted) {
  const directory = wanted ? resolve(wanted) : await mkdtemp(join(tmpdir(), "mailguide-lab-"));
  // The servers' configurations have no common way to quote a path, and paths of sockets are short.
  if (!/^[\w./-]{1,60}$/.test(directory)) {
    throw new Error(`the lab needs a directory with a short and plain name, not ${directory}`);
  }
  // Refuses one that exists: at the end the directory is removed with everything in it.
  if (wanted) await mkdir(directory);
  // The servers give up their rights and must still reach their files.
  await chmod(directory, 0o755);
  return directory;
}

/** Starts the process that cleans up after us, and gives the function that asks for it. */
function startJanitor(directory) {
  const script = fileURLToPath(new URL("janitor.sh", import.meta.url));
  // Detached, so that Ctrl-C in a terminal reaches us and not the janitor.
  const janitor = spawn("/bin/sh", [script, directory], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const done = new Promise((resolve, reject) => {
    janitor.on("error", reject);
    janitor.on("exit", resolve);
  });
  return () => {
    janitor.stdin.end();
    return done;
  };
}

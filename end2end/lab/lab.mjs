// Starts real mail servers on loopback. Everything they write is in one temporary directory.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ACCOUNTS, DOMAIN, makeAccounts } from "./accounts.mjs";
import { makeCertificates } from "./certificates.mjs";
import { startCyrus } from "./cyrus.mjs";
import { startDovecot } from "./dovecot.mjs";
import { claimPorts } from "./ports.mjs";
import { makePostfix } from "./postfix.mjs";
import { program } from "./programs.mjs";
import { LISTENERS, SERVER_NAMES, providerRecord, services } from "./record.mjs";

/**
 * A running lab: first its data, then its operations.
 *
 * @typedef {object} Lab
 * @property {string} directory  All files of the lab, and the logs of the servers.
 * @property {string} ca  The certificate authority to trust, as PEM.
 * @property {string} record  The provider record for `mailguide --config`.
 * @property {string} domain
 * @property {Record<keyof typeof ACCOUNTS, { address: string, password: string }>} accounts
 * @property {{ id: string, protocol: string, host: string, port: number, security: string,
 *              address: string, real_port: number }[]} services
 * @property {() => Promise<void>} stopPostfix
 * @property {() => Promise<void>} startPostfix
 * @property {() => Promise<void>} startCyrus  Starts a second family of servers, the services `cyrus-…`. It has
 *   the accounts `normal` and `disabled`, with mailboxes of its own.
 * @property {() => Promise<void>} stop  Stops everything and removes the directory.
 */

/**
 * Starts a lab. Several labs can run at the same time.
 *
 * @param {object} [options]
 * @param {string} [options.directory]  A directory that does not exist yet; it is removed at the end.
 * @param {boolean} [options.sharedLogins]  Whether one login process of Dovecot serves all IMAP connections.
 *   By default there is one process per connection, as in Dovecot; starting it takes longer than a handshake.
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
      startCyrus: () => startCyrus(join(root, "cyrus"), { ports, certificates }),
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
  // Not in Postfix's queue directory, as is usual: Dovecot starts at the same time and might not find it.
  const authSocket = join(root, "sockets", "auth");
  const common = { ports, certificates, authSocket, deliverySocket: join(root, "sockets", "lmtp") };
  const postfix = await makePostfix(join(root, "postfix"), { ...common, log: join(root, "postfix.log") });
  // Waits for both even when one fails, so that no server starts after the clean-up.
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
  // The configuration formats of the servers have no common way to quote a path, and the length of socket
  // paths is limited.
  if (!/^[\w./-]{1,60}$/.test(directory)) {
    throw new Error(`the lab needs a directory with a short and plain name, not ${directory}`);
  }
  // Fails if the directory exists: at the end it is removed with all its contents.
  if (wanted) await mkdir(directory);
  // The servers drop their privileges and must still be able to read their files.
  await chmod(directory, 0o755);
  return directory;
}

/** Starts the process that cleans up after this one, and returns the function that triggers it. */
function startJanitor(directory) {
  const script = fileURLToPath(new URL("janitor.sh", import.meta.url));
  // Detached, so that Ctrl-C in a terminal ends this process and not the janitor.
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

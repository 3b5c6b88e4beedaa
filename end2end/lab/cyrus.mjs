// Cyrus for the lab, a second family of servers: IMAP and POP3, each with STARTTLS and with implicit TLS.
//
// Its Debian packages conflict with those of Dovecot, so `make cyrus` only unpacks them, in the user's cache.

import { chown, copyFile, cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ACCOUNTS, DOMAIN } from "./accounts.mjs";
import { run, systemUser } from "./programs.mjs";

export const ADDRESS = "127.0.0.3";

/** Writes the configuration and starts Cyrus; returns when it answers. */
export async function startCyrus(directory, { ports, certificates }) {
  const packages = await unpackedPackages();
  // Cyrus drops its privileges, and other users may not look into the home of root.
  const owner = await systemUser("mail");
  const path = (name) => join(directory, name);
  for (const name of ["", "state", "mail"]) {
    await mkdir(path(name), { mode: 0o755 });
    await chown(path(name), owner.uid, owner.gid);
  }
  const root = path("root");
  await cp(packages, root, { recursive: true, verbatimSymlinks: true });
  const env = await environment(root);
  const program = (name) => join(root, "usr/lib/cyrus/bin", name);
  // Cyrus reads the key after it has dropped its privileges.
  await copyFile(certificates.key, path("server.key"));
  await writeFile(path("imapd.conf"), settings(directory, certificates));
  await writeFile(path("cyrus.conf"), services(program, path("imapd.conf"), ports));
  for (const { address, password } of [ACCOUNTS.normal, ACCOUNTS.disabled]) {
    const [user, realm] = address.split("@");
    const args = ["-c", "-p", "-f", path("passwords"), "-u", realm, user];
    await run(join(root, "usr/sbin/saslpasswd2"), args, { input: password, env });
  }
  for (const name of ["server.key", "passwords"]) await chown(path(name), owner.uid, owner.gid);
  // The disabled account has a password and may use no service.
  await run(program("cyr_deny"), ["-C", path("imapd.conf"), ACCOUNTS.disabled.address], { env });

  const args = ["-d", "-C", path("imapd.conf"), "-M", path("cyrus.conf"), "-p", path("master.pid")];
  await run(program("master"), args, { env, leavesDaemon: true });
  await greeted(ports.cyrusPopStarttls);
}

/** The folder with the unpacked packages. */
async function unpackedPackages() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const release = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1] ?? "";
  const folder = join(cache, "mailguide", `cyrus-${codename}`);
  await readdir(folder).catch(() => {
    throw new Error(`there is no ${folder}: run make cyrus first`);
  });
  return folder;
}

/** The environment in which programs find the unpacked libraries, and SASL its plug-ins. */
async function environment(root) {
  const folders = [];
  for (const parent of ["usr/lib", "lib"]) {
    const names = await readdir(join(root, parent)).catch(() => []);
    const triplets = names.filter((name) => name.includes("-linux-"));
    // A package that is installed already has not been unpacked.
    folders.push(...triplets.flatMap((name) => [join(root, parent, name), join("/usr/lib", name)]));
  }
  const plugins = [...new Set(folders)].map((folder) => join(folder, "sasl2"));
  return { ...process.env, LD_LIBRARY_PATH: folders.join(":"), SASL_PATH: plugins.join(":") };
}

function settings(directory, { certificate }) {
  return `
configdirectory: ${directory}/state
partition-default: ${directory}/mail
defaultpartition: default
cyrus_user: mail
cyrus_group: mail
servername: mail.${DOMAIN}

tls_server_cert: ${certificate}
tls_server_key: ${directory}/server.key
# Since version 3.10 it is off by default.
allowstarttls: yes
allowplaintext: no
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${directory}/passwords

# Tests fail to sign in on purpose; they must not be delayed.
failedloginpause: 0

# User names are whole addresses.
virtdomains: userid
defaultdomain: none.invalid
unixhierarchysep: yes

# Mailboxes are created at the first sign-in. The quota is in units of 1024 bytes.
autocreate_quota: 1000
autocreate_inbox_folders: Junk
xlist-junk: Junk
`;
}

function services(program, config, ports) {
  const listen = (port) => `listen="${ADDRESS}:${port}" prefork=0`;
  return `
START {
  recover cmd="${program("ctl_cyrusdb")} -C ${config} -r"
}
SERVICES {
  imap cmd="${program("imapd")} -C ${config}" ${listen(ports.cyrusImapStarttls)}
  imaps cmd="${program("imapd")} -s -C ${config}" ${listen(ports.cyrusImap)}
  pop3 cmd="${program("pop3d")} -C ${config}" ${listen(ports.cyrusPopStarttls)}
  pop3s cmd="${program("pop3d")} -s -C ${config}" ${listen(ports.cyrusPop)}
}
EVENTS {
}
`;
}

/** Waits for a greeting on this port. Cyrus writes its errors only to the log of the system. */
async function greeted(port) {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await answers(port)) return;
    await sleep(50);
  }
  throw new Error(`Cyrus does not answer on ${ADDRESS}:${port}; its errors are in the log of the system`);
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, ADDRESS);
    const end = (answered) => {
      socket.destroy();
      resolve(answered);
    };
    socket.on("data", () => end(true));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}

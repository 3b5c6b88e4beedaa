// Postfix for the lab: submission with STARTTLS and with TLS, sign-in and delivery through Dovecot.

import { chown, mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ACCOUNTS, DOMAIN } from "./accounts.mjs";
import { run, systemUser } from "./programs.mjs";

export const ADDRESS = "127.0.0.1";

/** Writes the configuration and creates its directories, and returns the functions `start` and `stop`. */
export async function makePostfix(directory, options) {
  const { uid, gid } = await systemUser("postfix");
  await mkdir(directory, { mode: 0o755 });
  // Next to the configuration directory and not in it, where every file must belong to root.
  await mkdir(`${directory}-queue`, { mode: 0o755 });
  await mkdir(`${directory}-data`, { mode: 0o700 });
  await chown(`${directory}-data`, uid, gid);
  const files = { "main.cf": mainConfiguration(directory, options), "master.cf": masterConfiguration(options.ports) };
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await writeFile(path, text);
    // Postfix waits two seconds for a file that has just been modified, because it may still be written.
    const earlier = Date.now() / 1000 - 60;
    await utimes(path, earlier, earlier);
  }
  // Both return when they are done: the ports are open, or closed.
  return {
    start: () => control(directory, options.log, "start"),
    stop: () => control(directory, options.log, "stop"),
  };
}

/** Runs a command of Postfix. Its errors are in the log of Postfix and not in the output. */
async function control(directory, log, command) {
  try {
    await run("postfix", ["-c", directory, command], { leavesDaemon: true });
  } catch (error) {
    const lines = await readFile(log, "utf8").catch(() => "");
    throw new Error(`${error.message.trim()}\n${lines.trim().split("\n").slice(-3).join("\n")}`);
  }
}

/** A lookup table of Postfix that is written out in its configuration. */
function table(entries) {
  const pairs = Object.entries(entries).map(([key, value]) => `{ ${key} = ${value} }`);
  return `inline:{ ${pairs.join(", ")} }`;
}

/** The accounts as a table of Postfix: each address with what `value` makes of its account and its name. */
function accountTable(value) {
  const entries = Object.entries(ACCOUNTS).map(([name, account]) => [account.address, value(account, name)]);
  return table(Object.fromEntries(entries));
}

function mainConfiguration(directory, { log, certificates, authSocket, deliverySocket }) {
  const { stranger, blocked, junked } = ACCOUNTS;
  const owners = accountTable(({ address }) => (address === stranger.address ? `owner-of-${address}` : address));
  const blocks = table({ [blocked.address]: "554 5.7.1 Sending is blocked for this account because of spam" });
  const aliases = table({ [junked.address]: junked.address.replace("@", "+Junk@") });
  return `
compatibility_level = 3.6
queue_directory = ${directory}-queue
data_directory = ${directory}-data
maillog_file = ${log}
maillog_file_prefixes = ${dirname(log)}

myhostname = smtp.${DOMAIN}
mydomain = ${DOMAIN}
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = ${ADDRESS}
inet_protocols = ipv4
smtpd_banner = $myhostname ESMTP Lab Mail

# Mail for the accounts goes to Dovecot, all other mail is discarded. master.cf has no agent that could
# deliver it elsewhere.
virtual_mailbox_domains = ${DOMAIN}
virtual_mailbox_maps = ${accountTable((_, name) => name)}
virtual_transport = lmtp:unix:${deliverySocket}
default_transport = discard:
local_transport = discard:
relay_transport = discard:

# A recipient with an extension, as in name+Folder, is delivered to that folder. The alias with an extension
# must not get a second one when it is looked up again.
recipient_delimiter = +
virtual_alias_maps = ${aliases}
propagate_unmatched_extensions =

smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = ${owners}
smtpd_sender_restrictions = reject_sender_login_mismatch, check_sasl_access ${blocks}

smtpd_tls_cert_file = ${certificates.certificate}
smtpd_tls_key_file = ${certificates.key}
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1

smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${authSocket}
smtpd_sasl_security_options = noanonymous

# Tests connect often and fail to sign in on purpose; they must not be delayed.
smtpd_error_sleep_time = 0
smtpd_client_event_limit_exceptions = static:all
`;
}

function masterConfiguration(ports) {
  return `
# service              type  private unpriv  chroot  wakeup  maxproc command
${ADDRESS}:${ports.smtp}      inet  n       -       n       -       -       smtpd
  -o smtpd_tls_security_level=encrypt
${ADDRESS}:${ports.smtpTls}      inet  n       -       n       -       -       smtpd
  -o smtpd_tls_wrappermode=yes
${ADDRESS}:${ports.smtpProxied}      inet  n       -       n       -       -       smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_upstream_proxy_protocol=haproxy
  -o smtpd_peername_lookup=no
pickup                 unix  n       -       n       60      1       pickup
cleanup                unix  n       -       n       -       0       cleanup
qmgr                   unix  n       -       n       300     1       qmgr
tlsmgr                 unix  -       -       n       1000?   1       tlsmgr
rewrite                unix  -       -       n       -       -       trivial-rewrite
bounce                 unix  -       -       n       -       0       bounce
defer                  unix  -       -       n       -       0       bounce
trace                  unix  -       -       n       -       0       bounce
proxymap               unix  -       -       n       -       -       proxymap
error                  unix  -       -       n       -       -       error
retry                  unix  -       -       n       -       -       error
discard                unix  -       -       n       -       -       discard
lmtp                   unix  -       -       n       -       -       lmtp
anvil                  unix  -       -       n       -       1       anvil
postlog                unix-dgram n  -       n       -       1       postlogd
`;
}

// Dovecot for the lab: IMAP and POP3, each with STARTTLS and with TLS from the first byte.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { QUOTA_BYTES } from "./accounts.mjs";
import { program, run, systemUser } from "./programs.mjs";

// Dovecot takes a client with its own address for a local one, to whom it offers sign-in without
// TLS. A connection to 127.0.0.2 comes from 127.0.0.1, so here it says LOGINDISABLED as it does to
// the public.
export const ADDRESS = "127.0.0.2";

/** Writes the configuration and starts Dovecot, which answers once its ports are open. */
export async function startDovecot(directory, options) {
  await checkVersion();
  const config = join(directory, "dovecot.conf");
  await mkdir(directory, { mode: 0o755 });
  const socketDirectory = dirname(options.authSocket);
  await mkdir(socketDirectory, { mode: 0o700 });
  const postfix = await systemUser("postfix");
  await chown(socketDirectory, postfix.uid, postfix.gid);
  await writeFile(config, configuration(directory, options));
  await run("dovecot", ["-c", config], { leavesDaemon: true });
}

/** Version 2.4 reads another language of configuration. */
async function checkVersion() {
  const version = await run("dovecot", ["--version"]);
  if (!version.startsWith("2.3.")) {
    throw new Error(`the lab's configuration is for Dovecot 2.3 and ${program("dovecot")} is ${version.trim()}`);
  }
}

function configuration(directory, { log, ports, certificates, accounts, authSocket, sharedLogins }) {
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${log}
listen = ${ADDRESS}
protocols = imap pop3
login_greeting = Lab Mail is ready.

ssl = required
ssl_cert = <${certificates.certificate}
ssl_key = <${certificates.key}

disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_username_format = %Lu
auth_verbose = yes
# Tests sign in wrongly on purpose and need not wait for it.
auth_failure_delay = 0

protocol smtp {
  passdb {
    driver = passwd-file
    args = username_format=%u ${accounts.noSubmission}
    deny = yes
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${accounts.users}
}
userdb {
  driver = static
  args = uid=${accounts.owner.uid} gid=${accounts.owner.gid} home=${accounts.mail}/%u
}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:${accounts.mail}/%u

mail_plugins = quota
plugin {
  quota = maildir:Mailbox limit
  quota_rule = *:bytes=${QUOTA_BYTES}
}
protocol imap {
  mail_plugins = quota imap_quota
}

service imap-login {
  service_count = ${sharedLogins ? 0 : 1}
  inet_listener imap {
    port = ${ports.imapStarttls}
  }
  inet_listener imaps {
    port = ${ports.imap}
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.popStarttls}
  }
  inet_listener pop3s {
    port = ${ports.pop}
    ssl = yes
  }
}
service auth {
  # Postfix asks here whether a password is right.
  unix_listener ${authSocket} {
    mode = 0600
    user = postfix
  }
}
service anvil {
  # Without this socket nobody counts failures, so failed sign-ins do not slow down the next ones.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}

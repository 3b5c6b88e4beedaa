// Dovecot for the lab: IMAP and POP3, each with STARTTLS and with implicit TLS.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { QUOTA_BYTES } from "./accounts.mjs";
import { program, run, systemUser } from "./programs.mjs";

// Dovecot treats a client with the server's own address as local and offers it sign-in without TLS. A
// connection to 127.0.0.2 comes from 127.0.0.1, so Dovecot answers LOGINDISABLED, as it does to remote clients.
export const ADDRESS = "127.0.0.2";

/** Writes the configuration and starts Dovecot; returns when its ports are open. */
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

/** Version 2.4 has another configuration syntax. */
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
# Tests fail to sign in on purpose; they must not be delayed.
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
  # Postfix verifies passwords through this socket.
  unix_listener ${authSocket} {
    mode = 0600
    user = postfix
  }
}
service anvil {
  # Without this socket failures are not counted, so failed sign-ins do not delay later ones.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}

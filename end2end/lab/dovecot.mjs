// Dovecot for the lab: IMAP and POP3, each with STARTTLS and with implicit TLS; delivery for Postfix; and a
// submission service that accepts passwords and cannot reach its relay.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { QUOTA_BYTES } from "./accounts.mjs";
import { program, run, systemUser } from "./programs.mjs";

// Dovecot treats a client with the server's own address as local and offers it sign-in without TLS. A
// connection to 127.0.0.2 comes from 127.0.0.1, so Dovecot answers LOGINDISABLED, as it does to remote clients.
export const ADDRESS = "127.0.0.2";

/** Writes the configuration and starts Dovecot; returns when its ports are open. */
export async function startDovecot(directory, options) {
  const syntax = await installedSyntax();
  const config = join(directory, "dovecot.conf");
  await mkdir(directory, { mode: 0o755 });
  // Postfix uses both sockets; they are in one directory.
  const socketDirectory = dirname(options.authSocket);
  await mkdir(socketDirectory, { mode: 0o700 });
  const postfix = await systemUser("postfix");
  await chown(socketDirectory, postfix.uid, postfix.gid);
  await writeFile(config, syntax(options) + commonSettings(directory, options));
  await run("dovecot", ["-c", config], { leavesDaemon: true });
}

/** The function that writes the settings that each version of Dovecot spells in its own way. */
async function installedSyntax() {
  const version = await run("dovecot", ["--version"]);
  if (version.startsWith("2.3.")) return settingsOf23;
  if (version.startsWith("2.4.")) return settingsOf24;
  throw new Error(`the lab's configuration is for Dovecot 2.3 and 2.4, and ${program("dovecot")} is ${version.trim()}`);
}

function settingsOf23({ certificates, accounts, sharedLogins }) {
  return `
ssl_cert = <${certificates.certificate}
ssl_key = <${certificates.key}

disable_plaintext_auth = yes
auth_username_format = %Lu
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
mail_location = maildir:${accounts.mail}/%u

plugin {
  quota = maildir:Mailbox limit
  quota_rule = *:bytes=${QUOTA_BYTES}
}

service imap-login {
  service_count = ${sharedLogins ? 0 : 1}
}
`;
}

function settingsOf24({ certificates, accounts, sharedLogins }) {
  // The version must be the first setting.
  return `
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0

ssl_server_cert_file = ${certificates.certificate}
ssl_server_key_file = ${certificates.key}

auth_allow_cleartext = no
auth_username_format = %{user | lower}
protocol smtp {
  passdb no-submission {
    driver = passwd-file
    passwd_file_path = ${accounts.noSubmission}
    deny = yes
  }
}
passdb users {
  driver = passwd-file
  passwd_file_path = ${accounts.users}
  default_password_scheme = PLAIN
}
userdb static {
  fields {
    uid = ${accounts.owner.uid}
    gid = ${accounts.owner.gid}
    home = ${accounts.mail}/%{user}
  }
}
mail_driver = maildir
mail_path = ${accounts.mail}/%{user}

quota "Mailbox limit" {
  driver = maildir
  storage_size = ${QUOTA_BYTES} B
}

service imap-login {
  restart_request_count = ${sharedLogins ? "unlimited" : 1}
}
`;
}

function commonSettings(directory, { log, ports, authSocket, deliverySocket }) {
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${log}
listen = ${ADDRESS}
protocols = imap pop3 lmtp submission
login_greeting = Lab Mail is ready.

haproxy_trusted_networks = 127.0.0.0/8

ssl = required
auth_mechanisms = plain login
auth_verbose = yes
# Tests fail to sign in on purpose; they must not be delayed.
auth_failure_delay = 0

first_valid_uid = 1
first_valid_gid = 1
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}

namespace inbox {
  inbox = yes
  mailbox Junk {
    special_use = \\Junk
    auto = create
  }
}
# A recipient name+Folder is delivered to that folder.
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes

submission_relay_host = ${ADDRESS}
submission_relay_port = ${ports.deadRelay}

service imap-login {
  inet_listener imap {
    port = ${ports.imapStarttls}
  }
  inet_listener imaps {
    port = ${ports.imap}
    ssl = yes
  }
  inet_listener imaps_proxied {
    port = ${ports.imapProxied}
    ssl = yes
    haproxy = yes
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
service submission-login {
  inet_listener submission {
    port = ${ports.submission}
  }
  inet_listener submissions {
    port = 0
  }
}
service lmtp {
  unix_listener ${deliverySocket} {
    mode = 0600
    user = postfix
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

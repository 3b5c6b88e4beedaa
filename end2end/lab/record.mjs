// The lab's services, and the provider record that points `mailguide` at them.

import { DOMAIN } from "./accounts.mjs";
import { ADDRESS as CYRUS } from "./cyrus.mjs";
import { ADDRESS as DOVECOT } from "./dovecot.mjs";
import { ADDRESS as POSTFIX } from "./postfix.mjs";

const HOSTS = { imap: `mail.${DOMAIN}`, pop3: `pop.${DOMAIN}`, smtp: `smtp.${DOMAIN}` };

// A service without a role is not in the record: it is used only with --connect-to.
const SERVICES = [
  { id: "imap", protocol: "imap", port: 993, security: "tls", address: DOVECOT, listener: "imap", role: "recommended" },
  { id: "pop", protocol: "pop3", port: 995, security: "tls", address: DOVECOT, listener: "pop", role: "other" },
  { id: "smtp", protocol: "smtp", port: 587, security: "starttls", address: POSTFIX, listener: "smtp", role: "recommended" },
  { id: "smtp-tls", protocol: "smtp", port: 465, security: "tls", address: POSTFIX, listener: "smtpTls", role: "alternative" },
  { id: "imap-starttls", protocol: "imap", port: 143, security: "starttls", address: DOVECOT, listener: "imapStarttls" },
  { id: "pop-starttls", protocol: "pop3", port: 110, security: "starttls", address: DOVECOT, listener: "popStarttls" },
  // These expect each connection to begin with a header of the PROXY protocol.
  { id: "imap-proxied", protocol: "imap", port: 993, security: "tls", address: DOVECOT, listener: "imapProxied" },
  { id: "smtp-proxied", protocol: "smtp", port: 587, security: "starttls", address: POSTFIX, listener: "smtpProxied" },
  { id: "smtp-dead-relay", protocol: "smtp", port: 587, security: "starttls", address: DOVECOT, listener: "submission" },
  { id: "cyrus-imap", protocol: "imap", port: 993, security: "tls", address: CYRUS, listener: "cyrusImap" },
  { id: "cyrus-imap-starttls", protocol: "imap", port: 143, security: "starttls", address: CYRUS, listener: "cyrusImapStarttls" },
  { id: "cyrus-pop", protocol: "pop3", port: 995, security: "tls", address: CYRUS, listener: "cyrusPop" },
  { id: "cyrus-pop-starttls", protocol: "pop3", port: 110, security: "starttls", address: CYRUS, listener: "cyrusPopStarttls" },
];

// A client that knows no other name for Postfix calls it localhost, and records with many hosts have any name below the last.
export const SERVER_NAMES = [...Object.values(HOSTS), "localhost", `*.many.${DOMAIN}`];

/** The address of each port that a lab claims, by the name of the port. */
export const LISTENERS = {
  ...Object.fromEntries(SERVICES.map(({ listener, address }) => [listener, address])),
  // Nothing ever listens here: it is the relay of the submission service whose relay is dead.
  deadRelay: DOVECOT,
};

/** The services for a test: the documented host and port, and the actual address and port. */
export function services(ports) {
  return SERVICES.map(({ id, protocol, port, security, address, listener }) => ({
    id,
    protocol,
    host: HOSTS[protocol],
    port,
    security,
    address,
    real_port: ports[listener],
  }));
}

export function providerRecord(ports) {
  const head = `id = "lab"
name = "Lab Mail"

[[source]]
id = "lab"
title = "The lab's own set-up"
url = "https://${DOMAIN}/settings"
read = "2026-11-23"

[links]
password_reset = { url = "https://${DOMAIN}/password", source = "lab" }
support = { url = "https://${DOMAIN}/support", source = "lab" }

[[group]]
id = "lab"
name = "Lab addresses"
domains = ["${DOMAIN}"]
user_name = { form = "full-address", source = "lab" }
sign_in = { method = "password", source = "lab" }
`;
  const inRecord = SERVICES.filter(({ role }) => role);
  return head + inRecord.map((service) => "\n" + serviceTable(service, ports)).join("");
}

function serviceTable({ id, protocol, port, security, role, address, listener }, ports) {
  return `[[group.service]]
id = "${id}"
protocol = "${protocol}"
host = "${HOSTS[protocol]}"
port = ${port}
security = "${security}"
role = "${role}"
source = "lab"
connect_to = "${address}:${ports[listener]}"
`;
}

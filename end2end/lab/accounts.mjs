// The mail accounts of the lab: their passwords and their mailboxes.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemUser } from "./programs.mjs";

export const DOMAIN = "lab.test";

/** The quota of every mailbox. */
export const QUOTA_BYTES = 1_000_000;

// The passwords are the same in every lab, so that they can be typed again, and distinct from all other
// text, so that a test can search all output for them. They are valid only in the lab.
//
// The addresses are first names, because the name of a mailbox is masked wherever a server says it: of the
// account blocked@ a page would show "Sending is b… because of spam".
export const ACCOUNTS = {
  normal: account("alice"),
  overquota: account("frank"),
  disabled: account("diana"),
  // The inbox cannot be opened.
  closed: account("clara"),
  // The address belongs to somebody else, so it must not send from it.
  stranger: account("steve"),
  // Nothing is accepted from the account, because of spam.
  blocked: account("bruno"),
  // All mail for the account goes to the folder Junk.
  junked: account("julia"),
};

function account(name) {
  return { address: `${name}@${DOMAIN}`, password: `${name}-lab-password` };
}

/** Writes Dovecot's password files and the mailboxes. */
export async function makeAccounts(directory) {
  // Dovecot refuses mailboxes of root. The user "mail" exists on every Debian and Ubuntu.
  const owner = await systemUser("mail");
  await mkdir(directory, { mode: 0o755 });

  const all = Object.values(ACCOUNTS);
  const users = join(directory, "users");
  const lines = all.map(({ address, password }) => {
    // With the right password Dovecot answers that the account is disabled; with a wrong one it gives the
    // same answer as for any other account.
    const extra = address === ACCOUNTS.disabled.address ? "nologin" : "";
    return `${address}:{PLAIN}${password}::::::${extra}\n`;
  });
  await writeFile(users, lines.join(""));
  // Postfix does not support "nologin", so Dovecot must reject the account for SMTP altogether.
  const noSubmission = join(directory, "no-submission");
  await writeFile(noSubmission, `${ACCOUNTS.disabled.address}\n`);

  const mail = join(directory, "mail");
  await ownedDirectory(mail, owner);
  for (const { address } of all) {
    const maildir = join(mail, address);
    // Dovecot cannot look into a maildir of root.
    await ownedDirectory(maildir, address === ACCOUNTS.closed.address ? { uid: 0, gid: 0 } : owner);
    for (const name of ["cur", "new", "tmp"]) await ownedDirectory(join(maildir, name), owner);
    const messages = address === ACCOUNTS.overquota.address ? 3 : 1;
    const size = address === ACCOUNTS.overquota.address ? 400_000 : 1_000;
    for (let number = 1; number <= messages; number++) {
      const text = message(address, number, size);
      // Dovecot takes the size from the file name.
      const path = join(maildir, "cur", `1700000000.M${number}P1.lab,S=${text.length},W=${text.length}:2,S`);
      await writeFile(path, text, { mode: 0o600 });
      await chown(path, owner.uid, owner.gid);
    }
  }
  return { users, noSubmission, mail, owner };
}

async function ownedDirectory(path, owner) {
  await mkdir(path, { mode: 0o700 });
  await chown(path, owner.uid, owner.gid);
}

/** A message of about `size` bytes, with CRLF line ends, so that its physical and virtual sizes are equal. */
function message(address, number, size) {
  const head =
    `From: The lab <postmaster@${DOMAIN}>\r\nTo: ${address}\r\nSubject: Message ${number}\r\n` +
    `Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${number}.${address}>\r\n\r\n`;
  const line = "This line only takes up room in the mailbox.\r\n";
  return head + line.repeat(Math.max(1, Math.round((size - head.length) / line.length)));
}

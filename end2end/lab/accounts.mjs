// The lab's mail accounts: their passwords, and the mailbox that is over its limit.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemUser } from "./programs.mjs";

export const DOMAIN = "lab.test";

/** The limit of every mailbox. */
export const QUOTA_BYTES = 1_000_000;

// The passwords are the same in every lab, so that a person can type them again, and unlike any
// other text, so that a test can search all output for them. They open nothing but the lab.
export const ACCOUNTS = {
  normal: { address: `alice@${DOMAIN}`, password: "alice-lab-password" },
  overquota: { address: `full@${DOMAIN}`, password: "full-lab-password" },
  disabled: { address: `disabled@${DOMAIN}`, password: "disabled-lab-password" },
};

/** Writes Dovecot's password files and the mailboxes. */
export async function makeAccounts(directory) {
  // Mailboxes may not belong to root; the user "mail" exists on every Debian and Ubuntu.
  const owner = await systemUser("mail");
  await mkdir(directory, { mode: 0o755 });

  const all = Object.values(ACCOUNTS);
  const users = join(directory, "users");
  const lines = all.map(({ address, password }) => {
    // With the right password Dovecot says that the account is disabled; with a wrong one it says
    // no more than of any other account.
    const extra = address === ACCOUNTS.disabled.address ? "nologin" : "";
    return `${address}:{PLAIN}${password}::::::${extra}\n`;
  });
  await writeFile(users, lines.join(""));
  // Postfix does not know "nologin": Dovecot has to refuse the account to it altogether.
  const noSubmission = join(directory, "no-submission");
  await writeFile(noSubmission, `${ACCOUNTS.disabled.address}\n`);

  const mail = join(directory, "mail");
  await ownedDirectory(mail, owner);
  for (const { address } of all) {
    const maildir = join(mail, address);
    await ownedDirectory(maildir, owner);
    for (const name of ["cur", "new", "tmp"]) await ownedDirectory(join(maildir, name), owner);
    const messages = address === ACCOUNTS.overquota.address ? 3 : 1;
    const size = address === ACCOUNTS.overquota.address ? 400_000 : 1_000;
    for (let number = 1; number <= messages; number++) {
      const text = message(address, number, size);
      // The size in the name is what Dovecot counts with.
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

/** A message of about `size` bytes, with the line ends of the wire, so that both ways of counting agree. */
function message(address, number, size) {
  const head =
    `From: The lab <postmaster@${DOMAIN}>\r\nTo: ${address}\r\nSubject: Message ${number}\r\n` +
    `Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${number}.${address}>\r\n\r\n`;
  const line = "This line only takes up room in the mailbox.\r\n";
  return head + line.repeat(Math.max(1, Math.round((size - head.length) / line.length)));
}

// `make lab`: serves the help page for the lab, and prints how to use it.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labOptions, mailguide } from "../mailguide.mjs";

const SHOWS = {
  normal: "everything works",
  overquota: "the mailbox is over its limit",
  disabled: "the account is disabled",
  closed: "the inbox does not open",
  stranger: "the server refuses mail from this address",
  blocked: "sending is blocked because of spam",
  junked: "everything works, and mail to itself arrives in Junk",
};

/** Parses the command line. An error for wrong usage has the property `usage`. */
export function parseArguments(args) {
  const { serve, listen, program } = parsed(args);
  // Checked now, so that a missing program is reported before the lab starts.
  return { serve, listen, program: serve ? mailguide(program) : undefined };
}

function parsed(args) {
  const options = { serve: { type: "boolean" }, listen: { type: "string" } };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const { serve = false, listen = "127.0.0.1:3000" } = values;
    if (positionals.length > (serve ? 1 : 0)) throw new Error("too many arguments");
    return { serve, listen, program: positionals[0] };
  } catch (cause) {
    const error = new Error("usage: main.mjs [--serve [MAILGUIDE] [--listen ADDR:PORT]]", { cause });
    throw Object.assign(error, { usage: true });
  }
}

/** Serves until a signal is received or the server exits, and returns the exit code. */
export async function serveHelpPage(lab, { program, listen }, signal) {
  // The domains of the lab are in no public list, and nothing outside of it is asked. Its servers are watched closely,
  // so that one that is stopped is seen at once.
  const every = ["--published-settings-every", "off", "--monitor-every", "5s"];
  const args = ["serve", "--listen", listen, ...every, ...labOptions(lab)];
  const server = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", (code) => resolve(code ?? 1));
  });
  process.stdout.write(manual(lab, program, listen));
  const stopped = signal.then(async () => {
    server.kill("SIGTERM");
    await ended;
    return 0;
  });
  return Promise.race([stopped, ended]);
}

function manual(lab, program, listen) {
  const smtp = lab.services.find(({ id }) => id === "smtp");
  const { address, password } = lab.accounts.normal;
  const postfix = join(lab.directory, "postfix");
  const accounts = Object.entries(lab.accounts).map(
    ([name, account]) => `  ${account.address.padEnd(20)}${account.password.padEnd(25)}${SHOWS[name]}`,
  );
  return `
The lab is ready: real Dovecot and Postfix on this machine, reachable from nowhere else.

Open  http://${listen}/  and test one of these accounts:

${accounts.join("\n")}

To see a server that is down, stop Postfix from another terminal, and start it again:

  postfix -c ${postfix} stop
  postfix -c ${postfix} start

To test one server from the command line:

  echo ${password} | ${program} probe smtp://${smtp.host}:${smtp.port} \\
    --connect-to ${smtp.host}:${smtp.port}:${smtp.address}:${smtp.real_port} \\
    --cacert ${lab.ca} --allow-private --user ${address} --password-stdin

The servers' logs are in ${lab.directory}.
Ctrl-C stops and removes everything.

`;
}

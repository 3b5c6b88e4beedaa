// The command line of the lab.
//
//   node main.mjs
//     Prints one line of JSON when the lab is ready. Reads the commands `stop-postfix`, `start-postfix` and
//     `start-cyrus` from standard input and answers each with one line of JSON. Stops at the end of input or
//     on a signal.
//
//   node main.mjs --serve [MAILGUIDE] [--listen ADDR:PORT]
//     Also serves the help page for the lab, and prints how to use it.

import { createInterface } from "node:readline";
import { startLab } from "./lab.mjs";
import { parseArguments, serveHelpPage } from "./serve.mjs";

try {
  const options = parseArguments(process.argv.slice(2));
  // Installed before the start: a signal during the start stops the lab when it has started.
  const signal = nextSignal();
  const lab = await startLab();
  try {
    if (options.serve) process.exitCode = await serveHelpPage(lab, options, signal);
    else await obeyStandardInput(lab, signal);
  } finally {
    await lab.stop();
  }
} catch (error) {
  console.error(`lab: ${error.message}`);
  process.exitCode = error.usage ? 2 : 1;
}
// Standard input may still be open and would keep Node running.
process.exit();

function nextSignal() {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => resolve(name));
  });
}

async function obeyStandardInput(lab, signal) {
  const commands = { "stop-postfix": lab.stopPostfix, "start-postfix": lab.startPostfix, "start-cyrus": lab.startCyrus };
  print({ ...lab, controls: Object.keys(commands) });
  const lines = createInterface({ input: process.stdin });
  signal.then(() => lines.close());
  for await (const line of lines) {
    const name = line.trim();
    try {
      if (!(name in commands)) throw new Error(`expected one of ${Object.keys(commands).join(", ")}`);
      await commands[name]();
      print({ done: name });
    } catch (error) {
      print({ failed: name, error: error.message });
    }
  }
}

// JSON omits the methods of the lab.
function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

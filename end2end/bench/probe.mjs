// The duration of a complete test of the lab, compared with curl for the same sign-ins.

import { startLab } from "../lab/lab.mjs";
import { run } from "../lab/programs.mjs";
import { labOptions, mailguide } from "../mailguide.mjs";
import { table } from "./table.mjs";

const ROUNDS = 7;
// The services in the record of the lab, which `mailguide probe` tests.
const SERVICES = ["imap", "pop", "smtp", "smtp-tls"];

export async function benchProbe() {
  const lab = await startLab();
  try {
    const services = SERVICES.map((id) => lab.services.find((service) => service.id === id));
    const contenders = {
      "mailguide probe": () => probe(lab),
      "curl, one after the other": async () => {
        for (const service of services) await curl(lab, service);
      },
      "curl, all at once": () => Promise.all(services.map((service) => curl(lab, service))),
    };
    // The first round is a warm-up. The contenders take turns, so that a temporary slowdown of the machine
    // does not affect only one of them.
    const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, contender] of Object.entries(contenders)) {
        const start = performance.now();
        await contender();
        if (round > 0) times[name].push(performance.now() - start);
      }
    }
    table(
      `Milliseconds to sign in to ${SERVICES.length} services of the lab (${ROUNDS} rounds)`,
      ["", "median", "fastest", "slowest"],
      Object.entries(times).map(([name, all]) => {
        const sorted = all.toSorted((a, b) => a - b);
        return [name, ...[sorted[(ROUNDS - 1) / 2], sorted[0], sorted.at(-1)].map((time) => time.toFixed(1))];
      }),
    );
  } finally {
    await lab.stop();
  }
}

async function probe(lab) {
  const { address, password } = lab.accounts.normal;
  const args = ["probe", lab.domain, ...labOptions(lab), "--user", address, "--password-stdin", "--json"];
  const report = JSON.parse(await run(mailguide(), args, { input: `${password}\n` }));
  // A test that ends early would look fast.
  const signedIn = report.endpoints.filter(({ steps }) =>
    steps.some(({ stage, state }) => stage === "sign-in" && state === "ok"),
  );
  if (signedIn.length !== SERVICES.length) {
    throw new Error(`mailguide probe signed in to ${signedIn.length} of ${SERVICES.length} services`);
  }
}

/** Signs in and sends NOOP, with the same verification of the certificate. */
async function curl(lab, { protocol, host, port, security, address, real_port }) {
  const account = lab.accounts.normal;
  const args = ["--silent", "--show-error", "--disable", "--output", "/dev/null", "--config", "-"];
  args.push("--cacert", lab.ca, "--connect-to", `${host}:${port}:${address}:${real_port}`);
  if (security === "starttls") args.push("--ssl-reqd");
  // NOOP in POP3 has a single-line reply; without these options curl waits for more lines.
  if (protocol === "pop3") args.push("--list-only", "--head");
  args.push("--request", "NOOP", `${protocol}${security === "tls" ? "s" : ""}://${host}:${port}/`);
  // On standard input, as with mailguide: other users can read the arguments of a process.
  await run("curl", args, { input: `user = "${account.address}:${account.password}"\n` });
}

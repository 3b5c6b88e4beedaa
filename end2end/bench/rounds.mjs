// The number of round trips of a check, compared with the minimum that the protocols allow, and the duration of
// the same check with other programs on the same path.

import { startLab } from "../lab/lab.mjs";
import { program, run } from "../lab/programs.mjs";
import { mailguide } from "../mailguide.mjs";
import { delay } from "./delay.mjs";
import { table } from "./table.mjs";

/** The delay in each direction in milliseconds, as between continents; local processing takes much less. */
const ONE_WAY = 50;
const ROUND = 2 * ONE_WAY;
const TRIES = 3;

/**
 * The minimum number of round trips from the first packet to the reply to the password, with TLS 1.3 and the
 * servers of the lab (Dovecot sends its capabilities in the greeting): TCP, TLS, greeting, capabilities,
 * sign-in, and those of STARTTLS.
 */
const FLOORS = { imap: 4, pop: 5, "smtp-tls": 5, smtp: 7, "imap-starttls": 6, "pop-starttls": 6 };

/**
 * What follows a sign-in: ID, EXAMINE and GETQUOTAROOT over IMAP, STAT over POP3, and over SMTP the envelope in
 * one flight, because Postfix has PIPELINING.
 */
const AFTER_SIGN_IN = { imap: 3, pop3: 1, smtp: 1 };

export async function benchRounds() {
  const lab = await startLab();
  let path;
  try {
    // The others of the lab are there to fail, or of another family.
    const healthy = lab.services.filter(({ id }) => id in FLOORS);
    path = await delay(healthy, ONE_WAY);
    const services = healthy.map((service, at) => ({ ...service, path: path.ports[at] }));
    await benchFloors(lab, services);
    await benchOthers(lab, services);
  } finally {
    path?.close();
    await lab.stop();
  }
}

async function benchFloors(lab, services) {
  const rows = [];
  for (const service of services) {
    const tries = [];
    for (let number = 0; number < TRIES; number++) tries.push(await signIn(lab, [service]));
    const { rounds, whole, version } = tries.toSorted((a, b) => a.whole - b.whole)[0];
    const floor = FLOORS[service.id];
    const end = floor + AFTER_SIGN_IN[service.protocol];
    const name = `${service.protocol} ${service.port}, ${version}`;
    rows.push([name, floor, rounds.toFixed(2), (rounds - floor).toFixed(2), end, whole.toFixed(2), (whole - end).toFixed(2)]);
  }
  const all = await signIn(lab, services.slice(0, 4));
  const four = [7, all.total.toFixed(2), (all.total - 7).toFixed(2), 8, all.end.toFixed(2), (all.end - 8).toFixed(2)];
  rows.push(["all four of the settings table at once", ...four]);
  const columns = ["", "floor of the sign-in", "taken", "above", "floor of the whole", "taken", "above"];
  table(`Round trips of ${ROUND} ms (the best of ${TRIES})`, columns, rows);
}

/** Checks services, and returns the round trips of the first service and of all together. */
async function signIn(lab, services) {
  const { address, password } = lab.accounts.normal;
  const args = ["probe", "--json", "--cacert", lab.ca, "--user", address, "--password-stdin"];
  for (const service of services) {
    args.push("--connect-to", `${service.host}:${service.port}:127.0.0.1:${service.path}`);
    args.push(`${service.protocol}${service.security === "tls" ? "s" : ""}://${service.host}:${service.port}`);
  }
  const { endpoints } = JSON.parse(await run(mailguide(), args, { input: `${password}\n` }));
  // The round trips until one of these stages is done.
  const until = (stages) =>
    endpoints.map(({ steps }) => {
      const last = steps.findIndex(({ stage }) => stages.includes(stage));
      if (steps[last]?.state !== "ok") throw new Error(`no ${stages}: ${JSON.stringify(steps.at(-1))}`);
      return steps.slice(0, last + 1).reduce((sum, { elapsed_ms }) => sum + elapsed_ms, 0) / ROUND;
    });
  const [signedIn, whole] = [until(["sign-in"]), until(["mailbox", "sending"])];
  const tls = endpoints[0].steps.find(({ stage }) => stage === "tls");
  return {
    rounds: signedIn[0],
    total: Math.max(...signedIn),
    whole: whole[0],
    end: Math.max(...whole),
    version: tls.facts.version,
  };
}

/** The same check with other programs, as far as each supports it. */
async function benchOthers(lab, services) {
  const documented = services.slice(0, 4);
  const contenders = [
    ["mailguide probe", "certificate, sign-in, all at once", () => signIn(lab, documented)],
    ["curl, all at once", "certificate, sign-in", () => Promise.all(documented.map((service) => curl(lab, service)))],
    ["curl, one after the other", "certificate, sign-in", () => inTurn(documented, (service) => curl(lab, service))],
    [
      "openssl s_client + swaks, in turn",
      "certificate; sign-in for sending only",
      () => inTurn(documented, (service) => (service.protocol === "smtp" ? swaks(lab, service) : openssl(lab, service))),
    ],
    ["sslyze", "certificate, TLS versions; no sign-in", () => sslyze(lab, documented)],
    ["testssl.sh, in turn", "certificate, TLS versions; no sign-in", () => inTurn(documented, testssl)],
  ];
  const rows = [];
  for (const [name, what, contender] of contenders) {
    const begun = performance.now();
    try {
      await contender();
      rows.push([`${name}: ${what}`, ((performance.now() - begun) / 1000).toFixed(1)]);
    } catch (error) {
      rows.push([`${name}: not measured, ${error.message.split("\n").at(-1).slice(0, 60)}`, "–"]);
    }
  }
  table(`Seconds to check four services over a path of ${ROUND} ms`, ["", "seconds"], rows);
}

async function inTurn(services, check) {
  for (const service of services) await check(service);
}

async function curl(lab, { protocol, host, port, security, path }) {
  const account = lab.accounts.normal;
  const args = ["--silent", "--show-error", "--disable", "--output", "/dev/null", "--config", "-"];
  args.push("--cacert", lab.ca, "--connect-to", `${host}:${port}:127.0.0.1:${path}`);
  if (security === "starttls") args.push("--ssl-reqd");
  if (protocol === "pop3") args.push("--list-only", "--head");
  args.push("--request", "NOOP", `${protocol}${security === "tls" ? "s" : ""}://${host}:${port}/`);
  await run("curl", args, { input: `user = "${account.address}:${account.password}"\n` });
}

async function openssl(lab, { host, path }) {
  const args = ["s_client", "-connect", `127.0.0.1:${path}`, "-servername", host, "-verify_hostname", host];
  await run("openssl", [...args, "-verify_return_error", "-CAfile", lab.ca, "-brief"], { input: "" });
}

async function swaks(lab, { host, security, path }) {
  const { address, password } = lab.accounts.normal;
  const tls = security === "tls" ? "--tls-on-connect" : "--tls";
  const args = ["--server", "127.0.0.1", "--port", String(path), tls, "--tls-verify", "--tls-ca-path", lab.ca];
  args.push("--tls-sni", host, "--auth", "PLAIN", "--auth-user", address, "--auth-password", password);
  await run("swaks", [...args, "--quit-after", "AUTH", "--silent", "3"]);
}

async function sslyze(lab, services) {
  const targets = services.map(({ host, path }) => `${host}:${path}{127.0.0.1}`);
  const args = ["--certinfo", `--certinfo_ca_file=${lab.ca}`, "--tlsv1_2", "--tlsv1_3", "--json_out=/dev/null"];
  // The exit code is its rating of the lab, which does not matter here.
  const accept = (code) => code === 0 || code === 1;
  // It supports one kind of STARTTLS per run.
  const plain = targets.filter((_, at) => services[at].security === "tls");
  const upgraded = targets.filter((_, at) => services[at].security === "starttls");
  const env = { ...process.env, PYTHONPATH: process.env.SSLYZE };
  const command = ["-m", "sslyze", ...args];
  await run("python3", [...command, ...plain], { accept, env });
  await run("python3", [...command, "--starttls=smtp", ...upgraded], { accept, env });
}

async function testssl({ protocol, security, path }) {
  // The exit code is the number of its findings.
  const args = ["--quiet", "--color", "0", "--warnings", "off", "-S", "-p"];
  if (security === "starttls") args.push("-t", protocol);
  await run(program("testssl"), [...args, `127.0.0.1:${path}`], { accept: (code) => code !== null });
}

// What the monitor costs: a hundred records of four services each, checked again and again, and the pages meanwhile.

import { readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DOMAIN } from "../lab/accounts.mjs";
import { startLab } from "../lab/lab.mjs";
import { serve } from "../mailguide.mjs";
import { cpu, memory, percentile } from "./load.mjs";
import { grouped, table } from "./table.mjs";
import { compareWithNginx } from "./throughput.mjs";

const RECORDS = 100;
/** The services of each record. */
const SERVICES = ["imap", "pop", "smtp", "smtp-tls"];
/** So often each service is checked, in seconds, and for how long that is measured. */
const EVERY = 20;
const ROUNDS = 3;

export async function benchMonitor(directory) {
  const lab = await startLab({ sharedLogins: true });
  try {
    const records = [];
    for (let number = 0; number < RECORDS; number++) {
      const path = join(directory, `provider${number}.toml`);
      await writeFile(path, providerRecord(number, lab.services));
      records.push("--config", path);
    }
    const options = [...records, "--cacert", lab.ca, "--allow-private"];
    const off = await measure(directory, options, "off");
    const on = await measure(directory, [...options, "--data", join(directory, "data")], `${EVERY}s`);
    const checks = RECORDS * SERVICES.length;
    table(
      `The monitor: ${RECORDS} records of ${SERVICES.length} services, every ${EVERY} s, stored in SQLite`,
      ["", "CPU of a round (s)", "CPU of a check (ms)", "memory (MB)", "sockets at most", "p99 of / (ms)", "p99 of /status (ms)"],
      [
        ["off", "", "", off.memory, off.sockets, off.home.toFixed(2), off.status.toFixed(2)],
        ["on", on.cpu.toFixed(2), ((1000 * on.cpu) / checks).toFixed(2), on.memory, on.sockets, on.home.toFixed(2), on.status.toFixed(2)],
      ],
    );
    console.log(`  ${grouped(on.checks)} checks were counted in ${ROUNDS} rounds of ${checks}`);
  } finally {
    await lab.stop();
  }
}

/** The cost while nobody asks for pages, and then the latency of pages. */
async function measure(directory, options, every) {
  const server = await serve([...options, "--monitor-every", every, "--metrics-listen", "127.0.0.1:0"]);
  try {
    // The first round is another one: nothing is cached yet.
    await sleep(every === "off" ? 1000 : 2 * EVERY * 1000);
    const metrics = /metrics on (http:\S+)/.exec(server.output())[1];
    const [cpuBefore, checksBefore] = [await cpu(server.pid), await checks(metrics)];
    let most = 0;
    const begun = Date.now();
    while (Date.now() - begun < (every === "off" ? 1 : ROUNDS * EVERY) * 1000) {
      most = Math.max(most, await sockets(server.pid));
      await sleep(20);
    }
    const spent = (await cpu(server.pid)) - cpuBefore;
    const counted = (await checks(metrics)) - checksBefore;
    if (every !== "off") await compareWithNginx(directory, server.url, "/status");
    return {
      cpu: spent / ROUNDS,
      checks: counted,
      sockets: most,
      home: await percentile(directory, server.url),
      status: await percentile(directory, server.url, "/status"),
      memory: await memory(server.pid),
    };
  } finally {
    await server.stop();
  }
}

/** How many sockets a process has open. */
async function sockets(pid) {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  return targets.filter((target) => target.startsWith("socket:")).length;
}

/** How many services were checked, as the metrics say. */
async function checks(url) {
  const text = await (await fetch(url)).text();
  const counts = text.matchAll(/^mailguide_checks_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Every record has hosts of its own, because the monitor checks one service of a host at a time. */
function providerRecord(number, services) {
  const head = `id = "provider-${number}"
name = "Provider ${number}"

[[source]]
id = "bench"
title = "The bench"
url = "https://provider-${number}.test/"
read = "2026-11-23"

[[group]]
id = "all"
name = "Addresses of provider ${number}"
domains = ["provider-${number}.test"]
user_name = { form = "full-address", source = "bench" }
sign_in = { method = "password", source = "bench" }
`;
  const ours = services.filter(({ id }) => SERVICES.includes(id));
  const table = ({ id, protocol, port, security, address, real_port }) => `
[[group.service]]
id = "${id}"
protocol = "${protocol}"
host = "${id}-${number}.many.${DOMAIN}"
port = ${port}
security = "${security}"
role = "${id === "smtp-tls" ? "alternative" : "recommended"}"
source = "bench"
connect_to = "${address}:${real_port}"
`;
  return head + ours.map(table).join("");
}

// The latency of the pages under load: tests of a mail server that never answers, clients that never complete a
// request, and invalid requests.

import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../lab/programs.mjs";
import { serve } from "../mailguide.mjs";
import { grouped, table } from "./table.mjs";

const STALLED_TESTS = 500;
const SLOW_CLIENTS = 50;
/** The pause between two requests on each connection, in milliseconds. */
const PACE = 4;
/** The ticks of a second in the times of a process (`getconf CLK_TCK`). */
const TICKS = 100;
/** How long invalid requests are sent, in seconds; `JUNK_SECONDS=600` is long enough to detect leaks. */
const JUNK_SECONDS = Number(process.env.JUNK_SECONDS ?? 20);

export async function benchLoad(directory) {
  const silent = await silentServer();
  const record = join(directory, "silent.toml");
  await writeFile(record, providerRecord(silent.port));
  const server = await serve([
    ...["--config", record, "--allow-private", "--share-results=0"],
    ...[`--tests-at-once=${STALLED_TESTS}`, `--tests-at-once-per-client=${STALLED_TESTS}`, "--tests-per-client=100000"],
    "--connections-per-client=2000",
  ]);
  const clients = [];
  try {
    const idle = await percentile(directory, server.url);
    const before = await memory(server.pid);
    const quiet = server.output().length;

    // The tests start one after the other, as those of real clients do, and so they are repeated.
    const tests = [];
    for (let i = 0; i < STALLED_TESTS; i++) {
      tests.push(keepTesting(server.url));
      clients.push(tests[i]);
      await sleep(10);
    }
    await Promise.all(tests.map(({ begun }) => begun));
    clients.push(...Array.from({ length: SLOW_CLIENTS }, () => slowClient(server.url)));
    await sleep(500);
    const busy = await percentile(directory, server.url);
    const during = await memory(server.pid);
    const running = tests.filter(({ isRunning }) => isRunning()).length;
    for (const client of clients.splice(0)) client.destroy();

    // Once before the measurement, so that memory that is allocated only once does not look like a leak.
    await junk(directory, server.url, 3);
    const settled = await memory(server.pid);
    const rate = await junk(directory, server.url, JUNK_SECONDS);
    const after = await memory(server.pid);
    const noise = server.output().slice(quiet).split("\n").filter((line) => line !== "");

    table(
      "Under load",
      ["", "p99 of / (ms)", "memory (MB)"],
      [
        ["idle", idle.toFixed(2), before],
        [`${running} stalled tests, ${SLOW_CLIENTS} slow clients`, busy.toFixed(2), during],
        ["after 3 s of junk", "", settled],
        [`after ${JUNK_SECONDS} s more, ${grouped(rate)} requests/s`, "", after],
      ],
    );
    console.log(`  p99 grows ${(busy / idle).toFixed(2)} times; ${noise.length} lines in the log`);
    if (noise.length > 0) console.log(noise.slice(0, 5).join("\n"));
  } finally {
    for (const client of clients) client.destroy();
    await server.kill();
    silent.close();
  }
}

/** Accepts every connection and never answers. */
async function silentServer() {
  const sockets = new Set();
  const server = createServer((socket) => sockets.add(socket.on("error", () => {})));
  await new Promise((listening) => server.listen(0, "127.0.0.1", 1024, listening));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: server.address().port, close };
}

/** The record of a provider with one server, on this port. */
export function providerRecord(port) {
  return `id = "silent"
name = "Silent Mail"

[[source]]
id = "bench"
title = "The bench"
url = "https://silent.test/"
read = "2026-11-23"

[[group]]
id = "silent"
name = "Silent addresses"
domains = ["silent.test"]
user_name = { form = "full-address", source = "bench" }
sign_in = { method = "password", source = "bench" }

[[group.service]]
id = "imap"
protocol = "imap"
host = "mail.silent.test"
port = 993
security = "tls"
role = "recommended"
source = "bench"
connect_to = "127.0.0.1:${port}"
`;
}

/** Repeats a test until it is destroyed; `begun` resolves when the first test runs. */
function keepTesting(url) {
  let client;
  let running = false;
  let over = false;
  const begun = new Promise((resolve) => {
    const test = () => {
      client = request(`${url}/api/test`, {
        method: "POST",
        agent: false,
        headers: { origin: url, "content-type": "application/x-www-form-urlencoded" },
      });
      client.on("error", resolve);
      client.on("response", (response) => {
        running = response.statusCode === 200;
        response.on("error", () => {});
        response.once("data", resolve);
      });
      client.on("close", () => {
        running = false;
        if (!over) test();
      });
      client.end("address=jane%40silent.test");
    };
    test();
  });
  const destroy = () => {
    over = true;
    client.destroy();
  };
  return { begun, isRunning: () => running, destroy };
}

/** Begins a request and sends one byte of it every half second. */
function slowClient(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  const drip = setInterval(() => socket.write("a"), 500);
  socket.on("close", () => clearInterval(drip));
  return socket;
}

/**
 * The 99th percentile of the latency, in milliseconds. The rate is fixed: at the highest possible rate, wrk would
 * measure how the kernel schedules itself and the server.
 */
export async function percentile(directory, url, path = "/") {
  const script = join(directory, "pace.lua");
  await writeFile(script, `delay = function() return ${PACE} end\n`);
  await run("wrk", ["-t1", "-c8", "-d1s", url + path]);
  const values = [];
  for (let i = 0; i < 3; i++) {
    const report = await run("wrk", ["-t1", "-c8", "-d6s", "--latency", "-s", script, url + path]);
    const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(report);
    values.push(Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]);
  }
  // The median: another process may have disturbed one of the runs.
  return values.sort((a, b) => a - b)[1];
}

/** The resident memory of a process, in MB. */
export async function memory(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024);
}

/** The processor time that a process has used, in seconds (proc(5), utime and stime). */
export async function cpu(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name of a program may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Sends every kind of invalid request in turn; returns the number of requests per second. */
async function junk(directory, url, seconds) {
  const script = join(directory, "junk.lua");
  await writeFile(
    script,
    `local form = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Origin"] = ${JSON.stringify(url)} }
local kinds = {
  wrk.format("GET", "/nothing/" .. string.rep("a", 200)),
  wrk.format("GET", "/programs/%ff%fe%00"),
  wrk.format("GET", "/fix/../../etc/passwd?trail=" .. string.rep("x.y~", 100)),
  wrk.format("GET", "/errors?q=" .. string.rep("%f0%9f%92%a9", 50)),
  wrk.format("GET", "/check?in_port=99999999999999&in_host=%00"),
  wrk.format("EVIL", "/"),
  wrk.format("POST", "/api/test", form, "address=%ff%fe&password=" .. string.rep("%00", 100)),
  wrk.format("POST", "/test", form, string.rep("&", 4000)),
  wrk.format("POST", "/api/test", { ["Content-Type"] = "application/json" }, "{]"),
  wrk.format("POST", "/settings", form, "address=%%%"),
  wrk.format("GET", "/", { ["X-Junk"] = string.rep("j", 6000) }),
  wrk.format("GET", "/", { ["Accept-Encoding"] = "br;q=x, \\255\\254", ["If-None-Match"] = string.rep("W/,", 300) }),
}
local next = 0
request = function()
  next = next % #kinds + 1
  return kinds[next]
end
`,
  );
  const report = await run("wrk", ["-t1", "-c32", `-d${seconds}s`, "-s", script, url]);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(report)[1]);
}

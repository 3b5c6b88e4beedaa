// Attacks on the server, and their effect on other clients: clients that request pages and do not read them, clients
// that make the server render, clients that send a password and disconnect, and clients that only hold a connection.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { run } from "../lab/programs.mjs";
import { serve } from "../mailguide.mjs";
import { REQUESTS, answered, session } from "./attacker.mjs";
import { memory, percentile, providerRecord } from "./load.mjs";
import { table } from "./table.mjs";

/** Just below the maximum number of connections of one client. */
const CONNECTIONS = 60;

export async function benchAttacks(directory) {
  const [cert, key] = ["attack-cert.pem", "attack-key.pem"].map((name) => join(directory, name));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", ...subject, "-keyout", key, "-out", cert]);
  const silent = createServer((socket) => socket.on("error", () => {}));
  await new Promise((listening) => silent.listen(0, "127.0.0.1", listening));
  const record = join(directory, "attacked.toml");
  await writeFile(record, providerRecord(silent.address().port));
  const tls = ["--tls-cert", cert, "--tls-key", key, "--hsts=0"];
  const start = () => serve(["--config", record, "--allow-private", ...tls]);
  try {
    await unread(start);
    await rendering(directory, start);
    await aborted(start);
    await stalled(start);
  } finally {
    silent.close();
  }
}

/** The memory that clients occupy by not reading. */
async function unread(start) {
  const rows = [];
  for (const [connections, encoding] of [[1, "br"], [1, "gzip"], [1, "identity"], [CONNECTIONS, "identity"]]) {
    const server = await start();
    try {
      // Memory that is allocated once, on the first request, is not measured.
      const idle = await session(server.url);
      await Promise.all(["/", "/errors?q=x"].map((path) => answered(idle.request({ ":path": path, "accept-encoding": encoding }))));
      const before = await memory(server.pid);
      const sessions = [];
      for (let i = 0; i < connections; i++) {
        const opened = await session(server.url, { settings: { initialWindowSize: 0 } });
        sessions.push(opened);
        for (let j = 0; j < REQUESTS; j++) {
          opened.request({ ":path": `/errors?q=x${j}`, "accept-encoding": encoding }).on("error", () => {});
        }
      }
      await sleep(3000);
      const after = await memory(server.pid);
      rows.push([`${connections} × ${REQUESTS} pages, ${encoding}`, before, after, after - before]);
      for (const opened of [idle, ...sessions]) opened.destroy();
    } finally {
      await server.kill();
    }
  }
  table("One client takes nothing of what it asks for (HTTP/2)", ["memory (MB)", "before", "after", "grown"], rows);
}

/** The latency for other clients while one client makes the server render. */
async function rendering(directory, start) {
  const server = await start();
  try {
    const idle = await percentile(directory, server.url);
    // The attacker runs on the same cores, with the lowest priority; otherwise its own work would be measured.
    const attacker = spawn("nice", ["-n", "19", process.execPath, fileURLToPath(new URL("attacker.mjs", import.meta.url)), server.url]);
    let answers = "";
    attacker.stdout.on("data", (bytes) => (answers += bytes));
    const busy = await percentile(directory, server.url);
    attacker.stdin.end();
    await once(attacker, "close");
    table(
      `10 connections × ${REQUESTS} searches each second`,
      ["p99 of / for another client", "ms"],
      [["idle", idle.toFixed(2)], ["attacked", busy.toFixed(2)], ["times", (busy / idle).toFixed(2)]],
    );
    console.log(`  answers to the attack: ${answers.trim()}`);
  } finally {
    await server.kill();
  }
}

/** Whether sign-ins of clients that disconnect prevent other clients from testing a password. */
async function aborted(start) {
  const server = await start();
  try {
    for (let i = 0; i < REQUESTS; i++) {
      const test = post(server.url, `address=jane${i}%40silent.test&password=guess`, `127.0.3.${i + 1}`);
      const [response] = await once(test, "response");
      response.destroy();
    }
    const test = post(server.url, "address=honest%40silent.test&password=secret", "127.0.0.1");
    const [response] = await once(test, "response");
    const status = response.statusCode;
    response.destroy();
    table(`${REQUESTS} passwords that nobody waited for`, ["the next password", "status"], [["of another account", status]]);
  } finally {
    await server.kill();
  }
}

/** How long a client can hold a connection on which it reads nothing. */
async function stalled(start) {
  const server = await start();
  try {
    const opened = await session(server.url, { settings: { initialWindowSize: 0 } });
    const begin = Date.now();
    opened.request({ ":path": "/" }).on("error", () => {});
    await once(opened, "close");
    const seconds = Math.round((Date.now() - begin) / 1000);
    table("A connection on which nothing is taken (HTTP/2)", ["", "seconds"], [["until it is ended", seconds]]);
  } finally {
    await server.kill();
  }
}

function post(url, form, localAddress) {
  const test = request(`${url}/api/test`, {
    method: "POST",
    agent: false,
    localAddress,
    rejectUnauthorized: false,
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded", "content-length": form.length },
  });
  test.on("error", () => {});
  test.end(form);
  return test;
}

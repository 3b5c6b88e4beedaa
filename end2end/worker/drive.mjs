// Runs the worker of the bundle in Chromium, for the tests of the probe.
//
//   node end2end/worker/drive.mjs
//
// Each line of the standard input is a job for the worker, as JSON, with the password in it; each line of the standard
// output is something that the worker has observed. The services are on this machine: instead of a record each names a
// port. The site here answers with the job and puts nothing into words, and its relay connects to the port and carries
// bytes, without any of the limits of the real one. With SITE_DATE in the environment the site is in another time.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { chromium } from "@playwright/test";
import { WebSocketServer } from "ws";

const PROTOCOL = "mailguide.relay.v1";
const BUNDLE = new URL("../../dist/pkg/", import.meta.url);

const [script, wasm] = await Promise.all(
  ["worker.js", "worker_bg.wasm"].map(async (name) => {
    const path = fileURLToPath(new URL(name, BUNDLE));
    return readFile(path).catch(() => {
      throw new Error(`${path} is missing: build it first with \`make build\``);
    });
  }),
);

const FILES = {
  "/": ["text/html", "<!doctype html><title>worker</title>"],
  "/pkg/worker.js": ["text/javascript", script],
  "/pkg/worker_bg.wasm": ["application/wasm", wasm],
};

/** What is to be tested, and how much of it has been told, by the number that stands in place of an address. */
const jobs = new Map();

const site = createServer(async (request, response) => {
  if (process.env.SITE_DATE) response.setHeader("date", process.env.SITE_DATE);
  if (request.url === "/api/browser-test") {
    const { address, observed } = JSON.parse((await request.toArray()).join(""));
    const test = jobs.get(address);
    for (const event of observed.slice(test.told)) console.log(JSON.stringify(event));
    test.told = observed.length;
    response.end(JSON.stringify({ job: observed.length ? null : test.job, events: [] }));
    return;
  }
  const [type, body] = FILES[request.url] ?? ["text/plain", ""];
  response.writeHead(FILES[request.url] ? 200 : 404, { "content-type": type }).end(body);
});
new WebSocketServer({ server: site, path: "/api/relay", handleProtocols: () => PROTOCOL }).on("connection", relay);
site.listen(0, "127.0.0.1", async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  page.on("console", (message) => console.error(message.text()));
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await page.evaluate(() => {
    window.worker = new Worker("/pkg/worker.js", { type: "module" });
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    const address = `${jobs.size}`;
    const fields = [["address", address], ["password", job.sign_in.password]];
    delete job.sign_in.password;
    jobs.set(address, { job, told: 0 });
    await page.evaluate((fields) => window.worker.postMessage(fields), fields);
  }
  await browser.close();
  process.exit();
});

function relay(socket, request) {
  const port = Number(new URL(request.url, "http://site").searchParams.get("record"));
  const step = (stage, outcome, state, facts) => {
    socket.send(JSON.stringify({ stage, state, outcome, elapsed_ms: 0.1, facts, server_said: null }));
  };
  step("dns", "address-given", "ok", { addresses: ["127.0.0.1"], aliases: [] });
  const server = connect({ port, host: "127.0.0.1", noDelay: true });
  server.on("connect", () => step("connect", "ok", "ok", { connected: "127.0.0.1", attempts: [] }));
  server.on("data", (bytes) => socket.send(bytes));
  server.on("end", () => socket.close(1000));
  server.on("error", () => socket.close(4005));
  socket.on("message", (bytes, isBinary) => {
    if (!isBinary) throw new Error("a text came up");
    server.write(bytes);
  });
  // As the end of a program does: what is written goes out, and nothing is read any more.
  socket.on("close", () => server.destroySoon());
}

// Runs the worker of the bundle in Chromium, for the tests of the probe.
//
//   node end2end/worker/drive.mjs
//
// Each line of the standard input is a job as the site gives it, with the password, as JSON; each line of the standard
// output is what the worker has observed. The one service of a job is on this machine:
// instead of a record it names a port. The relay here connects to it and carries bytes, without any of the limits of
// the real one. With SITE_DATE in the environment the site is in another time.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
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

/** The jobs that the worker has not asked for yet, by the id of their service. */
const jobs = new Map();
/** How much of what was observed was told already, by the same id. */
const told = new Map();

const site = createServer((request, response) => {
  if (request.url === "/api/browser-test") return words(request, response);
  const [type, body] = FILES[request.url] ?? ["text/plain", ""];
  response.writeHead(FILES[request.url] ? 200 : 404, { "content-type": type }).end(body);
});
new WebSocketServer({ server: site, path: "/api/relay", handleProtocols: () => PROTOCOL }).on("connection", relay);
site.listen(0, "127.0.0.1", async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  page.on("console", (message) => console.error(message.text()));
  await page.exposeFunction("over", (over) => console.log(JSON.stringify(over)));
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await page.evaluate(() => {
    window.worker = new Worker("/pkg/worker.js", { type: "module" });
    window.worker.addEventListener("error", ({ message }) => window.over({ failed: message }));
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const { password, ...job } = JSON.parse(line);
    const [{ endpoint }] = job.services;
    jobs.set(endpoint.id, job);
    const fields = [["address", endpoint.id], ["password", password]];
    await page.evaluate((fields) => window.worker.postMessage(fields), fields);
  }
  await browser.close();
  process.exit();
});

/** What the site answers to the worker: the job first, and nothing to what it has observed. */
async function words(request, response) {
  const { address, observed } = JSON.parse(await text(request));
  const job = jobs.get(address);
  jobs.delete(address);
  for (const event of observed.slice(told.get(address))) console.log(JSON.stringify(event));
  told.set(address, observed.length);
  if (process.env.SITE_DATE) response.setHeader("date", process.env.SITE_DATE);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ job, events: [] }));
}

function relay(socket, request) {
  const port = Number(new URL(request.url, "http://site").searchParams.get("record"));
  // It only wants to know whether it can be opened.
  if (!port) return socket.close(1000);
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

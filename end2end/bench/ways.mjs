// Both ways to test a sign-in, in the browser and on the server, over long paths: seconds, bytes and processor time.

import { readFile, readdir, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { startLab } from "../lab/lab.mjs";
import { labOptions, serve } from "../mailguide.mjs";
import { delay } from "./delay.mjs";
import { cpu } from "./load.mjs";
import { grouped, table } from "./table.mjs";

/** The delays in each direction, in milliseconds: from the browser to the site, and from there to the mail servers. */
const TO_SITE = 20;
const TO_SERVERS = 50;
const TRIES = 5;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/**
 * The least that each way takes from the click to the last result, in milliseconds. The slowest service is SMTP on port
 * 587, with eight round trips to the mail server and one to close the connection. On the server they are all, with the request of the page and its answer. In
 * the browser the site is asked what to test, and the relay is opened, over a connection of its own; then each round
 * trip but those of DNS and TCP goes through the site, and what was found goes there and comes back in words.
 */
const ROUND_TO_SITE = 2 * TO_SITE;
const ROUND_TO_SERVERS = 2 * TO_SERVERS;
const FLOORS = {
  server: ROUND_TO_SITE + 8 * ROUND_TO_SERVERS,
  browser: ROUND_TO_SITE + 2 * ROUND_TO_SITE + ROUND_TO_SERVERS + 7 * (ROUND_TO_SITE + ROUND_TO_SERVERS) + ROUND_TO_SITE,
};

export async function benchWays(directory) {
  const lab = await startLab({ sharedLogins: true });
  const closing = [];
  let server;
  try {
    const toServers = await delay(lab.services, TO_SERVERS);
    closing.push(toServers);
    const record = join(directory, "far.toml");
    await writeFile(record, await farRecord(lab, toServers.ports));
    const options = labOptions({ ...lab, record });
    const limits = ["tests-per-client", "sign-ins-per-account", "relays-per-client", "relays-per-service"];
    server = await serve([...options, ...limits.map((limit) => `--${limit}=1000`), "--share-results=0"]);
    const toSite = await delay([{ address: "127.0.0.1", real_port: Number(new URL(server.url).port) }], TO_SITE);
    closing.push(toSite);
    const line = await count(toSite.ports[0]);
    closing.push(line);
    const rows = [];
    for (const way of ["server", "browser"]) rows.push(await measure(way, { lab, server, line }));
    table(
      `A test of a sign-in, ${TO_SITE} ms from the site and ${TO_SERVERS} ms from there to the mail servers (median of ${TRIES})`,
      ["the sign-in is", "floor (ms)", "taken (ms)", "bytes of the test", "fetched before", "CPU of the site (ms)", "CPU of the browser (ms)"],
      rows,
    );
  } finally {
    for (const open of closing) open.close();
    await server?.stop();
    await lab.stop();
  }
}

/** The record of the lab with its servers at the end of a long path. */
async function farRecord(lab, ports) {
  let record = await readFile(lab.record, "utf8");
  for (const [at, { address, real_port }] of lab.services.entries()) {
    record = record.replaceAll(`"${address}:${real_port}"`, `"127.0.0.1:${ports[at]}"`);
  }
  return record;
}

/** Tests the same account again and again, with a new page each time. */
async function measure(way, { lab, server, line }) {
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"];
  const launched = await chromium.launchServer({ executablePath: CHROMIUM, args });
  const browser = await chromium.connect(launched.wsEndpoint());
  try {
    const tries = [];
    for (let number = 0; number <= TRIES; number++) {
      const context = await browser.newContext();
      if (way === "server") await context.route("**/pkg/worker-*", (route) => route.abort());
      const page = await context.newPage();
      await page.goto(`${line.url}/test`);
      await page.locator("html[data-islands=awake]").waitFor();
      const { address, password } = lab.accounts.normal;
      const form = page.locator("section.test");
      await form.getByLabel("Your email address").fill(address);
      const before = line.bytes();
      await form.getByLabel("Your email password").fill(password);
      const sentence = way === "server" ? "passes through our server" : "your browser signs in itself";
      await page.locator("#password-way > p:not([hidden])", { hasText: sentence }).waitFor();
      await page.waitForLoadState("networkidle");
      const begun = { bytes: line.bytes(), site: await cpu(server.pid), browser: await family(launched.process().pid) };
      const taken = await page.evaluate(click, ["section.test button[type=submit]", ".headline:not([data-mark=working])"]);
      const right = await page.locator(".finding").first().innerText();
      if (!right.includes("your password, so it is right")) throw new Error(`the test found: ${right}`);
      tries.push({
        taken,
        bytes: line.bytes() - begun.bytes,
        fetched: begun.bytes - before,
        site: 1000 * ((await cpu(server.pid)) - begun.site),
        browser: 1000 * ((await family(launched.process().pid)) - begun.browser),
      });
      await context.close();
    }
    // The first one fills caches.
    tries.shift();
    const median = (what) => tries.map((one) => one[what]).toSorted((a, b) => a - b)[Math.floor(TRIES / 2)];
    const numbers = ["taken", "bytes", "fetched", "site", "browser"].map((what) => grouped(median(what)));
    return [`on the ${way}`.replace("on the browser", "in the browser"), FLOORS[way], ...numbers];
  } finally {
    await browser.close();
    await launched.close();
  }
}

/** Clicks, and returns after how many milliseconds there is what the second selector finds. Runs in the page. */
function click([button, end]) {
  const begun = performance.now();
  return new Promise((done) => {
    const look = () => document.querySelector(end) && done(performance.now() - begun);
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    document.querySelector(button).click();
  });
}

/** A way to the site on which bytes are counted, of both directions. */
async function count(port) {
  let bytes = 0;
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.setNoDelay();
      from.on("data", (part) => {
        bytes += part.length;
        to.write(part);
      });
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    bytes: () => bytes,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The processor time of a process and of all that descend from it, in seconds. */
async function family(pid) {
  const parents = new Map();
  for (const name of await readdir("/proc")) {
    const stat = /^\d+$/.test(name) && (await readFile(`/proc/${name}/stat`, "utf8").catch(() => ""));
    // The name of a program may hold spaces and parentheses.
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const descends = (one) => one === pid || (parents.has(one) && descends(parents.get(one)));
  const times = [...parents.keys()].filter(descends).map((one) => cpu(one).catch(() => 0));
  return (await Promise.all(times)).reduce((sum, time) => sum + time, 0);
}

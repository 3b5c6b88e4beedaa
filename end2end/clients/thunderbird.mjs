// Asks the Thunderbird of this machine what it finds for an address, by its own account discovery.
//
// Thunderbird runs without a window, in a profile of its own, and is driven over Marionette, the remote control
// that all programs of Mozilla have. A message of that protocol is its length in bytes, a colon, and JSON.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { program } from "../lab/programs.mjs";

/** How long Thunderbird may take to start, in milliseconds. */
const START = 60_000;

/**
 * What Thunderbird finds for an address: its `AccountConfig`, or null if it finds nothing.
 *
 * @param {string} address  The address that is typed.
 * @param {object} site     `{ https, http, ca }`: the ports of the server under test, and the file of the
 *                          authority that its certificate comes from. The server answers for every name.
 */
export async function discover(address, { https, http, ca }) {
  const profile = await mkdtemp(join(tmpdir(), "thunderbird-"));
  const marionette = await freePort();
  await writeFile(join(profile, "user.js"), preferences(address, { https, http, marionette }));
  const child = spawn(program("thunderbird"), ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile], {
    env: { ...process.env, HOME: profile },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const failed = new Promise((_, reject) => child.on("error", reject));
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  try {
    const send = await Promise.race([session(marionette), failed]);
    const authority = (await readFile(ca, "utf8")).replace(/-----[^-]*-----|\s/g, "");
    const domain = address.slice(address.lastIndexOf("@") + 1);
    const found = await send("WebDriver:ExecuteAsyncScript", { script: DISCOVERY, args: [authority, domain, address], sandbox: "system", scriptTimeout: 30_000 });
    const { config, error } = JSON.parse(found.value);
    if (error) throw new Error(`Thunderbird's discovery failed: ${error}`);
    return config;
  } finally {
    kill();
    await ended;
    process.off("exit", kill);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs in Thunderbird, with the rights of its own code. */
const DISCOVERY = `
  const [authority, domain, address, done] = arguments;
  (async () => {
    Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(authority, "CT,,");
    const { FindConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FindConfig.sys.mjs");
    const { value } = await FindConfig.parallelAutoDiscovery(domain, address, new AbortController().signal).next();
    return { config: value };
  })().then((found) => done(JSON.stringify(found)), (error) => done(JSON.stringify({ error: String(error) })));
`;

/** Every name leads to the server under test, nothing leaves this machine, and nothing is asked at the start. */
function preferences(address, { https, http, marionette }) {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const names = [domain, `autoconfig.${domain}`, `autodiscover.${domain}`];
  const all = {
    "marionette.port": marionette,
    "network.dns.localDomains": names.join(","),
    "network.socket.forcePort": `443=${https};80=${http}`,
    // The list of providers that Thunderbird's makers keep.
    "mailnews.auto_config_url": "",
    "mail.provider.suppress_dialog_on_startup": true,
    "app.update.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "http://127.0.0.1:9/",
  };
  const line = ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;
  return Object.entries(all).map(line).join("");
}

/** Opens a session, and returns the function that sends a command and waits for its result. */
async function session(port) {
  const socket = await connectInTime(port, Date.now() + START);
  const waiting = [];
  let buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    buffer = Buffer.concat([buffer, bytes]);
    for (let colon = buffer.indexOf(":"); colon > 0; colon = buffer.indexOf(":")) {
      const end = colon + 1 + Number(buffer.subarray(0, colon));
      if (buffer.length < end) return;
      const message = JSON.parse(buffer.subarray(colon + 1, end));
      buffer = buffer.subarray(end);
      waiting.shift()?.resolve(message);
    }
  });
  const lost = () => waiting.splice(0).forEach(({ reject }) => reject(new Error("Thunderbird ended")));
  socket.on("close", lost).on("error", lost);
  const answer = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  // Thunderbird speaks first.
  const greeting = answer();
  let id = 0;
  const send = async (command, parameters) => {
    const message = JSON.stringify([0, ++id, command, parameters]);
    const answered = answer();
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = await answered;
    if (error) throw new Error(`${command}: ${error.message}`);
    return result;
  };
  await greeting;
  await send("WebDriver:NewSession", {});
  await send("Marionette:SetContext", { value: "chrome" });
  return send;
}

async function connectInTime(port, deadline) {
  for (;;) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => resolve(socket.off("error", reject)));
        socket.on("error", reject);
      });
    } catch (error) {
      if (Date.now() > deadline) throw new Error("Thunderbird did not start", { cause: error });
      await sleep(100);
    }
  }
}

/** A port that was free a moment ago; Marionette cannot say which one it has chosen before it is connected to. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

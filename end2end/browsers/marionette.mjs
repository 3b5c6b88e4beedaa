// Starts a program of Mozilla and drives it over Marionette, the remote control that all of them have. Its commands
// are those of WebDriver. A message is its length in bytes, a colon, and JSON.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./process.mjs";

/** Nothing leaves this machine, and nothing is asked at the start. */
const PREFERENCES = {
  // The program chooses a free port, and writes it into a file of its profile.
  "marionette.port": 0,
  "app.update.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:9/",
};

/**
 * Starts a program without a window, in a profile of its own, and opens a session.
 *
 * @param {string} name         The program, by name or path.
 * @param {object} preferences  More preferences, as in `about:config`.
 * @returns {Promise<{ send: (command: string, parameters?: object) => Promise<any>, stop: () => Promise<void> }>}
 *   `send` gives a command and returns its result.
 */
export async function startMozilla(name, preferences) {
  const profile = await mkdtemp(join(tmpdir(), "mozilla-"));
  const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));
  const options = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile];
  const running = start(name, options, { env: { ...process.env, HOME: profile } });
  const stop = async () => {
    await running.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await running.reached(() => readPort(join(profile, "MarionetteActivePort")));
    return { send: await session(port), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The file is there a moment before the port is in it. */
async function readPort(file) {
  const port = Number(await readFile(file, "utf8"));
  if (!port) throw new Error(`${file} is empty`);
  return port;
}

async function session(port) {
  const socket = connect(port, "127.0.0.1");
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
  const lost = () => waiting.splice(0).forEach(({ reject }) => reject(new Error("the program ended")));
  socket.on("close", lost).on("error", lost);
  const answer = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  // The program speaks first.
  const greeting = answer();
  let id = 0;
  const send = async (command, parameters = {}) => {
    const message = JSON.stringify([0, ++id, command, parameters]);
    const answered = answer();
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = await answered;
    if (error) throw new Error(`${command}: ${error.message}`);
    return result;
  };
  await greeting;
  await send("WebDriver:NewSession");
  return send;
}

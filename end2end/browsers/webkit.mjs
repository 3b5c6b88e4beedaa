// WebKit, in the small browser that comes with WebKitGTK, on a display that nobody sees.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { page } from "./page.mjs";
import { start } from "./process.mjs";

/** The commands of a page as requests to a session. */
const REQUESTS = {
  Navigate: () => "url",
  FindElement: () => "element",
  ElementClick: ({ id }) => `element/${id}/click`,
  ElementClear: ({ id }) => `element/${id}/clear`,
  ElementSendKeys: ({ id }) => `element/${id}/value`,
  ExecuteScript: () => "execute/sync",
};

/**
 * A browser under automation has a private session, and WebKit writes the console of such a session nowhere. So a
 * page is listened to from the moment at which the driver says that it is loaded.
 */
const LISTEN = `
  const problems = (window.problems = []);
  for (const level of ["error", "warn"]) console[level] = (...all) => problems.push(level + ": " + all.join(" "));
  addEventListener("error", ({ message }) => problems.push(message));
  addEventListener("unhandledrejection", ({ reason }) => problems.push(String(reason)));
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => problems.push(effectiveDirective + " " + blockedURI));
`;

/**
 * Starts WebKit.
 *
 * @returns {Promise<import("./page.mjs").Page & { problems: () => Promise<string[]>, stop: () => Promise<void> }>}
 *   `problems` returns what the page that was last gone to has had on its console since it was loaded.
 */
export async function startWebKit() {
  const display = start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const home = await mkdtemp(join(tmpdir(), "webkit-"));
  let driver;
  const stop = async () => {
    // The browser ends with its driver.
    await driver?.stop();
    await display.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const number = (await text(display.child.stdio[3])).trim();
    if (!number) throw new Error("Xvfb has no display");
    const port = await freePort();
    driver = start("WebKitWebDriver", [`--port=${port}`], { env: { ...process.env, HOME: home, DISPLAY: `:${number}` } });
    const sessions = `http://127.0.0.1:${port}/session`;
    const { sessionId } = await driver.reached(() => post(sessions, { capabilities: {} }));
    const send = (name, parameters) => post(`${sessions}/${sessionId}/${REQUESTS[name](parameters)}`, parameters);
    const own = page(send);
    return {
      ...own,
      goto: async (url) => {
        await own.goto(url);
        await own.script(LISTEN);
      },
      problems: () => own.script("return window.problems"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${url}: ${value.error}: ${value.message}`);
  return value;
}

/** A port that was free a moment ago: the driver does not say which one it has chosen. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

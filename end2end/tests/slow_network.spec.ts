// A page that comes in small pieces, as over a bad mobile connection: whatever is already seen stays where it is.

import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, expectAwake, test } from "./fixtures";
import { PAGES } from "./pages";

/** The bytes of a piece, and the milliseconds until the next one. */
const PIECE = 1500;
const PAUSE = 12;

/** The pages come through a proxy of the test. */
const expectedProblems = [/request to another origin: http:\/\/127\.0\.0\.1:/];

/** Passes on everything from the site; a page comes in pieces, and after these words nothing more of it. */
async function inPieces(site: string, lastWords?: string) {
  const server = createServer((incoming, outgoing) => {
    // Uncompressed, or most pages would come in one piece.
    const headers = { ...incoming.headers, host: new URL(site).host, "accept-encoding": "identity" };
    const asked = ask(site + incoming.url, { method: incoming.method, headers }, async (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!answer.headers["content-type"]?.startsWith("text/html")) return void answer.pipe(outgoing);
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part);
      const whole = Buffer.concat(parts);
      const page = lastWords ? whole.subarray(0, whole.indexOf(lastWords) + lastWords.length) : whole;
      for (let sent = 0; sent < page.length; sent += PIECE) {
        outgoing.write(page.subarray(sent, sent + PIECE));
        await pause(PAUSE);
      }
      if (!lastWords) outgoing.end();
    });
    asked.on("error", () => outgoing.destroy());
    incoming.pipe(asked);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

for (const [device, userAgent, width] of [
  ["a phone", "Mozilla/5.0 (Linux; Android 15; Pixel 9)", 360],
  // It stands last in the lists of devices.
  ["a computer with a small window", "Mozilla/5.0 (X11; Linux x86_64)", 360],
  ["a computer", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 1280],
] as const) {
  test.describe(device, () => {
    test.use({ userAgent, viewport: { width, height: 740 }, expectedProblems });
    test("nothing moves while a page comes in pieces", async ({ page, site }) => {
      test.setTimeout(120_000);
      await page.addInitScript(() => {
        Object.assign(globalThis, { moved: [] });
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries() as any[]) {
            const what = shift.sources.map(({ node }: any) => node?.outerHTML?.slice(0, 80) ?? String(node?.nodeName));
            (globalThis as any).moved.push(`${shift.value.toFixed(4)} ${what.join(" | ")}`);
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      const slow = await inPieces(site);
      const moved: Record<string, string[]> = {};
      for (const path of PAGES) {
        await page.goto(slow.url + path);
        await expectAwake(page);
        const shifts = await page.evaluate(() => (globalThis as any).moved);
        if (shifts.length) moved[path] = shifts;
      }
      slow.close();
      expect(moved).toEqual({});
    });
  });
}

test.describe("a line that breaks", () => {
  test.use({ userAgent: "Mozilla/5.0 (X11; Linux x86_64)", expectedProblems });
  test("what has come is seen, though the rest never comes", async ({ page, site }) => {
    const slow = await inPieces(site, 'data-device="windows"');
    await page.goto(`${slow.url}/programs`, { waitUntil: "commit" });
    const list = page.locator(".device-first");
    await expect(list).toBeAttached();
    // It would move, if the rest came.
    await expect(list.locator("h2").first()).toBeHidden();
    await expect(list.locator("h2").first()).toBeVisible({ timeout: 10_000 });
    slow.close();
  });
});

// A page that comes in small pieces, as over a bad mobile connection: whatever is already seen stays where it is.

import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, expectAwake, test } from "./fixtures";
import { PAGES } from "./pages";

/** The bytes of a piece, and the milliseconds until the next one. */
const PIECE = 1500;
const PAUSE = 12;

/** Passes on everything from the site; a page comes in pieces. */
async function inPieces(site: string) {
  const server = createServer((incoming, outgoing) => {
    // Uncompressed, or most pages would come in one piece.
    const headers = { ...incoming.headers, host: new URL(site).host, "accept-encoding": "identity" };
    const asked = ask(site + incoming.url, { method: incoming.method, headers }, async (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!answer.headers["content-type"]?.startsWith("text/html")) return void answer.pipe(outgoing);
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part);
      const page = Buffer.concat(parts);
      for (let sent = 0; sent < page.length; sent += PIECE) {
        outgoing.write(page.subarray(sent, sent + PIECE));
        await pause(PAUSE);
      }
      outgoing.end();
    });
    asked.on("error", () => outgoing.destroy());
    incoming.pipe(asked);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

for (const [device, userAgent] of [
  ["a phone", "Mozilla/5.0 (Linux; Android 15; Pixel 9)"],
  // It stands last in the lists of devices.
  ["a computer", "Mozilla/5.0 (X11; Linux x86_64)"],
] as const) {
  test.describe(device, () => {
    // The pages come through a proxy of this test.
    test.use({ userAgent, viewport: { width: 360, height: 740 }, expectedProblems: [/request to another origin: http:\/\/127\.0\.0\.1:/] });
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

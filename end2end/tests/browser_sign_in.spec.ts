// The sign-in runs in the browser: the password leaves it only inside of encryption that the site cannot read.

import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { Page } from "@playwright/test";
import { labOptions, serve } from "../mailguide.mjs";
import { expect, expectAwake, test } from "./fixtures";
import { capture, forms } from "./line";

const PASSWORD_FIELD = "Your email password";

/** All that a process holds in memory and may change. */
function memory(pid: number): Buffer {
  const file = openSync(`/proc/${pid}/mem`, "r");
  const parts: Buffer[] = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (!from) continue;
    const part = Buffer.alloc(Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)));
    try {
      readSync(file, part, 0, part.length, Number(BigInt(`0x${from}`)));
      parts.push(part);
    } catch {
      // A page that cannot be read, such as one of the kernel's.
    }
  }
  closeSync(file);
  return Buffer.concat(parts);
}

async function fill(page: Page, address: string, password: string) {
  await expectAwake(page);
  const form = page.locator("section.test");
  await form.getByLabel("Your email address").fill(address);
  await form.getByLabel(PASSWORD_FIELD).fill(password);
}

/** The sentence that says which way the password takes. */
const way = (page: Page) => page.locator("#password-way > p:not([hidden])");
const start = (page: Page) => page.getByRole("button", { name: "Test my connection" }).click();
const headline = (page: Page) => page.locator(".headline:not([data-mark=working])");

test.describe("seen from the line", () => {
  // The captured line is another address than that of the site.
  test.use({ expectedProblems: [/^request to another origin: http:\/\/127\.0\.0\.1:\d+$|ERR_FAILED/] });

  test("no form of the password is on the line to the site, nor ever in its memory", async ({ page, lab, server }) => {
    const { address } = lab.accounts.normal;
    for (const password of [lab.accounts.normal.password, "canary-Zq7!x-93"]) {
      const line = await capture(server.url);
      await page.goto(`${line.url}/test`);
      await fill(page, address, password);
      await expect(way(page)).toContainText("your browser signs in itself");
      await start(page);
      // In the middle of the test, and when it is over.
      const scans: Buffer[] = [];
      while (!(await headline(page).count()) && scans.length < 4) scans.push(memory(server.pid));
      await expect(headline(page)).toBeVisible({ timeout: 20_000 });
      scans.push(memory(server.pid));
      const sent = line.bytes();
      line.close();
      // The capture is not empty, and the test has signed in.
      expect(sent.includes("mailguide.relay.v1")).toBe(true);
      expect(sent.includes("sign-in")).toBe(true);
      for (const form of forms(address, password)) {
        expect(sent.includes(form), `on the line: ${form.toString("latin1")}`).toBe(false);
        // Hashes of few bytes can be anything; a process has its own.
        for (const scan of scans) expect(scan.includes(form), `in memory: ${form.toString("latin1")}`).toBe(false);
      }
      await expect(page.getByLabel(PASSWORD_FIELD)).toHaveValue("");
    }
  });

  test("the capture finds a password that passes through the server", async ({ page, lab, server, context }) => {
    // The other way, so that the tests above can fail.
    const { address, password } = lab.accounts.normal;
    const line = await capture(server.url);
    await context.route("**/pkg/worker-*", (route) => route.abort());
    await page.goto(`${line.url}/test`);
    await fill(page, address, password);
    await expect(way(page)).toContainText("passes through our server");
    await start(page);
    await expect(headline(page)).toBeVisible({ timeout: 20_000 });
    await expect(page.locator(".finding").first()).toContainText("your password, so it is right");
    expect(line.bytes().includes(password)).toBe(true);
    line.close();
  });
});

test.describe("where the worker cannot run", () => {
  test.use({ expectedProblems: [/worker|Failed to load resource|ERR_FAILED|WebAssembly|WebSocket|^request to another origin/i] });

  for (const [what, pattern] of [
    ["its script", "**/pkg/worker-*.js"],
    ["its WebAssembly", "**/pkg/worker-*.wasm"],
  ]) {
    test(`${what} did not load: the form says so, and the server does the test`, async ({ page, lab, context }) => {
      await context.route(pattern, (route) => route.abort());
      await page.goto("/test");
      await fill(page, lab.accounts.normal.address, "not-the-password");
      await expect(way(page)).toContainText("passes through our server");
      await start(page);
      await expect(page.locator(".finding").first()).toContainText("did not accept this password");
    });
  }

  test("a network lets no WebSocket through: the form says so, and the server does the test", async ({ page, lab, server }) => {
    const line = await capture(server.url, "GET /api/relay");
    await page.goto(`${line.url}/test`);
    await fill(page, lab.accounts.normal.address, "not-the-password");
    await expect.poll(() => line.bytes().includes("GET /api/relay")).toBe(true);
    await expect(way(page)).toContainText("passes through our server");
    await start(page);
    await expect(page.locator(".finding").first()).toContainText("did not accept this password");
    line.close();
  });
});

test("the way through the server is said before anybody turns to the password", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/test");
  await expectAwake(page);
  await expect(way(page)).toContainText("passes through our server");
  await page.getByLabel("Your email address").first().focus();
  expect(asked.filter((url) => url.includes("/worker"))).toEqual([]);
  await page.getByLabel(PASSWORD_FIELD).focus();
  await expect(way(page)).toContainText("your browser signs in itself");
  await page.getByRole("link", { name: "How do you know?" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What happens to your password");
  // Each file can be had under the path that stands beside its sum.
  for (const row of await page.locator(".sums tbody tr").all()) {
    const [path, sum] = await row.locator("code").allInnerTexts();
    const body = await (await page.request.get(path)).body();
    expect(createHash("sha256").update(body).digest("hex")).toBe(sum);
  }
});

test("each way can be switched off", async ({ browser, lab, javaScriptEnabled }) => {
  const { address } = lab.accounts.normal;
  for (const [ways, said, field] of [
    ["browser", "your browser signs in itself", true],
    ["server", "passes through our server", true],
    ["off", "", false],
  ] as const) {
    const server = await serve([...labOptions(lab), "--share-results=0", "--sign-in", ways]);
    try {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(`${server.url}/test`);
      await expectAwake(page);
      await expect(page.getByLabel(PASSWORD_FIELD)).toHaveCount(field ? 1 : 0);
      if (field) {
        await page.getByLabel("Your email address").first().fill(address);
        await expect(page.getByLabel(PASSWORD_FIELD)).toBeEnabled();
        await page.getByLabel(PASSWORD_FIELD).focus();
        await expect(way(page)).toContainText(said);
        await page.getByLabel(PASSWORD_FIELD).fill("not-the-password");
        await start(page);
        await expect(page.locator(".finding").first()).toContainText("did not accept this password");
      }
      const relay = await page.request.get(`${server.url}/api/relay?record=lab&service=imap`);
      expect(relay.status() === 404).toBe(ways !== "browser");
      await context.close();
    } finally {
      await server.stop();
    }
  }
});

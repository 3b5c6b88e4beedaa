// What an open page does while mail servers stop and start, and while its own server cannot be reached. All of it needs
// scripts.

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { labOptions, serve } from "../mailguide.mjs";
import { expect, expectAwake } from "./fixtures";
import { SEEN, test } from "./watching";

/** A page in a window of its own, so that it is seen all the time; what moves on it is noted. */
async function open(browser: Browser, url: string, width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: width === 360 ? 740 : 800 } });
  const page = await context.newPage();
  await page.goto(url);
  await expectAwake(page);
  return page;
}

async function noteMoves(page: Page) {
  await page.evaluate(() => {
    Object.assign(globalThis, { moved: [], much: 0 });
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as any[]) {
        // What somebody has just pressed may move something, and a word those behind it on its line.
        if (shift.hadRecentInput || shift.value < 0.001) continue;
        const what = shift.sources.map(({ node }: any) => node?.outerHTML?.slice(0, 80) ?? String(node?.nodeName));
        (globalThis as any).much += shift.value;
        (globalThis as any).moved.push(`${shift.value.toFixed(4)} ${what.join(" | ")}`);
      }
    }).observe({ type: "layout-shift" });
  });
}

/** What has moved, unless it is less than this; by default everything. */
async function moves(page: Page, less = 0): Promise<string[]> {
  const [moved, much] = await page.evaluate(() => [(globalThis as any).moved, (globalThis as any).much]);
  return much < less ? [] : moved;
}

/** Where somebody looks at a box that grows, its lower edge moves, and what is below it. */
const LITTLE = 0.1;

test("nothing moves when trouble begins and ends", async ({ browser, lab }) => {
  test.setTimeout(300_000);
  // Another one may still say that trouble of another test is over.
  const server = await serve([...labOptions(lab), "--monitor-every", "5s"]);
  try {
    const sizes = await Promise.all([360, 1280].map((width) => openAll(browser, server.url, lab.domain, width)));
    const pages = sizes.flatMap((size) => size.pages);
    await Promise.all(pages.map(noteMoves));
    const fields = sizes.flatMap(({ home, form }) => [home, form]).map((page) => page.getByLabel("Your email address").first());
    for (const field of fields) await field.pressSequentially("somebody@");
    const places = await Promise.all(fields.map((field) => field.boundingBox()));
    // What was pressed just now may move something, so that is over.
    await pages[0].waitForTimeout(1000);

    await lab.stopPostfix();
    let during: Page[];
    try {
      for (const size of sizes) await told(size, true);
      for (const size of sizes) await nothingMoved(size);
      for (const [at, field] of fields.entries()) {
        await expect(field).toBeFocused();
        await expect(field).toHaveValue("somebody@");
        // Pages are scrolled by whole pixels.
        expect(Math.abs((await field.boundingBox())!.y - places[at]!.y)).toBeLessThan(1);
      }
      // It is folded at the edge of the screen, and says all when it is opened.
      for (const { form } of sizes) {
        const notice = form.locator("#outage");
        const text = notice.getByText("you can stop here");
        await expect(notice).toBeInViewport();
        await expect(text).toBeHidden();
        await notice.locator("summary").click();
        await expect(text).toBeInViewport();
        await notice.locator("summary").click();
        await form.locator("h1").click();
      }
      // A page that is opened now says it at its top.
      during = await Promise.all([360, 1280].map((width) => open(browser, `${server.url}/fix`, width)));
      for (const page of during) await expect(page.locator("#outage").getByText("you can stop here")).toBeInViewport();
      await Promise.all(during.map(noteMoves));
    } finally {
      await lab.startPostfix();
    }
    for (const size of sizes) await told(size, false);
    for (const size of sizes) await nothingMoved(size);
    // The box has kept its height, and gives it back once nobody sees it.
    for (const { status } of sizes) {
      const box = status.locator("#overall");
      await expect(box).toHaveAttribute("style", /min-height/);
      const height = (await box.boundingBox())!.height;
      await status.mouse.wheel(0, 2000);
      await expect(box).not.toHaveAttribute("style", /min-height/);
      expect((await box.boundingBox())!.height).toBeLessThan(height);
    }
    for (const page of during) {
      await expect(page.locator("#outage")).toContainText("works again since", { timeout: SEEN });
      expect(await moves(page)).toEqual([]);
    }
    await Promise.all([...pages, ...during].map((page) => page.context().close()));
  } finally {
    await server.stop();
  }
});

type Size = Awaited<ReturnType<typeof openAll>>;

/** Every page that says how the servers stand, once all is known to be well. */
async function openAll(browser: Browser, url: string, domain: string, width: number) {
  const status = await open(browser, `${url}/status`, width);
  await expect(status.locator("#overall .sign")).toContainText("All mail servers work", { timeout: SEEN });
  const others = ["/", "/test", "/fix", `/settings/${domain}`];
  const [home, form, fix, settings] = await Promise.all(others.map((path) => open(browser, url + path, width)));
  return { home, form, fix, status, settings, pages: [home, form, fix, status, settings] };
}

async function told({ home, form, fix, status, settings }: Size, trouble: boolean) {
  const wait = { timeout: SEEN };
  for (const page of [home, form, fix]) await expect(page.locator("#outage")).toContainText(trouble ? "Trouble at" : "works again since", wait);
  await expect(status.locator("#overall .sign")).toContainText(trouble ? "There is trouble with" : "All mail servers work", wait);
  await expect(settings.locator(".service-state[data-mark=bad]")).toHaveCount(trouble ? 2 : 0, wait);
}

async function nothingMoved({ home, form, fix, status, settings }: Size) {
  for (const page of [home, form, fix]) expect(await moves(page), page.url()).toEqual([]);
  for (const page of [status, settings]) expect(await moves(page, LITTLE), page.url()).toEqual([]);
}

/** Passes on everything from the site, until it is cut. */
async function passOn(site: string) {
  const { hostname, port } = new URL(site);
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    for (const [socket, other] of [[incoming, outgoing], [outgoing, incoming]]) {
      sockets.add(socket);
      socket.on("error", () => other.destroy()).on("close", () => (other.destroy(), sockets.delete(socket)));
      socket.pipe(other);
    }
  });
  const listen = (at: number) => new Promise<void>((listening) => server.listen(at, "127.0.0.1", listening));
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: `http://127.0.0.1:${own}`, cut, mend: () => listen(own) };
}

test("a page whose server cannot be reached says so, asks less and less often, and finds back", async ({ browser, site }) => {
  test.setTimeout(180_000);
  const line = await passOn(site);
  const page = await open(browser, `${line.url}/status`, 360);
  const lost = page.locator("#lost");
  await expect(page.locator("#overall")).toContainText(/last checked (just now|a minute ago)/, { timeout: SEEN });
  await expect(lost).toBeHidden();
  const asked: number[] = [];
  page.on("request", () => asked.push(Date.now()));
  await noteMoves(page);
  await line.cut();
  await expect(lost).toBeVisible({ timeout: 10_000 });
  await expect(lost).toBeInViewport();
  await expect(lost).toHaveText(/^No answer from our server since \d?\d:\d\d/);
  // What does not grow any more is said as a time.
  await expect(page.locator("#overall")).toContainText(/last checked \d?\d:\d\d/);
  await expect(page.locator("body")).not.toContainText("just now");
  // After 3, 6, 12 and 24 seconds, each longer or shorter by a quarter.
  await page.waitForTimeout(30_000);
  expect(asked.length).toBeGreaterThanOrEqual(3);
  expect(asked.length).toBeLessThanOrEqual(5);
  expect(asked.at(-1)! - asked.at(-2)!).toBeGreaterThan(asked[1] - asked[0]);
  await line.mend();
  // The browser says that the network is there again.
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await expect(lost).toBeHidden({ timeout: 2_000 });
  await expect(page.locator("#overall")).toContainText("last checked just now", { timeout: 8_000 });
  expect(await moves(page)).toEqual([]);
  await page.context().close();
  await line.cut();
});

test("what the first check finds comes to an open page, and becomes older on it", async ({ browser, lab }) => {
  test.setTimeout(240_000);
  // The first checks are spread over a minute.
  const server = await serve([...labOptions(lab), "--monitor-every", "1h"]);
  try {
    const page = await open(browser, `${server.url}/status`, 360);
    const cards = page.locator(".status-service");
    const drawn = page.locator(".status-service:has(.days):has(.chart)");
    const all = await cards.count();
    expect(await drawn.count()).toBeLessThan(all);
    await expect(drawn).toHaveCount(all, { timeout: 70_000 });
    const tables = cards.first().locator("details");
    await tables.locator("summary").click();
    await expect(page.locator("#overall")).toContainText("last checked a minute ago", { timeout: 125_000 });
    await expect(page.locator("#overall")).toContainText("last checked 2 minutes ago", { timeout: 65_000 });
    // What somebody has opened stays open.
    await expect(tables).toHaveAttribute("open");
    await page.context().close();
  } finally {
    await server.stop();
  }
});

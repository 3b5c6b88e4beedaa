// Features that need scripts.

import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { labOptions, serve } from "../mailguide.mjs";
import { expect, expectAwake, openSteps, openTestForm, runTest, test } from "./fixtures";
import { PAGES } from "./pages";

for (const [device, userAgent, touch] of [
  ["iphone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", 5],
  ["iphone", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5],
  ["mac", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0],
  ["android", "Mozilla/5.0 (Linux; Android 15; Pixel 9)", 5],
  ["windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 5],
  ["linux", "Mozilla/5.0 (X11; Linux x86_64)", 0],
  [null, "Mozilla/5.0 (X11; CrOS x86_64 15917.71.0)", 0],
] as const) {
  test.describe(`${userAgent} with touch ${touch}`, () => {
    test.use({ userAgent, viewport: { width: 360, height: 740 } });
    test("what is for this device stands first, and nothing moves for it", async ({ page }) => {
      // A phone is four times as slow as this computer, so what comes late is seen to come.
      const session = await page.context().newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
      await page.addInitScript((points) => {
        Object.defineProperty(Navigator.prototype, "maxTouchPoints", { value: points });
        Object.assign(globalThis, { moved: 0 });
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) (globalThis as any).moved += (shift as any).value;
        }).observe({ type: "layout-shift", buffered: true });
      }, touch);
      await page.goto("/programs");
      await expectAwake(page);
      const groups = page.locator(".device-first > *");
      await expect(groups.first()).toHaveAttribute("data-device", device ?? "iphone");
      await expect(groups.getByText("This looks like your device")).toHaveCount(6);
      await expect(groups.getByText("This looks like your device").filter({ visible: true })).toHaveCount(device ? 1 : 0);
      const tops = await groups.evaluateAll((all) => all.map((group) => group.getBoundingClientRect().top));
      expect(tops).toEqual(tops.toSorted((one, other) => one - other));
      expect(await page.evaluate(() => (globalThis as any).moved)).toBe(0);
    });
  });
}

test("the address stays in the browser", async ({ page }) => {
  await openTestForm(page);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  const field = page.getByLabel("Your email address").first();
  await field.fill("jane@lab.test");
  await field.press("Tab");
  await expect(page.locator(".value", { hasText: "jane@lab.test" }).first()).toBeVisible();
  expect(requests).toEqual([]);
});

test("an unknown address is noticed when the field is left", async ({ page }) => {
  await openTestForm(page);
  const field = page.getByLabel("Your email address").first();
  await field.fill("jane@elsewhere.example");
  await expect(page.getByText("We do not know this kind of address")).toBeHidden();
  await field.press("Tab");
  await expect(page.getByText("We do not know this kind of address")).toBeVisible();
});

test("values are copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openTestForm(page);
  await page.getByRole("button", { name: "Copy the server name" }).first().click();
  await expect(page.getByText("Copied").first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("mail.lab.test");
  await page.getByLabel("Your email address").first().fill("jane@lab.test");
  await page.getByRole("button", { name: "Copy the user name" }).first().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("jane@lab.test");
});

test("the page shows each step while the test still runs", async ({ page, lab }) => {
  const form = await openTestForm(page);
  // Counts the steps that are shown while the progress bar is still visible.
  const steps = page.locator(".steps li");
  const seen = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new MutationObserver(() => {
          const running = document.querySelector(".results progress:not([hidden])");
          const steps = document.querySelectorAll(".steps li").length;
          if (running && steps > 0) resolve(steps);
        }).observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
  );
  await runTest(page, form, lab.accounts.normal.address, "not-the-password");
  expect(await seen).toBeGreaterThan(0);
  expect(await steps.count()).toBeGreaterThan(await seen);
});

test.describe("a server that dies", () => {
  // The test starts a server of its own, on another origin, and kills it.
  test.use({ expectedProblems: [/request to another origin|ERR_/] });

  test("in the middle of a test: the page says so, and the test can be run again", async ({ page, lab }) => {
    const silent = createServer();
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    const { port } = silent.address() as AddressInfo;
    const record = `${lab.record}.silent.toml`;
    // The first service accepts connections and never answers.
    await writeFile(record, (await readFile(lab.record, "utf8")).replace(/connect_to = "[^"]+"/, `connect_to = "127.0.0.1:${port}"`));
    const server = await serve(labOptions({ ...lab, record }));
    try {
      await page.goto(server.url);
      await expectAwake(page);
      const form = page.locator("section.test");
      await form.getByLabel("Your email address").fill(lab.domain);
      await form.getByRole("button", { name: "Test my connection" }).click();
      await expect(page.locator(".service[data-mark=good]").first()).toBeVisible();
      await server.kill();
      await expect(page.getByText("The connection to this page was lost")).toBeVisible();
      await expect(form.getByRole("button", { name: "Test my connection" })).toBeEnabled();
    } finally {
      await server.kill();
      silent.close();
    }
  });
});

test("a broken connection says so and the test can be run again", async ({ page, lab }) => {
  const form = await openTestForm(page);
  await page.route("**/api/test", (route) =>
    route.fulfill({ status: 200, body: '{"plan":{"services":[],"labels":[]}}\n' }),
  );
  await form.getByLabel("Your email address").fill(lab.domain);
  await form.getByRole("button", { name: "Test my connection" }).click();
  await expect(page.getByText("The connection to this page was lost")).toBeVisible();
  await page.unroute("**/api/test");
  await form.getByRole("button", { name: "Test my connection" }).click();
  await expect(page.getByText("Everything works").first()).toBeVisible({ timeout: 20_000 });
});

test("ticked steps and the address are remembered in this browser", async ({ page, lab }) => {
  await page.goto("/programs/evolution");
  await expectAwake(page);
  const field = page.getByRole("textbox", { name: "Your email address" });
  const boxes = page.getByRole("checkbox");
  await boxes.nth(1).check();
  await field.fill(lab.accounts.normal.address);
  await field.blur();
  await page.reload();
  await expect(boxes.nth(1)).toBeChecked();
  await expect(boxes.nth(0)).not.toBeChecked();
  await expect(field).toHaveValue(lab.accounts.normal.address);
});

test("what an output means is found while it is pasted", async ({ page }) => {
  await page.goto("/network");
  await expect(page.getByText("Your clock agrees with ours.")).toBeVisible();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.getByRole("textbox", { name: /Paste its last lines/ }).fill("  TcpTestSucceeded : False\n");
  const shown = page.locator(".entries .entry").first();
  await expect(shown).toContainText("does not let you through");
  // The page stays, and only the search is asked.
  expect(requests.filter((url) => !new URL(url).pathname.startsWith("/errors"))).toEqual([]);
  await expect(page).toHaveURL("/network");
});

test("a wrong clock is noticed", async ({ page }) => {
  await page.clock.setFixedTime(new Date(Date.now() + 3_600_000));
  await page.goto("/network");
  await expect(page.getByText("Your clock is wrong by more than five minutes")).toBeVisible();
});

test("answers stay in this browser, and no page is loaded between questions", async ({ page }) => {
  await page.goto("/fix");
  // Before that, an answer is a link like any other.
  await expectAwake(page);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).search));
  let loads = 0;
  page.on("domcontentloaded", () => (loads += 1));
  await page.getByRole("link", { name: "Messages have disappeared" }).click();
  await page.getByRole("link", { name: "Yes, they are gone" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("fetch mail with POP");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect(requests.filter((search) => search !== "")).toEqual([]);
  expect(loads).toBe(0);
  await page.reload();
  await expect(page.locator("#known li")).toHaveCount(2);
});

test("a test that was run answers the troubleshooter, and the report holds everything but the address", async ({
  page,
  lab,
}) => {
  await page.goto("/report");
  await expect(page.getByText("There is nothing to report yet")).toBeVisible();
  const form = await openTestForm(page);
  await runTest(page, form, lab.accounts.normal.address, lab.accounts.normal.password);
  await page.goto("/fix/send-test");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Does new mail arrive in the same program?");
  await page.goto("/report");
  const report = await page.getByRole("textbox", { name: "Report" }).inputValue();
  for (const part of ["@lab.test", "mail.lab.test", "Does the server for outgoing mail answer?"]) {
    expect(report).toContain(part);
  }
  const json = decodeURIComponent((await page.getByRole("link", { name: "Save as JSON" }).getAttribute("href")) ?? "");
  const parsed = JSON.parse(json.slice(json.indexOf(",") + 1));
  expect(report).toContain(parsed.code);
  expect(parsed.events.length).toBeGreaterThan(5);
  for (const secret of [lab.accounts.normal.address, lab.accounts.normal.password]) {
    expect(report + json).not.toContain(secret);
  }
});

test("a question that the test can answer is answered by itself", async ({ page, lab }) => {
  await page.goto("/programs/thunderbird");
  await expectAwake(page);
  const field = page.getByRole("textbox", { name: "Your email address" });
  await field.fill(lab.accounts.normal.address);
  await field.blur();
  await page.goto("/fix");
  await page.getByRole("link", { name: "New mail does not arrive" }).click();
  // The result stays to be read, until the customer goes on.
  await expect(page.locator(".headline")).toHaveText("The servers answer", { timeout: 20_000 });
  await page.getByRole("link", { name: "Next question" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Do you see the new mail anywhere else?");
  await expect(page.locator("#known li")).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Test my connection" })).toBeHidden();
  // Back shows the question with its result; nothing is answered again behind the customer's back.
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Do the servers for incoming mail answer?");
  await expect(page.locator(".headline")).toHaveText("The servers answer");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What goes wrong?");
});

test("the device of the customer comes first", async ({ browser, site }) => {
  const agent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
  const page = await browser.newPage({ userAgent: agent });
  await page.goto(`${site}/programs`);
  await expect(page.getByText("This looks like your device.").first()).toBeVisible();
  await expect(page.getByRole("heading", { level: 2 }).first()).toContainText("Android");
  await page.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, expectedProblems: [/404/] });
    for (const path of [...PAGES, "/settings/unknown.example", "/nothing"]) {
      test(`axe finds nothing on ${path}`, async ({ page }) => {
        await page.goto(path);
        for (const details of await page.locator("details").all()) {
          await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
        }
        await expectAccessible(page);
      });
    }

    test("axe finds nothing on a result", async ({ page, lab }) => {
      const form = await openTestForm(page);
      await runTest(page, form, lab.accounts.normal.address, "not-the-password");
      await openSteps(page);
      for (const summary of await page.getByText("Technical details").all()) await summary.click();
      await expectAccessible(page);
    });
  });
}

for (const width of [360, 768, 1280]) {
  test(`nothing is wider than ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of PAGES) {
      await page.goto(path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, path).toBeLessThanOrEqual(width);
    }
  });
}

async function expectAccessible(page: Page) {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(told).toEqual([]);
}

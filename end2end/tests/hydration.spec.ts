// Pages during hydration, also on slow phones, and pages whose WebAssembly fails.

import type { Page } from "@playwright/test";
import { expect, expectAwake, openSteps, openTestForm, runTest, test } from "./fixtures";
import { PAGES } from "./pages";

const ADDRESS = "jane@lab.test";
/** The address that was typed in this tab before. */
const OLD = "old@lab.test";
/** By which factors the processor is slowed down to simulate a phone. */
const SLOWER = [1, 4, 6];

for (const slower of SLOWER) {
  test.describe(`${slower} times slower`, () => {
    test.beforeEach(({ page }) => slowDown(page, slower));

    test("what is remembered is taken up by every page", async ({ page, lab }) => {
      test.setTimeout(120_000);
      await runTest(page, await openTestForm(page), lab.domain);
      const lines = await page.evaluate(() => sessionStorage.getItem("mailguide test"));
      await remember(page, { address: ADDRESS, test: lines ?? "", trail: trailTo("/fix/send-test") });
      for (const path of PAGES) {
        await page.goto(path);
        await expectWhole(page, ADDRESS);
      }
    });

    test("what the browser has filled in is taken up by every page", async ({ page }) => {
      test.setTimeout(120_000);
      await remember(page, { address: OLD });
      await fillIn(page, ADDRESS);
      for (const path of PAGES) {
        await page.goto(path);
        await expectWhole(page, ADDRESS);
      }
    });

    test("what is typed and ticked meanwhile is kept on every page", async ({ page }) => {
      test.setTimeout(120_000);
      await remember(page, { address: OLD });
      for (const path of PAGES) {
        await page.goto(path, { waitUntil: "commit" });
        await page.locator("footer").waitFor();
        // Not one of those that are remembered as ticked, which may be ticked before the test has looked.
        const box = page.locator(".step-list input[type=checkbox]:visible").last();
        const ticked = await box.isVisible();
        if (ticked) await box.check();
        const field = page.locator("input[name=address]:visible").first();
        const typed = await field.isVisible();
        if (typed) {
          // Between the two, an empty field may be filled with the remembered address.
          await field.selectText();
          await page.keyboard.type(ADDRESS);
        }
        await expectWhole(page, typed ? ADDRESS : OLD);
        if (ticked) {
          await expect(box).toBeChecked();
          await page.reload();
          await expectAwake(page);
          await expect(box).toBeChecked();
        }
      }
    });

    test("what is typed into a field that was just filled in replaces what was remembered", async ({ page }) => {
      await remember(page, { address: OLD });
      const letGo = await hold(page, "**/*.wasm");
      await page.goto("/", { waitUntil: "domcontentloaded" });
      const field = page.getByLabel("Your email address").first();
      await field.focus();
      letGo();
      await expect(field).toHaveValue(OLD);
      await page.keyboard.type(ADDRESS);
      await expectWhole(page, ADDRESS);
    });

    test("what was typed before the scripts ran is kept", async ({ page }) => {
      const letGo = await hold(page, "**/*.wasm");
      await page.goto("/", { waitUntil: "domcontentloaded" });
      const field = page.getByLabel("Your email address").first();
      await field.fill(ADDRESS);
      letGo();
      await expect(page.locator(".value", { hasText: ADDRESS }).first()).toBeVisible();
      await expect(field).toHaveValue(ADDRESS);
    });
  });
}

test("a box that is pressed while its tick is restored stays ticked", async ({ page }) => {
  await slowDown(page, 6);
  await remember(page, {});
  // The page does not answer while it reads what is remembered.
  await page.addInitScript(() => {
    const read = Storage.prototype.getItem;
    Storage.prototype.getItem = function (name) {
      if (name === "mailguide outlook-classic 0 add") {
        console.info("restoring");
        const end = Date.now() + 1_000;
        while (Date.now() < end);
      }
      return read.call(this, name);
    };
  });
  const restoring = page.waitForEvent("console", (message) => message.text() === "restoring");
  const letGo = await hold(page, "**/*.wasm");
  await page.goto("/programs/outlook-classic", { waitUntil: "domcontentloaded" });
  const boxes = page.locator(".step-list input[type=checkbox]:visible");
  await expect(boxes.first(), "the style is there").toHaveCSS("appearance", "none");
  const place = await boxes.first().boundingBox();
  await expect(boxes.first()).not.toBeChecked();
  letGo();
  await restoring;
  await page.mouse.click(place!.x + place!.width / 2, place!.y + place!.height / 2);
  await expectAwake(page);
  await expect(boxes.first()).toBeChecked();
  await expect(boxes.nth(1)).not.toBeChecked();
  await expect(boxes.nth(2)).toBeChecked();
  // A press on what is seen to be ticked takes the tick away.
  await boxes.first().click();
  await expect(boxes.first()).not.toBeChecked();
});

test.describe("with something happening between any two islands", () => {
  test("every page wakes up, and the last that was typed counts", async ({ page }) => {
    test.setTimeout(120_000);
    await remember(page, { address: OLD, trail: trailTo("/fix") });
    await page.addInitScript(pauseAfterEveryIsland);
    await page.addInitScript(meddle);
    for (const path of PAGES) {
      await page.goto(path);
      await expectAwake(page);
      const { typed, pauses } = await page.evaluate(() => window.meddled);
      expect(pauses, path).toBe(await page.locator("leptos-island").count());
      await expectWhole(page, typed);
    }
  });

  test("a form is sent and a link leads as without scripts", async ({ page, lab }) => {
    await page.addInitScript(pauseAfterEveryIsland);
    // The first pause does not end.
    await page.addInitScript(() => (window.setTimeout = (() => 0) as unknown as typeof setTimeout));
    await page.goto("/");
    await runTest(page, page.locator("section.test"), lab.domain);
    await expect(page).toHaveURL(/\/test$/);
    await page.goto("/fix");
    await page.getByRole("link", { name: "Messages have disappeared" }).click();
    await expect(page).toHaveURL(/\?trail=/);
  });
});

test.describe("without its WebAssembly", () => {
  test.use({ expectedProblems: [/This page goes on without scripts|500/] });

  for (const [name, answer] of [
    ["cannot be had", { status: 500 }],
    ["is broken", { contentType: "application/wasm", body: "broken" }],
  ] as const) {
    test(`that ${name}, a page works as without scripts`, async ({ page, lab }) => {
      const told = lines(page);
      await page.route("**/*.wasm", (route) => route.fulfill(answer));
      await page.goto("/");
      await expectWithoutScripts(page, told, lab.domain);
    });
  }

  test("that traps while it wakes up, a page works as without scripts and keeps what was typed", async ({ page, lab }) => {
    const told = lines(page);
    await change(page, "/", /(<leptos-island data-component="CopyButton[^>]*>)<button.*?<\/button>/s, "$1");
    const letGo = await hold(page, "**/*.wasm");
    await page.goto("/", { waitUntil: "domcontentloaded" });
    const field = page.getByLabel("Your email address").first();
    await field.fill(ADDRESS);
    letGo();
    await expectFailed(page);
    await expect(field).toHaveValue(ADDRESS);
    await expect(field).toBeFocused();
    await expectWithoutScripts(page, told, lab.domain);
  });

  test("that has no island of a name in the markup, a page works as without scripts", async ({ page, lab }) => {
    const told = lines(page);
    await change(page, "/", /<main[^>]*>/, '$&<leptos-island data-component="islands_awake"></leptos-island>');
    await page.goto("/");
    await expectWithoutScripts(page, told, lab.domain);
  });

  for (const where of ["handler", "timer", "promise"] as const) {
    test(`that traps in a ${where}, a page works as without scripts and keeps what was typed`, async ({ page, lab }) => {
      const told = lines(page);
      const form = await openTestForm(page);
      await form.getByText("Choose what to test").click();
      await form.getByRole("checkbox", { name: /port 995/ }).uncheck();
      await form.getByLabel("Your email password").fill("secret");
      const field = form.getByLabel("Your email address");
      await field.fill(ADDRESS);
      await field.press("ArrowLeft");
      await trap(page, where);
      await trap(page, where);
      await expect(field).toBeFocused();
      expect(await field.evaluate((field: HTMLInputElement) => field.selectionStart)).toBe(ADDRESS.length - 1);
      await expect(page.locator(".value", { hasText: ADDRESS }).first()).toBeVisible();
      await expect(form.getByLabel("Your email password")).toHaveValue("secret");
      await expect(form.getByRole("checkbox", { name: /port 995/ })).not.toBeChecked();
      await expect(form.getByRole("checkbox", { name: /port 993/ })).toBeChecked();
      await form.getByLabel("Your email password").fill("");
      await expectWithoutScripts(page, told, lab.domain);
    });
  }

  test("that traps after a test, the results stay to be read", async ({ page, lab }) => {
    const told = lines(page);
    const form = await openTestForm(page);
    await runTest(page, form, lab.domain);
    await trap(page, "timer");
    await expect(page.locator(".service")).toHaveCount(4);
    await openSteps(page);
    await page.locator(".service").first().getByText("Technical details").click();
    await expect(page.getByText("Lab Mail is ready.").first()).toBeVisible();
    await expectWithoutScripts(page, told, lab.domain);
  });

  test("that traps during a test, the test can be run as without scripts", async ({ page, lab }) => {
    const told = lines(page);
    const form = await openTestForm(page);
    const letGo = await hold(page, "**/api/test");
    await form.getByLabel("Your email address").fill(ADDRESS);
    await form.getByRole("button", { name: "Test my connection" }).click();
    await expect(form.getByRole("button", { name: "Test my connection" })).toBeHidden();
    await trap(page, "timer");
    await expect(form.locator(".results")).toBeHidden();
    letGo();
    await expectWithoutScripts(page, told, lab.domain);
  });

  for (const way of ["on", "back"] as const) {
    test(`that traps in the troubleshooter, the way ${way} is that without scripts`, async ({ page }) => {
      const told = lines(page);
      await page.goto("/fix");
      await expectAwake(page);
      await page.getByRole("link", { name: "Messages have disappeared" }).click();
      const question = page.getByRole("heading", { level: 1 });
      await expect(question).toHaveText("Are the messages gone in the browser too?");
      await trap(page, "timer");
      if (way === "on") {
        await page.getByRole("link", { name: "Yes, they are gone" }).click();
        await expect(page).toHaveURL(/\?trail=/);
        await expect(question).toContainText("fetch mail with POP");
      } else {
        // A link to a fragment of the same page loads no other page.
        await page.getByRole("link", { name: "Skip" }).press("Enter");
        await page.goBack();
        await expectFailed(page);
        await page.goBack();
        await expect(question).toHaveText("What goes wrong?");
      }
      expect(told).toHaveLength(1);
    });
  }
});

test.describe("no test is run", () => {
  for (const [name, path, trail, pattern, by] of [
    ["on a page to which no answer has led", "/fix/send-test", "/fix/receive-test", /$^/, ""],
    [
      "by markup outside of the troubleshooter",
      "/fix",
      "/fix",
      /<main[^>]*>/,
      `$&<div id="node" data-by="test"></div><div id="node-test"><form action="/test"><input value="${ADDRESS}"></form></div>`,
    ],
    ["by an island of no kind", "/fix/send-test", "/fix/send-test", /&quot;Troubleshooter&quot;/, "&quot;Other&quot;"],
  ] as const) {
    test(name, async ({ page }) => {
      await remember(page, { address: ADDRESS, trail: trailTo(trail) });
      await fillIn(page, ADDRESS);
      await change(page, path, pattern, by);
      const tests: string[] = [];
      page.on("request", (request) => new URL(request.url()).pathname.endsWith("/test") && tests.push(request.url()));
      await page.goto(path);
      await expectAwake(page);
      await expect(page.locator("form > fieldset:disabled")).toHaveCount(0);
      await page.waitForLoadState("networkidle");
      expect(tests).toEqual([]);
    });
  }

  test("but where answers have led, it is", async ({ page }) => {
    await remember(page, { address: ADDRESS, trail: trailTo("/fix/send-test") });
    const asked = page.waitForRequest("**/api/test");
    await page.goto("/fix/send-test");
    expect((await asked).postData()).toContain(encodeURIComponent(ADDRESS));
    await expect(page.locator(".headline")).toHaveText("The servers answer", { timeout: 20_000 });
  });
});

declare global {
  interface Window {
    meddled: { typed: string; pauses: number };
  }
}

/** Makes the hydration script pause after every island, as on a phone that takes too long for each. */
function pauseAfterEveryIsland() {
  let now = 0;
  performance.now = () => (now += 1_000);
}

/** Types, ticks, clicks and fills in fields whenever the hydration script pauses. */
function meddle() {
  window.meddled = { typed: "", pauses: 0 };
  const later = window.setTimeout.bind(window);
  window.setTimeout = ((act: () => void, ...rest: number[]) =>
    later(() => {
      if (!document.documentElement.dataset.islands) everything();
      act();
    }, ...rest)) as typeof setTimeout;

  function everything() {
    window.meddled.pauses += 1;
    const [field, ...others] = document.querySelectorAll<HTMLInputElement>("input[name=address]");
    if (field) {
      window.meddled.typed = `${"j".repeat(window.meddled.pauses)}@lab.test`;
      field.focus();
      field.value = window.meddled.typed;
      for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
      for (const other of others) other.value = "filled@lab.test";
    }
    for (const button of document.querySelectorAll<HTMLElement>("button[type=button]")) button.click();
    document.querySelector<HTMLElement>(".step-list input[type=checkbox]")?.click();
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  }
}

async function slowDown(page: Page, rate: number) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

/** Puts these values into the storage of this tab before each page loads. */
async function remember(page: Page, things: Record<string, string>) {
  await page.addInitScript((things) => {
    for (const [name, text] of Object.entries(things)) sessionStorage.setItem(`mailguide ${name}`, text);
    localStorage.setItem("mailguide outlook-classic 0 add", "x-x");
  }, things);
}

/** Fills in fields as browsers do: as soon as they exist, and without events. */
async function fillIn(page: Page, address: string) {
  await page.addInitScript((address) => {
    const filled = new WeakSet();
    new MutationObserver(() => {
      for (const field of document.querySelectorAll<HTMLInputElement>("input[name=address]")) {
        if (!filled.has(field)) field.value = address;
        filled.add(field);
      }
    }).observe(document, { childList: true, subtree: true });
  }, address);
}

/** The stored trail of a tab with one answer that led to this path. */
function trailTo(path: string): string {
  return ["What goes wrong?", "Something", "", path, "", ""].map((part) => `${part}\u001f`).join("") + "\u001e";
}

/** Delays requests for this URL until the returned function is called. */
async function hold(page: Page, url: string): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(url, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

/** Changes the markup of a page before the browser receives it. */
async function change(page: Page, path: string, pattern: RegExp, by: string) {
  await page.route(path, async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    if (by) expect(body, "the page").toMatch(pattern);
    await route.fulfill({ response, body: body.replace(pattern, by) });
  });
}

/** The errors in the console. */
function lines(page: Page): string[] {
  const told: string[] = [];
  page.on("console", (message) => message.type() === "error" && told.push(message.text()));
  page.on("pageerror", (error) => told.push(String(error)));
  return told;
}

/** Causes a WebAssembly trap that is not caught. */
async function trap(page: Page, where: "handler" | "timer" | "promise") {
  await page.evaluate((where) => {
    const TRAP = "AGFzbQEAAAABBAFgAAADAgEABwgBBHRyYXAAAAoFAQMAAAs=";
    const bytes = Uint8Array.from(atob(TRAP), (letter) => letter.charCodeAt(0));
    const { trap } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { trap: () => void };
    if (where === "handler") {
      document.body.addEventListener("click", () => trap(), { once: true });
      document.body.click();
    } else if (where === "timer") {
      setTimeout(trap);
    } else {
      void (async () => trap())();
    }
  }, where);
  await expectFailed(page);
}

async function expectFailed(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-islands", "failed");
}

/** Every island is hydrated and shows this address, or none. */
async function expectWhole(page: Page, address: string) {
  await expectAwake(page);
  const shown = await page.evaluate(() => {
    const all = <Kind extends HTMLElement>(selector: string) => [...document.querySelectorAll<Kind>(selector)];
    const buttons = all("button.copy").filter((button) => button.hidden);
    const ofUserNames = (button: HTMLElement) => button.closest("leptos-island")?.getAttribute("data-props")?.includes('"value":null');
    return {
      texts: [
        ...all<HTMLInputElement>("input[name=address]").map((field) => field.value),
        ...all('leptos-island[data-component^="UserName"] > span:last-child').map((name) => name.textContent),
      ],
      hiddenButtons: buttons.filter((button) => !ofUserNames(button)).length,
      hiddenButtonsOfUserNames: buttons.filter(ofUserNames).length,
    };
  });
  expect([...new Set(shown.texts)].filter((text) => text !== address), page.url()).toEqual([]);
  expect(shown.hiddenButtons, page.url()).toBe(0);
  if (address) expect(shown.hiddenButtonsOfUserNames, page.url()).toBe(0);
}

/** The page works as it does without scripts, and one console message says so. */
async function expectWithoutScripts(page: Page, told: string[], domain: string) {
  await expectFailed(page);
  // Such buttons do nothing without scripts.
  await expect(page.locator("button[type=button]:visible")).toHaveCount(0);
  const own = told.filter((line) => !line.startsWith("Failed to load resource"));
  expect(own).toEqual([expect.stringContaining("This page goes on without scripts")]);
  await runTest(page, page.locator("section.test"), domain);
  await expect(page).toHaveURL(/\/test$/);
}

// A test that runs, breaks off or is left, and the field for the password. All of it needs scripts.

import type { Page } from "@playwright/test";
import { expect, expectAwake, openTestForm, runTest, test } from "./fixtures";

const LOST = "The connection to this page was lost";

for (const slower of [1, 6]) {
  test.describe(`${slower} times slower`, () => {
    test.beforeEach(async ({ page }) => {
      const session = await page.context().newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
    });

    test("the result is there again after a reload and in another tab, and nowhere else", async ({ page, context, lab }) => {
      test.setTimeout(60_000);
      await runTest(page, await openTestForm(page), lab.accounts.normal.address, "not-the-password");
      await page.reload();
      await expect(page.locator(".headline")).toHaveText("The test found a problem");
      await expect(page.locator(".finding").first()).toContainText("did not accept this password");
      const other = await context.newPage();
      await other.goto("/");
      await expect(other.locator(".headline")).toHaveText("The test found a problem");
      await other.goto("/test");
      await expectAwake(other);
      await expect(other.locator(".headline")).toHaveCount(0);
      const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
      expect(kept).not.toContain("not-the-password");
    });

    test("a test that a reload has broken off says so, and can be run again", async ({ page, lab }) => {
      test.setTimeout(60_000);
      const form = await openTestForm(page);
      await breakOff(page);
      await start(page, lab.domain);
      await expect(page.getByText(LOST)).toBeVisible();
      await page.reload();
      await expect(page.locator(".headline")).toHaveText("The test did not come to its end");
      await expect(page.getByText(LOST)).toBeVisible();
      await page.unroute("**/api/test");
      await runTest(page, form, lab.domain);
      await expect(page.locator(".headline")).toHaveText("The servers answer");
    });

    test("the way goes on after a test that was stopped or broken off", async ({ page, lab }) => {
      test.setTimeout(60_000);
      for (const stopped of [true, false]) {
        await page.goto("/fix");
        await expectAwake(page);
        await page.locator(".choice").filter({ hasText: "I cannot send mail" }).click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Does the server for outgoing mail answer?");
        if (stopped) await page.route("**/api/test", () => {});
        else await breakOff(page);
        await start(page, lab.domain);
        if (stopped) await page.getByRole("button", { name: "Stop the test" }).click();
        await expect(page.getByText(stopped ? "You stopped the test" : LOST)).toBeVisible();
        await page.getByRole("link", { name: "Next question" }).click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Does new mail arrive in the same program?");
        await expect(page.locator("#known li")).toHaveCount(2);
        await page.unroute("**/api/test");
        await page.evaluate(() => (sessionStorage.clear(), localStorage.clear()));
      }
    });
  });
}

test("the comparison of settings leads back to the next question", async ({ page }) => {
  await page.goto("/check");
  await expectAwake(page);
  await expect(page.getByRole("heading", { name: "Did that help?" })).toBeHidden();
  await page.goto("/fix/connect");
  await expectAwake(page);
  await page.locator(".choice").filter({ hasText: "I don't know" }).click();
  await expect(page).toHaveURL(/\/check\?trail=/);
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Does the rest of the internet work on this device?");
  await expect(page.locator("#known li")).toHaveCount(1);
});

for (const width of [360, 1280]) {
  test(`while a test runs, its form is folded away and its steps are in sight at ${width} pixels`, async ({ page, lab }) => {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
    const form = await openTestForm(page);
    await page.evaluate(() => {
      new MutationObserver(() => {
        const step = document.querySelector(".service .steps li");
        const running = document.querySelector(".results progress:not([hidden])");
        if (!step || !running || "seen" in window) return;
        const { top, bottom } = step.getBoundingClientRect();
        const button = document.querySelector(".test-form button[type=submit]") as HTMLElement;
        Object.assign(window, { seen: { step: top >= 0 && bottom <= innerHeight, form: button.offsetParent !== null } });
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await runTest(page, form, lab.accounts.normal.address, "not-the-password");
    expect(await page.evaluate(() => "seen" in window && window.seen)).toEqual({ step: true, form: false });
    await expect(page.getByRole("button", { name: "Test my connection" })).toBeVisible();
  });
}

test("a running test is told to screen readers by its services and its verdict", async ({ page, lab }) => {
  const form = await openTestForm(page);
  await runTest(page, form, lab.domain);
  const said = page.getByRole("log").getByRole("paragraph");
  await expect(said).toHaveCount(4);
  for (const line of await said.all()) await expect(line).toHaveText(/^(Incoming|Outgoing) mail \((IMAP|POP|SMTP)\): Works$/);
  await expect(page.getByRole("status").filter({ hasText: "The servers answer" })).toBeVisible();
});

test("a password can be shown, and a space around it is noticed", async ({ page, lab }) => {
  const requests: string[] = [];
  const form = await openTestForm(page);
  page.on("request", (request) => requests.push(request.url()));
  const field = form.getByLabel("Your email password");
  const hint = form.getByText("There is a space at the beginning or the end");
  await expect(field).toHaveAttribute("type", "password");
  for (const [typed, warned] of [["secret", false], [" secret", true], ["sec ret", false], ["secret ", true], ["", false]] as const) {
    await field.fill(typed);
    await expect(hint, typed).toBeVisible({ visible: warned });
  }
  await field.fill("not-the-password");
  await form.getByRole("button", { name: "Show password" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(field).toHaveValue("not-the-password");
  await form.getByRole("button", { name: "Hide password" }).click();
  await expect(field).toHaveAttribute("type", "password");
  // Nothing but the worker that will use it.
  expect(requests.filter((url) => !/\/pkg\/worker-/.test(url))).toEqual([]);
  await form.getByRole("button", { name: "Show password" }).click();
  await runTest(page, form, lab.accounts.normal.address, "not-the-password");
  // A browser may offer what was sent as a text to whoever types here next.
  await expect(field).toHaveAttribute("type", "password");
  expect(new URL(page.url()).search).toBe("");
});

async function start(page: Page, address: string) {
  await page.getByLabel("Your email address").last().fill(address);
  await page.getByRole("button", { name: "Test my connection" }).click();
}

/** Makes every test break off after its plan. */
async function breakOff(page: Page) {
  await page.route("**/api/test", async (route) => {
    const plan = (await (await route.fetch()).text()).split("\n")[0];
    await route.fulfill({ status: 200, body: `${plan}\n` });
  });
}

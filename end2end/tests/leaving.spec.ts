// Back and Forward while a test runs. All of it needs scripts.

import { expect, expectAwake, test } from "./fixtures";

const QUESTION = "Does the server for outgoing mail answer?";
const ROUNDS = 30;

test("a test that is left with Back shows and keeps nothing, and Forward lets another one start", async ({ page, lab }) => {
  test.setTimeout(180_000);
  const heading = page.getByRole("heading", { level: 1 });
  const stop = page.getByRole("button", { name: "Stop the test" });
  const button = page.locator("#node-test").getByRole("button", { name: "Test my connection" });
  const verdict = page.locator("#node-test .headline");
  await page.goto("/fix");
  await expectAwake(page);
  await page.locator(".choice").filter({ hasText: "I cannot send mail" }).click();
  await expect(heading).toHaveText(QUESTION);
  await page.getByLabel("Your email address").fill(lab.domain);
  for (let round = 0; round < ROUNDS; round += 1) {
    // Some are left before the server has answered, and others while its answer comes in.
    const silent = round % 2 === 0;
    if (silent) await page.route("**/api/test", () => {});
    await button.click();
    if (silent) await expect(stop).toBeVisible();
    else await expect(page.locator("#node-test .service").first()).toBeAttached();
    await page.goBack();
    await expect(heading).toHaveText("What goes wrong?");
    await expect(page.locator("#node-test")).toBeHidden();
    await expect(stop).toBeHidden();
    const left = await kept(page);
    await page.goForward();
    await expect(heading).toHaveText(QUESTION);
    await expect(page.locator("#known li")).toHaveCount(1);
    await expect(button).toBeVisible();
    await expect(stop).toBeHidden();
    // A test that was over before Back was pressed is shown; any other did not come to its end.
    if (silent) await expect(verdict).toHaveCount(0);
    else if ((await verdict.count()) > 0) await expect(verdict).toHaveText(/did not come to its end|The servers answer/);
    expect(await kept(page), `what is kept in round ${round}`).toBe(left);
    await page.unroute("**/api/test");
    await page.evaluate(() => (sessionStorage.removeItem("mailguide test"), localStorage.removeItem("mailguide test")));
  }
  await button.click();
  await expect(verdict).toHaveText("The servers answer", { timeout: 20_000 });
  await page.getByRole("link", { name: "Next question" }).click();
  await expect(heading).toHaveText("Does new mail arrive in the same program?");
  await expect(page.locator("#known li")).toHaveCount(2);
});

test("a page that is left while its test runs says so when it is there again", async ({ page, lab }) => {
  await page.goto("/test");
  await expectAwake(page);
  const form = page.locator("section.test");
  const button = form.getByRole("button", { name: "Test my connection" });
  for (let round = 0; round < 3; round += 1) {
    await form.getByLabel("Your email address").fill(lab.domain);
    await page.route("**/api/test", () => {});
    await button.click();
    await expect(page.getByRole("button", { name: "Stop the test" })).toBeVisible();
    await page.locator("header a").first().click();
    await expect(page).toHaveURL(/\/$/);
    await page.goBack();
    await expectAwake(page);
    await expect(button).toBeVisible();
    await expect(page.getByRole("button", { name: "Stop the test" })).toBeHidden();
    await page.unroute("**/api/test");
  }
  await form.getByLabel("Your email address").fill(lab.domain);
  await button.click();
  await expect(page.locator(".headline")).toHaveText("The servers answer", { timeout: 20_000 });
});

/** The last test, as the browser keeps it. */
async function kept(page: import("@playwright/test").Page) {
  return page.evaluate(() => JSON.stringify([sessionStorage.getItem("mailguide test"), localStorage.getItem("mailguide test")]));
}

// The guides to mail programs and the fix cards, with and without scripts.

import { readdirSync } from "node:fs";
import { choose, expect, expectAwake, openTestForm, runTest, test } from "./fixtures";

/** The height of the header of a page on a phone. */
const HEADER = 64;
const PROGRAMS = readdirSync(new URL("../../app/content/structure/programs", import.meta.url)).map((file) => file.replace(".toml", ""));
/** They begin with what has ended, and need no address. */
const RETIRED = ["windows-mail", "gmail-web"];

test("a program's steps hold the customer's own values", async ({ page, lab, javaScriptEnabled }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Mail programs" }).click();
  await page.getByRole("link", { name: /^Thunderbird The/ }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Thunderbird");
  const form = page.getByRole("table", { name: "Server Settings", exact: true });
  await expect(form.getByRole("row", { name: /Server Name/ })).toContainText("mail.lab.test");
  await expect(form.getByRole("row", { name: /Connection security/ })).toContainText("SSL/TLS");
  await expect(page.getByRole("listitem").filter({ hasText: "For outgoing mail, compare" })).toContainText("smtp.lab.test");
  if (javaScriptEnabled) {
    const { address } = lab.accounts.normal;
    await expectAwake(page);
    await page.getByRole("textbox", { name: "Your email address" }).fill(address);
    await expect(form.getByRole("row", { name: /User Name/ })).toContainText(address);
  } else {
    await expect(form.getByRole("row", { name: /User Name/ })).toContainText("your full email address");
  }
});

for (const [height, pages] of [
  [640, PROGRAMS.filter((slug) => !RETIRED.includes(slug)).map((slug) => `/programs/${slug}`)],
  [
    740,
    [
      ...RETIRED.map((slug) => `/programs/${slug}`),
      ...PROGRAMS.map((slug) => `/fix/card/type-password-again?program=${slug}`),
      "/fix/card/server-names?program=apple-mail-ios",
      "/fix/card/server-names",
    ],
  ],
] as const) {
  test(`the first step stands on the first screen of a phone of ${height} pixels`, async ({ page, javaScriptEnabled }) => {
    test.setTimeout(60_000);
    await page.setViewportSize({ width: 360, height });
    for (const path of pages) {
      await page.goto(path);
      if (javaScriptEnabled) await expectAwake(page);
      const main = await page.locator("main").boundingBox();
      const step = await page.locator(".step:visible").first().boundingBox();
      expect(HEADER + step!.y + step!.height - main!.y, path).toBeLessThanOrEqual(height);
    }
  });
}

test("values are copied where they are typed, and what is not known yet is no value", async ({ page, javaScriptEnabled }) => {
  // In a program without a short way, so that nothing is sent.
  await page.goto("/programs/samsung-email");
  const step = page.locator(".step:visible").filter({ hasText: "In the part for incoming mail" }).first();
  const [user, host] = [step.locator(".chip").first(), step.locator(".chip").nth(1)];
  await expect(host).toContainText("mail.lab.test");
  await expect(user.locator("em")).toHaveText("your full email address");
  await expect(user.getByRole("button")).toHaveCount(0);
  if (javaScriptEnabled) {
    await expectAwake(page);
    await expect(host.getByRole("button", { name: "Copy mail.lab.test" })).toBeVisible();
    await page.getByRole("textbox", { name: "Your email address" }).fill("jane@lab.test");
    await expect(user).toContainText("jane@lab.test");
    await expect(user.getByRole("button", { name: "Copy your user name" })).toBeVisible();
  } else {
    // Nothing can be copied; the search of the site is a form.
    await expect(page.locator("main").getByRole("button")).toHaveCount(0);
    await expect(page.getByRole("textbox", { name: "Your email address" })).toHaveCount(0);
  }
});

test("what a step says about POP is folded away", async ({ page }) => {
  await page.goto("/fix/card/server-names?program=thunderbird");
  const step = page.locator(".step:visible").filter({ hasText: "mail.lab.test" }).first();
  await expect(step).toContainText("If you use POP");
  await expect(step.getByText("type pop.lab.test", { exact: false })).toBeHidden();
  await step.getByText("If you use POP").click();
  await expect(step.locator(".chip", { hasText: "pop.lab.test" })).toBeVisible();
});

test("the parts of a guide are one tap away", async ({ page }) => {
  await page.goto("/programs/thunderbird");
  for (const [link, heading] of [
    ["Add", "Add your account"],
    ["Change", "Check or change an account that you have"],
    ["Fix", "Fix one thing"],
  ]) {
    await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: link, exact: true }).click();
    await expect(page.getByRole("heading", { name: heading, exact: true })).toBeInViewport();
  }
});

test("a program is found by its device", async ({ page }) => {
  await page.goto("/programs");
  await page.getByRole("navigation", { name: "Your device" }).getByRole("link", { name: "Mac", exact: true }).click();
  await expect(page).toHaveURL(/#mac$/);
  const other = page.locator("section").filter({ has: page.getByRole("heading", { name: "Other devices and services" }) });
  // Whoever has something else gets the values, with what they are called elsewhere.
  await other.getByRole("link", { name: /^Any other program or device/ }).click();
  await expect(page).toHaveURL(/\/programs\/any-program$/);
  for (const host of ["mail.lab.test", "smtp.lab.test"]) await expect(page.locator("main")).toContainText(host);
});

for (const [program, words] of [
  ["Outlook classic for Windows", "Outlook"],
  ["Mail on iPhone and iPad", "iPhone"],
] as const) {
  test(`a wrong password leads to the steps in the words of ${words}`, async ({ page, lab, javaScriptEnabled }) => {
    await runTest(page, await openTestForm(page, javaScriptEnabled), lab.accounts.normal.address, "not-the-password");
    await page.getByRole("link", { name: "Show me how" }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Type your password again");
    await page.getByText("In which mail program?").click();
    await choose(page.locator(".choice").filter({ hasText: program }).first());
    await expect(page.getByRole("heading", { name: /What to do in/ })).toContainText(program);
    expect(await page.getByRole("checkbox").count()).toBeGreaterThan(2);
  });
}

test("a right password is not asked about again", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
  await expect(page.locator(".finding")).toContainText("signed in with your password");
  await page.getByRole("link", { name: "Find the cause in your program", exact: false }).click();
  await page.getByRole("link", { name: "It asks for my password, or refuses it" }).click();
  await expect(page.locator("#known")).toContainText("Your account and your password work.");
  await choose(page.locator(".choice").filter({ hasText: "Mail on iPhone and iPad" }).first());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Type your password again");
});

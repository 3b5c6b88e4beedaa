// The way goes on after every test, with and without scripts.

import type { Page } from "@playwright/test";
import { choose, expect, expectAwake, openTestForm, runTest, test } from "./fixtures";

const NEXT = "Next question";

test("a failing test in the outbox of Outlook classic: the fix asks if it helped and leads on", async ({ page, lab }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Fix a problem" }).click();
  await answer(page, "A message stays in the outbox");
  await lab.stopPostfix();
  try {
    await testHere(page, lab.accounts.normal.address);
    await expect(page.locator(".headline")).toHaveText("The test found a problem");
    await page.getByRole("link", { name: "Show me how" }).first().click();
    await heading(page, "Wait until the service works again");
    await expect(page.locator("#known li")).toHaveCount(2);
    await page.getByRole("link", { name: "No, it still does not work" }).click();
    await heading(page, "In which mail program does the message wait?");
    await answer(page, "Outlook classic for Windows");
    await answer(page, "Everything that I send");
    await heading(page, "Clear the stuck message");
    await expect(page.getByRole("heading", { name: /What to do in Outlook classic/ }).first()).toBeVisible();
    await page.getByRole("link", { name: "No, it still does not work" }).click();
    await heading(page, "What does the program say when you send?");
    await expect(page.locator("#known li")).toHaveCount(4);
  } finally {
    await lab.startPostfix();
  }
});

test("after a fault the next question is one button away", async ({ page, lab }) => {
  await page.goto("/fix");
  await answer(page, "I cannot send mail");
  await lab.stopPostfix();
  try {
    await testHere(page, lab.accounts.normal.address);
    await page.getByRole("link", { name: NEXT }).click();
    await heading(page, "Does new mail arrive in the same program?");
    await expect(page.locator("#known li")).toHaveText([/I cannot send mail/, /No, the test found a problem/]);
  } finally {
    await lab.startPostfix();
  }
});

test.describe("a test that is refused", () => {
  test.use({ expectedProblems: [/422/] });
  test("leads on, too", async ({ page }) => {
    await page.goto("/fix");
    await answer(page, "It cannot connect");
    await testHere(page, "jane@elsewhere.example");
    await expect(page.locator(".headline")).toHaveText("The test was not run");
    await page.getByRole("link", { name: NEXT }).click();
    await heading(page, "Which mail program cannot connect?");
    await expect(page.locator("#known li")).toHaveCount(2);
  });
});

for (const [password, ways] of [
  ["right", ["Which mail program asks for your password?", "Type your password again"]],
  ["wrong", ["Which password do you type?", "Did you move, cancel or change your internet company?", "Set a new email password"]],
] as const) {
  test(`a ${password} password is tested where it is asked about`, async ({ page, lab, javaScriptEnabled }) => {
    const { address, password: right } = lab.accounts.normal;
    await page.goto("/fix");
    await answer(page, "It asks for my password again and again");
    await heading(page, "Is your password accepted when you type it by hand?");
    if (javaScriptEnabled) await expectAwake(page);
    await testHere(page, address, password === "right" ? right : "not-the-password");
    await page.getByRole("link", { name: NEXT }).click();
    await heading(page, ways[0]);
    if (password === "right") await expect(page.locator("#known")).toContainText("Your account and your password work.");
    await answer(page, password === "right" ? "Mail on iPhone and iPad" : "The one for my email");
    await heading(page, ways[1]);
    if (ways.length > 2) {
      // A mailbox that is no more refuses every password.
      await answer(page, "No");
      await heading(page, ways[2]);
    }
  });
}

test("what was answered is not asked again", async ({ page }) => {
  await page.goto("/fix");
  await answer(page, "It works in some places and not in others");
  await heading(page, "Does the rest of the internet work");
  await answer(page, "Yes");
  await heading(page, "Is a VPN");
  await answer(page, "No");
  // “Does mail work in another network?” is settled.
  await heading(page, "Is your usual network the one of a hotel");
  await expect(page.locator("#known")).toContainText("Your usual network is the cause.");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).not.toContainText("Is your usual network");
});

test("every card asks if it helped, and leads on for those who come from elsewhere", async ({ page }) => {
  await page.goto("/fix/card/mailbox-full");
  await expect(page.getByRole("heading", { name: "Did that help?" })).toBeVisible();
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "What goes wrong?");
});

test("the title keeps the name of the site", async ({ page }) => {
  await page.goto("/fix");
  const suffix = / – .+ mail help$/;
  await expect(page).toHaveTitle(suffix);
  await answer(page, "Folders or sent messages are missing");
  await answer(page, "Messages come twice");
  await heading(page, "Did it begin after you added the account again?");
  await expect(page).toHaveTitle(/^Did it begin after you added the account again\? – .+ mail help$/);
});

test("the results are there again after going away and back", async ({ page, lab, javaScriptEnabled }) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.accounts.normal.address, "not-the-password");
  await page.getByRole("link", { name: "Show me how" }).first().click();
  await heading(page, "Type your password again");
  await page.goBack();
  await expect(page.locator(".headline")).toHaveText("The test found a problem");
  await expect(page.locator(".finding").first()).toContainText("did not accept this password");
});

async function testHere(page: Page, address: string, password = "") {
  await page.getByRole("textbox", { name: "Your email address" }).fill(address);
  if (password) await page.getByLabel("Your email password").fill(password);
  await page.getByRole("button", { name: "Test my connection" }).click();
  await expect(page.locator(".headline:not([data-mark=working])")).toBeVisible({ timeout: 20_000 });
}

async function answer(page: Page, name: string) {
  await choose(page.locator(".choice").filter({ hasText: name }).first());
}

async function heading(page: Page, text: string) {
  await expect(page.getByRole("heading", { level: 1 })).toContainText(text);
}

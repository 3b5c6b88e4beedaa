// The troubleshooter and its tools, with and without scripts.

import { choose, expect, test } from "./fixtures";
import type { Page } from "@playwright/test";

test("questions lead to one fix in the words of the program, and on if it did not help", async ({
  page,
  lab,
  javaScriptEnabled,
}) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Fix a problem" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What goes wrong?");
  await answer(page, "I cannot send mail");
  await heading(page, "Does the server for outgoing mail answer?");
  await page.getByRole("textbox", { name: "Your email address" }).fill(lab.accounts.normal.address);
  await page.getByRole("button", { name: "Test my connection" }).click();
  if (!javaScriptEnabled) await heading(page, "What the test found");
  await next(page);
  await heading(page, "Does new mail arrive in the same program?");
  await expect(page.locator("#known")).toContainText("The mail servers answer");
  await answer(page, "Yes, only sending fails");
  await answer(page, "Thunderbird The free");
  await answer(page, "Something about the password");
  await answer(page, "No, it is turned off");
  await heading(page, "Turn on the sign-in for sending");
  await expect(page.getByRole("heading", { name: "What to do in Thunderbird" }).first()).toBeVisible();
  await expect(page.locator("#known li")).toHaveCount(6);
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Are server, port and security for outgoing mail the same");
  await expect(page.locator("#known li")).toHaveCount(6);
});

for (const [card, ...answers] of [
  ["Make room in your mailbox", "New mail does not arrive", "Yes, the test found no problem", "No, it is nowhere", "Yes, or nearly"],
  ["Type your password again", "It asks for my password again and again", "Yes, it was accepted", "Another program"],
  ["Correct the server names", "It cannot connect, or takes too long", "Yes, the test found no problem", "Another program", "No, one differs"],
  ["Wait until the service works again", "It cannot connect, or takes too long", "No, the test found a problem"],
  ["Correct the server names", "It warns about a certificate or an identity", "Yes, the test found no problem", "Another name"],
  ["Try without your VPN", "It works in some places and not in others", "Yes", "Yes"],
  ["Bring your mail back from the device that has it", "Messages have disappeared, or I deleted them", "Yes, they are gone", "Yes"],
  ["Clear the stuck message", "A message stays in the outbox", "Yes, the test found no problem", "Another program", "Everything that I send"],
  ["Find mail that is only hidden", "Messages have disappeared, or I deleted them", "No, I see them there"],
  ["Clean up messages that came twice", "Folders or sent messages are missing, or things are there twice", "Messages come twice", "Yes"],
  ["Move from POP to IMAP without losing mail", "Folders or sent messages are missing, or things are there twice", "Folders or older messages are missing", "POP"],
  ["See your sent mail on all devices", "Folders or sent messages are missing, or things are there twice", "Messages that I sent are missing", "POP"],
  ["Tidy up folders that are shown twice", "Folders or sent messages are missing, or things are there twice", "Folders are there twice"],
  ["Moved or canceled? Find out who has your mailbox", "I moved or canceled, got a fake email, or cannot set a new password", "I moved, canceled, or have another internet company"],
  ["Spot fake mail and fake support", "I moved or canceled, got a fake email, or cannot set a new password", "A strange email, or somebody who says they are support"],
  ["When Gmail, Yahoo or Outlook turns your mail away", "My mail comes back, or lands in spam", "At Gmail, Yahoo, Outlook or another big provider"],
  ["Make room in your mailbox", "It says that my mailbox is full"],
  ["Set a new email password", "I don't know", "I don't know, or the test did not run", "Yes", "No, it does not let me in", "The one for my email", "No"],
] as const) {
  test(`“${answers[0]}” ends in “${card}” (${answers.length} answers)`, async ({ page }) => {
    await page.goto("/fix");
    for (const [position, label] of answers.entries()) {
      await expect(page.locator("#known li")).toHaveCount(position);
      const byHand = page.getByText("Or answer by yourself");
      if (await byHand.isVisible()) await byHand.click();
      const question = page.getByRole("heading", { level: 1 });
      const asked = (await question.textContent()) ?? "";
      await page.getByRole("link", { name: label, exact: true }).first().click();
      await expect(question).not.toHaveText(asked);
    }
    await heading(page, card);
    await expect(page.locator("#known li")).toHaveCount(answers.length);
  });
}

test("back leads to the question before", async ({ page }) => {
  await page.goto("/fix");
  await answer(page, "Messages have disappeared");
  await heading(page, "Are the messages gone in the browser too?");
  await answer(page, "Yes, they are gone");
  await heading(page, "Does any of your devices fetch mail with POP?");
  await expect(page.locator("#known li")).toHaveCount(2);
  await page.goBack();
  await heading(page, "Are the messages gone in the browser too?");
  await expect(page.locator("#known li")).toHaveCount(1);
  await page.goBack();
  await heading(page, "What goes wrong?");
  await expect(page.locator("#known li")).toHaveCount(0);
});

test("a pasted error is explained", async ({ page, javaScriptEnabled }) => {
  await page.goto("/errors");
  const field = page.getByRole("textbox", { name: "Error message" });
  await field.fill("Task reported error (0x800ccc0e):\n 'Cannot connect'");
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Search" }).click();
  const first = page.locator(".entries .entry").first();
  await expect(first).toContainText("0x800CCC0E");
  await expect(first.getByRole("link").first()).toHaveAttribute("href", /^\/fix\/card\/.+program=outlook-classic/);
  // With a program that was chosen, no other program is spoken of.
  await page.getByLabel("Mail program, if you know it").selectOption("Thunderbird");
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Search" }).click();
  await expect(page.locator(".entries")).not.toContainText("Outlook classic");
  await page.getByRole("textbox", { name: "Error message" }).fill("nothing like it");
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("We do not know this message")).toBeVisible();
  await expect(page.locator(".entry")).toHaveCount(0);
});

test("settings are compared line by line", async ({ page }) => {
  await page.goto("/check");
  await page.getByLabel("Outgoing server", { exact: true }).fill("smtp.lab.test");
  await page.getByLabel("Outgoing port").fill("25");
  await page.getByLabel("Security of outgoing mail").selectOption("None, or turned off");
  await page.getByLabel("Sign-in for outgoing mail").selectOption("None, or turned off");
  await page.getByLabel("User name").selectOption("Only the part before the @");
  await page.getByLabel("Sign-in for incoming mail").selectOption("OAuth2, or a sign-in page");
  await page.getByRole("button", { name: "Compare" }).click();
  for (const [name, verdict] of [
    ["Outgoing server", /Right/],
    ["Outgoing port", /Change this.*Put instead: 587/s],
    ["Security of outgoing mail", /Change this.*STARTTLS/s],
    ["Sign-in for outgoing mail", /Change this.*Normal password/s],
    ["User name", /Change this.*My whole email address/s],
    ["Sign-in for incoming mail", /Change this.*Normal password/s],
    ["Incoming server", /Not filled in/],
  ] as const) {
    await expect(page.locator(".compared li").filter({ hasText: name }), name).toContainText(verdict);
  }
  // The values of the form are kept.
  await expect(page.getByLabel("Outgoing port")).toHaveValue("25");
});

test("the comparison keeps the program and the way to the next question", async ({ page }) => {
  await page.goto("/fix/send-port?trail=start.send~send-test.fine~send.yes~send-program.thunderbird");
  await page.getByRole("link", { name: "I don't know", exact: true }).click();
  await heading(page, "Check my settings");
  await expect(page.getByRole("heading", { name: "Where to find the values in Thunderbird" })).toBeVisible();
  await expect(page.getByLabel("Kind of account")).toHaveValue("unknown");
  await page.getByLabel("Incoming port").fill("995");
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page.getByText("looks like POP")).toBeVisible();
  await expect(page.locator(".compared li").filter({ hasText: "Incoming port" }).first()).toContainText("Right");
  await expect(page.locator("#known li")).toHaveCount(5);
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Do you send with the address of this account?");
});

async function next(page: Page) {
  await page.getByRole("link", { name: "Next question" }).click({ timeout: 20_000 });
}

async function answer(page: Page, name: string) {
  await choose(page.locator(".choice").filter({ hasText: name }).first());
}

async function heading(page: Page, text: string) {
  await expect(page.getByRole("heading", { level: 1 })).toContainText(text);
}

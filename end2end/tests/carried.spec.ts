// The answers and the program go with the customer to every page that the troubleshooter leads to, and there is
// always a way on: with and without scripts.

import type { Page } from "@playwright/test";
import { choose, expect, expectAwake, test } from "./fixtures";

test("a message is looked up, its fix does not help, and the next question follows", async ({ page, javaScriptEnabled }) => {
  await page.goto("/fix");
  await answer(page, "I see an error message");
  await heading(page, "What does this error message mean?");
  await expect(page.locator("#known li")).toHaveCount(1);
  if (javaScriptEnabled) await expectAwake(page);
  await page.getByRole("textbox", { name: "Error message" }).fill("0x800CCC0E");
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Search" }).click();
  await page.locator(".entries .entry").first().locator(".go-on a").first().click();
  await expect(page).toHaveURL(/\/fix\/card\/.+trail=start\.message/);
  await expect(page.locator("#known li")).toHaveCount(1);
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Do the mail servers answer?");
  await expect(page.locator("#known li")).toHaveCount(1);
});

test("a program is chosen on the way, and every page knows it", async ({ page, lab, javaScriptEnabled }) => {
  await page.goto("/fix/outbox-program");
  await answer(page, "Outlook classic for Windows");
  await answer(page, "Everything that I send");
  await heading(page, "Clear the stuck message");
  await page.getByRole("link", { name: "Test my connection again" }).click();
  await heading(page, "Test my connection");
  if (javaScriptEnabled) await expectAwake(page);
  await page.locator("section.test").getByLabel("Your email address").fill(lab.domain);
  await page.locator("section.test").getByRole("button", { name: "Test my connection" }).click();
  await expect(page.locator(".headline")).toHaveText("The servers answer", { timeout: 20_000 });
  await page.getByRole("link", { name: "Next question" }).click();
  await heading(page, "What does the program say when you send?");
  await expect(page.locator("#known li")).toHaveCount(2);
  await answer(page, "Something else");
  await heading(page, "What does this error message mean?");
  await expect(page).toHaveURL(/program=outlook-classic/);
  await expect(page.getByLabel("Mail program, if you know it")).toHaveValue("outlook-classic");
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Does your program sign in for sending");
  await answer(page, "No, it is turned off");
  await expect(page.getByRole("heading", { name: /What to do in Outlook classic/ }).first()).toBeVisible();
  await expect(page.locator("#known li")).toHaveCount(4);
  await page.getByRole("link", { name: "Make a report" }).click();
  const report = javaScriptEnabled ? page.getByLabel("Report", { exact: true }) : page.locator("pre.report");
  if (javaScriptEnabled) await expect(report).toHaveValue(/Outlook classic/);
  else await expect(report).toContainText("Outlook classic");
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Are server, port and security for outgoing mail the same");
});

test("the tools for the own network and the choice of a program lead back to the questions", async ({ page }) => {
  await page.goto("/fix/network-computer");
  await answer(page, "Yes, show me the commands");
  await heading(page, "Test your own network");
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Remove the account and add it again");
  await page.goto("/fix");
  await answer(page, "I have a new phone or computer");
  await page.locator("#android").getByRole("link", { name: /Gmail/ }).click();
  await heading(page, "Gmail app on Android");
  await page.getByRole("link", { name: "No, it still does not work" }).click();
  await heading(page, "Do the mail servers answer?");
});

async function answer(page: Page, name: string) {
  await choose(page.locator(".choice").filter({ hasText: name }).first());
}

async function heading(page: Page, text: string) {
  await expect(page.getByRole("heading", { level: 1 })).toContainText(text);
}

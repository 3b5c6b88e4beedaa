// The guides to mail programs and the fix cards, with and without scripts.

import { expect, expectAwake, openTestForm, runTest, test } from "./fixtures";

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

for (const [program, words] of [
  ["Outlook classic for Windows", "Outlook"],
  ["Mail on iPhone and iPad", "iPhone"],
] as const) {
  test(`a wrong password leads to the steps in the words of ${words}`, async ({ page, lab, javaScriptEnabled }) => {
    await runTest(page, await openTestForm(page, javaScriptEnabled), lab.accounts.normal.address, "not-the-password");
    await page.getByRole("link", { name: "Show me how" }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Type your password again");
    await page.getByRole("link", { name: program }).click();
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
  await page.getByRole("link", { name: "Mail on iPhone and iPad" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Type your password again");
});

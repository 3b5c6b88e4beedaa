// What to tell the people who help.

import { expect, expectAwake, openTestForm, runTest, test } from "./fixtures";

test("what was found has a code to read out, and support is named", async ({ page, lab, javaScriptEnabled }) => {
  const scripts = javaScriptEnabled !== false;
  const form = await openTestForm(page, scripts);
  await runTest(page, form, lab.accounts.normal.address, "not-the-password");
  if (scripts) {
    await page.goto("/report");
    await expectAwake(page);
  }
  const code = page.locator("#report-code");
  await expect(page.getByText("Read out this code on the phone:")).toBeVisible();
  await expect(code).toHaveText(/^(IMAP )?[a-z]+(-[a-z]+)+(, .*)?$/);
  await expect(code).toHaveAttribute("href", /^\/errors\?q=[\w%+,-]+$/);
  await expect(page.getByRole("heading", { name: /^Ask .* for help$/ })).toBeVisible();
});

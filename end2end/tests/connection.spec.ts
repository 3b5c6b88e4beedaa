// The connection test, with and without scripts, on real mail servers.

import type { Page } from "@playwright/test";
import { expect, openTestForm, runTest, test } from "./fixtures";

const findings = (page: Page) => page.locator(".finding h3");
const service = (page: Page, address: string) => page.locator(".service").filter({ hasText: address });

test("the right password: everything works", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
  // With scripts the results are on the page itself, without them on a page of their own.
  const heading = javaScriptEnabled ? "Get your mail working again" : "What the test found";
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await expect(findings(page)).toHaveText([/Everything works/]);
  await expect(page.locator(".service")).toHaveCount(4);
  for (const row of await page.locator(".service").all()) {
    await expect(row).toHaveAttribute("data-mark", "good");
    await expect(row).toContainText("your password was accepted");
  }
  expect(await page.content()).not.toContain(password);
});

test("a wrong password: it is refused, and the other services are not tried", async ({ page, lab, javaScriptEnabled }) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.accounts.normal.address, "not-the-password");
  await expect(findings(page).first()).toContainText("did not accept this password");
  await expect(page.locator(".finding").first()).toContainText("What to do now");
  await expect(page.locator(".service", { hasText: "Password not sent again" })).toHaveCount(3);
  expect(await page.content()).not.toContain("not-the-password");
});

test("outgoing mail stopped: it cannot be reached, and incoming mail works", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  await lab.stopPostfix();
  try {
    await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
  } finally {
    await lab.startPostfix();
  }
  await expect(findings(page)).toHaveText([/cannot reach the server for outgoing mail/]);
  await expect(service(page, "port 993")).toHaveAttribute("data-mark", "good");
  await expect(service(page, "port 995")).toHaveAttribute("data-mark", "good");
  await expect(service(page, "port 587")).toHaveAttribute("data-mark", "bad");
});

test("without a password everything but sign-in is tested", async ({ page, lab, javaScriptEnabled }) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.domain);
  await expect(findings(page)).toHaveText([/Everything works/]);
  await expect(page.locator(".finding")).toContainText("did not test your password");
});

test("only the chosen services are tested", async ({ page, lab, javaScriptEnabled }) => {
  const form = await openTestForm(page, javaScriptEnabled);
  await form.getByText("Choose what to test").click();
  for (const box of await form.getByRole("checkbox").all()) await box.uncheck();
  await form.getByRole("checkbox", { name: /port 993/ }).check();
  await runTest(page, form, lab.domain);
  await expect(page.locator(".service")).toHaveCount(1);
});

test("the facts are there for those who want them", async ({ page, lab, javaScriptEnabled }) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.domain);
  const imap = service(page, "port 993");
  await expect(imap.getByText("TLS 1.3")).toBeHidden();
  await imap.getByText("Technical details").click();
  await expect(imap.getByText("TLS 1.3")).toBeVisible();
  await expect(imap.getByText("Lab Mail is ready.")).toBeVisible();
});

test.describe("refusals", () => {
  test.use({ expectedProblems: [/422/] });
  test("an address of another provider is explained", async ({ page, javaScriptEnabled }) => {
    await runTest(page, await openTestForm(page, javaScriptEnabled), "jane@elsewhere.example");
    await expect(findings(page)).toHaveText([/do not have settings for this kind of address/]);
  });
});

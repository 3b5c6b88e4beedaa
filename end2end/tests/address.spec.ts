// The address that was typed: understood, corrected everywhere, and never taken for one of ours when it is not.

import { expect, expectAwake, test } from "./fixtures";

/** Types an address on the home page and leaves the field; without scripts the form is sent. */
async function type(page: import("@playwright/test").Page, address: string, scripts: boolean) {
  await page.goto("/");
  if (scripts) await expectAwake(page);
  const field = page.getByLabel("Your email address").first();
  await field.fill(address);
  if (scripts) await field.press("Tab");
  else await page.getByRole("button", { name: "Show my settings" }).click();
}

test("what comes along with an address is left out", async ({ page, javaScriptEnabled }) => {
  const scripts = javaScriptEnabled !== false;
  for (const text of ["Jane <jane@lab.test>", "mailto:jane@lab.test?subject=x", " jane@lab.test. ", "jane＠lab.test"]) {
    await type(page, text, scripts);
    if (!scripts) {
      await expect(page).toHaveURL(/\/settings\/lab\.test$/);
      continue;
    }
    await expect(page.getByLabel("Your email address").last()).toHaveValue("jane@lab.test");
    await expect(page.locator(".service-card .value", { hasText: "jane" }).first()).toHaveText("jane@lab.test", { useInnerText: true });
    await page.goto("/programs/thunderbird");
    await expectAwake(page);
    await expect(page.locator(".filled", { hasText: "jane" }).first()).toHaveText("jane@lab.test", { useInnerText: true });
  }
});

test.describe("addresses that are not ours", () => {
  test.use({ expectedProblems: [/404|422/] });

  test("a suggestion corrects the address everywhere", async ({ page, javaScriptEnabled }) => {
    const scripts = javaScriptEnabled !== false;
    await type(page, "Jane@lab.tset", scripts);
    await page.getByRole("link", { name: "Jane@lab.test" }).click();
    if (!scripts) {
      await expect(page).toHaveURL(/\/settings\/lab\.test$/);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("@lab.test");
      return;
    }
    for (const field of await page.getByLabel("Your email address").all()) {
      await expect(field).toHaveValue("Jane@lab.test");
    }
    await expect(page.getByText("Did you mean")).toBeHidden();
    await expect(page.locator(".service-card .value", { hasText: "Jane" }).first()).toHaveText("Jane@lab.test", { useInnerText: true });
    await page.goto("/test");
    await expectAwake(page);
    await expect(page.getByLabel("Your email address")).toHaveValue("Jane@lab.test");
  });

  test("a suggestion on a page of its own is kept for the next pages", async ({ page, javaScriptEnabled }) => {
    await type(page, "jane@lab.tset", javaScriptEnabled !== false);
    if (javaScriptEnabled !== false) await page.getByRole("button", { name: "Show my settings" }).click();
    // What was perhaps meant comes first: nobody is told that there is nothing for a slip of the finger.
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your address");
    await expect(page.locator("#address")).toHaveValue("jane@lab.tset");
    if (javaScriptEnabled !== false) await expectAwake(page);
    const [meant, field] = await Promise.all([page.getByText("Did you mean").boundingBox(), page.locator("#address").boundingBox()]);
    expect(meant!.y).toBeLessThan(field!.y);
    await page.getByRole("link", { name: "jane@lab.test" }).click();
    await expect(page).toHaveURL(/\/settings\/lab\.test$/);
    if (javaScriptEnabled !== false) await expect(page.locator("#address")).toHaveValue("jane@lab.test");
  });

  test("a Gmail address gets no user name and no settings, and is sent to Gmail", async ({ page, javaScriptEnabled }) => {
    await type(page, "jane@gmail.com", javaScriptEnabled !== false);
    await expect(page.getByText("This is a Gmail address")).toBeVisible();
    await expect(page.getByRole("link", { name: "Gmail" })).toHaveAttribute("href", /^https:\/\/support\.google\.com\//);
    await expect(page.locator(".service-card:visible")).toHaveCount(0);
    if (javaScriptEnabled === false) return;
    await page.goto("/programs/thunderbird");
    await expectAwake(page);
    await expect(page.getByText("This is a Gmail address")).toBeVisible();
    await expect(page.locator(".filled", { hasText: "gmail.com" })).toHaveCount(0);
  });

  test("without an @ the page says what is missing", async ({ page, javaScriptEnabled }) => {
    await type(page, "jane", javaScriptEnabled !== false);
    await expect(page.getByText("The part after the @ is missing")).toBeVisible();
    await expect(page.locator("#address")).toHaveValue("jane");
    if (javaScriptEnabled === false) return;
    // What was no address is forgotten: no page begins with an error.
    await page.goto("/");
    await expectAwake(page);
    await expect(page.locator("#address")).toHaveValue("");
    await expect(page.locator("[data-advice]:visible")).toHaveCount(0);
  });
});

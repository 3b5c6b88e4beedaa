// Finding and copying the settings.

import { expect, test } from "./fixtures";

test("the settings are there at once, the recommended ones first", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  const cards = page.locator(".service-card");
  await expect(cards.nth(0)).toContainText("mail.lab.test");
  await expect(cards.nth(0)).toContainText("Recommended");
  await expect(cards.nth(1)).toContainText("smtp.lab.test");
});

test("the address leads to the settings", async ({ page, javaScriptEnabled }) => {
  await page.goto("/");
  await page.getByLabel("Your email address").first().fill("jane@lab.test");
  if (javaScriptEnabled === false) {
    await page.getByRole("button", { name: "Show my settings" }).click();
    await expect(page).toHaveURL(/\/settings\/lab\.test$/);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("@lab.test");
  } else {
    await expect(page.locator(".service-card .value", { hasText: "jane@lab.test" }).first()).toBeVisible();
    // Every place on the page shows the same address.
    await expect(page.getByLabel("Your email address").last()).toHaveValue("jane@lab.test");
  }
});

test("the first values stand on the first screen of a phone", async ({ page, javaScriptEnabled }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/settings/lab.test");
  const rows = page.locator(".service-card").first().locator(".row");
  for (const [place, value] of ["mail.lab.test", "993"].entries()) {
    await expect(rows.nth(place)).toContainText(value);
    if (javaScriptEnabled !== false) await expect(rows.nth(place).getByRole("button", { name: "Copy" })).toBeVisible();
    const { y, height } = (await rows.nth(place).boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(740);
  }
});

test("where the values of a service come from is said once, with the day", async ({ page }) => {
  await page.goto("/settings/lab.test");
  const card = page.locator(".service-card").first();
  const source = card.getByRole("link");
  await expect(source).toBeHidden();
  await card.getByText("Where these values come from").click();
  await expect(source).toBeVisible();
  await expect(card.locator(".sources")).toContainText(/read on \d+ \w+ \d{4}/);
});

test.describe("unknown addresses", () => {
  test.use({ expectedProblems: [/404/] });
  test("a page about an unknown domain shows the known ones", async ({ page }) => {
    await page.goto("/settings/elsewhere.example");
    await page.getByRole("link", { name: "@lab.test" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("@lab.test");
  });
});

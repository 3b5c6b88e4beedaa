// What customers and programs see while the site watches real mail servers: Postfix stops and starts again.

import AxeBuilder from "@axe-core/playwright";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, expectAwake } from "./fixtures";
import { mistakes } from "./html";
import { SEEN, test } from "./watching";

test("a server that stops and starts again is seen everywhere", async ({ page, context, request, lab, javaScriptEnabled }) => {
  test.setTimeout(300_000);
  await page.goto("/status");
  if (javaScriptEnabled) await expectAwake(page);
  await becomes(page, "All mail servers work", javaScriptEnabled);

  const settings = await context.newPage();
  await settings.goto(`/settings/${lab.domain}`);
  if (javaScriptEnabled) await expectAwake(settings);
  await expect(settings.locator(".service-state").first()).toContainText(/Works.*checked/);

  await lab.stopPostfix();
  try {
    await page.bringToFront();
    await becomes(page, "There is trouble with", javaScriptEnabled);
    await expect(page.locator("#incidents-list")).toContainText("Goes on");
    await settings.bringToFront();
    if (!javaScriptEnabled) await settings.reload();
    await expect(settings.locator(".service-state[data-mark=bad]").first()).toContainText("Trouble since");
    await expect(settings.locator(".service-state[data-mark=bad]").first()).toContainText("not send through this server");
    await told(request, "down");
    // Both services of the host that stopped, which are checked one after the other.
    await expect.poll(async () => (await services(request)).filter(({ state }) => state === "down").length, { timeout: SEEN }).toBe(2);

    for (const path of ["/", "/status", "/test", "/fix", `/settings/${lab.domain}`]) {
      expect(await mistakes(path, await (await request.get(path)).text())).toEqual([]);
    }
    await settings.goto("/fix");
    await expect(settings.locator("#outage")).toContainText("you can stop here");
    await settings.goto("/test");
    if (javaScriptEnabled) await expectAwake(settings);
    const form = settings.locator("section.test");
    await form.getByLabel("Your email address").fill(lab.domain);
    await form.getByRole("button", { name: "Test my connection" }).click();
    await expect(settings.locator(".findings, .results").first()).toContainText("Our own checks have seen this, too, for", { timeout: 30_000 });
  } finally {
    await lab.startPostfix();
  }
  await page.bringToFront();
  await becomes(page, "All mail servers work", javaScriptEnabled);
  await expect(page.locator("#incidents-list")).toContainText("Over");
  await expect(page.locator("#incidents-list")).toContainText(/for (less than a minute|\d+ minutes?)/);
  await told(request, "ok");
  await settings.goto("/fix");
  await expect(settings.locator("#outage")).not.toContainText("Trouble");
  if (javaScriptEnabled) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
  }
});

/** Waits until the page says so: with scripts by itself, without them when it is asked again. */
async function becomes(page: Page, text: string, javaScriptEnabled: boolean) {
  const overall = page.locator("#overall .sign");
  if (javaScriptEnabled) {
    await expect(overall).toContainText(text, { timeout: SEEN });
    return;
  }
  await expect(async () => {
    await page.getByRole("link", { name: "Show the newest state" }).click();
    await expect(overall).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: SEEN, intervals: [1000] });
}

async function services(request: APIRequestContext): Promise<{ state: string }[]> {
  return (await (await request.get("/status.json")).json()).services;
}

/** What programs are told. */
async function told(request: APIRequestContext, state: "ok" | "down") {
  expect((await services(request)).some((service) => service.state === "down")).toBe(state === "down");
  const badge = await (await request.get("/status/badge.svg")).text();
  if (state === "down") expect(badge).toContain(">trouble</text>");
  else expect(badge).not.toContain(">trouble</text>");
  const feed = await (await request.get("/status.atom")).text();
  expect(feed).toContain(state === "down" ? "<title>Trouble: " : "<title>Over: ");
}

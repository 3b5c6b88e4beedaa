// A site with a hundred records: no page has the settings of all, and everybody finds their own all the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../mailguide.mjs";
import { expect, expectAwake, test as base } from "./fixtures";

const RECORDS = 100;

/** A record of its own domain, whose servers nobody asks. */
const record = (number: number) => `
id = "provider-${number}"
name = "Provider ${number}"
[[source]]
id = "help"
title = "Help"
url = "https://provider-${number}.example/"
read = "2026-11-23"
[[group]]
id = "all"
name = "Addresses of provider ${number}"
domains = ["provider-${number}.example"]
user_name = { form = "full-address", source = "help" }
sign_in = { method = "password", source = "help" }
${[["imap", "imap", 993], ["pop", "pop3", 995], ["smtp", "smtp", 465]].map(([id, protocol, port]) => `
[[group.service]]
id = "${id}"
protocol = "${protocol}"
host = "${id}.provider-${number}.example"
port = ${port}
security = "tls"
role = "recommended"
source = "help"
connect_to = "127.0.0.1:9"
`).join("")}`;

const test = base.extend<{}, {}>({
  server: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "mailguide-many-"));
      const files = Array.from({ length: RECORDS }, (_, number) => {
        const file = join(folder, `${number}.toml`);
        writeFileSync(file, record(number));
        return file;
      });
      const server = await serve(["--allow-private", ...files.flatMap((file) => ["--config", file])]);
      try {
        await use(server);
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true });
      }
    },
    { scope: "worker", timeout: 30_000 },
  ],
});

test("who types an address at home finds its values there and in every guide", async ({ page, site, javaScriptEnabled }) => {
  const scripts = javaScriptEnabled !== false;
  await page.goto("/");
  if (scripts) await expectAwake(page);
  await expect(page.getByText("to see your settings here")).toBeVisible();
  await page.getByLabel("Your email address").first().fill("jane@provider-42.example");
  if (scripts) {
    await page.getByLabel("Your email address").first().press("Tab");
    await expect(page).toHaveURL(`${site}/?domain=provider-42.example#settings`);
    await expectAwake(page);
    await expect(page.getByLabel("Your email address").first()).toHaveValue("jane@provider-42.example");
  } else {
    await page.getByRole("button", { name: "Show my settings" }).click();
    await expect(page).toHaveURL(`${site}/settings/provider-42.example`);
  }
  const values = page.locator(".service-card .value");
  await expect(values.filter({ hasText: "imap.provider-42.example" }).first()).toBeVisible();
  await expect(page.getByText("imap.provider-41.example")).toHaveCount(0);
  // The links lead on with the domain, and with nothing else of the address.
  await page.getByRole("link", { name: "Mail programs" }).first().click();
  await page.getByRole("main").locator('a[href^="/programs/thunderbird?"]').first().click();
  await expect(page).toHaveURL(`${site}/programs/thunderbird?domain=provider-42.example`);
  await expect(page.getByText("imap.provider-42.example").first()).toBeVisible();
  if (scripts) {
    await expectAwake(page);
    await expect(page.locator(".filled", { hasText: "jane" }).first()).toHaveText("jane@provider-42.example", { useInnerText: true });
    // Back leads to where the customer was, and not into a page that asks again.
    await page.goBack();
    await page.goBack();
    await expect(page).toHaveURL(`${site}/?domain=provider-42.example#settings`);
  }
});

test("a guide asks for the address, and shows its steps for it", async ({ page, site, javaScriptEnabled }) => {
  const scripts = javaScriptEnabled !== false;
  await page.goto("/programs/thunderbird?program=thunderbird#add");
  if (scripts) await expectAwake(page);
  await expect(page.getByRole("heading", { name: "Add your account" })).toHaveCount(0);
  const field = page.getByLabel("Your email address");
  await field.fill("jane@provider-7.example");
  if (scripts) await field.press("Tab");
  else await page.getByRole("button", { name: "Go on" }).click();
  await expect(page).toHaveURL(/\/programs\/thunderbird\?program=thunderbird&domain=provider-7\.example(#add)?$/);
  await expect(page.getByText("imap.provider-7.example").first()).toBeVisible();
  await expect(page.getByText("Go on", { exact: true })).toHaveCount(0);
  if (!scripts) return;
  // Another address has another page, and what is no address has none.
  await expectAwake(page);
  await page.getByLabel("Your email address").fill("jane@");
  await page.getByLabel("Your email address").press("Tab");
  await expect(page.getByText("imap.provider-7.example").first()).toBeVisible();
  await page.getByLabel("Your email address").fill("provider-8.example");
  await page.getByLabel("Your email address").press("Tab");
  await expect(page).toHaveURL(/domain=provider-8\.example/);
  await expect(page.getByText("imap.provider-8.example").first()).toBeVisible();
  // A page that is opened without a domain is shown for the one that this tab knows.
  await page.goto("/network");
  await expect(page).toHaveURL(`${site}/network?domain=provider-8.example`);
});

test("the form of the test is for the address that is typed into it", async ({ page, site, javaScriptEnabled }) => {
  if (javaScriptEnabled !== false) {
    await page.goto("/?domain=provider-7.example");
    await expectAwake(page);
    const form = page.locator("section.test");
    await form.getByLabel("Your email address").fill("jane@provider-9.example");
    await form.getByRole("button", { name: "Test my connection" }).focus();
    // Nothing is loaded, because what was typed into the form would be lost; but nobody sees settings of others.
    await expect(page.getByText("imap.provider-7.example").first()).toBeHidden();
    await expect(page).toHaveURL(`${site}/?domain=provider-7.example`);
    return;
  }
  await page.goto("/test?domain=provider-7.example");
  await page.getByLabel("Your email address").fill("jane@provider-9.example");
  await page.getByRole("button", { name: "Test my connection" }).click();
  await expect(page.getByText("imap.provider-9.example").first()).toBeVisible();
  const links = page.getByRole("main").locator('a[href^="/fix"]');
  const targets = await links.evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  expect(targets.filter((target) => !target.includes("domain=provider-9.example"))).toEqual([]);
});

test("a domain that nobody knows is like none", async ({ page }) => {
  for (const path of ["/", "/programs/thunderbird", "/network"]) {
    await page.goto(`${path}?domain=unknown.example`);
    await expect(page.locator("p.hint", { hasText: "Type your email address" })).toBeVisible();
  }
});

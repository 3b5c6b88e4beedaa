// How the mail servers stand where there are many of them: a row for each, and a page for each provider.

import AxeBuilder from "@axe-core/playwright";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../mailguide.mjs";
import { expect, expectAwake } from "./fixtures";
import { mistakes } from "./html";
import { SEEN, test as base } from "./watching";

const RECORDS = 10;

const service = (id: string, protocol: string, port: number) => `
[[group.service]]
id = "${id}"
protocol = "${protocol}"
host = "${id}.provider.example"
port = ${port}
security = "tls"
role = "recommended"
source = "help"
connect_to = "127.0.0.1:9"
`;

/** A record whose servers refuse every connection. */
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
${service("imap", "imap", 993)}${service("pop", "pop3", 995)}${service("smtp", "smtp", 465)}`;

const test = base.extend<object, object>({
  server: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "mailguide-status-"));
      const files = Array.from({ length: RECORDS }, (_, number) => {
        const file = join(folder, `${number}.toml`);
        writeFileSync(file, record(number));
        return file;
      });
      const records = files.flatMap((file) => ["--config", file]);
      const server = await serve(["--allow-private", "--monitor-every", "10s", ...records]);
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

test("every server has a row that follows, and leads to all that is known of it", async ({ page, request, javaScriptEnabled }) => {
  test.setTimeout(200_000);
  const awake = async () => void (javaScriptEnabled && (await expectAwake(page)));
  await page.goto("/status");
  await awake();
  const rows = page.locator("[id^=rows-] > li");
  await expect(rows).toHaveCount(3 * RECORDS);
  await expect(async () => {
    if (!javaScriptEnabled) await page.getByRole("link", { name: "Show the newest state" }).click();
    await expect(page.locator("#overall .sign")).toContainText("There is trouble with 30 of 30 mail servers", { timeout: 500 });
    await expect(page.locator("[id^=rows-] > li[data-mark=bad]:has(svg)")).toHaveCount(3 * RECORDS, { timeout: 500 });
  }).toPass({ timeout: SEEN, intervals: [1000] });
  await expect(page.locator(".troubled > li")).toHaveCount(11);
  await expect(page.locator(".troubled > li").last()).toHaveText("20 more");

  await rows.filter({ has: page.locator("[href$='#provider-7.smtp']") }).getByRole("link").click();
  await expect(page).toHaveURL(/\/status\/of\/provider-7#provider-7\.smtp$/);
  await awake();
  await expect(page.locator("[id='provider-7.smtp']")).toBeInViewport();
  await expect(page.locator("[id='provider-7.smtp'] .service-state")).toContainText("Trouble since");
  await expect(page.locator("[id='provider-7.smtp'] .bars")).toBeVisible();
  await expect(page.locator("#overall")).toContainText("There is trouble with 3 of 3 mail servers");
  await page.getByRole("link", { name: "Show the newest state" }).click();
  await expect(page).toHaveURL(/\/status\/of\/provider-7$/);
  await page.getByRole("link", { name: "All mail servers", exact: true }).click();
  await expect(page).toHaveURL(/\/status$/);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How the mail servers of Provider 7 stand");

  for (const path of ["/status", "/status/of/provider-7"]) {
    expect(await mistakes(path, await (await request.get(path)).text())).toEqual([]);
    await page.goto(path);
    await awake();
    if (javaScriptEnabled) expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
});

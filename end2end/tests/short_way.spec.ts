// The ways to set a program up without typing, with and without scripts.

import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, expectAwake, test } from "./fixtures";

/** Reads the file as Apple's own format, with a reader that is not ours. */
function profile(file: Buffer): any {
  const read = "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
  return JSON.parse(execFileSync("python3", ["-c", read], { input: file }).toString());
}

/** Reads the QR codes of a picture, as a camera does. */
function scanned(picture: Buffer): string {
  return execFileSync("zbarimg", ["--quiet", "--raw", "-"], { input: picture }).toString().trim();
}

async function typeAddress(page: Page, javaScriptEnabled: boolean | undefined, address: string) {
  if (javaScriptEnabled !== false) await expectAwake(page);
  await page.getByLabel("Your email address").first().fill(address);
}

test.describe("on an iPhone", () => {
  test.use({ userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", viewport: { width: 390, height: 844 } });

  test("three taps lead from the first page to the profile and to what comes after it", async ({ page, lab, javaScriptEnabled }) => {
    const { address } = lab.accounts.normal;
    const urls: string[] = [];
    page.on("request", (request) => urls.push(request.url()));
    await page.goto("/");
    await page.getByRole("link", { name: /I have a new phone or computer/ }).click();
    await page.getByRole("link", { name: /^Mail on iPhone and iPad/ }).first().click();
    await typeAddress(page, javaScriptEnabled, address);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Get the profile", exact: true }).click();
    const file = await readFile(await (await download).path());
    // The page with the taps that follow is still there.
    await expect(page.getByRole("listitem").filter({ hasText: "Profile Downloaded" })).toBeVisible();
    await expect(page.getByText("“Not Signed” or “Not Verified”").first()).toBeVisible();
    await expect(page.getByText("Your password is not in the file").first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Test my connection" }).last()).toBeVisible();
    const read = profile(file);
    const [account] = read.PayloadContent;
    expect(read.PayloadType).toBe("Configuration");
    expect(account).toMatchObject({
      PayloadType: "com.apple.mail.managed",
      EmailAccountType: "EmailTypeIMAP",
      EmailAddress: address,
      IncomingMailServerHostName: "mail.lab.test",
      IncomingMailServerUsername: address,
      IncomingMailServerUseSSL: true,
      OutgoingMailServerHostName: "smtp.lab.test",
      OutgoingMailServerUsername: address,
    });
    expect(Object.keys(account).filter((key) => /Password$/.test(key) && !/SameAs/.test(key))).toEqual([]);
    // The address is in no URL, so that it is in no log and in no history.
    expect(urls.filter((url) => url.includes(address) || url.includes(encodeURIComponent(address)))).toEqual([]);
    // What is typed by hand is there for those who want it.
    const byHand = page.getByText("Or type the settings yourself");
    await expect(page.getByText("INCOMING MAIL SERVER (IMAP)")).toBeHidden();
    await byHand.first().click();
    await expect(page.getByText("INCOMING MAIL SERVER (IMAP)").first()).toBeVisible();
  });

  test("POP is there for those who ask for it", async ({ page, lab, javaScriptEnabled }) => {
    await page.goto("/programs/apple-mail-ios");
    await typeAddress(page, javaScriptEnabled, lab.accounts.normal.address);
    const step = page.locator(".short-way:visible .step").first();
    await expect(step.getByRole("button", { name: "Get the profile for POP" })).toBeHidden();
    await step.getByText("If you use POP").click();
    const download = page.waitForEvent("download");
    await step.getByRole("button", { name: "Get the profile for POP" }).click();
    const file = await readFile(await (await download).path());
    expect(profile(file).PayloadContent[0].EmailAccountType).toBe("EmailTypePOP");
  });

  test("the settings lead to the profile, and no code is shown that only this phone could scan", async ({ page }) => {
    await page.goto("/settings/lab.test");
    await expect(page.locator(".go-on-phone")).toBeHidden();
    await page.locator(".short-ways").getByRole("link", { name: /^Mail on iPhone and iPad/ }).click();
    await expect(page.getByRole("button", { name: "Get the profile", exact: true })).toBeVisible();
    await expect(page.locator(".go-on-phone").first()).toBeHidden();
  });
});

test.describe("what is no address of ours", () => {
  test.use({ expectedProblems: [/404|422/] });
  for (const typed of ["jane@elsewhere.example", "nonsense"]) {
    test(`${typed} gets no file and no code, but what to do`, async ({ page, javaScriptEnabled }) => {
      for (const [path, button] of [
        ["/programs/apple-mail-mac", "Get the profile"],
        ["/programs/thunderbird-android", "Show the code"],
      ] as const) {
        await page.goto(path);
        await typeAddress(page, javaScriptEnabled, typed);
        await page.getByLabel("Your email address").first().press("Tab");
        if (javaScriptEnabled !== false) {
          // It is said at once, before anything is sent.
          await expect(page.locator("[data-advice]:visible")).toHaveText(/no settings for this address|part after the @ is missing/);
          continue;
        }
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect(page.getByRole("heading", { level: 1 })).toContainText(/no settings for this kind|cannot read this address/);
        await expect(page.getByRole("textbox", { name: /email address/ }).first()).toHaveValue(typed);
      }
    });
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} screens of computers`, () => {
    test.use({ colorScheme, viewport: { width: 1280, height: 1100 } });

    test("a phone scans the way to the page", async ({ page, site }) => {
      for (const path of ["/settings/lab.test", "/programs/apple-mail-ios"]) {
        await page.goto(path);
        const code = page.locator(".go-on-phone:visible").first();
        await expect(code.getByRole("img", { name: "Code that opens this page on a phone" })).toBeVisible();
        await expect.poll(() => code.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
        expect(scanned(await page.screenshot()), path).toBe(`${site}${path}`);
      }
    });

    test("Thunderbird on Android scans the account", async ({ page, lab, javaScriptEnabled }) => {
      const { address } = lab.accounts.normal;
      await page.goto("/programs/thunderbird-android");
      await typeAddress(page, javaScriptEnabled, address);
      await page.getByRole("button", { name: "Show the code" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scan this code with Thunderbird");
      expect(page.url()).not.toContain(address);
      await expect(page.getByText("Do not use the camera app")).toBeVisible();
      await expect(page.getByRole("img", { name: "Code with your mail settings for Thunderbird on Android" })).toBeVisible();
      const [version, , incoming, outgoing] = JSON.parse(scanned(await page.screenshot({ fullPage: true })));
      expect([version, incoming, outgoing[0][0]]).toEqual([
        1,
        [0, "mail.lab.test", 993, 3, 1, address],
        [0, "smtp.lab.test", 587, 2, 1, address],
      ]);
    });
  });
}

test("Thunderbird's own search is promised only where it was seen to find our settings", async ({ page }) => {
  // The lab publishes nothing.
  await page.goto("/programs/thunderbird");
  await expect(page.getByText("it finds the settings by itself")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Add your account" }).first()).toBeVisible();
});

test("operators find what to publish, with every record's purpose", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "For operators" }).click();
  await page.getByRole("link", { name: "lab.test", exact: true }).click();
  await expect(page.locator("meta[name=robots]")).toHaveAttribute("content", "noindex");
  const zone = page.getByRole("region", { name: "Part of the zone file" });
  await expect(zone).toContainText("_imaps._tcp.lab.test. IN SRV 0 0 993 mail.lab.test.");
  await expect(zone).toContainText("autoconfig.lab.test. IN");
  await expect(page.getByText(/^mailguide dns lab\.test --site \S+ --seen --check$/)).toBeVisible();
});

// What people come with, from the first page to the end, on a phone: with and without scripts.

import type { Locator, Page } from "@playwright/test";
import { choose, expect, expectAwake, test as base } from "./fixtures";

/** Nobody has to tap more often than that before they see what to do. */
const MAX_TAPS = 8;
const SCREEN = { width: 360, height: 740 };

class Visitor {
  taps = 0;
  constructor(readonly page: Page) {}

  async tap(target: Locator) {
    this.taps += 1;
    await target.click();
  }

  /** Opens the troubleshooter and answers its questions. */
  async asks(...answers: string[]) {
    if (new URL(this.page.url()).pathname === "/") await this.door("Something does not work");
    for (const text of answers) {
      const question = this.page.getByRole("heading", { level: 1 });
      const asked = (await question.textContent()) ?? "";
      this.taps += 1;
      const answer = this.page.locator("#node .choice").filter({ hasText: text }).first();
      await answer.waitFor({ state: "attached" });
      // A program stands behind its device.
      if (!(await answer.isVisible())) this.taps += 1;
      await choose(answer);
      await expect(question).not.toHaveText(asked);
    }
  }

  async door(name: string) {
    await this.tap(this.page.locator("main").getByRole("link", { name }).first());
  }

  /** Runs the test of the question that is shown, and goes on. */
  async tests(address: string, password = "") {
    const form = this.page.locator("#node-test");
    await form.getByLabel("Your email address").fill(address);
    if (password !== "") await form.getByLabel("Your email password").fill(password);
    await this.tap(form.getByRole("button", { name: "Test my connection" }));
    await expect(this.page.locator(".headline:not([data-mark=working])")).toBeVisible({ timeout: 20_000 });
  }

  async ends(title: string) {
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(title);
    expect(this.taps, "taps").toBeLessThanOrEqual(MAX_TAPS);
  }

  /** The first step must be seen without scrolling. */
  async seesStepOne() {
    const step = this.page.locator(".step:visible").first();
    const box = await step.boundingBox();
    expect(box, "the first step").not.toBeNull();
    const { scroll } = await this.page.evaluate(() => ({ scroll: window.scrollY }));
    expect(box!.y + scroll + box!.height, "where the first step ends").toBeLessThanOrEqual(SCREEN.height);
  }
}

const test = base.extend<{ visitor: Visitor }>({
  viewport: SCREEN,
  visitor: async ({ page, javaScriptEnabled }, use) => {
    await page.goto("/");
    if (javaScriptEnabled) await expectAwake(page);
    await use(new Visitor(page));
  },
});

test("a message waits in the outbox of Outlook classic, and the server for sending is down", async ({
  page,
  lab,
  visitor,
}) => {
  await visitor.asks("A message stays in the outbox");
  await lab.stopPostfix();
  try {
    await visitor.tests(lab.accounts.normal.address);
    await expect(page.locator(".headline")).toHaveText("The test found a problem");
    await visitor.tap(page.getByRole("link", { name: "Next question" }));
    await visitor.asks("Outlook classic for Windows", "Everything that I send");
    await visitor.ends("Clear the stuck message");
    await expect(page.locator(".step:visible").filter({ hasText: "Work Offline" }).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "No, it still does not work" })).toBeVisible();
  } finally {
    await lab.startPostfix();
  }
});

test("an iPhone asks for the password again and again", async ({ page, lab, visitor }) => {
  const { address, password } = lab.accounts.normal;
  await visitor.asks("It asks for my password again and again");
  await visitor.tests(address, password);
  await visitor.tap(page.getByRole("link", { name: "Next question" }));
  await visitor.asks("Mail on iPhone and iPad");
  await visitor.ends("Type your password again");
  await visitor.seesStepOne();
  await expect(page.getByRole("heading", { name: "What to do in Mail on iPhone and iPad" }).first()).toBeVisible();
  await visitor.tap(page.getByRole("link", { name: "No, it still does not work" }));
  await expect(page.locator("#known li")).toHaveCount(3);
});

test("a new Android phone", async ({ page, visitor }) => {
  await visitor.door("I have a new phone or computer");
  await visitor.tap(page.locator("#android").getByRole("link", { name: /Gmail/ }));
  await visitor.ends("Gmail app on Android");
  await visitor.seesStepOne();
  await expect(page.locator(".step:visible").filter({ hasText: "mail.lab.test" }).first()).toBeVisible();
});

test("the mailbox is full", async ({ page, visitor }) => {
  await visitor.asks("It says that my mailbox is full");
  await visitor.ends("Make room in your mailbox");
  // Mails that say so are mostly fake.
  await expect(page.locator("main")).toContainText(/link/);
  await expect(page.getByRole("link", { name: "No, it still does not work" })).toBeVisible();
});

for (const [typed, finds] of [
  ["SMTP sender-refused", /sender/i],
  ["0x800CCC0E", /0x800CCC0E/],
  ["customer can receive but not send", /send/i],
] as const) {
  test(`an agent types “${typed}”`, async ({ page, visitor }) => {
    const header = page.locator("header");
    await visitor.tap(header.getByRole("button", { name: "Search" }));
    await header.getByRole("searchbox", { name: "Search" }).fill(typed);
    await visitor.tap(header.getByRole("button", { name: "Find" }));
    const first = page.locator(".entries .entry").first();
    await expect(first).toContainText(finds);
    await visitor.tap(first.locator(".go-on a").first());
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page).not.toHaveURL(/\/errors/);
    expect(visitor.taps).toBeLessThanOrEqual(MAX_TAPS);
  });
}

test("a printer that scans to email", async ({ page, visitor }) => {
  await visitor.door("I have a new phone or computer");
  await visitor.tap(page.getByRole("link", { name: /Printer or scanner/ }).first());
  await visitor.seesStepOne();
  await expect(page.locator("main")).toContainText("smtp.lab.test");
  await expect(page.locator("main"), "a printer receives no mail").not.toContainText("mail.lab.test");
  expect(visitor.taps).toBeLessThanOrEqual(MAX_TAPS);
});

test("a running test is followed without seeing it", async ({ page, lab, visitor, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  await page.goto("/test");
  if (javaScriptEnabled) await expectAwake(page);
  const form = page.locator("section.test");
  await form.getByLabel("Your email address").fill(address);
  await form.getByLabel("Your email password").fill(password);
  await visitor.tap(form.getByRole("button", { name: "Test my connection" }));
  const verdict = page.getByRole("status").filter({ hasText: "The servers answer" });
  await expect(verdict).toBeVisible({ timeout: 20_000 });
  const spoken = await page.locator("main").ariaSnapshot();
  for (const line of ["The servers answer", "Receiving", "Sending", "Everything works"]) expect(spoken).toContain(line);
  // One sentence a service.
  const said = page.getByRole("log").locator("p");
  if (javaScriptEnabled) await expect(said).toHaveCount(4);
  expect(await page.content()).not.toContain(password);
});

test("mail is gone after POP", async ({ page, visitor }) => {
  await visitor.asks("Messages have disappeared", "Yes, they are gone", "Yes");
  await visitor.ends("Bring your mail back from the device that has it");
  await expect(page.locator("main")).toContainText(/not remove/i);
  const steps = await page.locator(".step:visible").allTextContents();
  const of = (word: RegExp) => steps.findIndex((step) => word.test(step));
  expect(of(/backup/i), "the backup comes before the copying").toBeLessThan(of(/IMAP/));
  await expect(page.getByRole("link", { name: "No, it still does not work" })).toBeVisible();
});

// Without scripts the page that says so is a 404, which Chromium reports.
test.describe("addresses that are not ours", () => {
  test.use({ expectedProblems: [/404/] });

  test("a mistyped domain is corrected wherever the address is used", async ({ page, visitor, javaScriptEnabled }) => {
    const field = page.getByLabel("Your email address").first();
    await field.fill("Alice <alice@lab.tst>");
    if (javaScriptEnabled) await field.blur();
    else await visitor.tap(page.getByRole("button", { name: "Show my settings" }));
    await visitor.tap(page.locator("[data-advice=meant]:visible").first().getByRole("link"));
    await expect(page.locator("main")).toContainText("mail.lab.test");
    if (javaScriptEnabled) {
      for (const input of await page.locator("input[name=address]").all()) {
        await expect(input).toHaveValue("alice@lab.test");
      }
      await expect(page.locator("main")).not.toContainText("lab.tst");
    } else {
      await expect(page).toHaveURL(/\/settings\/lab\.test$/);
    }
    expect(visitor.taps).toBeLessThanOrEqual(MAX_TAPS);
  });

  test("an address of Gmail is not given our settings", async ({ page, visitor, javaScriptEnabled }) => {
    const field = page.getByLabel("Your email address").first();
    await field.fill("jane@gmail.com");
    if (javaScriptEnabled) await field.blur();
    else await visitor.tap(page.getByRole("button", { name: "Show my settings" }));
    await expect(page.locator("[data-advice=elsewhere]:visible").first()).toContainText("Gmail");
    await expect(page.locator("main")).not.toContainText("jane@gmail.com");
    await expect(page.locator("main .filled:visible").filter({ hasText: "lab.test" })).toHaveCount(0);
  });
});

// The connection test, with and without scripts, on real mail servers.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { labOptions, serve } from "../mailguide.mjs";
import { expect, expectAwake, openSteps, openTestForm, runTest, test } from "./fixtures";

const findings = (page: Page) => page.locator(".finding h3");
const service = (page: Page, address: string) => page.locator(".service").filter({ hasText: address });

test("the right password: everything works", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
  // With scripts the results are on the page itself, without them on a page of their own.
  const heading = javaScriptEnabled ? "Get your mail working again" : "What the test found";
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await expect(page.locator(".headline")).toHaveText("The servers answer");
  await expect(page.locator(".lines li")).toHaveText(["Receiving OK", "Sending OK"]);
  await expect(findings(page)).toHaveText([/Everything works/]);
  for (const proved of ["your password, so it is right", "Your inbox opened", "may send mail, and it said yes"]) {
    await expect(page.locator(".finding")).toContainText(proved);
  }
  await expect(page.locator(".service")).toHaveCount(4);
  for (const row of await page.locator(".service").all()) {
    await expect(row).toHaveAttribute("data-mark", "good");
    await expect(row).toContainText("your password was accepted");
  }
  expect(await page.content()).not.toContain(password);
});

for (const { account, title, explanation, advice, never, bad } of [
  {
    account: "closed",
    title: "Your password is right, but the server cannot open your inbox",
    explanation: "had a fault of its own",
    advice: ["Leave your settings and your password as they are.", "Try webmail", "Wait an hour", "support at Lab Mail"],
    never: /[Tt]ype your password|[Cc]hange your (email )?password/,
    bad: ["port 993", "port 995"],
  },
  {
    account: "stranger",
    title: "The server does not let you send from this address",
    explanation: "Your password is right",
    advice: ["address you send from", "sends through its own server", "support at Lab Mail"],
    never: /[Tt]ype your password|[Cc]hange your (email )?password/,
    bad: ["port 587", "port 465"],
  },
  {
    account: "blocked",
    title: "Sending is blocked for your mailbox",
    explanation: "sent spam from your mailbox",
    advice: ["webmail", "change your email password there", "Wait a day", "to open sending"],
    never: /server names?|[Tt]ype your password/,
    bad: ["port 587", "port 465"],
  },
] as const) {
  test(`the account “${account}”: ${title}`, async ({ page, lab, javaScriptEnabled }) => {
    const { address, password } = lab.accounts[account];
    await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
    await expect(findings(page)).toHaveText([new RegExp(`${title}$`)]);
    const finding = page.locator(".finding");
    await expect(finding).toContainText(explanation);
    for (const step of advice) await expect(finding.locator(".advice")).toContainText(step);
    await expect(finding).not.toContainText(never);
    for (const port of ["port 993", "port 995", "port 587", "port 465"]) {
      const mark = bad.some((one) => one === port) ? "bad" : "good";
      await expect(service(page, port), port).toHaveAttribute("data-mark", mark);
    }
    expect(await page.content()).not.toContain(password);
  });
}

test("a message to myself is sent and seen to arrive", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.normal;
  const form = await openTestForm(page, javaScriptEnabled);
  const box = form.getByRole("checkbox", { name: "Also send a message to myself" });
  await expect(box).not.toBeChecked();
  await box.check();
  await runTest(page, form, address, password);
  await expect(findings(page)).toHaveText([/Everything works/]);
  await expect(page.locator(".finding")).toContainText("The message to yourself arrived");
  await openSteps(page);
  const imap = service(page, "port 993");
  await imap.getByText("Technical details").click();
  await expect(imap.getByRole("heading", { name: "Send a message to yourself" })).toBeVisible();
  await expect(imap.getByText("Time on the way")).toBeVisible();
  await expect(imap.getByText("INBOX", { exact: true })).toBeVisible();
});

test.describe(() => {
  // This site is another one than that of the other tests.
  test.use({ expectedProblems: [/^request to another origin/] });

  test("our own connection is down: nothing is said of the mail", async ({ page, lab, javaScriptEnabled }) => {
    // Nobody can open a connection to all hosts at once, so this address fails as all do without a network.
    const unreachable = "127.255.255.255:993";
    const record = join(lab.directory, `offline-${javaScriptEnabled}.toml`);
    const text = await readFile(lab.record, "utf8");
    await writeFile(record, text.replaceAll(/^connect_to = .*$/gm, `connect_to = "${unreachable}"`));
    const server = await serve([...labOptions({ ...lab, record }), "--control-host", unreachable]);
    try {
      await page.goto(`${server.url}${javaScriptEnabled ? "/" : "/test"}`);
      if (javaScriptEnabled) await expectAwake(page);
      const { address, password } = lab.accounts.normal;
      await runTest(page, page.locator("section.test"), address, password);
      await expect(findings(page)).toHaveText([/Our test has no connection to the internet right now/]);
      await expect(page.locator(".finding")).toContainText("This says nothing about your mail.");
      await expect(page.locator(".finding")).not.toContainText(/server names?|port|support at/);
    } finally {
      await server.stop();
    }
  });
});

test("the server's own words are there for the support", async ({ page, lab, javaScriptEnabled }) => {
  const { address, password } = lab.accounts.blocked;
  await runTest(page, await openTestForm(page, javaScriptEnabled), address, password);
  await openSteps(page);
  const smtp = service(page, "port 587");
  await smtp.getByText("Technical details").click();
  await expect(smtp.getByText("Sending is blocked for this account because of spam")).toBeVisible();
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
  await expect(page.locator(".headline")).toHaveText("The test found a problem");
  await expect(page.locator(".lines li")).toHaveText(["Receiving OK", "Sending Problem"]);
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

test("the verdict comes first, then receiving and sending, then what was found, and the steps are folded", async ({
  page,
  lab,
  javaScriptEnabled,
}) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.accounts.normal.address, "not-the-password");
  const parts = [".headline", ".lines", ".finding", ".all-steps", ".after-test"];
  const tops = [];
  for (const part of parts) tops.push((await page.locator(`.results ${part}, .results ~ * ${part}, .results ~ ${part}`).first().boundingBox())?.y ?? NaN);
  expect(tops).toEqual([...tops].sort((one, other) => one - other));
  await expect(page.locator(".service").first()).toBeHidden();
  await expect(page.getByRole("link", { name: "Make a report for the help desk" }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Help pages of support" }).first()).toBeVisible();
});

test("the facts are there for those who want them", async ({ page, lab, javaScriptEnabled }) => {
  await runTest(page, await openTestForm(page, javaScriptEnabled), lab.domain);
  await openSteps(page);
  const imap = service(page, "port 993");
  await expect(imap.getByText("TLS 1.3")).toBeHidden();
  await imap.getByText("Technical details").click();
  await expect(imap.getByText("TLS 1.3")).toBeVisible();
  await expect(imap.getByText("Lab Mail is ready.")).toBeVisible();
});

test.describe("refusals", () => {
  test.use({ expectedProblems: [/422/] });
  test("a message to myself needs the password", async ({ page, lab, javaScriptEnabled }) => {
    const form = await openTestForm(page, javaScriptEnabled);
    await form.getByRole("checkbox", { name: "Also send a message to myself" }).check();
    await runTest(page, form, lab.accounts.normal.address);
    await expect(findings(page)).toHaveText([/To send a message we need your email password/]);
  });

  test("an address of another provider is explained", async ({ page, javaScriptEnabled }) => {
    await runTest(page, await openTestForm(page, javaScriptEnabled), "jane@elsewhere.example");
    await expect(findings(page)).toHaveText([/do not have settings for this kind of address/]);
  });
});

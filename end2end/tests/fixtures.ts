// The fixtures of every spec: real mail servers, the program under test, and a browser in which every
// unexpected problem fails the test.

import { test as base, expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
// The lab is plain JavaScript, because it also runs without npm packages.
import { startLab, type Lab } from "../lab/lab.mjs";
import { labOptions, serve } from "../mailguide.mjs";

type Server = Awaited<ReturnType<typeof serve>>;

type TestFixtures = {
  /** The URL of the site, without a slash at the end. */
  site: string;
  /** Problems, such as console messages, that this spec causes on purpose. */
  expectedProblems: RegExp[];
  noProblems: void;
};

type WorkerFixtures = { lab: Lab; server: Server };

export const test = base.extend<TestFixtures, WorkerFixtures>({
  lab: [
    async ({}, use) => {
      const lab = await startLab();
      try {
        await use(lab);
      } finally {
        await lab.stop();
      }
    },
    { scope: "worker", timeout: 30_000 },
  ],

  server: [
    async ({ lab }, use) => {
      // For the server all tests are one client, with more requests than its limits allow; and no test may
      // get a shared result of an earlier one.
      const patience = ["tests-per-client", "sign-ins-per-account", "accounts-per-client", "messages-per-account", "failed-sign-ins-per-account", "failed-sign-ins", "relays-per-client", "relays-per-service", "relays-at-once"];
      const limits = patience.map((option) => `--${option}=100000`);
      const server = await serve([...labOptions(lab), ...limits, "--share-results=0"]);
      try {
        await use(server);
      } finally {
        await server.stop();
      }
    },
    { scope: "worker", timeout: 30_000 },
  ],

  site: async ({ server }, use) => use(server.url),
  // Specs write `page.goto("/settings/lab.test")`.
  baseURL: async ({ server }, use) => use(server.url),

  expectedProblems: [[], { option: true }],

  noProblems: [
    async ({ context, server, expectedProblems }, use) => {
      const problems = await watch(context, server.url);
      await use();
      const unexpected = problems.filter((problem) => !expectedProblems.some((pattern) => pattern.test(problem)));
      expect(unexpected, "what went wrong in the browser").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Waits until every island of the page is hydrated. */
export async function expectAwake(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-islands", "awake");
}

/** Opens a page with the test form, with scripts the home page, and returns the section of the form. */
export async function openTestForm(page: Page, javaScriptEnabled = true): Promise<Locator> {
  await page.goto(javaScriptEnabled ? "/" : "/test");
  if (javaScriptEnabled) await expectAwake(page);
  return page.locator("section.test");
}

/** Follows an answer of the troubleshooter. A program stands behind its device. */
export async function choose(answer: Locator) {
  await answer.waitFor({ state: "attached" });
  if (!(await answer.isVisible())) await answer.locator("xpath=ancestor::details[1]/summary").click();
  await answer.click();
}

/** Fills in the form and waits for the end of the test. */
export async function runTest(page: Page, form: Locator, address: string, password = "") {
  await form.getByLabel("Your email address").fill(address);
  await form.getByLabel("Your email password").fill(password);
  await form.getByRole("button", { name: "Test my connection" }).click();
  await expect(page.locator(".headline:not([data-mark=working])")).toBeVisible({ timeout: 20_000 });
}

/** Opens the services and their steps, which stand folded behind the results. */
export async function openSteps(page: Page) {
  await page.getByText("Every server and every step").click();
}

/** Collects the problems of a page: console messages, errors, and requests to other origins. */
async function watch(context: BrowserContext, site: string): Promise<string[]> {
  const problems: string[] = [];
  context.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) {
      problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => problems.push(`page error: ${error.error()}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    const inside = url.protocol === "data:" || url.protocol === "blob:" || url.origin === site;
    if (!inside) problems.push(`request to another origin: ${url.origin}`);
  });
  // Chromium writes violations to the console too, but not those of a report-only policy.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`securitypolicyviolation: ${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return problems;
}

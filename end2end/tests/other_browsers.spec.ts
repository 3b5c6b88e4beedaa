// The main story in the browsers of other makers: from an address to the settings, and a sign-in. Playwright can drive
// none of them, because it needs builds of its own.

import { startFirefox } from "../browsers/firefox.mjs";
import { startWebKit } from "../browsers/webkit.mjs";
import { expect, test as base } from "./fixtures";
import { capture, forms } from "./line";
import { PAGES } from "./pages";

const BROWSERS = {
  Firefox: () => startFirefox(),
  WebKit: () => startWebKit(),
  "Firefox without scripts": () => startFirefox({ "javascript.enabled": false }),
};

type Browser = Awaited<ReturnType<typeof startFirefox>> & { scripts: boolean };
type Line = Awaited<ReturnType<typeof capture>>;

const test = base.extend<{ tested: keyof typeof BROWSERS; browserPage: Browser; line: Line }>({
  // Chromium need not start for these tests.
  noProblems: [async ({}, use) => use(), { auto: true }],

  tested: ["Firefox", { option: true }],

  browserPage: async ({ tested }, use) => {
    const browser = await BROWSERS[tested]();
    try {
      await use({ ...browser, scripts: tested !== "Firefox without scripts" });
      expect(await browser.problems(), "the console").toEqual([]);
    } finally {
      await browser.stop();
    }
  },

  line: async ({ server }, use) => {
    const line = await capture(server.url);
    await use(line);
    line.close();
  },
});

const FIELD = { address: "section.test input[name=address]", password: "section.test input[name=password]" };
const WAY = "#password-way > p:not([hidden])";

/** What is asked again and again until it is as expected. */
const soon = <T>(ask: () => Promise<T>, timeout = 5_000) => expect.poll(ask, { intervals: [50], timeout });

/** Opens a page, and waits until its islands are hydrated, if it has any. */
async function open(browser: Browser, url: string) {
  await browser.goto(url);
  if (browser.scripts) await soon(() => browser.has("html[data-islands=awake]")).toBe(true);
}

/** Types an address on the home page, and sees the settings. */
async function findSettings(browser: Browser, site: string, address: string) {
  await open(browser, `${site}/`);
  await browser.fill("#address", address);
  await browser.click(".address-form button[type=submit]");
  await soon(() => browser.text(".service-card")).toContain("mail.lab.test");
}

/** Runs a test when the form says that the password takes this way, and returns the headline and the first finding. */
async function signIn(browser: Browser, site: string, { address, password }: { address: string; password: string }, way: string) {
  await open(browser, `${site}/test`);
  await browser.fill(FIELD.address, address);
  await browser.fill(FIELD.password, password);
  await soon(() => browser.text(WAY)).toContain(way);
  await browser.click("section.test button[type=submit]");
  await soon(() => browser.text(".headline:not([data-mark=working])"), 20_000).not.toBe("");
  return { headline: await browser.text(".headline"), finding: await browser.text(".finding") };
}

const ITSELF = "your browser signs in itself";

for (const tested of ["Firefox", "WebKit"] as const) {
  test.describe(tested, () => {
    test.use({ tested });

    test("every kind of page awakes, and the console is silent", async ({ browserPage: browser, site }) => {
      for (const path of PAGES) {
        await open(browser, `${site}${path}`);
        expect(await browser.problems(), path).toEqual([]);
      }
    });

    test("from the address to the settings, and a sign-in by the browser itself", async ({ browserPage: browser, line, lab }) => {
      const account = lab.accounts.normal;
      await findSettings(browser, line.url, account.address);
      await soon(() => browser.text(".service-card")).toContain(account.address);
      const { headline, finding } = await signIn(browser, line.url, account, ITSELF);
      expect(headline).toBe("The servers answer");
      expect(finding).toContain("your password, so it is right");
      expect(await browser.value(FIELD.password)).toBe("");
      // The relay carried the test, and nothing that the site can read holds the password.
      const sent = line.bytes();
      expect(sent.includes("mailguide.relay.v1")).toBe(true);
      for (const form of forms(account.address, account.password)) {
        expect(sent.includes(form), `on the line: ${form.toString("latin1")}`).toBe(false);
      }
    });

    test("a wrong password is named", async ({ browserPage: browser, site, lab }) => {
      const account = { address: lab.accounts.normal.address, password: "not-the-password" };
      const { headline, finding } = await signIn(browser, site, account, ITSELF);
      expect(headline).toBe("The test found a problem");
      expect(finding).toContain("did not accept this password");
    });

    test("a server for sending that does not answer is named", async ({ browserPage: browser, site, lab }) => {
      await lab.stopPostfix();
      try {
        const { headline, finding } = await signIn(browser, site, lab.accounts.normal, ITSELF);
        expect(headline).toBe("The test found a problem");
        expect(finding).toContain("outgoing mail");
      } finally {
        await lab.startPostfix();
      }
    });
  });
}

test.describe("Firefox without scripts", () => {
  test.use({ tested: "Firefox without scripts" });

  test("from the address to the settings, and a sign-in by the server", async ({ browserPage: browser, line, lab }) => {
    const account = lab.accounts.normal;
    await findSettings(browser, line.url, account.address);
    const { headline, finding } = await signIn(browser, line.url, account, "passes through our server");
    expect(headline).toBe("The servers answer");
    expect(finding).toContain("your password, so it is right");
    // What the tests above look for can be found.
    expect(line.bytes().includes(account.password)).toBe(true);
  });
});

// Specs run twice, with scripts enabled and disabled, because every page must work without scripts.

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: [["list"]],
  forbidOnly: true,
  // A test that passes only on a retry is a broken test.
  retries: 0,
  // Each worker has a lab of its own, because some tests stop the Postfix of their lab.
  workers: 2,
  timeout: 30_000,
  use: {
    browserName: "chromium",
    launchOptions: {
      // The browser of the distribution: the tests download nothing.
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        // The tests run as root, because of Postfix, and Chromium has no sandbox for root.
        "--no-sandbox",
        "--disable-gpu",
        // The browser must connect only to the site under test.
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "scripts" },
    {
      name: "no-scripts",
      use: { javaScriptEnabled: false },
      // These need scripts, as does axe, or no browser at all; the markup is the same for both.
      testIgnore: ["browser_sign_in", "scripts", "hydration", "running", "slow_network", "leaving", "live", "markup", "clients", "other_browsers"].map((name) => `**/${name}.spec.ts`),
    },
  ],
});

// Every spec runs twice: with scripts, and with scripts off, as the pages promise to work both ways.

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: [["list"]],
  forbidOnly: true,
  // A test that passes at the second try is a broken test.
  retries: 0,
  // Each worker has a lab of its own, because some tests stop the Postfix of their lab.
  workers: 2,
  timeout: 30_000,
  use: {
    browserName: "chromium",
    launchOptions: {
      // The distribution's browser: nothing is downloaded for the tests.
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        // The tests run as root, because of Postfix, and Chromium has no sandbox for root.
        "--no-sandbox",
        "--disable-gpu",
        // The browser talks to the site under test and to nobody else.
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
      // What only scripts can do, and axe, which is a script itself.
      testIgnore: ["**/scripts.spec.ts", "**/hydration.spec.ts"],
    },
  ],
});

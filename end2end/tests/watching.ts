// For specs about how the mail servers stand: a server that watches the lab closely.

import { serve, labOptions } from "../mailguide.mjs";
import { test as base } from "./fixtures";

type Server = Awaited<ReturnType<typeof serve>>;

/** A failure is looked at again half a minute later before anybody is told. */
export const SEEN = 75_000;

export const test = base.extend<object, { server: Server }>({
  server: [
    async ({ lab }, use) => {
      const limits = ["--tests-per-client=100000", "--share-results=0"];
      const server = await serve([...labOptions(lab), ...limits, "--monitor-every", "5s"]);
      try {
        await use(server);
      } finally {
        await server.stop();
      }
    },
    { scope: "worker", timeout: 30_000 },
  ],
});

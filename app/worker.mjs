// The worker that tests the sign-in: fetches its WebAssembly, waits for one message of the page with what to test,
// and answers with what happens. The page ends it when the test is over.

import start, { check } from "worker";

const RELAY = location.origin.replace(/^http/, "ws") + "/api/relay";

// The server gives both files the same name.
const ready = start({ module_or_path: import.meta.url.replace(/\.js$/, "_bg.wasm") });
const siteAhead = timeOfSite();

ready.then(
  () => postMessage({ event: "ready" }),
  (error) => postMessage({ event: "failed", cause: String(error) }),
);

addEventListener("message", async ({ data }) => {
  const [site_ahead] = await Promise.all([siteAhead, ready]);
  await check(RELAY, JSON.stringify({ ...data, site_ahead }), (event) => postMessage(event));
});

// What goes wrong inside of WebAssembly ends all of it.
addEventListener("error", ({ message }) => postMessage({ event: "failed", cause: message }));
addEventListener("unhandledrejection", ({ reason }) => postMessage({ event: "failed", cause: String(reason) }));

// How much later it is at the site than here, in seconds: certificates are judged by its clock, because those of
// devices may be wrong.
async function timeOfSite() {
  try {
    const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    return Math.round((Date.parse(answer.headers.get("date")) - Date.now()) / 1000) || 0;
  } catch {
    return 0;
  }
}

// The way into the browser bundle: fetches the WebAssembly and wakes up the islands of the page.
//
// Leptos would write a script like this one into every page. That script needs a nonce, so no page could
// be kept, and it wakes up all islands in one go, during which a slow phone answers to nothing.

import start, * as bundle from "browser";

// How long the islands may keep the page from answering, in milliseconds. A phone is four to six times as
// slow as a desk computer, and what takes longer than 50 ms there is felt.
const LONGEST = 8;

// The server gives both files the same name.
await start({ module_or_path: import.meta.url.replace(/\.js$/, "_bg.wasm") });
bundle.hydrate();

let begin = performance.now();
for (const island of document.querySelectorAll("leptos-island")) {
  if (performance.now() - begin > LONGEST) {
    await new Promise((resume) => setTimeout(resume));
    begin = performance.now();
  }
  // An island that stands in another one finds its context by the children in which it stands.
  island.closest("leptos-children")?.$$on_hydrate?.();
  bundle[island.dataset.component]?.(island);
}

// The way into the browser bundle: fetches the WebAssembly and hydrates the islands of the page.
//
// Leptos would write a script like this one into every page. That script needs a nonce, so no page could
// be kept, and it hydrates all islands in one go, during which a slow phone answers to nothing.

import * as bundle from "browser";
import "./heading_links.mjs";
import "./live.mjs";
import { goOnWithoutScripts, hasFailed } from "./without_scripts.mjs";

// How long the islands may keep the page from answering, in milliseconds. A phone is four to six times as
// slow as a desk computer, and what takes longer than 50 ms there is felt.
const MAX_BUSY_MS = 8;

// Leptos looks here for data that the server has streamed behind the page. There is none.
Object.assign(globalThis, { __RESOLVED_RESOURCES: [], __SERIALIZED_ERRORS: [], __INCOMPLETE_CHUNKS: [] });

// Only what is left is an island that markup may name. Any other name is an error.
const { default: start, initSync: _, hydrate, islands_awake, ...islands } = bundle;

// The page comes first: the WebAssembly is ten times as long, and would take its bytes out of a slow line.
if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));

try {
  // The server gives both files the same name.
  await start({ module_or_path: import.meta.url.replace(/\.js$/, "_bg.wasm") });
  hydrate();
  await hydrateIslands(document.querySelectorAll("leptos-island"));
  if (!hasFailed()) {
    islands_awake();
    document.documentElement.dataset.islands = "awake";
  }
} catch (error) {
  goOnWithoutScripts(error);
}

async function hydrateIslands(places) {
  let begin = performance.now();
  for (const place of places) {
    if (performance.now() - begin > MAX_BUSY_MS) {
      await new Promise((resume) => setTimeout(resume));
      begin = performance.now();
    }
    if (hasFailed()) return;
    // An island that stands in another one finds its context by the children in which it stands.
    place.closest("leptos-children")?.$$on_hydrate?.();
    islands[place.dataset.component](place);
  }
}

// What is left when the WebAssembly cannot be loaded or traps: a page that works as it does without scripts.
//
// After a trap nothing in the WebAssembly can be trusted, but its handlers would still be called, keep
// forms from being sent and do nothing. So every island gives way to a copy of itself, which has no handlers.

let failed = false;
let path;

export function hasFailed() {
  return failed;
}

/** Makes the page one without scripts, and says why; only the first reason counts. */
export function goOnWithoutScripts(reason) {
  if (failed) return;
  failed = true;
  path = location.pathname;
  document.documentElement.dataset.islands = "failed";
  console.error("This page goes on without scripts:", reason);
  const outermost = "leptos-island:not(leptos-island leptos-island)";
  document.querySelectorAll(outermost).forEach(replace);
}

// Traps in handlers, in timers and in promises come here.
for (const [name, reason] of [["error", "error"], ["unhandledrejection", "reason"]]) {
  addEventListener(name, (event) => {
    if (event[reason] instanceof WebAssembly.RuntimeError) {
      // The line in the console says it better, and once.
      event.preventDefault();
      goOnWithoutScripts(event[reason]);
    }
  });
}

// Pages that scripts have put into the history cannot be shown without them, but the server has them.
addEventListener("popstate", (event) => {
  if (failed) {
    event.stopImmediatePropagation();
    if (location.pathname !== path) location.reload();
  }
});

/** Puts a copy in the place of an island. It has what was typed and ticked, and what is being read. */
function replace(island) {
  const copy = island.cloneNode(true);
  // A test that was running cannot end any more, and does not keep its form from being sent.
  for (const fieldset of copy.querySelectorAll("form > fieldset[disabled]")) {
    fieldset.disabled = false;
    fieldset.form.hidden = false;
    fieldset.form.previousElementSibling.hidden = true;
  }
  // Nothing hides a shown password again without scripts.
  for (const field of copy.querySelectorAll("input[name=password]")) field.type = "password";
  // A button that sends nothing does nothing without scripts.
  for (const button of copy.querySelectorAll("button[type=button]")) button.hidden = true;
  const focused = document.activeElement;
  const position = [...island.querySelectorAll("*")].indexOf(focused);
  const { selectionStart, selectionEnd } = focused ?? {};
  island.replaceWith(copy);
  const again = copy.querySelectorAll("*")[position];
  again?.focus({ preventScroll: true });
  if (selectionStart != null) again?.setSelectionRange(selectionStart, selectionEnd);
}

// What an open page shows of the mail servers: takes over what is new on it, and moves nothing. The island that asks for
// it (islands/live.rs) calls these; they are no WebAssembly, because there each call of the browser weighs more.

import { followDomain } from "./own_domain.mjs";

// What comes while the page is open stands at the edge of the screen, so it moves nothing. Without scripts nothing comes,
// so this need not be in the style of every page.
const late = document.querySelector(".late");
if (late) late.style.cssText = "position:fixed;inset:auto 0 0;max-width:var(--reading);max-height:100%;overflow:auto;z-index:1";

/** Shows times as the clock of the customer does, with the day if that is not today. */
globalThis.localTimes = (root, selector) => {
  for (const time of root.querySelectorAll(selector)) {
    const at = new Date(time.dateTime);
    const day = at.toDateString() !== new Date().toDateString() && { day: "numeric", month: "long" };
    time.textContent = at.toLocaleString(undefined, { ...day, hour: "numeric", minute: "2-digit" });
  }
};

/** Hides the notices for addresses of another group than the customer's, which `data-own` of the root names. */
globalThis.showOwn = (root) => {
  const { own } = root.dataset;
  for (const notice of root.querySelectorAll("[data-group]")) {
    notice.hidden = own && own !== notice.dataset.group;
  }
  followDomain(root);
};

/** Puts in what is new on this page: what is marked with `data-live` and has an id. */
globalThis.takeOver = (root, fresh) => {
  localTimes(fresh, "time[data-clock]");
  const seen = lookedAt();
  const top = () => seen?.getBoundingClientRect().top;
  const before = top();
  for (const old of document.querySelectorAll("[data-live], #lost")) {
    const now = fresh.querySelector(`[id="${old.id}"]`);
    if (!now) continue;
    for (const name of ["mark", "shown"]) {
      if (name in now.dataset) old.dataset[name] = now.dataset[name];
    }
    // The parts of some are renewed by themselves. Nobody loses the focus, or what they have just opened.
    if (old.innerHTML === now.innerHTML || old.querySelector("[data-live]") || old.matches(":focus-within")) continue;
    const height = old.offsetHeight;
    const opened = old.querySelector("[open]");
    old.innerHTML = now.innerHTML;
    // At the edge of the screen nothing stands below it, and it is folded until somebody opens it.
    if (height > old.offsetHeight && !old.closest(".late")) old.style.minHeight = `${height}px`;
    for (const notice of old.querySelectorAll(".late details")) notice.open = opened;
  }
  showOwn(root);
  // The end of the page can be scrolled above what stands at the edge, and so is a field that gets the focus.
  document.documentElement.style.scrollPaddingBottom = document.body.style.paddingBottom = `${late.offsetHeight}px`;
  const moved = top() - before;
  if (moved) scrollBy(0, moved);
};

/** What must not move: the field in which somebody types, or what is in the middle of the screen. */
function lookedAt() {
  const field = document.querySelector("[name]:focus");
  const top = field?.getBoundingClientRect().top;
  if (top >= 0 && top < innerHeight) return field;
  for (let part = 10; part < 20; part += 1) {
    const seen = document.elementFromPoint(innerWidth / 2, (innerHeight * part) / 20);
    // What is inside of what is renewed may be put away, and around it nothing is said of what moves.
    const renewed = seen?.closest("[data-live]");
    if (renewed || !seen?.querySelector("[data-live]")) return renewed ?? seen;
  }
}

// A site with many providers has the settings of one domain on a page, in a part with the position of its group
// (`data-panel`), or of none. When the address belongs elsewhere, the page of its domain is loaded. Nothing else of the
// address is sent.

const DOMAIN = "domain";

const url = () => new URL(location);

/** The end of an address that keeps the domain which this page is about, if there is one. */
globalThis.domainQuery = (mark) => {
  const domain = url().searchParams.get(DOMAIN);
  return domain ? `${mark}${DOMAIN}=${encodeURIComponent(domain)}` : "";
};

/** Follows the address, of which `data-own` of the root says to which group it belongs. Then the fields have it, too. */
export function followDomain(root) {
  const panel = root.querySelector("[data-panel]");
  if (panel) setTimeout(follow, 0, root, panel);
}

function follow(root, panel) {
  const { own } = root.dataset;
  const shown = panel.dataset.panel;
  const active = document.activeElement;
  const types = active?.name === "address";
  // Nobody sees the settings of others; but what is being typed becomes an address of elsewhere on its way to every other.
  panel.hidden = own && shown && own !== shown && !(types && own === "-");
  // Whoever fills in the form of the test loses nothing of it.
  if (active?.closest(".test")) return;
  if (types) {
    active.addEventListener("blur", () => followDomain(root), { once: true });
    return;
  }
  const page = url();
  const domain = page.searchParams.get(DOMAIN);
  const last = kept(shown && domain);
  let wanted;
  if (own === "") {
    wanted = last;
  } else if (own !== "-" && own !== shown) {
    wanted = document.querySelector("[name=address]").value.split("@").pop();
  }
  // Where the server does not know it, it would not know it a second time.
  if (!wanted || wanted === domain) return;
  page.searchParams.set(DOMAIN, wanted);
  // On the first page they stand below what was there before, and the button that says so may have been on its way down.
  if (document.querySelector("section#settings")) page.hash ||= "settings";
  // Nobody comes Back to a page that loads another one.
  location.replace(page);
}

/** The domain whose settings this tab has shown last: without an address it is the one to show. */
function kept(shown) {
  try {
    const name = "mailguide domain";
    if (shown) sessionStorage[name] = shown;
    return sessionStorage[name];
  } catch {
    // A browser that keeps nothing is no error.
  }
}

// A site with many providers has the settings of one domain on a page. The island that asks for another one
// (islands/address/own_domain.rs) calls this.

/** Loads this page for a domain, in its own place: nobody comes Back to a page that asks once more. */
globalThis.loadForDomain = (domain) => {
  const url = new URL(location);
  // Where the server does not know it, it would not know it a second time.
  if (url.searchParams.get("domain") === domain) return;
  url.searchParams.set("domain", domain);
  location.replace(url);
};

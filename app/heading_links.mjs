// The links beside headings: pressing one also copies it, to be sent to somebody.

const SHOWN_MS = 2000;

addEventListener("click", async ({ target }) => {
  const link = target.closest?.("a.anchor");
  // Browsers have no clipboard on pages that are not secure; the link still leads to its part.
  if (!link || !navigator.clipboard) return;
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    return;
  }
  const said = document.createElement("span");
  said.role = "status";
  link.after(said);
  // Screen readers say what changes in a status, and not what it begins with.
  setTimeout(() => (said.textContent = link.dataset.copied));
  setTimeout(() => said.remove(), SHOWN_MS);
});

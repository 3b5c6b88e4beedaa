// Firefox, as the distribution has it.

import { startMozilla } from "./marionette.mjs";
import { page } from "./page.mjs";

/** What pages and their workers wrote to the console, and what the browser wrote there about them. */
const CONSOLE = `
  const said = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage).getEvents()
    .map(({ level, arguments: all, filename }) => [level, all.map(String).join(" "), filename]);
  const found = Services.console.getMessageArray()
    .filter((message) => message instanceof Ci.nsIScriptError)
    .map(({ category, errorMessage, sourceName }) => [category, errorMessage, sourceName]);
  // The code of the browser itself writes there, too.
  return [...said, ...found].filter(([, , source]) => source.startsWith("http")).map(([kind, text, source]) => \`\${kind}: \${text} (\${source})\`);
`;

/**
 * Starts Firefox. `FIREFOX` from the environment names another program.
 *
 * @param {object} [preferences]  As in `about:config`.
 * @returns {Promise<import("./page.mjs").Page & { problems: () => Promise<string[]>, stop: () => Promise<void> }>}
 *   `problems` returns all that is on the console.
 */
export async function startFirefox(preferences = {}) {
  const { send, stop } = await startMozilla(process.env.FIREFOX ?? "firefox-esr", preferences);
  const command = async (name, parameters) => (await send(`WebDriver:${name}`, parameters)).value;
  return {
    ...page(command),
    problems: () => command("ExecuteScript", { script: CONSOLE, args: [], sandbox: "system" }),
    stop,
  };
}

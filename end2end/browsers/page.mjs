// What a story does in a browser that Playwright cannot drive, in the commands of WebDriver.
// https://www.w3.org/TR/webdriver2/

/** The key under which WebDriver gives the id of an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/**
 * An open page. Elements are named by CSS selectors; the first one is meant.
 *
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto  Opens a page and waits until it is loaded.
 * @property {(css: string) => Promise<void>} click  If that opens another page, waits until it is loaded.
 * @property {(css: string, text: string) => Promise<void>} fill  Empties a field and types into it, key by key.
 * @property {(css: string) => Promise<boolean>} has
 * @property {(css: string) => Promise<string>} text  What is seen of an element; "" if there is none.
 * @property {(css: string) => Promise<string>} value  What stands in a field.
 * @property {(body: string, ...args: any[]) => Promise<any>} script  Runs a script in the page.
 */

/**
 * @param {(command: string, parameters: object) => Promise<any>} send  Gives the browser a command and returns the result.
 * @returns {Page}
 */
export function page(send) {
  const script = (body, ...args) => send("ExecuteScript", { script: body, args });
  const find = async (css) => ({ id: (await send("FindElement", { using: "css selector", value: css }))[ELEMENT] });
  return {
    goto: (url) => send("Navigate", { url }),
    click: async (css) => send("ElementClick", await find(css)),
    fill: async (css, text) => {
      const element = await find(css);
      await send("ElementClear", element);
      await send("ElementSendKeys", { ...element, text });
    },
    has: (css) => script("return document.querySelector(arguments[0]) !== null", css),
    text: (css) => script("return document.querySelector(arguments[0])?.innerText ?? ''", css),
    value: (css) => script("return document.querySelector(arguments[0]).value", css),
    script,
  };
}

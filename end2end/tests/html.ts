// What is not valid about a page.

import { HtmlValidate, StaticConfigLoader } from "html-validate";

// Islands stand wherever what is in them may stand.
const island = { flow: true, phrasing: true, transparent: true };

const validator = new HtmlValidate(
  new StaticConfigLoader({
    root: true,
    // What the standard of HTML demands, and no matters of taste.
    extends: ["html-validate:standard"],
    elements: ["html5", { "leptos-island": island, "leptos-children": island }],
  }),
);

/** Every mistake of a page, with what stands near it. */
export async function mistakes(where: string, html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  const lines = html.split("\n");
  return results.flatMap(({ messages }) =>
    messages.map(({ line, column, message }) => {
      const near = lines[line - 1].slice(Math.max(0, column - 40), column + 60);
      return `${where}: ${message}: ${near}`;
    }),
  );
}

// Every page is valid HTML.

import { expect, test } from "./fixtures";
import { mistakes } from "./html";

test("every page that can be reached is valid", async ({ request }) => {
  test.setTimeout(120_000);
  const seen = new Set<string>();
  const next = ["/", "/report", "/settings/unknown.example", "/nothing"];
  const found: string[] = [];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const html = await (await request.get(path)).text();
    found.push(...(await mistakes(path, html)));
    for (const [, href] of html.matchAll(/<a [^>]*?href="(\/[^"?#]*)/g)) next.push(href);
  }
  expect(seen.size).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test("pages with a question and pages that answer a form are valid", async ({ request, site, lab }) => {
  test.setTimeout(60_000);
  const found: string[] = [];
  for (const path of [
    "/errors?q=535+5.7.8",
    "/errors?q=nothing+like+this",
    "/check?out_port=25&in_port=993",
    "/fix/send-program?trail=start.send~send-test.fine",
    "/fix/card/security-and-port?program=thunderbird",
  ]) {
    found.push(...(await mistakes(path, await (await request.get(path)).text())));
  }
  for (const [path, form] of [
    ["/test", { address: lab.accounts.normal.address, "services[]": "imap" }],
    ["/test", { address: "" }],
    ["/settings", { address: "nothing" }],
    ["/nothing", {}],
  ] as const) {
    const answer = await request.post(path, { form, headers: { origin: site } });
    found.push(...(await mistakes(`POST ${path}`, await answer.text())));
  }
  expect(found).toEqual([]);
});

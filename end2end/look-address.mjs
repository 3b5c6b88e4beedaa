import { chromium } from "@playwright/test";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const base = "http://127.0.0.1:3105";
const shot = async (name, { width = 360, height = 740, js = true, act }) => {
  const c = await b.newContext({ viewport: { width, height }, javaScriptEnabled: js });
  const p = await c.newPage();
  p.on("console", (m) => console.log(name, m.type(), m.text()));
  await act(p);
  await p.screenshot({ path: `/tmp/shot-${name}.png`, fullPage: name.includes("full") });
  await c.close();
};
const awake = (p) => p.waitForSelector("html[data-islands=awake]", { timeout: 20000 });
export { b, base, shot, awake };

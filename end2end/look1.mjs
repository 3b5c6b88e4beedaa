import { b, base, shot, awake } from "./look-address.mjs";
const type = async (p, t) => { await p.goto(base + "/"); await awake(p); const f = p.locator("#address"); await f.fill(t); await f.press("Tab"); await p.waitForTimeout(300); };
for (const t of ["Jane <jane@q.com>", "mailto:jane@q.com?subject=x", "jane@centurylnk.net", "jane@gmail.com", "jane", "a@b.com, c@d.com", "jane@elsewhere.example"]) {
  const c = await b.newContext({ viewport: { width: 360, height: 740 } }); const p = await c.newPage();
  await type(p, t);
  console.log(t, "=>", await p.inputValue("#address"), "| test:", await p.inputValue("#test-address"), "| advice:", await p.locator("[data-advice]:visible").allInnerTexts(), "| users:", await p.locator(".value:visible", { hasText: "@" }).allInnerTexts(), "| session", await p.evaluate(() => sessionStorage.getItem("mailguide address")));
  if (t.includes("lnk")) { await p.click("[data-advice=meant] a"); await p.waitForTimeout(200); console.log("  corrected", p.url(), await p.inputValue("#address"), await p.inputValue("#test-address"), await p.locator("[data-advice]:visible").count(), await p.locator(".value:visible", { hasText: "@" }).first().innerText());
   await p.goto(base + "/programs/thunderbird"); await awake(p); console.log("  guide", await p.inputValue("#address"), await p.locator(".filled:visible", { hasText: "@" }).first().innerText()); }
  await c.close();
}
await shot("gmail-360", { act: async (p) => type(p, "jane@gmail.com") });
await shot("typo-360", { act: async (p) => type(p, "jane@centurylnk.net") });
await shot("post-nojs-360-full", { js: false, act: async (p) => { await p.goto(base + "/"); await p.fill("#address", "Jane@centurylnk.net"); await p.click("form.address-form button"); } });
await shot("post-js-1280", { width: 1280, height: 800, act: async (p) => { await type(p, "jane@gmail.com"); await p.click("form.address-form button"); await awake(p); await p.waitForTimeout(200); } });
await shot("foot-1280", { width: 1280, height: 800, act: async (p) => { await p.goto(base + "/report"); await p.evaluate(() => scrollTo(0, 9999)); } });
const c = await b.newContext(); const p = await c.newPage(); await type(p, "jane@centurylnk.net"); await p.click("form.address-form button"); await awake(p);
console.log("post js", p.url(), await p.locator("[data-advice]:visible").allInnerTexts(), await p.inputValue("#address"));
await p.click("[data-advice=meant] a"); await awake(p); console.log(" then", p.url(), await p.inputValue("#address"));
await b.close();

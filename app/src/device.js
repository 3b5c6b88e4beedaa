{
  const agent = navigator.userAgent;
  const apple = navigator.maxTouchPoints > 1 ? "iphone" : "mac";
  const [name] = [
    ["iphone", /iPhone|iPad/],
    ["android", /Android/],
    [apple, /Macintosh/],
    ["windows", /Windows/],
    ["linux", /Linux/],
  ].find(([, words]) => words.test(agent)) ?? [];
  if (name) document.documentElement.dataset.device = name;
}

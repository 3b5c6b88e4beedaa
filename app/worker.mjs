// The worker that tests the sign-in, so that the password stays on this device: it fetches its WebAssembly, waits for
// one message of the page with the fields of the form, asks the server what to test, and tests it. What its sessions
// find goes to the server, without the password, and comes back in words.
//
// It answers with `true` when it is ready, with each line of the test as a text, and with `false` when it is over or
// cannot go on. The page ends it then, with all that it holds.

import start, { check } from "worker";

const RELAY = location.origin.replace(/^http/, "ws") + "/api/relay";
const SUBPROTOCOL = "mailguide.relay.v1";
// In milliseconds: where it is not open by then, somebody on the path drops it.
const RELAY_WAIT = 10_000;
const WORDS = "/api/browser-test";
// In milliseconds: whoever looks on sees no difference, and the site is asked a tenth as often.
const PAUSE = 250;

// The server gives both files the same name.
const ready = start({ module_or_path: import.meta.url.replace(/\.js$/, "_bg.wasm") });
// How much later it is at the site than here, in seconds: certificates are judged by its clock, because those of
// devices may be wrong.
let siteAhead = 0;

// Some proxies and networks let no WebSocket through. The relay closes one for no service at once.
const relayed = new Promise((opened, refused) => {
  const socket = new WebSocket(RELAY, SUBPROTOCOL);
  socket.onopen = opened;
  socket.onclose = refused;
  setTimeout(refused, RELAY_WAIT);
});

Promise.all([ready, relayed]).then(() => postMessage(true), over);
// What goes wrong inside of WebAssembly ends all of it.
addEventListener("error", over);
addEventListener("unhandledrejection", over);

addEventListener("message", ({ data: fields }) => test(new URLSearchParams(fields)).then(over, over));

async function test(fields) {
  const password = fields.get("password");
  const asked = {
    address: fields.get("address"),
    services: fields.getAll("services[]"),
    message: fields.has("message"),
    observed: [],
    told: 0,
  };
  const tell = async () => {
    const answer = await fetch(WORDS, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) });
    siteAhead = Math.round((Date.parse(answer.headers.get("date")) - Date.now()) / 1000) || 0;
    const { job, events } = await answer.json();
    for (const event of events) postMessage(JSON.stringify(event));
    asked.told += events.length;
    if (!answer.ok) over();
    return job;
  };

  const job = await tell();
  await Promise.all([ready, relayed]);
  if (!job) return;
  // While one question is on its way, and a moment after it, what happens is collected for the next: each of them holds
  // everything.
  let asking, more, ended;
  const observe = ({ event, service, step, code, reason }) => {
    if (!["step", "done", "relay"].includes(event)) return;
    asked.observed.push({ event, service, step, code, reason });
    more = true;
    asking ??= (async () => {
      while (more) {
        more = false;
        await tell();
        await Promise.race([ended, new Promise((later) => setTimeout(later, PAUSE))]);
      }
      asking = undefined;
    })();
  };
  const sign_in = { ...job.sign_in, password };
  ended = check(RELAY, JSON.stringify({ ...job, sign_in, site_ahead: siteAhead }), observe);
  await ended;
  await asking;
}

function over() {
  postMessage(false);
}

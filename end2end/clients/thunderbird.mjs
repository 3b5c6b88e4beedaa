// Asks the Thunderbird of this machine what it finds for an address, by its own account discovery.

import { readFile } from "node:fs/promises";
import { startMozilla } from "../browsers/marionette.mjs";

/**
 * What Thunderbird finds for an address: its `AccountConfig`, or null if it finds nothing.
 *
 * @param {string} address  The address that is typed.
 * @param {object} site     `{ https, http, ca }`: the ports of the server under test, and the file of the
 *                          authority that its certificate comes from. The server answers for every name.
 */
export async function discover(address, { https, http, ca }) {
  const { send, stop } = await startMozilla("thunderbird", preferences(address, { https, http }));
  try {
    await send("Marionette:SetContext", { value: "chrome" });
    const authority = (await readFile(ca, "utf8")).replace(/-----[^-]*-----|\s/g, "");
    const domain = address.slice(address.lastIndexOf("@") + 1);
    const found = await send("WebDriver:ExecuteAsyncScript", { script: DISCOVERY, args: [authority, domain, address], sandbox: "system", scriptTimeout: 30_000 });
    const { config, error } = JSON.parse(found.value);
    if (error) throw new Error(`Thunderbird's discovery failed: ${error}`);
    return config;
  } finally {
    await stop();
  }
}

/** Runs in Thunderbird, with the rights of its own code. */
const DISCOVERY = `
  const [authority, domain, address, done] = arguments;
  (async () => {
    Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(authority, "CT,,");
    const { FindConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FindConfig.sys.mjs");
    const { value } = await FindConfig.parallelAutoDiscovery(domain, address, new AbortController().signal).next();
    return { config: value };
  })().then((found) => done(JSON.stringify(found)), (error) => done(JSON.stringify({ error: String(error) })));
`;

/** Every name leads to the server under test, nothing leaves this machine, and nothing is asked at the start. */
function preferences(address, { https, http }) {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const names = [domain, `autoconfig.${domain}`, `autodiscover.${domain}`];
  return {
    "network.dns.localDomains": names.join(","),
    "network.socket.forcePort": `443=${https};80=${http}`,
    // The list of providers that Thunderbird's makers keep.
    "mailnews.auto_config_url": "",
    "mail.provider.suppress_dialog_on_startup": true,
  };
}

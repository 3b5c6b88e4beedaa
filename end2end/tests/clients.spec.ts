// The mail programs of this machine read the settings that the site publishes, each with its own reader.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discover as thunderbird } from "../clients/thunderbird.mjs";
import { discover as geary } from "../clients/geary.mjs";
import { makeCertificates } from "../lab/certificates.mjs";
import { labOptions, serve } from "../mailguide.mjs";
import { expect, test } from "./fixtures";

type Site = { https: number; http: number; ca: string };

/** The site, under the names at which mail programs look for the settings of the lab's domain. */
async function published(lab: { domain: string }, use: (site: Site) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), "clients-"));
  const names = [lab.domain, `autoconfig.${lab.domain}`, `autodiscover.${lab.domain}`];
  const { ca, certificate, key } = await makeCertificates(join(directory, "certificates"), names);
  const tls = ["--tls-cert", certificate, "--tls-key", key, "--redirect-listen", "127.0.0.1:0"];
  const server = await serve([...labOptions(lab), "--host", lab.domain, ...tls]);
  try {
    const port = (pattern: RegExp) => Number(pattern.exec(server.output())?.[1]);
    await expect.poll(() => port(/redirecting http:\/\/127\.0\.0\.1:(\d+)/)).toBeGreaterThan(0);
    await use({ https: Number(new URL(server.url).port), http: port(/redirecting http:\/\/127\.0\.0\.1:(\d+)/), ca });
  } finally {
    await server.stop();
    await rm(directory, { recursive: true });
  }
}

// Thunderbird's numbers for "SSL/TLS", "STARTTLS" and "Normal password".
const TLS = 3;
const STARTTLS = 2;
const PASSWORD = 3;

test("Thunderbird finds every value by itself", async ({ lab }) => {
  test.setTimeout(120_000);
  await published(lab, async (site) => {
    const config = await thunderbird(`alice@${lab.domain}`, site);
    expect(config).toMatchObject({
      subSource: "xml-from-isp-https",
      incoming: { type: "imap", hostname: `mail.${lab.domain}`, port: 993, socketType: TLS, auth: PASSWORD, username: "%EMAILADDRESS%" },
      outgoing: { type: "smtp", hostname: `smtp.${lab.domain}`, auth: PASSWORD, username: "%EMAILADDRESS%" },
    });
    // What the provider documents comes before alternatives.
    const outgoing = [config.outgoing, ...config.outgoingAlternatives].map(({ port, socketType }) => [port, socketType]);
    expect(outgoing).toEqual([
      [587, STARTTLS],
      [465, TLS],
    ]);
    const pop = config.incomingAlternatives.find(({ type }: { type: string }) => type === "pop3");
    // Thunderbird deletes mail on the server after that many days.
    expect(pop).toMatchObject({ hostname: `pop.${lab.domain}`, port: 995, socketType: TLS, leaveMessagesOnServer: true });
    expect(pop.daysToLeaveMessagesOnServer).toBeGreaterThan(3650);
  });
});

test("Thunderbird finds them where only plain http reaches the site", async ({ lab }) => {
  test.setTimeout(120_000);
  await published(lab, async (site) => {
    // Nothing listens on port 9, as where the name has no certificate yet.
    const config = await thunderbird(`alice@${lab.domain}`, { ...site, https: 9 });
    expect(config).toMatchObject({ subSource: "xml-from-isp-http", incoming: { hostname: `mail.${lab.domain}` } });
  });
});

test("Geary, which reads only the first server, finds them", async ({ lab }) => {
  await published(lab, async (site) => {
    const found = await geary(lab.domain, site);
    expect(found.imap).toEqual({ host: `mail.${lab.domain}`, port: 993, security: "tls" });
    expect(found.smtp).toMatchObject({ host: `smtp.${lab.domain}` });
  });
});

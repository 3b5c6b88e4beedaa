// Creates the temporary certificate authority of the lab, and one certificate for all its servers.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./programs.mjs";

/** Writes the files to `directory` and returns their paths: `{ ca, certificate, key }`. */
export async function makeCertificates(directory, hosts) {
  await mkdir(directory, { mode: 0o755 });
  const path = (name) => join(directory, name);

  // Not the system's openssl.cnf, which adds extensions to every certificate.
  await writeFile(
    path("openssl.cnf"),
    `[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${hosts.map((host) => `DNS:${host}`).join(", ")}
`,
  );
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-config", path("openssl.cnf")];

  await run("openssl", [
    ...["req", "-x509", "-days", "30", "-subj", "/CN=Throw-away lab CA", "-extensions", "ca"],
    ...newKey,
    ...["-keyout", path("ca.key"), "-out", path("ca.pem")],
  ]);
  await run("openssl", [
    ...["req", "-subj", `/CN=${hosts[0]}`],
    ...newKey,
    ...["-keyout", path("server.key"), "-out", path("server.csr")],
  ]);
  await run("openssl", [
    ...["x509", "-req", "-days", "90", "-in", path("server.csr"), "-out", path("server.pem")],
    ...["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"],
    ...["-extfile", path("openssl.cnf"), "-extensions", "server"],
  ]);
  // Both servers read the key as root, before they drop their privileges.
  await chmod(path("server.key"), 0o600);
  await chmod(path("ca.key"), 0o600);
  return { ca: path("ca.pem"), certificate: path("server.pem"), key: path("server.key") };
}

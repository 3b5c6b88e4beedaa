// Finishes the browser bundle: Trunk's hook between building it and putting it into dist/pkg.
//
// Makes one script each of hydrate.mjs and worker.mjs and the glue of wasm-bindgen, makes one style sheet of style/, and, in release, adds the
// compressed forms, so that the server compresses nothing that is always the same.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const { TRUNK_STAGING_DIR: staging, TRUNK_PROFILE: profile } = process.env;
if (!staging) throw new Error("TRUNK_STAGING_DIR is not set: this is a hook of Trunk, see Trunk.toml");

// The style sheet is sent inside of pages, so it has no compressed forms of its own.
const COMPRESSED = ["browser.js", "browser_bg.wasm", "worker.js", "worker_bg.wasm"];
const FILES = [...COMPRESSED, "main.css"];
// The oldest browsers with everything that the bundle and the style sheet use without a fallback.
const BROWSERS = "--target=chrome111,firefox114,safari16.4";

const style = fileURLToPath(new URL("../style/main.css", import.meta.url));

await Promise.all([
  script("browser", "hydrate.mjs"),
  script("worker", "worker.mjs"),
  // It becomes part of every page, with its pictures.
  esbuild(style, "--bundle", "--minify", BROWSERS, "--loader:.svg=dataurl", `--outfile=${join(staging, "main.css")}`),
]);

// What else Trunk leaves there, such as its page, would be part of the program.
for (const name of await readdir(staging)) {
  if (!FILES.includes(name)) await rm(join(staging, name), { recursive: true });
}

if (profile === "release") {
  const rows = await Promise.all(COMPRESSED.map(compress));
  for (const { name, raw, gz, br } of rows) {
    console.log(`${name.padEnd(16)} ${bytes(raw)} raw ${bytes(gz)} gzip ${bytes(br)} brotli`);
  }
  for (const name of ["browser", "worker"]) {
    const total = rows.filter((row) => row.name.startsWith(name)).reduce((sum, { br }) => sum + br, 0);
    console.log(`all of ${name.padEnd(9)} ${bytes(total)} brotli`);
  }
}

// The glue of wasm-bindgen becomes part of the script that calls it: one request less.
async function script(name, entry) {
  const path = join(staging, `${name}.js`);
  entry = fileURLToPath(new URL(entry, import.meta.url));
  await esbuild(entry, "--bundle", `--alias:${name}=${path}`, "--format=esm", "--minify", BROWSERS, "--allow-overwrite", `--outfile=${path}`);
}

async function esbuild(...args) {
  const child = spawn("esbuild", ["--log-level=warning", "--legal-comments=none", ...args], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) {
    console.error("bundle: esbuild failed");
    process.exit(1);
  }
}

async function compress(name) {
  const path = join(staging, name);
  const data = await readFile(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(data, { params }),
    promisify(gzip)(data, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
  return { name, raw: data.length, br: br.length, gz: gz.length };
}

function bytes(count) {
  return String(count).padStart(7);
}

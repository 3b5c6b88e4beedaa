// The number of bytes that a visitor downloads.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { serve } from "../mailguide.mjs";
import { grouped, table } from "./table.mjs";

const BUNDLE = fileURLToPath(new URL("../../dist/pkg", import.meta.url));
const BUDGET = 127_800;

export async function benchSizes() {
  const files = await bundle();
  const server = await serve();
  try {
    const response = await fetch(`${server.url}/`);
    if (!response.ok) throw new Error(`GET / answered ${response.status}`);
    files.push({ name: "/", kind: "html", bytes: Buffer.from(await response.arrayBuffer()) });
  } finally {
    await server.stop();
  }
  const rows = files.map(({ name, kind, bytes }) => ({
    name,
    kind,
    sizes: [bytes.length, brotli(bytes).length, gzipSync(bytes, { level: 9 }).length],
  }));
  const scripts = program(rows, "browser");

  table(
    "Bytes",
    ["", "raw", "brotli", "gzip"],
    rows.map(({ name, sizes }) => [name, ...sizes.map(grouped)]),
  );
  const verdict = scripts <= BUDGET ? "within" : "OVER";
  console.log(`  wasm and JavaScript, brotli: ${grouped(scripts)}, ${verdict} the budget of ${grouped(BUDGET)}`);
  console.log(`  the worker that tests a sign-in, brotli: ${grouped(program(rows, "worker"))}`);
}

/** The bytes of a script with its WebAssembly, compressed. */
function program(rows, name) {
  const files = rows.filter((row) => row.kind !== "css" && row.name.startsWith(name));
  return files.reduce((sum, { sizes }) => sum + sizes[1], 0);
}

/** The files of the bundle, without their compressed versions. */
async function bundle() {
  const entries = await readdir(BUNDLE, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error("there is no browser bundle: build it first with make build");
  });
  const files = [];
  for (const entry of entries) {
    const kind = /\.(wasm|js|css)$/.exec(entry.name)?.[1];
    if (!entry.isFile() || !kind) continue;
    // Node 20 has `path`, later versions `parentPath`.
    const bytes = await readFile(join(entry.parentPath ?? entry.path, entry.name));
    files.push({ name: entry.name, kind, bytes });
  }
  const order = ["wasm", "js", "css"];
  return files.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.name.localeCompare(b.name));
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      // The same window as for the files that are served.
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

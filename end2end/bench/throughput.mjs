// Requests per second of a page, compared with nginx serving the same bytes from a file.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { claimPorts } from "../lab/ports.mjs";
import { program, run } from "../lab/programs.mjs";
import { serve } from "../mailguide.mjs";
import { grouped, table } from "./table.mjs";

const WRK = ["-t1", "-c32", "-d8s"];

export async function benchThroughput(directory) {
  const server = await serve();
  try {
    await compareWithNginx(directory, server.url, "/");
  } finally {
    await server.stop();
  }
}

/** Prints how many requests per second a server answers for this page, and how many nginx does with the same bytes. */
export async function compareWithNginx(directory, url, path) {
  const page = await download(url + path);
  const nginx = await startNginx(directory, page);
  try {
    const same = await download(nginx.url);
    if (!same.body.equals(page.body)) throw new Error("nginx does not serve the same bytes");
    const ours = await requestsPerSecond(url + path);
    const theirs = await requestsPerSecond(nginx.url);
    table(
      `Requests per second of ${path} (${grouped(page.body.length)} bytes, not compressed; wrk ${WRK.join(" ")})`,
      ["", "requests/s", "headers"],
      [
        ["mailguide, from memory", grouped(ours), page.headers.length / 2],
        ["nginx, from a file", grouped(theirs), same.headers.length / 2],
      ],
    );
    console.log(`  mailguide serves ${(ours / theirs).toFixed(2)} times as many as nginx`);
  } finally {
    await nginx.stop();
  }
}

/** Does not use fetch, which requests a compressed response. */
function download(url) {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ body: Buffer.concat(parts), headers: response.rawHeaders });
        else reject(new Error(`GET ${url} answered ${response.statusCode}`));
      });
    }).on("error", reject);
  });
}

async function requestsPerSecond(url) {
  // A warm-up of one second: caches are empty at first.
  await run("wrk", ["-t1", "-c32", "-d1s", url]);
  const report = await run("wrk", [...WRK, url]);
  if (/Non-2xx|Socket errors/.test(report)) throw new Error(`wrk met errors at ${url}:\n${report}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(report)[1]);
}

async function startNginx(directory, page) {
  const root = await mkdtemp(join(directory, "nginx-"));
  const { ports, release } = await claimPorts(["127.0.0.1"]);
  await writeFile(join(root, "index.html"), page.body);
  await writeFile(join(root, "nginx.conf"), configuration(root, ports[0], page.headers));
  const child = spawn(program("nginx"), ["-p", root, "-c", join(root, "nginx.conf"), "-e", join(root, "error.log")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const kill = () => child.kill("SIGTERM");
  process.on("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    kill();
    await ended;
    release();
  };
  const url = `http://127.0.0.1:${ports[0]}/`;
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await download(url).catch(() => null)) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("nginx did not start:\n" + (await readFile(join(root, "error.log"), "utf8").catch(() => "")));
}

function configuration(root, port, headers) {
  // Headers of the transfer, which each server sets itself, and those that nginx sends anyway.
  const own = ["connection", "content-length", "content-type", "date", "etag", "last-modified", "server", "transfer-encoding"];
  const lines = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i].toLowerCase(), headers[i + 1]];
    // nginx would interpret a dollar sign as the start of a variable.
    if (!own.includes(name) && !value.includes("$")) lines.push(`add_header ${name} ${JSON.stringify(value)};`);
  }
  return `
daemon off;
pid ${root}/nginx.pid;
# The default user of the workers has no permission to read this directory.
user root;
worker_processes auto;
events {}
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=10;
  types { text/html html; }
  charset utf-8;
  client_body_temp_path ${root}/body;
  proxy_temp_path ${root}/proxy;
  fastcgi_temp_path ${root}/fastcgi;
  uwsgi_temp_path ${root}/uwsgi;
  scgi_temp_path ${root}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    ${lines.join("\n    ")}
  }
}
`;
}

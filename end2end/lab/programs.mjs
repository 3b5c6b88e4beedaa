// Runs other programs. The error for a missing program names its Debian package.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const PACKAGES = {
  curl: "curl",
  dovecot: "dovecot-imapd dovecot-pop3d",
  nginx: "nginx-light",
  openssl: "openssl",
  postfix: "postfix",
  swaks: "swaks",
  taskset: "util-linux",
  testssl: "testssl.sh",
  WebKitWebDriver: "webkit2gtk-driver",
  wrk: "wrk",
  Xvfb: "xvfb",
};

// Daemons are in sbin, which is not on the PATH of every shell.
const DIRECTORIES = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of a program, given by name or path. Throws an error that names the package if it is missing. */
export function program(name) {
  if (name.includes("/")) return name;
  for (const directory of DIRECTORIES) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory: try the next one.
    }
  }
  throw new Error(`${name} is not installed. On Debian or Ubuntu: apt-get install ${PACKAGES[name] ?? name}`);
}

/**
 * Runs a program to its end and returns its output. An exit code that is not accepted, by default any but
 * zero, is an error that contains the output.
 *
 * The program has ended when its output ends. A program that leaves a daemon behind, which may keep the
 * pipes open, has ended when it exits; its output may then be incomplete.
 */
export function run(name, args, { input = "", cwd, env, accept = (code) => code === 0, leavesDaemon = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(name), args, { cwd, env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => (stdout += bytes));
    child.stderr.on("data", (bytes) => (stderr += bytes));
    // If a program exits without reading its input, only its exit code matters.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", reject);
    child.on(leavesDaemon ? "exit" : "close", (code, signal) => {
      child.stdout.destroy();
      child.stderr.destroy();
      if (accept(code)) resolve(stdout);
      else reject(new Error(`${name} ${args.join(" ")} ended with ${signal ?? code}:\n${stderr || stdout}`));
    });
  });
}

/** The numeric ids of a system user and its group. */
export async function systemUser(name) {
  const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
  return { uid: Number(uid), gid: Number(gid) };
}

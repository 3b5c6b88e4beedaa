// Runs other programs, and says which Debian package a missing one is in.

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
  wrk: "wrk",
};

// Daemons live in sbin, which is not on the PATH of every shell.
const DIRECTORIES = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of a program, given as its name or its path; a missing one is an error that names its package. */
export function program(name) {
  if (name.includes("/")) return name;
  for (const directory of DIRECTORIES) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: look in the next directory.
    }
  }
  throw new Error(`${name} is not installed. On Debian or Ubuntu: apt-get install ${PACKAGES[name] ?? name}`);
}

/**
 * Runs a program to its end and gives what it printed; an exit code that is not accepted, which is any
 * but zero, is an error with its words.
 *
 * The end is the end of its output. Only of a program that leaves a daemon behind, which may keep the
 * pipes open, it is the exit; what it prints may then be cut off.
 */
export function run(name, args, { input = "", cwd, env, accept = (code) => code === 0, leavesDaemon = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(name), args, { cwd, env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => (stdout += bytes));
    child.stderr.on("data", (bytes) => (stderr += bytes));
    // A program that exits without reading its input is judged by its exit code alone.
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

/** The numbers of a system user and its group. */
export async function systemUser(name) {
  const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
  return { uid: Number(uid), gid: Number(gid) };
}

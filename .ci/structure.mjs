// Checks the structure of the Rust sources: no import leads in a circle, neither between files nor
// between the folders of a crate, no file is longer than a reader can hold in mind, and what opens many
// connections to a mail server is named by the command line only.
//
//   node .ci/structure.mjs
//
// `cargo modules` would find the circles too, but it takes minutes to build.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const CRATES = ["probe", "app", "server"];
const MAX_LINES = 450;

const faults = CRATES.flatMap((crate) => {
  const modules = readModules(join(crate, "src"));
  const imports = new Map([...modules].map(([name, module]) => [name, importsOf(name, module, modules)]));
  return [
    ...tooLong(modules),
    ...circles(imports).map((names) => `${crate}: these files import each other: ${names.join(", ")}`),
    ...forCommandLine(crate, modules),
    ...circles(byFolder(imports)).map((names) => `${crate}: these folders import each other: ${names.join(", ")}`),
  ];
});
for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;

/** The product's modules by their paths, such as `net::dns`. Tests and what only tests use are left out. */
function readModules(source) {
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
    .map((entry) => relative(source, join(entry.parentPath ?? entry.path, entry.name)));
  const modules = files.map((file) => {
    const path = file.slice(0, -".rs".length).split("/").filter((part) => !["lib", "mod"].includes(part));
    return [path.join("::"), { path, file: join(source, file), text: readFileSync(join(source, file), "utf8") }];
  });
  const isTest = ({ path }) => path.some((part) => ["tests", "testing", "simulation", "main"].includes(part));
  return new Map(modules.filter(([, module]) => !isTest(module)));
}

function tooLong(modules) {
  const lines = (text) => text.split("\n").length - 1;
  return [...modules.values()]
    .filter(({ text }) => lines(text) > MAX_LINES)
    .map(({ file, text }) => `${file} has ${lines(text)} lines, expected at most ${MAX_LINES}`);
}

/** Who names what only an operator may ask for, and is neither the probe itself nor a command. */
function forCommandLine(crate, modules) {
  const allowed = ({ path }) => crate === "probe" || (crate === "server" && path[0] === "commands");
  return [...modules.values()]
    .filter((module) => !allowed(module) && module.text.includes("simulate_clients"))
    .map(({ file }) => `${file} names simulate_clients, expected only commands to do so`);
}

/** The names of the modules that a module uses. */
function importsOf(name, { path, text }, modules) {
  const code = text.split("#[cfg(test)]\nmod tests {")[0].replace(/\/\/.*/g, "");
  const used = [...code.matchAll(/\buse\s+((?:crate|super|self)\b[^;]*);/g)].flatMap(([, tree]) => expand(tree));
  const inline = [...code.replace(/\buse\s[^;]*;/g, "").matchAll(/\b(?:crate|super)(?:::\w+)+/g)].map(([found]) => found);
  const found = [...used, ...inline].map((imported) => resolve(imported.split("::").map((part) => part.trim()), path, modules));
  return new Set(found.filter((module) => module !== name && modules.has(module)));
}

/** `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`. */
function expand(tree) {
  const group = /^([^{]*)\{(.*)\}\s*$/s.exec(tree);
  if (!group) return [tree.replace(/\s+as\s+\w+/, "")];
  const items = [""];
  let depth = 0;
  for (const letter of group[2]) {
    depth += letter === "{" ? 1 : letter === "}" ? -1 : 0;
    if (letter === "," && depth === 0) items.push("");
    else items[items.length - 1] += letter;
  }
  return items.filter((item) => item.trim()).flatMap((item) => expand(item)).map((item) => group[1].trim() + item.trim());
}

/** The module that a path leads to: the longest beginning of it that is one. */
function resolve(parts, from, modules) {
  let module = parts[0] === "crate" ? [] : from;
  let rest = ["crate", "self"].includes(parts[0]) ? parts.slice(1) : parts;
  for (; rest[0] === "super"; rest = rest.slice(1)) module = module.slice(0, -1);
  for (const part of rest) {
    if (!modules.has([...module, part].join("::"))) break;
    module = [...module, part];
  }
  return module.join("::");
}

/** The same for the folders of a crate; a file beside them is in none. */
function byFolder(imports) {
  const folder = (name) => name.split("::")[0];
  const names = new Set([...imports.keys()].filter((name) => name.includes("::")).map(folder));
  const folders = new Map([...names].map((name) => [name, new Set()]));
  for (const [name, used] of imports) {
    for (const other of [...used].map(folder)) {
      if (names.has(other) && other !== folder(name)) folders.get(folder(name))?.add(other);
    }
  }
  return folders;
}

/** Groups of names of which each reaches every other. */
function circles(graph) {
  const reached = new Map([...graph.keys()].map((name) => [name, reachable(graph, name)]));
  const groups = new Map();
  for (const name of graph.keys()) {
    const group = [...reached.get(name)].filter((other) => reached.get(other)?.has(name)).sort();
    if (group.length > 1) groups.set(group.join(), group);
  }
  return [...groups.values()];
}

function reachable(graph, start) {
  const found = new Set();
  const waiting = [start];
  while (waiting.length) {
    for (const next of graph.get(waiting.pop()) ?? []) {
      if (!found.has(next)) waiting.push(next);
      found.add(next);
    }
  }
  return found;
}

// Programs that run until they are stopped, at the latest when this process ends.

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { program } from "../lab/programs.mjs";

/** How long a program may take until it can be reached, in milliseconds. */
const START = 60_000;

/**
 * Starts a program.
 *
 * @param {string} name  By name or path.
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns `reached` tries something again and again until it succeeds, and gives up when the program ends or START
 *   is over.
 */
export function start(name, args, options = {}) {
  const child = spawn(program(name), args, { stdio: "ignore", ...options });
  let ended;
  const closed = new Promise((resolve) => {
    child.on("close", (code, signal) => resolve((ended = new Error(`${name} ended with ${signal ?? code}`))));
    child.on("error", (error) => resolve((ended = error)));
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  return {
    child,
    reached: async (attempt) => {
      const deadline = Date.now() + START;
      for (;;) {
        try {
          return await attempt();
        } catch (cause) {
          if (ended) throw ended;
          if (Date.now() > deadline) throw new Error(`${name} could not be reached`, { cause });
          await sleep(50);
        }
      }
    },
    stop: async () => {
      kill();
      await closed;
      process.off("exit", kill);
    },
  };
}

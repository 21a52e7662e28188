import type { Command } from "commander";
import { readPaths } from "./paths.ts";
import { buildProgram } from "./program.ts";

/** The tree of commands to read and to write about: nothing of it can be run. */
export function describedProgram(): Command {
  return buildProgram({
    terminal: { out: () => {}, err: () => {} },
    paths: readPaths({}),
    withAgent: () => Promise.reject(new Error("a description runs no command")),
  });
}

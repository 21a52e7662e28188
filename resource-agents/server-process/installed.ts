import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { type AgentResult, failed, OCF } from "../contract.ts";

/** Null when each of the paths, by the name of its parameter, is there; else what is missing. */
export function findMissing(
  paths: readonly (readonly [name: string, path: string])[],
): AgentResult | null {
  for (const [name, path] of paths) {
    if (!existsSync(path)) return failed(OCF.ERR_INSTALLED, `${name} "${path}": not found`);
  }
  return null;
}

/** Processes are told by their executable, which for a script would be its shell. */
export function isScript(path: string): boolean {
  const buffer = Buffer.alloc(2);
  const file = openSync(path, "r");
  try {
    return readSync(file, buffer, 0, 2, 0) === 2 && buffer.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}

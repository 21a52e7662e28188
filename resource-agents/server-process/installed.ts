import { closeSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { type AgentResult, failed, OCF } from "../contract.ts";

/** A path by the name of its parameter. */
export type NamedPath = readonly [name: string, path: string];

/** The files without which a server cannot run. */
export interface NeededFiles {
  readonly binary: NamedPath;
  readonly configs: readonly NamedPath[];
  /** True: a folder of configuration files will do. False by default. */
  readonly mayBeFolders?: boolean;
}

/** What of a server is not on this host, in one line; null when all is there. */
export function explainAbsence({
  binary,
  configs,
  mayBeFolders = false,
}: NeededFiles): string | null {
  for (const named of [binary, ...configs]) {
    const [name, path] = named;
    const stat = statOf(path);
    if (stat === null) return `${name} "${path}": not found`;
    const mayBeFolder = mayBeFolders && named !== binary;
    if (!stat.isFile() && !mayBeFolder) return `${name} "${path}": expected a file`;
  }
  const [name, path] = binary;
  return isScript(path) ? `${name} "${path}": is a script, expected the server binary` : null;
}

/** Null when all is there that a server needs; else what is missing. */
export function checkInstalled(needed: NeededFiles): AgentResult | null {
  const absence = explainAbsence(needed);
  return absence === null ? null : failed(OCF.ERR_INSTALLED, absence);
}

/** Processes are told by their executable, which for a script would be its shell. */
function isScript(path: string): boolean {
  const buffer = Buffer.alloc(2);
  const file = openSync(path, "r");
  try {
    return readSync(file, buffer, 0, 2, 0) === 2 && buffer.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}

/** Null for a path that leads nowhere, whatever the reason, such as a file in place of a folder. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

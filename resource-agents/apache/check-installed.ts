import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { ApacheSettings } from "./settings.ts";

/** What of the server is not on this host, in one line; null when binary and file are there. */
export function explainAbsence({ binary, configFile }: ApacheSettings): string | null {
  for (const [name, path] of [
    ["httpd", binary],
    ["configfile", configFile],
  ] as const) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return `${name} "${path}": not found`;
    if (!stat.isFile()) return `${name} "${path}": expected a file`;
  }
  if (!isScript(binary)) return null;
  return `httpd "${binary}": is a script, expected the server binary`;
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

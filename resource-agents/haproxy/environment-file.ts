import { readFileSync } from "node:fs";

/** Where distributions keep the variables of the unit. */
export const ENVIRONMENT_FILES_DEFAULT: readonly string[] = [
  "/etc/default/haproxy",
  "/etc/sysconfig/haproxy",
];

/**
 * Reads files of variables as systemd does: lines `NAME=value`, quotes taken off, nothing else
 * special. A file that is not there has none.
 */
export function readEnvironmentFiles(paths: readonly string[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const path of paths) {
    for (const line of readLines(path)) {
      const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      variables[name] = value.trim().replace(/^"(.*)"$|^'(.*)'$/, "$1$2");
    }
  }
  return variables;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

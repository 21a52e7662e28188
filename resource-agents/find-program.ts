import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { PATH_DEFAULT } from "./child-process.ts";

/** Where a command would be found in PATH, or null; costs no fork. */
export function findProgram(name: string): string | null {
  const folders = (process.env["PATH"] ?? PATH_DEFAULT).split(":");
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

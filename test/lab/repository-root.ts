import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The checkout's top folder, found upwards from the current folder by its package.json. */
export function repositoryRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && readFileSync(file, "utf8").includes('"name": "lb-cluster"')) {
      return folder;
    }
    if (folder === "/") throw new Error(`no lb-cluster checkout at or above ${process.cwd()}`);
  }
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const MAGIC = /[*?[]/;

/** What a pattern with full path stands for: the paths, sorted, and the folders looked into. */
export interface Expanded {
  readonly paths: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Expands `*`, `?` and `[...]` in each part of a full path, as glob(3) does: sorted, names with a
 * leading dot left out. A path without any of them stands for itself, whether it is there or not.
 */
export function expandGlob(pattern: string): Expanded {
  if (!MAGIC.test(pattern)) return { paths: [pattern], folders: [] };
  const folders: string[] = [];
  let paths = ["/"];
  for (const part of pattern.split("/").filter((each) => each !== "")) {
    if (!MAGIC.test(part)) {
      paths = paths.map((path) => join(path, part));
      continue;
    }
    folders.push(...paths);
    const regex = partRegex(part);
    paths = paths.flatMap((path) =>
      listNames(path)
        .filter((name) => (part.startsWith(".") || !name.startsWith(".")) && regex.test(name))
        .map((name) => join(path, name)),
    );
  }
  return { paths: paths.filter((path) => existsSync(path)).sort(), folders };
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function partRegex(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (piece.length > 1) return piece.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return piece.replace(/[\\^$.|+(){}[\]]/, "\\$&");
  });
  return new RegExp(`^${source}$`);
}

import { statSync } from "node:fs";

/** What tells one content of each file or folder from another, by path. */
export type FileStamps = ReadonlyMap<string, string | null>;

/**
 * What tells one content of a file from another: inode, times and size, or null when it is not
 * there. The time of change counts too: a file put in place of another may be older than it.
 */
export function stampFile(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.size}`;
}

/** Stamps of several files and folders; links are followed. */
export function stampFiles(paths: Iterable<string>): FileStamps {
  return new Map([...new Set(paths)].map((path) => [path, tryStamp(path)]));
}

/** True while none of the files and folders is another than when it was stamped. */
export function areUnchanged(stamps: FileStamps): boolean {
  for (const [path, known] of stamps) if (tryStamp(path) !== known) return false;
  return true;
}

/** A path through a file, or one that may not be looked at, is as good as none. */
function tryStamp(path: string): string | null {
  try {
    return stampFile(path);
  } catch {
    return null;
  }
}

import { accessSync, constants, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { ReadinessFinding } from "../contract.ts";
import { shellWord } from "./shell-word.ts";

/** Less than this is full: a PID file and the first lines of a log have to fit. */
const FREE_MIN_BYTES = 1024 * 1024;

/** What is free of a file system. Some have no count of files: null. */
export interface FreeSpace {
  readonly bytes: number;
  readonly files: number | null;
}

/** What is free where the folder is, or where it would be made. Null when that cannot be told. */
export function readFreeSpace(folder: string): FreeSpace | null {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(existingPart(folder));
    return { bytes: bavail * bsize, files: files === 0 ? null : ffree };
  } catch {
    return null;
  }
}

/** A finding for each folder that a server could not write to: full, or mounted read-only. */
export function checkFolders(
  folders: Iterable<string>,
  readSpace: (folder: string) => FreeSpace | null = readFreeSpace,
): ReadinessFinding[] {
  return [...new Set(folders)].flatMap((folder) => {
    const found = explainFolder(folder, readSpace);
    if (found === null) return [];
    const remedy = `df -h ${shellWord(existingPart(folder))}`;
    return [{ severity: "blocks", problem: `folder "${folder}": ${found}`, remedy }];
  });
}

function explainFolder(
  folder: string,
  readSpace: (folder: string) => FreeSpace | null,
): string | null {
  try {
    accessSync(existingPart(folder), constants.W_OK);
  } catch (error) {
    const isReadOnly = error instanceof Error && "code" in error && error.code === "EROFS";
    return isReadOnly ? "on a file system that is read-only" : "cannot be written to";
  }
  const space = readSpace(folder);
  if (space === null) return null;
  if (space.bytes < FREE_MIN_BYTES) {
    return `disk full, ${space.bytes} bytes free, expected ${FREE_MIN_BYTES} or more`;
  }
  return space.files === 0 ? "no inode free, expected one or more" : null;
}

function existingPart(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      accessSync(folder, constants.F_OK);
      return folder;
    } catch {
      if (dirname(folder) === folder) return folder;
    }
  }
}

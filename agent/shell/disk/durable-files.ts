import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Names of files in writing end so; after a crash they are leftovers. */
export const TEMPORARY_SUFFIX = ".writing";
const FILE_MODE = 0o600;

/**
 * Writes a file that replaces `name` at once and survives a loss of power: temporary file, fsync,
 * `beforeRename`, rename, fsync of the folder. On failure the old file stays; rejects.
 */
export async function replaceFile(
  place: { readonly folder: string; readonly name: string },
  text: string,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const temporary = await writeTemporary(place, text);
  try {
    await beforeRename();
    await rename(temporary, join(place.folder, place.name));
  } catch (error) {
    await unlink(temporary).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
  await syncFolder(place.folder);
}

/** Writes a new file durably. False when there is one of that name: it is left alone. */
export async function createFile(
  place: { readonly folder: string; readonly name: string },
  text: string,
): Promise<boolean> {
  const temporary = await writeTemporary(place, text);
  try {
    await link(temporary, join(place.folder, place.name));
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(temporary).catch(() => {}); // A leftover is cleaned at the next start.
  }
  await syncFolder(place.folder);
  return true;
}

/** Makes renames, links and removals in the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The code of a failed system call, such as `ENOSPC`; "" for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function writeTemporary(
  { folder, name }: { readonly folder: string; readonly name: string },
  text: string,
): Promise<string> {
  const path = join(folder, `${name}${TEMPORARY_SUFFIX}`);
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, "w", FILE_MODE);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    return path;
  } catch (error) {
    await handle?.close().catch(() => {}); // The first failure is the one to tell.
    await unlink(path).catch(() => {});
    throw error;
  }
}

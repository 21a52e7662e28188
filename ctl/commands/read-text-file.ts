import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Problem } from "../../agent/core/model/index.ts";
import { type CtlError, refused, refusedBy } from "../ctl-error.ts";

/** Longest file that is read, in bytes. */
const FILE_BYTES_MAX = 128 * 1024 * 1024;

/** How much is read at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The text of a file that was named on the command line. Throws what is the matter with it when it
 * is not there, no file, too long, or not in UTF-8: letters of another code would be read wrong.
 */
export function readTextFile(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw refused(`${file} does not exist`);
  if (stats.isDirectory()) throw refused(`${file} is a directory: must be a file`);
  if (stats.size > FILE_BYTES_MAX) {
    throw refused(`${file}: ${stats.size} bytes: at most ${FILE_BYTES_MAX} are read`);
  }
  const bytes = readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw refused(`${file}: must be a text in UTF-8`);
    throw error;
  }
}

/** All bytes of a file: a device or a pipe, which has no size, may go on for ever. */
function readBytes(file: string): Buffer {
  const chunks: Buffer[] = [];
  const handle = openSync(file, "r");
  try {
    for (let length = 0; length <= FILE_BYTES_MAX; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readSync(handle, chunk, 0, CHUNK_BYTES, null);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
  } finally {
    closeSync(handle);
  }
  throw refused(`${file}: goes on after ${FILE_BYTES_MAX} bytes: no more are read`);
}

/** The text of a CIB file; throws for the JSON of an export, which has to be made one first. */
export function readCibText(file: string): string {
  const text = readTextFile(file);
  if (!/^\s*[{[]/.test(text)) return text;
  throw refused(
    `${file}: is JSON, not a CIB file; "lbctl cib export --from ${file}" makes one of an export`,
  );
}

/** Mistakes in a file, each with its name in front. */
export function refusedIn(file: string, problems: readonly Problem[]): CtlError {
  return refusedBy(problems.map((problem) => ({ ...problem, path: `${file}: ${problem.path}` })));
}

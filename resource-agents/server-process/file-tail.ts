import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const TAIL_BYTES = 2048;

/** The last line of a log; "" when it is piped to a program, or is not there yet. */
export function lastLine(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(TAIL_BYTES);
      const from = Math.max(0, fstatSync(file).size - TAIL_BYTES);
      const length = readSync(file, buffer, 0, TAIL_BYTES, from);
      return buffer.toString("utf8", 0, length).trim().split("\n").at(-1) ?? "";
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

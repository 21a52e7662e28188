import { readFile, stat } from "node:fs/promises";
import type { ShownFile } from "../../core/model/index.ts";
import type { FileReader } from "../../ports/index.ts";

const SHOWN_MAX_BYTES = 64 * 1024;
const READABLE_BY_ALL = 0o004;

/** Reads text files for people; what not everybody may read on this host is not shown. */
export function openFileReader(
  onRead: (askId: number, files: readonly ShownFile[]) => void,
): FileReader {
  return {
    read: (askId, names) => {
      void Promise.all(names.map(readShown)).then((files) => onRead(askId, files));
    },
  };
}

/** Never rejects. */
async function readShown(name: string): Promise<ShownFile> {
  const without = (problem: string): ShownFile => ({ name, text: "", problem });
  try {
    const { size, mode } = await stat(name);
    if ((mode & READABLE_BY_ALL) === 0) {
      return without("not everybody may read it, so it is not shown");
    }
    if (size > SHOWN_MAX_BYTES)
      return without(`${size} bytes, at most ${SHOWN_MAX_BYTES} are shown`);
    const text = await readFile(name, "utf8");
    return text.includes("\0") ? without("not a text file") : { name, text, problem: "" };
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    return without(isAbsent ? "is not there" : String(error));
  }
}

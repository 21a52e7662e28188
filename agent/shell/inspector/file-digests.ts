import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

const DIGESTED_MAX_BYTES = 8 * 1024 * 1024;
const REMEMBERED_MAX = 5000;
const DIGEST_CHARACTERS = 32;

interface Remembered {
  /** Tells whether the file was changed since. */
  readonly stamp: string;
  readonly digest: string;
}

/** Digests of files; what has not changed on disk is not read again. */
export class FileDigests {
  readonly #known = new Map<string, Remembered>();

  /** A digest of what is in the file, or why there is none: that is compared as well. */
  async of(path: string): Promise<string> {
    try {
      const { mtimeMs, ctimeMs, size, ino } = await stat(path);
      const stamp = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
      const known = this.#known.get(path);
      if (known?.stamp === stamp) return known.digest;
      if (size > DIGESTED_MAX_BYTES) return `${size} bytes, too large to be read`;
      const hash = createHash("sha256").update(await readFile(path));
      const digest = `sha256:${hash.digest("hex").slice(0, DIGEST_CHARACTERS)}`;
      if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
      this.#known.set(path, { stamp, digest });
      return digest;
    } catch (error) {
      this.#known.delete(path);
      return codeOf(error) === "ENOENT" ? "" : `cannot be read: ${codeOf(error)}`;
    }
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}

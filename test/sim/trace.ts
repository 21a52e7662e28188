import { createHash } from "node:crypto";

/** What happened, line by line: folded into a hash, and given to whoever reads along. */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #onLine: ((line: string) => void) | null;
  /** The last lines, to be shown when a check breaks. */
  readonly #last: string[] = [];
  lineCount = 0;

  constructor(onLine: ((line: string) => void) | null) {
    this.#onLine = onLine;
  }

  write(atMs: number, where: string, text: string): void {
    const line = `${String(atMs).padStart(8)} ${where.padEnd(5)} ${text}`;
    this.lineCount += 1;
    this.#hash.update(line);
    this.#hash.update("\n");
    this.#last.push(line);
    if (this.#last.length > LAST_LINES) this.#last.shift();
    this.#onLine?.(line);
  }

  /** The last lines, oldest first. */
  last(): readonly string[] {
    return this.#last;
  }

  /** The first 16 digits of the hash of all lines; ends the trace. */
  digest(): string {
    return this.#hash.digest("hex").slice(0, 16);
  }
}

const LAST_LINES = 30;

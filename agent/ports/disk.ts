import type { Cib } from "../core/model/index.ts";

/** The CIB's place on disk. Every call ends in its callback; failures are values. */
export interface Disk {
  /**
   * Writes the CIB durably: temporary file, fsync, rename, fsync of the folder; the former content
   * is kept as an older generation. `done(null)` only after all of that; otherwise one clear line.
   */
  writeCib(cib: Cib, done: (problem: string | null) => void): void;
  /** Keeps a copy that lost against another, with the reason in its name; never deletes one. */
  setAside(cib: Cib, label: string, done: (problem: string | null) => void): void;
  /** Remembers the highest ring sequence number seen. */
  writeRingSeq(seq: number, done: (problem: string | null) => void): void;
}

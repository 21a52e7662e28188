import { mkdirSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { link, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

import { type Cib, renderCibVersion } from "../../core/model/index.ts";
import type { Disk } from "../../ports/index.ts";
import type { WriteLog } from "../log/index.ts";
import { codeOf, createFile, replaceFile, TEMPORARY_SUFFIX } from "./durable-files.ts";
import {
  CIB_FILE,
  CIB_KIND,
  type CibOnDisk,
  GENERATIONS_MAX,
  generationName,
  moveAside,
  readCibFiles,
} from "./read-cib.ts";
import { openRecord, sealRecord } from "./sealed-record.ts";

const RING_FILE = "ring-seq.json";
const RING_KIND = "lb-cluster-ring-seq";
const FOLDER_MODE = 0o750;
/** Writes that may wait for their turn; more are refused. */
const WRITES_WAITING_MAX = 64;
const LABEL_MAX_CHARACTERS = 64;
/** Copies of one version and label with different contents. */
const SAME_LABEL_MAX = 100;

/** Where the CIB is kept unless told otherwise. */
export const DISK_FOLDER = "/var/lib/lb-cluster";

/** The highest ring sequence number that was kept. `damaged`: nobody knows it. */
export type RingSeqOnDisk =
  | { readonly kind: "absent" }
  | { readonly kind: "found"; readonly seq: number }
  | { readonly kind: "damaged"; readonly problem: string };

/** What the disk needs. */
export interface DiskPorts {
  readonly folder: string;
  readonly log: WriteLog;
}

/** The disk port with what was on disk at the start. */
export interface OpenDisk extends Disk {
  readonly readCib: () => CibOnDisk;
  readonly readRingSeq: () => RingSeqOnDisk;
  /** File names of copies that were set aside, sorted. */
  readonly listSetAside: () => readonly string[];
  /** Resolves when all writes asked for have ended; later ones are refused. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the folder (made when missing), reads what is there, and removes unfinished files of a
 * crash. Blocks, so call it at the start only. Throws one clear line when the folder is unusable.
 */
export function openDisk(ports: DiskPorts): OpenDisk {
  try {
    mkdirSync(ports.folder, { recursive: true, mode: FOLDER_MODE });
    cleanLeftovers(ports);
    const disk = new ClusterDisk(ports);
    return {
      writeCib: (cib, done) => disk.writeCib(cib, done),
      setAside: (cib, label, done) => disk.setAside({ cib, label }, done),
      writeRingSeq: (seq, done) => disk.writeRingSeq(seq, done),
      readCib: () => disk.cibAtStart,
      readRingSeq: () => disk.ringSeqAtStart,
      listSetAside: () => listSetAside(ports.folder),
      close: () => disk.close(),
    };
  } catch (error) {
    throw new Error(`folder "${ports.folder}": ${messageOf(error)}`, { cause: error });
  }
}

class ClusterDisk {
  readonly cibAtStart: CibOnDisk;
  readonly ringSeqAtStart: RingSeqOnDisk;
  readonly #folder: string;
  readonly #log: WriteLog;
  #ringSeq: number;
  /** Resolves after the last write that was asked for: they happen one at a time, in order. */
  #last: Promise<void> = Promise.resolve();
  #writesWaiting = 0;
  #isClosed = false;
  /** True when `cib.json` is one that may become an older generation. */
  #isCurrentGood: boolean;

  constructor({ folder, log }: DiskPorts) {
    this.#folder = folder;
    this.#log = log;
    this.cibAtStart = readCibFiles(folder);
    this.#isCurrentGood = this.cibAtStart.kind === "found";
    this.ringSeqAtStart = readRingSeq(folder);
    this.#ringSeq = this.ringSeqAtStart.kind === "found" ? this.ringSeqAtStart.seq : -1;
    if (this.cibAtStart.kind === "damaged") {
      const fields = { problem: this.cibAtStart.problem, recoveredFrom: this.cibAtStart.from };
      log({ level: "error", event: "cibDamaged", fields });
    }
  }

  writeCib(cib: Cib, done: (problem: string | null) => void): void {
    // Sealed at once: what is written is what was given, whatever happens meanwhile.
    const text = sealRecord(CIB_KIND, cib);
    this.#queue(CIB_FILE, done, async () => {
      const place = { folder: this.#folder, name: CIB_FILE };
      await replaceFile(place, text, () => this.#keepGeneration());
      this.#isCurrentGood = true;
    });
  }

  setAside(
    { cib, label }: { readonly cib: Cib; readonly label: string },
    done: (problem: string | null) => void,
  ): void {
    const text = sealRecord(CIB_KIND, cib);
    const words = label.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, LABEL_MAX_CHARACTERS);
    const stem = `cib.set-aside-${renderCibVersion(cib.version)}-${words}`;
    this.#queue(stem, done, async () => {
      for (let number = 1; number <= SAME_LABEL_MAX; number++) {
        const name = `${stem}${number === 1 ? "" : `-${number}`}.json`;
        if (await createFile({ folder: this.#folder, name }, text)) return;
        if (readFileSync(join(this.#folder, name), "utf8") === text) return;
      }
      throw new Error(`${SAME_LABEL_MAX} other copies have this name already`);
    });
  }

  writeRingSeq(seq: number, done: (problem: string | null) => void): void {
    this.#queue(RING_FILE, done, async () => {
      if (seq <= this.#ringSeq) return; // The highest one is remembered, whoever asks last.
      const place = { folder: this.#folder, name: RING_FILE };
      await replaceFile(place, sealRecord(RING_KIND, { seq }), async () => {});
      this.#ringSeq = seq;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }

  #queue(what: string, done: (problem: string | null) => void, write: () => Promise<void>): void {
    const isFull = this.#writesWaiting >= WRITES_WAITING_MAX;
    if (isFull || this.#isClosed) {
      const why = isFull ? `${WRITES_WAITING_MAX} writes are waiting already` : "closed";
      const problem = `${what}: not written: ${why}`;
      setImmediate(() => done(problem));
      return;
    }
    this.#writesWaiting += 1;
    this.#last = this.#last.then(async () => {
      const problem = await this.#attempt(what, write);
      this.#writesWaiting -= 1;
      done(problem);
    });
  }

  async #attempt(what: string, write: () => Promise<void>): Promise<string | null> {
    try {
      await write();
      return null;
    } catch (error) {
      const problem = `${what} in ${this.#folder}: not written: ${messageOf(error)}`;
      this.#log({ level: "error", event: "diskFailed", fields: { problem } });
      return problem;
    }
  }

  /**
   * Makes the present file the newest generation. It is linked, not renamed: there is no moment
   * without a `cib.json`. A crash between two steps leaves a gap in the numbers, no more.
   */
  async #keepGeneration(): Promise<void> {
    const path = (name: string): string => join(this.#folder, name);
    if (!this.#isCurrentGood) {
      // A damaged file that could not be moved at the start must not be written over either.
      if (this.cibAtStart.kind === "damaged" && hasFile(this.#folder, CIB_FILE)) {
        const said = moveAside(this.#folder, CIB_FILE);
        if (hasFile(this.#folder, CIB_FILE)) throw new Error(`the damaged file was ${said}`);
      }
      return;
    }
    if (!hasFile(this.#folder, CIB_FILE)) return; // Somebody removed it: nothing to keep.
    for (let number = GENERATIONS_MAX - 1; number >= 1; number--) {
      const next = path(generationName(number + 1));
      await rename(path(generationName(number)), next).catch(ignoreMissing);
    }
    const newest = path(generationName(1));
    await unlink(newest).catch(ignoreMissing);
    await link(path(CIB_FILE), newest);
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== "ENOENT") throw error;
}

function hasFile(folder: string, name: string): boolean {
  return readdirSync(folder).includes(name);
}

function cleanLeftovers({ folder, log }: DiskPorts): void {
  for (const name of readdirSync(folder)) {
    if (!/^(cib|ring-seq)/.test(name) || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    try {
      unlinkSync(join(folder, name));
      log({ level: "info", event: "diskCleaned", fields: { file: name } });
    } catch (error) {
      // On a read-only disk the agent still starts and says so; the leftover is never read.
      const fields = { problem: `${name}: not removed: ${messageOf(error)}` };
      log({ level: "warning", event: "diskFailed", fields });
    }
  }
}

function readRingSeq(folder: string): RingSeqOnDisk {
  let text: string;
  try {
    text = readFileSync(join(folder, RING_FILE), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { kind: "absent" };
    return { kind: "damaged", problem: `${RING_FILE}: ${messageOf(error)}` };
  }
  const opened = openRecord(RING_KIND, text);
  if (opened.kind === "bad") return { kind: "damaged", problem: `${RING_FILE}: ${opened.problem}` };
  const { content } = opened;
  const hasSeq = typeof content === "object" && content !== null && "seq" in content;
  const seq = hasSeq ? content.seq : null;
  if (typeof seq === "number" && Number.isSafeInteger(seq)) return { kind: "found", seq };
  return { kind: "damaged", problem: `${RING_FILE}: no whole number` };
}

function listSetAside(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^cib\.set-aside-.*\.json$/.test(name))
    .sort();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

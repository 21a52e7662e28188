import { type Cib, renderCibVersion } from "../../agent/core/model/index.ts";
import type { Disk } from "../../agent/ports/index.ts";
import type { Dice } from "./dice.ts";
import type { Life } from "./life.ts";

const WRITE_LEAST_MS = 1;
const WRITE_MOST_MS = 12;
const SLOW_LEAST_MS = 300;
const SLOW_MOST_MS = 4000;

/** What a host's disk holds; it outlives every process and every boot. */
export interface DiskContent {
  cib: Cib | null;
  readonly setAside: Cib[];
  ringSeq: number;
}

/** How a disk works at present. */
export type DiskMood = "well" | "slow" | "failing";

interface Write {
  readonly land: () => void;
  readonly done: (problem: string | null) => void;
}

/**
 * A host's disk: one write at a time, in order. A crash loses the writes that were not finished;
 * the one under way may have come to its end or not, since a rename is whole or nothing.
 */
export class SimulatedDisk {
  readonly content: DiskContent = { cib: null, setAside: [], ringSeq: 0 };
  mood: DiskMood = "well";
  readonly #dice: Dice;
  readonly #onCib: (cib: Cib) => void;
  #queue: Write[] = [];

  constructor(dice: Dice, onCib: (cib: Cib) => void) {
    this.#dice = dice;
    this.#onCib = onCib;
  }

  /** True when nothing is being written. */
  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** The port of one agent process; `kernel` is the host's life, which carries out the writes. */
  open(agent: Life, kernel: Life): Disk {
    const write = (what: string, land: () => void, done: Write["done"]): void => {
      if (this.mood === "failing") {
        const problem = `${what}: not written: no space left on device`;
        agent.after(this.#dice.between(WRITE_LEAST_MS, WRITE_MOST_MS), () => done(problem));
        return;
      }
      this.#queue.push({ land, done: (problem) => agent.run(() => done(problem)) });
      if (this.#queue.length === 1) this.#begin(kernel);
    };
    return {
      writeCib: (cib, done) => {
        const land = (): void => {
          this.content.cib = cib;
          this.#onCib(cib);
        };
        write(`cib ${renderCibVersion(cib.version)}`, land, done);
      },
      setAside: (cib, _label, done) => {
        const land = (): void => {
          this.content.setAside.push(cib);
        };
        write("cib set aside", land, done);
      },
      writeRingSeq: (seq, done) => {
        const land = (): void => {
          this.content.ringSeq = Math.max(seq, this.content.ringSeq);
        };
        write("ring sequence", land, done);
      },
    };
  }

  /** The writer is gone: what waited is lost, what was under way is there or not. */
  abandon(): void {
    const [underWay] = this.#queue;
    this.#queue = [];
    if (underWay !== undefined && this.#dice.happens(500)) underWay.land();
  }

  #begin(kernel: Life): void {
    const [write] = this.#queue;
    if (write === undefined) return;
    const [least, most] =
      this.mood === "slow" ? [SLOW_LEAST_MS, SLOW_MOST_MS] : [WRITE_LEAST_MS, WRITE_MOST_MS];
    kernel.after(this.#dice.between(least, most), () => {
      if (this.#queue[0] !== write) return;
      this.#queue.shift();
      write.land();
      this.#begin(kernel);
      write.done(null);
    });
  }
}

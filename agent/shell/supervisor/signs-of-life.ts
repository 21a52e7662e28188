/** Silence of either part for so long, and the supervisor hears nothing more of this agent. */
const SILENCE_MAX_MS = 5000;

/** What a sign of life rests on: the heartbeat process was heard, and the core has come around. */
export class SignsOfLife {
  readonly #now: () => number;
  #heardAt: number;
  #turnedAt: number;

  /** Both count as of now, at the start. */
  constructor(now: () => number) {
    this.#now = now;
    this.#heardAt = now();
    this.#turnedAt = now();
  }

  /** The heartbeat process has said something. */
  noteHeard(): void {
    this.#heardAt = this.#now();
  }

  /** The core has taken an event, and has performed what came of it. */
  noteTurn(): void {
    this.#turnedAt = this.#now();
  }

  isWell(): boolean {
    return this.#now() - Math.min(this.#heardAt, this.#turnedAt) < SILENCE_MAX_MS;
  }
}

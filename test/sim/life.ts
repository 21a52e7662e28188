import type { Dice } from "./dice.ts";
import type { Appointment, Timeline } from "./timeline.ts";

/** Packets that a socket keeps for a process that stands still. */
const PACKETS_KEPT_MAX = 128;

/**
 * The life of a process (or of a host's kernel): what it does happens while it is alive and runs;
 * while it stands still it waits, and happens in order when it goes on.
 */
export class Life {
  isAlive = true;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  /** How many causes keep it still: a hang, a pause of the host. */
  #stops = 0;
  #isWaking = false;
  #waiting: (() => void)[] = [];
  #packetsWaiting = 0;

  constructor(timeline: Timeline, dice: Dice) {
    this.#timeline = timeline;
    this.#dice = dice;
  }

  /** True when it does things now. */
  get isRunning(): boolean {
    return this.isAlive && this.#stops === 0 && !this.#isWaking;
  }

  /** Does it now, or when it goes on; never once it is dead. */
  run(action: () => void): void {
    if (!this.isAlive) return;
    if (this.isRunning) action();
    else this.#waiting.push(action);
  }

  /** The same for what comes through a socket, which keeps only so much. */
  receive(action: () => void): void {
    if (!this.isRunning && this.#packetsWaiting >= PACKETS_KEPT_MAX) return;
    if (!this.isRunning) this.#packetsWaiting += 1;
    this.run(action);
  }

  /** Does it after a time. */
  after(waitMs: number, action: () => void): Appointment {
    return this.#timeline.after(waitMs, () => this.run(action));
  }

  /** Stands still from now on. */
  stop(): void {
    this.#stops += 1;
  }

  /** One cause to stand still is over. What has waited is done within `wakeMaxMs`, in order. */
  resume(wakeMaxMs: number): void {
    this.#stops -= 1;
    if (this.#stops > 0 || this.#isWaking) return;
    this.#isWaking = true;
    this.#timeline.after(this.#dice.below(wakeMaxMs + 1), () => this.#wake());
  }

  /** Ends it: nothing that it was to do happens any more. */
  end(): void {
    this.isAlive = false;
    this.#waiting = [];
  }

  #wake(): void {
    this.#isWaking = false;
    if (this.#stops > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#packetsWaiting = 0;
    for (const action of waiting) this.run(action);
  }
}

// Virtual time: what happens when. Time jumps from one event to the next.

/** One thing that will happen, unless it is cancelled. */
export interface Appointment {
  atMs: number;
  readonly order: number;
  isCancelled: boolean;
  readonly run: () => void;
}

/** Events at one instant before a run is taken for one that turns on the spot. */
const EVENTS_AT_ONCE_MAX = 20_000;

/**
 * Appointments in order of time, then of making. Those of the heartbeats are kept apart, since they
 * repeat all the time: `skip` may move all of them together (see fast-forward.ts).
 */
export class Timeline {
  nowMs = 0;
  /** Events that have happened, those of the heartbeats included. */
  eventCount = 0;
  readonly #beats = new Heap();
  readonly #others = new Heap();
  #nextOrder = 1;
  #atOnce = 0;

  /** Something that happens once, `waitMs` from now. */
  after(waitMs: number, run: () => void): Appointment {
    return this.at(this.nowMs + Math.max(0, waitMs), run);
  }

  /** Something that happens once, at an instant that is not in the past. */
  at(atMs: number, run: () => void): Appointment {
    return this.#others.push(this.#make(atMs, run));
  }

  /** A token that arrives, or a token that becomes due. */
  beatAt(atMs: number, run: () => void): Appointment {
    return this.#beats.push(this.#make(atMs, run));
  }

  /** What was to happen does not; cancelling twice, or too late, changes nothing. */
  cancel(appointment: Appointment | null): void {
    if (appointment !== null) appointment.isCancelled = true;
  }

  /** When the next thing happens that is not of the heartbeats; null: nothing is planned. */
  nextOtherAt(): number | null {
    return this.#others.peek()?.atMs ?? null;
  }

  /** Moves everything of the heartbeats by the same time: their order stays. */
  shiftBeats(byMs: number): void {
    this.#beats.shift(byMs);
  }

  /** Goes on to `endMs`; `isOver` is asked after each event and ends it early. */
  runUntil(endMs: number, afterEach: (wasBeat: boolean) => boolean): void {
    for (;;) {
      const beat = this.#beats.peek();
      const other = this.#others.peek();
      // At one instant the heartbeats come last: then a skip up to it changes no order.
      const isBeat = beat !== null && (other === null || beat.atMs < other.atMs);
      const next = isBeat ? beat : other;
      if (next === null || next.atMs > endMs) break;
      (isBeat ? this.#beats : this.#others).pop();
      this.#countAtOnce(next.atMs);
      this.nowMs = next.atMs;
      this.eventCount += 1;
      next.run();
      if (afterEach(isBeat)) return;
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  #countAtOnce(atMs: number): void {
    this.#atOnce = atMs === this.nowMs ? this.#atOnce + 1 : 0;
    if (this.#atOnce > EVENTS_AT_ONCE_MAX) {
      throw new Error(`${this.#atOnce} events at one instant: something turns on the spot`);
    }
  }

  #make(atMs: number, run: () => void): Appointment {
    const order = this.#nextOrder++;
    return { atMs: Math.max(atMs, this.nowMs), order, isCancelled: false, run };
  }
}

/** A binary heap of appointments; cancelled ones leave when they come to the top. */
class Heap {
  readonly #items: Appointment[] = [];

  push(item: Appointment): Appointment {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(item, items[above])) break;
      this.#put(index, items[above]);
      index = above;
    }
    items[index] = item;
    return item;
  }

  peek(): Appointment | null {
    for (;;) {
      const top = this.#items[0];
      if (top === undefined) return null;
      if (!top.isCancelled) return top;
      this.pop();
    }
  }

  pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    const items = this.#items;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= items.length) break;
      if (isBefore(items[below + 1], items[below])) below += 1;
      if (!isBefore(items[below], last)) break;
      this.#put(index, items[below]);
      index = below;
    }
    items[index] = last;
  }

  shift(byMs: number): void {
    for (const item of this.#items) item.atMs += byMs;
  }

  #put(index: number, item: Appointment | undefined): void {
    if (item !== undefined) this.#items[index] = item;
  }
}

function isBefore(a: Appointment | undefined, b: Appointment | undefined): boolean {
  if (a === undefined) return false;
  if (b === undefined) return true;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

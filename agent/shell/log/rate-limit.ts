import type { EventName } from "./event-names.ts";

/** Lines of one event name in one window; more are counted, not written. */
export const LINES_IN_WINDOW_MAX = 50;
/** Length of the window. */
export const WINDOW_MS = 10_000;

interface Window {
  startedAtMs: number;
  lines: number;
  dropped: number;
}

/** How many lines of an event were dropped. */
export interface Dropped {
  readonly event: EventName;
  readonly count: number;
}

/** Bounds the lines of each event name; its size is bounded by the closed list of names. */
export class RateLimit {
  readonly #windows = new Map<EventName, Window>();

  /** True when one more line may be written at `nowMs` (monotonic). */
  allows(event: EventName, nowMs: number): boolean {
    const window = this.#windows.get(event);
    if (window === undefined || nowMs - window.startedAtMs >= WINDOW_MS) {
      const dropped = window?.dropped ?? 0;
      this.#windows.set(event, { startedAtMs: nowMs, lines: 1, dropped });
      return true;
    }
    if (window.lines < LINES_IN_WINDOW_MAX) {
      window.lines += 1;
      return true;
    }
    window.dropped += 1;
    return false;
  }

  /** Counts one line that was dropped for another reason. */
  countDropped(event: EventName, nowMs: number): void {
    const window = this.#windows.get(event) ?? { startedAtMs: nowMs, lines: 0, dropped: 0 };
    window.dropped += 1;
    this.#windows.set(event, window);
  }

  /** What was dropped since it was last taken. */
  takeDropped(): readonly Dropped[] {
    const dropped: Dropped[] = [];
    for (const [event, window] of this.#windows) {
      if (window.dropped > 0) dropped.push({ event, count: window.dropped });
      window.dropped = 0;
    }
    return dropped;
  }
}

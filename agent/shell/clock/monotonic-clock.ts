import type { Instant } from "../../core/base/index.ts";
import type { Clock } from "../../ports/index.ts";

/** Longer timers overflow in Node.js and would fire at once. */
const TIMER_MAX_MS = 2_000_000_000;

/** The process's monotonic clock with one timer; `onWake` is called once for each `wakeAt`. */
export function openClock(onWake: () => void): Clock {
  let timer: NodeJS.Timeout | null = null;
  let wakesAt: Instant | null = null;
  const now = (): Instant => Math.floor(performance.now());
  return {
    now,
    wallMs: () => Date.now(),
    wakeAt: (at) => {
      if (at === wakesAt && timer !== null) return;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      wakesAt = at;
      if (at === null) return;
      // Rounded up: a timer that fires early would find nothing due and be set again.
      const waitMs = Math.min(Math.max(0, Math.ceil(at - performance.now())), TIMER_MAX_MS);
      timer = setTimeout(() => {
        timer = null;
        onWake();
      }, waitMs);
    },
  };
}

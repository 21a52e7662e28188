/**
 * The instant on CLOCK_MONOTONIC in milliseconds, with fractions. All processes and hosts of a lab
 * share this clock (no time namespaces are made), so instants of different processes compare.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Waits without keeping a core busy. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What to add to a wall-clock time in ms to get the same moment on `monotonicMs`. */
export function wallToMonotonicMs(): number {
  let offset = Number.NEGATIVE_INFINITY;
  // Date.now() is cut down to whole ms: the greatest difference found is the nearest to the truth.
  for (let i = 0; i < 200; i++) {
    const before = monotonicMs();
    offset = Math.max(offset, before - (Date.now() + 1));
  }
  return offset;
}

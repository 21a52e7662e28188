const WINDOW_BITS = 1024;

/** Which counters of one sender on one link were accepted lately. Changed in place. */
export interface ReplayWindow {
  highest: number;
  readonly bits: Uint32Array;
}

/** A window that has seen nothing; counters start at 1. */
export function createReplayWindow(): ReplayWindow {
  return { highest: 0, bits: new Uint32Array(WINDOW_BITS / 32) };
}

/**
 * Marks a counter as seen. `replayed`: it was seen before. `stale`: it is so old that nobody knows.
 * Call it only with counters of packets whose seal was good.
 */
export function markCounter(window: ReplayWindow, counter: number): "fresh" | "replayed" | "stale" {
  if (counter <= window.highest - WINDOW_BITS || counter < 1) return "stale";
  if (counter > window.highest) {
    const skipped = Math.min(counter - window.highest - 1, WINDOW_BITS);
    for (let i = 1; i <= skipped; i++) setBit(window.bits, counter - i, false);
    window.highest = counter;
  } else if (hasBit(window.bits, counter)) {
    return "replayed";
  }
  setBit(window.bits, counter, true);
  return "fresh";
}

function hasBit(bits: Uint32Array, counter: number): boolean {
  const index = counter % WINDOW_BITS;
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

function setBit(bits: Uint32Array, counter: number, isSet: boolean): void {
  const index = counter % WINDOW_BITS;
  const word = bits[index >>> 5] ?? 0;
  const mask = 1 << (index & 31);
  bits[index >>> 5] = isSet ? word | mask : word & ~mask;
}

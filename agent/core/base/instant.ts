/**
 * A moment of this node's monotonic clock, in whole milliseconds. Belongs to one node and one
 * process: never sent, never stored. What travels is a duration.
 */
export type Instant = number;

/** The earlier of two deadlines, where null means that nothing is due. */
export function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/** The earliest of several deadlines; null when none is set. */
export function earliest(deadlines: readonly (Instant | null)[]): Instant | null {
  return deadlines.reduce<Instant | null>(earlier, null);
}

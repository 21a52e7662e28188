/** State of a seeded generator; part of the state that uses it, so that a run can be repeated. */
export interface Random {
  readonly state: number;
}

/** A generator that starts from `seed`, any 32-bit integer. */
export function seededRandom(seed: number): Random {
  return { state: seed >>> 0 };
}

/** The next integer from 0 to `limit` - 1, and the generator after it. `limit` is at most 2^32. */
export function nextRandom(random: Random, limit: number): readonly [number, Random] {
  // The mulberry32 step: full period over 32 bits, and good enough to choose faults and delays.
  const state = (random.state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return [((mixed ^ (mixed >>> 14)) >>> 0) % limit, { state }];
}

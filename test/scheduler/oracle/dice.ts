import { nextRandom, type Random, seededRandom } from "../../../agent/core/base/index.ts";

/** Chance from a seed: the same seed gives the same choices in the same order. */
export class Dice {
  #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** An integer from 0 to `limit` - 1. */
  roll(limit: number): number {
    const [value, next] = nextRandom(this.#random, limit);
    this.#random = next;
    return value;
  }

  /** True in so many cases of a hundred. */
  happens(perCent: number): boolean {
    return this.roll(100) < perCent;
  }

  /** One of the values; one that stands there twice is twice as likely. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.roll(values.length)] ?? values[0];
  }

  /** One of the values; null of none. */
  pickAny<T>(values: readonly T[]): T | null {
    return values.length === 0 ? null : (values[this.roll(values.length)] ?? null);
  }

  /** So many different ones of the values, in random order. */
  sample<T>(values: readonly T[], count: number): T[] {
    const left = [...values];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(this.roll(left.length), 1));
    }
    return taken;
  }
}

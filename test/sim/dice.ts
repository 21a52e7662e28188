import { digestText, nextRandom, type Random, seededRandom } from "../../agent/core/base/index.ts";

/** Chance from a seed: the same seed gives the same throws. */
export class Dice {
  #random: Random;
  readonly #name: string;

  constructor(seed: number, name: string) {
    this.#name = `${seed} ${name}`;
    this.#random = seededRandom(Number.parseInt(digestText(this.#name).slice(-8), 16));
  }

  /** A stream of its own, so that more throws in one part change nothing in the others. */
  split(name: string): Dice {
    return new Dice(0, `${this.#name} ${name}`);
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    const [value, random] = nextRandom(this.#random, limit);
    this.#random = random;
    return value;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in so many of a thousand cases. */
  happens(permille: number): boolean {
    return permille > 0 && this.below(1000) < permille;
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** So many hexadecimal digits. */
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join("");
  }
}

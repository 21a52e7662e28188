import { type Place, placeKey } from "./address-place.ts";

/**
 * How long the silence of an address is still evidence, in milliseconds. It must cover the starts
 * of many addresses one after the other, which a take-over on that evidence leads to.
 */
export const SILENCE_FRESH_MS = 500;
const SILENCES_MAX = 512;

interface Silence {
  readonly endedAt: number;
  readonly waitedMs: number;
}

/**
 * Addresses for which nobody answered a moment ago, when it was asked whether the peer still holds
 * them. The start that follows need not wait for the same silence again, which for many addresses
 * in a row would be most of their outage. Each silence counts once.
 */
export class RecentSilences {
  readonly #now: () => number;
  readonly #silences = new Map<string, Silence>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes how long nobody answered; null: somebody did. */
  note(place: Place, waitedMs: number | null): void {
    const key = placeKey(place);
    this.#silences.delete(key);
    if (waitedMs === null) return;
    const [oldest] = this.#silences.keys();
    if (this.#silences.size >= SILENCES_MAX && oldest !== undefined) this.#silences.delete(oldest);
    this.#silences.set(key, { endedAt: this.#now(), waitedMs });
  }

  /** True when nobody answered for at least `waitMs` a moment ago; forgets that. */
  take(place: Place, waitMs: number): boolean {
    const key = placeKey(place);
    const silence = this.#silences.get(key);
    this.#silences.delete(key);
    if (silence === undefined || silence.waitedMs < waitMs) return false;
    return this.#now() - silence.endedAt <= SILENCE_FRESH_MS;
  }
}

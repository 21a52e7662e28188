import { networkInterfaces } from "node:os";

import { canonicalIp } from "../hints/index.ts";
import { type Place, placeKey } from "./address-place.ts";

/** So often at most, in milliseconds, since the answers are of use for as long. */
const ASKED_ANEW_AFTER_MS = 500;
const EXPECTED_MAX = 64;

/** What the collection looks at. */
export interface ExpectedPorts {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** The addresses that this host has, as the kernel writes them. */
  readonly ownAddresses: () => ReadonlySet<string>;
}

/**
 * Addresses that may have to be held here. Those that move together are started one after the
 * other, and each start waits for an answer of another owner: they are asked for with the first.
 */
export class ExpectedAddresses {
  readonly #ports: ExpectedPorts;
  readonly #places = new Map<string, Place>();
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: ExpectedPorts = { now: () => performance.now(), ownAddresses }) {
    this.#ports = ports;
  }

  /** Notes an address; the oldest is forgotten when there are too many. */
  note(place: Place): void {
    const key = placeKey(place);
    this.#places.delete(key);
    const [oldest] = this.#places.keys();
    if (this.#places.size >= EXPECTED_MAX && oldest !== undefined) this.#places.delete(oldest);
    this.#places.set(key, { ip: place.ip, nic: place.nic });
  }

  /** The others that are not on this host, at most once in a while; notes this one, too. */
  takeOthers(place: Place): readonly Place[] {
    this.note(place);
    const now = this.#ports.now();
    if (now - this.#askedAt < ASKED_ANEW_AFTER_MS) return [];
    this.#askedAt = now;
    const own = this.#ports.ownAddresses();
    const others = [...this.#places].filter(([key]) => key !== placeKey(place));
    // The own address never answers: its silence would say nothing.
    return others.map(([, other]) => other).filter(({ ip }) => !own.has(canonicalIp(ip)));
  }
}

function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((nic) => nic ?? []);
  return new Set(all.map(({ address }) => canonicalIp(address)));
}

import { isIPv6 } from "node:net";

/** An address on an interface. */
export interface Place {
  readonly ip: string;
  readonly nic: string;
}

interface Turns {
  readonly place: Place;
  tail: Promise<unknown>;
  waiting: number;
}

/** Lets what is done to one address happen one after the other, in the order it was asked for. */
export class AddressTurns {
  readonly #turns = new Map<string, Turns>();

  /** Runs `act` when all that was asked for this address before has ended. */
  async take<T>(place: Place, act: () => Promise<T>): Promise<T> {
    const name = nameOf(place);
    const turns = this.#turns.get(name) ?? { place, tail: Promise.resolve(), waiting: 0 };
    this.#turns.set(name, turns);
    turns.waiting += 1;
    // One that fails does not keep the others from their turn: who asked for it hears of it.
    const mine = turns.tail.then(act, act);
    turns.tail = mine;
    try {
      return await mine;
    } finally {
      turns.waiting -= 1;
      if (turns.waiting === 0) this.#turns.delete(name);
    }
  }

  /** The addresses for which something is being done or waits. */
  places(): readonly Place[] {
    return [...this.#turns.values()].map(({ place }) => place);
  }
}

/** One name for each address and interface, however the address is spelled. */
export function nameOf({ ip, nic }: Place): string {
  return `${canonicalAddress(ip)} ${nic}`;
}

/** Compares texts of addresses: IPv6 has many spellings, of which a URL keeps one. */
export function isSameAddress(a: string, b: string): boolean {
  return a === b || canonicalAddress(a) === canonicalAddress(b);
}

function canonicalAddress(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip.replace(/%.*/, "")}]/`).hostname : ip;
}

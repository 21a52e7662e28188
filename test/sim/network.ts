// The network between the two hosts: tokens, messages, and the service network with the addresses.

import type { MessagePacket, Token } from "../../agent/core/model/index.ts";
import type { Dice } from "./dice.ts";
import type { Appointment, Timeline } from "./timeline.ts";

/** Delay of a packet on a network that is well. Always the same: see fast-forward.ts. */
const QUIET_DELAY_MS = 1;
/** Delay of a repeated packet after the first. */
const REPEAT_DELAY_MAX_MS = 40;

/** The hosts by their place in the cluster. */
export type Side = 0 | 1;

/** The other host. */
export function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0;
}

/** What a phase of bad network does to each packet between the hosts. */
export interface Weather {
  readonly lossPermille: number;
  readonly delayMaxMs: number;
  readonly repeatPermille: number;
}

/** A token on its way. */
export interface Flight {
  readonly from: Side;
  token: Token;
  appointment: Appointment | null;
}

/** What the network does with what arrives. */
export interface Receivers {
  readonly token: (to: Side, token: Token) => void;
  readonly packet: (to: Side, packet: MessagePacket) => void;
}

/** Counts of what is cut, per sending side: several faults may cut the same way at once. */
interface Cuts {
  readonly tokens: [number, number];
  readonly packets: [number, number];
  /** Between the hosts on the service network: addresses do not answer to the other host. */
  service: number;
  /** The host's own service link is down. */
  readonly serviceLink: [number, number];
}

/** The network; every method takes effect at once. */
export class Network {
  readonly flights = new Set<Flight>();
  readonly cuts: Cuts = { tokens: [0, 0], packets: [0, 0], service: 0, serviceLink: [0, 0] };
  /** When the last change was made to cuts or weather. */
  changedAtMs = 0;
  /** Since when the whole network is well; null while it is not. */
  wellSinceMs: number | null = 0;
  /** When the hosts could last not reach each other's addresses. */
  serviceCutAtMs = Number.NEGATIVE_INFINITY;
  /** Since when the service network is cut; null: it is not. */
  #serviceCutSince: number | null = null;
  #weather: readonly Weather[] = [];
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #receivers: Receivers;

  constructor(ports: {
    readonly timeline: Timeline;
    readonly dice: Dice;
    readonly receivers: Receivers;
  }) {
    this.#timeline = ports.timeline;
    this.#dice = ports.dice;
    this.#receivers = ports.receivers;
  }

  /** Changes what is cut. */
  change(apply: (cuts: Cuts) => void): void {
    apply(this.cuts);
    this.#noteChange();
  }

  /** Begins a phase of bad weather; the function that is returned ends it. */
  worsen(weather: Weather): () => void {
    this.#weather = [...this.#weather, weather];
    this.#noteChange();
    return () => {
      this.#weather = this.#weather.filter((each) => each !== weather);
      this.#noteChange();
    };
  }

  /** True when packets of every kind pass, or are cut, without chance. */
  get isCalm(): boolean {
    return this.#weather.length === 0;
  }

  /** True while tokens of `from` get through. */
  carriesTokens(from: Side): boolean {
    return this.cuts.tokens[from] === 0;
  }

  /** True while each host can ask who has an address that the other holds. */
  get isServiceOpen(): boolean {
    const { service, serviceLink } = this.cuts;
    return service === 0 && serviceLink[0] === 0 && serviceLink[1] === 0;
  }

  /** True when the addresses could not be asked for now, or within the last `ms`. */
  wasServiceCutWithin(ms: number): boolean {
    return !this.isServiceOpen || this.#timeline.nowMs - this.serviceCutAtMs <= ms;
  }

  sendToken(from: Side, token: Token): void {
    for (const delayMs of this.#delays(this.cuts.tokens[from])) {
      const flight: Flight = { from, token, appointment: null };
      flight.appointment = this.#timeline.beatAt(this.#timeline.nowMs + delayMs, () => {
        this.flights.delete(flight);
        this.#receivers.token(otherSide(from), flight.token);
      });
      this.flights.add(flight);
    }
  }

  sendPacket(from: Side, packet: MessagePacket): void {
    for (const delayMs of this.#delays(this.cuts.packets[from])) {
      this.#timeline.after(delayMs, () => this.#receivers.packet(otherSide(from), packet));
    }
  }

  /** One delay for each copy that arrives. Random delays let packets overtake each other. */
  #delays(cut: number): readonly number[] {
    if (cut > 0) return [];
    if (this.#weather.length === 0) return [QUIET_DELAY_MS];
    const isLost = this.#weather.some(({ lossPermille }) => this.#dice.happens(lossPermille));
    if (isLost) return [];
    const delayMaxMs = Math.max(...this.#weather.map((weather) => weather.delayMaxMs));
    const delayMs = QUIET_DELAY_MS + this.#dice.below(delayMaxMs + 1);
    const repeats = this.#weather.some(({ repeatPermille }) => this.#dice.happens(repeatPermille));
    return repeats ? [delayMs, delayMs + this.#dice.below(REPEAT_DELAY_MAX_MS)] : [delayMs];
  }

  #noteChange(): void {
    const { nowMs } = this.#timeline;
    this.changedAtMs = nowMs;
    const { tokens, packets } = this.cuts;
    const isWhole = [...tokens, ...packets].every((count) => count === 0) && this.isServiceOpen;
    if (!isWhole || !this.isCalm) this.wellSinceMs = null;
    else this.wellSinceMs ??= nowMs;
    if (!this.isServiceOpen) this.#serviceCutSince ??= nowMs;
    else if (this.#serviceCutSince !== null) {
      this.#serviceCutSince = null;
      this.serviceCutAtMs = nowMs;
    }
  }
}

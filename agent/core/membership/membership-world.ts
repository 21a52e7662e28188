// For tests: two machines, a network with faults, and virtual time, all from one seed.

import { assert, type Instant, nextRandom, type Random, seededRandom } from "../base/index.ts";
import type { Token, TokenFacts } from "../model/index.ts";
import type {
  Membership,
  MembershipEvent,
  MembershipReport,
  MembershipStep,
} from "./membership.ts";
import { initialMembership, nextDeadline, stepMembership } from "./step-membership.ts";

/** Facts of a healthy node. */
export const WELL: TokenFacts = {
  state: "member",
  configHash: "00000000000001",
  cibVersion: { adminEpoch: 0, epoch: 1, numUpdates: 0 },
  holds: ["192.0.2.9"],
  release: "0.1.0",
};

/** Token timeout of all simulated nodes. */
export const TIMEOUT_MS = 1000;

interface SimulatedNode {
  readonly id: number;
  state: Membership;
  /** The clock of the node is the world's, plus this. */
  readonly clockMs: number;
  isRunning: boolean;
  /** Standing still until then: what arrives waits. */
  pausedUntil: number;
  waiting: Token[];
  lives: number;
  seqSaved: number;
  readonly reports: { readonly at: number; readonly report: MembershipReport }[];
}

interface Flight {
  readonly at: number;
  readonly order: number;
  readonly to: number;
  readonly token: Token;
}

/** A world of two nodes with ids 1 and 2. */
export class MembershipWorld {
  now = 0;
  lossPercent = 0;
  duplicatePercent = 0;
  delayMaxMs = 1;
  /** Cut directions, such as `1>2/0` for link 0 from node 1 to node 2. */
  readonly cuts = new Set<string>();
  readonly nodes: readonly SimulatedNode[];
  readonly sent: Token[] = [];
  #random: Random;
  #flights: Flight[] = [];
  #orders = 0;
  readonly #linkCount: number;

  constructor(seed: number, linkCount = 1) {
    this.#random = seededRandom(seed);
    this.#linkCount = linkCount;
    this.nodes = [1, 2].map((id) => {
      const { state } = this.#birth(id, { lives: 0, floor: 0, clockMs: id * 1_000_000 });
      const clockMs = id * 1_000_000;
      const flags = { isRunning: false, pausedUntil: 0, lives: 0, seqSaved: 0 };
      return { id, state, clockMs, waiting: [], reports: [], ...flags };
    });
  }

  chance(limit: number): number {
    const [value, next] = nextRandom(this.#random, limit);
    this.#random = next;
    return value;
  }

  node(id: number): SimulatedNode {
    const node = this.nodes[id - 1];
    assert(node !== undefined, `node ${id}`);
    return node;
  }

  #birth(id: number, life: { lives: number; floor: number; clockMs: number }): MembershipStep {
    const settings = {
      localId: id,
      nodes: [1, 2].map((each) => ({ id: each, name: `n${each}`, addresses: [] })),
      linkCount: this.#linkCount,
      tokenTimeoutMs: TIMEOUT_MS,
      incarnation: `${id}`.padStart(8, "0") + `${life.lives}`.padStart(8, "0"),
      ringSeqFloor: life.floor,
      facts: WELL,
    };
    return initialMembership(settings, this.now + life.clockMs);
  }

  start(id: number): void {
    const node = this.node(id);
    node.lives += 1;
    node.isRunning = true;
    node.pausedUntil = 0;
    node.waiting = [];
    this.#apply(node, this.#birth(id, { ...node, floor: node.seqSaved }));
  }

  crash(id: number): void {
    this.node(id).isRunning = false;
  }

  pause(id: number, forMs: number): void {
    this.node(id).pausedUntil = this.now + forMs;
  }

  post(id: number, event: MembershipEvent): void {
    const node = this.node(id);
    if (node.isRunning) this.#apply(node, stepMembership(node.state, event, this.#clock(node)));
  }

  /** Lets virtual time pass, one event after the other; `check` is called after each. */
  run(forMs: number, check: () => void = () => {}): void {
    const endAt = this.now + forMs;
    for (;;) {
      const due = [...this.nodes.map((node) => this.#wakesAt(node)), this.#flights[0]?.at ?? endAt];
      const next = Math.min(...due);
      if (next >= endAt) break;
      this.now = Math.max(this.now, next);
      this.#deliver();
      for (const node of this.nodes) this.#wake(node);
      check();
    }
    this.now = endAt;
  }

  #clock(node: SimulatedNode): Instant {
    return this.now + node.clockMs;
  }

  #wakesAt(node: SimulatedNode): number {
    if (!node.isRunning) return Number.POSITIVE_INFINITY;
    if (node.waiting.length > 0) return node.pausedUntil;
    const deadline = nextDeadline(node.state);
    if (deadline === null) return Number.POSITIVE_INFINITY;
    return Math.max(deadline - node.clockMs, node.pausedUntil);
  }

  #wake(node: SimulatedNode): void {
    if (!node.isRunning || this.now < node.pausedUntil) return;
    // Sockets are read before a late timer runs, as the heartbeat process does it.
    for (const token of node.waiting.splice(0))
      this.post(node.id, { kind: "tokenReceived", token });
    const deadline = nextDeadline(node.state);
    if (deadline !== null && deadline <= this.#clock(node)) {
      this.post(node.id, { kind: "timePassed" });
    }
  }

  #deliver(): void {
    while ((this.#flights[0]?.at ?? Number.POSITIVE_INFINITY) <= this.now) {
      const flight = this.#flights.shift();
      if (flight === undefined) return;
      const node = this.node(flight.to);
      if (!node.isRunning) continue;
      node.waiting.push(flight.token);
    }
  }

  #apply(node: SimulatedNode, { state, effects }: MembershipStep): void {
    node.state = state;
    for (const effect of effects) {
      if (effect.kind === "sendToken") this.#send(node.id, effect.token);
      if (effect.kind === "finished") node.isRunning = false;
      if (effect.kind !== "report") continue;
      node.reports.push({ at: this.now, report: effect.report });
      if (effect.report.kind === "ringChanged") node.seqSaved = effect.report.ring.seq;
    }
  }

  #send(from: number, token: Token): void {
    this.sent.push(token);
    const to = 3 - from;
    if (this.cuts.has(`${from}>${to}/${token.link}`)) return;
    const copies = this.chance(100) < this.duplicatePercent ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.chance(100) < this.lossPercent) continue;
      const order = this.#orders++;
      const at = this.now + 1 + this.chance(this.delayMaxMs);
      this.#flights.push({ at, order, to, token });
    }
    this.#flights.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  /** The kinds of what a node reported, rings with their reason. */
  said(id: number): readonly string[] {
    return this.node(id).reports.map(({ report }) =>
      report.kind === "ringChanged"
        ? `${report.reason} ${report.members.join("+")}`
        : report.kind === "linkChanged"
          ? `link ${report.link} ${report.isUp ? "up" : "down"}`
          : report.kind,
    );
  }

  /** Forgets what both nodes reported. */
  forget(): void {
    for (const { reports } of this.nodes) reports.length = 0;
  }

  /** When a node reported this, in the world's time; fails when it did not. */
  saidAt(id: number, text: string): number {
    const index = this.said(id).indexOf(text);
    const found = this.node(id).reports[index];
    assert(found !== undefined, `"${text}" in ${this.said(id).join(", ")}`);
    return found.at;
  }

  /** True when both are in the same ring of two. */
  isWhole(): boolean {
    const [a, b] = this.nodes.map(({ state }) => state);
    if (a === undefined || b === undefined) return false;
    const isSame = a.ring.seq === b.ring.seq && a.ring.representative === b.ring.representative;
    return isSame && a.memberIds.length === 2 && b.memberIds.length === 2;
  }
}

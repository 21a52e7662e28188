// The rules that hold all the time, checked after every event against the truth of the world.

import type { AgentState } from "../../agent/core/agent/index.ts";
import { stampOf } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  type CibStamp,
  compareCibVersion,
  isSameRing,
  LINEAGE_MAX,
  type OperationOrder,
  type OperationOutcome,
  type ResourceId,
  renderCibVersion,
  renderRing,
} from "../../agent/core/model/index.ts";
import type { ActiveResource, Host } from "./host.ts";
import { otherSide, type Side } from "./network.ts";
import type { Simulation } from "./simulation.ts";
import { Violation } from "./violation.ts";

/**
 * Two hosts that could not reach each other's addresses (a full partition) may both hold one until
 * they can, and so long afterwards: to hear each other (three tokens), to meet, and to drop. The
 * same bound holds for the address of a host that stood still, after it goes on. Time in which one
 * of the two is dead, hangs, stands still, or has a disk that is slow does not count.
 */
const DOUBLE_AFTER_HEAL_MS = 500;
const TOKENS_TO_MEET = 3;
/** A service network that has healed may still be taken for cut by a probe begun before. */
const PROBE_AGE_MAX_MS = 500;
/** A host that has just gone on has not noticed yet. */
const WAKING_MS = 100;

/** Queues and records that a long run must not let grow. */
const ORDERS_MAX = 200;
const RECORDS_OF_RESOURCE_MAX = 12;
const RESOURCES_MAX = 32;
/** An answer of the peer about a deep check is not older than that. */
const DEEP_ANSWER_MAX_MS = 10_000;
const QUEUE_MAX = 32;
const REQUESTS_OPEN_MAX = 64;

interface Double {
  readonly beganAtMs: number;
  readonly ip: string | null;
}

interface Watched {
  state: AgentState | null;
  cib: Cib | null;
}

/** The checks of one run; each method throws a `Violation`. */
export class Checks {
  /** How many comparisons with a rule were made. */
  count = 0;
  readonly #sim: Simulation;
  readonly #doubles = new Map<ResourceId, Double>();
  /** Resources that a partition left on both nodes, which have not met since. */
  readonly #parted = new Set<ResourceId>();
  readonly #watched: readonly [Watched, Watched];
  readonly #dcOfRing = new Map<string, string>();
  /** Parents of every configuration that was seen on a disk, by digest. */
  readonly #parents = new Map<string, string>();
  readonly #stamps = new WeakMap<Cib, CibStamp>();
  /** The newest change that was acknowledged as saved on both nodes. */
  #ackedOnBoth: CibStamp | null = null;
  readonly #onDisk: [Cib | null, Cib | null] = [null, null];
  /** Stops that failed, by node and resource, not settled since. */
  readonly #failedStops = new Set<string>();
  /** Stops that have begun: one that hangs holds up what waits for it until its timeout. */
  readonly #stopsUnderWay = new Set<string>();
  #lastTroubleMs = 0;
  /** Since when the deep checks of a resource have failed on both hosts. */
  readonly #alikeSinceMs = new Map<ResourceId, number>();

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#watched = [
      { state: null, cib: null },
      { state: null, cib: null },
    ];
  }

  /** After every event: whatever changed is looked at. */
  afterEvent(): void {
    for (const host of this.#sim.hosts) {
      const state = host.agent?.state() ?? null;
      const watched = this.#watched[host.side];
      if (watched.state === state) continue;
      watched.state = state;
      if (state !== null) this.#checkAgent(host, state, watched);
      else watched.cib = null;
    }
    if (this.#doubles.size > 0) this.#checkDoubles();
    if (this.#parted.size > 0 && this.#areMet()) this.#parted.clear();
  }

  /** Rule 1, at the moment when a resource becomes active. */
  noteActive(host: Host, active: ActiveResource): void {
    const { resource, ip } = active;
    if (isCloned(resource)) return;
    this.count += 1;
    const other = this.#sim.hosts[otherSide(host.side)];
    if (!other.active.has(resource)) return;
    this.#doubles.set(resource, { beganAtMs: this.#now, ip });
    const excuse = this.#excuse(host, other, resource);
    const isStrict = ip !== null || this.#areMet();
    const where = `on ${host.name} while ${other.name} has it`;
    if (excuse === null && isStrict) this.#fail(`resource ${resource} became active ${where}`);
    this.#sim.write("world", `double ${resource} ${where} (${excuse ?? "a server unseen"})`);
  }

  noteInactive(resource: ResourceId): void {
    if (!this.#doubles.delete(resource)) return;
    this.#sim.write("world", `single ${resource}`);
  }

  /** From now on the deep checks of a resource fail on both hosts, or do so no more. */
  noteAlike(resource: ResourceId, isAlike: boolean): void {
    if (isAlike) this.#alikeSinceMs.set(resource, this.#now);
    else this.#alikeSinceMs.delete(resource);
  }

  /** Rule 8: what fails on both hosts is never found to be the fault of one of them. */
  noteJudged(host: Host, resource: ResourceId, verdict: string): void {
    this.count += 1;
    const sinceMs = this.#alikeSinceMs.get(resource) ?? Number.POSITIVE_INFINITY;
    if (verdict !== "onlyHere" || this.#now - sinceMs < DEEP_ANSWER_MAX_MS) return;
    this.#fail(`deep checks of ${resource} fail on both hosts, and ${host.name} blames itself`);
  }

  /** Rules 2 and 6, at the moment when a node begins an operation. */
  noteRun(host: Host, order: OperationOrder): void {
    if (order.operation === "stop") this.#stopsUnderWay.add(`${host.name} ${order.resource}`);
    if (order.operation !== "start" && order.operation !== "promote") return;
    this.count += 2;
    const state = host.agent?.state();
    if (state === undefined) return;
    if (!this.#mayStart(host, state)) {
      this.#fail(`${host.name} ${order.operation}s ${order.resource} without quorum`);
    }
    const other = this.#sim.hosts[otherSide(host.side)];
    if (isCloned(order.resource)) return;
    const isStuckThere = this.#failedStops.has(`${other.name} ${order.resource}`);
    if (isStuckThere && this.#areMet()) {
      this.#fail(`${host.name} starts ${order.resource}, whose stop failed on ${other.name}`);
    }
  }

  /** A stop that failed leaves a doubt until a later one works, or somebody looked. */
  noteEnd(host: Host, order: OperationOrder, outcome: OperationOutcome): void {
    if (order.operation !== "stop") return;
    const key = `${host.name} ${order.resource}`;
    this.#stopsUnderWay.delete(key);
    const isStopped = outcome.kind === "exited" && outcome.status === 0;
    if (isStopped) this.#failedStops.delete(key);
    else this.#failedStops.add(key);
  }

  /** Doubts about what a node stopped end with its processes, or when a person says so. */
  forgetStops(host: Host | null): void {
    const isOfHost = (key: string): boolean => host === null || key.startsWith(`${host.name} `);
    for (const key of [...this.#failedStops]) if (isOfHost(key)) this.#failedStops.delete(key);
    if (host === null) return;
    for (const key of [...this.#stopsUnderWay]) if (isOfHost(key)) this.#stopsUnderWay.delete(key);
  }

  /** Rule 5: what was saved on both disks stays under whatever is saved later. */
  noteCibOnDisk(host: Host, cib: Cib): void {
    this.count += 1;
    const stamp = this.#stampOf(cib);
    const [parent] = cib.lineage;
    if (parent !== undefined) this.#parents.set(stamp.digest, parent.digest);
    this.#onDisk[host.side] = cib;
    if (this.#ackedOnBoth !== null && !this.#descends(stamp.digest, this.#ackedOnBoth.digest)) {
      const version = renderCibVersion(cib.version);
      const acked = renderCibVersion(this.#ackedOnBoth.version);
      this.#fail(`CIB ${version} written on ${host.name} lost ${acked}, saved on both nodes`);
    }
  }

  /** A client was told that its change is saved on these nodes. */
  noteAcknowledged(cibVersion: string, savedOn: readonly string[]): void {
    this.count += 1;
    for (const host of this.#sim.hosts.filter(({ name }) => savedOn.includes(name))) {
      const cib = this.#onDisk[host.side];
      if (cib === null || !this.#hasVersion(cib, cibVersion)) {
        const found = cib === null ? "nothing" : renderCibVersion(cib.version);
        this.#fail(`CIB ${cibVersion} acknowledged as saved on ${host.name}: found ${found}`);
      }
    }
    const cib = this.#onDisk[0];
    if (savedOn.length === 2 && cib !== null && renderCibVersion(cib.version) === cibVersion) {
      this.#ackedOnBoth = this.#stampOf(cib);
    }
  }

  get #now(): number {
    return this.#sim.timeline.nowMs;
  }

  #checkAgent(host: Host, state: AgentState, watched: Watched): void {
    this.count += 3;
    if (watched.cib !== state.cib) this.#checkCibChange(host, state, watched);
    this.#checkSameRing();
    this.#checkBounds(host, state);
  }

  /** Rule 4: the version never goes back but by adopting another copy, when its own is kept. */
  #checkCibChange(host: Host, state: AgentState, watched: Watched): void {
    const before = watched.cib;
    watched.cib = state.cib;
    if (before === null) return;
    this.count += 1;
    const [old, next] = [this.#stampOf(before), this.#stampOf(state.cib)];
    const [parent] = state.cib.lineage;
    if (parent !== undefined) this.#parents.set(next.digest, parent.digest);
    if (this.#descends(next.digest, old.digest)) return;
    const isKept = host.disk.content.setAside.some(
      (cib) => this.#stampOf(cib).digest === old.digest,
    );
    const isEmpty =
      compareCibVersion(old.version, { adminEpoch: 0, epoch: 0, numUpdates: 0 }) === 0;
    const [from, to] = [renderCibVersion(old.version), renderCibVersion(next.version)];
    if (isKept || isEmpty || host.disk.mood === "failing") return;
    this.#fail(`CIB of ${host.name} changed from ${from} to ${to} and the old one is nowhere`);
  }

  /** Rules 3 and 4 for two nodes of one ring. */
  #checkSameRing(): void {
    const [a, b] = this.#sim.hosts.map((each) => each.agent?.state() ?? null);
    if (a === undefined || b === undefined || a === null || b === null) return;
    if (a.ring === null || b.ring === null || !isSameRing(a.ring.ring, b.ring.ring)) return;
    // A node whose disk failed to keep the number may form a ring of itself under one that was
    // used.
    if (a.ring.hasPeer !== b.ring.hasPeer) return;
    const ring = renderRing(a.ring.ring);
    // Two disks that failed at once may let both nodes use a number again in other lives.
    const life = `${ring} ${a.heartbeat.incarnation} ${b.heartbeat.incarnation}`;
    for (const { dc } of [a, b]) {
      if (dc === null) continue;
      const known = this.#dcOfRing.get(life) ?? dc;
      this.#dcOfRing.set(life, known);
      if (known !== dc) this.#fail(`ring ${ring} has two DCs: ${known} and ${dc}`);
    }
    if (a.cib === b.cib || !isMet(a) || !isMet(b)) return;
    if (compareCibVersion(a.cib.version, b.cib.version) !== 0) return;
    if (this.#stampOf(a.cib).digest === this.#stampOf(b.cib).digest) return;
    this.#fail(`ring ${ring}: CIB ${renderCibVersion(a.cib.version)} has two contents`);
  }

  /** Rule 7: nothing grows with time. */
  #checkBounds(host: Host, state: AgentState): void {
    const records = state.localHistory.resources.map((entry) => entry.records.length);
    const rows: readonly (readonly [string, number, number])[] = [
      ["orders", state.orders.size, ORDERS_MAX],
      ["records of a resource", Math.max(0, ...records), RECORDS_OF_RESOURCE_MAX],
      ["resources in the history", records.length, RESOURCES_MAX],
      ["failcounts", state.localHistory.failcounts.length, RESOURCES_MAX * 4],
      ["ancestors of the CIB", state.cib.lineage.length, LINEAGE_MAX],
      ["queue of operations", host.agent?.longestQueue() ?? 0, QUEUE_MAX],
      ["requests", host.agent?.openRequests ?? 0, REQUESTS_OPEN_MAX],
      ["past incarnations", host.heartbeat?.membership.pastIncarnations.length ?? 0, 16],
      ["rounds of tokens", host.heartbeat?.membership.sent.length ?? 0, 400],
    ];
    for (const [what, found, most] of rows) {
      if (found > most) this.#fail(`${host.name}: ${found} ${what}, at most ${most}`);
    }
  }

  /**
   * Why two hosts have the resource although nothing is wrong with the cluster; null: no reason.
   */
  #excuse(host: Host, other: Host, resource: ResourceId): string | null {
    const isAlone = !this.#areMet();
    if (isAlone && this.#sim.network.wasServiceCutWithin(PROBE_AGE_MAX_MS)) {
      this.#parted.add(resource);
      return "partition";
    }
    // The lease of a second address that somebody removes is renewed, and so it is back.
    if (isAlone && this.#parted.has(resource)) return "not met since a partition";
    for (const each of [host, other]) {
      if (each.isPaused) return `${each.name} stands still`;
      if (this.#now - each.resumedAtMs <= WAKING_MS) return `${each.name} wakes`;
      if (this.#failedStops.has(`${each.name} ${resource}`)) return "a stop failed";
    }
    return null;
  }

  #checkDoubles(): void {
    this.count += 1;
    if (!this.#isCalm()) this.#lastTroubleMs = this.#now;
    const limitMs = DOUBLE_AFTER_HEAL_MS + (TOKENS_TO_MEET * this.#sim.tokenTimeoutMs) / 10;
    for (const [resource, { beganAtMs, ip }] of this.#doubles) {
      if (ip === null && !this.#areMet()) continue;
      const isStuck = this.#sim.hosts.some(({ name }) => {
        const key = `${name} ${resource}`;
        return this.#failedStops.has(key) || this.#stopsUnderWay.has(key);
      });
      const sinceMs = Math.max(beganAtMs, this.#lastTroubleMs, this.#sim.network.wellSinceMs ?? 0);
      const isLate = this.#now - sinceMs > (ip === null ? limitMs + SERVER_STOP_MS : limitMs);
      if (isLate && !isStuck) this.#fail(`resource ${resource} stays active on both nodes`);
    }
  }

  /** True when nothing but the cluster itself keeps it from putting things right. */
  #isCalm(): boolean {
    if (this.#sim.network.wellSinceMs === null) return false;
    return this.#sim.hosts.every((host) => {
      if (!host.isUp || host.isPaused || host.troubles.size > 0) return false;
      const { agent, heartbeat, disk } = host;
      if (agent === null || heartbeat === null || disk.mood !== "well") return false;
      return agent.life.isRunning && heartbeat.life.isRunning && disk.isIdle;
    });
  }

  /** Both agents are well, in one ring, and have told each other all. */
  #areMet(): boolean {
    const [a, b] = this.#sim.hosts.map(({ agent, isPaused }) =>
      agent === null || isPaused || !agent.life.isRunning ? null : agent.state(),
    );
    if (a === undefined || b === undefined || a === null || b === null) return false;
    if (a.ring === null || b.ring === null || !isSameRing(a.ring.ring, b.ring.ring)) return false;
    return isMet(a) && isMet(b);
  }

  #mayStart(host: Host, state: AgentState): boolean {
    const { ring } = state;
    if (ring === null) return false;
    if (ring.hasPeer) return true;
    const { quorum } = this.#sim.config;
    if (!quorum.isTwoNode) return state.cib.properties["no-quorum-policy"] === "ignore";
    if (this.#sim.wasPeerSeen(host) || state.wasUnblocked) return true;
    if (quorum.waitsForAll || quorum.aloneAfterMs === null) return false;
    return this.#now - (host.agent?.startedAtMs ?? this.#now) >= quorum.aloneAfterMs;
  }

  #stampOf(cib: Cib): CibStamp {
    const known = this.#stamps.get(cib);
    if (known !== undefined) return known;
    const stamp = stampOf(cib);
    this.#stamps.set(cib, stamp);
    return stamp;
  }

  #descends(digest: string, ancestor: string): boolean {
    for (
      let next: string | undefined = digest;
      next !== undefined;
      next = this.#parents.get(next)
    ) {
      if (next === ancestor) return true;
    }
    return false;
  }

  #hasVersion(cib: Cib, version: string): boolean {
    const stamps = [cib.version, ...cib.lineage.map((stamp) => stamp.version)];
    return stamps.some((each) => renderCibVersion(each) === version);
  }

  #fail(rule: string): never {
    throw new Violation(rule, this.#now);
  }
}

/** True for what may run on both nodes: by the names that layouts give it. */
export function isCloned(resource: ResourceId): boolean {
  return /^(copy|db)$/.test(resource);
}

/** A server's stop may take so long. */
const SERVER_STOP_MS = 1500;

function isMet(state: AgentState): boolean {
  const { peerHello, sentHello, awaitsCib, awaitsDrop } = state.meeting;
  return peerHello !== null && sentHello !== null && !awaitsCib && !awaitsDrop && !state.isDropping;
}

/** The sides in order. */
export const SIDES: readonly [Side, Side] = [0, 1];

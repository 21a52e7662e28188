// Runs operations on the simulated host as the executor does: one at a time for each resource.

import {
  type DeepFinding,
  endsRecurring,
  type OperationOrder,
  type OperationOutcome,
  type ResourceId,
} from "../../agent/core/model/index.ts";
import type { OperationReport, OperationRunner } from "../../agent/ports/index.ts";
import type { Dice } from "./dice.ts";
import { type Host, promotedOf } from "./host.ts";
import type { Life } from "./life.ts";
import type { Appointment } from "./timeline.ts";

const SUCCESS = 0;
const FAILURE = 1;
const NOT_RUNNING = 7;
const PROMOTED = 8;

/** Repairs in place that hide a failure, and the time that they are counted in. */
const REPAIRS_MAX = 3;
const REPAIRS_WITHIN_MS = 60_000;
/** A hint comes so late after what it hints at. */
const HINT_LATE_MAX_MS = 5;
/** How long an address is asked for before it is added, at a start and at a repair. */
const OWNER_WAIT_MS = 30;
const OWNER_WAIT_REPAIR_MS = 10;

/** Least and most time that an operation takes, by kind of resource. */
const DURATIONS_MS = {
  address: { start: [2, 10], stop: [2, 12], monitor: [1, 4] },
  server: { start: [20, 600], stop: [20, 500], monitor: [3, 30] },
} as const;

/** What the runner needs of its host and of the agent that it belongs to. */
export interface RunnerPorts {
  readonly host: Host;
  /** Life of the agent process, which the runner is a part of. */
  readonly life: Life;
  readonly dice: Dice;
  readonly report: (report: OperationReport) => void;
  /** True when the other host answers for the address on the service network. */
  readonly isOwnedElsewhere: (ip: string) => boolean;
  /** An operation begins, for the checks. */
  readonly onRun: (order: OperationOrder) => void;
  /** An operation that is no monitor has ended, for the checks. */
  readonly onEnd: (order: OperationOrder, outcome: OperationOutcome) => void;
}

interface Recurring {
  readonly orderId: number;
  readonly order: OperationOrder;
  timer: Appointment | null;
  isQueued: boolean;
  runsAgain: boolean;
  reported: string | null;
  isCancelled: boolean;
}

interface Job {
  readonly orderId: number;
  readonly order: OperationOrder;
  readonly recurring: Recurring | null;
}

interface Lane {
  readonly queue: Job[];
  readonly recurring: Map<string, Recurring>;
  running: Job | null;
}

interface JobEnd {
  readonly outcome: OperationOutcome;
  readonly reason: string;
  readonly wasRepaired: boolean;
  readonly ranForMs: number;
  readonly deep?: DeepFinding;
}

/** The operation runner of one agent process. */
export class SimulatedRunner implements OperationRunner {
  readonly #ports: RunnerPorts;
  readonly #lanes = new Map<ResourceId, Lane>();
  readonly #repairedAtMs = new Map<ResourceId, readonly number[]>();

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  run(orderId: number, order: OperationOrder): void {
    this.#ports.onRun(order);
    const lane = this.#laneOf(order.resource);
    if (endsRecurring(order.operation)) this.#cancelAll(lane);
    if (order.intervalMs === 0) {
      this.#push(lane, { orderId, order, recurring: null });
      return;
    }
    this.cancel(order.resource, order.operation, order.intervalMs);
    const state = { timer: null, isQueued: false, runsAgain: false, reported: null };
    const recurring: Recurring = { orderId, order, ...state, isCancelled: false };
    lane.recurring.set(keyOf(order.operation, order.intervalMs), recurring);
    this.#enqueue(lane, recurring);
  }

  cancel(resource: ResourceId, operation: string, intervalMs: number): void {
    const lane = this.#laneOf(resource);
    const recurring = lane.recurring.get(keyOf(operation, intervalMs));
    if (recurring !== undefined) this.#cancelOne(lane, recurring);
  }

  announceAgain(): void {}

  /** Something that the resource needs has gone: its monitor runs soon. */
  hint(resource: ResourceId): void {
    const { life, dice } = this.#ports;
    life.after(1 + dice.below(HINT_LATE_MAX_MS), () => {
      const lane = this.#laneOf(resource);
      const [recurring] = lane.recurring.values();
      if (recurring === undefined) return;
      if (!recurring.isQueued) this.#enqueue(lane, recurring);
      else if (lane.running?.recurring === recurring) recurring.runsAgain = true;
    });
  }

  /** The longest queue of a resource, for the checks. */
  longestQueue(): number {
    return Math.max(0, ...[...this.#lanes.values()].map(({ queue }) => queue.length));
  }

  #laneOf(resource: ResourceId): Lane {
    const lane = this.#lanes.get(resource) ?? { queue: [], recurring: new Map(), running: null };
    this.#lanes.set(resource, lane);
    return lane;
  }

  #cancelAll(lane: Lane): void {
    for (const recurring of [...lane.recurring.values()]) this.#cancelOne(lane, recurring);
  }

  #cancelOne(lane: Lane, recurring: Recurring): void {
    const { operation, intervalMs } = recurring.order;
    lane.recurring.delete(keyOf(operation, intervalMs));
    recurring.isCancelled = true;
    if (recurring.timer !== null) recurring.timer.isCancelled = true;
    const position = lane.queue.findIndex((job) => job.recurring === recurring);
    if (position >= 0) lane.queue.splice(position, 1);
    if (lane.running?.recurring === recurring) this.#abort(lane, lane.running);
  }

  /** What is running is ended; the next one begins a moment later. */
  #abort(lane: Lane, job: Job): void {
    this.#ports.life.after(1 + this.#ports.dice.below(4), () => {
      if (lane.running === job) this.#next(lane);
    });
  }

  #enqueue(lane: Lane, recurring: Recurring): void {
    if (recurring.timer !== null) recurring.timer.isCancelled = true;
    recurring.timer = null;
    recurring.isQueued = true;
    this.#push(lane, { orderId: recurring.orderId, order: recurring.order, recurring });
  }

  #push(lane: Lane, job: Job): void {
    lane.queue.push(job);
    // The caller gets its turn back before anything happens: no report comes from inside `run`.
    if (lane.running === null && lane.queue.length === 1) {
      this.#ports.life.after(0, () => {
        if (lane.running === null) this.#next(lane);
      });
    }
  }

  #next(lane: Lane): void {
    const job = lane.queue.shift() ?? null;
    lane.running = job;
    if (job !== null) this.#perform(job, (end) => this.#finish(lane, job, end));
  }

  #finish(lane: Lane, job: Job, end: JobEnd): void {
    if (lane.running !== job) return;
    const { order, orderId, recurring } = job;
    this.#next(lane);
    if (recurring?.isCancelled === true) return;
    // Of deep checks that fail nothing is kept: whatever comes next is news.
    const told = end.deep === undefined ? JSON.stringify(end.outcome) : "";
    const isNews = told === "" || end.wasRepaired || recurring?.reported !== told;
    if (recurring !== null) {
      recurring.reported = told;
      this.#rearm(lane, recurring, end.wasRepaired);
    }
    if (order.operation !== "monitor") this.#ports.onEnd(order, end.outcome);
    if (isNews) this.#ports.report({ orderId, ...end });
  }

  #rearm(lane: Lane, recurring: Recurring, isAtOnce: boolean): void {
    recurring.isQueued = false;
    if (recurring.runsAgain || isAtOnce) {
      recurring.runsAgain = false;
      this.#enqueue(lane, recurring);
      return;
    }
    recurring.timer = this.#ports.life.after(recurring.order.intervalMs, () => {
      if (!recurring.isCancelled) this.#enqueue(lane, recurring);
    });
  }

  #perform(job: Job, finish: (end: JobEnd) => void): void {
    const { life, host, dice } = this.#ports;
    const { order } = job;
    const trouble = host.troubles.get(`${order.resource} ${order.operation}`);
    if (trouble === "hangs") {
      life.after(order.timeoutMs, () => {
        // A call that was killed may have done its work before.
        if (order.operation !== "monitor" && dice.happens(500)) this.#takeEffect(order);
        finish(ended({ kind: "timedOut" }, "timed out", order.timeoutMs));
      });
      return;
    }
    const ranForMs = this.#durationMs(order);
    life.after(ranForMs, () => {
      if (trouble === "fails") {
        finish(ended(exited(FAILURE), `${order.operation} was made to fail`, ranForMs));
        return;
      }
      this.#complete(job, ranForMs, finish);
    });
  }

  #complete(job: Job, ranForMs: number, finish: (end: JobEnd) => void): void {
    const { order, recurring } = job;
    const isActive = this.#ports.host.active.has(order.resource);
    if (order.operation === "monitor" && !isActive) {
      this.#repair(job, ranForMs, finish);
      return;
    }
    const deep = recurring === null ? null : findDeepTrouble(this.#ports.host, order.resource);
    if (order.operation === "monitor" && deep !== null) {
      finish({ ...ended(exited(FAILURE), "the page is not as expected", ranForMs), deep });
      return;
    }
    if (order.operation === "monitor") {
      // A look that finds an address may renew it or leave it to run out and be put back: both.
      if (ipOf(order) !== null && this.#ports.dice.happens(500)) this.#takeEffect(order);
      const isPromoted = this.#ports.host.active.has(promotedOf(order.resource));
      finish(ended(exited(isPromoted ? PROMOTED : SUCCESS), "", ranForMs));
      return;
    }
    const problem = recurring === null ? this.#takeEffect(order) : null;
    finish(ended(exited(problem === null ? SUCCESS : FAILURE), problem ?? "", ranForMs));
  }

  /** Puts a removed address back, if that was not tried too often and nobody else has it. */
  #repair({ order, recurring }: Job, ranForMs: number, finish: (end: JobEnd) => void): void {
    const { host, life, isOwnedElsewhere } = this.#ports;
    const failed = ended(exited(NOT_RUNNING), "not running", ranForMs);
    const now = host.clockMs();
    const recent = (this.#repairedAtMs.get(order.resource) ?? []).filter(
      (atMs) => now - atMs < REPAIRS_WITHIN_MS,
    );
    const ip = ipOf(order);
    if (recurring === null || ip === null || recent.length >= REPAIRS_MAX) {
      finish(failed);
      return;
    }
    this.#repairedAtMs.set(order.resource, [...recent, now]);
    const isOwned = isOwnedElsewhere(ip);
    life.after(isOwned ? 1 : OWNER_WAIT_REPAIR_MS, () => {
      const isWanted = !recurring.isCancelled;
      const problem = isOwned || !isWanted ? "in use elsewhere" : this.#takeEffect(order);
      if (problem !== null) finish({ ...failed, reason: problem });
      else finish({ ...ended(exited(SUCCESS), "put back", ranForMs), wasRepaired: true });
    });
  }

  /** Does the work of a start or stop (of a start: also for a monitor); null, or why not. */
  #takeEffect(order: OperationOrder): string | null {
    const { host, isOwnedElsewhere } = this.#ports;
    const ip = ipOf(order);
    if (order.operation === "validate-all") return null;
    if (order.operation === "reload") return host.active.has(order.resource) ? null : "not running";
    if (order.operation === "stop") {
      if (ip !== null && host.heartbeat !== null) host.heartbeat.release(order.resource);
      else host.deactivate(order.resource);
      return null;
    }
    if (ip === null) return takeServerEffect(host, order);
    if (!host.active.has(order.resource) && isOwnedElsewhere(ip)) return "in use elsewhere";
    return host.heartbeat?.hold(order.resource, ip) ?? noHeartbeat(host);
  }

  #durationMs(order: OperationOrder): number {
    const { dice, host } = this.#ports;
    const isAddress = ipOf(order) !== null;
    const kind = DURATIONS_MS[isAddress ? "address" : "server"];
    const operation = order.operation === "stop" || order.operation === "start";
    const [least, most] = kind[operation ? startOrStop(order.operation) : "monitor"];
    const isAsked = isAddress && order.operation === "start" && !host.active.has(order.resource);
    return dice.between(least, most) + (isAsked ? OWNER_WAIT_MS : 0);
  }
}

/** What of the deep checks of a resource fails on a host; null: nothing. */
export function findDeepTrouble({ troubles }: Host, resource: ResourceId): DeepFinding | null {
  if (!troubles.has(`${resource} deep`)) return null;
  return { checks: ["page"], groups: ["balancer"] };
}

function takeServerEffect(host: Host, { operation, resource }: OperationOrder): string | null {
  if (operation === "start") host.activate(resource, null);
  if (operation === "demote") host.deactivate(promotedOf(resource));
  if (operation !== "promote") return null;
  if (!host.active.has(resource)) return "not running";
  host.activate(promotedOf(resource), null);
  return null;
}

function noHeartbeat(host: Host): string | null {
  return host.heartbeat === null ? "the heartbeat process has ended" : null;
}

function startOrStop(operation: string): "start" | "stop" {
  return operation === "stop" ? "stop" : "start";
}

function exited(status: number): OperationOutcome {
  return { kind: "exited", status };
}

function ended(outcome: OperationOutcome, reason: string, ranForMs: number): JobEnd {
  return { outcome, reason, ranForMs, wasRepaired: false };
}

function ipOf(order: OperationOrder): string | null {
  return order.agent.type === "IPaddr2" ? (order.parameters["ip"] ?? null) : null;
}

function keyOf(operation: string, intervalMs: number): string {
  return `${operation} ${intervalMs}`;
}

import type { ResourceAgent } from "../../../resource-agents/contract.ts";
import { type AddressTable, OCF, type Watch } from "../../../resource-agents/contract.ts";
import { InvariantError } from "../../core/base/index.ts";
import {
  endsRecurring,
  type OperationOrder,
  type OperationOutcome,
  type ResourceId,
  renderAgentName,
} from "../../core/model/index.ts";
import type { OperationReport, OperationRunner } from "../../ports/index.ts";
import type { WriteLog } from "../log/index.ts";
import { Announcements } from "./announcements.ts";
import { type Job, ResourceLane } from "./resource-lane.ts";
import {
  type ActionEnd,
  type ActionPorts,
  findAction,
  oneLine,
  questionContext,
  type RunCommand,
  restartParameters,
  runAction,
} from "./run-action.ts";

/**
 * Repairs that may hide a failure; more within the time and the failure is reported. A person who
 * tries things out stays below it, a script that fights for the address does not.
 */
const REPAIRS_MAX = 12;
const REPAIRS_WITHIN_MS = 60_000;
/** The question what to watch must be cheap; an agent that takes longer is not waited for. */
const WATCHES_MAX_MS = 1000;
/** Resources remembered; idle ones beyond it are forgotten, the oldest first. */
const LANES_MAX = 512;

/** What the executor is made of. */
export interface ExecutorPorts {
  /** The agent of a full name such as `ocf:heartbeat:IPaddr2`; null when there is none. */
  readonly findAgent: (name: string) => ResourceAgent | null | Promise<ResourceAgent | null>;
  readonly addresses: AddressTable;
  readonly runCommand: RunCommand;
  /** Called for every report, never from inside `run`. */
  readonly report: (report: OperationReport) => void;
  /** Replaces what is watched for a resource; a hint comes back through `Executor.hint`. */
  readonly watch: (resource: ResourceId, watches: readonly Watch[]) => void;
  readonly log: WriteLog;
  /** A folder for the agents' own state files that does not survive a boot. */
  readonly runFolder: string;
  /** The name of this node. */
  readonly node?: string;
  /** Programs by which agents of Pacemaker speak to the cluster. */
  readonly toolsFolder?: string;
}

/** What one operation wrote last. */
export interface OperationOutput {
  readonly resource: ResourceId;
  readonly operation: string;
  readonly intervalMs: number;
  /** The end of it, at most 4096 characters. */
  readonly text: string;
}

/** The operation runner, the way in for hints, what operations wrote, and the end. */
export interface Executor extends OperationRunner {
  /** Runs the resource's recurring monitor at once; ignored when it has none. */
  readonly hint: (resource: ResourceId) => void;
  readonly outputs: () => readonly OperationOutput[];
  /** Aborts everything and resolves when it has ended; no report follows. */
  readonly close: () => Promise<void>;
}

/** Makes the executor of this node; it does nothing until it gets orders. */
export function openExecutor(ports: ExecutorPorts): Executor {
  const runner = new Runner(ports);
  return {
    run: (orderId, order) => runner.run(orderId, order),
    cancel: (resource, operation, intervalMs) => runner.cancel(resource, operation, intervalMs),
    announceAgain: (resources) => runner.announceAgain(resources),
    hint: (resource) => runner.hint(resource),
    outputs: () => runner.outputs(),
    close: () => runner.close(),
  };
}

/** How a job ended, the repair included. */
interface JobEnd extends ActionEnd {
  readonly wasRepaired: boolean;
  /** The agent that was found, to be asked what to watch. */
  readonly agent: ResourceAgent | null;
}

class Runner {
  readonly #ports: ExecutorPorts;
  readonly #announcements: Announcements;
  readonly #lanes = new Map<ResourceId, ResourceLane>();
  readonly #outputs = new Map<ResourceId, Map<string, OperationOutput>>();
  readonly #repairedAtMs = new Map<ResourceId, readonly number[]>();
  #isClosed = false;

  constructor(ports: ExecutorPorts) {
    this.#ports = ports;
    this.#announcements = new Announcements(ports.addresses);
  }

  run(orderId: number, order: OperationOrder): void {
    if (this.#isClosed) return;
    const lane = this.#laneOf(order.resource);
    if (endsRecurring(order.operation)) lane.cancelRecurring();
    if (/^(start|stop|migrate_to)$/.test(order.operation)) {
      // What the resource held is about to change: a hint about it would be wrong.
      this.#ports.watch(order.resource, []);
      this.#announcements.forget(order.resource);
    }
    const isRecurring = order.intervalMs > 0;
    const isTaken = isRecurring ? lane.repeat(orderId, order) : lane.runOnce(orderId, order);
    if (!isTaken) this.#refuse(orderId, order);
  }

  cancel(resource: ResourceId, operation: string, intervalMs: number): void {
    this.#lanes.get(resource)?.cancel(operation, intervalMs);
  }

  hint(resource: ResourceId): void {
    this.#lanes.get(resource)?.trigger();
  }

  announceAgain(resources: readonly ResourceId[]): void {
    this.#announcements.announceAgain(resources).catch((error: unknown) => {
      const fields = { reason: `not announced again: ${messageOf(error)}` };
      this.#ports.log({ level: "warning", event: "ipCommandFailed", fields });
    });
  }

  outputs(): readonly OperationOutput[] {
    return [...this.#outputs.values()].flatMap((byOperation) => [...byOperation.values()]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    this.#lanes.clear();
  }

  #laneOf(resource: ResourceId): ResourceLane {
    const found = this.#lanes.get(resource);
    if (found !== undefined) return found;
    if (this.#lanes.size >= LANES_MAX) this.#forgetOldest();
    const lane: ResourceLane = new ResourceLane((job) => this.#perform(lane, job));
    this.#lanes.set(resource, lane);
    return lane;
  }

  #forgetOldest(): void {
    for (const [resource, lane] of this.#lanes) {
      if (!lane.isIdle) continue;
      this.#lanes.delete(resource);
      this.#outputs.delete(resource);
      this.#repairedAtMs.delete(resource);
      return;
    }
  }

  #refuse(orderId: number, order: OperationOrder): void {
    const reason = `${order.operation} of "${order.resource}": too many operations are waiting`;
    this.#ports.log({ level: "error", event: "orderRefused", fields: { reason } });
    const outcome: OperationOutcome = { kind: "notSpawned", reason };
    setImmediate(() => this.#report({ orderId, outcome, ranForMs: 0, reason, wasRepaired: false }));
  }

  #report(report: OperationReport): void {
    if (!this.#isClosed) this.#ports.report(report);
  }

  async #perform(lane: ResourceLane, job: Job): Promise<void> {
    const { order, recurring } = job;
    const startedAtMs = performance.now();
    const end = await this.#runJob(job);
    if (job.cancel.signal.aborted || this.#isClosed) return;
    const ranForMs = Math.round(performance.now() - startedAtMs);
    this.#keepOutput(order, end);
    const { outcome, reason, wasRepaired, deep } = end;
    const told = deep === undefined ? textOf(outcome) : "";
    // What the other node says of a deep check may be another thing each time.
    const isSame = recurring !== null && deep === undefined && recurring.reported === told;
    const isNews = !isSame || wasRepaired;
    if (recurring !== null) recurring.reported = told;
    const names = end.agent === null ? undefined : restartParameters(end.agent);
    const facts = names === undefined ? {} : { restartParameters: names };
    const looked = deep === undefined ? {} : { deep };
    const { orderId } = job;
    const report = { orderId, outcome, ranForMs, reason, wasRepaired, ...facts, ...looked };
    if (isNews) this.#report(report);
    // The repaired state is looked at once more right away.
    if (wasRepaired && recurring !== null) lane.triggerOne(recurring);
    const isActive = isSuccess(outcome) && ACTIVATING.test(order.operation);
    if (isActive && end.agent !== null) await this.#renewWatches(job, end.agent);
  }

  async #runJob(job: Job): Promise<JobEnd> {
    const { order } = job;
    const name = renderAgentName(order.agent);
    const nothing = { output: "", wasRepaired: false, agent: null };
    let agent: ResourceAgent | null;
    try {
      agent = await this.#ports.findAgent(name);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const outcome: OperationOutcome = { kind: "exited", status: OCF.ERR_GENERIC };
      return { ...nothing, outcome, reason: oneLine(`agent ${name}: ${messageOf(error)}`) };
    }
    if (agent === null) {
      const outcome: OperationOutcome = { kind: "exited", status: OCF.ERR_INSTALLED };
      return { ...nothing, outcome, reason: `agent ${name}: not installed` };
    }
    const act = findAction(agent, order.operation);
    if (act === null) {
      const outcome: OperationOutcome = { kind: "exited", status: OCF.ERR_UNIMPLEMENTED };
      return { ...nothing, outcome, reason: `agent ${name}: has no action "${order.operation}"` };
    }
    const end = await runAction({ order, act, cancel: job.cancel.signal }, this.#action(order));
    const repaired = await this.#repair(job, agent, end);
    return { ...(repaired ?? end), wasRepaired: repaired !== null, agent };
  }

  /** The end of a repair that put right what the monitor found; null when there was none. */
  async #repair(job: Job, agent: ResourceAgent, failed: ActionEnd): Promise<ActionEnd | null> {
    const { order, recurring, cancel } = job;
    if (recurring === null || agent.repair === undefined || !isRepairable(failed.outcome)) {
      return null;
    }
    if (order.operation !== "monitor" || cancel.signal.aborted) return null;
    const now = performance.now();
    const recent = (this.#repairedAtMs.get(order.resource) ?? []).filter(
      (atMs) => now - atMs < REPAIRS_WITHIN_MS,
    );
    if (recent.length >= REPAIRS_MAX) return null;
    this.#repairedAtMs.set(order.resource, [...recent, now]);
    const call = { order, act: agent.repair, cancel: cancel.signal };
    const end = await runAction(call, this.#action(order));
    const said = [failed.output, end.output].filter((text) => text !== "").join("\n");
    return isSuccess(end.outcome) ? { ...end, reason: failed.reason, output: said } : null;
  }

  async #renewWatches(job: Job, agent: ResourceAgent): Promise<void> {
    if (agent.watches === undefined) return;
    const signal = AbortSignal.any([job.cancel.signal, AbortSignal.timeout(WATCHES_MAX_MS)]);
    const context = questionContext(job.order, this.#action(job.order), signal);
    const watches = await askWatches(agent.watches, context).catch((error: unknown) => {
      if (error instanceof InvariantError) throw error;
      const reason = `what to watch: ${messageOf(error)}`;
      const fields = { resource: job.order.resource, reason: oneLine(reason) };
      this.#ports.log({ level: "warning", event: "watchRefused", fields });
      return null;
    });
    const isWanted = !job.cancel.signal.aborted && !this.#isClosed;
    if (watches === null || !isWanted || this.#isStopping(job)) return;
    this.#announcements.setWatches(job.order.resource, watches);
    this.#ports.watch(job.order.resource, watches);
  }

  #isStopping({ order }: Job): boolean {
    return this.#lanes.get(order.resource)?.isChangeWaiting ?? true;
  }

  #action(order: OperationOrder): ActionPorts {
    return { ...this.#ports, addresses: this.#announcements.tableOf(order.resource) };
  }

  #keepOutput({ resource, operation, intervalMs }: OperationOrder, end: ActionEnd): void {
    const kept = this.#outputs.get(resource) ?? new Map<string, OperationOutput>();
    const output = { resource, operation, intervalMs, text: end.output };
    this.#outputs.set(resource, kept.set(`${operation} ${intervalMs}`, output));
  }
}

async function askWatches(
  watches: NonNullable<ResourceAgent["watches"]>,
  context: Parameters<NonNullable<ResourceAgent["watches"]>>[0],
): Promise<readonly Watch[] | null> {
  const tooLate = new Promise<null>((resolve) => {
    context.signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  return await Promise.race([watches(context), tooLate]);
}

/** Operations after whose success the resource is active. */
const ACTIVATING = /^(start|monitor|promote|demote|migrate_from)$/;

function isSuccess(outcome: OperationOutcome): boolean {
  if (outcome.kind !== "exited") return false;
  return outcome.status === OCF.SUCCESS || outcome.status === OCF.RUNNING_PROMOTED;
}

function isRepairable(outcome: OperationOutcome): boolean {
  if (outcome.kind !== "exited") return false;
  return outcome.status === OCF.NOT_RUNNING || outcome.status === OCF.ERR_GENERIC;
}

function textOf(outcome: OperationOutcome): string {
  return outcome.kind === "exited" ? `exited ${outcome.status}` : outcome.kind;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

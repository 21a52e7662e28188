/**
 * Carries a transition out on a copy of the facts, as the nodes would: every operation succeeds
 * unless it is supposed to fail, and its result goes into the history of its node.
 */
import { readBoolean } from "../../agent/core/configuration/index.ts";
import {
  clearFailures,
  forgetOperation,
  forgetResource,
  keepLocks,
  recordResult,
  releaseLocks,
} from "../../agent/core/history/index.ts";
import {
  type Action,
  emptyHistory,
  type NodeHistory,
  type NodeName,
  type OperationOrder,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
  type SchedulerInput,
  type Transition,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { takeNodeDown } from "./change-input.ts";
import { type Fault, isMeant } from "./fault.ts";
import { usualTimeMs } from "./usual-time.ts";

/** The exit status of a probe that finds nothing (OCF resource agent API 1.1). */
const OCF_NOT_RUNNING = 7;

/** What became of one action. `skipped`: its turn never came. */
export interface Happening {
  readonly action: Action;
  readonly outcome: "done" | "failed" | "skipped";
  /**
   * Why it was skipped. `waits`: what it waits for failed or was skipped itself. `planEnded`: a
   * failure, or what a probe found, ended the plan before its turn.
   */
  readonly skippedFor?: "waits" | "planEnded";
  /** Exit status of an operation. */
  readonly status?: number;
}

/** What is supposed to happen meanwhile. */
export interface Course {
  readonly faults?: readonly Fault[];
  /** Exit status of a probe where something is known to run that no history tells of. */
  readonly found?: (resource: ResourceId, node: NodeName) => number | null;
}

/** The facts afterwards, and what happened on the way, in order. */
export interface CarriedOut {
  readonly input: SchedulerInput;
  readonly happenings: readonly Happening[];
  /** Which of the faults came to pass. */
  readonly faults: ReadonlySet<Fault>;
}

/** The facts after the transition. A failure ends it: what has not begun by then does not begin. */
export function carryOutTransition(
  input: SchedulerInput,
  transition: Transition,
  faults: readonly Fault[] = [],
): SchedulerInput {
  return followTransition(input, transition, { faults }).input;
}

/** As `carryOutTransition`, with an account of what happened. */
export function followTransition(
  input: SchedulerInput,
  transition: Transition,
  course: Course = {},
): CarriedOut {
  const done = new Set<number>();
  const happenings: Happening[] = [];
  const faults = new Set<Fault>();
  let world = input;
  let waiting = transition.actions;
  for (let isGoingOn = true; isGoingOn; ) {
    const ready = waiting.filter((action) => isReady(action, done));
    const begun = new Set(ready);
    waiting = waiting.filter((action) => !begun.has(action));
    isGoingOn = ready.length > 0;
    // What is ready begins at once, so a failure stops only what comes after it.
    for (const action of ready) {
      const after = perform(world, action, course);
      world = after.world;
      happenings.push(after.happening);
      if (after.fault !== undefined) faults.add(after.fault);
      if (after.isAsPlanned) done.add(action.id);
      else isGoingOn = false;
    }
  }
  const failed = happenings.filter(({ outcome }) => outcome === "failed");
  const hindered = new Set(failed.map(({ action }) => action.id));
  // An action comes after those that it waits for, so those are known here.
  const skipped = waiting.map((action): Happening => {
    const waits = action.after.some((id) => hindered.has(id));
    if (waits) hindered.add(action.id);
    return { action, outcome: "skipped", skippedFor: waits ? "waits" : "planEnded" };
  });
  return { input: world, happenings: [...happenings, ...skipped], faults };
}

function isReady({ after }: Action, done: ReadonlySet<number>): boolean {
  return after.every((id) => done.has(id));
}

/** One action carried out. */
interface Performed {
  readonly world: SchedulerInput;
  readonly happening: Happening;
  readonly fault?: Fault;
  /** False: a failure, or news that the plan did not count on. */
  readonly isAsPlanned: boolean;
}

function perform(world: SchedulerInput, action: Action, course: Course): Performed {
  const { node, task } = action;
  const happening: Happening = { action, outcome: "done" };
  const changed = (
    resource: ResourceId,
    change: (history: NodeHistory, id: ResourceId) => NodeHistory,
  ): Performed => {
    const id = idInHistory(world, node, resource);
    const after = changeHistory(world, node, (history) => change(history, id));
    return { world: after, happening, isAsPlanned: true };
  };
  switch (task.kind) {
    case "operation":
      return performOperation(world, { action, order: task.order }, course);
    case "cancel":
      return changed(task.resource, (history, id) => forgetOperation(history, id, task));
    case "clearFailcount":
      return changed(task.resource, clearFailures);
    case "deleteHistory":
      return changed(task.resource, task.isByDc === true ? releaseLocks : forgetResource);
    case "fence":
      return {
        world: task.method === "on" ? noteUnfenced(world, node) : takeNodeDown(world, node),
        happening,
        isAsPlanned: true,
      };
    case "shutdown":
      return { world: letNodeLeave(world, node), happening, isAsPlanned: true };
    case "point":
      return { world, happening, isAsPlanned: true };
  }
}

/** Of a node that has left in order is left what is kept for it (shutdown-lock). */
function letNodeLeave(world: SchedulerInput, node: NodeName): SchedulerInput {
  const before = world.histories.find((history) => history.node === node) ?? emptyHistory(node);
  return changeHistory(takeNodeDown(world, node), node, () => keepLocks(before));
}

/** A node that was let in again says since when, in seconds, as Pacemaker notes it. */
function noteUnfenced(world: SchedulerInput, node: NodeName): SchedulerInput {
  const sinceS = String(Math.floor((world.wallNowMs ?? world.now) / 1000));
  return changeHistory(world, node, (history) => ({
    ...history,
    attributes: { ...history.attributes, "#node-unfenced": sinceS },
  }));
}

function performOperation(
  world: SchedulerInput,
  { action, order }: { readonly action: Action; readonly order: OperationOrder },
  { faults = [], found }: Course,
): Performed {
  const { node } = action;
  const fault = faults.find((each) => isMeant(each, { ...order, node }));
  const isProbe = order.operation === "monitor" && order.intervalMs === 0;
  const known = isProbe ? found?.(order.resource, node) : null;
  const expected = order.expectedStatus ?? OCF_NOT_RUNNING;
  const status = fault?.status ?? known ?? expected;
  const isAsPlanned = status === expected;
  // What a probe finds is never a failure of the action, but the plan did not count on it.
  const isNews = isProbe && (status === 0 || status === OCF_NOT_RUNNING);
  return {
    world: record(world, { node, order, status }),
    happening: { action, outcome: isAsPlanned || isNews ? "done" : "failed", status },
    ...(fault === undefined ? {} : { fault }),
    isAsPlanned,
  };
}

interface Result {
  readonly node: NodeName;
  readonly order: OperationOrder;
  readonly status: number;
}

function record(input: SchedulerInput, { node, order, status }: Result): SchedulerInput {
  // Nobody keeps what became of a notification.
  if (order.operation === "notify") return input;
  // Each result is newer than the one before it, on whichever node.
  const now = input.now + 1;
  const { operation, intervalMs, expectedStatus, digest, migration } = order;
  const resource = idInHistory(input, node, order.resource);
  const wallNowMs = input.wallNowMs === undefined ? undefined : input.wallNowMs + 1;
  const isStartFailureFatal = readBoolean(input.cib.properties, "start-failure-is-fatal", true);
  return {
    ...changeHistory(input, node, (history) => {
      const result: OperationRecord = {
        operation,
        intervalMs,
        callId: nextCallId(history),
        outcome: { kind: "exited", status },
        expectedStatus,
        digest,
        changedAt: now,
        changedAtWallMs: wallNowMs ?? 0,
        ranForMs: usualTimeMs(input.histories, { resource, operation, node }) ?? 0,
        reason: "",
        ...(migration === undefined ? {} : { migration }),
      };
      const { onFail, lockedSinceS } = order;
      const options = { isStartFailureFatal, onFail, call: order, lockedSinceS };
      const settled = withoutUnordered(history, { resource, intervalMs });
      const recorded = recordResult(settled, resource, result, options);
      const isReload = operation === "reload" || operation === "reload-agent";
      return isReload && status === 0 ? noteReload(recorded, { resource, digest }) : recorded;
    }),
    now,
    ...(wallNowMs === undefined ? {} : { wallNowMs }),
  };
}

/**
 * The id under which a node keeps what it did with a resource. Pacemaker's histories number the
 * instances of all clones, also where orders name them all alike.
 */
function idInHistory(input: SchedulerInput, node: NodeName, resource: ResourceId): ResourceId {
  const entries = input.histories.find((history) => history.node === node)?.resources ?? [];
  if (entries.some((entry) => entry.resource === resource)) return resource;
  const numbered = entries.filter((entry) => withoutNumber(entry.resource) === resource);
  return (numbered.find(isActive) ?? numbered[0])?.resource ?? resource;
}

/** True when the last operation that did not repeat has left the resource running. */
function isActive({ records }: ResourceHistory): boolean {
  const single = records.filter(({ intervalMs }) => intervalMs === 0);
  const last = single.reduce<OperationRecord | null>(
    (newest, each) => (newest === null || each.callId > newest.callId ? each : newest),
    null,
  );
  if (last === null || last.operation === "stop" || last.outcome.kind !== "exited") return false;
  return last.outcome.status !== OCF_NOT_RUNNING;
}

/**
 * What was under way has ended when the next operation of the resource has, unless that recurs.
 * Notifications, which Pacemaker keeps without a number of their own, tell nothing of the state and
 * have no place in the order of those that do.
 */
function withoutUnordered(
  history: NodeHistory,
  next: Pick<OperationRecord, "intervalMs"> & { readonly resource: ResourceId },
): NodeHistory {
  const isKept = ({ intervalMs, outcome, operation }: OperationRecord): boolean => {
    const isUnderWay = intervalMs === 0 && outcome.kind === "pending";
    return operation !== "notify" && !(isUnderWay && next.intervalMs === 0);
  };
  const resources = history.resources.map((entry) =>
    entry.resource === next.resource ? { ...entry, records: entry.records.filter(isKept) } : entry,
  );
  return { ...history, resources };
}

/** After a reload the resource runs with the new parameters, as if it had been started so. */
function noteReload(
  history: NodeHistory,
  { resource, digest }: Pick<OperationOrder, "resource" | "digest">,
): NodeHistory {
  const resources = history.resources.map((entry) => {
    if (entry.resource !== resource) return entry;
    const records = entry.records.map((each): OperationRecord => {
      if (each.intervalMs > 0) return each;
      const { pacemaker: _, ...own } = each;
      return { ...own, digest };
    });
    return { ...entry, records };
  });
  return { ...history, resources };
}

/** Changes the history of one node; a node without one gets one. */
export function changeHistory(
  input: SchedulerInput,
  node: NodeName,
  change: (history: NodeHistory) => NodeHistory,
): SchedulerInput {
  const isKnown = input.histories.some((history) => history.node === node);
  const all = isKnown ? input.histories : [...input.histories, emptyHistory(node)];
  const histories = all.map((history) => (history.node === node ? change(history) : history));
  return { ...input, histories };
}

function nextCallId(history: NodeHistory): number {
  let last = 0;
  for (const { records } of history.resources) {
    for (const { callId } of records) last = Math.max(last, callId);
  }
  return last + 1;
}

import { assertNever } from "../../base/index.ts";
import { renderAgentName } from "../../model/index.ts";
import { addOrdering } from "../orderings.ts";
import { compareDigests, failcountOf, hasOnlySecretsChanged, isAnonymous } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import { primitivesBelow } from "../tree.ts";
import type {
  HistoryEntry,
  Working,
  WorkingHistory,
  WorkingNode,
  WorkingResource,
} from "../working.ts";
import { rescheduleOperation, scheduleCancel } from "./cancel.ts";
import { isConfigured } from "./configured-operations.ts";
import { createAction } from "./create-action.ts";
import { meetDemands } from "./demands.ts";
import { triggerUnfencing } from "./fence-action.ts";
import { setReason } from "./new-action.ts";
import { isUsableNode } from "./node-kind.ts";
import { clearFailcount, scheduleCleanup } from "./resource-actions.ts";
import { noteRunningOperations } from "./running-operations.ts";

const CHANGED = "its definition has changed";

/**
 * Compares what was done with what is configured now: operations that are no longer configured are
 * cancelled, changed parameters lead to a restart, a reload or a new start of the recurring
 * operation, a changed agent to a restart without memory. In maintenance mode all recurring
 * operations are cancelled. Runs before anything is assigned.
 */
export function handleConfigurationChanges(working: Working): void {
  noteRunningOperations(working);
  meetDemands(working);
  const primitives = working.resources.flatMap(primitivesBelow).toReversed();
  for (const known of working.histories) {
    const { node, history } = known;
    // A node in maintenance mode is asked as well: its monitors are to end.
    if (!node.isInMaintenance && !isUsableNode(node)) continue;
    for (const resource of primitives) {
      // By name: an instance that was probed under another number has not been started under it.
      const isMeant = [resource.id, resource.historyId].includes(history.resource);
      if (isMeant) checkHistory(working, resource, known);
    }
  }
}

function checkHistory(working: Working, resource: WorkingResource, known: WorkingHistory): void {
  const { node } = known;
  if (resource.isOrphan) {
    // A surplus instance has the history of its clone: that is still wanted.
    if (isAnonymous(resource)) return;
    scheduleCleanup(working, resource, { node, isOptional: false });
    return;
  }
  const isActiveHere = resource.runningOn.includes(node);
  if (isAgentChanged(resource, known)) {
    const reason = "the definition of a device changed";
    triggerUnfencing(working, node, { device: resource, reason });
    if (isActiveHere) forceStop(working, resource, node);
    scheduleCleanup(working, resource, { node, isOptional: false });
  }
  if (!isActiveHere || known.startIndex < known.stopIndex) return;
  for (const entry of known.entries.slice(Math.max(known.startIndex, 0))) {
    checkEntry(working, resource, entry);
  }
}

function isAgentChanged(resource: WorkingResource, { history }: WorkingHistory): boolean {
  const before = history.lastCall?.agent;
  if (before === undefined || resource.primitive === null) return false;
  return renderAgentName(before) !== renderAgentName(resource.primitive.agent);
}

/** It is stopped as what it was, and started as what it is now. */
function forceStop(working: Working, resource: WorkingResource, node: WorkingNode): void {
  const stop = createAction(working, { resource, task: "stop", node, isOptional: false });
  setReason(stop, "its agent has changed");
  resource.isStartPending = true;
}

function checkEntry(working: Working, resource: WorkingResource, entry: HistoryEntry): void {
  const { task, intervalMs, node } = entry;
  if (intervalMs > 0 && (resource.isInMaintenance || node.isInMaintenance)) {
    scheduleCancel(working, resource, { task, intervalMs, node });
  } else if (intervalMs > 0 || STATE_TASKS.has(task)) {
    if (!checkOperation(working, resource, entry)) return;
    // The failures of what was configured before say nothing about what is configured now.
    const { count } = failcountOf(working, { resource, node }, { isEffective: true });
    if (count !== 0) clearFailcount(working, resource, node);
  }
}

/** Results that tell with which parameters the resource runs. */
const STATE_TASKS: ReadonlySet<string> = new Set(["monitor", "start", "promote", "migrate_from"]);

/** True when the operation is configured otherwise than it was run; what follows is scheduled. */
function checkOperation(working: Working, resource: WorkingResource, entry: HistoryEntry): boolean {
  const { task, intervalMs, node } = entry;
  if (intervalMs > 0 && !isConfigured(resource, task, intervalMs)) {
    if (working.options.stopsOrphanActions) {
      scheduleCancel(working, resource, { task, intervalMs, node });
    }
    return true;
  }
  const verdict = judge(working, { resource, node, entry });
  switch (verdict) {
    case "match":
      return false;
    case "restart":
      forceRestart(working, resource, entry);
      return true;
    case "reload":
      scheduleReload(working, resource, node);
      return true;
    case "reschedule":
      rescheduleOperation(working, resource, { task, intervalMs, node });
      return true;
    default:
      return assertNever(verdict);
  }
}

/** Parameters that nobody wrote down count as changed: as little as possible follows from it. */
function judge(
  working: Working,
  asked: Parameters<typeof compareDigests>[1],
): Exclude<ReturnType<typeof compareDigests>, "unknown"> {
  const verdict = compareDigests(working, asked);
  if (verdict === "match" || hasOnlySecretsChanged(working, asked)) return "match";
  if (verdict !== "unknown") return verdict;
  if (asked.entry.intervalMs > 0) return "reschedule";
  return hasRestartDigest(asked.entry) ? "reload" : "restart";
}

function hasRestartDigest({ record }: HistoryEntry): boolean {
  return record.restart !== undefined || (record.pacemaker?.restartDigest ?? null) !== null;
}

/** The action has no node yet: wherever the resource is placed, it is required. */
function forceRestart(working: Working, resource: WorkingResource, entry: HistoryEntry): void {
  const { intervalMs, node } = entry;
  const isFirstCall = intervalMs === 0 && STATE_TASKS.has(entry.task);
  const task = isFirstCall ? "start" : entry.task;
  // A copy among several that are left alone is watched anew where it is, or it never would be.
  const isLeftAlone = intervalMs > 0 && !resource.isManaged && resource.runningOn.length > 1;
  const place = isLeftAlone ? node : null;
  const request = { resource, task, intervalMs, node: place, isOptional: false };
  setReason(createAction(working, request), CHANGED, true);
  triggerUnfencing(working, node, { device: resource, reason: "parameters of a device changed" });
}

function scheduleReload(working: Working, resource: WorkingResource, node: WorkingNode): void {
  const reason = "parameters of a device changed";
  triggerUnfencing(working, node, { device: resource, reason });
  if (!resource.isManaged || resource.isFailed) return;
  if (resource.isStartPending) {
    // Nobody knows which parameters the start under way has: only a restart makes it certain.
    createAction(working, { resource, task: "stop", node, isOptional: false });
    return;
  }
  resource.isReloadable = true;
  const request = { resource, task: "reload-agent", node, isOptional: false };
  const reload = createAction(working, request);
  setReason(reload, CHANGED);
  for (const task of ["stop", "demote"]) {
    addOrdering(working, {
      first: { action: reload },
      next: { resource, task },
      relation: RELATION.ordered | RELATION.thenCancelsFirst,
    });
  }
}

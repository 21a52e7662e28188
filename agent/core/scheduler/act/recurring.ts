import { orderActions } from "../links.ts";
import { addOrdering } from "../orderings.ts";
import { isAnonymous } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import {
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { cancelAction } from "./cancel.ts";
import { type RecurringOperation, recurringOperations } from "./configured-operations.ts";
import { createAction } from "./create-action.ts";
import { findActions, findActionsOn } from "./find-actions.ts";
import { startAction } from "./resource-actions.ts";

const { ordered, firstImpliesThen, unrunnableFirstBlocks } = RELATION;

/** Makes the recurring operations of a primitive, and the cancels of those for another role. */
export function createRecurring(working: Working, resource: WorkingResource): void {
  if (resource.isBlocked || resource.isInMaintenance) return;
  const node = resource.assignedTo;
  let start: WorkingAction | null = null;
  if (node !== null && !node.isInMaintenance) {
    if (resource.nextRole !== ROLE.stopped || !resource.isManaged) {
      start = startAction(working, resource, { node, isOptional: true });
    }
  }
  for (const operation of recurringOperations(resource)) {
    if (operation.role === ROLE.stopped) {
      monitorWhereStopped(working, resource, operation);
    } else if (start !== null && node !== null) {
      monitorWhereActive(working, resource, { operation, start, node });
    }
  }
}

interface ActiveMonitor {
  readonly operation: RecurringOperation;
  readonly start: WorkingAction;
  readonly node: WorkingNode;
}

function monitorWhereActive(
  working: Working,
  resource: WorkingResource,
  monitor: ActiveMonitor,
): void {
  const { operation, start, node } = monitor;
  const { nextRole } = resource;
  const isOptional = goesOn(resource, monitor);
  const fits = operation.role === null ? nextRole !== ROLE.promoted : nextRole === operation.role;
  if (!fits) {
    if (isOptional) cancelForRole(working, resource, monitor);
    return;
  }
  const { task, intervalMs } = operation;
  const action = createAction(working, { resource, task, intervalMs, node, isOptional });
  if (!start.isRunnable || !node.isOnline || node.isUnclean) action.isRunnable = false;
  if (nextRole === ROLE.promoted) action.expectedStatus = 8;
  if (!resource.isManaged) return;
  const after = (first: string, relation: number): void =>
    addOrdering(working, { first: { resource, task: first }, next: { action }, relation });
  after("start", firstImpliesThen | unrunnableFirstBlocks);
  after("reload-agent", firstImpliesThen | unrunnableFirstBlocks);
  if (nextRole === ROLE.promoted) after("promote", ordered | unrunnableFirstBlocks);
  else if (resource.role === ROLE.promoted) after("demote", ordered | unrunnableFirstBlocks);
}

/** True when the operation runs on the node already and can just go on. */
function goesOn(resource: WorkingResource, { operation, start, node }: ActiveMonitor): boolean {
  if (!start.isOptional) return false;
  const running = findActionsOn(resource, node, operation);
  return running.length > 0 && !running.some((action) => action.isReschedule);
}

/** It runs, but is meant for another role than the one that the resource is going to have. */
function cancelForRole(working: Working, resource: WorkingResource, monitor: ActiveMonitor): void {
  const { operation, node } = monitor;
  const { task, intervalMs } = operation;
  const cancel = cancelAction(working, resource, { task, intervalMs, node });
  const change = roleChange(resource);
  if (change === null) return;
  addOrdering(working, {
    first: { action: cancel },
    next: { resource, task: change },
    relation: unrunnableFirstBlocks,
  });
}

function roleChange({ role, nextRole }: WorkingResource): string | null {
  if (role === ROLE.promoted) return "demote";
  if (role !== ROLE.started && role !== ROLE.unpromoted) return null;
  if (nextRole === ROLE.promoted) return "promote";
  return nextRole === ROLE.stopped ? "stop" : null;
}

/** A monitor of role Stopped: runs where the resource is not, to find what should not be there. */
function monitorWhereStopped(
  working: Working,
  resource: WorkingResource,
  operation: RecurringOperation,
): void {
  if (isAnonymous(resource)) return; // No node knows which instance it does not run.
  const { task, intervalMs } = operation;
  for (const node of working.nodes) {
    const isRunning = findActionsOn(resource, node, operation).length > 0;
    if (node === resource.assignedTo) {
      if (isRunning) cancelBeforeStart(working, resource, { task, intervalMs, node });
      continue;
    }
    const request = { resource, task, intervalMs, node, isOptional: isRunning };
    const action = createAction(working, request);
    action.expectedStatus = 7;
    if (resource.isManaged) {
      for (const probe of findActions(resource, { task: "monitor", node })) {
        orderActions(probe, action, unrunnableFirstBlocks);
      }
    }
    orderAfterStops(working, resource, action);
    if (!node.isOnline || node.isUnclean) action.isRunnable = false;
  }
}

function cancelBeforeStart(
  working: Working,
  resource: WorkingResource,
  operation: { readonly task: string; readonly intervalMs: number; readonly node: WorkingNode },
): void {
  const cancel = cancelAction(working, resource, operation);
  if (resource.nextRole !== ROLE.started && resource.nextRole !== ROLE.unpromoted) return;
  addOrdering(working, {
    first: { action: cancel },
    next: { resource, task: "start" },
    relation: unrunnableFirstBlocks,
  });
}

/** It would fail while the resource is still being stopped on its node. */
function orderAfterStops(working: Working, resource: WorkingResource, action: WorkingAction): void {
  for (const stop of findActionsOn(resource, action.node, { task: "stop" })) {
    if (!stop.isOptional && !action.isOptional && !resource.isManaged) action.isOptional = true;
    if (!stop.isRunnable) action.isRunnable = false;
    if (!resource.isManaged) continue;
    addOrdering(working, {
      first: { action: stop },
      next: { action },
      relation: firstImpliesThen | unrunnableFirstBlocks,
    });
  }
}

import { addOrdering } from "../orderings.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";
import { triggerUnfencing } from "./fence-action.ts";
import { actionKey } from "./find-actions.ts";

/** One recurring operation of a resource on a node. */
export interface RunningOperation {
  readonly task: string;
  readonly intervalMs: number;
  readonly node: WorkingNode;
}

/**
 * Ends a recurring operation. It has the key of the operation itself, and takes over the action
 * that stands for the running operation: both at once would contradict each other.
 */
export function cancelAction(
  working: Working,
  resource: WorkingResource,
  { task, intervalMs, node }: RunningOperation,
): WorkingAction {
  const key = actionKey(resource, task, intervalMs);
  const request = { resource, task: "cancel", intervalMs, key, node, isOptional: false };
  const action = createAction(working, request);
  action.task = "cancel";
  action.cancels = { task, intervalMs };
  return action;
}

/** Ends a recurring operation for good: after a stop, if there is one. */
export function scheduleCancel(
  working: Working,
  resource: WorkingResource,
  operation: RunningOperation,
): void {
  const cancel = cancelAction(working, resource, operation);
  addOrdering(working, {
    first: { resource, task: "stop" },
    next: { action: cancel },
    relation: RELATION.ordered,
  });
}

/** Lets a recurring operation begin anew, with its parameters as they are now. */
export function rescheduleOperation(
  working: Working,
  resource: WorkingResource,
  { task, intervalMs, node }: RunningOperation,
): void {
  triggerUnfencing(working, node, { device: resource, reason: "parameters of a device changed" });
  const request = { resource, task, intervalMs, node, isOptional: true };
  createAction(working, request).isReschedule = true;
}

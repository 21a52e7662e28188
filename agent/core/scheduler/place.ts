import { isUsable } from "./candidates.ts";
import { consumeCapacity, releaseCapacity } from "./capacities.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** How a resource looks for its node. */
export interface AssignMode {
  /** The node to take when none is better. */
  readonly prefer: WorkingNode | null;
  /** False for a trial, which leaves no trace when it fails. */
  readonly stopsIfFailed: boolean;
}

/** Decides what a resource becomes, and why. */
export function setNextRole(resource: WorkingResource, role: Role, reason: string): void {
  if (resource.nextRole === role) return;
  resource.nextRole = role;
  resource.nextRoleReason = reason;
}

/** Where something is put. `isForced`: even where it can not run. */
export interface Placement {
  readonly node: WorkingNode | null;
  readonly isForced: boolean;
  readonly stopsIfFailed: boolean;
}

/**
 * Puts a primitive, or all that is inside a resource, on a node, or nowhere (null). Unless it is
 * forced, a node that cannot run it counts as nowhere. Returns true when that changed something.
 */
export function assignResource(
  working: Working,
  resource: WorkingResource,
  how: Placement,
): boolean {
  const wanted = how.node;
  if (resource.children.length > 0) {
    let isChanged = false;
    for (const child of resource.children) {
      if (assignResource(working, child, how)) isChanged = true;
    }
    return isChanged;
  }
  const candidate = wanted === null ? undefined : resource.allowed.get(wanted);
  let node = wanted;
  if (!how.isForced && node !== null && (candidate === undefined || !isUsable(candidate))) {
    if (how.stopsIfFailed) setNextRole(resource, ROLE.stopped, "no node can run it");
    node = null;
  }
  const isChanged = resource.assignedTo !== node;
  unassign(resource);
  resource.isAssigned = true;
  if (node === null) {
    if (how.stopsIfFailed) giveUp(resource);
    return isChanged;
  }
  resource.assignedTo = node;
  resource.assignedScore = candidate?.score ?? 0;
  node.assigned.push(resource);
  consumeCapacity(node, resource);
  return isChanged;
}

/** Actions that were made for a resource which finds no node turn into its stop. */
function giveUp(resource: WorkingResource): void {
  setNextRole(resource, ROLE.stopped, "no node can run it");
  for (const action of resource.actions) {
    if (action.task === "stop") action.isOptional = false;
    else if (action.task === "start") action.isRunnable = false;
    else if (action.intervalMs > 0 && !expectsStopped(action)) action.isRunnable = false;
  }
}

/** True for a monitor that watches a stopped resource. */
function expectsStopped(action: WorkingAction): boolean {
  return action.expectedStatus === 7;
}

/** Takes an assignment back, all the way down. */
export function unassign(resource: WorkingResource): void {
  resource.isAssigned = false;
  for (const child of resource.children) unassign(child);
  const node = resource.assignedTo;
  if (node === null || resource.children.length > 0) return;
  resource.assignedTo = null;
  resource.assignedScore = 0;
  const index = node.assigned.indexOf(resource);
  if (index >= 0) node.assigned.splice(index, 1);
  releaseCapacity(node.capacity, resource);
}

import { taskOrderer } from "../orderings.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";

/** Where, and whether it is only noted in case something makes it necessary. */
export interface ActionPlace {
  readonly node: WorkingNode | null;
  readonly isOptional: boolean;
}

/** Starts a resource on a node. */
export function startAction(
  working: Working,
  resource: WorkingResource,
  place: ActionPlace,
): WorkingAction {
  return createAction(working, { resource, task: "start", ...place });
}

/** Stops a resource on a node. */
export function stopAction(
  working: Working,
  resource: WorkingResource,
  place: ActionPlace,
): WorkingAction {
  return createAction(working, { resource, task: "stop", ...place });
}

/** Promotes a resource on a node. */
export function promoteAction(
  working: Working,
  resource: WorkingResource,
  place: ActionPlace,
): WorkingAction {
  return createAction(working, { resource, task: "promote", ...place });
}

/** Demotes a resource on a node. */
export function demoteAction(
  working: Working,
  resource: WorkingResource,
  place: ActionPlace,
): WorkingAction {
  return createAction(working, { resource, task: "demote", ...place });
}

/** Lets the node forget the resource, its history included. */
export function deleteAction(
  working: Working,
  resource: WorkingResource,
  place: ActionPlace,
): WorkingAction {
  return createAction(working, { resource, task: "delete", ...place });
}

/** Takes the history of a resource on a node out of the books, without asking the node. */
export function clearHistory(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): WorkingAction {
  return createAction(working, { resource, task: "lrm_delete", node, isOptional: false });
}

/** Forgets the failures of a resource on a node. Others do not wait for it. */
export function clearFailcount(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): WorkingAction {
  return createAction(working, { resource, task: "clear_failcount", node, isOptional: false });
}

/**
 * Lets a node forget a resource between its stop and its next start; not where it failed, since the
 * failure is to be seen, nor on a node that cannot be asked.
 */
export function scheduleCleanup(
  working: Working,
  resource: WorkingResource,
  { node, isOptional }: { readonly node: WorkingNode; readonly isOptional: boolean },
): void {
  const bind = taskOrderer(working);
  if (resource.isFailed || node.isUnclean || !node.isOnline) return;
  deleteAction(working, resource, { node, isOptional });
  // An optional one happens if the stop does; then the start has to follow.
  const relation = isOptional ? RELATION.firstImpliesThen : RELATION.ordered;
  bind([resource, "stop"], [resource, "delete"], relation);
  bind([resource, "delete"], [resource, "start"], relation);
}

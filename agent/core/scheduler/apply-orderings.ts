import { createAction, orderProbes } from "./act/index.ts";
import { blockDependents } from "./block-dependents.ts";
import { disableLoopsByLoad } from "./graph.ts";
import { orderActions } from "./links.ts";
import { updateForOrderings } from "./propagate.ts";
import { RELATION } from "./relations.ts";
import { roleOf } from "./tree.ts";
import {
  type Ordering,
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingResource,
} from "./working.ts";

/**
 * Turns the noted orderings into edges between actions, in the order in which they were noted, and
 * lets every action know what the others mean for it: required, optional, not runnable.
 */
export function applyOrderings(working: Working): void {
  for (const ordering of working.orderings) {
    if (ordering.firstResource !== null) orderFromFirst(working, ordering, ordering.firstResource);
    else if (ordering.thenResource !== null) {
      orderAfter(ordering, ordering.firstAction, ordering.thenResource);
    } else orderActions(ordering.firstAction, ordering.thenAction, ordering.relation);
  }
  const revisit = (action: WorkingAction): void => updateForOrderings(working, action);
  for (const action of working.actions.toReversed()) blockDependents(action, revisit);
  orderProbes(working);
  for (const action of working.actions.toReversed()) revisit(action);
  // A start that something else made impossible has not told its monitors.
  for (const action of working.actions) if (action.intervalMs > 0) revisit(action);
  disableLoopsByLoad(working);
}

function orderFromFirst(working: Working, ordering: Ordering, first: WorkingResource): void {
  const then = ordering.thenResource;
  for (const action of firstActions(working, ordering, first)) {
    if (then === null) orderActions(action, ordering.thenAction, ordering.relation);
    else orderAfter(ordering, action, then);
  }
}

/** The first actions; one that will not happen is made up where its absence means something. */
function firstActions(
  working: Working,
  ordering: Ordering,
  resource: WorkingResource,
): readonly WorkingAction[] {
  if (ordering.firstAction !== null) return [ordering.firstAction];
  const task = ordering.firstTask ?? "";
  const intervalMs = ordering.firstIntervalMs;
  const found = actionsOf(resource, task, intervalMs);
  if (found.length > 0 || resource === ordering.thenResource) return found;
  const role = roleOf(resource, "current");
  const isDone =
    (role === ROLE.stopped && task === "stop") || (role === ROLE.unpromoted && task === "demote");
  if (isDone) return [];
  return [createAction(working, { resource, node: null, task, intervalMs, isOptional: true })];
}

function actionsOf(
  resource: WorkingResource,
  task: string,
  intervalMs: number,
): readonly WorkingAction[] {
  return resource.actions.filter(
    (action) => action.task === task && action.intervalMs === intervalMs,
  );
}

function orderAfter(
  ordering: Ordering,
  first: WorkingAction | null,
  resource: WorkingResource,
): void {
  const thens =
    ordering.thenAction === null
      ? actionsOf(resource, ordering.thenTask ?? "", ordering.thenIntervalMs)
      : [ordering.thenAction];
  let relation = ordering.relation;
  // The stop of a migration that broke off is no restart of the resource.
  if (first?.resource === resource && first.isMigrationAbort) {
    relation &= ~RELATION.firstImpliesThen;
  }
  if (first === null && (relation & RELATION.firstImpliesThen) === 0) return;
  for (const then of thens) {
    if (first !== null) orderActions(first, then, relation);
    else then.isRunnable = false;
  }
}

import { taskOrderer } from "../orderings.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";
import { scheduleCleanup, startAction, stopAction } from "./resource-actions.ts";

/** True when a resource that moves away from `current` may do so without being stopped. */
export function canMigrate(resource: WorkingResource, current: WorkingNode): boolean {
  return (
    resource.allowsMigration &&
    resource.isManaged &&
    !resource.isFailed &&
    !resource.isStartPending &&
    !current.isUnclean &&
    resource.assignedTo !== null &&
    !resource.assignedTo.isUnclean
  );
}

/**
 * Makes the migration that may take the place of the stop and the start: `migrate_to` on the
 * source, unless that was done before, then `migrate_from` on the target, then the stop on the
 * source; the start is only a point. Whether it comes to it is decided with all orderings known.
 */
export function createMigration(
  working: Working,
  resource: WorkingResource,
  source: WorkingNode,
): void {
  const target = resource.assignedTo;
  if (target === null) return;
  const start = startAction(working, resource, { node: target, isOptional: true });
  const stop = stopAction(working, resource, { node: source, isOptional: true });
  const halves: WorkingAction[] = [];
  const isHalfDone = resource.partialMigrationTarget !== null;
  if (!isHalfDone) halves.push(half(working, resource, { task: "migrate_to", node: source }));
  halves.push(half(working, resource, { task: "migrate_from", node: target }));
  for (const action of halves) action.migration = { source, target };
  for (const action of [start, stop, ...halves]) action.isMigratable = true;
  start.isPseudo = true;
  const [first] = halves;
  if (first !== undefined) first.requires = start.requires;
  orderMigration(working, resource, isHalfDone);
}

function half(
  working: Working,
  resource: WorkingResource,
  { task, node }: { readonly task: string; readonly node: WorkingNode },
): WorkingAction {
  return createAction(working, { resource, task, node, isOptional: true });
}

function orderMigration(working: Working, resource: WorkingResource, isHalfDone: boolean): void {
  const bind = taskOrderer(working);
  const { ordered, unmigratableThenBlocks, firstElseThen } = RELATION;
  const order = (first: string, then: string, relation: number): void =>
    bind([resource, first], [resource, then], relation);
  if (isHalfDone) {
    order("monitor", "migrate_from", ordered);
  } else {
    order("monitor", "migrate_to", ordered);
    order("migrate_to", "migrate_from", ordered | unmigratableThenBlocks);
  }
  order("migrate_from", "stop", ordered | unmigratableThenBlocks);
  order("migrate_from", "start", ordered | unmigratableThenBlocks | firstElseThen);
}

/** Stops what a migration that broke off may have left on its source. */
export function stopAfterBrokenMigration(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): void {
  stopAction(working, resource, { node, isOptional: false }).isMigrationAbort = true;
  if (!working.options.removesAfterStop) return;
  scheduleCleanup(working, resource, { node, isOptional: false });
}

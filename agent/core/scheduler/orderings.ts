import { RELATION } from "./relations.ts";
import type { Working, WorkingAction, WorkingResource } from "./working.ts";

/** One end of an ordering: a task of a resource, or an action that exists already. */
export type OrderingEnd =
  | {
      readonly resource: WorkingResource;
      readonly task: string;
      readonly intervalMs?: number;
    }
  | { readonly action: WorkingAction };

/** Two ends, and how the edge between them binds. */
export interface NewOrdering {
  readonly first: OrderingEnd;
  readonly next: OrderingEnd;
  readonly relation: number;
}

/** Notes an ordering; `applyOrderings` turns it into edges once all actions exist. */
export function addOrdering(working: Working, { first, next, relation }: NewOrdering): void {
  const firstEnd = readEnd(first);
  const thenEnd = readEnd(next);
  working.orderings.push({
    id: working.orderings.length,
    relation,
    firstResource: firstEnd.resource,
    firstTask: firstEnd.task,
    firstIntervalMs: firstEnd.intervalMs,
    firstAction: firstEnd.action,
    thenResource: thenEnd.resource,
    thenTask: thenEnd.task,
    thenIntervalMs: thenEnd.intervalMs,
    thenAction: thenEnd.action,
  });
  orderMigrationsAlike(working, firstEnd, thenEnd);
}

/** A task of a resource. */
export type Task = readonly [resource: WorkingResource, task: string];

/** Gives the function that orders a task of one resource before a task of another, or itself. */
export function taskOrderer(working: Working) {
  return (first: Task, next: Task, relation: number): void =>
    addOrdering(working, {
      first: { resource: first[0], task: first[1] },
      next: { resource: next[0], task: next[1] },
      relation,
    });
}

interface End {
  readonly resource: WorkingResource | null;
  readonly task: string | null;
  readonly intervalMs: number;
  readonly action: WorkingAction | null;
}

function readEnd(end: OrderingEnd): End {
  if ("action" in end) {
    const { action } = end;
    const { resource, task, intervalMs } = action;
    return { resource, task, intervalMs, action };
  }
  const { resource, task, intervalMs = 0 } = end;
  return { resource, task, intervalMs, action: null };
}

/**
 * A migration stands for a stop and a start, so what is ordered against these is ordered against
 * the migration as well.
 */
function orderMigrationsAlike(working: Working, first: End, then: End): void {
  const bind = taskOrderer(working);
  const [a, b] = [first.resource, then.resource];
  if (a === null || b === null || a === b || isWithin(a, b) || isWithin(b, a)) return;
  if (!a.allowsMigration && !b.allowsMigration) return;
  const isPartial = b.partialMigrationTarget !== null;
  const { ordered, ifFirstUnmigratable } = RELATION;
  const relation = a.allowsMigration ? ordered | ifFirstUnmigratable : ordered;
  switch (`${first.task} ${then.task}`) {
    case "start start":
      if (a.allowsMigration && b.allowsMigration) {
        bind([a, "migrate_from"], [b, "migrate_to"], ordered);
      }
      if (b.allowsMigration) bind([a, "start"], [b, "migrate_to"], relation);
      break;
    case "stop stop":
      if (!b.allowsMigration) break;
      bind([a, "stop"], [b, "migrate_to"], relation);
      if (isPartial) bind([a, "stop"], [b, "migrate_from"], relation);
      break;
    case "promote start":
      if (b.allowsMigration) bind([a, "promote"], [b, "migrate_to"], ordered);
      break;
    case "demote stop":
      if (!b.allowsMigration) break;
      bind([a, "demote"], [b, "migrate_to"], ordered);
      if (isPartial) bind([a, "demote"], [b, "migrate_from"], ordered);
      break;
    default:
  }
}

/** True when `inner` is a child of `outer`, at any depth. */
export function isWithin(inner: WorkingResource, outer: WorkingResource): boolean {
  for (let each = inner.parent; each !== null; each = each.parent) {
    if (each === outer) return true;
  }
  return false;
}

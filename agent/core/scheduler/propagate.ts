import { blockDependents } from "./block-dependents.ts";
import { collectFlags, FLAG, type Flags, flagsOf } from "./flags.ts";
import { orderActions } from "./links.ts";
import { isWithin } from "./orderings.ts";
import { RELATION } from "./relations.ts";
import { locationOf } from "./tree.ts";
import { CHANGE, type Change, updateActions } from "./update-actions.ts";
import type { Link, Working, WorkingAction, WorkingNode } from "./working.ts";

/**
 * Lets an action know what all those that come before it mean for it, and them what it means for
 * them; what changes by that is looked at again, until nothing changes any more.
 */
export function updateForOrderings(working: Working, then: WorkingAction): void {
  const before = flagsOf(then);
  let changed: Change = CHANGE.none;
  if (then.needsOnlySome) {
    then.runnableBefore = 0;
    if (then.requiredBefore === 0) then.requiredBefore = 1;
    then.isRunnable = false;
  }
  // Edges that are added meanwhile are at the end, and are looked at when the action comes again.
  for (let index = then.before.length - 1; index >= 0; index--) {
    const link = then.before[index];
    if (link === undefined) continue;
    changed = (changed & ~CHANGE.first) | updateAlong(working, then, link);
    if ((changed & CHANGE.first) === 0) continue;
    const { other: first } = remapped(then, link);
    for (const after of first.after.toReversed()) updateForOrderings(working, after.other);
    updateForOrderings(working, first);
  }
  if (then.needsOnlySome) {
    changed = flagsOf(then) === before ? changed & ~CHANGE.next : changed | CHANGE.next;
  }
  if ((changed & CHANGE.next) === 0) return;
  if ((before & FLAG.runnable) !== 0 && !then.isRunnable)
    blockDependents(then, (action) => updateForOrderings(working, action));
  updateForOrderings(working, then);
  for (const after of then.after.toReversed()) updateForOrderings(working, after.other);
}

function updateAlong(working: Working, then: WorkingAction, link: Link): Change {
  const original = link.other;
  const thenNode = placeOf(then);
  const firstNode = placeOf(original);
  if ((link.relation & RELATION.ifOnSameNode) !== 0 && firstNode !== null && thenNode !== null) {
    if (firstNode !== thenNode) {
      link.relation = RELATION.none;
      return CHANGE.none;
    }
  }
  const cancels = (link.relation & RELATION.thenCancelsFirst) !== 0 && !then.isOptional;
  if (cancels && original.resource !== null) {
    original.isOptional = true;
    if (original.task === "reload-agent") original.resource.isReloadable = false;
  }
  const { other: first } = remapped(then, link);
  if (first === original) {
    const firstFlags = collectFlags(first, thenNode);
    const thenFlags = collectFlags(then, firstNode);
    return updateByRelation(working, { first, next: then, firstFlags, thenFlags, link });
  }
  // The end of the whole clone or group is what counts, not the beginning.
  if (!orderActions(first, then, link.relation)) return CHANGE.none;
  link.relation = RELATION.none;
  return CHANGE.next;
}

/** A group starts where its members do. */
function placeOf(action: WorkingAction): WorkingNode | null {
  const { resource, task, node } = action;
  if (resource?.variant === "group" && task === "start") {
    return locationOf(resource, "next") ?? node;
  }
  return node;
}

const COMPLETED: Readonly<Record<string, string>> = {
  stop: "stopped",
  start: "running",
  promote: "promoted",
  demote: "demoted",
};

/** The action that an edge from a clone or group to something outside really means. */
function remapped(then: WorkingAction, { other: first }: Link): { readonly other: WorkingAction } {
  const { resource } = first;
  if (resource === null || then.resource === null || resource === then.resource) {
    return { other: first };
  }
  if (resource.variant === "primitive" || isWithin(then.resource, resource)) {
    return { other: first };
  }
  if (first.key.includes("notify") || first.intervalMs > 0) return { other: first };
  const task = COMPLETED[first.task] ?? first.task;
  const isNotified = resource.variant === "clone" && resource.isNotified;
  const isRemappable = task !== first.task || Object.values(COMPLETED).includes(task);
  const key =
    isNotified && isRemappable
      ? `${resource.id}_confirmed-post_notify_${task}_0`
      : `${resource.id}_${task}_0`;
  const found = resource.actions.findLast((action) => action.key === key);
  return { other: found ?? first };
}

interface Bound {
  readonly first: WorkingAction;
  readonly next: WorkingAction;
  readonly firstFlags: Flags;
  readonly thenFlags: Flags;
  readonly link: Link;
}

const BOTH = FLAG.optional | FLAG.runnable;

/** The bits that change actions, in the order in which they are applied, and what they look at. */
const RULES: readonly (readonly [relation: number, filter: Flags])[] = [
  [RELATION.firstImpliesThen, FLAG.optional],
  [RELATION.intermediateStop, BOTH],
  [RELATION.thenImpliesFirst, FLAG.optional],
  [RELATION.promotedImpliesFirst, FLAG.optional],
  [RELATION.minRunnable, FLAG.runnable],
  [RELATION.unrunnableFirstBlocks, FLAG.runnable],
  [RELATION.unmigratableThenBlocks, FLAG.optional],
  [RELATION.firstElseThen, FLAG.optional],
  [RELATION.ordered, FLAG.runnable],
  [RELATION.asymmetric, FLAG.runnable],
];

function updateByRelation(working: Working, bound: Bound): Change {
  const { first, next: then, firstFlags, thenFlags, link } = bound;
  let node = then.node;
  if ((link.relation & RELATION.firstImpliesSameNodeThen) !== 0) {
    link.relation &= ~RELATION.firstImpliesSameNodeThen;
    link.relation |= RELATION.firstImpliesThen;
    node = first.node;
  }
  const { relation } = link;
  const revisit = (action: WorkingAction): void => updateForOrderings(working, action);
  let changed: Change = CHANGE.none;
  for (const [bit, filter] of RULES) {
    if ((relation & bit) === 0) continue;
    const bearer = bit === RELATION.thenImpliesFirst ? first.resource : then.resource;
    if (bearer === null) {
      changed |= updatePoint(bound, bit);
      continue;
    }
    const seesOptionalOnly =
      bit === RELATION.firstImpliesThen || bit === RELATION.promotedImpliesFirst;
    const flags = seesOptionalOnly ? firstFlags & FLAG.optional : firstFlags;
    const update = { first, next: then, node, flags, filter, relation: bit, revisit };
    changed |= updateActions(working, bearer, update);
  }
  const isFirstRequired = (firstFlags & FLAG.optional) === 0;
  if ((relation & RELATION.firstImpliesThenGraphed) !== 0 && isFirstRequired && first.isRunnable) {
    then.isPrintedAlways = true;
  }
  if ((relation & RELATION.thenImpliesFirstGraphed) !== 0 && (thenFlags & FLAG.optional) === 0) {
    first.isPrintedAlways = true;
  }
  return changed | blockAfterStuckStop(bound, relation);
}

/** Points without a resource of their own. */
function updatePoint({ first, next: then, firstFlags }: Bound, bit: number): Change {
  const isFirstRequired = (firstFlags & FLAG.optional) === 0;
  const isFirstRunnable = (firstFlags & FLAG.runnable) !== 0;
  switch (bit) {
    case RELATION.firstImpliesThen:
      if (!isFirstRequired || !then.isOptional) return CHANGE.none;
      then.isOptional = false;
      return CHANGE.next;
    case RELATION.thenImpliesFirst:
      if (!isFirstRequired || !first.isRunnable) return CHANGE.none;
      first.isRunnable = false;
      return CHANGE.first;
    case RELATION.minRunnable:
      if (!isFirstRunnable) return CHANGE.none;
      then.runnableBefore++;
      if (then.runnableBefore < then.requiredBefore || then.isRunnable) return CHANGE.none;
      then.isRunnable = true;
      return CHANGE.next;
    case RELATION.unrunnableFirstBlocks:
      if (isFirstRunnable || !then.isRunnable) return CHANGE.none;
      then.isRunnable = false;
      return CHANGE.next;
    default:
      return CHANGE.none;
  }
}

/** What waits for the stop of something that nobody may stop waits in vain. */
function blockAfterStuckStop({ first, next: then }: Bound, relation: number): Change {
  const { firstImpliesThen, thenImpliesFirst, intermediateStop } = RELATION;
  if ((relation & (firstImpliesThen | thenImpliesFirst | intermediateStop)) === 0) {
    return CHANGE.none;
  }
  const { resource, task, isRunnable } = first;
  const isStuck = resource !== null && !resource.isManaged && resource.isBlocked && !isRunnable;
  if (!isStuck || task !== "stop" || !then.isRunnable) return CHANGE.none;
  // A second copy, on a node where nothing is stuck, has to go all the same.
  const isElsewhere = then.task === "stop" && then.node !== null && then.node !== first.node;
  if (isElsewhere && (then.resource?.runningOn.length ?? 0) > 1) return CHANGE.none;
  then.isRunnable = false;
  return CHANGE.next;
}

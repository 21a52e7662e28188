import { findCompatibleInstance } from "./compatible-instance.ts";
import { actionFlags, FLAG, type Flags, flagsOf, originalTask } from "./flags.ts";
import { orderActions } from "./links.ts";
import { assignResource } from "./place.ts";
import { RELATION } from "./relations.ts";
import { findAction, roleOf } from "./tree.ts";
import {
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** Which end of an ordering has changed, as bits. */
export const CHANGE = { none: 0, first: 1, next: 2 } as const;

/** Bits of `CHANGE`. */
export type Change = number;

/** One bit of a relation that is to be applied to two actions. */
export interface Update {
  readonly first: WorkingAction;
  readonly next: WorkingAction;
  /** Null: everywhere. */
  readonly node: WorkingNode | null;
  /** The flags of `first` for this ordering. */
  readonly flags: Flags;
  /** Which flags the relation is about. */
  readonly filter: Flags;
  /** One bit of `RELATION`. */
  readonly relation: number;
  /** Looks at an action again, with all that comes before it. */
  readonly revisit: (action: WorkingAction) => void;
}

/** Applies an update in the manner of `bearer`, the resource of the end that it changes. */
export function updateActions(working: Working, bearer: WorkingResource, update: Update): Change {
  switch (bearer.variant) {
    case "primitive":
      return updateOne(update);
    case "group":
      return updateGroup(working, update);
    case "clone":
      return updateClone(working, update);
  }
}

function updateGroup(working: Working, update: Update): Change {
  const { next: then, node } = update;
  let changed = updateOne(update);
  for (const member of then.resource?.children ?? []) {
    const own = findAction(member, { task: then.task, node });
    if (own === null) continue;
    changed |= updateActions(working, member, { ...update, next: own });
  }
  return changed;
}

function updateClone(working: Working, update: Update): Change {
  const { first, next: then, node } = update;
  if (then.resource === null) return CHANGE.none;
  if (canInterleave(first, then)) return updateInterleaved(working, update);
  let changed = updateOne(update);
  for (const instance of then.resource.children) {
    const own = findAction(instance, { task: then.task, node });
    if (own === null) continue;
    if ((actionFlags(instance, own, node) & FLAG.runnable) === 0) continue;
    const more = updateActions(working, instance, { ...update, next: own });
    changed |= more;
    if ((more & CHANGE.next) === 0) continue;
    for (const after of own.after.toReversed()) update.revisit(after.other);
  }
  return changed;
}

/** Two clones whose instances depend on each other node by node. */
function canInterleave(first: WorkingAction, then: WorkingAction): boolean {
  const [a, b] = [first.resource, then.resource];
  if (a === null || b === null || a === b) return false;
  if (a.clone === null || b.clone === null) return false;
  const isGoingDown = then.key.endsWith("_stop_0") || then.key.endsWith("_demote_0");
  return (isGoingDown ? a.clone : b.clone).isInterleaved;
}

function updateInterleaved(working: Working, update: Update): Change {
  const { first, next: then, node, relation } = update;
  const [firstClone, thenClone] = [first.resource, then.resource];
  if (firstClone === null || thenClone === null) return CHANGE.none;
  const isCurrent = first.key.endsWith("_stopped_0") || first.key.endsWith("_demoted_0");
  const wanted = { role: ROLE.unknown, isCurrent };
  let changed: Change = CHANGE.none;
  for (const instance of thenClone.children) {
    const pair = findCompatibleInstance(working, { match: instance, clone: firstClone }, wanted);
    if (pair === null) {
      if (!isCurrent && stopWithoutPair(working, instance, relation)) changed |= CHANGE.next;
      continue;
    }
    const firstAction = findAction(pair, { task: originalTask(pair, first), node });
    const thenAction = findAction(instance, { task: then.task, node });
    if (firstAction === null || thenAction === null) continue;
    if (orderActions(firstAction, thenAction, relation)) changed |= CHANGE.first | CHANGE.next;
    changed |= updateActions(working, instance, {
      ...update,
      first: firstAction,
      next: thenAction,
      flags: actionFlags(pair, firstAction, node),
    });
  }
  return changed;
}

/** An instance may go down alone; where it needs a partner to come up, it does not. */
function stopWithoutPair(working: Working, instance: WorkingResource, relation: number): boolean {
  const { unrunnableFirstBlocks, firstImpliesThen } = RELATION;
  if ((relation & (unrunnableFirstBlocks | firstImpliesThen)) === 0) return false;
  return assignResource(working, instance, { node: null, isForced: true, stopsIfFailed: true });
}

/** Applies one bit to exactly two actions. */
function updateOne(update: Update): Change {
  const { first, next: then, relation } = update;
  const [firstBefore, thenBefore] = [flagsOf(first), flagsOf(then)];
  switch (relation) {
    case RELATION.asymmetric:
      blockAsymmetric(first, then);
      break;
    case RELATION.thenImpliesFirst:
      requireFirst(update, thenBefore, firstBefore);
      break;
    case RELATION.promotedImpliesFirst:
      requireDemotion(update);
      break;
    case RELATION.unmigratableThenBlocks:
      if (!then.isMigratable || !then.isRunnable) clear(first, "isRunnable", then);
      if (!then.isOptional) clear(first, "isOptional", then);
      break;
    case RELATION.firstElseThen:
      if (first.isRunnable) break;
      clear(then, "isMigratable", first);
      then.isPseudo = false;
      break;
    case RELATION.unrunnableFirstBlocks:
      if (!then.isRunnable || (update.flags & FLAG.runnable) !== 0) break;
      clear(then, "isRunnable", first);
      clear(then, "isMigratable", first);
      break;
    case RELATION.firstImpliesThen:
      if ((update.flags & FLAG.optional) !== 0 || first.isMigratable) break;
      clear(then, "isOptional", first);
      break;
    case RELATION.intermediateStop:
      restart(update);
      break;
    default:
  }
  let changed: Change = CHANGE.none;
  if (flagsOf(then) !== thenBefore) {
    changed |= CHANGE.next;
    if (then.resource !== null && then.resource.parent !== null) update.revisit(then);
  }
  return flagsOf(first) === firstBefore ? changed : changed | CHANGE.first;
}

type Clearable = "isOptional" | "isRunnable" | "isMigratable";

/** Takes a flag away; the other action is named as the reason where it is another resource's. */
function clear(action: WorkingAction, flag: Clearable, because: WorkingAction): void {
  if (!action[flag]) return;
  action[flag] = false;
  if (action.resource === because.resource || action.reason !== "") return;
  const words = wordsFor(because);
  if (flag === "isOptional") action.reason = `${words} is required`;
  else if (flag === "isRunnable") action.reason = `${words} is not possible`;
}

const POINT_WORDS: Readonly<Record<string, string>> = {
  running: "start",
  stopped: "stop",
  promoted: "promotion",
  promote: "promotion",
  demoted: "demotion",
  demote: "demotion",
};

function wordsFor({ task, resource }: WorkingAction): string {
  if (resource === null) return "start of what comes before it";
  return `${POINT_WORDS[task] ?? task} of ${resource.baseId}`;
}

function blockAsymmetric(first: WorkingAction, then: WorkingAction): void {
  const { resource } = then;
  if (resource === null || first.isRunnable) return;
  if (then.isOptional) {
    const role = roleOf(resource, "current");
    if (role === ROLE.stopped && then.task === "stop") return;
    const isOnlyHere = resource.runningOn.length === 1 && resource.runningOn[0] === then.node;
    if (role >= ROLE.started && then.task === "start" && isOnlyHere) return;
  }
  clear(then, "isOptional", first);
  clear(then, "isRunnable", first);
}

function requireFirst(
  { first, next: then, flags, filter }: Update,
  thenBefore: Flags,
  firstBefore: Flags,
): void {
  if ((thenBefore & FLAG.optional) !== 0) return;
  // Only a clone or group whose children have to act, while it does not know yet.
  const isAsked = (filter & FLAG.optional) !== 0 && (flags & FLAG.optional) === 0;
  if (isAsked && (firstBefore & FLAG.optional) !== 0) clear(first, "isOptional", then);
  if ((flags & FLAG.migratable) !== 0 && !then.isMigratable) clear(first, "isMigratable", then);
}

function requireDemotion({ first, next: then }: Update): void {
  if (then.resource?.role !== ROLE.promoted || then.isOptional) return;
  clear(first, "isOptional", then);
  if (first.isMigratable && !then.isMigratable) clear(first, "isMigratable", then);
}

/** Stop and start of one resource, or of neighbours in a group. */
function restart({ first, next: then, filter }: Update): void {
  const wantsRestart = (filter & FLAG.optional) !== 0 && !then.isOptional;
  const isStuck =
    (filter & FLAG.runnable) !== 0 &&
    !then.isRunnable &&
    then.resource?.isManaged === true &&
    first.resource === then.resource;
  if (!wantsRestart && !isStuck) return;
  if (first.isRunnable) clear(first, "isOptional", then);
  if (!then.isOptional) clear(first, "isOptional", then);
  if (!then.isMigratable) clear(first, "isMigratable", then);
  if (!first.isOptional && !first.isRunnable) clear(then, "isRunnable", first);
}

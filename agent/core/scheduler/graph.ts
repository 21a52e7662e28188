import { sendNotifications } from "./act/index.ts";
import { actionFlags } from "./flags.ts";
import { isWithin } from "./orderings.ts";
import { RELATION } from "./relations.ts";
import { isDoneByDc } from "./tree.ts";
import type { Link, Working, WorkingAction, WorkingResource } from "./working.ts";

/** What will happen, and what each of it waits for. */
export interface Graph {
  /** In the order of their ids. */
  readonly actions: readonly WorkingAction[];
  readonly inputs: ReadonlyMap<WorkingAction, readonly WorkingAction[]>;
  /** Edges given up since they would have closed a loop: a configured order contradicts itself. */
  readonly broken: readonly (readonly [WorkingAction, WorkingAction])[];
}

/** Selects the actions that are needed and possible, with the edges that matter between them. */
export function createGraph(working: Working): Graph {
  for (const resource of working.resources) {
    if (resource.variant === "clone") finishClone(working, resource);
  }
  const actions = working.actions.filter(isWanted);
  for (const action of actions) action.isInGraph = true;
  const inputs = new Map<WorkingAction, readonly WorkingAction[]>();
  for (const action of actions) inputs.set(action, inputsOf(action));
  return { actions, ...withoutLoops(actions, inputs) };
}

function finishClone(working: Working, clone: WorkingResource): void {
  for (const action of clone.actions.toReversed()) actionFlags(clone, action, null);
  sendNotifications(working, clone);
}

function isWanted(action: WorkingAction): boolean {
  const { resource, node, task } = action;
  if (!action.isRunnable || (action.isOptional && !action.isPrintedAlways)) return false;
  if (resource !== null && !resource.isManaged && task !== "monitor" && action.intervalMs === 0) {
    return false;
  }
  if (action.isPseudo || task === "stonith" || task === "do_shutdown") return true;
  if (isDoneByDc(action)) return node !== null;
  return node?.isOnline === true && !node.isUnclean;
}

interface Input {
  readonly other: WorkingAction;
  relation: number;
}

function inputsOf(action: WorkingAction): readonly WorkingAction[] {
  const merged = new Map<WorkingAction, Input>();
  for (const { other, relation } of action.before) {
    const same = merged.get(other);
    if (same === undefined) merged.set(other, { other, relation });
    else same.relation |= relation;
  }
  return [...merged.values()]
    .filter((input) => input.other.isInGraph && matters(action, input))
    .map(({ other }) => other)
    .sort((a, b) => a.id - b.id);
}

const SHOWING_ONLY =
  RELATION.thenImpliesFirstGraphed | RELATION.firstImpliesThenGraphed | RELATION.ordered;

/** True when an edge means something in the plan as it has become. */
function matters(action: WorkingAction, { other, relation }: Input): boolean {
  if (relation === RELATION.none) return false;
  const has = (bit: number): boolean => (relation & bit) !== 0;
  if (!other.isRunnable) {
    if ((relation & ~SHOWING_ONLY) === 0 || has(RELATION.minRunnable)) return false;
    if (has(RELATION.unmigratableThenBlocks)) return false;
  }
  if (has(RELATION.ifFirstUnmigratable) && other.isMigratable) return false;
  if (relation === RELATION.ordered && other.isMigratable && other.task === "stop") return false;
  if (relation === RELATION.ifOnSameNodeOrTarget) return mattersForLoad(action, other);
  if (relation === RELATION.ifRequiredOnSameNode) {
    const isElsewhere = other.node !== null && action.node !== null && other.node !== action.node;
    return !isElsewhere && !other.isOptional;
  }
  if (isUnstoppableForClone(action, other)) return false;
  return !other.isOptional || other.isPrintedAlways || isWanted(other);
}

function mattersForLoad(action: WorkingAction, other: WorkingAction): boolean {
  // A migration cares about the node that it goes to, not about the one that carries it out.
  if (action.resource !== null && action.task === "migrate_to") {
    return other.node === action.resource.assignedTo;
  }
  return other.node === action.node && !other.isOptional;
}

/** A failed copy that nobody may stop does not keep a clone from going down. */
function isUnstoppableForClone(action: WorkingAction, other: WorkingAction): boolean {
  const { resource } = other;
  if (resource === null || resource === action.resource || other.task !== "stop") return false;
  return resource.isFailed && !resource.isManaged && action.resource?.variant === "clone";
}

/** Gives up waiting for capacity where that would make a migration wait for itself. */
export function disableLoopsByLoad(working: Working): void {
  for (const action of working.actions) {
    if (action.resource === null || action.task !== "migrate_to") continue;
    for (const link of action.before) {
      if (link.relation !== RELATION.ifOnSameNodeOrTarget) continue;
      if (leadsTo(action, link)) link.relation = RELATION.none;
    }
  }
}

function leadsTo(target: WorkingAction, start: Link): boolean {
  const seen = new Set<WorkingAction>();
  const open: (readonly [WorkingAction, Link])[] = [[target, start]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [action, link] = next;
    if (seen.has(link.other)) continue;
    if (!matters(action, link) || (link.other.isOptional && !link.other.isPrintedAlways)) continue;
    if (link.other === target) return true;
    seen.add(link.other);
    for (const before of link.other.before) open.push([link.other, before]);
  }
  return false;
}

/**
 * A plan that waits for itself would never end. Edges between actions that lie on a loop are put
 * in one by one, the ones that safety needs first, and one that would close a loop is given up.
 */
function withoutLoops(
  actions: readonly WorkingAction[],
  inputs: ReadonlyMap<WorkingAction, readonly WorkingAction[]>,
): Pick<Graph, "inputs" | "broken"> {
  const looped = onLoops(actions, inputs);
  if (looped.size === 0) return { inputs, broken: [] };
  const kept = new Map<WorkingAction, WorkingAction[]>();
  const doubtful: [WorkingAction, WorkingAction][] = [];
  for (const [action, before] of inputs) {
    const sure = before.filter((other) => !looped.has(action) || !looped.has(other));
    kept.set(action, sure);
    for (const other of before) if (!sure.includes(other)) doubtful.push([other, action]);
  }
  const broken: (readonly [WorkingAction, WorkingAction])[] = [];
  doubtful.sort((a, b) => necessity(b) - necessity(a) || a[1].id - b[1].id || a[0].id - b[0].id);
  for (const [first, then] of doubtful) {
    if (isReachable(kept, first, then)) broken.push([first, then]);
    else kept.get(then)?.push(first);
  }
  return { inputs: kept, broken };
}

/** A stop before the start of the same resource counts most, then what a group is made of. */
function necessity([first, then]: readonly [WorkingAction, WorkingAction]): number {
  if (first.resource === null || then.resource === null) return 3;
  if (first.resource === then.resource) return 4;
  const [a, b] = [first.resource, then.resource];
  if (isWithin(a, b) || isWithin(b, a)) return 2;
  return a.parent !== null && a.parent === b.parent ? 2 : 1;
}

function isReachable(
  inputs: ReadonlyMap<WorkingAction, readonly WorkingAction[]>,
  from: WorkingAction,
  target: WorkingAction,
): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === target) return true;
    for (const other of inputs.get(next) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push(other);
    }
  }
  return false;
}

/** Actions that are left when everything that can be done in some order has been taken away. */
function onLoops(
  actions: readonly WorkingAction[],
  inputs: ReadonlyMap<WorkingAction, readonly WorkingAction[]>,
): ReadonlySet<WorkingAction> {
  const open = new Map(actions.map((action) => [action, inputs.get(action)?.length ?? 0]));
  const followers = new Map<WorkingAction, WorkingAction[]>();
  for (const [action, before] of inputs) {
    for (const other of before) {
      const list = followers.get(other);
      if (list === undefined) followers.set(other, [action]);
      else list.push(action);
    }
  }
  const ready = actions.filter((action) => open.get(action) === 0);
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    open.delete(next);
    for (const follower of followers.get(next) ?? []) {
      const count = (open.get(follower) ?? 0) - 1;
      open.set(follower, count);
      if (count === 0) ready.push(follower);
    }
  }
  return new Set(open.keys());
}

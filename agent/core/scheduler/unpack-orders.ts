import type { OrderAction, OrderConstraint, OrderSets, ResourceSet } from "../model/index.ts";
import { namedPoint } from "./act/index.ts";
import type { ConstraintTargets } from "./constraint-targets.ts";
import { addOrdering, taskOrderer } from "./orderings.ts";
import { RELATION } from "./relations.ts";
import { expandSet } from "./unpack-colocations.ts";
import type { Working, WorkingResource } from "./working.ts";

type Strength = OrderConstraint["strength"];

/** Which side of a constraint: the order itself, alone or with an inverse, or the inverse. */
type Symmetry = "asymmetric" | "symmetric" | "inverse";

const INVERSE: Readonly<Record<OrderAction, OrderAction>> = {
  start: "stop",
  stop: "start",
  promote: "demote",
  demote: "promote",
};

/** Unpacks an order of two resources, or of tags that stand for several. */
export function unpackOrder(
  working: Working,
  targets: ConstraintTargets,
  constraint: OrderConstraint,
): void {
  const bind = taskOrderer(working);
  const { id, firstAction, thenAction, strength } = constraint;
  const first = targets.find(constraint.first);
  const then = targets.find(constraint.then);
  if (first === null || then === null) {
    unpackTagged(working, targets, constraint);
    return;
  }
  // Nothing can come before itself; how its own stop and start follow each other is known.
  if (first === then) return;
  const isSymmetric = constraint.isSymmetrical && strength !== "Serialize";
  const symmetry = isSymmetric ? "symmetric" : "asymmetric";
  let relation = relationOf(strength, firstAction, symmetry);
  if (restartsWithFirst(then, strength)) relation |= RELATION.firstImpliesThen;
  const needed = instancesNeeded(first, constraint);
  if (needed > 0) {
    const task = `clone-one-or-more:${id}`;
    const ends = { firstAction, last: then, thenAction, relation };
    orderAfterSome(working, { task, needed, members: first.children, ...ends });
  } else {
    bind([first, firstAction], [then, thenAction], relation);
  }
  if (!isSymmetric) return;
  const [before, after] = [INVERSE[thenAction], INVERSE[firstAction]];
  let inverse = relationOf(strength, after, "inverse");
  if (restartsWithFirst(then, strength)) inverse |= RELATION.thenImpliesFirst;
  bind([then, before], [first, after], inverse);
}

function unpackTagged(
  working: Working,
  targets: ConstraintTargets,
  constraint: OrderConstraint,
): void {
  const { id, firstAction, thenAction, strength, isSymmetrical } = constraint;
  const sets = [
    asSet(targets, constraint.first, firstAction),
    asSet(targets, constraint.then, thenAction),
  ];
  if (sets.some((set) => set.resources.length === 0)) return;
  unpackOrderSets(working, targets, { kind: "orderSets", id, strength, isSymmetrical, sets });
}

function asSet(targets: ConstraintTargets, id: string, action: OrderAction): ResourceSet {
  const own = targets.find(id) !== null;
  return {
    id: `${id}-set`,
    resources: own ? [id] : (targets.membersOf(id) ?? []),
    isSequential: own,
    saysSequential: !own,
    needsAll: true,
    action,
    role: null,
    score: null,
    ordering: null,
    strength: null,
  };
}

/** The old meta attribute `restart-type`: restart with `first` also in an optional order. */
function restartsWithFirst(then: WorkingResource, strength: Strength): boolean {
  return strength === "Optional" && then.meta["restart-type"] === "restart";
}

function instancesNeeded(first: WorkingResource, constraint: OrderConstraint): number {
  if (first.clone === null) return 0;
  if (first.clone.minimum > 0) return first.clone.minimum;
  return constraint.needsAll === false ? 1 : 0;
}

function relationOf(strength: Strength, first: string, symmetry: Symmetry): number {
  const { ordered, asymmetric, serialize, firstImpliesThen, thenImpliesFirst } = RELATION;
  if (strength === "Optional") return ordered;
  if (strength === "Serialize") return serialize;
  if (symmetry === "asymmetric") return ordered | asymmetric;
  if (symmetry === "inverse") return ordered | thenImpliesFirst;
  const blocks = first === "start" || first === "promote";
  return ordered | firstImpliesThen | (blocks ? RELATION.unrunnableFirstBlocks : 0);
}

/** A point that some of the members lead to, and that lets the others begin. */
function orderAfterSome(
  working: Working,
  input: {
    readonly task: string;
    readonly needed: number;
    readonly members: readonly WorkingResource[];
    readonly firstAction: string;
    readonly last: WorkingResource;
    readonly thenAction: string;
    readonly relation: number;
  },
): void {
  const point = namedPoint(working, input.task);
  point.needsOnlySome = true;
  point.requiredBefore = input.needed;
  for (const member of input.members) {
    addOrdering(working, {
      first: { resource: member, task: input.firstAction },
      next: { action: point },
      relation: RELATION.minRunnable | RELATION.firstImpliesThenGraphed,
    });
  }
  addOrdering(working, {
    first: { action: point },
    next: { resource: input.last, task: input.thenAction },
    relation: input.relation | RELATION.unrunnableFirstBlocks,
  });
}

/** Unpacks an order of sets: what is inside each, then each set after the one before it. */
export function unpackOrderSets(
  working: Working,
  targets: ConstraintTargets,
  constraint: OrderSets,
): void {
  const context = { working, targets, constraint };
  const { strength, isSymmetrical } = constraint;
  const isSymmetric = isSymmetrical && strength !== "Serialize";
  let previous: ResourceSet | null = null;
  for (const set of constraint.sets) {
    orderWithin(context, set);
    if (previous !== null) {
      orderSets(context, [previous, set], isSymmetric ? "symmetric" : "asymmetric");
      if (isSymmetric) orderSets(context, [set, previous], "inverse");
    }
    previous = set;
  }
}

interface SetContext {
  readonly working: Working;
  readonly targets: ConstraintTargets;
  readonly constraint: OrderSets;
}

function orderWithin({ working, targets, constraint }: SetContext, set: ResourceSet): void {
  const bind = taskOrderer(working);
  const members = expandSet(targets, set);
  if (members.length < 2) return;
  const action = set.action ?? "start";
  const strength = set.strength ?? constraint.strength;
  const isSymmetric = constraint.isSymmetrical && strength !== "Serialize";
  const relation = relationOf(strength, action, isSymmetric ? "symmetric" : "asymmetric");
  members.forEach((member, index) => {
    if (strength === "Serialize") {
      for (const later of members.slice(index + 1)) {
        bind([member, action], [later, action], relation);
      }
      return;
    }
    const before = members[index - 1];
    if (!set.isSequential || before === undefined) return;
    bind([before, action], [member, action], relation);
  });
  if (!isSymmetric || !set.isSequential) return;
  const inverse = INVERSE[action];
  const back = relationOf(strength, inverse, "inverse");
  members.forEach((member, index) => {
    const before = members[index - 1];
    if (before !== undefined) bind([member, inverse], [before, inverse], back);
  });
}

function orderSets(
  { working, targets, constraint }: SetContext,
  [first, then]: readonly [ResourceSet, ResourceSet],
  symmetry: Symmetry,
): void {
  const bind = taskOrderer(working);
  const isInverse = symmetry === "inverse";
  const turn = (action: OrderAction): OrderAction => (isInverse ? INVERSE[action] : action);
  const firstAction = turn(first.action ?? "start");
  const thenAction = turn(then.action ?? "start");
  const relation = relationOf(constraint.strength, firstAction, symmetry);
  const firsts = expandSet(targets, first);
  const thens = expandSet(targets, then);
  // On the way down all of them are waited for: none may go while what needs it is there.
  const goesUp = firstAction === "start" || firstAction === "promote";
  if (!first.needsAll && goesUp) {
    const task = `one-or-more:${first.id}`;
    for (const each of thens) {
      const ends = { firstAction, last: each, thenAction, relation };
      orderAfterSome(working, { task, needed: 0, members: firsts, ...ends });
    }
    return;
  }
  for (const before of endsOf(first, firsts, isInverse ? "first" : "last")) {
    for (const after of endsOf(then, thens, isInverse ? "last" : "first")) {
      bind([before, firstAction], [after, thenAction], relation);
    }
  }
}

function endsOf(
  set: ResourceSet,
  members: readonly WorkingResource[],
  end: "first" | "last",
): readonly WorkingResource[] {
  if (!set.isSequential || set.saysSequential === false) return members;
  return end === "first" ? members.slice(0, 1) : members.slice(-1);
}

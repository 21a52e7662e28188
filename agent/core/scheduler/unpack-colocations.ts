import { compareText } from "../base/index.ts";
import {
  type ColocationConstraint,
  type ColocationSets,
  INFINITY_SCORE,
  type ResourceSet,
} from "../model/index.ts";
import { type ConstraintTargets, readConstraintRole } from "./constraint-targets.ts";
import { taskOrderer } from "./orderings.ts";
import { RELATION } from "./relations.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingColocation,
  type WorkingResource,
} from "./working.ts";

/** Unpacks one colocation of two resources, or of tags that stand for several. */
export function unpackColocation(
  working: Working,
  targets: ConstraintTargets,
  constraint: ColocationConstraint,
): void {
  const sides = [constraint.resource, constraint.withResource].map((id) =>
    targets.find(id) === null ? targets.membersOf(id) : null,
  );
  if (sides[0] === null && sides[1] === null) {
    const ids = [[constraint.resource], [constraint.withResource]] as const;
    addBetween({ working, targets, constraint }, ids);
    return;
  }
  // Between two groups of names it would be unclear who follows whom.
  if (sides[0] !== null && sides[1] !== null) return;
  const dependents = sides[0] ?? [constraint.resource];
  const primaries = sides[1] ?? [constraint.withResource];
  addBetween({ working, targets, constraint }, [dependents, primaries]);
}

interface PlainContext {
  readonly working: Working;
  readonly targets: ConstraintTargets;
  readonly constraint: ColocationConstraint;
}

function addBetween(
  { working, targets, constraint }: PlainContext,
  [dependents, primaries]: readonly [readonly string[], readonly string[]],
): void {
  for (const dependentId of dependents) {
    for (const primaryId of primaries) {
      const dependent = targets.find(dependentId);
      const primary = targets.find(primaryId);
      if (dependent === null || primary === null) continue;
      addColocation(working, {
        id: constraint.id,
        dependent,
        primary,
        dependentRole: readConstraintRole(constraint.role),
        primaryRole: readConstraintRole(constraint.withRole),
        score: constraint.score,
        isInfluential: constraint.influence ?? dependent.isCritical,
        attribute: constraint.nodeAttribute ?? "#uname",
        isInternal: false,
      });
    }
  }
}

/** Unpacks a colocation of sets. */
export function unpackColocationSets(
  working: Working,
  targets: ConstraintTargets,
  constraint: ColocationSets,
): void {
  let previous: Unpacked | null = null;
  for (const set of constraint.sets) {
    const unpacked = unpackSet(targets, set);
    const context = { working, constraint };
    colocateWithin(context, unpacked);
    if (previous !== null) colocateSets(context, previous, unpacked);
    previous = unpacked;
  }
}

interface Unpacked {
  readonly set: ResourceSet;
  readonly members: readonly WorkingResource[];
  readonly role: Role;
}

interface SetContext {
  readonly working: Working;
  readonly constraint: ColocationSets;
}

function unpackSet(targets: ConstraintTargets, set: ResourceSet): Unpacked {
  const members = expandSet(targets, set);
  return { set, members, role: readConstraintRole(set.role) };
}

/** The resources of a set, with tags and templates replaced by what they stand for. */
export function expandSet(
  targets: ConstraintTargets,
  set: ResourceSet,
): readonly WorkingResource[] {
  return set.resources.flatMap((id) => {
    const own = targets.find(id);
    if (own !== null) return [own];
    const members = targets.membersOf(id) ?? [];
    return members.map((member) => targets.find(member)).filter((found) => found !== null);
  });
}

function colocateWithin(context: SetContext, { set, members, role }: Unpacked): void {
  const score = set.score ?? context.constraint.score;
  if (!set.isSequential) return;
  members.forEach((member, index) => {
    if (score > 0) {
      const other = members[index - 1];
      if (other === undefined) return;
      const isListed = set.ordering === "listed";
      const pair = isListed ? ([other, member] as const) : ([member, other] as const);
      addPair(context, pair, { id: set.id, score, roles: [role, role], bearer: member });
      return;
    }
    // Every two of them keep apart, which a chain would not say.
    for (const other of members.slice(0, index)) {
      const roles = [role, role] as const;
      addPair(context, [member, other], { id: set.id, score, roles, bearer: member });
    }
  });
}

function colocateSets(context: SetContext, dependents: Unpacked, primaries: Unpacked): void {
  const { id, score } = context.constraint;
  const firsts = dependents.set.isSequential ? dependents.members.slice(0, 1) : dependents.members;
  const lasts = primaries.set.isSequential ? primaries.members.slice(-1) : primaries.members;
  const roles = [dependents.role, primaries.role] as const;
  for (const dependent of firsts) {
    for (const primary of lasts) {
      addPair(context, [dependent, primary], { id, score, roles, bearer: dependent });
    }
  }
}

function addPair(
  { working, constraint }: SetContext,
  [dependent, primary]: readonly [WorkingResource, WorkingResource],
  how: {
    readonly id: string;
    readonly score: number;
    readonly roles: readonly [Role, Role];
    /** Whose `critical` says whether the dependent's wishes count. */
    readonly bearer: WorkingResource;
  },
): void {
  addColocation(working, {
    id: how.id,
    dependent,
    primary,
    dependentRole: how.roles[0],
    primaryRole: how.roles[1],
    score: how.score,
    isInfluential: constraint.influence ?? how.bearer.isCritical,
    attribute: "#uname",
    isInternal: false,
  });
}

/**
 * Enters a colocation at both of its resources; a score of 0, or with itself, says nothing. Where
 * two must keep apart, the one leaves a node before the other arrives.
 */
export function addColocation(working: Working, colocation: WorkingColocation): void {
  const { dependent, primary, score, dependentRole, primaryRole } = colocation;
  if (score === 0 || dependent === primary) return;
  insertSorted(dependent.asDependent, colocation, "primary");
  insertSorted(primary.asPrimary, colocation, "dependent");
  if (score > -INFINITY_SCORE) return;
  orderApart(working, [dependent, dependentRole], [primary, primaryRole]);
  orderApart(working, [primary, primaryRole], [dependent, dependentRole]);
}

function orderApart(
  working: Working,
  [first, firstRole]: readonly [WorkingResource, Role],
  [then, thenRole]: readonly [WorkingResource, Role],
): void {
  const bind = taskOrderer(working);
  for (const firstTask of losing(firstRole)) {
    for (const thenTask of gaining(thenRole)) {
      bind([first, firstTask], [then, thenTask], RELATION.ifRequiredOnSameNode);
    }
  }
}

function losing(role: Role): readonly string[] {
  if (role === ROLE.promoted) return ["demote"];
  return role === ROLE.unpromoted ? ["stop", "promote"] : ["stop"];
}

function gaining(role: Role): readonly string[] {
  if (role === ROLE.promoted) return ["promote"];
  return role === ROLE.unpromoted ? ["start", "demote"] : ["start"];
}

/** Puts a colocation into a list in the order in which colocations are looked at. */
export function insertSorted(
  list: WorkingColocation[],
  colocation: WorkingColocation,
  side: "dependent" | "primary",
): void {
  const index = list.findIndex((other) => compareBearers(colocation[side], other[side]) <= 0);
  list.splice(index < 0 ? list.length : index, 0, colocation);
}

const VARIANT_RANK = { primitive: 0, group: 1, clone: 2 } as const;

/** Higher priority first, then clones before groups before primitives, then by id. */
function compareBearers(a: WorkingResource, b: WorkingResource): number {
  return (
    b.rank - a.rank ||
    VARIANT_RANK[b.variant] - VARIANT_RANK[a.variant] ||
    Number(b.clone?.isPromotable === true) - Number(a.clone?.isPromotable === true) ||
    compareText(a.id, b.id)
  );
}

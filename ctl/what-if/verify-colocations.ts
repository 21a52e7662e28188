/** Colocations that cannot all hold: two resources that have to be together and apart. */
import { withContents } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  INFINITY_SCORE,
  primitivesOf,
  type ResourceId,
  type ResourceSet,
} from "../../agent/core/model/index.ts";
import { errorOf, type Finding } from "./finding.ts";

/** Two resources that have to be on one node, or must not; `by` says who demands it. */
interface Bond {
  readonly one: ResourceId;
  readonly other: ResourceId;
  readonly by: string;
}

/** One finding for each pair that is to be apart and is bound together, however far around. */
export function verifyColocations(cib: Cib): readonly Finding[] {
  const bonds = listBonds(cib);
  return bonds.apart.flatMap(({ one, other, by }) => {
    const chain = findChain(bonds.together, one, other);
    if (chain === null) return [];
    const demands = [...new Set(chain.map((bond) => bond.by))].join(", ");
    const expected = `cannot be: ${one} and ${other} have to be together (${demands})`;
    const found = `keeps ${one} apart from ${other}`;
    return [errorOf("colocation-contradiction", { path: by, found, expected })];
  });
}

function listBonds(cib: Cib): {
  readonly together: readonly Bond[];
  readonly apart: readonly Bond[];
} {
  const together: Bond[] = [];
  const apart: Bond[] = [];
  const add = (
    one: ResourceId,
    other: ResourceId,
    { score, by }: { score: number; by: string },
  ) => {
    // What is in a clone is on several nodes: its instances can be beside both.
    if (isCloned(cib, one) || isCloned(cib, other)) return;
    if (score >= INFINITY_SCORE) together.push({ one, other, by });
    if (score <= -INFINITY_SCORE) apart.push({ one, other, by });
  };
  for (const constraint of cib.constraints) {
    const by = `constraint ${constraint.id}`;
    if (constraint.kind === "colocation") {
      const { resource, withResource, score, role, withRole, nodeAttribute } = constraint;
      const isPlain = role === undefined && withRole === undefined && nodeAttribute === undefined;
      if (isPlain) add(resource, withResource, { score, by });
    }
    if (constraint.kind !== "colocationSets" || constraint.nodeAttribute !== undefined) continue;
    for (const set of constraint.sets) {
      if (set.role !== null || !set.isSequential) continue;
      for (const [one, other] of neighbours(set)) {
        add(one, other, { score: set.score ?? constraint.score, by });
      }
    }
  }
  for (const resource of cib.resources) {
    if (resource.kind !== "group") continue;
    for (const { id } of primitivesOf(resource)) {
      together.push({ one: id, other: resource.id, by: `group ${resource.id}` });
    }
  }
  return { together, apart };
}

function neighbours({ resources }: ResourceSet): readonly (readonly [ResourceId, ResourceId])[] {
  return resources.slice(1).flatMap((resource, index) => {
    const before = resources[index];
    return before === undefined ? [] : [[before, resource] as const];
  });
}

function isCloned(cib: Cib, id: ResourceId): boolean {
  const top = cib.resources.find((each) => withContents(each).some((inner) => inner.id === id));
  return top?.kind === "clone";
}

/** The bonds that lead from one resource to another; null: they are not bound. */
function findChain(
  bonds: readonly Bond[],
  from: ResourceId,
  to: ResourceId,
): readonly Bond[] | null {
  const reached = new Map<ResourceId, readonly Bond[]>([[from, []]]);
  const open = [from];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const chain = reached.get(id) ?? [];
    if (id === to) return chain;
    for (const bond of bonds) {
      const next = bond.one === id ? bond.other : bond.other === id ? bond.one : null;
      if (next === null || reached.has(next)) continue;
      reached.set(next, [...chain, bond]);
      open.push(next);
    }
  }
  return null;
}

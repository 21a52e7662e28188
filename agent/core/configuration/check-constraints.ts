import {
  type Cib,
  type Constraint,
  INFINITY_SCORE,
  type NodeName,
  type OrderConstraint,
  type Problem,
  type ResourceId,
} from "../model/index.ts";
import { checkCount, PRIMITIVES_MAX } from "./check-resources.ts";
import {
  findGroup,
  findResource,
  isMember,
  listResources,
  missingNode,
  missingResource,
} from "./edit.ts";
import { quote } from "./near-names.ts";
import { checkOrderLoops } from "./order-loops.ts";
import { renderValueType } from "./value-types.ts";

/** Most constraints that one cluster may have. */
export const CONSTRAINTS_MAX = 500;

/**
 * Problems of constraints: resources and nodes that do not exist, a resource related to itself or
 * to its own group, scores out of range, orders that form a loop. Colocations may contradict each
 * other: then a resource has no place, which `status` explains.
 */
export function checkConstraints(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  const { constraints } = cib;
  const tooMany = checkCount("constraints", constraints.length, CONSTRAINTS_MAX);
  const problems = [
    ...tooMany,
    ...constraints.flatMap((constraint) => [
      ...checkReferences(cib, constraint, nodes),
      ...checkSelf(cib, constraint),
      ...checkScore(constraint),
    ]),
  ];
  // The search for loops is as deep as the chains are long: it only looks at what is within limits.
  if (tooMany.length > 0 || listResources(cib).length > 2 * PRIMITIVES_MAX) return problems;
  const orders = constraints.filter(
    (constraint): constraint is OrderConstraint =>
      constraint.kind === "order" && checkSelf(cib, constraint).length === 0,
  );
  return [...problems, ...checkOrderLoops(cib, orders)];
}

function checkReferences(
  cib: Cib,
  constraint: Constraint,
  nodes: readonly NodeName[],
): readonly Problem[] {
  const wanting = `, but constraint ${constraint.id} names it`;
  const absent = [...new Set(resourcesOf(constraint))].filter(
    (id) => findResource(cib, id) === null,
  );
  const problems = absent.map((id) => missingResource(cib, id, wanting));
  if (constraint.kind !== "location" || nodes.includes(constraint.node)) return problems;
  return [...problems, missingNode(nodes, constraint.node, wanting)];
}

function checkSelf(cib: Cib, constraint: Constraint): readonly Problem[] {
  const [one, other] = resourcesOf(constraint);
  if (one === undefined || other === undefined) return [];
  const path = `constraint ${quote(constraint.id)}`;
  if (one === other) {
    const expected = `relates ${quote(one)} to itself; name two resources`;
    return [{ code: "self-constraint", path, found: "", expected }];
  }
  const [group, member] = isInGroup(cib, other, one) ? [one, other] : [other, one];
  if (!isInGroup(cib, member, group)) return [];
  const expected =
    `relates ${quote(member)} to its own group ${quote(group)}, ` +
    "which places and orders its members already";
  return [{ code: "self-constraint", path, found: "", expected }];
}

function checkScore(constraint: Constraint): readonly Problem[] {
  if (constraint.kind === "order") return [];
  const { id, score } = constraint;
  if (Number.isInteger(score) && Math.abs(score) <= INFINITY_SCORE) return [];
  const expected = `must be ${renderValueType({ kind: "score" })}`;
  return [
    { code: "bad-score", path: `constraint ${quote(id)} score`, found: String(score), expected },
  ];
}

function resourcesOf(constraint: Constraint): readonly ResourceId[] {
  switch (constraint.kind) {
    case "location":
      return [constraint.resource];
    case "colocation":
      return [constraint.resource, constraint.withResource];
    case "order":
      return [constraint.first, constraint.then];
  }
}

function isInGroup(cib: Cib, member: ResourceId, group: ResourceId): boolean {
  const found = findGroup(cib, group);
  return found !== null && isMember(found, member);
}

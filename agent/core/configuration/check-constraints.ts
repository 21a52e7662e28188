import type {
  Cib,
  Constraint,
  LocationRules,
  NodeName,
  Problem,
  ResourceId,
  ResourceSet,
} from "../model/index.ts";
import { PRIMITIVES_MAX } from "./check-resources.ts";
import { checkRule } from "./check-rules.ts";
import { checkCount, checkPattern, checkScore } from "./check-scores.ts";
import { missingNode, missingResource } from "./edit.ts";
import { resourcesNamedIn, setsOf } from "./named-in-constraint.ts";
import { isAttributeName } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { checkOrderLoops } from "./order-loops.ts";
import { findResource, listResources, outermostId, withContents } from "./resource-tree.ts";

/** Most constraints that one cluster may have. */
export const CONSTRAINTS_MAX = 500;

/** Most rules that one location constraint may have. */
export const LOCATION_RULES_MAX = 50;

/** Most sets that one constraint may have. */
export const RESOURCE_SETS_MAX = 50;

/**
 * Problems of constraints: resources and nodes that do not exist, a resource related to itself or
 * to what it is in, scores, rules and patterns that mean nothing, orders that form a loop.
 * Colocations may contradict each other: then a resource has no place, which `status` explains.
 */
export function checkConstraints(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  const { constraints } = cib;
  const tooMany = checkCount("constraints", constraints.length, CONSTRAINTS_MAX);
  const problems = [
    ...tooMany,
    ...constraints.flatMap((constraint) => [
      ...checkReferences(cib, constraint, nodes),
      ...checkSelf(cib, constraint),
      ...("score" in constraint ? checkScore(pathOf(constraint), constraint.score) : []),
      ...(constraint.kind === "locationRules" ? checkLocationRules(constraint) : []),
      ...checkPlaceAttribute(constraint),
      ...checkSets(constraint),
    ]),
  ];
  // The search for loops is as deep as the chains are long: it only looks at what is within limits.
  if (tooMany.length > 0 || listResources(cib).length > 3 * PRIMITIVES_MAX) return problems;
  const orders = constraints.filter((constraint) => checkSelf(cib, constraint).length === 0);
  return [...problems, ...checkOrderLoops(cib, orders)];
}

function checkReferences(
  cib: Cib,
  constraint: Constraint,
  nodes: readonly NodeName[],
): readonly Problem[] {
  const wanting = `, but constraint ${constraint.id} names it`;
  const others = new Set([...(cib.tags ?? []), ...(cib.templates ?? [])].map(({ id }) => id));
  const absent = [...new Set(resourcesNamedIn(constraint))].filter(
    (id) => findResource(cib, id) === null && !others.has(id),
  );
  const problems = absent.map((id) => missingResource(cib, id, wanting));
  const node = nodeOf(constraint);
  if (node === null || nodes.includes(node)) return problems;
  return [...problems, missingNode(nodes, node, wanting)];
}

function nodeOf(constraint: Constraint): NodeName | null {
  if (constraint.kind === "location") return constraint.node;
  const isOfNode = constraint.kind === "locationRules" && constraint.nodes.kind === "node";
  return isOfNode ? constraint.nodes.node : null;
}

function checkSelf(cib: Cib, constraint: Constraint): readonly Problem[] {
  if (constraint.kind !== "colocation" && constraint.kind !== "order") return [];
  const [one = "", other = ""] = resourcesNamedIn(constraint);
  const path = pathOf(constraint);
  if (one === other) {
    const expected = `relates ${quote(one)} to itself; name two resources`;
    return [{ code: "self-constraint", path, found: "", expected }];
  }
  const [outer, inner] = isInside(cib, other, one) ? [one, other] : [other, one];
  const clone = outermostId(cib, one);
  if (isInside(cib, inner, outer)) {
    const kind = findResource(cib, outer)?.kind;
    const expected =
      `relates ${quote(inner)} to its own ${kind} ${quote(outer)}, ` +
      "which places and orders its members already";
    return [{ code: "self-constraint", path, found: "", expected }];
  }
  // What a clone holds has no place of its own: a constraint on it counts for the whole clone.
  if (clone === one || clone !== outermostId(cib, other)) return [];
  const expected = `relates ${quote(one)} to ${quote(other)}, both of clone ${quote(clone)}`;
  return [{ code: "self-constraint", path, found: "", expected }];
}

function isInside(cib: Cib, inner: ResourceId, outer: ResourceId): boolean {
  const found = findResource(cib, outer);
  if (found === null || inner === outer) return false;
  return withContents(found).some(({ id }) => id === inner);
}

function checkLocationRules(constraint: LocationRules): readonly Problem[] {
  const { target, nodes } = constraint;
  const path = pathOf(constraint);
  const problems = target.kind === "pattern" ? checkPattern(`${path} pattern`, target.pattern) : [];
  if (nodes.kind === "node") return [...problems, ...checkScore(path, nodes.score)];
  if (nodes.rules.length === 0) {
    return [...problems, { code: "bad-rule", path, found: "", expected: "has no rule; delete it" }];
  }
  return [
    ...problems,
    ...checkCount(`${path} rules`, nodes.rules.length, LOCATION_RULES_MAX),
    ...nodes.rules.flatMap(({ rule, score }) => [
      ...checkRule(path, rule, "other"),
      ...(typeof score === "number"
        ? checkScore(path, score)
        : checkAttributeName(`${path} score-attribute`, score.attribute)),
    ]),
  ];
}

function checkPlaceAttribute(constraint: Constraint): readonly Problem[] {
  if (!("nodeAttribute" in constraint) || constraint.nodeAttribute === undefined) return [];
  return checkAttributeName(`${pathOf(constraint)} node-attribute`, constraint.nodeAttribute);
}

function checkAttributeName(path: string, name: string): readonly Problem[] {
  if (isAttributeName(name)) return [];
  const expected = "is not the name of a node attribute";
  return [{ code: "bad-name", path, found: quote(name), expected }];
}

function checkSets(constraint: Constraint): readonly Problem[] {
  const sets = setsOf(constraint);
  if (sets === null) return [];
  const path = pathOf(constraint);
  if (sets.length === 0) {
    return [{ code: "no-members", path, found: "", expected: "has no set; delete it" }];
  }
  const all = sets.flatMap(({ resources }) => resources);
  const repeated = [...new Set(all.filter((id, index) => all.indexOf(id) < index))];
  return [
    ...checkCount(`${path} sets`, sets.length, RESOURCE_SETS_MAX),
    ...sets.flatMap((set) => checkSet(path, set)),
    ...repeated.map((id) => {
      return { code: "named-twice", path, found: "", expected: `${quote(id)} is named twice` };
    }),
  ];
}

function checkSet(path: string, { id, resources, score }: ResourceSet): readonly Problem[] {
  const at = `${path} set ${quote(id)}`;
  const expected = "is empty; delete it";
  return [
    ...(resources.length === 0 ? [{ code: "no-members", path: at, found: "", expected }] : []),
    ...(score === null ? [] : checkScore(at, score)),
  ];
}

function pathOf({ id }: Constraint): string {
  return `constraint ${quote(id)}`;
}

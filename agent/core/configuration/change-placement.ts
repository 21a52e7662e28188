import {
  type Change,
  type Cib,
  type Constraint,
  INFINITY_SCORE,
  type LocationConstraint,
  type LocationRules,
  type NodeName,
  type Problem,
  type ResourceId,
  type Rule,
} from "../model/index.ts";
import { checkOutsideClones } from "./constraint-words.ts";
import {
  type Edit,
  edited,
  missingNode,
  missingResource,
  refuse,
  removeConstraints,
} from "./edit.ts";
import { freeId } from "./listed-ids.ts";
import { quote } from "./near-names.ts";
import { findResource, outermostId } from "./resource-tree.ts";
import { readBoolean } from "./value-types.ts";

/**
 * Sends a resource to a node by a constraint `cli-prefer-…`, or away from where it is active by
 * `cli-ban-…`. What an earlier `move` or `ban` left is removed first. Nothing is made when the
 * resource is on the node already.
 */
export function moveResource(
  cib: Cib,
  change: Change & { readonly kind: "moveResource" },
  nodes: readonly NodeName[],
): Edit {
  const { id, node, activeOn } = change;
  const problems = [...checkNames(cib, change, nodes), ...checkMovable(cib, change)];
  if (problems.length > 0) return refuse(cib, ...problems);
  if (node === null) return ban(cib, change, nodes);
  if (activeOn.length === 1 && activeOn[0] === node && change.isPromoted !== true) {
    return edited(cib, [`Resource ${id} is already on ${node}: nothing to move`]);
  }
  const cleared = removeConstraints(cib, (constraint) => isCommanded(constraint, id, null));
  const added = addCommanded(cleared.cib, `cli-prefer-${id}`, {
    change,
    location: { resource: id, node, score: INFINITY_SCORE, ...roleOf(change) },
  });
  const isRole = change.isPromoted === true;
  const wish = isRole ? `It will prefer to be promoted on ${node}` : `It will prefer ${node}`;
  const where = isRole ? `${id} promoted on ${node}` : `${id} on ${node}`;
  return edited(added.cib, [
    ...cleared.notes,
    `Warning: adding constraint ${added.id} with score INFINITY: ${where}`,
    `${wish} until ${endOf(change)}`,
  ]);
}

/** Keeps a resource off a node (off the one where it is active when none is named). */
export function banResource(
  cib: Cib,
  change: Change & { readonly kind: "banResource" },
  nodes: readonly NodeName[],
): Edit {
  const problems = [...checkNames(cib, change, nodes), ...checkMovable(cib, change)];
  return problems.length > 0 ? refuse(cib, ...problems) : ban(cib, change, nodes);
}

/** Removes what `move` and `ban` made for the resource, on one node or on all. */
export function clearResource(
  cib: Cib,
  change: Change & { readonly kind: "clearResource" },
  nodes: readonly NodeName[],
): Edit {
  const problems = checkNames(cib, change, nodes);
  if (problems.length > 0) return refuse(cib, ...problems);
  // What is in a clone is placed by its clone, as cleanup and restart take either id.
  const ids = [change.id, outermostId(cib, change.id)];
  return removeConstraints(cib, (constraint) =>
    ids.some((id) => isCommanded(constraint, id, change.node)),
  );
}

type Placement = Change & { readonly kind: "moveResource" | "banResource" };

function ban(cib: Cib, change: Placement, nodes: readonly NodeName[]): Edit {
  const { id, activeOn } = change;
  const [active, ...others] = activeOn;
  const node = change.node ?? (others.length === 0 ? active : undefined);
  if (node === undefined) return refuse(cib, unknownNode(change));
  if (!nodes.includes(node)) return refuse(cib, missingNode(nodes, node));
  const { role } = roleOf(change);
  const isBan = (constraint: Constraint): boolean =>
    constraint.kind === "location" &&
    constraint.resource === id &&
    constraint.node === node &&
    constraint.score === -INFINITY_SCORE &&
    constraint.role === role;
  const isCleared = (constraint: Constraint): boolean => {
    if (!isCommanded(constraint, id, change.kind === "moveResource" ? null : node)) return false;
    return !isBan(constraint);
  };
  const cleared = removeConstraints(cib, isCleared);
  if (cleared.cib.constraints.some(isBan)) {
    const state = role === undefined ? `kept off ${node}` : `never promoted on ${node}`;
    return edited(cleared.cib, [...cleared.notes, `Resource ${id} is already ${state}`]);
  }
  const added = addCommanded(cleared.cib, `cli-ban-${id}-on-${node}`, {
    change,
    location: { resource: id, node, score: -INFINITY_SCORE, ...roleOf(change) },
  });
  const never = role === undefined ? "never on" : "never promoted on";
  const effect = role === undefined ? `stay off ${node}` : `not be promoted on ${node}`;
  return edited(added.cib, [
    ...cleared.notes,
    `Warning: adding constraint ${added.id} with score -INFINITY: ${id} ${never} ${node}`,
    `It will ${effect}, even when that is the only node, until ${endOf(change)}`,
    ...warnWhenNowhere(added.cib, change, nodes),
  ]);
}

// A group that bans its members, or the other way round, is for `explain`; here only the plain
// case.
function warnWhenNowhere(
  cib: Cib,
  { id, isPromoted }: Placement,
  nodes: readonly NodeName[],
): readonly string[] {
  const isBanned = (node: NodeName): boolean =>
    cib.constraints.some(
      (constraint) =>
        constraint.kind === "location" &&
        constraint.resource === id &&
        constraint.node === node &&
        (constraint.role === undefined || isPromoted === true) &&
        constraint.score === -INFINITY_SCORE,
    );
  if (!nodes.every(isBanned)) return [];
  if (isPromoted === true) return [`Warning: ${id} is now promoted nowhere`];
  return [`Warning: ${id} is now kept off every node and will stop`];
}

function endOf({ id, until }: Placement): string {
  return until === undefined
    ? `that is removed: lbctl resource clear ${id}`
    : `${until}; it is listed as expired then, and lbctl resource clear ${id} removes it`;
}

interface Commanded {
  readonly change: Placement;
  readonly location: Omit<LocationConstraint, "kind" | "id">;
}

function addCommanded(
  cib: Cib,
  wantedId: string,
  { change: { until }, location }: Commanded,
): { readonly cib: Cib; readonly id: string } {
  const id = freeId(cib, wantedId);
  const constraint: Constraint =
    until === undefined
      ? { kind: "location", id, ...location }
      : untilThen(freeId(cib, `${id}-rule`), { id, until, location });
  return { cib: { ...cib, constraints: [...cib.constraints, constraint] }, id };
}

/** The same for a time, as a rule: in the form that the tools of Pacemaker give it too. */
function untilThen(
  ruleId: string,
  { id, until, location }: { id: string; until: string; location: Commanded["location"] },
): LocationRules {
  const { resource, node, score, role } = location;
  const onNode = { attribute: "#uname", operation: "eq", value: node, type: "string" } as const;
  const before = { operation: "lt", start: null, end: until, duration: null, spec: null } as const;
  const rule: Rule = {
    kind: "rule",
    id: ruleId,
    combine: "and",
    conditions: [
      { kind: "attribute", ...onNode, valueSource: "literal" },
      { kind: "date", ...before },
    ],
  };
  return {
    kind: "locationRules",
    id,
    target: { kind: "resource", resource },
    nodes: { kind: "rules", rules: [{ rule, score, role: role ?? null }] },
  };
}

// The prefix says that a command made it: a constraint of a person with the same effect stays.
function isCommanded(constraint: Constraint, resource: ResourceId, node: NodeName | null): boolean {
  const { id } = constraint;
  if (!id.startsWith("cli-prefer-") && !id.startsWith("cli-ban-")) return false;
  if (constraint.kind === "location") {
    return constraint.resource === resource && (node === null || constraint.node === node);
  }
  if (constraint.kind !== "locationRules" || constraint.target.kind !== "resource") return false;
  const { target, nodes } = constraint;
  const rules = nodes.kind === "rules" ? nodes.rules : [];
  const conditions = rules.flatMap(({ rule }) => rule.conditions);
  const isOfNode = conditions.some(
    (each) => each.kind === "attribute" && each.attribute === "#uname" && each.value === node,
  );
  return target.resource === resource && (node === null || isOfNode);
}

function checkNames(
  cib: Cib,
  { id, node }: { readonly id: ResourceId; readonly node: NodeName | null },
  nodes: readonly NodeName[],
): readonly Problem[] {
  return [
    ...(findResource(cib, id) === null ? [missingResource(cib, id)] : []),
    ...(node === null || nodes.includes(node) ? [] : [missingNode(nodes, node)]),
  ];
}

function roleOf({ isPromoted }: Placement): { readonly role?: "Promoted" } {
  return isPromoted === true ? { role: "Promoted" } : {};
}

function checkMovable(cib: Cib, { id, isPromoted }: Placement): readonly Problem[] {
  const resource = findResource(cib, id);
  const outside = checkOutsideClones(cib, [id]);
  if (isPromoted !== true || resource === null) return outside;
  if (resource.kind === "clone" && readBoolean(resource.meta, "promotable", false)) return [];
  const path = `resource ${quote(id)}`;
  return [{ code: "not-a-clone", path, found: "", expected: "is no promotable clone" }];
}

function unknownNode({ id, activeOn, isPromoted }: Placement): Problem {
  const path = `resource ${quote(id)}`;
  const state = isPromoted === true ? "promoted" : "active";
  const expected =
    activeOn.length === 0
      ? `is not ${state} anywhere; name the node`
      : `is ${state} on ${activeOn.join(" and ")}; name the node`;
  return { code: "node-needed", path, found: "", expected };
}

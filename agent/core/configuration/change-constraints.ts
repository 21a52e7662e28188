import type {
  Change,
  Cib,
  ColocationConstraint,
  Constraint,
  LocationConstraint,
  LocationRules,
  OrderConstraint,
  Problem,
} from "../model/index.ts";
import {
  checkGivenId,
  checkOutsideClones,
  isPromotableRole,
  readDiscovery,
  readRoleWord,
  readScoreWord,
  readStrength,
  type Word,
  warnOfPromotion,
} from "./constraint-words.ts";
import { type Edit, edited, namesResource, refuse, removeConstraints } from "./edit.ts";
import { forgetInTags, shrinkSets } from "./forget-mentions.ts";
import { freeId } from "./listed-ids.ts";
import { setsOf } from "./named-in-constraint.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { findResource } from "./resource-tree.ts";
import { renderScore } from "./value-types.ts";

/** Ids that `move` and `ban` give to their constraints begin like this. */
export const COMMAND_PREFIX = "cli-";

/**
 * Sets the score of a resource, or of all that fit a pattern, on a node. A preference that was
 * given before for the same is replaced, with a note; what `move` and `ban` made stays.
 */
export function addLocation(cib: Cib, change: Change & { readonly kind: "addLocation" }): Edit {
  const { resource, node, isPattern = false } = change;
  const path = `location of ${quote(resource)} on ${quote(node)}`;
  const score = readScoreWord(path, change.score);
  const discovery: Word<ReturnType<typeof readDiscovery>["value"] | null> =
    change.discovery === undefined
      ? { value: null, problems: [] }
      : readDiscovery(path, change.discovery);
  const isReplaced = (constraint: Constraint): boolean =>
    isSameLocation(constraint, { resource, node, isPattern });
  const old = cib.constraints.filter(isReplaced);
  const constraints = cib.constraints.filter((constraint) => !isReplaced(constraint));
  const free: Cib = { ...cib, constraints };
  const problems = [
    ...score.problems,
    ...discovery.problems,
    ...checkGivenId(free, path, change.id),
    ...(isPattern ? [] : checkOutsideClones(cib, [resource])),
  ];
  const wanted = `location-${resource}-${node}-${renderScore(score.value)}`;
  const id = change.id ?? freeId(free, wanted);
  const placement = discovery.value === null ? {} : { discovery: discovery.value };
  const constraint: LocationConstraint | LocationRules = isPattern
    ? {
        kind: "locationRules",
        id,
        target: { kind: "pattern", pattern: resource, isInverted: false },
        nodes: { kind: "node", node, score: score.value },
        ...placement,
      }
    : { kind: "location", id, resource, node, score: score.value, ...placement };
  const [same] = old;
  if (old.length === 1 && JSON.stringify(same) === JSON.stringify(constraint)) {
    return { ...edited(cib), problems };
  }
  const notes = old.map((other) => `Removing constraint: ${other.id} (replaced by ${id})`);
  return { cib: { ...free, constraints: [...constraints, constraint] }, notes, problems };
}

/**
 * Places a resource relative to another one. A second colocation of the same two in the same roles
 * is refused.
 */
export function addColocation(cib: Cib, change: Change & { readonly kind: "addColocation" }): Edit {
  const { resource, withResource } = change;
  const path = `colocation of ${quote(resource)} with ${quote(withResource)}`;
  const score = readScoreWord(path, change.score);
  const role = change.role === undefined ? null : readRoleWord(path, change.role);
  const withRole = change.withRole === undefined ? null : readRoleWord(path, change.withRole);
  const wanted = `colocation-${resource}-${withResource}-${renderScore(score.value)}`;
  const constraint: ColocationConstraint = {
    kind: "colocation",
    id: change.id ?? freeId(cib, wanted),
    resource,
    withResource,
    score: score.value,
    ...(role === null ? {} : { role: role.value }),
    ...(withRole === null ? {} : { withRole: withRole.value }),
    ...(change.influence === undefined ? {} : { influence: change.influence }),
    ...(change.nodeAttribute === undefined ? {} : { nodeAttribute: change.nodeAttribute }),
  };
  const existing = cib.constraints
    .filter((other) => other.kind === "colocation")
    .find((other) => isSameColocation(other, constraint));
  const problems = [
    ...score.problems,
    ...(role?.problems ?? []),
    ...(withRole?.problems ?? []),
    ...checkGivenId(cib, path, change.id),
    ...checkOutsideClones(cib, [resource, withResource]),
    ...(existing === undefined
      ? []
      : [duplicate(path, `${existing.id} (score ${renderScore(existing.score)})`)]),
  ];
  const notes = [
    ...warnOfPromotion(cib, resource, isPromotableRole(role?.value)),
    ...warnOfPromotion(cib, withResource, isPromotableRole(withRole?.value)),
  ];
  return addUnlessRefused(cib, problems, { constraint, notes });
}

/** Makes an action of one resource wait for one of another. A second one of the same is refused. */
export function addOrder(cib: Cib, change: Change & { readonly kind: "addOrder" }): Edit {
  const { first, firstAction, then, thenAction, isSymmetrical, needsAll } = change;
  const path = `order of ${quote(first)} then ${quote(then)}`;
  const strength = readStrength(path, change.strength);
  const existing = cib.constraints.find(
    (other): other is OrderConstraint =>
      other.kind === "order" &&
      other.first === first &&
      other.then === then &&
      other.firstAction === firstAction &&
      other.thenAction === thenAction,
  );
  const problems = [
    ...strength.problems,
    ...checkGivenId(cib, path, change.id),
    ...checkOutsideClones(cib, [first, then]),
    ...(existing === undefined ? [] : [duplicate(path, `${existing.id} (${existing.strength})`)]),
  ];
  const id = change.id ?? freeId(cib, `order-${first}-${then}-${strength.value.toLowerCase()}`);
  const constraint: OrderConstraint = {
    kind: "order",
    id,
    first,
    firstAction,
    then,
    thenAction,
    strength: strength.value,
    isSymmetrical,
    ...(needsAll === undefined ? {} : { needsAll }),
  };
  const symmetry = isSymmetrical ? "" : " symmetrical=false";
  const requireAll = needsAll === undefined ? "" : ` require-all=${needsAll}`;
  const note =
    `Adding ${first} ${then} (kind: ${strength.value}) ` +
    `(Options: first-action=${firstAction} then-action=${thenAction}${symmetry}${requireAll})`;
  const isAsked = (action: string): boolean => action === "promote" || action === "demote";
  const warnings = [
    ...warnOfPromotion(cib, first, isAsked(firstAction)),
    ...warnOfPromotion(cib, then, isAsked(thenAction)),
  ];
  return addUnlessRefused(cib, problems, { constraint, notes: [note, ...warnings] });
}

/**
 * Removes constraints by their ids, rules by theirs (a constraint with its last rule), and by a
 * resource id every constraint that names it.
 */
export function deleteConstraints(cib: Cib, ids: readonly string[]): Edit {
  const named = (constraint: Constraint, id: string): boolean =>
    constraint.id === id || namesResource(constraint, id);
  const ofRules = cib.constraints.flatMap(ruleIdsOf);
  const missing = ids.filter(
    (id) => !cib.constraints.some((each) => named(each, id)) && !ofRules.includes(id),
  );
  const notes: string[] = [];
  const constraints = cib.constraints.flatMap((constraint): readonly Constraint[] => {
    const ruled = ids.some((id) => named(constraint, id)) ? null : withoutRules(constraint, ids);
    if (ruled === null) notes.push(`Removing constraint: ${constraint.id}`);
    return ruled === null ? [] : [ruled];
  });
  const tagged = forgetInTags({ ...cib, constraints });
  return {
    cib: tagged.cib,
    notes: [...notes, ...tagged.notes],
    problems: missing.map((id) => missingConstraint(cib, id)),
  };
}

/** Takes resources out of the orders that name them: out of sets, and with single orders whole. */
export function removeFromOrders(
  cib: Cib,
  change: Change & { readonly kind: "removeFromOrders" },
): Edit {
  const { resources: ids } = change;
  const isOrder = ({ kind }: Constraint): boolean => kind === "order" || kind === "orderSets";
  const names = (constraint: Constraint, id: string): boolean =>
    isOrder(constraint) && namesResource(constraint, id);
  const missing = ids.filter((id) => !cib.constraints.some((each) => names(each, id)));
  const shrunk = shrinkSets(cib, ids, isOrder);
  const edit = removeConstraints(
    shrunk.cib,
    (each) => ids.some((id) => names(each, id)) || setsOf(each)?.length === 0,
  );
  const tagged = forgetInTags(edit.cib);
  return {
    cib: tagged.cib,
    notes: [...shrunk.notes, ...edit.notes, ...tagged.notes],
    problems: missing.map((id) => {
      const expected = "is named by no order";
      return { code: "no-such-constraint", path: `resource ${quote(id)}`, found: "", expected };
    }),
  };
}

/** Adds a constraint, unless its problems would make the whole check tell them a second time. */
export function addUnlessRefused(
  cib: Cib,
  problems: readonly Problem[],
  added: { readonly constraint: Constraint; readonly notes: readonly string[] },
): Edit {
  // A duplicate is left out: its loop or its id would be told a second time by the whole check.
  if (problems.some(({ code }) => code !== "bad-score" && code !== "bad-value")) {
    return refuse(cib, ...problems);
  }
  const next = { ...cib, constraints: [...cib.constraints, added.constraint] };
  return { cib: next, notes: added.notes, problems };
}

/** The problem of a constraint that does not exist. */
export function missingConstraint(cib: Cib, id: string): Problem {
  const path = `constraint ${quote(id)}`;
  if (findResource(cib, id) !== null) {
    const expected = "is a resource that no constraint names";
    return { code: "no-such-constraint", path, found: "", expected };
  }
  const known = cib.constraints.map((constraint) => constraint.id);
  const rest = known.length === 0 ? "there are none" : `there are ${renderNearNames(id, known)}`;
  return { code: "no-such-constraint", path, found: "", expected: `does not exist; ${rest}` };
}

function isSameLocation(
  constraint: Constraint,
  wanted: { readonly resource: string; readonly node: string; readonly isPattern: boolean },
): boolean {
  const { resource, node, isPattern } = wanted;
  if (constraint.kind === "locationRules") {
    const { target, nodes } = constraint;
    const isPatternOfWish = target.kind === "pattern" && target.pattern === resource;
    return isPattern && isPatternOfWish && nodes.kind === "node" && nodes.node === node;
  }
  return (
    !isPattern &&
    constraint.kind === "location" &&
    constraint.resource === resource &&
    constraint.node === node &&
    !constraint.id.startsWith(COMMAND_PREFIX)
  );
}

function isSameColocation(a: ColocationConstraint, b: ColocationConstraint): boolean {
  return (
    a.resource === b.resource &&
    a.withResource === b.withResource &&
    (a.role ?? "Started") === (b.role ?? "Started") &&
    (a.withRole ?? "Started") === (b.withRole ?? "Started")
  );
}

function ruleIdsOf(constraint: Constraint): readonly string[] {
  if (constraint.kind !== "locationRules" || constraint.nodes.kind !== "rules") return [];
  return constraint.nodes.rules.map(({ rule }) => rule.id);
}

/** Null when no rule is left. */
function withoutRules(constraint: Constraint, ids: readonly string[]): Constraint | null {
  if (constraint.kind !== "locationRules" || constraint.nodes.kind !== "rules") return constraint;
  const rules = constraint.nodes.rules.filter(({ rule }) => !ids.includes(rule.id));
  if (rules.length === constraint.nodes.rules.length) return constraint;
  return rules.length === 0 ? null : { ...constraint, nodes: { kind: "rules", rules } };
}

function duplicate(path: string, existing: string): Problem {
  const expected = `already exists as ${existing}; delete that one first`;
  return { code: "duplicate-constraint", path, found: "", expected };
}

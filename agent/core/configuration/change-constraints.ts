import type {
  Change,
  Cib,
  ColocationConstraint,
  Constraint,
  LocationConstraint,
  OrderConstraint,
  Problem,
} from "../model/index.ts";
import { type Edit, edited, findResource, freeId, listIds, namesResource, refuse } from "./edit.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { parseScore, renderScore, renderValueType } from "./value-types.ts";

/** Ids that `move` and `ban` give to their constraints begin like this. */
export const COMMAND_PREFIX = "cli-";

const STRENGTHS = ["Mandatory", "Optional", "Serialize"] as const;

/**
 * Sets the score of a resource on a node. A preference that was given before for the same resource
 * and node is replaced, with a note; what `move` and `ban` made stays.
 */
export function addLocation(cib: Cib, change: Change & { readonly kind: "addLocation" }): Edit {
  const { resource, node } = change;
  const path = `location of ${quote(resource)} on ${quote(node)}`;
  const score = parseScore(change.score);
  const isReplaced = (constraint: Constraint): boolean =>
    constraint.kind === "location" &&
    constraint.resource === resource &&
    constraint.node === node &&
    !constraint.id.startsWith(COMMAND_PREFIX);
  const old = cib.constraints.filter(isReplaced);
  const constraints = cib.constraints.filter((constraint) => !isReplaced(constraint));
  const free: Cib = { ...cib, constraints };
  const problems = [
    ...(score === null ? [badScore(path, change.score)] : []),
    ...checkGivenId(free, path, change.id),
  ];
  const valid = score ?? 0;
  const id = change.id ?? freeId(free, `location-${resource}-${node}-${renderScore(valid)}`);
  const constraint: LocationConstraint = { kind: "location", id, resource, node, score: valid };
  const [same] = old;
  if (same?.kind === "location" && old.length === 1 && same.score === score && same.id === id) {
    return { ...edited(cib), problems };
  }
  const notes = old.map((other) => `Removing constraint: ${other.id} (replaced by ${id})`);
  return { cib: { ...free, constraints: [...constraints, constraint] }, notes, problems };
}

/** Places a resource relative to another one. A second colocation of the same two is refused. */
export function addColocation(cib: Cib, change: Change & { readonly kind: "addColocation" }): Edit {
  const { resource, withResource } = change;
  const path = `colocation of ${quote(resource)} with ${quote(withResource)}`;
  const score = parseScore(change.score);
  const existing = cib.constraints.find(
    (other): other is ColocationConstraint =>
      other.kind === "colocation" &&
      other.resource === resource &&
      other.withResource === withResource,
  );
  const problems = [
    ...(score === null ? [badScore(path, change.score)] : []),
    ...checkGivenId(cib, path, change.id),
    ...(existing === undefined
      ? []
      : [duplicate(path, `${existing.id} (score ${renderScore(existing.score)})`)]),
  ];
  const valid = score ?? 0;
  const wanted = `colocation-${resource}-${withResource}-${renderScore(valid)}`;
  const id = change.id ?? freeId(cib, wanted);
  return addUnlessRefused(cib, problems, {
    constraint: { kind: "colocation", id, resource, withResource, score: valid },
    notes: [],
  });
}

/** Makes an action of one resource wait for one of another. A second one of the same is refused. */
export function addOrder(cib: Cib, change: Change & { readonly kind: "addOrder" }): Edit {
  const { first, firstAction, then, thenAction, isSymmetrical } = change;
  const path = `order of ${quote(first)} then ${quote(then)}`;
  const strength = STRENGTHS.find((name) => name.toLowerCase() === change.strength.toLowerCase());
  const existing = cib.constraints.find(
    (other): other is OrderConstraint =>
      other.kind === "order" &&
      other.first === first &&
      other.then === then &&
      other.firstAction === firstAction &&
      other.thenAction === thenAction,
  );
  const problems = [
    ...(strength === undefined ? [badStrength(path, change.strength)] : []),
    ...checkGivenId(cib, path, change.id),
    ...(existing === undefined ? [] : [duplicate(path, `${existing.id} (${existing.strength})`)]),
  ];
  const valid = strength ?? "Mandatory";
  const id = change.id ?? freeId(cib, `order-${first}-${then}-${valid.toLowerCase()}`);
  const symmetry = isSymmetrical ? "" : " symmetrical=false";
  const constraint: OrderConstraint = {
    kind: "order",
    id,
    first,
    firstAction,
    then,
    thenAction,
    strength: valid,
    isSymmetrical,
  };
  const note =
    `Adding ${first} ${then} (kind: ${valid}) ` +
    `(Options: first-action=${firstAction} then-action=${thenAction}${symmetry})`;
  return addUnlessRefused(cib, problems, { constraint, notes: [note] });
}

/** Removes constraints by their ids, and by a resource id every constraint that names it. */
export function deleteConstraints(cib: Cib, ids: readonly string[]): Edit {
  const named = (constraint: Constraint, id: string): boolean =>
    constraint.id === id || namesResource(constraint, id);
  const missing = ids.filter((id) => !cib.constraints.some((constraint) => named(constraint, id)));
  const isGone = (constraint: Constraint): boolean => ids.some((id) => named(constraint, id));
  const gone = cib.constraints.filter(isGone);
  return {
    cib: { ...cib, constraints: cib.constraints.filter((constraint) => !isGone(constraint)) },
    notes: gone.map(({ id }) => `Removing constraint: ${id}`),
    problems: missing.map((id) => missingConstraint(cib, id)),
  };
}

function addUnlessRefused(
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

function checkGivenId(cib: Cib, path: string, id: string | null): readonly Problem[] {
  const bearer = id === null ? undefined : listIds(cib).find((used) => used.id === id)?.bearer;
  if (id === null || bearer === undefined) return [];
  const expected = `id ${quote(id)} is already used by ${bearer}; choose another id`;
  return [{ code: "already-exists", path, found: "", expected }];
}

function duplicate(path: string, existing: string): Problem {
  const expected = `already exists as ${existing}; delete that one first`;
  return { code: "duplicate-constraint", path, found: "", expected };
}

function badScore(path: string, text: string): Problem {
  const expected = `must be ${renderValueType({ kind: "score" })}`;
  return { code: "bad-score", path: `${path} score`, found: quote(text), expected };
}

function badStrength(path: string, text: string): Problem {
  const expected = `must be one of ${STRENGTHS.join(", ")}`;
  return { code: "bad-value", path: `${path} kind`, found: quote(text), expected };
}

function missingConstraint(cib: Cib, id: string): Problem {
  const path = `constraint ${quote(id)}`;
  if (findResource(cib, id) !== null) {
    const expected = "is a resource that no constraint names";
    return { code: "no-such-constraint", path, found: "", expected };
  }
  const known = cib.constraints.map((constraint) => constraint.id);
  const rest = known.length === 0 ? "there are none" : `there are ${renderNearNames(id, known)}`;
  return { code: "no-such-constraint", path, found: "", expected: `does not exist; ${rest}` };
}

import type { Change, Cib, Clone, CloneInput, Group, Primitive, Problem } from "../model/index.ts";
import { assign } from "./change-values.ts";
import { type Edit, edited, missingResource, refuse, removeConstraints } from "./edit.ts";
import { forgetInTags, needsPromotion, renameMentions } from "./forget-mentions.ts";
import { freeId, listIds } from "./listed-ids.ts";
import { quote } from "./near-names.ts";
import { findCloneOf, findGroupOf, findResource } from "./resource-tree.ts";
import { TABLES } from "./value-tables.ts";

/** Runs a resource or group as a clone. Constraints that name it then name the clone. */
export function cloneResource(cib: Cib, change: Change & { readonly kind: "cloneResource" }): Edit {
  const { id } = change;
  const resource = findResource(cib, id);
  if (resource === null) return refuse(cib, missingResource(cib, id));
  const problem = checkCanClone(cib, id);
  if (problem !== null || resource.kind === "clone") {
    return refuse(cib, problem ?? notClonable(id, "is a clone already"));
  }
  const made = makeClone(cib, resource, change.clone);
  // Two things under one id would be told again by every constraint that names one of them.
  if (made.isTaken) return refuse(cib, ...made.problems);
  const resources = cib.resources.map((each) => (each === resource ? made.clone : each));
  const renamed = renameMentions(cib, id, made.clone.id);
  return { ...renamed, cib: { ...renamed.cib, resources }, problems: made.problems };
}

/** A clone of a resource, with whatever was wrong in what a person wrote of it. */
export function makeClone(
  cib: Cib,
  child: Primitive | Group,
  input: CloneInput,
): { readonly clone: Clone; readonly isTaken: boolean; readonly problems: readonly Problem[] } {
  const id = input.id ?? freeId(cib, `${child.id}-clone`);
  const path = `resource ${quote(id)}`;
  const bearer =
    id === child.id
      ? "the resource that it holds"
      : listIds(cib).find((borne) => borne.id === id)?.bearer;
  const expected = `id is already used by ${bearer}; choose another id for the clone`;
  const meta = assign({ path: `${path} meta`, current: {}, table: TABLES.meta }, input.meta);
  return {
    clone: { kind: "clone", id, meta: meta.values, child },
    isTaken: bearer !== undefined,
    problems: [
      ...(bearer === undefined ? [] : [{ code: "already-exists", path, found: "", expected }]),
      ...meta.problems,
    ],
  };
}

/**
 * Runs what a clone holds once again. Constraints that name the clone then name what it held, but
 * those that ask for a promotion go: what runs once is never promoted.
 */
export function uncloneResource(
  cib: Cib,
  change: Change & { readonly kind: "uncloneResource" },
): Edit {
  const resource = findResource(cib, change.id);
  if (resource === null) return refuse(cib, missingResource(cib, change.id));
  const clone = resource.kind === "clone" ? resource : findCloneOf(cib, change.id);
  if (clone === null) {
    const path = `resource ${quote(change.id)}`;
    return refuse(cib, { code: "not-a-clone", path, found: "", expected: "is not in a clone" });
  }
  const { id, child } = clone;
  const unbound = removeConstraints(cib, (constraint) => needsPromotion(constraint, id));
  const renamed = renameMentions(unbound.cib, id, child.id);
  const resources = renamed.cib.resources.map((each) => (each.id === id ? child : each));
  const tagged = forgetInTags({ ...renamed.cib, resources });
  return edited(tagged.cib, [...unbound.notes, ...renamed.notes, ...tagged.notes]);
}

function checkCanClone(cib: Cib, id: string): Problem | null {
  const clone = findCloneOf(cib, id);
  if (clone !== null) return notClonable(id, `is in clone ${quote(clone.id)} already`);
  const group = findGroupOf(cib, id);
  if (group === null) return null;
  return notClonable(id, `is in group ${quote(group.id)}; clone the group, or take it out first`);
}

function notClonable(id: string, expected: string): Problem {
  return { code: "cannot-clone", path: `resource ${quote(id)}`, found: "", expected };
}

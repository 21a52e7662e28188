import { INFINITY_SCORE } from "../model/index.ts";
import { insertSorted } from "./unpack-colocations.ts";
import type { WorkingColocation, WorkingResource } from "./working.ts";

/**
 * The colocations in which a resource is the dependent, in the order in which they count: its own,
 * and those of its parents that bear on it.
 */
export function colocationsAsDependent(resource: WorkingResource): readonly WorkingColocation[] {
  const list = [...resource.asDependent];
  if (resource.parent !== null) addAsDependent(resource.parent, resource, list);
  if (resource.variant === "group") addMembersOwn(resource, resource, { list, side: "primary" });
  return list;
}

/** The colocations in which a resource is the primary, likewise. */
export function colocationsAsPrimary(resource: WorkingResource): readonly WorkingColocation[] {
  const list = [...resource.asPrimary];
  if (resource.parent !== null) addAsPrimary(resource.parent, resource, list);
  if (resource.variant === "group") addMembersOwn(resource, resource, { list, side: "dependent" });
  return list;
}

/** What a parent says about one of its children as a dependent. */
function addAsDependent(
  parent: WorkingResource,
  origin: WorkingResource,
  list: WorkingColocation[],
): void {
  if (parent.variant === "clone") {
    for (const colocation of parent.asDependent) insertSorted(list, colocation, "primary");
    return;
  }
  // A group follows where its first member goes, and its members follow each other.
  if (origin === parent.children[0]) {
    for (const colocation of parent.asDependent) insertSorted(list, colocation, "primary");
    if (parent.parent !== null) addAsDependent(parent.parent, origin, list);
    addMembersOwn(parent, origin, { list, side: "primary" });
    return;
  }
  // An unmanaged member breaks the chain, so the later ones have to be told themselves.
  const earlier = parent.children.slice(0, parent.children.indexOf(origin));
  if (earlier.every((member) => member.isManaged)) return;
  for (const colocation of parent.asDependent) {
    if (colocation.score === INFINITY_SCORE) insertSorted(list, colocation, "primary");
  }
}

function addAsPrimary(
  parent: WorkingResource,
  origin: WorkingResource,
  list: WorkingColocation[],
): void {
  if (parent.variant === "clone") {
    for (const colocation of parent.asPrimary) insertSorted(list, colocation, "dependent");
    return;
  }
  // What follows a group follows its last member.
  if (origin !== parent.children.at(-1)) return;
  for (const colocation of parent.asPrimary) insertSorted(list, colocation, "dependent");
  if (parent.parent !== null) addAsPrimary(parent.parent, origin, list);
  addMembersOwn(parent, origin, { list, side: "dependent" });
}

/** The configured colocations of single members are a matter for the whole group. */
function addMembersOwn(
  group: WorkingResource,
  origin: WorkingResource,
  { list, side }: { readonly list: WorkingColocation[]; readonly side: "dependent" | "primary" },
): void {
  for (const member of group.children) {
    if (member === origin) continue;
    const own = side === "primary" ? member.asDependent : member.asPrimary;
    for (const colocation of own) {
      if (!colocation.isInternal) insertSorted(list, colocation, side);
    }
  }
}

/**
 * Whether the dependent's wishes count for its primary: when the constraint says so, and as long
 * as the primary is not running and loses nothing.
 */
export function hasInfluence(
  colocation: WorkingColocation,
  primary: WorkingResource = colocation.primary,
): boolean {
  return colocation.isInfluential || primary.runningOn.length === 0;
}

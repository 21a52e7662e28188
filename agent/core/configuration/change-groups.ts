import type { Change, Cib, Clone, Group, Primitive, Problem, ResourceId } from "../model/index.ts";
import { type Edit, edited, missingResource, refuse } from "./edit.ts";
import { forgetIds } from "./forget-mentions.ts";
import { quote } from "./near-names.ts";
import {
  findCloneOf,
  findGroup,
  findGroupOf,
  findResource,
  isMember,
  listGroups,
  mapClone,
  mapGroup,
  withoutResources,
} from "./resource-tree.ts";

/** Where in a group something is put; both null: at its end. */
export interface Place {
  readonly before: ResourceId | null;
  readonly after: ResourceId | null;
}

/**
 * Puts resources into a group, in the given order, and makes the group when it is missing. A
 * resource leaves the group that it was in; a group left empty is removed with its constraints.
 * Members that are there already stay where they are unless a place is given.
 */
export function groupResources(
  cib: Cib,
  change: Change & { readonly kind: "groupResources" },
): Edit {
  const { group, members } = change;
  const problems = [
    ...checkMembers(cib, members, `group ${quote(group)}`),
    ...checkGroupName(cib, group),
    ...checkPlace(cib, { group, members }, change),
  ];
  if (problems.length > 0) return refuse(cib, ...problems);
  const target = findGroup(cib, group);
  const isPlaced = change.before !== null || change.after !== null;
  const moving = members.filter((id) => isPlaced || target === null || !isMember(target, id));
  const primitives = moving.flatMap((id): readonly Primitive[] => {
    const resource = findResource(cib, id);
    return resource?.kind === "primitive" ? [resource] : [];
  });
  if (primitives.length === 0) return edited(cib);
  const without = takeOut(cib, moving, group);
  return { ...without, cib: putIntoGroup(without.cib, { group, primitives }, change) };
}

/**
 * Takes members out of a group (all when none is named); they follow it in the list of resources. A
 * group left empty is removed with the constraints that name it.
 */
export function ungroupResources(
  cib: Cib,
  change: Change & { readonly kind: "ungroupResources" },
): Edit {
  const group = findGroup(cib, change.group);
  if (group === null) return refuse(cib, missingGroup(cib, change.group));
  const ids = change.members.length === 0 ? group.members.map(({ id }) => id) : change.members;
  const problems = ids.filter((id) => !isMember(group, id)).map((id) => notMember(group.id, id));
  if (problems.length > 0) return refuse(cib, ...problems);
  const clone = findCloneOf(cib, group.id);
  const isWhole = group.members.every(({ id }) => ids.includes(id));
  if (clone !== null && isWhole) return dissolveInClone(cib, clone, group);
  const outside = group.members.filter(({ id }) => ids.includes(id));
  const outer = clone?.id ?? group.id;
  const without = withoutResources(cib, ids);
  const resources = without.resources.flatMap((resource) =>
    resource.id === outer ? [resource, ...outside] : [resource],
  );
  return dropEmptyGroups({ ...cib, resources });
}

// The clone of a group goes on as a clone of what the group held, which only one resource can be.
function dissolveInClone(cib: Cib, clone: Clone, group: Group): Edit {
  const [only, ...others] = group.members;
  if (only === undefined || others.length > 0) {
    const expected =
      `is in clone ${quote(clone.id)}, which cannot hold ${group.members.length} resources; ` +
      "unclone the group first, or take all but one out";
    const path = `group ${quote(group.id)}`;
    return refuse(cib, { code: "cannot-clone", path, found: "", expected });
  }
  const next = mapClone(cib, clone.id, (each) => ({ ...each, child: only }));
  const forgotten = forgetIds(next, [group.id]);
  return edited(forgotten.cib, [...forgotten.notes, `Removing group: ${group.id}`]);
}

/** Adds primitives at a place of a group; makes the group, last in the list, when it is missing. */
export function putIntoGroup(
  cib: Cib,
  put: { readonly group: ResourceId; readonly primitives: readonly Primitive[] },
  place: Place,
): Cib {
  const { group: id, primitives } = put;
  if (findGroup(cib, id) === null) {
    const group: Group = { kind: "group", id, meta: {}, members: primitives };
    return { ...cib, resources: [...cib.resources, group] };
  }
  return mapGroup(cib, id, (group) => ({
    ...group,
    members: group.members.toSpliced(placeIndex(group, place), 0, ...primitives),
  }));
}

/**
 * Problems of a group's name that something else bears, and of a place that is not in the group.
 */
export function checkGroupName(cib: Cib, group: ResourceId): readonly Problem[] {
  const resource = findResource(cib, group);
  if (resource === null || resource.kind === "group") return [];
  const what = resource.kind === "clone" ? "a clone" : "a resource";
  const expected = `is ${what}, not a group; choose another id for the group`;
  return [{ code: "not-a-group", path: `resource ${quote(group)}`, found: "", expected }];
}

/** Problems of `before` and `after`: both given, not in the group, or one of those to be placed. */
export function checkPlace(
  cib: Cib,
  put: { readonly group: ResourceId; readonly members: readonly ResourceId[] },
  { before, after }: Place,
): readonly Problem[] {
  const path = `group ${quote(put.group)}`;
  if (before !== null && after !== null) {
    const expected = "either before or after may be given, not both";
    return [{ code: "bad-place", path, found: "", expected }];
  }
  const anchor = before ?? after;
  if (anchor === null) return [];
  if (put.members.includes(anchor)) {
    const expected = `${quote(anchor)} cannot be put before or after itself`;
    return [{ code: "bad-place", path, found: "", expected }];
  }
  const group = findGroup(cib, put.group);
  return group !== null && isMember(group, anchor) ? [] : [notMember(put.group, anchor)];
}

/** Removes groups without members, the clones of such, and what names them. */
export function dropEmptyGroups(cib: Cib): Edit {
  const empty = listGroups(cib).filter(({ members }) => members.length === 0);
  const clones = empty.map(({ id }) => findCloneOf(cib, id)).filter((clone) => clone !== null);
  const ids = [...empty, ...clones].map(({ id }) => id);
  const edit = forgetIds(withoutResources(cib, ids), ids);
  return edited(edit.cib, [
    ...edit.notes,
    ...empty.map(({ id }) => `Removing group: ${id}`),
    ...clones.map(({ id }) => `Removing clone: ${id}`),
  ]);
}

/** The problem of a group that does not exist, or of a resource that is none. */
export function missingGroup(cib: Cib, id: ResourceId): Problem {
  const resource = findResource(cib, id);
  if (resource === null) return missingResource(cib, id);
  const expected = `is a ${resource.kind === "clone" ? "clone" : "resource"}, not a group`;
  return { code: "not-a-group", path: `resource ${quote(id)}`, found: "", expected };
}

function takeOut(cib: Cib, ids: readonly ResourceId[], target: ResourceId): Edit {
  const notes = ids.flatMap((id): readonly string[] => {
    const group = findGroupOf(cib, id);
    if (group === null || group.id === target) return [];
    return [`Moving ${id} out of group ${group.id}`];
  });
  // The target is never among the emptied: what it is to be placed beside stays in it.
  const edit = dropEmptyGroups(withoutResources(cib, ids));
  return { ...edit, notes: [...notes, ...edit.notes] };
}

function checkMembers(cib: Cib, members: readonly ResourceId[], path: string): readonly Problem[] {
  if (members.length === 0) {
    const expected = "name at least one resource to put into it";
    return [{ code: "no-members", path, found: "", expected }];
  }
  return members.flatMap((id, index): readonly Problem[] => {
    const resource = findResource(cib, id);
    if (resource === null) return [missingResource(cib, id)];
    if (resource.kind !== "primitive") {
      const expected = `is a ${resource.kind}; a group has only resources in it`;
      return [{ code: "not-a-resource", path: `resource ${quote(id)}`, found: "", expected }];
    }
    const clone = findCloneOf(cib, id);
    if (clone?.child.id === id) {
      const expected = `is in clone ${quote(clone.id)}; unclone it first`;
      return [{ code: "cannot-group", path: `resource ${quote(id)}`, found: "", expected }];
    }
    if (members.indexOf(id) === index) return [];
    return [{ code: "named-twice", path, found: "", expected: `${quote(id)} is named twice` }];
  });
}

function placeIndex(group: Group, { before, after }: Place): number {
  const anchor = before ?? after;
  const index = group.members.findIndex(({ id }) => id === anchor);
  if (index < 0) return group.members.length;
  return before === null ? index + 1 : index;
}

function notMember(group: ResourceId, id: ResourceId): Problem {
  const expected = `is not in group ${quote(group)}`;
  return { code: "not-in-group", path: `resource ${quote(id)}`, found: "", expected };
}

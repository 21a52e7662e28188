import type {
  Change,
  Cib,
  Group,
  Primitive,
  Problem,
  Resource,
  ResourceId,
} from "../model/index.ts";
import {
  type Edit,
  edited,
  findGroup,
  findGroupOf,
  findResource,
  isMember,
  mapGroup,
  missingResource,
  namesResource,
  refuse,
  removeConstraints,
} from "./edit.ts";
import { quote } from "./near-names.ts";

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
  const resources = cib.resources.flatMap((resource) =>
    resource === group
      ? [
          { ...group, members: group.members.filter(({ id }) => !ids.includes(id)) },
          ...group.members.filter(({ id }) => ids.includes(id)),
        ]
      : [resource],
  );
  return dropEmptyGroups({ ...cib, resources });
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
  if (resource?.kind !== "primitive") return [];
  const expected = "is a resource, not a group; choose another id for the group";
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

/** Removes groups without members, and the constraints that name them. */
export function dropEmptyGroups(cib: Cib): Edit {
  const empty = cib.resources.filter(
    (resource) => resource.kind === "group" && resource.members.length === 0,
  );
  const ids = empty.map(({ id }) => id);
  const resources = cib.resources.filter((resource) => !empty.includes(resource));
  const edit = removeConstraints({ ...cib, resources }, (constraint) =>
    ids.some((id) => namesResource(constraint, id)),
  );
  return { ...edit, notes: [...edit.notes, ...ids.map((id) => `Removing group: ${id}`)] };
}

/** The problem of a group that does not exist, or of a resource that is none. */
export function missingGroup(cib: Cib, id: ResourceId): Problem {
  if (findResource(cib, id) === null) return missingResource(cib, id);
  const expected = "is a resource, not a group";
  return { code: "not-a-group", path: `resource ${quote(id)}`, found: "", expected };
}

function takeOut(cib: Cib, ids: readonly ResourceId[], target: ResourceId): Edit {
  const resources = cib.resources.flatMap((resource): readonly Resource[] => {
    if (resource.kind === "primitive") return ids.includes(resource.id) ? [] : [resource];
    return [{ ...resource, members: resource.members.filter(({ id }) => !ids.includes(id)) }];
  });
  const notes = ids.flatMap((id): readonly string[] => {
    const group = findGroupOf(cib, id);
    if (group === null || group.id === target) return [];
    return [`Moving ${id} out of group ${group.id}`];
  });
  // The target is never among the emptied: what it is to be placed beside stays in it.
  const edit = dropEmptyGroups({ ...cib, resources });
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
    if (resource.kind === "group") {
      const expected = "is a group; a group has only resources in it";
      return [{ code: "not-a-resource", path: `resource ${quote(id)}`, found: "", expected }];
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

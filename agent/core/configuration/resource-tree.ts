/** Resources and what they contain: clones hold a primitive or a group, groups hold primitives. */
import {
  type Cib,
  type Clone,
  type Group,
  type Primitive,
  primitivesOf,
  type Resource,
  type ResourceId,
} from "../model/index.ts";

/** The resource and everything in it, from the outside in. */
export function withContents(resource: Resource): readonly Resource[] {
  switch (resource.kind) {
    case "primitive":
      return [resource];
    case "group":
      return [resource, ...resource.members];
    case "clone":
      return [resource, ...withContents(resource.child)];
  }
}

/** All resources in definition order: each one that contains others, followed by those. */
export function listResources(cib: Cib): readonly Resource[] {
  return cib.resources.flatMap(withContents);
}

/** The resource with this id, at whatever depth; null when there is none. */
export function findResource(cib: Cib, id: ResourceId): Resource | null {
  return listResources(cib).find((resource) => resource.id === id) ?? null;
}

/** What is in nothing else and is, or holds, the primitive of this id; null when there is none. */
export function findWhole(cib: Cib, id: ResourceId): Resource | null {
  return cib.resources.find((each) => primitivesOf(each).some((one) => one.id === id)) ?? null;
}

/** All groups in definition order, those of clones included. */
export function listGroups(cib: Cib): readonly Group[] {
  return listResources(cib).filter((resource) => resource.kind === "group");
}

/** The group with this id; null when there is none. */
export function findGroup(cib: Cib, id: ResourceId): Group | null {
  return listGroups(cib).find((group) => group.id === id) ?? null;
}

/** The group that the resource is a member of; null when it is in none. */
export function findGroupOf(cib: Cib, id: ResourceId): Group | null {
  return listGroups(cib).find((group) => isMember(group, id)) ?? null;
}

/** True when the group has a member with this id. */
export function isMember(group: Group, id: ResourceId): boolean {
  return group.members.some((member) => member.id === id);
}

/** All clones in definition order. */
export function listClones(cib: Cib): readonly Clone[] {
  return cib.resources.filter((resource) => resource.kind === "clone");
}

/** The clone that holds the resource, directly or in its group; null when none does. */
export function findCloneOf(cib: Cib, id: ResourceId): Clone | null {
  return (
    listClones(cib).find(({ child }) => withContents(child).some((inner) => inner.id === id)) ??
    null
  );
}

/**
 * The id that a constraint on this resource counts for: that of the clone that holds it, or its own
 * id. Constraints on what is in a group count for that alone.
 */
export function outermostId(cib: Cib, id: ResourceId): ResourceId {
  return findCloneOf(cib, id)?.id ?? id;
}

/** The configuration without these resources, wherever they are; what held them stays, if empty. */
export function withoutResources(cib: Cib, ids: readonly ResourceId[]): Cib {
  const isKept = ({ id }: Resource): boolean => !ids.includes(id);
  const inner = (resource: Primitive | Group): Primitive | Group =>
    resource.kind === "group"
      ? { ...resource, members: resource.members.filter(isKept) }
      : resource;
  const resources = cib.resources.filter(isKept).flatMap((resource): readonly Resource[] => {
    if (resource.kind !== "clone") return [inner(resource)];
    return isKept(resource.child) ? [{ ...resource, child: inner(resource.child) }] : [];
  });
  return { ...cib, resources };
}

/** Rewrites the group with this id, in its place. */
export function mapGroup(cib: Cib, id: ResourceId, change: (group: Group) => Group): Cib {
  const inner = <Kind extends Primitive | Group>(resource: Kind): Kind | Group =>
    resource.kind === "group" && resource.id === id ? change(resource) : resource;
  const resources = cib.resources.map((resource) =>
    resource.kind === "clone" ? { ...resource, child: inner(resource.child) } : inner(resource),
  );
  return { ...cib, resources };
}

/** Rewrites the clone with this id, in its place. */
export function mapClone(cib: Cib, id: ResourceId, change: (clone: Clone) => Clone): Cib {
  const resources = cib.resources.map((resource) =>
    resource.kind === "clone" && resource.id === id ? change(resource) : resource,
  );
  return { ...cib, resources };
}

/** Rewrites the primitive with this id, wherever it is, in its place. */
export function mapPrimitive(
  cib: Cib,
  id: ResourceId,
  change: (primitive: Primitive) => Primitive,
): Cib {
  const rewrite = (primitive: Primitive): Primitive =>
    primitive.id === id ? change(primitive) : primitive;
  const inner = (resource: Primitive | Group): Primitive | Group =>
    resource.kind === "group"
      ? { ...resource, members: resource.members.map(rewrite) }
      : rewrite(resource);
  const resources = cib.resources.map((resource) =>
    resource.kind === "clone" ? { ...resource, child: inner(resource.child) } : inner(resource),
  );
  return { ...cib, resources };
}

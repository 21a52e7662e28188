import type {
  Cib,
  Constraint,
  Group,
  NodeName,
  Primitive,
  Problem,
  Resource,
  ResourceId,
} from "../model/index.ts";
import { quote, renderNearNames } from "./near-names.ts";

/**
 * What one change makes of the CIB. With problems the CIB is a best effort, made only so that the
 * changes after it can be checked too; it never becomes the configuration.
 */
export interface Edit {
  readonly cib: Cib;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** An edit that refuses the change for the given reasons and leaves the CIB alone. */
export function refuse(cib: Cib, ...problems: readonly Problem[]): Edit {
  return { cib, notes: [], problems };
}

/** An edit without problems. */
export function edited(cib: Cib, notes: readonly string[] = []): Edit {
  return { cib, notes, problems: [] };
}

/** The resource with this id, members of groups included; null when there is none. */
export function findResource(cib: Cib, id: ResourceId): Resource | null {
  return listResources(cib).find((resource) => resource.id === id) ?? null;
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

/** All resources in definition order: each group, followed by its members. */
export function listResources(cib: Cib): readonly Resource[] {
  return cib.resources.flatMap((resource): readonly Resource[] =>
    resource.kind === "group" ? [resource, ...resource.members] : [resource],
  );
}

/** All groups in definition order. */
export function listGroups(cib: Cib): readonly Group[] {
  return cib.resources.filter((resource) => resource.kind === "group");
}

/** Rewrites the group with this id, in its place. */
export function mapGroup(cib: Cib, id: ResourceId, change: (group: Group) => Group): Cib {
  const resources = cib.resources.map((resource) =>
    resource.kind === "group" && resource.id === id ? change(resource) : resource,
  );
  return { ...cib, resources };
}

/** Rewrites the primitive with this id, in a group or on its own, in its place. */
export function mapPrimitive(
  cib: Cib,
  id: ResourceId,
  change: (primitive: Primitive) => Primitive,
): Cib {
  const rewrite = (primitive: Primitive): Primitive =>
    primitive.id === id ? change(primitive) : primitive;
  const resources = cib.resources.map((resource) =>
    resource.kind === "group"
      ? { ...resource, members: resource.members.map(rewrite) }
      : rewrite(resource),
  );
  return { ...cib, resources };
}

/** True when the constraint names the resource. */
export function namesResource(constraint: Constraint, id: ResourceId): boolean {
  switch (constraint.kind) {
    case "location":
      return constraint.resource === id;
    case "colocation":
      return constraint.resource === id || constraint.withResource === id;
    case "order":
      return constraint.first === id || constraint.then === id;
  }
}

/** Removes the constraints that match, with a note for each. */
export function removeConstraints(cib: Cib, matches: (constraint: Constraint) => boolean): Edit {
  const removed = cib.constraints.filter(matches);
  if (removed.length === 0) return edited(cib);
  const constraints = cib.constraints.filter((constraint) => !matches(constraint));
  const notes = removed.map(({ id }) => `Removing constraint: ${id}`);
  return edited({ ...cib, constraints }, notes);
}

/**
 * Every id of the configuration and what bears it, in definition order, repeated where repeated.
 */
export function listIds(cib: Cib): readonly { readonly id: string; readonly bearer: string }[] {
  const ofResources = listResources(cib).flatMap((resource) => {
    if (resource.kind === "group") return [{ id: resource.id, bearer: "a group" }];
    const ofOperations = resource.operations.map(({ id, name }) => ({
      id,
      bearer: `operation ${name} of ${resource.id}`,
    }));
    return [{ id: resource.id, bearer: "a resource" }, ...ofOperations];
  });
  return [
    ...ofResources,
    ...cib.constraints.map(({ id, kind }) => ({ id, bearer: `a constraint (${kind})` })),
  ];
}

/**
 * An id made from `wanted` that nothing bears yet: foreign characters become `-`, then `-1`, `-2`.
 */
export function freeId(cib: Cib, wanted: string): string {
  const base = idText(wanted);
  const taken = new Set(listIds(cib).map(({ id }) => id));
  let id = base;
  for (let suffix = 1; taken.has(id); suffix++) id = `${base}-${suffix}`;
  return id;
}

/** The text with everything that an id must not hold turned into `-`. */
export function idText(wanted: string): string {
  return wanted.replace(/[^A-Za-z0-9._-]/g, "-");
}

/** The problem of a resource that does not exist; `wanting` says what it was wanted for, or "". */
export function missingResource(cib: Cib, id: ResourceId, wanting = ""): Problem {
  const known = listResources(cib).map((resource) => resource.id);
  const rest =
    known.length === 0
      ? "no resource is configured"
      : `the resources are ${renderNearNames(id, known)}`;
  return {
    code: "no-such-resource",
    path: `resource ${quote(id)}`,
    found: "",
    expected: `does not exist${wanting}; ${rest}`,
  };
}

/**
 * The problem of a node that is not in the cluster; `wanting` says what it was wanted for, or "".
 */
export function missingNode(nodes: readonly NodeName[], name: NodeName, wanting = ""): Problem {
  return {
    code: "no-such-node",
    path: `node ${quote(name)}`,
    found: "",
    expected: `is not in this cluster${wanting}; the nodes are ${renderNearNames(name, nodes)}`,
  };
}

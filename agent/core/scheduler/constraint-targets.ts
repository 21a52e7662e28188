import type { ConstraintRole, ResourceId } from "../model/index.ts";
import { ROLE, type Role, type Working, type WorkingResource } from "./working.ts";

/** Finds what constraints name: resources, tags and templates. */
export interface ConstraintTargets {
  /** The resource of that id; for a primitive inside an anonymous clone the clone. Null: none. */
  find(id: ResourceId): WorkingResource | null;
  /** The ids behind a tag or a template, null when it is neither. */
  membersOf(id: string): readonly ResourceId[] | null;
}

/** Builds the index of one run. */
export function indexTargets(working: Working): ConstraintTargets {
  const byBaseId = new Map<string, WorkingResource>();
  const add = (resource: WorkingResource, top: WorkingResource): void => {
    if (!byBaseId.has(resource.baseId)) byBaseId.set(resource.baseId, top);
    for (const child of resource.children) add(child, top);
  };
  for (const resource of working.resources) add(resource, resource);
  const tags = new Map<string, readonly ResourceId[]>();
  for (const { id, members } of working.cib.tags ?? []) tags.set(id, members);
  for (const { id } of working.cib.templates ?? []) {
    const users = [...byTemplate(working, id)];
    if (users.length > 0) tags.set(id, users);
  }
  return {
    find: (id) => working.byId.get(id) ?? byBaseId.get(id) ?? null,
    membersOf: (id) => tags.get(id) ?? null,
  };
}

function* byTemplate(working: Working, template: string): Generator<ResourceId> {
  const seen = new Set<string>();
  const open = [...working.resources];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { primitive, baseId } = next;
    if (primitive?.template === template && !seen.has(baseId)) {
      seen.add(baseId);
      yield baseId;
    }
    open.unshift(...next.children);
  }
}

/** The rank of a role that a constraint asks for; `Started` and none ask for nothing. */
export function readConstraintRole(role: ConstraintRole | null | undefined): Role {
  switch (role) {
    case "Promoted":
      return ROLE.promoted;
    case "Unpromoted":
      return ROLE.unpromoted;
    case "Stopped":
      return ROLE.stopped;
    default:
      return ROLE.unknown;
  }
}

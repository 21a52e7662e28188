/** What has to go, or change its words, when a resource goes: constraints, tags, fencing levels. */
import type {
  Cib,
  Constraint,
  ConstraintRole,
  OrderAction,
  ResourceId,
  ResourceSet,
} from "../model/index.ts";
import { type Edit, edited, namesResource, removeConstraints } from "./edit.ts";
import { listIds } from "./listed-ids.ts";
import { setsOf, withSets } from "./named-in-constraint.ts";

const ROLES_OF_CLONES: readonly (ConstraintRole | null | undefined)[] = ["Promoted", "Unpromoted"];
const ACTIONS_OF_CLONES: readonly (OrderAction | null)[] = ["promote", "demote"];

/**
 * Removes every mention of the ids: constraints between single resources go whole, sets lose the
 * resource, and what is left without any (sets, constraints, tags, fencing levels) goes too.
 */
export function forgetIds(cib: Cib, ids: readonly string[]): Edit {
  if (ids.length === 0) return edited(cib);
  const shrunk = shrinkSets(cib, ids);
  const isGone = (constraint: Constraint): boolean =>
    ids.some((id) => namesResource(constraint, id)) || setsOf(constraint)?.length === 0;
  const unbound = removeConstraints(shrunk.cib, isGone);
  const levels = forgetDevices(unbound.cib, ids);
  const tags = forgetInTags(levels.cib);
  const notes = [...shrunk.notes, ...unbound.notes, ...levels.notes, ...tags.notes];
  return edited(tags.cib, notes);
}

/** Takes out of tags what does not exist any more; a tag left empty goes with its mentions. */
export function forgetInTags(cib: Cib): Edit {
  const { tags } = cib;
  if (tags === undefined) return edited(cib);
  const known = new Set(listIds(cib).map(({ id }) => id));
  const kept = tags.map((tag) => ({ ...tag, members: tag.members.filter((id) => known.has(id)) }));
  const removed = tags.flatMap(({ id, members }) =>
    members.filter((member) => !known.has(member)).map((member) => ({ id, member })),
  );
  if (removed.length === 0) return edited(cib);
  const left = kept.filter(({ members }) => members.length > 0);
  const empty = kept.filter(({ members }) => members.length === 0).map(({ id }) => id);
  const { tags: _, ...rest } = cib;
  const next = forgetIds(left.length === 0 ? rest : { ...rest, tags: left }, empty);
  return edited(next.cib, [
    ...removed.map(({ id, member }) => `Removing ${member} from tag: ${id}`),
    ...empty.map((id) => `Removing tag: ${id}`),
    ...next.notes,
  ]);
}

/** Lets constraints and tags name another resource in place of one. */
export function renameMentions(cib: Cib, from: ResourceId, to: ResourceId): Edit {
  const rename = (id: ResourceId): ResourceId => (id === from ? to : id);
  const changed = cib.constraints.filter((constraint) => namesResource(constraint, from));
  const constraints = cib.constraints.map((constraint) => renameIn(constraint, rename));
  const { tags } = cib;
  const renamed = tags?.map((tag) => ({ ...tag, members: tag.members.map(rename) }));
  return edited(
    { ...cib, constraints, ...(renamed === undefined ? {} : { tags: renamed }) },
    changed.map(({ id }) => `Constraint ${id} names ${to} in place of ${from}`),
  );
}

/** True when the constraint asks of the resource what only a promotable clone can do. */
export function needsPromotion(constraint: Constraint, id: ResourceId): boolean {
  switch (constraint.kind) {
    case "location":
      return constraint.resource === id && ROLES_OF_CLONES.includes(constraint.role);
    case "locationRules": {
      const rules = constraint.nodes.kind === "rules" ? constraint.nodes.rules : [];
      const roles = [constraint.role, ...rules.map(({ role }) => role)];
      return namesResource(constraint, id) && roles.some((role) => ROLES_OF_CLONES.includes(role));
    }
    case "colocation":
      return (
        (constraint.resource === id && ROLES_OF_CLONES.includes(constraint.role)) ||
        (constraint.withResource === id && ROLES_OF_CLONES.includes(constraint.withRole))
      );
    case "order":
      return (
        (constraint.first === id && ACTIONS_OF_CLONES.includes(constraint.firstAction)) ||
        (constraint.then === id && ACTIONS_OF_CLONES.includes(constraint.thenAction))
      );
    case "colocationSets":
    case "orderSets":
      return constraint.sets.some(
        ({ resources, role, action }) =>
          resources.includes(id) &&
          (ROLES_OF_CLONES.includes(role) || ACTIONS_OF_CLONES.includes(action)),
      );
  }
}

/** Takes resources out of sets of the constraints that match; sets left empty go. */
export function shrinkSets(
  cib: Cib,
  ids: readonly ResourceId[],
  matches: (constraint: Constraint) => boolean = () => true,
): Edit {
  const notes: string[] = [];
  const shrink = (set: ResourceSet): readonly ResourceSet[] => {
    const resources = set.resources.filter((id) => !ids.includes(id));
    if (resources.length === set.resources.length) return [set];
    if (resources.length > 0) return [{ ...set, resources }];
    notes.push(`Removing set ${set.id}`);
    return [];
  };
  const constraints = cib.constraints.map((constraint) => {
    const sets = setsOf(constraint);
    return sets === null || !matches(constraint)
      ? constraint
      : withSets(constraint, sets.flatMap(shrink));
  });
  return edited({ ...cib, constraints }, notes);
}

function renameIn(constraint: Constraint, rename: (id: ResourceId) => ResourceId): Constraint {
  switch (constraint.kind) {
    case "location":
      return { ...constraint, resource: rename(constraint.resource) };
    case "colocation": {
      const { resource, withResource } = constraint;
      return { ...constraint, resource: rename(resource), withResource: rename(withResource) };
    }
    case "order":
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      return { ...constraint, first: rename(constraint.first), then: rename(constraint.then) };
    case "locationRules":
      if (constraint.target.kind === "resource") {
        const resource = rename(constraint.target.resource);
        return { ...constraint, target: { kind: "resource", resource } };
      }
      return renameInSets(constraint, rename);
    case "colocationSets":
    case "orderSets":
      return renameInSets(constraint, rename);
  }
}

function renameInSets(constraint: Constraint, rename: (id: ResourceId) => ResourceId): Constraint {
  const sets = setsOf(constraint);
  if (sets === null) return constraint;
  return withSets(
    constraint,
    sets.map((set) => ({ ...set, resources: set.resources.map(rename) })),
  );
}

function forgetDevices(cib: Cib, ids: readonly ResourceId[]): Edit {
  const { fencingLevels } = cib;
  if (fencingLevels === undefined) return edited(cib);
  const shrunk = fencingLevels.map((level) => ({
    ...level,
    devices: level.devices.filter((id) => !ids.includes(id)),
  }));
  const empty = shrunk.filter(({ devices }) => devices.length === 0).map(({ id }) => id);
  const left = shrunk.filter(({ devices }) => devices.length > 0);
  const { fencingLevels: _, ...rest } = cib;
  return edited(
    left.length === 0 ? rest : { ...rest, fencingLevels: left },
    empty.map((id) => `Removing fencing level: ${id}`),
  );
}

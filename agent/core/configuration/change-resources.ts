import {
  type Assignments,
  type Change,
  type Cib,
  type NameValues,
  type OperationDefinition,
  type OperationInput,
  type Primitive,
  type Problem,
  type Resource,
  type ResourceId,
  renderAgentName,
} from "../model/index.ts";
import { makeClone } from "./change-clones.ts";
import { checkGroupName, checkPlace, dropEmptyGroups, putIntoGroup } from "./change-groups.ts";
import { assign } from "./change-values.ts";
import {
  defineOperation,
  matchesInput,
  mergeOperations,
  operationPath,
  replaceOperations,
} from "./define-operation.ts";
import { type Edit, edited, missingResource, refuse } from "./edit.ts";
import { forgetIds } from "./forget-mentions.ts";
import { assignValues } from "./named-values.ts";
import { quote } from "./near-names.ts";
import {
  findCloneOf,
  findResource,
  mapClone,
  mapGroup,
  mapPrimitive,
  withContents,
  withoutResources,
} from "./resource-tree.ts";
import { CLONE_ATTRIBUTES, TABLES } from "./value-tables.ts";
import { renderDuration } from "./value-types.ts";

/**
 * Adds a primitive, on its own, in a group or in a clone. Given operations win over recommended
 * ones.
 */
export function createResource(
  cib: Cib,
  change: Change & { readonly kind: "createResource" },
): Edit {
  const { id, group } = change;
  const defined = change.operations.map((input) => defineOperation(id, input));
  const meta = assignMeta(id, {}, change.meta);
  const problems = [
    ...checkNewId(cib, change),
    ...(group === null ? checkNoPlace(change) : checkGroupName(cib, group)),
    ...(group === null ? [] : checkPlace(cib, { group, members: [id] }, change)),
    ...meta.problems,
    ...defined.flatMap((operation) => operation.problems),
  ];
  if (findResource(cib, id) !== null) return refuse(cib, ...problems);
  const given = defined.map(({ operation }) => operation);
  const primitive: Primitive = {
    kind: "primitive",
    id,
    agent: change.agent,
    parameters: assignValues({}, change.parameters, null),
    meta: meta.values,
    operations: mergeOperations(id, given, change.defaultOperations),
  };
  const isGrouped = group !== null && checkGroupName(cib, group).length === 0;
  const grouped = isGrouped
    ? putIntoGroup(cib, { group, primitives: [primitive] }, change)
    : { ...cib, resources: [...cib.resources, primitive] };
  if (change.clone === undefined) return { cib: grouped, notes: [], problems };
  if (group !== null) return { cib: grouped, notes: [], problems: [...problems, notBoth(id)] };
  const made = makeClone(grouped, primitive, change.clone);
  const cloned = { ...cib, resources: [...cib.resources, made.clone] };
  const next = made.isTaken ? grouped : cloned;
  return { cib: next, notes: [], problems: [...problems, ...made.problems] };
}

function notBoth(id: ResourceId): Problem {
  const expected = "cannot be in a group and a clone of its own; clone the group";
  return { code: "cannot-clone", path: `resource ${quote(id)}`, found: "", expected };
}

/**
 * Sets and removes parameters and meta attributes. Each operation takes the place of the first one
 * of its name, whose options are then forgotten, or is added.
 */
export function updateResource(
  cib: Cib,
  change: Change & { readonly kind: "updateResource" },
): Edit {
  const { id, operations } = change;
  const resource = findResource(cib, id);
  if (resource === null) return refuse(cib, missingResource(cib, id));
  // What stands for parameters of a clone are its meta attributes, as with pcs.
  const given = resource.kind === "clone" ? { ...change.parameters, ...change.meta } : change.meta;
  const meta = assignMeta(id, resource.meta, given);
  const withNewMeta = withMeta(cib, id, meta.values);
  if (resource.kind !== "primitive") {
    const isOnlyMeta = resource.kind === "clone" || Object.keys(change.parameters).length === 0;
    const problem = notPrimitive(resource, "has no agent: only meta attributes can be set");
    const isRight = isOnlyMeta && operations.length === 0;
    const problems = isRight ? meta.problems : [...meta.problems, problem];
    return { cib: withNewMeta, notes: notesOnMeta(resource, change.meta), problems };
  }
  const defined = operations.map((input) => defineOperation(id, input));
  const next = mapPrimitive(withNewMeta, id, (primitive) => ({
    ...primitive,
    parameters: assignValues(primitive.parameters, change.parameters, null),
    operations: replaceOperations(
      primitive.operations,
      defined.map(({ operation }) => operation),
    ),
  }));
  const problems = [...meta.problems, ...defined.flatMap((operation) => operation.problems)];
  return { cib: next, notes: notesOnMeta(resource, change.meta), problems };
}

// Only clones read them, and to set one on what a clone holds is the usual mistake.
function notesOnMeta(resource: Resource, values: Assignments): readonly string[] {
  if (resource.kind === "clone") return [];
  return Object.entries(values)
    .filter(([name, text]) => text !== "" && CLONE_ATTRIBUTES.includes(name))
    .map(([name]) => `Warning: ${name} counts for clones only, and ${resource.id} is none`);
}

/**
 * Removes a resource with everything in it, and every mention of one of them. A clone goes with
 * what it holds, whichever of the two is named.
 */
export function deleteResource(cib: Cib, id: ResourceId): Edit {
  const resource = findResource(cib, id);
  if (resource === null) return refuse(cib, missingResource(cib, id));
  const clone = findCloneOf(cib, id);
  const outer = clone?.child.id === id ? clone : resource;
  const gone = withContents(outer);
  const ids = gone.map((each) => each.id);
  const unbound = forgetIds(withoutResources(cib, ids), ids);
  const dropped = dropEmptyGroups(unbound.cib);
  const notes = gone.toReversed().map((each) => {
    return `Deleting ${each.kind === "primitive" ? "resource" : each.kind}: ${each.id}`;
  });
  return edited(dropped.cib, [...unbound.notes, ...dropped.notes, ...notes]);
}

/**
 * Sets meta attributes of several resources, groups or clones, or of all that a tag names: of all
 * of them, or of none when one is missing.
 */
export function setResourceMeta(
  cib: Cib,
  change: Change & { readonly kind: "setResourceMeta" },
): Edit {
  const tags = new Map(cib.tags?.map(({ id, members }) => [id, members]));
  const ids = [...new Set(change.ids.flatMap((id) => tags.get(id) ?? [id]))];
  const missing = ids.filter((id) => findResource(cib, id) === null);
  const found = ids.map((id) => findResource(cib, id)).filter((resource) => resource !== null);
  const edits = found.map(({ id, meta: current }) => ({
    id,
    edit: assignMeta(id, current, change.values),
  }));
  const problems = [
    ...missing.map((id) => missingResource(cib, id)),
    ...edits.flatMap(({ edit }) => edit.problems),
  ];
  const next = edits.reduce((before, { id, edit }) => withMeta(before, id, edit.values), cib);
  const notes = found.flatMap((resource) => notesOnMeta(resource, change.values));
  return { cib: next, notes, problems };
}

/** Adds an operation; one of the same name and interval is refused. */
export function addOperation(cib: Cib, change: Change & { readonly kind: "addOperation" }): Edit {
  const found = findPrimitive(cib, change.id);
  if (found.kind === "refused") return refuse(cib, found.problem);
  const { operation, problems } = defineOperation(change.id, change.operation);
  const operations = [...found.primitive.operations, operation];
  const next = mapPrimitive(cib, change.id, (primitive) => ({ ...primitive, operations }));
  return { cib: next, notes: [], problems };
}

/** Removes the one operation that is described; an ambiguous description is refused. */
export function removeOperation(
  cib: Cib,
  change: Change & { readonly kind: "removeOperation" },
): Edit {
  const found = findPrimitive(cib, change.id);
  if (found.kind === "refused") return refuse(cib, found.problem);
  const { operations } = found.primitive;
  const matching = operations.filter((operation) => matchesInput(operation, change.operation));
  const [match, ...others] = matching;
  if (match === undefined || others.length > 0) {
    return refuse(cib, notOneOperation(found.primitive, change.operation, matching));
  }
  const next = mapPrimitive(cib, change.id, (primitive) => ({
    ...primitive,
    operations: operations.filter((operation) => operation !== match),
  }));
  return edited(next, [`Removing operation: ${match.id}`]);
}

function assignMeta(
  id: ResourceId,
  current: NameValues,
  values: Assignments,
): ReturnType<typeof assign> {
  const path = `resource ${quote(id)} meta`;
  return assign({ path, current, table: TABLES.meta }, values);
}

function withMeta(cib: Cib, id: ResourceId, meta: NameValues): Cib {
  const cloned = mapClone(cib, id, (clone) => ({ ...clone, meta }));
  const grouped = mapGroup(cloned, id, (group) => ({ ...group, meta }));
  return mapPrimitive(grouped, id, (primitive) => ({ ...primitive, meta }));
}

type FoundPrimitive =
  | { readonly kind: "found"; readonly primitive: Primitive }
  | { readonly kind: "refused"; readonly problem: Problem };

function findPrimitive(cib: Cib, id: ResourceId): FoundPrimitive {
  const resource = findResource(cib, id);
  if (resource === null) return { kind: "refused", problem: missingResource(cib, id) };
  if (resource.kind === "primitive") return { kind: "found", primitive: resource };
  return { kind: "refused", problem: notPrimitive(resource, "has no operations of its own") };
}

function checkNewId(
  cib: Cib,
  { id, group }: Change & { readonly kind: "createResource" },
): readonly Problem[] {
  const path = `resource ${quote(id)}`;
  const existing = findResource(cib, id);
  if (existing !== null) {
    const what =
      existing.kind === "primitive" ? renderAgentName(existing.agent) : `a ${existing.kind}`;
    const expected = `already exists as ${what}; choose another id`;
    return [{ code: "already-exists", path, found: "", expected }];
  }
  if (id !== group) return [];
  const expected = "cannot have the same id as its group; choose another id";
  return [{ code: "already-exists", path, found: "", expected }];
}

function checkNoPlace(change: Change & { readonly kind: "createResource" }): readonly Problem[] {
  if (change.before === null && change.after === null) return [];
  const expected = "before and after need a group to be placed in";
  return [{ code: "bad-place", path: `resource ${quote(change.id)}`, found: "", expected }];
}

function notPrimitive({ id, kind }: Resource, why: string): Problem {
  const path = `resource ${quote(id)}`;
  return { code: "not-a-resource", path, found: "", expected: `is a ${kind} and ${why}` };
}

function notOneOperation(
  primitive: Primitive,
  input: OperationInput,
  matching: readonly OperationDefinition[],
): Problem {
  const list = (operations: readonly OperationDefinition[]): string =>
    operations.map(({ id, intervalMs }) => `${id} (${renderDuration(intervalMs)})`).join(", ");
  const expected =
    matching.length === 0
      ? `no operation is like that; there are ${list(primitive.operations) || "none"}`
      : `several are like that, name one by its id: ${list(matching)}`;
  const path = operationPath(primitive.id, input.name);
  return { code: "no-such-operation", path, found: "", expected };
}

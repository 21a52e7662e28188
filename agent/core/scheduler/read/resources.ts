import { CLONE_INSTANCES_MAX, type Clone, type Group, type Primitive } from "../../model/index.ts";
import { topOf } from "../tree.ts";
import {
  type CloneSettings,
  ROLE,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { resolveMeta } from "./attributes.ts";
import { makeResource } from "./make-resource.ts";
import { ownScore } from "./node-scores.ts";
import { readCapacities } from "./nodes.ts";
import { readSettings, readTargetRole, readUniqueness } from "./resource-settings.ts";
import type { RuleContext } from "./rules.ts";
import { readCount, readFlag } from "./scalars.ts";
import { expandTemplate, templateOf } from "./templates.ts";
import { resolveValues } from "./value-sets.ts";

/** What resources are made with. */
export interface ResourceReading {
  readonly working: Working;
  readonly context: RuleContext;
  /** False while the configuration is read; true for what histories add. */
  areStatesKnown: boolean;
  /** Counts resources; the next one gets this place. */
  nextPosition: number;
}

/** Standards whose agents can tell instances apart by their number. */
const UNIQUE_STANDARDS: ReadonlySet<string> = new Set(["ocf", "stonith"]);

/** Reads all resources of the configuration into the working state, by falling priority. */
export function readResources(reading: ResourceReading): void {
  const { working } = reading;
  const made = working.cib.resources.flatMap((definition) => {
    if (definition.kind === "clone" && !canPromoteAll(reading, definition)) return [];
    return [readResource(reading, definition, { parent: null, number: null })];
  });
  // Sorting is stable: the order of definition decides where priorities are equal.
  working.resources.push(...made.sort((a, b) => b.priority - a.priority));
  linkContainers(working);
}

/** Adds one more instance to a clone; it is an orphan when all allowed instances are there. */
export function addInstance(reading: ResourceReading, clone: WorkingResource): WorkingResource {
  const number = clone.children.length;
  const { definition } = clone;
  const child = definition.kind === "clone" ? definition.child : definition;
  const instance = readResource(reading, child, { parent: clone, number });
  if (number >= (clone.clone?.max ?? 0)) markOrphan(instance);
  clone.children.push(instance);
  return instance;
}

/** A resource that a history knows and the configuration does not. */
export function addOrphan(reading: ResourceReading, definition: Primitive): WorkingResource {
  const orphan = readResource(reading, definition, { parent: null, number: null });
  orphan.isOrphan = true;
  reading.working.resources.push(orphan);
  return orphan;
}

interface Place {
  readonly parent: WorkingResource | null;
  /** Number of the instance inside of a clone; null outside. */
  readonly number: number | null;
}

function readResource(
  reading: ResourceReading,
  given: Primitive | Group | Clone,
  place: Place,
): WorkingResource {
  const { working } = reading;
  const definition = given.kind === "primitive" ? expandTemplate(working.cib, given) : given;
  const resource = makeFor(reading, definition, place);
  working.byId.set(resource.id, resource);
  if (definition.kind === "group") {
    for (const member of definition.members) {
      resource.children.push(
        readResource(reading, member, { parent: resource, number: place.number }),
      );
    }
  } else if (resource.clone !== null) {
    // One instance stands for the histories of a clone that may have none.
    const count = Math.max(1, resource.clone.max);
    for (let made = 0; made < count; made++) addInstance(reading, resource);
  }
  return resource;
}

function makeFor(
  reading: ResourceReading,
  definition: Primitive | Group | Clone,
  { parent, number }: Place,
): WorkingResource {
  const { working, context } = reading;
  const { options, cib, nodes } = working;
  const parents = definitionsAbove(parent);
  const inherited = parent?.meta ?? {};
  const meta = resolveMeta(cib, { definition, parents, inherited }, context);
  const isFenceDevice = definition.kind === "primitive" && definition.agent.standard === "stonith";
  const { usesUnfencing } = working;
  const isInClone = definition.kind === "clone" || parents.some((x) => x.kind === "clone");
  const settings = readSettings(meta, { options, isFenceDevice, usesUnfencing });
  const wantsUnique = isInClone && readUniqueness(meta);
  const isUnique = !isInClone || (wantsUnique && canBeUnique(reading, definition, parent));
  if (definition.kind === "clone") completeCloneMeta(meta, isUnique);
  const base = makeResource({
    id: number === null ? definition.id : `${definition.id}:${number}`,
    baseId: definition.id,
    parent,
    primitive: definition.kind === "primitive" ? definition : null,
    definition,
    position: reading.nextPosition++,
    meta,
    settings,
    isFenceDevice,
    isUnique,
    isOrphan: false,
    utilization: readUtilization(reading, definition),
    candidates: options.isSymmetric
      ? nodes.map((node) => [node, reading.areStatesKnown ? ownScore(node) : node.score])
      : [],
  });
  const resource: WorkingResource = {
    ...base,
    clone: definition.kind === "clone" ? readClone(base, nodes, wantsUnique) : null,
    group:
      definition.kind === "group"
        ? {
            isOrdered: readFlag(meta["ordered"], true),
            isColocated: readFlag(meta["collocated"], true),
          }
        : null,
  };
  applyManagement(working, resource);
  applyTargetRole(resource);
  return resource;
}

/** Instances stick a little to where they are, so that they are not moved about for nothing. */
function completeCloneMeta(meta: Record<string, string>, isUnique: boolean): void {
  if (meta["resource-stickiness"] === undefined) meta["resource-stickiness"] = "1";
  meta["globally-unique"] = String(isUnique);
}

function readClone(
  { meta, isUnique }: WorkingResource,
  nodes: readonly WorkingNode[],
  wantsUnique: boolean,
): CloneSettings {
  const isPromotable = readFlag(meta["promotable"], false);
  const wanted = readCount(meta["clone-max"], Math.max(1, nodes.length));
  const max = Math.min(wanted, CLONE_INSTANCES_MAX);
  const count = (name: string, old: string, fallback: number): number =>
    isPromotable ? readCount(meta[name] ?? meta[old], fallback) : 0;
  return {
    max: wantsUnique && !isUnique ? Math.min(max, nodes.length) : max,
    nodeMax: isUnique ? readCount(meta["clone-node-max"], 1) : 1,
    minimum: readCount(meta["clone-min"], 0),
    isOrdered: readFlag(meta["ordered"], false),
    isInterleaved: readFlag(meta["interleave"], false),
    isPromotable,
    promotedMax: count("promoted-max", "master-max", 1),
    promotedNodeMax: count("promoted-node-max", "master-node-max", 1),
    arePromotionScoresAdded: false,
    arePromotionsRanked: false,
  };
}

/** The number means nothing to agents of other standards, so their instances are all alike. */
function canBeUnique(
  reading: ResourceReading,
  definition: Primitive | Group | Clone,
  parent: WorkingResource | null,
): boolean {
  const whole = parent === null ? definition : topOf(parent).definition;
  return standardsIn(reading, whole).every((standard) => UNIQUE_STANDARDS.has(standard));
}

/** A clone that is to be promoted although its agents cannot be is no resource at all. */
function canPromoteAll(reading: ResourceReading, clone: Clone): boolean {
  const place = { definition: clone, parents: [], inherited: {} };
  const meta = resolveMeta(reading.working.cib, place, reading.context);
  const isWanted = readFlag(meta["promotable"], false);
  return !isWanted || standardsIn(reading, clone).every((standard) => standard === "ocf");
}

function standardsIn(
  reading: ResourceReading,
  definition: Primitive | Group | Clone,
): readonly string[] {
  switch (definition.kind) {
    case "primitive":
      return [expandTemplate(reading.working.cib, definition).agent.standard];
    case "group":
      return definition.members.flatMap((member) => standardsIn(reading, member));
    case "clone":
      return standardsIn(reading, definition.child);
  }
}

function definitionsAbove(parent: WorkingResource | null): readonly (Primitive | Group | Clone)[] {
  return parent === null ? [] : [parent.definition, ...definitionsAbove(parent.parent)];
}

function readUtilization(
  { working, context }: ResourceReading,
  definition: Primitive | Group | Clone,
): ReadonlyMap<string, number> {
  if (definition.kind !== "primitive") return new Map();
  const bearers = [definition, templateOf(working.cib, definition)].flatMap((bearer) =>
    bearer === undefined
      ? []
      : [{ values: bearer.utilization ?? {}, sets: bearer.utilizationSets }],
  );
  return readCapacities(resolveValues(bearers, context));
}

/** Joins what runs inside of other resources with these. */
function linkContainers({ byId }: Working): void {
  for (const resource of byId.values()) {
    const id = resource.meta["container"];
    if (resource.variant !== "primitive" || id === undefined || id === resource.id) continue;
    const container = byId.get(id);
    if (container === undefined) continue;
    resource.container = container;
    container.contents.push(resource);
  }
}

function applyManagement({ options }: Working, resource: WorkingResource): void {
  const { meta } = resource;
  const unmanage = (reason: string): void => {
    resource.isManaged = false;
    resource.reasons.push(reason);
  };
  if (!readFlag(meta["is-managed"], true))
    unmanage("it is not managed (meta attribute is-managed)");
  if (readFlag(meta["maintenance"], false)) {
    unmanage("it is in maintenance (meta attribute maintenance)");
    resource.isInMaintenance = true;
  }
  if (options.isInMaintenance) {
    unmanage("the cluster is in maintenance mode");
    resource.isInMaintenance = true;
  }
}

function applyTargetRole(resource: WorkingResource): void {
  let isInPromotable = false;
  for (let one: WorkingResource | null = resource; one !== null; one = one.parent) {
    if (one.clone !== null) isInPromotable = one.clone.isPromotable;
  }
  const role = readTargetRole(resource.meta, isInPromotable);
  if (role === null) return;
  resource.nextRole = role;
  resource.nextRoleReason = describeTargetRole(resource.meta);
  if (role === ROLE.stopped) resource.reasons.push(resource.nextRoleReason);
}

/** The target role in words. */
export function describeTargetRole(meta: Readonly<Record<string, string>>): string {
  return `it is disabled (meta attribute target-role=${meta["target-role"] ?? ""})`;
}

function markOrphan(resource: WorkingResource): void {
  resource.isOrphan = true;
  for (const child of resource.children) markOrphan(child);
}

import { addOrdering } from "../orderings.ts";
import { readFlag } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import { instanceNumber, locationOf, runningNodes, topOf } from "../tree.ts";
import {
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { createAction } from "./create-action.ts";
import { orderAfterUnfencing } from "./fence-action.ts";

/**
 * Asks every node that can answer about every resource that it has not told about yet: what runs
 * unexpectedly has to be found before anything is started.
 */
export function scheduleProbes(working: Working): void {
  if (!working.options.probesAtStartup) return;
  for (const node of working.nodes) {
    if (!node.isOnline || node.isUnclean || awaitsProbes(node)) continue;
    for (const resource of working.resources) probe(working, resource, node);
  }
}

/** In old documents a node that is to be probed anew says so; then that comes first. */
function awaitsProbes(node: WorkingNode): boolean {
  const text = node.attributes.get("probe_complete");
  return text !== undefined && !readFlag(text, false);
}

function probe(working: Working, resource: WorkingResource, node: WorkingNode): void {
  if (resource.variant === "clone") {
    probeClone(working, resource, node);
  } else if (resource.children.length > 0) {
    for (const child of resource.children) probe(working, child, node);
  } else if (needsProbe(resource, node)) {
    addProbe(working, resource, node);
  }
}

function probeClone(working: Working, clone: WorkingResource, node: WorkingNode): void {
  if (clone.hasExclusiveDiscovery && clone.allowed.get(node)?.discovery !== "exclusive") {
    // Notifications do not speak of a node that the clone has nothing to do with.
    clone.allowed.delete(node);
    return;
  }
  if (clone.isUnique) {
    for (const child of clone.children) probe(working, child, node);
    return;
  }
  // One instance answers for all: the one that is known there, or will be there.
  const chosen =
    clone.children.find((instance) => isKnownOn(instance, node)) ??
    clone.children.find((instance) => locationOf(instance, "next") === node) ??
    firstInstance(clone);
  if (chosen !== null) probe(working, chosen, node);
}

function isKnownOn(resource: WorkingResource, node: WorkingNode): boolean {
  if (resource.children.length > 0) {
    return resource.children.some((child) => isKnownOn(child, node));
  }
  return resource.knownOn.has(node);
}

/** The one with the lowest number; the list is put in that order, as later passes expect. */
function firstInstance(clone: WorkingResource): WorkingResource | null {
  clone.children.sort((a, b) => instanceNumber(a) - instanceNumber(b));
  return clone.children[0] ?? null;
}

function needsProbe(resource: WorkingResource, node: WorkingNode): boolean {
  // What lives inside another resource is known to be there, or nowhere.
  if (resource.container !== null) return false;
  if (resource.isOrphan || resource.knownOn.has(node)) return false;
  const discovery = resource.allowed.get(node)?.discovery;
  const isExclusive = resource.hasExclusiveDiscovery || topOf(resource).hasExclusiveDiscovery;
  if (isExclusive && discovery !== "exclusive") return false;
  return discovery !== "never";
}

function addProbe(working: Working, resource: WorkingResource, node: WorkingNode): void {
  const request = { resource, task: "monitor", node, isOptional: false };
  const action = createAction(working, request);
  // Also a resource that is not managed is looked at.
  action.isOptional = false;
  orderAfterUnfencing(working, action, RELATION.ordered);
  expectPresentState(action, resource, node);
  const top = topOf(resource);
  const starter = top.variant === "clone" ? top : resource;
  // Where the state can not be found out nothing is started; what runs goes on.
  const isInTheWay = !action.isRunnable && runningNodes(starter).length === 0;
  const relation = isInTheWay
    ? RELATION.ordered | RELATION.unrunnableFirstBlocks
    : RELATION.ordered;
  addOrdering(working, {
    first: { action },
    next: { resource: starter, task: "start" },
    relation,
  });
  addOrdering(working, {
    first: { action },
    next: { resource: starter, task: "reload-agent" },
    relation: RELATION.ordered,
  });
}

function expectPresentState(
  action: WorkingAction,
  resource: WorkingResource,
  node: WorkingNode,
): void {
  if (!resource.runningOn.includes(node)) action.expectedStatus = 7;
  else if (resource.role === ROLE.promoted) action.expectedStatus = 8;
}

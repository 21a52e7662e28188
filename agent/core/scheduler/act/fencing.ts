import { orderActions } from "../links.ts";
import { canFenceNode, isAnonymous, needsFencing } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import { topOf } from "../tree.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { fenceAction } from "./fence-action.ts";
import { findActions, findNewestAction } from "./find-actions.ts";
import { notifyAfterFencing } from "./notify.ts";
import { shutdownAction } from "./shutdown.ts";

const { ordered, unrunnableFirstBlocks } = RELATION;

/**
 * Fences the nodes that need it and lets those go that wait for leave. The DC comes last in both,
 * since with it goes the one that carries the plan out. Without any resource to manage nothing is
 * fenced.
 */
export function scheduleFencingAndShutdowns(working: Working): void {
  const hasManaged = working.resources.some(isAnyManaged);
  const fencings: WorkingAction[] = [];
  const shutdowns: WorkingAction[] = [];
  let dcDown: WorkingAction | null = null;
  for (const node of working.nodes) {
    let down: WorkingAction | null = null;
    if (hasManaged && node.isUnclean && canFenceNode(working, node)) {
      down = fenceNode(working, node);
      if (!node.isDc) addToChain(working, fencings, down);
    } else if (node.isOnline && node.isLeaving) {
      down = shutdownAction(working, node);
      if (!node.isDc) shutdowns.push(down);
    }
    if (node.isDc) dcDown = down;
  }
  if (dcDown === null) return;
  // Fencing the DC does not wait for shutdowns: these wait for stops that may wait for the fencing.
  if (dcDown.fencing === null) orderAll(shutdowns, dcDown);
  orderAll(working.options.isFencingConcurrent ? fencings : fencings.slice(-1), dcDown);
}

function isAnyManaged(resource: WorkingResource): boolean {
  return resource.isManaged || resource.children.some(isAnyManaged);
}

/** One after the other, unless several may be fenced at once. */
function addToChain(working: Working, fencings: WorkingAction[], next: WorkingAction): void {
  const last = fencings.at(-1) ?? null;
  if (!working.options.isFencingConcurrent) orderActions(last, next, ordered);
  fencings.push(next);
}

function orderAll(firsts: readonly WorkingAction[], then: WorkingAction): void {
  for (const first of firsts) orderActions(first, then, ordered);
}

function fenceNode(working: Working, node: WorkingNode): WorkingAction {
  const reason = node.uncleanReason || "its state is not known";
  const hasPriorityDelay = isLost(working, node);
  const request = { method: null, isOptional: false, reason, hasPriorityDelay };
  const fencing = fenceAction(working, node, request);
  for (const resource of working.resources) orderAround(working, resource, { fencing, node });
  return fencing;
}

/** True for a node that was not heard any more, rather than one that failed at something. */
function isLost({ input }: Working, { name }: WorkingNode): boolean {
  return input.nodes.some((state) => state.name === name && state.presence === "unclean");
}

/** A fencing, and the node that it is about. */
interface Fencing {
  readonly fencing: WorkingAction;
  readonly node: WorkingNode;
}

function orderAround(working: Working, resource: WorkingResource, about: Fencing): void {
  if (resource.children.length > 0) {
    for (const child of resource.children) orderAround(working, child, about);
  } else if (resource.isManaged) {
    orderStarts(resource, about);
    implyStops(working, resource, about);
    implyDemotions(resource, about);
  }
}

/** What requires fencing starts nowhere before it is certain that the node is gone. */
function orderStarts(resource: WorkingResource, { fencing, node }: Fencing): void {
  for (const action of resource.actions) {
    if (action.requires === "fencing") {
      orderActions(fencing, action, ordered);
    } else if (action.requires === "quorum" && action.task === "start") {
      // Nobody knows whether it runs there: as with a probe, that has to be settled first.
      if (!resource.allowed.has(node) || isKnownOn(resource, node)) continue;
      orderActions(fencing, action, ordered | unrunnableFirstBlocks);
    }
  }
}

function isKnownOn(resource: WorkingResource, node: WorkingNode): boolean {
  if (resource.knownOn.has(node)) return true;
  const { parent } = resource;
  // Only the parent of an instance is asked: a cloned group may be known in part.
  return parent?.variant === "clone" && isAnonymous(resource) && parent.knownOn.has(node);
}

/** The node is gone, and what ran there with it: a stop is nothing more that has to be done. */
function implyStops(working: Working, resource: WorkingResource, about: Fencing): void {
  const { fencing, node } = about;
  const stops = findActions(resource, { task: "stop", node });
  const isOrdered = needsFencing(resource);
  const stopOfTop = stops.length > 0 ? findNewestAction(topOf(resource), "stop") : null;
  for (const stop of stops) {
    stop.isPseudo = true;
    stop.isRunnable = true;
    if (isOrdered) {
      orderActions(fencing, stop, ordered);
      orderActions(fencing, stopOfTop, ordered);
    }
    if (resource.isNotified) notifyAfterFencing(working, stop, fencing);
  }
}

function implyDemotions(resource: WorkingResource, { fencing, node }: Fencing): void {
  for (const demote of findActions(resource, { task: "demote", node })) {
    // One on a node that still answers, without a failure, is done.
    if (node.isOnline && !node.isUnclean && !resource.isFailed) continue;
    demote.isPseudo = true;
    demote.isRunnable = true;
    if (needsFencing(resource)) orderActions(fencing, demote, ordered);
  }
}

import { orderActions } from "../links.ts";
import { canFenceNode, markUnclean } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { addPriorityDelay } from "./fencing-delay.ts";
import { newAction, setReason } from "./new-action.ts";

/** How a node is to be fenced; `method` null: the cluster's fencing-action. */
export interface FenceRequest {
  readonly method: "reboot" | "off" | "on" | null;
  readonly isOptional: boolean;
  /** In words; empty: nothing to say. */
  readonly reason: string;
  /** The delay that protects the node with the more important resources applies. */
  readonly hasPriorityDelay?: boolean;
}

/** The fencing of a node by one method: one action each, made when first asked for. */
export function fenceAction(
  working: Working,
  node: WorkingNode,
  request: FenceRequest,
): WorkingAction {
  const method = request.method ?? working.options.fencingAction;
  const key = `stonith-${node.name}-${method}`;
  const action =
    working.named.get(key) ??
    newAction(working, {
      resource: null,
      node,
      task: "stonith",
      isOptional: true,
      key,
      fencing: method,
    });
  addPriorityDelay(working, action, request.hasPriorityDelay === true);
  if (!request.isOptional && canFenceNode(working, node)) action.isOptional = false;
  if (request.reason !== "") setReason(action, request.reason);
  return action;
}

/** Lets a node be fenced of which it has just turned out to be needed; `reason` in words. */
export function requestFencing(working: Working, node: WorkingNode, reason: string): void {
  if (node.isUnclean || node.isHeld) return;
  markUnclean(node, reason);
  fenceAction(working, node, { method: null, isOptional: true, reason });
}

/** True unless the node says that it waits for being unfenced. */
export function isUnfenced(node: WorkingNode): boolean {
  const value = node.attributes.get("#node-unfenced");
  return value !== undefined && value !== "0";
}

/** True for a resource that may only run where unfencing has been done. */
export function needsUnfencing(resource: WorkingResource): boolean {
  return resource.requires === "unfencing";
}

/**
 * Unfences a node since something has changed. `device`, when given, must be a fence device;
 * where the node itself cannot be unfenced now, all others on which the device may run are.
 */
export function triggerUnfencing(
  working: Working,
  node: WorkingNode,
  { device, reason }: { readonly device: WorkingResource | null; readonly reason: string },
): void {
  if (!working.usesUnfencing) return;
  if (device !== null && !device.isFenceDevice) return;
  const targets = canBeUnfenced(node)
    ? [node]
    : [...(device?.allowed.keys() ?? [])].filter(canBeUnfenced);
  for (const target of targets) {
    fenceAction(working, target, { method: "on", isOptional: false, reason });
  }
}

function canBeUnfenced(node: WorkingNode): boolean {
  return node.isOnline && !node.isUnclean && !node.isLeaving;
}

/**
 * Orders an action after the unfencing of its node where its resource cares: fence devices, whose
 * agents often cannot tell anything before, and resources that require unfencing. The unfencing
 * itself becomes necessary only if it has never been done: otherwise each new resource would
 * restart the others.
 */
export function orderAfterUnfencing(
  working: Working,
  action: WorkingAction,
  relation: number,
): void {
  const { resource, node, task } = action;
  if (resource === null || node === null) return;
  const isDevice = resource.isFenceDevice && working.usesUnfencing;
  if (!isDevice && !needsUnfencing(resource)) return;
  const unfencing = fenceAction(working, node, { method: "on", isOptional: true, reason: "" });
  orderActions(unfencing, action, relation);
  if (isUnfenced(node)) return;
  const reason = `the ${task} of ${resource.id} needs it`;
  triggerUnfencing(working, node, { device: null, reason });
}

/**
 * The unfencing of a node, for ordering the stop of a resource before it and the start after it.
 * It happens only if something else needs it.
 */
export function unfencingOf(working: Working, node: WorkingNode): WorkingAction {
  return fenceAction(working, node, { method: "on", isOptional: true, reason: "" });
}

/** Stops that are to happen before their node is unfenced make that necessary. */
export function unfenceAfterStop(working: Working, stop: WorkingAction): void {
  if (stop.resource === null || stop.node === null || !needsUnfencing(stop.resource)) return;
  orderActions(stop, unfencingOf(working, stop.node), RELATION.thenImpliesFirst);
}

import { INFINITY_SCORE } from "../../model/index.ts";
import { activeNodes } from "../tree.ts";
import type { FailureResponse, Working, WorkingNode, WorkingResource } from "../working.ts";
import { ROLE } from "../working.ts";
import { needsFencing } from "./instance-kinds.ts";
import { banEverywhere, changeScore } from "./node-scores.ts";

/** A primitive on one node. */
export interface Place {
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
}

/** True when fencing a node can work: it is on, there is a device, and somebody may decide it. */
export function canFenceNode(
  { options, hasFenceDevice, isQuorate }: Working,
  node: WorkingNode,
): boolean {
  if (!options.isFencingEnabled || !hasFenceDevice) return false;
  return isQuorate || options.noQuorumPolicy === "ignore" || node.isOnline;
}

/** Marks a node as one that has to be fenced first. The first reason stays. */
export function markUnclean(node: WorkingNode, reason: string): void {
  if (node.isUnclean || node.isHeld) return;
  node.isUnclean = true;
  node.uncleanReason = reason;
}

/** Takes a resource out of management, with the reason in words. */
export function unmanage(resource: WorkingResource, reason: string): void {
  resource.isManaged = false;
  if (!resource.reasons.includes(reason)) resource.reasons.push(reason);
}

/** As `unmanage`; nothing at all is done with the resource then. */
export function block(resource: WorkingResource, reason: string): void {
  unmanage(resource, reason);
  resource.isBlocked = true;
}

/**
 * Notes that a resource is active on a node, and its parents with it. What is not managed stays
 * where it is; what runs on several nodes meets its `multiple-active`.
 */
export function addActive(working: Working, { resource, node }: Place): void {
  if (resource.runningOn.includes(node)) return;
  resource.runningOn.push(node);
  if (resource.variant === "primitive") {
    node.running.push(resource);
    applyNode({ resource, node });
  }
  if (!resource.isManaged) {
    const reason = `it is active on ${node.name} and not managed`;
    changeScore(working, resource, { node, score: INFINITY_SCORE, reason });
    for (let one = resource.parent; one !== null; one = one.parent) one.runningOn.push(node);
    return;
  }
  if (resource.variant === "primitive" && countActive(resource) > 1) {
    applyMultipleActive(working, resource);
  }
  if (resource.parent !== null) addActive(working, { resource: resource.parent, node });
}

/** What the results on one node add up to: the state there, and what a failure asks for. */
export function settleState(working: Working, place: Place, found: FailureResponse): void {
  const { resource, node } = place;
  const wasActive = resource.role > ROLE.stopped;
  if (resource.role !== ROLE.unknown) noteKnown(place);
  const isLost = wasActive && !node.isOnline && !node.isInMaintenance && !node.isHeld;
  if (isLost && resource.isManaged && working.options.isFencingEnabled) {
    markUnclean(node, `${resource.id} is thought to be active there`);
  }
  // After the fencing the resource may start anywhere, whatever failed there before; and a node
  // that is not to be touched can be asked for nothing.
  const response = node.isUnclean || node.isHeld ? "ignore" : found;
  respond(working, place, { response, wasActive });
  if (wasActive) {
    addActive(working, place);
    if (response !== "ignore") resource.isFailed = true;
    if (response !== "ignore" && response !== "demote" && response !== "block") {
      resource.isStopIfFailed = true;
    }
  } else if (resource.historyId?.includes(":") === true) {
    resource.historyId = null;
  } else {
    forgetStops(working, place);
  }
  keepPartialMigration(place);
}

function applyNode({ resource, node }: Place): void {
  if (node.hasLeftActive) {
    unmanage(resource, describeLeft(resource, node));
  } else if (node.isInMaintenance) {
    unmanage(resource, `node ${node.name} is in maintenance`);
    resource.isInMaintenance = true;
  } else if (node.isHeld) {
    unmanage(resource, `${node.name} may still run it and may not be taken over from`);
  }
}

function describeLeft({ baseId }: WorkingResource, { name }: WorkingNode): string {
  return (
    `it was left active on ${name}, unmanaged, when ${name} was stopped, and starts nowhere else ` +
    `until ${name} is back; if it is stopped there, "lbctl resource refresh ${baseId}" says so`
  );
}

function countActive(resource: WorkingResource): number {
  const { all, clean } = activeNodes(resource);
  return needsFencing(resource) ? all : clean;
}

function applyMultipleActive(working: Working, resource: WorkingResource): void {
  const { multipleActive, parent, runningOn } = resource;
  resource.isMultiplyActive = true;
  const nodes = runningOn.map(({ name }) => name).join(" and ");
  const reason = `${resource.id} is active on ${nodes}, and multiple-active is ${multipleActive}`;
  if (multipleActive === "stop_only") banEverywhere(working, resource, reason);
  if (multipleActive !== "block") return;
  block(resource, reason);
  if (parent?.variant !== "group" || parent.multipleActive !== "block") return;
  for (const member of parent.children) block(member, reason);
}

/** An anonymous clone counts as known where any of its instances does. */
function noteKnown({ resource, node }: Place): void {
  for (let one: WorkingResource | null = resource; one !== null; one = one.parent) {
    one.knownOn.add(node);
    if (one.isUnique) return;
  }
}

function respond(
  working: Working,
  { resource, node }: Place,
  { response, wasActive }: { readonly response: FailureResponse; readonly wasActive: boolean },
): void {
  const words = resource.failures.get(node)?.words ?? "an operation failed";
  const failure = `${words} on ${node.name}`;
  switch (response) {
    case "ignore":
      return;
    case "demote":
      resource.isFailed = true;
      working.demands.push({ task: "demote", resource, node, reason: failure });
      return;
    case "fence":
      markUnclean(node, `${resource.id}: ${words} there, and on-fail is fence`);
      return;
    case "standby":
      node.isStandby = true;
      node.isStandbyByFailure = true;
      node.standbyReason = `in standby since ${resource.id} failed there (on-fail is standby)`;
      return;
    case "block":
      block(resource, `${failure}, and on-fail is block`);
      return;
    case "ban":
      changeScore(working, resource, { node, score: -INFINITY_SCORE, reason: failure });
      return;
    case "stop":
      resource.nextRole = ROLE.stopped;
      resource.nextRoleReason = `${failure}, and on-fail is stop`;
      resource.reasons.push(resource.nextRoleReason);
      return;
    case "restart":
      if (!wasActive) return;
      resource.isFailed = true;
      resource.isStopIfFailed = true;
      working.demands.push({ task: "stop", resource, node, reason: failure });
      return;
    case "restartContainer": {
      resource.isFailed = true;
      resource.isStopIfFailed = true;
      const stopped = resource.container ?? (wasActive ? resource : null);
      if (stopped === null) return;
      working.demands.push({ task: "stop", resource: stopped, node, reason: failure });
    }
  }
}

/** What turns out to be stopped on a node needs no stop there. */
function forgetStops({ demands }: Working, { resource, node }: Place): void {
  for (let index = demands.length - 1; index >= 0; index--) {
    const demand = demands[index];
    if (demand?.task !== "stop" || demand.resource !== resource || demand.node !== node) continue;
    demands.splice(index, 1);
  }
}

/** The stop at the source of a migration does not end what the migration has begun elsewhere. */
function keepPartialMigration({ resource, node }: Place): void {
  const { role, runningOn, partialMigrationSource, partialMigrationTarget } = resource;
  if (role !== ROLE.stopped || runningOn.length === 0 || partialMigrationTarget === null) return;
  if (partialMigrationSource === node) resource.role = ROLE.started;
}

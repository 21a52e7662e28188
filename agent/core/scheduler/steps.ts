import type { NodeName } from "../model/index.ts";
import { currentNode } from "./assign.ts";
import { digestCall } from "./operations.ts";
import type { PlannedResource, Situation } from "./situation.ts";
import { UNKNOWN_AGENT } from "./unpack.ts";

/**
 * A start or stop that may become part of the transition. Every active resource has both, so that
 * orders can turn one that would stay into one that restarts.
 */
export interface Step {
  readonly kind: "start" | "stop";
  readonly resource: PlannedResource;
  /** Null: a start of a resource that has no node; it exists to block what depends on it. */
  readonly node: NodeName | null;
  isRequired: boolean;
  isRunnable: boolean;
  /** A stop that fencing brings about: it needs no command. */
  readonly isImplied: boolean;
  /** The operation is already under way on the node: it is waited for, not issued again. */
  readonly isUnderWay: boolean;
  /** Why it became required or impossible, in words; the first cause is kept. */
  why: string;
}

/** The steps of one resource. */
export interface ResourceSteps {
  readonly resource: PlannedResource;
  readonly stops: readonly Step[];
  readonly start: Step;
  /** True when it is to leave its node for another one. */
  readonly isMoving: boolean;
}

/** Derives the steps of every resource from where it is and where it should be. */
export function createSteps(situation: Situation): ReadonlyMap<PlannedResource, ResourceSteps> {
  const steps = new Map<PlannedResource, ResourceSteps>();
  for (const resource of situation.resources) {
    steps.set(resource, createFor(situation, resource));
  }
  return steps;
}

function createFor(situation: Situation, resource: PlannedResource): ResourceSteps {
  const target = resource.assignedNode;
  const current = currentNode(situation, resource);
  const isMoving = current !== undefined && target !== null && current.name !== target;
  const stopReason = resource.isManaged ? findStopReason(situation, resource, isMoving) : null;
  const stops = resource.activeOn.map((name): Step => {
    const isKept =
      resource.settings.multipleActive === "stop_unexpected" &&
      name === target &&
      !resource.isFailed &&
      resource.activeOn.length > 1;
    const isRequired = stopReason !== null && !isKept;
    return createStop(situation, resource, { name, isRequired, why: stopReason ?? "" });
  });
  const isStarting =
    resource.activeOn.length === 1 &&
    resource.activeOn[0] === target &&
    resource.onNode.get(target)?.role === "Starting";
  return {
    resource,
    stops,
    start: createStart(situation, resource, isStarting && stopReason === null),
    isMoving,
  };
}

/** Why an active resource must stop where it is; null: it may stay. */
function findStopReason(
  situation: Situation,
  resource: PlannedResource,
  isMoving: boolean,
): string | null {
  if (resource.activeOn.length === 0) return null;
  if (resource.assignedNode === null) return resource.stoppedReason ?? "no node may run it";
  if (isMoving) return "it belongs on another node";
  const clean = resource.activeOn.filter((name) => !isFencedAway(situation, name));
  if (clean.length > 1) return `it is active on ${clean.join(" and ")}`;
  if (resource.isFailed) return "it has failed";
  const changed = findChange(situation, resource);
  if (changed !== null) return changed;
  const [name] = resource.activeOn;
  if (name !== undefined && resource.onNode.get(name)?.role === "Stopping") {
    return "its stop is under way";
  }
  return null;
}

/** A copy on a node that will be fenced is gone without a stop. */
function isFencedAway(situation: Situation, name: NodeName): boolean {
  return situation.canFence && situation.nodeByName.get(name)?.isUnclean === true;
}

/** Parameters that are no longer those with which the resource was started need a restart. */
function findChange(situation: Situation, resource: PlannedResource): string | null {
  const { agent, parameters } = resource.primitive;
  const digest = digestCall({ agent, parameters });
  for (const name of resource.activeOn) {
    const history = situation.nodeByName.get(name)?.history;
    const records = history?.resources.find((x) => x.resource === resource.id)?.records ?? [];
    const starts = records.filter(
      (x) => x.intervalMs === 0 && (x.operation === "start" || x.operation === "monitor"),
    );
    const latest = starts.sort((a, b) => b.callId - a.callId)[0];
    if (latest !== undefined && latest.digest !== digest) return "its parameters have changed";
  }
  return null;
}

function createStop(
  situation: Situation,
  resource: PlannedResource,
  input: { readonly name: NodeName; readonly isRequired: boolean; readonly why: string },
): Step {
  const node = situation.nodeByName.get(input.name);
  const isImplied = node?.isUnclean === true && situation.canFence;
  const hasAgent = resource.primitive.agent !== UNKNOWN_AGENT;
  const isReachable = node?.isOnline === true && !node.isUnclean;
  const isRunnable = resource.isManaged && hasAgent && (isReachable || isImplied);
  const blocked = isReachable
    ? "nobody knows how to stop it: its agent is not remembered"
    : `node ${input.name} has to be fenced first, which is not possible`;
  return {
    kind: "stop",
    resource,
    node: input.name,
    isRequired: input.isRequired,
    isRunnable,
    isImplied,
    isUnderWay: resource.onNode.get(input.name)?.role === "Stopping" && !isImplied,
    why: input.isRequired && !isRunnable ? blocked : input.why,
  };
}

function createStart(situation: Situation, resource: PlannedResource, isUnderWay: boolean): Step {
  const target = resource.assignedNode;
  const isActive = resource.activeOn.length > 0;
  const isExpected =
    target !== null &&
    resource.settings.multipleActive === "stop_unexpected" &&
    resource.activeOn.includes(target) &&
    !resource.isFailed;
  const isRestart = isActive && !isExpected && resource.isManaged;
  const needsStop = isRestart && findStopReason(situation, resource, isAway(resource)) !== null;
  const obstacle = findObstacle(situation, resource);
  return {
    kind: "start",
    resource,
    node: target,
    isRequired: target !== null && resource.isManaged && (!isActive || needsStop),
    isRunnable: obstacle === null,
    isImplied: false,
    isUnderWay,
    why: obstacle ?? "",
  };
}

function isAway(resource: PlannedResource): boolean {
  return resource.assignedNode !== null && !resource.activeOn.includes(resource.assignedNode);
}

/** Why a start cannot be carried out; null: it can. */
function findObstacle(situation: Situation, resource: PlannedResource): string | null {
  if (resource.isBlocked) return resource.unmanagedReason;
  if (resource.assignedNode === null) {
    return resource.stoppedReason ?? (resource.unmanagedReason || "no node may run it");
  }
  if (situation.isQuorate || !resource.settings.needsQuorum) return null;
  const isActive = resource.activeOn.length > 0;
  switch (situation.options.noQuorumPolicy) {
    case "ignore":
      return null;
    case "freeze":
      return isActive ? null : "there is no quorum, and no-quorum-policy is freeze";
    case "stop":
      return resource.isManaged ? "there is no quorum, and no-quorum-policy is stop" : null;
  }
}

import { type Instant, sortedText } from "../base/index.ts";
import type { NodeName, ResourceId } from "../model/index.ts";
import { type FailureCount, renderFailure, renderMs } from "./failures.ts";
import { readOnNode, UNKNOWN } from "./read-history.ts";
import {
  addNote,
  type OnNode,
  type PlannedResource,
  type Situation,
  type SituationNode,
} from "./situation.ts";

/** How failures count, by resource and node, and when that changes by time alone. */
export interface ReadFailures {
  readonly counts: ReadonlyMap<ResourceId, ReadonlyMap<NodeName, FailureCount>>;
  readonly recheckAt: Instant | null;
}

/** Reads all histories into the situation: where resources are, what failed, which nodes suffer. */
export function readStates(situation: Situation): ReadFailures {
  const counts = new Map<ResourceId, Map<NodeName, FailureCount>>();
  let recheckAt: Instant | null = null;
  for (const resource of situation.resources) {
    applySettings(situation, resource);
    const byNode = new Map<NodeName, FailureCount>();
    counts.set(resource.id, byNode);
    for (const node of situation.nodes) {
      const failures = readNode(situation, resource, node);
      if (failures === null) continue;
      byNode.set(node.name, failures);
      const { expiresAt } = failures;
      if (expiresAt !== null && node.isOnline)
        recheckAt = Math.min(expiresAt, recheckAt ?? expiresAt);
    }
  }
  for (const resource of situation.resources) applyStates(situation, resource);
  applyMultipleActive(situation);
  return { counts, recheckAt };
}

function applySettings(situation: Situation, resource: PlannedResource): void {
  const { settings } = resource;
  if (situation.options.isInMaintenance) {
    unmanage(resource, "the cluster is in maintenance mode");
    resource.isInMaintenance = true;
  } else if (settings.isInMaintenance) {
    unmanage(resource, "it is in maintenance (meta attribute maintenance)");
    resource.isInMaintenance = true;
  } else if (!settings.isManaged) {
    unmanage(resource, "it is not managed (meta attribute is-managed)");
  }
  if (settings.isDisabled) {
    resource.stoppedReason = "it is disabled (meta attribute target-role=Stopped)";
  } else if (resource.isOrphan) {
    resource.stoppedReason = "it is no longer in the configuration";
    if (!situation.options.stopsOrphans) {
      unmanage(resource, "it is not in the configuration and stop-orphan-resources is off");
    }
  } else if (situation.options.stopsAllResources) {
    resource.stoppedReason = "the property stop-all-resources is on";
  }
}

function readNode(
  situation: Situation,
  resource: PlannedResource,
  node: SituationNode,
): FailureCount | null {
  if (!node.isOnline && !node.isUnclean && !node.isHeld) return null;
  if (node.history === null) {
    // Nothing was ever heard of what this node does, so it may run every resource.
    if (node.isHeld) resource.onNode.set(node.name, { ...UNKNOWN, role: "Started" });
    return null;
  }
  const { onNode, failures } = readOnNode({
    context: situation,
    primitive: resource.primitive,
    settings: resource.settings,
    isManaged: resource.isManaged && !node.isInMaintenance,
    history: node.history,
    now: situation.now,
  });
  resource.onNode.set(node.name, onNode);
  return failures;
}

function applyStates(situation: Situation, resource: PlannedResource): void {
  const active: NodeName[] = [];
  const failed: NodeName[] = [];
  for (const [name, onNode] of resource.onNode) {
    const node = situation.nodeByName.get(name);
    if (node === undefined) continue;
    if (onNode.role !== "Stopped") active.push(name);
    if (onNode.failure !== null && onNode.effect !== "ignore") failed.push(name);
    if (onNode.role !== "Stopped" && node.isHeld) {
      unmanage(resource, `${name} may still run it and may not be taken over from`);
    } else if (onNode.role !== "Stopped" && node.isInMaintenance && resource.isManaged) {
      unmanage(resource, `node ${name} is in maintenance`);
      resource.isInMaintenance = true;
    }
    if (node.isOnline) applyFailure(resource, node, onNode);
  }
  resource.activeOn = [...sortedText(active)];
  resource.failedOn = [...sortedText(failed)];
}

function applyFailure(resource: PlannedResource, node: SituationNode, onNode: OnNode): void {
  const words = onNode.failure === null ? "an operation failed" : renderFailure(onNode.failure);
  const isActive = onNode.role !== "Stopped";
  switch (onNode.effect) {
    case "none":
      return;
    case "ignore":
      resource.isFailureIgnored = true;
      return;
    case "block":
      unmanage(resource, `${words} on ${node.name}, and on-fail is block`);
      resource.isBlocked = true;
      return;
    case "fence":
      if (resource.isManaged) {
        node.isUnclean = true;
        node.uncleanReason = `${resource.id}: ${words} there, and on-fail is fence`;
      }
      break;
    case "stop":
      resource.stoppedReason = `${words} on ${node.name}, and on-fail is stop`;
      break;
    case "standby":
      if (node.standbyReason === null) {
        node.standbyReason = `in standby since ${resource.id} failed there (on-fail is standby)`;
      }
      break;
    case "restart":
      break;
  }
  if (isActive) resource.isFailed = true;
}

/** What runs on several nodes and is not simply to be restarted. */
function applyMultipleActive(situation: Situation): void {
  for (const resource of situation.resources) {
    if (resource.activeOn.length < 2 || !resource.isManaged) continue;
    const nodes = resource.activeOn.join(" and ");
    if (resource.settings.multipleActive === "stop_only") {
      resource.stoppedReason = `it was active on ${nodes}, and multiple-active is stop_only`;
    } else if (resource.settings.multipleActive === "block") {
      const reason = `${resource.id} is active on ${nodes}, and multiple-active is block`;
      for (const member of resource.group?.members ?? [resource]) {
        unmanage(member, reason);
        member.isBlocked = true;
      }
    }
  }
}

function unmanage(resource: PlannedResource, reason: string): void {
  resource.isManaged = false;
  if (resource.unmanagedReason === "") resource.unmanagedReason = reason;
}

/** True when a failcount has reached the migration threshold. */
export function isThresholdReached(resource: PlannedResource, count: FailureCount): boolean {
  const threshold = resource.settings.migrationThreshold;
  return threshold > 0 && count.effective >= threshold;
}

/** Notes how a node's failures count, for people. */
export function noteFailures(resource: PlannedResource, node: NodeName, count: FailureCount): void {
  const { migrationThreshold, failureTimeoutMs } = resource.settings;
  const failures =
    count.effective >= 1_000_000
      ? "a failure that is fatal"
      : `${count.effective} failure${count.effective === 1 ? "" : "s"}`;
  const threshold =
    migrationThreshold >= 1_000_000 ? "" : ` (migration-threshold is ${migrationThreshold})`;
  const expiry =
    failureTimeoutMs > 0 ? `, forgotten ${renderMs(failureTimeoutMs)} after the last one` : "";
  addNote(resource, node, `it had ${failures} on ${node}${threshold}${expiry}`);
}

import { INFINITY_SCORE } from "../../model/index.ts";
import { topOf } from "../tree.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import { applyLocations } from "./apply-locations.ts";
import { countWithContents, isThresholdReached } from "./failcounts.ts";
import { renderMs } from "./failure-words.ts";
import { changeScore } from "./node-scores.ts";
import { applyShutdownLocks } from "./shutdown-locks.ts";

/**
 * Everything that makes one node better or worse than another for a resource by itself: locks of
 * nodes that restart, location constraints, stickiness, failures, and where it is probed at all.
 */
export function applyNodeCriteria(working: Working): void {
  applyShutdownLocks(working);
  applyLocations(working);
  for (const resource of working.resources) applyStickiness(working, resource);
  for (const node of working.nodes) {
    for (const resource of working.resources) {
      applyThreshold(working, resource, node);
      applyExclusiveDiscovery(resource, node);
    }
  }
}

/** A managed resource that is active on one node likes to stay there. */
function applyStickiness(working: Working, resource: WorkingResource): void {
  const { children, isManaged, stickiness, runningOn } = resource;
  if (children.length > 0) {
    for (const child of children) applyStickiness(working, child);
    return;
  }
  const [node, ...others] = runningOn;
  if (!isManaged || stickiness < 1 || node === undefined || others.length > 0) return;
  // Where nodes have to be allowed one by one, one that no longer is does not hold anything.
  if (!working.options.isSymmetric && !resource.allowed.has(node)) return;
  const reason = `it runs on ${node.name} (resource-stickiness)`;
  changeScore(working, resource, { node, score: stickiness, reason });
}

/** Failures that are just being forgotten count no more. */
function applyThreshold(working: Working, resource: WorkingResource, node: WorkingNode): void {
  if (resource.children.length > 0) {
    for (const child of resource.children) applyThreshold(working, child, node);
    return;
  }
  if (working.clears.some((x) => x.resource === resource && x.node === node)) return;
  const failed = isThresholdReached(working, resource, node);
  if (failed === null) return;
  const reason = describeFailures(working, resource, node);
  changeScore(working, failed, { node, score: -INFINITY_SCORE, reason });
}

/** How the failures of a resource on a node count, in words. */
export function describeFailures(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): string {
  const count = countWithContents(working, resource, node);
  const { migrationThreshold, failureTimeoutMs } = resource;
  const isFatal = count >= INFINITY_SCORE;
  const failures = isFatal
    ? "a failure that is fatal"
    : `${count} failure${count === 1 ? "" : "s"}`;
  const isLimited = migrationThreshold < INFINITY_SCORE;
  const threshold = isLimited ? ` (migration-threshold is ${migrationThreshold})` : "";
  const expiry =
    failureTimeoutMs > 0 ? `, forgotten ${renderMs(failureTimeoutMs)} after the last one` : "";
  return `it had ${failures} on ${node.name}${threshold}${expiry}`;
}

/** A resource that is probed only on certain nodes can run only there. */
function applyExclusiveDiscovery(resource: WorkingResource, node: WorkingNode): void {
  if (!resource.hasExclusiveDiscovery && !topOf(resource).hasExclusiveDiscovery) return;
  for (const child of resource.children) applyExclusiveDiscovery(child, node);
  const entry = resource.allowed.get(node);
  if (entry !== undefined && entry.discovery !== "exclusive") entry.score = -INFINITY_SCORE;
}

import { INFINITY_SCORE } from "../../model/index.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import { renderMs } from "./failure-words.ts";
import { changeScore } from "./node-scores.ts";
import { readInteger } from "./scalars.ts";

/**
 * Keeps resources for the node that shuts down cleanly, until it is back or the limit is reached:
 * every other node is forbidden. Clones and fence devices are never kept.
 */
export function applyShutdownLocks(working: Working): void {
  if (!working.options.isShutdownLockEnabled) return;
  for (const resource of working.resources) applyLock(working, resource);
}

function applyLock(working: Working, resource: WorkingResource): void {
  if (resource.variant === "clone") return;
  if (resource.variant === "group") {
    for (const member of resource.children) applyLock(working, member);
    return;
  }
  if (resource.isFenceDevice) return;
  updateLock(working, resource);
  const { lockNode } = resource;
  if (lockNode === null) return;
  noteLimit(working, resource);
  const reason = describeLock(working, lockNode, resource.lockTimeS);
  resource.lockReason = reason;
  for (const node of working.nodes) {
    if (node !== lockNode) changeScore(working, resource, { node, score: -INFINITY_SCORE, reason });
  }
}

function describeLock(
  { options, wallNowS }: Working,
  { name, isLeaving }: WorkingNode,
  sinceS: number,
): string {
  const limitS = Math.ceil(options.shutdownLockLimitMs / 1000);
  const keptS = wallNowS === null ? null : Math.max(0, wallNowS - sinceS);
  const since = keptS === null || isLeaving ? "" : ` ${renderSpan(keptS)} ago`;
  const state = isLeaving ? "is being stopped in order" : `was stopped in order${since}`;
  const left =
    keptS === null
      ? `for at most ${renderMs(options.shutdownLockLimitMs)}`
      : `for ${renderSpan(Math.max(0, limitS - keptS))} more`;
  const end = limitS === 0 ? "" : `, ${left} (shutdown-lock-limit)`;
  return `it is kept for ${name}, which ${state} (shutdown-lock)${end}`;
}

/** Seconds as people say them, rounded down. */
function renderSpan(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

function updateLock(working: Working, resource: WorkingResource): void {
  const { lockNode, runningOn } = resource;
  const [node, ...others] = runningOn;
  if (lockNode !== null) {
    if (node === undefined) return;
    // It is active in spite of the lock, and is not disturbed for it.
    const reason = "it is active already";
    working.demands.push({ task: "delete", resource, node: lockNode, reason });
    resource.lockNode = null;
    resource.lockTimeS = 0;
  } else if (node?.isLeaving === true && others.length === 0 && !node.isUnclean) {
    resource.lockNode = node;
    resource.lockTimeS = shutdownTimeS(working, node);
  }
}

/** Since when the node shuts down: its attribute says it, else it is from now on. */
function shutdownTimeS({ wallNowS }: Working, { attributes }: WorkingNode): number {
  const said = readInteger(attributes.get("shutdown") ?? "") ?? 0;
  return said > 0 ? said : (wallNowS ?? 0);
}

function noteLimit({ options, wallNowS, now, rechecks }: Working, resource: WorkingResource): void {
  if (options.shutdownLockLimitMs === 0 || wallNowS === null) return;
  const endsAtS = resource.lockTimeS + Math.ceil(options.shutdownLockLimitMs / 1000) + 1;
  // A lock that ended while its resource is still being stopped ends by the stop, not by time.
  if (endsAtS > wallNowS) rechecks.push(now + (endsAtS - wallNowS) * 1000);
}

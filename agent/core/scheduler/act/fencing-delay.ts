import { ROLE, type Working, type WorkingAction, type WorkingNode } from "../working.ts";

/**
 * Notes how long the fencing waits so that the partition with the more important resources wins.
 * It is noted even where it is 0, since it then takes the place of a device's own delay.
 */
export function addPriorityDelay(working: Working, action: WorkingAction, isAsked: boolean): void {
  if (working.options.priorityFencingDelayMs <= 0 || action.node === null) return;
  if (!isAsked && action.fencingDelayMs === null) return;
  const { priorityFencingDelayMs } = working.options;
  action.fencingDelayMs = protects(working, action.node) ? priorityFencingDelayMs : 0;
}

/** True for a lost node whose resources weigh most, unless the partition is the larger one. */
function protects(working: Working, target: WorkingNode): boolean {
  if (target.isOnline) return false;
  const online = working.nodes.filter((node) => node.isOnline).length;
  if (online > Math.floor(working.nodes.length / 2)) return false;
  const weights = working.nodes.map(priorityOf);
  const top = Math.max(...weights);
  return top !== Math.min(...weights) && priorityOf(target) === top;
}

/** Priorities of the primitives active on a node; a promoted one counts 1 more, if it counts. */
function priorityOf(node: WorkingNode): number {
  let sum = 0;
  for (const { priority, role } of node.running) {
    sum += priority + (priority !== 0 && role === ROLE.promoted ? 1 : 0);
  }
  return sum;
}

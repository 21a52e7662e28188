import type { WorkingNode } from "../working.ts";

/** True when the node may run resources at all. */
export function isUsableNode(node: WorkingNode): boolean {
  const isAlive = node.isOnline && !node.isUnclean;
  return isAlive && !node.isLeaving && !node.isStandby && !node.isInMaintenance;
}

import { compareText } from "../base/index.ts";
import { compareCapacities } from "./capacities.ts";
import type { Candidate, ScoreTable, Working, WorkingNode, WorkingResource } from "./working.ts";

/** True when a node may run resources at all; scores do not matter here. */
export function isAvailable(node: WorkingNode): boolean {
  return (
    node.isOnline && !node.isLeaving && !node.isUnclean && !node.isStandby && !node.isInMaintenance
  );
}

/** True when the node may run resources, and this one is not banned from it. */
export function isUsable({ node, score }: Candidate): boolean {
  return score >= 0 && isAvailable(node);
}

/** True when at least one node of the table could be chosen. */
export function hasUsable(table: ScoreTable): boolean {
  for (const candidate of table.values()) {
    if (isUsable(candidate)) return true;
  }
  return false;
}

/** A table of its own with the same scores. */
export function copyTable(table: ScoreTable): ScoreTable {
  const copy: ScoreTable = new Map();
  for (const [node, candidate] of table) copy.set(node, { ...candidate });
  return copy;
}

/** The entry of a node in the table of a resource's parent, or in its own without a parent. */
export function candidateOfParent(
  resource: WorkingResource,
  node: WorkingNode,
): Candidate | undefined {
  return (resource.parent ?? resource).allowed.get(node);
}

/**
 * Best candidate first: by score, by free capacity where the strategy asks for balance, by how
 * little has been assigned to the node, then the current node, then by name.
 */
export function sortCandidates(
  working: Working,
  candidates: Iterable<Candidate>,
  current: WorkingNode | null,
): readonly Candidate[] {
  const strategy = working.options.placementStrategy;
  const scoreOf = ({ node, score }: Candidate): number =>
    isAvailable(node) ? score : Number.NEGATIVE_INFINITY;
  return [...candidates].sort((a, b) => {
    const [scoreA, scoreB] = [clampUnavailable(scoreOf(a)), clampUnavailable(scoreOf(b))];
    if (scoreA !== scoreB) return scoreB - scoreA;
    if (strategy !== "minimal") {
      const free = strategy === "balanced" ? compareCapacities(a.node, b.node) : 0;
      if (free !== 0) return free;
      const load = a.node.assigned.length - b.node.assigned.length;
      if (load !== 0) return load;
      if (a.node === current) return -1;
      if (b.node === current) return 1;
    }
    return compareText(a.node.name, b.node.name);
  });
}

function clampUnavailable(score: number): number {
  return score === Number.NEGATIVE_INFINITY ? -1_000_000 : score;
}

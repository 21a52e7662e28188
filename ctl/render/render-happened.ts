/** What was done between two looks at the status, for `--wait`. */
import {
  type ClusterStatus,
  type FailureStatus,
  type OperationStatus,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { renderReadable } from "./wall-time.ts";

const VERBS: Readonly<Record<string, string>> = {
  start: "started",
  stop: "stopped",
  promote: "promoted",
  demote: "demoted",
  migrate_from: "migrated",
  reload: "reloaded",
  "reload-agent": "reloaded",
};

/** What was done, in the order of its end, and what failed meanwhile; one line each. */
export function tellHappened(
  before: ClusterStatus,
  after: ClusterStatus,
): { readonly done: readonly string[]; readonly failures: readonly string[] } {
  const isNew = isNewSince(before);
  const ended = after.operations
    .filter((each) => isNew(each) && each.intervalMs === 0 && each.outcome === "ok")
    .filter(({ operation }) => VERBS[operation] !== undefined)
    .toSorted((a, b) => a.atWallMs - b.atWallMs || a.callId - b.callId)
    .map(({ operation, resource, node, ranForMs }) => {
      const time = ranForMs === 0 ? "" : ` (${renderReadable(ranForMs)})`;
      return `${VERBS[operation]} ${resource} on ${node}${time}`;
    });
  const done = [...listForgotten(before, after), ...ended];
  const known = new Set(before.failures.map(keyOf));
  const failures = after.failures
    .filter((each) => !known.has(keyOf(each)))
    .map((failure) => {
      const { resource, operation, node, outcome, reason } = failure;
      const because = reason === "" ? "" : `: ${reason}`;
      return `${operation} of ${resource} on ${node} failed: ${outcome}${because}`;
    });
  return { done, failures };
}

/**
 * Stops that no history tells of any more: it is forgotten with the resource that was deleted. When
 * they were is not known; whatever took the resource's place was started after them.
 */
function listForgotten(before: ClusterStatus, after: ClusterStatus): readonly string[] {
  const known = new Set(after.resources.map(({ id }) => withoutNumber(id)));
  const left = new Set(
    after.operations.map(({ resource, node }) => `${withoutNumber(resource)} ${node}`),
  );
  // Of a node that is away nobody knows whether anything was stopped there.
  const here = new Set(after.nodes.filter(({ isOnline }) => isOnline).map(({ name }) => name));
  const lines = before.resources.flatMap(({ id, nodes }) =>
    nodes
      .filter((node) => here.has(node))
      .filter((node) => !known.has(withoutNumber(id)) && !left.has(`${withoutNumber(id)} ${node}`))
      .map((node) => `stopped ${id} on ${node}`),
  );
  return [...new Set(lines)];
}

/** A recurring operation keeps its call id when it begins to fail, but not its time. */
function keyOf({ node, resource, operation, intervalMs, callId, atWallMs }: FailureStatus): string {
  return [node, resource, operation, intervalMs, callId, atWallMs].join(" ");
}

type Numbered = Pick<OperationStatus, "node" | "callId">;

/** Call ids grow on each node, so whatever has a greater one than before is new. */
function isNewSince({ operations, failures }: ClusterStatus): (found: Numbered) => boolean {
  const last = new Map<string, number>();
  for (const { node, callId } of [...operations, ...failures]) {
    last.set(node, Math.max(last.get(node) ?? 0, callId));
  }
  return ({ node, callId }) => callId > (last.get(node) ?? 0);
}

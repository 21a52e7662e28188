import type { NodeHistory, NodeName, ResourceId } from "../../agent/core/model/index.ts";

/**
 * How long an operation of a resource took the last time that it succeeded, in milliseconds: on
 * this node where that is known, else on another; null: it has never run.
 */
export function usualTimeMs(
  histories: readonly NodeHistory[],
  asked: { readonly resource: ResourceId; readonly operation: string; readonly node: NodeName },
): number | null {
  let elsewhereMs: number | null = null;
  for (const { node, resources } of histories) {
    const entry = resources.find(({ resource }) => resource === asked.resource);
    const record = entry?.records.find(
      ({ operation, intervalMs, outcome }) =>
        operation === asked.operation &&
        intervalMs === 0 &&
        outcome.kind === "exited" &&
        outcome.status === 0,
    );
    if (record === undefined) continue;
    if (node === asked.node) return record.ranForMs;
    elsewhereMs ??= record.ranForMs;
  }
  return elsewhereMs;
}

import type { NodeHistory, NodeName, ResourceId } from "../../agent/core/model/index.ts";

/**
 * How long an operation of a resource took the last time that it succeeded, in milliseconds: on
 * this node where that is known, else on another; null: it has never run.
 */
export function usualTimeMs(
  histories: readonly NodeHistory[],
  asked: { readonly resource: ResourceId; readonly operation: string; readonly node: NodeName },
): number | null {
  const times = histories.flatMap(({ node, resources }) =>
    resources
      .filter(({ resource }) => resource === asked.resource)
      .flatMap(({ records }) => records)
      .filter(
        ({ operation, intervalMs, outcome }) =>
          operation === asked.operation &&
          intervalMs === 0 &&
          outcome.kind === "exited" &&
          outcome.status === 0,
      )
      .map(({ ranForMs }) => ({ node, ranForMs })),
  );
  const own = times.find(({ node }) => node === asked.node);
  return own?.ranForMs ?? times[0]?.ranForMs ?? null;
}

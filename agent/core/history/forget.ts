import {
  INFINITY_SCORE,
  type NodeHistory,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { isFailure } from "./judge.ts";

/** The failures of a resource on this node, all operations together, saturated at infinity. */
export function countFailures(history: NodeHistory, resource: ResourceId): number {
  const sum = history.failcounts
    .filter((failcount) => failcount.resource === resource)
    .reduce((total, failcount) => total + failcount.count, 0);
  return Math.min(sum, INFINITY_SCORE);
}

/**
 * Forgets the failures of a resource, or of all with null: the failcounts and the failed records.
 * Where a failed start, stop or probe was the last word on its state, the state is unknown then, so
 * the other records go too and the resource is probed anew.
 */
export function clearFailures(history: NodeHistory, resource: ResourceId | null): NodeHistory {
  const isMeant = (id: ResourceId) => resource === null || id === resource;
  return {
    ...history,
    resources: history.resources.map((entry) =>
      isMeant(entry.resource) ? dropFailures(entry) : entry,
    ),
    failcounts: history.failcounts.filter((failcount) => !isMeant(failcount.resource)),
  };
}

/** Forgets all that the node did with a resource and all its failures: it will be probed anew. */
export function forgetResource(history: NodeHistory, resource: ResourceId): NodeHistory {
  return {
    ...history,
    resources: history.resources.filter((entry) => entry.resource !== resource),
    failcounts: history.failcounts.filter((failcount) => failcount.resource !== resource),
  };
}

/** Forgets all resources and failures; the attributes of the node stay. */
export function forgetAll(history: NodeHistory): NodeHistory {
  return { ...history, resources: [], failcounts: [] };
}

/** Forgets a recurring operation that was cancelled; its failures stay counted. */
export function forgetOperation(
  history: NodeHistory,
  resource: ResourceId,
  { operation, intervalMs }: { readonly operation: string; readonly intervalMs: number },
): NodeHistory {
  const isMeant = (record: OperationRecord) =>
    record.operation === operation && record.intervalMs === intervalMs;
  return {
    ...history,
    resources: history.resources.map((entry) =>
      entry.resource === resource
        ? { ...entry, records: entry.records.filter((record) => !isMeant(record)) }
        : entry,
    ),
  };
}

function dropFailures(entry: ResourceHistory): ResourceHistory {
  const failed = entry.records.filter(isFailure);
  if (failed.length === 0) return entry;
  const single = entry.records.filter((record) => record.intervalMs === 0);
  const lastCallId = Math.max(0, ...single.map((record) => record.callId));
  const isStateUnknown = failed.some(
    (record) => record.intervalMs === 0 && record.callId === lastCallId,
  );
  const records = isStateUnknown ? [] : entry.records.filter((record) => !isFailure(record));
  return { ...entry, records };
}

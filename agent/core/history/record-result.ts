// biome-ignore-all lint/complexity/useMaxParams: history, whose, what, how: no two of one type.
import {
  type AgentName,
  type Failcount,
  INFINITY_SCORE,
  type NameValues,
  type NodeHistory,
  type OnFail,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { isFailure, isOutcomeEqual, isProbe } from "./judge.ts";

/** What decides how a result counts. */
export interface RecordOptions {
  /** The property start-failure-is-fatal: a failed start forbids the node at once. */
  readonly isStartFailureFatal: boolean;
  /** The `on-fail` of the operation, resolved, as its order says it. */
  readonly onFail: OnFail;
  /** What the operation ran with; kept for the stop. Absent: what is known stays. */
  readonly call?: { readonly agent: AgentName; readonly parameters: NameValues };
}

/**
 * Enters one result into a node's history. It replaces the record of the same operation and
 * interval, so the history holds at most one of each. A start or stop that has ended also ends the
 * recurring operations, whose records go. A failure counts once for each time that the operation
 * begins to fail: probes and ignored failures never count, a failed stop and (where
 * start-failure-is-fatal is on) a failed start count as infinity. A timeout is a failure.
 */
export function recordResult(
  history: NodeHistory,
  resource: ResourceId,
  record: OperationRecord,
  options: RecordOptions,
): NodeHistory {
  const own = history.resources.find((entry) => entry.resource === resource);
  const previous = own?.records.find((entry) => isSameKey(entry, record));
  const updated = enterRecord(own ?? { resource, records: [], repairs: 0 }, record, options);
  const resources =
    own === undefined
      ? [...history.resources, updated]
      : history.resources.map((entry) => (entry.resource === resource ? updated : entry));
  const failcounts = counts(record, previous, options)
    ? countFailure(history.failcounts, resource, { record, options })
    : history.failcounts;
  return { ...history, resources, failcounts };
}

function enterRecord(
  own: ResourceHistory,
  record: OperationRecord,
  { call }: RecordOptions,
): ResourceHistory {
  const endsRecurring = isStateChange(record) && record.outcome.kind !== "pending";
  const kept = own.records.filter(
    (entry) => !isSameKey(entry, record) && !(endsRecurring && entry.intervalMs > 0),
  );
  const records = [...kept, record];
  const isFound =
    isProbe(record) && record.outcome.kind === "exited" && record.outcome.status === 0;
  if (call === undefined || (record.operation !== "start" && !isFound)) return { ...own, records };
  return { ...own, records, lastCall: { agent: call.agent, parameters: call.parameters } };
}

/** A recurring operation that goes on failing in the same way has been counted already. */
function counts(
  record: OperationRecord,
  previous: OperationRecord | undefined,
  { onFail }: RecordOptions,
): boolean {
  if (!isFailure(record) || isProbe(record) || onFail === "ignore") return false;
  if (record.intervalMs === 0 || previous === undefined) return true;
  return previous.callId !== record.callId || !isOutcomeEqual(previous.outcome, record.outcome);
}

function countFailure(
  failcounts: readonly Failcount[],
  resource: ResourceId,
  { record, options }: { readonly record: OperationRecord; readonly options: RecordOptions },
): readonly Failcount[] {
  const { operation, intervalMs } = record;
  const isFatal = operation === "stop" || (operation === "start" && options.isStartFailureFatal);
  const isOwn = (entry: Failcount) => entry.resource === resource && isSameKey(entry, record);
  const before = failcounts.find(isOwn)?.count ?? 0;
  const counted: Failcount = {
    resource,
    operation,
    intervalMs,
    count: isFatal ? INFINITY_SCORE : Math.min(INFINITY_SCORE, before + 1),
    lastFailureAt: record.changedAt,
    lastFailureAtWallMs: record.changedAtWallMs,
    last: {
      outcome: record.outcome,
      callId: record.callId,
      ranForMs: record.ranForMs,
      reason: record.reason,
    },
  };
  return [...failcounts.filter((entry) => !isOwn(entry)), counted];
}

function isStateChange({ operation }: OperationRecord): boolean {
  return operation === "start" || operation === "stop";
}

interface Key {
  readonly operation: string;
  readonly intervalMs: number;
}

function isSameKey(a: Key, b: Key): boolean {
  return a.operation === b.operation && a.intervalMs === b.intervalMs;
}

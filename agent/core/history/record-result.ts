// biome-ignore-all lint/complexity/useMaxParams: history, whose, what, how: no two of one type.
import {
  type AgentName,
  endsRecurring,
  type Failcount,
  INFINITY_SCORE,
  isReload,
  type NameValues,
  type NodeHistory,
  type OnFail,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { isFailure, isFoundActive, isOutcomeEqual, isProbe } from "./judge.ts";
import { staysLocked } from "./locks.ts";

const LEAVES_NO_RECORD: ReadonlySet<string> = new Set(["notify", "reload", "validate-all"]);

/** What decides how a result counts. */
export interface RecordOptions {
  /** The property start-failure-is-fatal: a failed start forbids the node at once. */
  readonly isStartFailureFatal: boolean;
  /** The `on-fail` of the operation, resolved, as its order says it. */
  readonly onFail: OnFail;
  /** What the operation ran with; kept for the stop. Absent: what is known stays. */
  readonly call?: { readonly agent: AgentName; readonly parameters: NameValues };
  /** Since when the resource is kept for this node, by the order; absent: it is not. */
  readonly lockedSinceS?: number | undefined;
}

/**
 * Enters one result into a node's history. It replaces the record of the same operation and
 * interval, so the history holds at most one of each. An operation that changes the state or the
 * role also ends the recurring ones when it has ended, and their records go. A failure counts once
 * for each time that the operation begins to fail: probes, notifications and ignored failures never
 * count, a failed stop and (where start-failure-is-fatal is on) a failed start count as infinity. A
 * timeout is a failure.
 *
 * Notifications, and checks and reloads that a person asked for, leave no record: a server that
 * refuses a new configuration goes on with the old one. A `reload-agent` leaves that of the start
 * that it stands for, or, where it failed, that of a probe that has found the failure: as with
 * Pacemaker, so that neither is judged by parameters that no longer hold.
 */
export function recordResult(
  history: NodeHistory,
  resource: ResourceId,
  record: OperationRecord,
  options: RecordOptions,
): NodeHistory {
  if (LEAVES_NO_RECORD.has(record.operation)) return history;
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
  { call, lockedSinceS }: RecordOptions,
): ResourceHistory {
  const entered = asEntered(record);
  const hasEnded = record.outcome.kind !== "pending";
  const endsOthers = hasEnded && endsRecurring(record.operation);
  const kept = own.records.filter(
    (entry) =>
      !isSameKey(entry, record) &&
      !isSameKey(entry, entered) &&
      !(endsOthers && entry.intervalMs > 0),
  );
  const records = [...kept, entered];
  const { lockedSinceS: _, wasLeftActive, ...unlocked } = own;
  const isLocked = lockedSinceS !== undefined && staysLocked(record);
  // Something is done with it, so it is managed again and not left as it is.
  const isLeft = wasLeftActive === true && record.operation === "monitor";
  const updated = {
    ...unlocked,
    records,
    ...(isLocked ? { lockedSinceS } : {}),
    ...(isLeft ? { wasLeftActive } : {}),
  };
  if (call === undefined) return updated;
  const { agent, parameters } = call;
  if (tellsCall(record)) {
    const { probedWith: _probedWith, ...known } = updated;
    return { ...known, lastCall: { agent, parameters } };
  }
  const isFirstLook = isProbe(record) && own.lastCall === undefined;
  return isFirstLook ? { ...updated, probedWith: { agent, parameters } } : updated;
}

function asEntered(record: OperationRecord): OperationRecord {
  if (!isReload(record.operation) || record.outcome.kind === "pending") return record;
  const operation = isFailure(record) ? "monitor" : "start";
  return { ...record, operation, ranAs: record.operation };
}

/** True when the resource now runs, or may run, with what this operation was called with. */
function tellsCall(record: OperationRecord): boolean {
  const { operation, outcome } = record;
  if (operation === "start" || operation === "migrate_from") return true;
  if (outcome.kind !== "exited") return false;
  if (isReload(operation)) return !isFailure(record);
  return isProbe(record) && isFoundActive(outcome.status);
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

interface Key {
  readonly operation: string;
  readonly intervalMs: number;
}

function isSameKey(a: Key, b: Key): boolean {
  return a.operation === b.operation && a.intervalMs === b.intervalMs;
}

import type { Instant } from "../base/index.ts";
import {
  type Failcount,
  INFINITY_SCORE,
  type NodeHistory,
  type OperationOutcome,
  type OperationRecord,
  type ResourceId,
} from "../model/index.ts";

/** The OCF exit statuses that the scheduler tells apart; the others are plain failures. */
export const STATUS = {
  ok: 0,
  invalidParameter: 2,
  unimplemented: 3,
  insufficientPrivileges: 4,
  notInstalled: 5,
  notConfigured: 6,
  notRunning: 7,
  degraded: 190,
} as const;

/** What one record says about the resource. */
export type Verdict =
  | { readonly kind: "pending" }
  | { readonly kind: "active" }
  | { readonly kind: "stopped" }
  /** `isHard`: the node cannot run the resource; `isFatal`: no node can. */
  | { readonly kind: "failed"; readonly isHard: boolean; readonly isFatal: boolean };

/** Reads one record. `isManaged` false: a resource found stopped has just been stopped by hand. */
export function judgeRecord(record: OperationRecord, isManaged: boolean): Verdict {
  const { outcome, operation, expectedStatus } = record;
  const isProbe = isProbeRecord(record);
  if (outcome.kind === "pending") return { kind: "pending" };
  if (outcome.kind === "timedOut") return failed(false, false);
  // A probe that never began (its agent is missing) tells that the node cannot run the resource.
  if (outcome.kind === "notSpawned") return failed(isProbe, false);
  const status = outcome.status === STATUS.degraded ? STATUS.ok : outcome.status;
  if (status === STATUS.notRunning && operation === "monitor") {
    if (isProbe || expectedStatus === STATUS.notRunning || !isManaged) return { kind: "stopped" };
    return failed(false, false);
  }
  if (status === STATUS.ok && (isProbe || (expectedStatus ?? STATUS.ok) === STATUS.ok)) {
    return { kind: operation === "stop" ? "stopped" : "active" };
  }
  if (status === expectedStatus) return { kind: "active" };
  return failed(isHardStatus(status, record), status === STATUS.notConfigured);
}

/** True for a one-time monitor. */
export function isProbeRecord(record: { operation: string; intervalMs: number }): boolean {
  return record.operation === "monitor" && record.intervalMs === 0;
}

/** The failures of a resource on a node, all operations together, saturated. */
export function sumFailures(history: NodeHistory, resource: ResourceId): number {
  let sum = 0;
  for (const failcount of history.failcounts) {
    if (failcount.resource === resource) sum += failcount.count;
  }
  return Math.min(sum, INFINITY_SCORE);
}

/** How the failures of one resource on one node count right now. */
export interface FailureCount {
  /** What counts: 0 when all of it has expired. */
  readonly effective: number;
  /** True when there are failures, and all of them have expired. */
  readonly isExpired: boolean;
  /** When the failures expire; null: never, or they have. */
  readonly expiresAt: Instant | null;
}

/** A failure that blocks never expires: `timeoutMs` is 0 then. */
export function countEffective(
  history: NodeHistory,
  resource: ResourceId,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: Instant },
): FailureCount {
  const total = sumFailures(history, resource);
  if (total === 0 || timeoutMs === 0) {
    return { effective: total, isExpired: false, expiresAt: null };
  }
  const failures = history.failcounts.filter((x) => x.resource === resource && x.count > 0);
  const expiresAt = Math.max(...failures.map((x: Failcount) => x.lastFailureAt)) + timeoutMs;
  const isExpired = now >= expiresAt;
  return { effective: isExpired ? 0 : total, isExpired, expiresAt: isExpired ? null : expiresAt };
}

/** A failed operation in words: `monitor every 10 s ended with status 7 (not running)`. */
export function renderFailure(record: OperationRecord): string {
  const every = record.intervalMs > 0 ? ` (every ${renderMs(record.intervalMs)})` : "";
  const name = isProbeRecord(record) ? "probe" : record.operation;
  const words = record.reason === "" ? "" : `: ${record.reason}`;
  return `${name}${every} ${renderOutcome(record.outcome)}${words}`;
}

/** Milliseconds as people write them. */
export function renderMs(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: "ok",
  1: "error",
  2: "invalid parameter",
  3: "not implemented",
  4: "insufficient privileges",
  5: "not installed",
  6: "not configured",
  7: "not running",
};

function renderOutcome(outcome: OperationOutcome): string {
  switch (outcome.kind) {
    case "exited": {
      const words = STATUS_WORDS[outcome.status];
      return `ended with status ${outcome.status}${words === undefined ? "" : ` (${words})`}`;
    }
    case "timedOut":
      return "timed out";
    case "notSpawned":
      return `could not be run (${outcome.reason})`;
    case "pending":
      return "is under way";
  }
}

function failed(isHard: boolean, isFatal: boolean): Verdict {
  return { kind: "failed", isHard, isFatal };
}

function isHardStatus(status: number, record: OperationRecord): boolean {
  switch (status) {
    case STATUS.invalidParameter:
    case STATUS.insufficientPrivileges:
    case STATUS.notInstalled:
      return true;
    case STATUS.unimplemented:
      // A recurring operation that the agent lacks says nothing about the node.
      return record.intervalMs === 0;
    default:
      return false;
  }
}

import { assertNever } from "../base/index.ts";
import type { OperationOutcome, OperationRecord } from "../model/index.ts";

/** Exit statuses of a monitor, OCF resource agent API 1.1; the last two are Pacemaker's. */
const STATUS = {
  ok: 0,
  failed: 1,
  notRunning: 7,
  promoted: 8,
  failedPromoted: 9,
  /** The resource works, but not fully: counts as 0. */
  degraded: 190,
  /** The same of a promoted one: counts as 8. */
  degradedPromoted: 191,
} as const;

/** What a monitor answers of what works, but not fully, where success is `expectedStatus`. */
export function degradedStatus(expectedStatus: number | null): number {
  return expectedStatus === STATUS.promoted ? STATUS.degradedPromoted : STATUS.degraded;
}

/** The failure that a degraded resource becomes; any other status is what it is. */
export function undegradedStatus(status: number): number {
  if (status === STATUS.degradedPromoted) return STATUS.failedPromoted;
  return status === STATUS.degraded ? STATUS.failed : status;
}

/** What names an operation and says what it should answer. */
type Asked = Pick<OperationRecord, "operation" | "intervalMs" | "expectedStatus">;

/** True for a one-time monitor, which finds out the state and may find any. */
export function isProbe({
  operation,
  intervalMs,
}: Pick<Asked, "operation" | "intervalMs">): boolean {
  return operation === "monitor" && intervalMs === 0;
}

/**
 * True when the operation has ended, and not as it should have: timeouts and unknowns included. A
 * notification never fails: it tells, it does not ask.
 */
export function isFailure(record: Asked & Pick<OperationRecord, "outcome">): boolean {
  const { outcome } = record;
  if (record.operation === "notify") return false;
  switch (outcome.kind) {
    case "pending":
      return false;
    case "timedOut":
    case "notSpawned":
      return true;
    case "exited":
      return !isExpectedStatus(record, outcome.status);
    default:
      return assertNever(outcome);
  }
}

/** True when a probe that answers this has found the resource running, in whatever role. */
export function isFoundActive(status: number): boolean {
  const plain = withoutDegree(status);
  return plain === STATUS.ok || plain === STATUS.promoted || plain === STATUS.failedPromoted;
}

/** True when both ended alike; the words of the agent do not matter. */
export function isOutcomeEqual(a: OperationOutcome, b: OperationOutcome): boolean {
  if (a.kind === "exited" && b.kind === "exited") return a.status === b.status;
  return a.kind === b.kind;
}

function isExpectedStatus(asked: Asked, status: number): boolean {
  const plain = withoutDegree(status);
  // A promoted resource that has failed is told by a status of its own, whatever was expected.
  if (plain === STATUS.failedPromoted) return false;
  if (isProbe(asked)) {
    return plain === STATUS.ok || plain === STATUS.notRunning || plain === STATUS.promoted;
  }
  return plain === (asked.expectedStatus ?? STATUS.ok);
}

function withoutDegree(status: number): number {
  if (status === STATUS.degraded) return STATUS.ok;
  return status === STATUS.degradedPromoted ? STATUS.promoted : status;
}

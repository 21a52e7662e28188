import { assertNever } from "../base/index.ts";
import type { OperationOutcome, OperationRecord } from "../model/index.ts";

/** Exit status of an agent whose resource works, but not fully: counts as 0. */
const DEGRADED_STATUS = 190;

/** Exit status of a monitor that found nothing running. */
const NOT_RUNNING_STATUS = 7;

/** True for a one-time monitor, which finds out the state and may find either. */
export function isProbe({ operation, intervalMs }: OperationRecord): boolean {
  return operation === "monitor" && intervalMs === 0;
}

/** True when the operation has ended, and not as it should have: timeouts and unknowns included. */
export function isFailure(record: OperationRecord): boolean {
  const { outcome, expectedStatus } = record;
  switch (outcome.kind) {
    case "pending":
      return false;
    case "timedOut":
    case "notSpawned":
      return true;
    case "exited": {
      const status = outcome.status === DEGRADED_STATUS ? 0 : outcome.status;
      if (isProbe(record)) return status !== 0 && status !== NOT_RUNNING_STATUS;
      return status !== (expectedStatus ?? 0);
    }
    default:
      return assertNever(outcome);
  }
}

/** True when both ended alike; the words of the agent do not matter. */
export function isOutcomeEqual(a: OperationOutcome, b: OperationOutcome): boolean {
  if (a.kind === "exited" && b.kind === "exited") return a.status === b.status;
  return a.kind === b.kind;
}

import type { OperationRecord } from "../../agent/core/model/index.ts";

/** A start that succeeded, as the history of a resource has it. */
export const EXAMPLE_RECORD: OperationRecord = {
  operation: "start",
  intervalMs: 0,
  callId: 1,
  outcome: { kind: "exited", status: 0 },
  expectedStatus: 0,
  digest: "",
  changedAt: 0,
  changedAtWallMs: 0,
  ranForMs: 0,
  reason: "",
};

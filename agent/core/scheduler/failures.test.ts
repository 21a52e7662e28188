import assert from "node:assert/strict";
import { emptyHistory, type NodeHistory, type OperationRecord } from "../model/index.ts";
import { countEffective, judgeRecord, renderFailure } from "./failures.ts";

const RECORD: OperationRecord = {
  operation: "monitor",
  intervalMs: 0,
  callId: 1,
  outcome: { kind: "exited", status: 0 },
  expectedStatus: null,
  digest: "",
  changedAt: 0,
  changedAtWallMs: 0,
  ranForMs: 0,
  reason: "",
};

function judged(operation: string, status: number, isManaged = true): string {
  const isProbe = operation === "probe";
  const record = {
    ...RECORD,
    operation: isProbe ? "monitor" : operation,
    intervalMs: operation === "monitor" ? 10 : 0,
    expectedStatus: isProbe ? null : 0,
    outcome: { kind: "exited", status } as const,
  };
  const verdict = judgeRecord(record, isManaged);
  if (verdict.kind !== "failed") return verdict.kind;
  return `failed${verdict.isHard ? " hard" : ""}${verdict.isFatal ? " fatal" : ""}`;
}

suite("what a result says", () => {
  const rows = [
    ["probe", 0, "active"],
    ["probe", 7, "stopped"],
    ["probe", 1, "failed"],
    ["probe", 5, "failed hard"],
    ["start", 0, "active"],
    ["start", 1, "failed"],
    ["start", 5, "failed hard"],
    ["start", 6, "failed fatal"],
    ["start", 3, "failed hard"],
    ["stop", 0, "stopped"],
    ["stop", 1, "failed"],
    ["monitor", 0, "active"],
    ["monitor", 190, "active"],
    ["monitor", 7, "failed"],
    ["monitor", 3, "failed"],
  ] as const;
  for (const [operation, status, verdict] of rows) {
    test(`${operation} ending with ${status} means ${verdict}`, () => {
      assert.equal(judged(operation, status), verdict);
    });
  }

  test("an unmanaged resource found stopped has been stopped by hand", () => {
    assert.equal(judged("monitor", 7, false), "stopped");
  });

  test("a timeout is a failure, and a probe that never began rules the node out", () => {
    const timedOut = judgeRecord({ ...RECORD, outcome: { kind: "timedOut" } }, true);
    assert.deepEqual(timedOut, { kind: "failed", isHard: false, isFatal: false });
    const never = { kind: "notSpawned", reason: "" } as const;
    const notSpawned = judgeRecord({ ...RECORD, outcome: never }, true);
    assert.deepEqual(notSpawned, { kind: "failed", isHard: true, isFatal: false });
  });

  test("a failure in words names operation, interval, status and what the agent said", () => {
    const words = renderFailure({
      ...RECORD,
      intervalMs: 10_000,
      outcome: { kind: "exited", status: 7 },
      reason: "httpd is gone",
    });
    assert.equal(words, "monitor (every 10 s) ended with status 7 (not running): httpd is gone");
  });
});

suite("failures that expire", () => {
  const history: NodeHistory = {
    ...emptyHistory("alpha"),
    failcounts: [10, 40].map((lastFailureAt, index) => ({
      resource: "web",
      operation: "monitor",
      intervalMs: index,
      count: 2,
      lastFailureAt,
      lastFailureAtWallMs: 0,
    })),
  };

  test("all count until the last one is older than the failure-timeout", () => {
    const before = countEffective(history, "web", { timeoutMs: 60, now: 99 });
    assert.deepEqual(before, { effective: 4, isExpired: false, expiresAt: 100 });
    const after = countEffective(history, "web", { timeoutMs: 60, now: 100 });
    assert.deepEqual(after, { effective: 0, isExpired: true, expiresAt: null });
  });

  test("without a failure-timeout they never expire", () => {
    const count = countEffective(history, "web", { timeoutMs: 0, now: 1_000_000 });
    assert.deepEqual(count, { effective: 4, isExpired: false, expiresAt: null });
  });
});

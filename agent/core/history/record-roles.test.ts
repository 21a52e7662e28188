import assert from "node:assert/strict";
import {
  emptyHistory,
  type NodeHistory,
  type OperationOutcome,
  type OperationRecord,
} from "../model/index.ts";
import { clearFailures, isFailure, isFoundActive, recordResult } from "./index.ts";

const AGENT = { standard: "ocf", provider: "test", type: "Role" };

function exited(status: number): OperationOutcome {
  return { kind: "exited", status };
}

function record(operation: string, more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    operation,
    intervalMs: 0,
    callId: 1,
    outcome: exited(0),
    expectedStatus: 0,
    digest: "d",
    changedAt: 500,
    changedAtWallMs: 0,
    ranForMs: 1,
    reason: "",
    ...more,
  };
}

function enter(...records: readonly OperationRecord[]): NodeHistory {
  return records.reduce(
    (history, entry) =>
      recordResult(history, "db", entry, {
        isStartFailureFatal: true,
        onFail: "restart",
        call: { agent: AGENT, parameters: { call: String(entry.callId) } },
      }),
    emptyHistory("alpha"),
  );
}

function keys(history: NodeHistory): readonly string[] {
  return history.resources.flatMap((x) => x.records.map((y) => `${y.operation} ${y.intervalMs}`));
}

function counts(history: NodeHistory): readonly string[] {
  return history.failcounts.map(({ operation, count }) => `${operation} ${count}`);
}

suite("results of roles, notifications, reloads and migrations", () => {
  const MONITORS = [
    // expected status (null: a probe), status, is it a failure
    [8, 8, false],
    [8, 191, false],
    [8, 9, true],
    [8, 0, true],
    [8, 7, true],
    [0, 190, false],
    [0, 8, true],
    [0, 191, true],
    [7, 7, false],
    [null, 0, false],
    [null, 7, false],
    [null, 8, false],
    [null, 190, false],
    [null, 191, false],
    [null, 9, true],
    [null, 1, true],
  ] as const;
  for (const [expectedStatus, status, fails] of MONITORS) {
    const what = expectedStatus === null ? "a probe" : `a monitor that expects ${expectedStatus}`;
    test(`${what}: status ${status} is ${fails ? "a failure" : "none"}`, () => {
      const intervalMs = expectedStatus === null ? 0 : 10;
      const found = record("monitor", { intervalMs, expectedStatus, outcome: exited(status) });
      assert.equal(isFailure(found), fails);
    });
  }

  test("a probe finds it active with 0, 8, 9 and their degraded kin", () => {
    const active = [0, 1, 2, 5, 6, 7, 8, 9, 190, 191].filter(isFoundActive);
    assert.deepEqual(active, [0, 8, 9, 190, 191]);
  });

  for (const operation of ["promote", "demote", "migrate_to", "migrate_from"]) {
    test(`${operation} ends the monitors, whose records go`, () => {
      const monitor = record("monitor", { intervalMs: 10 });
      assert.deepEqual(keys(enter(monitor, record(operation))), [`${operation} 0`]);
      const pending = record(operation, { outcome: { kind: "pending" } });
      assert.deepEqual(keys(enter(monitor, pending)), ["monitor 10", `${operation} 0`]);
    });
  }

  test("a failed promotion counts once, not as infinity; its cleanup lets probe anew", () => {
    const failed = enter(record("start"), record("promote", { callId: 2, outcome: exited(1) }));
    assert.deepEqual(counts(failed), ["promote 1"]);
    assert.deepEqual(keys(clearFailures(failed, "db")), []);
  });

  test("a notification leaves nothing, however it ends", () => {
    for (const outcome of [exited(1), exited(0), { kind: "timedOut" }] as const) {
      const history = enter(record("monitor", { intervalMs: 10 }), record("notify", { outcome }));
      assert.deepEqual(keys(history), ["monitor 10"]);
      assert.deepEqual(counts(history), []);
    }
  });

  test("a reload leaves a start with the new digest, and the monitors", () => {
    const history = enter(
      record("start"),
      record("monitor", { intervalMs: 10, callId: 2 }),
      record("reload-agent", { callId: 3, outcome: { kind: "pending" } }),
      record("reload-agent", { callId: 3, digest: "new" }),
    );
    assert.deepEqual(keys(history), ["monitor 10", "start 0"]);
    assert.equal(history.resources[0]?.records[1]?.digest, "new");
    assert.equal(history.resources[0]?.records[1]?.ranAs, "reload-agent");
    assert.deepEqual(history.resources[0]?.lastCall?.parameters, { call: "3" });
  });

  test("a reload that fails is what a probe has found; it runs with the old parameters", () => {
    const history = enter(
      record("start"),
      record("reload-agent", { callId: 3, outcome: exited(1), digest: "new" }),
    );
    assert.deepEqual(keys(history), ["start 0", "monitor 0"]);
    assert.deepEqual(counts(history), ["reload-agent 1"]);
    assert.deepEqual(history.resources[0]?.lastCall?.parameters, { call: "1" });
  });

  test("what has come here by a migration is stopped as it came", () => {
    const migration = { source: "beta", target: "alpha" };
    const history = enter(record("migrate_from", { callId: 4, migration }));
    assert.deepEqual(history.resources[0]?.records[0]?.migration, migration);
    assert.deepEqual(history.resources[0]?.lastCall?.parameters, { call: "4" });
  });
});

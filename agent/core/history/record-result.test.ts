import assert from "node:assert/strict";
import {
  emptyHistory,
  INFINITY_SCORE,
  type NodeHistory,
  type OperationOutcome,
  type OperationRecord,
} from "../model/index.ts";
import { countFailures, type RecordOptions, recordResult } from "./index.ts";

const OK: OperationOutcome = { kind: "exited", status: 0 };
const ERROR: OperationOutcome = { kind: "exited", status: 1 };
const OPTIONS: RecordOptions = { isStartFailureFatal: true, onFail: "restart" };

function record(
  operation: string,
  outcome: OperationOutcome,
  more: Partial<OperationRecord> = {},
): OperationRecord {
  const isProbe = operation === "monitor" && (more.intervalMs ?? 0) === 0;
  return {
    operation,
    intervalMs: 0,
    callId: 1,
    outcome,
    expectedStatus: isProbe ? null : 0,
    digest: "d",
    changedAt: 500,
    changedAtWallMs: 0,
    ranForMs: 1,
    reason: "",
    ...more,
  };
}

function enter(
  records: readonly OperationRecord[],
  options: RecordOptions = OPTIONS,
  start: NodeHistory = emptyHistory("alpha"),
): NodeHistory {
  return records.reduce((history, entry) => recordResult(history, "web", entry, options), start);
}

function keys(history: NodeHistory): readonly string[] {
  return history.resources.flatMap((x) => x.records.map((y) => `${y.operation} ${y.intervalMs}`));
}

suite("recording a result", () => {
  test("a result replaces the one of the same operation and interval", () => {
    const history = enter([
      record("monitor", OK, { intervalMs: 10, callId: 1 }),
      record("monitor", OK, { intervalMs: 20, callId: 2 }),
      record("monitor", ERROR, { intervalMs: 10, callId: 3 }),
    ]);
    assert.deepEqual(keys(history), ["monitor 20", "monitor 10"]);
  });

  test("a reload that a person asked for leaves no record and no failure, however it ends", () => {
    const before = enter([record("start", OK, { callId: 1 })]);
    const pending = record("reload", { kind: "pending" }, { callId: 2 });
    for (const outcome of [OK, ERROR, { kind: "timedOut" } as const]) {
      const ended = record("reload", outcome, { callId: 2 });
      assert.deepEqual(enter([pending, ended], OPTIONS, before), before);
    }
  });

  for (const operation of ["start", "stop"]) {
    for (const outcome of [OK, ERROR]) {
      test(`a ${operation} that ended with ${JSON.stringify(outcome)} ends the monitors`, () => {
        const monitor = record("monitor", OK, { intervalMs: 10 });
        const history = enter([monitor, record(operation, outcome, { callId: 2 })]);
        assert.deepEqual(keys(history), [`${operation} 0`]);
      });
    }
  }

  test("a start under way leaves the other records alone", () => {
    const probe = record("monitor", { kind: "exited", status: 7 });
    const history = enter([probe, record("start", { kind: "pending" }, { callId: 2 })]);
    assert.deepEqual(keys(history), ["monitor 0", "start 0"]);
    assert.equal(countFailures(history, "web"), 0);
  });

  const rows: readonly [string, OperationRecord, RecordOptions, number][] = [
    ["a failed start is fatal", record("start", ERROR), OPTIONS, INFINITY_SCORE],
    [
      "a start that timed out is fatal",
      record("start", { kind: "timedOut" }),
      OPTIONS,
      INFINITY_SCORE,
    ],
    [
      "a failed start counts one where start-failure-is-fatal is off",
      record("start", ERROR),
      { ...OPTIONS, isStartFailureFatal: false },
      1,
    ],
    ["a failed stop is fatal", record("stop", ERROR), OPTIONS, INFINITY_SCORE],
    ["a failed monitor counts one", record("monitor", ERROR, { intervalMs: 10 }), OPTIONS, 1],
    [
      "a monitor that could not be run counts one",
      record("monitor", { kind: "notSpawned", reason: "gone" }, { intervalMs: 10 }),
      OPTIONS,
      1,
    ],
    ["a failed probe does not count", record("monitor", ERROR), OPTIONS, 0],
    [
      "an ignored failure does not count",
      record("monitor", ERROR, { intervalMs: 10 }),
      { ...OPTIONS, onFail: "ignore" },
      0,
    ],
    [
      "status 190 does not count",
      record("monitor", { kind: "exited", status: 190 }, { intervalMs: 10 }),
      OPTIONS,
      0,
    ],
  ];
  for (const [rule, entry, options, count] of rows) {
    test(rule, () => assert.equal(countFailures(enter([entry], options), "web"), count));
  }

  test("a monitor that goes on failing alike counts once, and again after a success", () => {
    const fail = record("monitor", ERROR, { intervalMs: 10 });
    const history = enter([fail, fail]);
    assert.equal(countFailures(history, "web"), 1);
    const good = record("monitor", OK, { intervalMs: 10 });
    assert.equal(countFailures(enter([good, fail], OPTIONS, history), "web"), 2);
  });

  test("the same failure of a monitor begun anew counts again", () => {
    const first = record("monitor", ERROR, { intervalMs: 10, callId: 1 });
    const second = record("monitor", ERROR, { intervalMs: 10, callId: 5 });
    assert.equal(countFailures(enter([first, second]), "web"), 2);
  });

  test("a failcount remembers when the last failure was", () => {
    const history = enter([record("monitor", ERROR, { intervalMs: 10, changedAt: 77 })]);
    assert.equal(history.failcounts[0]?.lastFailureAt, 77);
  });

  test("what a start ran with is kept, and a later stop or probe of nothing leaves it", () => {
    const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
    const old = { agent, parameters: { state: "old" } };
    const started = enter([record("start", OK)], { ...OPTIONS, call: old });
    const fresh = { ...OPTIONS, call: { agent, parameters: { state: "new" } } };
    const probe = record("monitor", { kind: "exited", status: 7 }, { callId: 3 });
    const history = enter([record("stop", OK, { callId: 2 }), probe], fresh, started);
    assert.deepEqual(history.resources[0]?.lastCall, old);
  });
});

suite("what an operation was called with", () => {
  const agent = { standard: "ocf", provider: "heartbeat", type: "Delay" };
  const options = { ...OPTIONS, call: { agent, parameters: { startdelay: "6" } } };
  const probe = record("monitor", { kind: "timedOut" });

  test("a probe that has told nothing names the agent, until something is known", () => {
    const [probed] = enter([probe], options).resources;
    assert.deepEqual([probed?.probedWith, probed?.lastCall], [options.call, undefined]);
    const [started] = enter([probe, record("start", OK, { callId: 2 })], options).resources;
    assert.deepEqual([started?.probedWith, started?.lastCall], [undefined, options.call]);
  });

  test("a later probe changes nothing of what it was started with", () => {
    const other = { ...options, call: { agent, parameters: {} } };
    const history = enter([record("start", OK)], options);
    const [found] = enter([{ ...probe, callId: 2 }], other, history).resources;
    assert.deepEqual([found?.probedWith, found?.lastCall], [undefined, options.call]);
  });
});

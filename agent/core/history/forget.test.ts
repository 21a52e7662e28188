import assert from "node:assert/strict";
import { EXAMPLE_RECORD } from "../../../test/agent/example-record.ts";
import {
  emptyHistory,
  INFINITY_SCORE,
  type NodeHistory,
  type OperationRecord,
} from "../model/index.ts";
import {
  clearFailures,
  countFailures,
  forgetAll,
  forgetOperation,
  forgetResource,
} from "./index.ts";

function record(operation: string, intervalMs: number, result: readonly [number, number]) {
  const [callId, status] = result;
  const entry: OperationRecord = {
    ...EXAMPLE_RECORD,
    operation,
    intervalMs,
    callId,
    outcome: { kind: "exited", status },
    expectedStatus: operation === "monitor" && intervalMs === 0 ? null : 0,
  };
  return entry;
}

function failcount(resource: string, operation: string, count: number) {
  return { resource, operation, intervalMs: 0, count, lastFailureAt: 0, lastFailureAtWallMs: 0 };
}

const HISTORY: NodeHistory = {
  ...emptyHistory("alpha"),
  resources: [
    {
      resource: "web",
      records: [record("start", 0, [1, 0]), record("monitor", 10, [2, 7])],
      repairs: 3,
    },
    {
      resource: "ip",
      records: [record("start", 0, [1, 0]), record("stop", 0, [2, 1])],
      repairs: 0,
    },
  ],
  failcounts: [
    failcount("web", "monitor", 2),
    failcount("web", "start", 3),
    failcount("ip", "stop", INFINITY_SCORE),
  ],
  attributes: { standby: "on" },
};

function recordsOf(history: NodeHistory, resource: string): readonly string[] {
  const own = history.resources.find((entry) => entry.resource === resource);
  return (own?.records ?? []).map((entry) => entry.operation);
}

suite("forgetting", () => {
  test("failures of all operations of a resource are counted together", () => {
    assert.equal(countFailures(HISTORY, "web"), 5);
    assert.equal(countFailures(HISTORY, "ip"), INFINITY_SCORE);
    assert.equal(countFailures(HISTORY, "none"), 0);
  });

  test("a cleared failed monitor leaves the resource known as started", () => {
    const history = clearFailures(HISTORY, "web");
    assert.deepEqual(recordsOf(history, "web"), ["start"]);
    assert.equal(countFailures(history, "web"), 0);
    assert.equal(countFailures(history, "ip"), INFINITY_SCORE);
  });

  test("after a cleared failed stop nothing is known, so that a probe is due", () => {
    assert.deepEqual(recordsOf(clearFailures(HISTORY, "ip"), "ip"), []);
  });

  test("null clears the failures of all resources", () => {
    const history = clearFailures(HISTORY, null);
    assert.deepEqual(history.failcounts, []);
    assert.deepEqual(recordsOf(history, "web"), ["start"]);
  });

  test("a forgotten resource leaves no trace", () => {
    const history = forgetResource(HISTORY, "web");
    assert.deepEqual(recordsOf(history, "web"), []);
    assert.equal(countFailures(history, "web"), 0);
    assert.deepEqual(recordsOf(history, "ip"), ["start", "stop"]);
  });

  test("forgetting all keeps the attributes of the node", () => {
    const history = forgetAll(HISTORY);
    assert.deepEqual(history, { ...emptyHistory("alpha"), attributes: { standby: "on" } });
  });

  test("a cancelled operation is forgotten, its failures stay counted", () => {
    const history = forgetOperation(HISTORY, "web", { operation: "monitor", intervalMs: 10 });
    assert.deepEqual(recordsOf(history, "web"), ["start"]);
    assert.equal(countFailures(history, "web"), 5);
  });
});

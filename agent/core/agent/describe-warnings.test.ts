import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_START } from "../../../test/agent/example-start.ts";
import type { OperationRecord } from "../model/index.ts";
import { explainWarnings } from "./describe-warnings.ts";
import { type AgentState, initialAgent } from "./state.ts";

const MONITOR: OperationRecord = {
  operation: "monitor",
  intervalMs: 30_000,
  callId: 3,
  outcome: { kind: "exited", status: 190 },
  expectedStatus: 0,
  digest: "d",
  changedAt: 0,
  changedAtWallMs: 0,
  ranForMs: 10,
  reason: 'members of "http://127.0.0.1/about" are down: 503',
};

function withRecord(record: OperationRecord): AgentState {
  const state = initialAgent(EXAMPLE_START, 0, 0);
  const resources = [{ resource: "web", records: [record], repairs: 0 }];
  return { ...state, localHistory: { ...state.localHistory, resources } };
}

suite("what is not as it should be", () => {
  const degraded = (record: OperationRecord): readonly string[] =>
    explainWarnings(withRecord(record), 0).filter((line) => line.includes("degraded"));

  test("a service that works, but not fully, is named with the agent's words", () => {
    assert.deepEqual(degraded(MONITOR), [
      'resource web is degraded on ip1: members of "http://127.0.0.1/about" are down: 503',
    ]);
  });

  test("one that is well is not", () => {
    assert.deepEqual(degraded({ ...MONITOR, outcome: { kind: "exited", status: 0 } }), []);
  });
});

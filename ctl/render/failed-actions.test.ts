import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { FailureStatus } from "../../agent/core/model/index.ts";
import { EXAMPLE_STATUS } from "./example-status.ts";
import { failedActions } from "./status-sections.ts";

const FAILURE: FailureStatus = {
  resource: "virtual_ip",
  node: "p1",
  operation: "start",
  intervalMs: 0,
  outcome: "not installed",
  status: 5,
  callId: 3,
  reason: "nic eth9 does not exist",
  atWallMs: 0,
  ranForMs: 20,
};

function told(failure: FailureStatus, isFull = false): string | undefined {
  return failedActions({ ...EXAMPLE_STATUS, failures: [failure] }, isFull)[1];
}

suite("what cannot run on a host", () => {
  test("is told in the agent's words, and not as a missing package", () => {
    assert.equal(
      told(FAILURE),
      "  * virtual_ip start on p1 cannot run there: nic eth9 does not exist (status 5) after 20ms",
    );
  });

  test("without words, or in the form of crm_mon, it has the name of the status", () => {
    const plain = told({ ...FAILURE, reason: "" });
    assert.equal(plain, "  * virtual_ip start on p1 returned 'not installed' after 20ms");
    assert.match(told(FAILURE, true) ?? "", /'not installed' \(5\): .*exitreason='nic eth9/);
  });
});

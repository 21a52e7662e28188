import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { AgentContext, AgentResult } from "../../../resource-agents/contract.ts";
import { HEARTBEAT_DUMMY_AGENT } from "../../../resource-agents/dummy/index.ts";
import { findAction } from "./run-action.ts";

suite("which function of an agent an operation is", () => {
  const done = async (): Promise<AgentResult> => ({ status: 0, reason: "" });

  test("a reload for a person is the service's where the agent has two of them", () => {
    const plain = { ...HEARTBEAT_DUMMY_AGENT, reload: done };
    const reloadService = async (): Promise<AgentResult> => ({ status: 0, reason: "" });
    assert.equal(findAction(plain, "reload"), done);
    assert.equal(findAction({ ...plain, reloadService }, "reload"), reloadService);
    assert.equal(findAction({ ...plain, reloadService }, "reload-agent"), done);
  });

  test("an agent that checks nothing lets a check pass, another is believed", async () => {
    const check = async (status: number): Promise<number> => {
      const validate = async () => ({ status, reason: "" });
      const act = findAction({ ...HEARTBEAT_DUMMY_AGENT, validate }, "validate-all");
      const context: AgentContext = JSON.parse("{}");
      return (await act?.(context))?.status ?? -1;
    };
    assert.deepEqual(await Promise.all([0, 3, 5].map(check)), [0, 0, 5]);
  });

  test("what an agent does not have is null", () => {
    assert.equal(findAction(HEARTBEAT_DUMMY_AGENT, "promote"), null);
    assert.equal(findAction(HEARTBEAT_DUMMY_AGENT, "dance"), null);
  });
});

import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_START } from "../../../test/agent/example-start.ts";
import { recordResult } from "../history/index.ts";
import {
  emptyHistory,
  type NodeHistory,
  type OperationOrder,
  type OperationRecord,
} from "../model/index.ts";
import { beginOperation } from "./local-operations.ts";
import { type AgentState, initialAgent } from "./state.ts";

const NOW = 5_000_000;
const ORDER: OperationOrder = {
  resource: "vip",
  agent: { standard: "ocf", provider: "heartbeat", type: "IPaddr2" },
  operation: "start",
  intervalMs: 0,
  timeoutMs: 20_000,
  parameters: { ip: "192.0.2.10" },
  digest: "d",
  expectedStatus: 0,
  checkLevel: 0,
  onFail: "restart",
};

/** A node that had this from its peer, which is a member of its ring or has gone. */
function stateWith(peerHistory: NodeHistory, isThere: boolean): AgentState {
  const ring = {
    ring: { representative: 1, seq: 4 },
    hasPeer: isThere,
    reason: "joined",
    peerIncarnation: "b",
  } as const;
  return { ...initialAgent(EXAMPLE_START, NOW, 1_800_000_000_000), ring, peerHistory };
}

function historyOf(...records: readonly Partial<OperationRecord>[]): NodeHistory {
  return records.reduce<NodeHistory>((history, record, index) => {
    const whole: OperationRecord = {
      operation: "stop",
      intervalMs: 0,
      callId: index + 1,
      outcome: { kind: "exited", status: 0 },
      expectedStatus: 0,
      digest: "d",
      changedAt: NOW - 10,
      changedAtWallMs: 0,
      ranForMs: 5,
      reason: "",
      ...record,
    };
    const options = { isStartFailureFatal: true, onFail: "restart" } as const;
    return recordResult(history, "vip", whole, options);
  }, emptyHistory("ip2"));
}

suite("a start that follows a stop", () => {
  const stopped = historyOf({ operation: "start" }, { operation: "stop" });
  for (const [name, history, expected] of [
    ["the peer has stopped it just now", stopped, true],
    ["the peer has never had it", historyOf(), undefined],
    ["its stop there is long ago", historyOf({ changedAt: NOW - 1001 }), undefined],
    ["its stop there failed", historyOf({ outcome: { kind: "exited", status: 1 } }), undefined],
    ["its stop there timed out", historyOf({ outcome: { kind: "timedOut" } }), undefined],
    ["it was started there again", historyOf({}, { operation: "start" }), undefined],
    ["a probe there has found nothing", historyOf({ operation: "monitor" }), undefined],
  ] as const) {
    test(name, () => assert.equal(toldWith(history), expected));
  }

  test("a resource that is kept for a peer, of which nothing else is known", () => {
    const kept = { resource: "vip", records: [], repairs: 0, lockedSinceS: 1_800_000_000 };
    assert.equal(toldWith({ ...emptyHistory("ip2"), resources: [kept] }), undefined);
  });

  test("what a peer said that has gone does not count", () => {
    assert.equal(toldWith(stopped, { isThere: false }), undefined);
  });

  test("this node itself has stopped it just now", () => {
    assert.equal(toldWith(historyOf(), { own: stopped, isThere: false }), true);
  });

  test("it is told with a start alone", () => {
    assert.equal(toldWith(stopped, { operation: "monitor" }), undefined);
  });

  function toldWith(
    history: NodeHistory,
    { isThere = true, operation = "start", own = emptyHistory("ip1") } = {},
  ): boolean | undefined {
    const purpose = { kind: "action", transitionId: 1, actionId: 1, from: "here" } as const;
    const order = { ...ORDER, operation };
    const state = { ...stateWith(history, isThere), localHistory: own };
    const { effects } = beginOperation(state, order, { purpose, now: NOW });
    const run = effects.find((effect) => effect.kind === "runOperation");
    return run?.kind === "runOperation" ? run.order.followsStop : assert.fail("nothing is run");
  }
});

import assert from "node:assert/strict";
import { EXAMPLE_RECORD } from "../../../test/agent/example-record.ts";
import { EXAMPLE_CONFIG } from "../../../test/agent/example-start.ts";
import {
  type Action,
  emptyCib,
  type OperationOutcome,
  type OperationRecord,
} from "../model/index.ts";
import { beginWalk } from "../transition/index.ts";
import { listOwn } from "./own-at-loss.ts";
import { type AgentState, initialAgent } from "./state.ts";

const OUTCOMES: Readonly<Record<string, OperationOutcome>> = {
  pending: { kind: "pending" },
  timedOut: { kind: "timedOut" },
  notSpawned: { kind: "notSpawned", reason: "" },
};

/** Results such as `probe 7`, `monitor 0`, `watch 7` (of the role Stopped), oldest first. */
function stateWith(texts: readonly string[]): AgentState {
  const records = texts.map((text, index): OperationRecord => {
    const [word = "", result = ""] = text.split(" ");
    const isProbe = word === "probe";
    const isRecurring = word === "monitor" || word === "watch";
    return {
      ...EXAMPLE_RECORD,
      operation: isProbe || isRecurring ? "monitor" : word,
      intervalMs: isRecurring ? 10_000 : 0,
      callId: index + 1,
      outcome: OUTCOMES[result] ?? { kind: "exited", status: Number(result) },
      expectedStatus: isProbe ? null : word === "watch" ? 7 : 0,
    };
  });
  const agent = initialAgent(
    {
      config: EXAMPLE_CONFIG,
      localNode: "ip1",
      release: "0.1.0",
      configHash: "",
      cib: emptyCib(["ip1", "ip2"]),
      setAside: [],
      diskProblem: null,
    },
    0,
    0,
  );
  const resources = [{ resource: "web", records, repairs: 0 }];
  return { ...agent, localHistory: { ...agent.localHistory, resources } };
}

function action(id: number, operation: string, node: string): Action {
  const order = {
    resource: "web",
    agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
    operation,
    intervalMs: 0,
    timeoutMs: 20_000,
    parameters: {},
    digest: "",
    expectedStatus: 0,
    checkLevel: 0,
    onFail: "restart",
  } as const;
  return { id, node, after: [], task: { kind: "operation", order } };
}

suite("what a node may start again while its peer is held", () => {
  const rows: readonly (readonly [readonly string[], boolean])[] = [
    [[], false],
    [["probe 7"], false],
    [["probe 0"], true],
    [["probe 8"], true],
    [["probe pending"], false],
    [["probe timedOut"], false],
    [["probe 5"], false],
    [["start pending"], true],
    [["start 0"], true],
    [["start 1"], true],
    [["start notSpawned"], false],
    [["start 0", "monitor 0"], true],
    [["start 0", "monitor 7"], true],
    [["stop 0", "watch 7"], false],
    [["start 0", "stop 0"], false],
    [["start 0", "stop pending"], true],
    [["start 0", "stop 1"], true],
    [["start 0", "stop timedOut"], true],
  ];
  for (const [texts, isOwn] of rows) {
    test(`after ${texts.join(", ") || "nothing"}: ${isOwn ? "its own" : "not its own"}`, () => {
      assert.deepEqual(listOwn(stateWith(texts)).started, isOwn ? ["web"] : []);
    });
  }

  test("a promoted copy is its own in that role", () => {
    assert.deepEqual(listOwn(stateWith(["start 0", "promote 0"])).promoted, ["web"]);
    assert.deepEqual(listOwn(stateWith(["promote 0", "demote 0"])).promoted, []);
  });

  for (const [dc, nodes, isOwn] of [
    ["ip1", ["ip1", "ip1"], true],
    ["ip1", ["ip2", "ip1"], false],
    ["ip2", ["ip1", "ip1"], false],
  ] as const) {
    test(`stop on ${nodes[0]}, start on ${nodes[1]}, planned by ${dc}: ${isOwn}`, () => {
      const [from, to] = nodes;
      const actions = [action(1, "stop", from), action(2, "start", to)];
      const plan = { actions, decisions: [], states: [], placements: {}, scores: {} };
      const walk = beginWalk(1, { ...plan, recheckAt: null });
      const state = { ...stateWith(["start 0", "stop 0"]), dc, walk };
      assert.deepEqual(listOwn(state).started, isOwn ? ["web"] : []);
    });
  }
});

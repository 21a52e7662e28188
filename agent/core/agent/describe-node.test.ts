import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_RECORD } from "../../../test/agent/example-record.ts";
import { EXAMPLE_CONFIG } from "../../../test/agent/example-start.ts";
import { emptyCib, type RingReason } from "../model/index.ts";
import { describeNode, isSettled } from "./describe-node.ts";
import { type AgentState, initialAgent, type Stopping } from "./state.ts";
import { stepAgent } from "./step-agent.ts";

const { tokenTimeoutMs } = EXAMPLE_CONFIG;
const HELLO = {
  kind: "hello",
  stamp: { version: { adminEpoch: 0, epoch: 0, numUpdates: 0 }, digest: "", lineage: [] },
  memberForMs: 0,
  wasDc: false,
  active: [],
  history: { node: "ip2", resources: [], failcounts: [], attributes: {} },
  release: "0.1.0",
} as const;
const MEETING = { beganAt: 0, problem: null, awaitsCib: false, awaitsDrop: false } as const;
const MET = { ...MEETING, sentHello: HELLO, peerHello: HELLO };
const UNMET = { ...MEETING, sentHello: HELLO, peerHello: null };

function agent(more: Partial<AgentState> = {}): AgentState {
  const cib = emptyCib(["ip1", "ip2"]);
  const start = { config: EXAMPLE_CONFIG, localNode: "ip1", release: "0.1.0", configHash: "", cib };
  const state = initialAgent({ ...start, setAside: [], diskProblem: null }, 0, 0);
  return { ...state, survey: "done", ...more };
}

function ring(hasPeer: boolean, reason: RingReason): Pick<AgentState, "ring"> {
  const id = { representative: 1, seq: 2 };
  return { ring: { ring: id, hasPeer, reason, peerIncarnation: hasPeer ? "b2" : null } };
}

function running(...ids: readonly string[]): Pick<AgentState, "localHistory"> {
  const resources = ids.map((resource) => ({ resource, records: [EXAMPLE_RECORD], repairs: 0 }));
  return { localHistory: { ...agent().localHistory, resources } };
}

suite("when a node has joined, or knows that it is alone", () => {
  const rows: readonly [string, Partial<AgentState>, number, boolean][] = [
    ["no word of the heartbeat process", {}, 10, false],
    ["no word of it for half a minute", {}, 29_999, false],
    ["not looked at what runs here", { ...ring(false, "tokenLost"), survey: "running" }, 10, false],
    ["no peer yet", ring(false, "started"), tokenTimeoutMs - 1, false],
    ["no peer for a token timeout", ring(false, "started"), tokenTimeoutMs, true],
    ["a peer without a word of its agent", { ...ring(true, "joined"), meeting: UNMET }, 10, false],
    ["a peer that was met", { ...ring(true, "joined"), meeting: MET }, 10, true],
    [
      "the peer has still to take over the configuration",
      { ...ring(true, "joined"), meeting: { ...MET, awaitsCib: true } },
      10,
      false,
    ],
    [
      "a meeting that stalls",
      { ...ring(true, "joined"), meeting: { ...UNMET, problem: "no word" } },
      5000,
      true,
    ],
    ["a peer that came and left", ring(false, "goodbye"), 10, true],
    ["anything after 30 s", { ...ring(true, "joined"), survey: "running" }, 30_000, true],
  ];
  for (const [what, more, now, expected] of rows) {
    test(`${what}, after ${now} ms: ${expected}`, () => {
      assert.equal(isSettled(agent(more), now), expected);
    });
  }
});

suite("a node in one line", () => {
  const met = { ...ring(true, "joined"), meeting: MET };
  const rows: readonly [Partial<AgentState>, string][] = [
    [{ survey: "running" }, "starting: looking at what is active on this node"],
    [ring(false, "started"), "starting: listening for ip2"],
    [{ ...ring(true, "joined"), meeting: UNMET }, "starting: agreeing with ip2"],
    [{ ...met, ...running("ip", "web") }, "member with ip2, runs ip web"],
    [met, "member with ip2, runs nothing"],
    [
      { ...ring(false, "tokenLost"), ...running("ip"), wereBothSeen: true },
      "alone, runs ip: node ip2 is lost: no token has come for the token timeout",
    ],
  ];
  for (const [more, expected] of rows) {
    test(expected, () => assert.equal(describeNode(agent(more), 10), expected));
  }

  test("a node in standby says so, and a meeting that stalls why", () => {
    const attributes = { standby: "on" };
    const standby = { ...met, localHistory: { ...agent().localHistory, attributes } };
    assert.equal(describeNode(agent(standby), 10), "member with ip2, in standby");
    const stalled = { ...ring(true, "joined"), meeting: { ...UNMET, problem: "no word" } };
    assert.equal(describeNode(agent(stalled), 10), "no agreement with ip2: no word");
  });

  test("a leave says what goes, and then how long it took and what became of it", () => {
    const stopping: Stopping = {
      askers: [],
      beganAt: 100,
      had: ["ip", "web"],
      hasLeft: false,
      tookMs: 0,
    };
    const under = agent({ ...met, ...running("ip"), stopping });
    assert.equal(describeNode(under, 200), "stopping: ip web leaves first");
    const peerHistory = { ...running("ip").localHistory, node: "ip2" };
    const empty = { localHistory: agent().localHistory, dc: "ip1" };
    const step = stepAgent(
      { ...under, ...empty, peerHistory, ...ring(false, "goodbye") },
      { kind: "timePassed", wallMs: 0 },
      412,
    );
    const logged = step.effects.find((effect) => effect.kind === "log");
    assert.deepEqual(logged?.fields, { tookMs: 312, moved: "ip", stopped: "web" });
    const words = "left the cluster in order after 312 ms: ip moved to ip2; web stopped here";
    assert.equal(describeNode(step.state, 412), words);
  });
});

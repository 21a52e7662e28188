import assert from "node:assert/strict";
import { EXAMPLE_RECORD } from "../../../test/agent/example-record.ts";
import { EXAMPLE_CONFIG } from "../../../test/agent/example-start.ts";
import {
  type Cib,
  type ClusterStatus,
  emptyCib,
  type NodeHistory,
  type OperationRecord,
  type ResourceHistory,
  type RingReason,
} from "../model/index.ts";
import { describeStatus } from "./describe-status.ts";
import { type AgentState, initialAgent } from "./state.ts";
import { stepAgent } from "./step-agent.ts";

const AGENT = { standard: "ocf", provider: "heartbeat", type: "Dummy" } as const;
const NOW = 5_000_000;

/** Node ip1, whose peer is no member any more. */
function alone(reason: RingReason, isGone: boolean): AgentState {
  const cib = { ...emptyCib(["ip1", "ip2"]), properties: { "stonith-enabled": "false" } };
  const start = { config: EXAMPLE_CONFIG, localNode: "ip1", release: "0.1.0", configHash: "", cib };
  const agent = initialAgent({ ...start, setAside: [], diskProblem: null }, 0, 0);
  return {
    ...agent,
    dc: "ip1",
    wereBothSeen: true,
    survey: "done",
    ring: { ring: { representative: 1, seq: 2 }, hasPeer: false, reason, peerIncarnation: null },
    arbitration: { ...agent.arbitration, peer: isGone ? "gone" : "lost", reason },
  };
}

function entry(resource: string, more: Partial<OperationRecord>): ResourceHistory {
  return { resource, records: [{ ...EXAMPLE_RECORD, ...more }], repairs: 0 };
}

function describe(state: AgentState, peer: Partial<NodeHistory> = {}): ClusterStatus {
  return describeStatus({ ...state, peerHistory: { ...state.peerHistory, ...peer } }, NOW);
}

suite("what status says of the situation", () => {
  for (const [reason, isGone, words] of [
    ["goodbye", true, /^node ip2 has left the cluster in order \(ring/],
    ["peerUnwell", true, /agent hangs or has ended, and it holds no address any more \(ring/],
    ["peerUnwell", false, /agent hangs or has ended \(ring/],
  ] as const) {
    test(`peer lost by ${reason}, ${isGone ? "gone" : "not gone"}`, () => {
      assert.match(describe(alone(reason, isGone)).warnings[0] ?? "", words);
    });
  }

  for (const [theirs, words] of [
    [{ oldest: 2, newest: 3 }, /ip2 speaks protocol 2 to 3, .*0\.1\.0\) 1: .*update .* on ip1 to/],
    [{ oldest: 0, newest: 0 }, /ip2 speaks protocol 0, this node .*update lb-cluster on ip2 to/],
  ] as const) {
    test(`a peer of protocol ${theirs.oldest}: it is said which node is the older one`, () => {
      const state = alone("started", false);
      const report = { kind: "versionRefused", theirs, ours: { oldest: 1, newest: 1 } } as const;
      const step = stepAgent(state, { kind: "heartbeat", report }, NOW);
      const logged = step.effects.find((effect) => effect.kind === "log");
      assert.equal(logged?.event, "versionRefused");
      assert.match(String(logged?.fields["text"]), words);
      const { warnings } = describe(step.state);
      assert.ok(warnings.some((line) => line.startsWith("packets were refused: ip2 speaks")));
    });
  }

  test("a protocol that did not fit is forgotten when the peer is a member", () => {
    const versions = { theirs: { oldest: 2, newest: 2 }, ours: { oldest: 1, newest: 1 } };
    const state = alone("started", false);
    const heartbeat = { ...state.heartbeat, incarnation: "a1", refusedVersions: versions };
    const report = {
      kind: "ringChanged",
      ring: { representative: 1, seq: 3 },
      members: ["ip1", "ip2"],
      reason: "joined",
      peerIncarnation: "b2",
      hasPeerReleased: false,
    } as const;
    const joined = stepAgent({ ...state, heartbeat }, { kind: "heartbeat", report }, NOW);
    assert.equal(joined.state.heartbeat.refusedVersions, null);
  });

  test("what the peer has left active is named, with the command that gives it up", () => {
    const resources = [{ ...entry("web", {}), wasLeftActive: true as const }];
    const [, left = ""] = describe(alone("goodbye", true), { resources }).warnings;
    assert.match(left, /^resource web was left active on ip2, unmanaged, and starts nowhere else/);
    assert.match(left, /"lbctl resource refresh web" says so$/);
  });

  test("of a clone the copy on a node in maintenance is marked, and no other", () => {
    const child = { kind: "primitive", id: "web", agent: AGENT, parameters: {}, meta: {} } as const;
    const clone = { kind: "clone", id: "webs", child: { ...child, operations: [] }, meta: {} };
    const state = alone("tokenLost", false);
    const nodes = [{ name: "ip2", attributes: { maintenance: "on" } }];
    const cib: Cib = { ...state.cib, nodes, resources: [{ ...clone, kind: "clone" }] };
    const resources = [entry("web", {})];
    const local = { ...state.localHistory, resources };
    const ring = { ring: { representative: 1, seq: 3 }, hasPeer: true, reason: "joined" } as const;
    const met = { ...state, cib, localHistory: local, ring: { ...ring, peerIncarnation: "" } };
    const [web] = describe(met, { resources }).resources;
    assert.deepEqual([web?.isManaged, web?.isInMaintenance], [true, false]);
    assert.deepEqual(
      web?.places.map(({ node, isManaged, isInMaintenance }) => [node, isManaged, isInMaintenance]),
      [
        ["ip1", true, false],
        ["ip2", false, true],
      ],
    );
  });

  test("a reload is not told as a start, and a failed one is told once", () => {
    const last = { outcome: { kind: "exited", status: 1 }, callId: 1, ranForMs: 0 } as const;
    const failcounts = [
      {
        resource: "ftp",
        operation: "reload",
        intervalMs: 0,
        count: 1,
        lastFailureAt: 0,
        lastFailureAtWallMs: 0,
        last: { ...last, reason: "" },
      },
    ];
    const failed = { operation: "monitor", ranAs: "reload", outcome: last.outcome } as const;
    const resources = [entry("web", { ranAs: "reload-agent" }), entry("ftp", failed)];
    const { operations, failures } = describe(alone("tokenLost", false), { resources, failcounts });
    assert.deepEqual(
      operations.map(({ operation }) => operation),
      ["reload-agent", "reload"],
    );
    assert.deepEqual(
      failures.map(({ operation }) => operation),
      ["reload"],
    );
  });

  test("what is under way on either node is told, whoever is the DC", () => {
    const pending = { outcome: { kind: "pending" } } as const;
    const local = [entry("slow", { ...pending, operation: "monitor", expectedStatus: null })];
    const state = alone("tokenLost", false);
    const begun = { ...state, localHistory: { ...state.localHistory, resources: local } };
    const { pending: told } = describe(begun, { resources: [entry("web", pending)] });
    assert.deepEqual(told.slice(0, 2), ["probe of slow on ip1", "start of web on ip2"]);
  });
});

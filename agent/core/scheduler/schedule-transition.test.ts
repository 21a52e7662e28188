import assert from "node:assert/strict";
import { canonicalJson, digestText } from "../base/index.ts";
import {
  type Cib,
  emptyCib,
  emptyHistory,
  type NodeHistory,
  type OperationOrder,
  type OperationRecord,
  type Primitive,
  type SchedulerInput,
  type Transition,
} from "../model/index.ts";
import { digestOperation, planOperation, scheduleTransition } from "./index.ts";

const AGENT = { standard: "ocf", provider: "heartbeat", type: "IPaddr2" };
const IP: Primitive = {
  kind: "primitive",
  id: "ip",
  agent: AGENT,
  parameters: { ip: "192.0.2.10" },
  meta: {},
  operations: [
    {
      id: "ip-monitor",
      name: "monitor",
      intervalMs: 10_000,
      timeoutMs: 5000,
      options: { OCF_CHECK_LEVEL: "10", "on-fail": "standby" },
    },
  ],
};

function cibOf(resources: Cib["resources"]): Cib {
  return { ...emptyCib(["alpha", "beta"]), properties: { "stonith-enabled": "false" }, resources };
}

function inputOf(cib: Cib, histories: readonly NodeHistory[]): SchedulerInput {
  const nodes = [
    { name: "alpha", presence: "online" },
    { name: "beta", presence: "offline" },
  ] as const;
  return { cib, nodes, histories, isQuorate: true, now: 0 };
}

function started(digest: string): OperationRecord {
  return {
    operation: "start",
    intervalMs: 0,
    callId: 1,
    outcome: { kind: "exited", status: 0 },
    expectedStatus: 0,
    digest,
    changedAt: 0,
    changedAtWallMs: 0,
    ranForMs: 0,
    reason: "",
  };
}

function historyOf(record: OperationRecord, parameters: Record<string, string>): NodeHistory {
  const lastCall = { agent: AGENT, parameters };
  return {
    ...emptyHistory("alpha"),
    resources: [{ resource: "ip", records: [record], repairs: 0, lastCall }],
  };
}

function ordersOf({ actions }: Transition): readonly OperationOrder[] {
  return actions.flatMap(({ task }) => (task.kind === "operation" ? [task.order] : []));
}

suite("scheduling a transition", () => {
  test("every operation is complete: the node that runs it needs nothing else", () => {
    const cib = cibOf([IP]);
    const [probe, start, monitor] = ordersOf(
      scheduleTransition(inputOf(cib, [emptyHistory("alpha")])),
    );
    const digest = digestText(
      canonicalJson({ agent: "ocf:heartbeat:IPaddr2", parameters: { ip: "192.0.2.10" } }),
    );
    const common = { resource: "ip", agent: AGENT, parameters: IP.parameters };
    assert.deepEqual(probe, {
      ...common,
      operation: "monitor",
      intervalMs: 0,
      timeoutMs: 20_000,
      digest,
      expectedStatus: null,
      checkLevel: 0,
      onFail: "restart",
    });
    assert.deepEqual(start, { ...probe, operation: "start", expectedStatus: 0 });
    assert.deepEqual(monitor, {
      ...start,
      operation: "monitor",
      intervalMs: 10_000,
      timeoutMs: 5000,
      digest: digestOperation(cib, IP, { name: "monitor", intervalMs: 10_000 }),
      checkLevel: 10,
      onFail: "standby",
    });
  });

  test("a stop uses the parameters that the resource was started with", () => {
    const history = historyOf(started("old"), { ip: "192.0.2.9" });
    const [stop, start] = ordersOf(scheduleTransition(inputOf(cibOf([IP]), [history])));
    assert.deepEqual([stop?.operation, stop?.parameters["ip"]], ["stop", "192.0.2.9"]);
    assert.deepEqual([start?.operation, start?.parameters["ip"]], ["start", "192.0.2.10"]);
  });

  test("an orphan is stopped with what its history remembers", () => {
    const history = historyOf(started("old"), { ip: "192.0.2.9" });
    const transition = scheduleTransition(inputOf(cibOf([]), [history]));
    assert.deepEqual(
      ordersOf(transition).map((x) => [x.operation, x.agent, x.parameters]),
      [["stop", AGENT, { ip: "192.0.2.9" }]],
    );
    assert.equal(transition.actions.at(-1)?.task.kind, "deleteHistory");
    assert.equal(transition.states[0]?.isOrphan, true);
  });

  test("an orphan whose agent nobody remembers is left, and the decision says so", () => {
    const resources = [{ resource: "ip", records: [started("old")], repairs: 0 }];
    const history: NodeHistory = { ...emptyHistory("alpha"), resources };
    const transition = scheduleTransition(inputOf(cibOf([]), [history]));
    assert.deepEqual(transition.actions, []);
    assert.equal(transition.decisions[0]?.isBlocked, true);
    assert.match(transition.decisions[0]?.reason ?? "", /agent is not remembered/);
  });

  test("an empty cluster has an empty transition", () => {
    const transition = scheduleTransition({
      ...inputOf(cibOf([]), []),
      nodes: [],
    });
    assert.deepEqual(transition.actions, []);
    assert.deepEqual(transition.decisions, []);
  });

  test("dependents in many layers do not take exponential time", () => {
    const layers = Array.from({ length: 15 }, (_x, layer) => [`a${layer}`, `b${layer}`]);
    const constraints = layers.slice(1).flatMap((layer, index) =>
      layer.flatMap((resource) =>
        (layers[index] ?? []).map((withResource) => {
          const id = `${resource}-${withResource}`;
          return { kind: "colocation" as const, id, resource, withResource, score: 100 };
        }),
      ),
    );
    const resources = layers.flat().map((id) => ({ ...IP, id }));
    const cib = { ...cibOf(resources), constraints };
    const { placements } = scheduleTransition(inputOf(cib, [emptyHistory("alpha")]));
    assert.equal(Object.values(placements).filter((node) => node === "alpha").length, 30);
  });
});

suite("planning one operation", () => {
  test("a stop can name what the resource was started with", () => {
    const stopAs = { agent: AGENT, parameters: { ip: "192.0.2.9" } };
    const order = planOperation(cibOf([IP]), "ip", { stopAs });
    assert.deepEqual([order?.operation, order?.parameters], ["stop", stopAs.parameters]);
    assert.equal(order?.onFail, "block");
  });

  test("a probe may find either state, and an unknown resource gives nothing", () => {
    assert.equal(planOperation(cibOf([IP]), "ip", "probe")?.expectedStatus, null);
    assert.equal(planOperation(cibOf([IP]), "none", "probe"), null);
  });
});

import assert from "node:assert/strict";
import { EXAMPLE_CONFIG } from "../../../test/agent/example-start.ts";
import type { ApiReply, Change, Cib, OperationRecord, SchedulerInput } from "../model/index.ts";
import { emptyCib } from "../model/index.ts";
import { scheduleTransition } from "../scheduler/index.ts";
import { dateInput, planChanges } from "./plan-changes.ts";
import { acceptRequest } from "./requests.ts";
import { type AgentState, initialAgent } from "./state.ts";

const DUMMY: Cib["resources"][number] = {
  kind: "primitive",
  id: "a",
  agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
  parameters: {},
  meta: { "failure-timeout": "60s" },
  operations: [],
};

const CIB: Cib = {
  ...emptyCib(["ip1", "ip2"]),
  properties: { "stonith-enabled": "false", "no-quorum-policy": "ignore" },
  resources: [DUMMY],
};

const NOW = 5_000_000;

const STARTED: OperationRecord = {
  operation: "start",
  intervalMs: 0,
  callId: 1,
  outcome: { kind: "exited", status: 0 },
  expectedStatus: 0,
  digest: "d",
  changedAt: NOW - 1000,
  changedAtWallMs: 0,
  ranForMs: 10,
  reason: "",
};

const WALL_MS = 1_800_000_000_000;
function agentWith(cib: Cib): AgentState {
  const identity = { config: EXAMPLE_CONFIG, localNode: "ip1", release: "1.0.0", configHash: "c" };
  return initialAgent({ ...identity, cib, setAside: [], diskProblem: null }, NOW, NOW);
}

function ask(state: AgentState, changes: readonly Change[]): ApiReply {
  const request = { kind: "apply", changes, isDryRun: true, by: "me", atWallMs: WALL_MS } as const;
  return planChanges(state, request, NOW);
}

suite("what changes would do", () => {
  test("without changes: what the scheduler looks at, with the time of day", () => {
    const reply = ask(agentWith(CIB), []);
    assert.ok(reply.kind === "applied");
    assert.equal(reply.input?.cib, CIB);
    assert.equal(reply.input?.now, WALL_MS);
    assert.equal(reply.input?.wallNowMs, WALL_MS);
    assert.deepEqual(reply.notes, []);
  });

  test("with a change: the configuration as it would be, and what follows", () => {
    const values = { "target-role": "Stopped" };
    const reply = ask(agentWith(CIB), [{ kind: "setResourceMeta", ids: ["a"], values }]);
    assert.ok(reply.kind === "applied");
    const [resource] = reply.input?.cib.resources ?? [];
    assert.equal(resource?.meta["target-role"], "Stopped");
    assert.ok(reply.decisions.every(({ what }) => what === "leave"));
  });

  test("a change that would be refused is", () => {
    const reply = ask(agentWith(CIB), [{ kind: "deleteResource", id: "b" }]);
    assert.equal(reply.kind, "refused");
  });

  test("every node answers by itself, also while there is no DC, and changes nothing", () => {
    const state = agentWith(CIB);
    const request = { kind: "apply", changes: [], isDryRun: true, by: "", atWallMs: 1 } as const;
    const { state: after, effects } = acceptRequest(state, { requestId: 7, request }, NOW);
    assert.equal(after, state);
    assert.deepEqual(
      effects.map((effect) => (effect.kind === "reply" ? effect.reply.kind : effect.kind)),
      ["applied"],
    );
  });

  test("dating an input changes nothing for the scheduler", () => {
    const failed = { operation: "monitor", intervalMs: 10_000, count: 1, lastFailureAtWallMs: 0 };
    const input: SchedulerInput = {
      cib: CIB,
      nodes: [
        { name: "ip1", presence: "online" },
        { name: "ip2", presence: "online" },
      ],
      histories: [
        {
          node: "ip1",
          resources: [{ resource: "a", records: [STARTED], repairs: 0 }],
          failcounts: [{ ...failed, resource: "a", lastFailureAt: NOW - 59_000 }],
          attributes: {},
        },
      ],
      isQuorate: true,
      now: NOW,
    };
    const dated = dateInput(input, WALL_MS);
    assert.equal(dated.histories[0]?.resources[0]?.records[0]?.changedAt, WALL_MS - 1000);
    assert.equal(dated.histories[0]?.failcounts[0]?.lastFailureAt, WALL_MS - 59_000);
    const [plan, later] = [scheduleTransition(input), scheduleTransition(dated)];
    assert.deepEqual({ ...later, recheckAt: 0 }, { ...plan, recheckAt: 0 });
  });
});

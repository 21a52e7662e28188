import assert from "node:assert/strict";
import { suite, test } from "mocha";

import { Simulation, TWO_NODE } from "./simulation.ts";
import { explainUnstable } from "./stability.ts";
import { Violation } from "./violation.ts";
import { ask, FIRST_CHANGES, PAIR } from "./workload.ts";

const OPTIONS = { seed: 3, tokenTimeoutMs: 1000, isSupervised: true, onLine: null } as const;

/** A cluster with an address and a server, at rest; the side that has them. */
function settled(isSupervised = true): { readonly sim: Simulation; readonly side: 0 | 1 } {
  const sim = new Simulation({ ...OPTIONS, isSupervised, quorum: TWO_NODE, skipsQuiet: true });
  sim.startNode(0);
  sim.startNode(1);
  sim.runMs(3000);
  const changes = [...FIRST_CHANGES, ...PAIR.changes];
  ask(sim, 0, { kind: "apply", changes, isDryRun: false, by: "test", atWallMs: 0 });
  sim.runMs(10_000);
  assert.equal(explainUnstable(sim, PAIR.resources), null);
  return { sim, side: sim.hosts[0].active.has("ip") ? 0 : 1 };
}

function ownersOf(sim: Simulation, resource: string): readonly string[] {
  return sim.hosts.filter(({ active }) => active.has(resource)).map(({ name }) => name);
}

suite("simulated cluster", () => {
  test("a crashed host is replaced within the token timeout and 120 ms", () => {
    const { sim, side } = settled();
    const crashedAtMs = sim.timeline.nowMs;
    sim.crash(side);
    sim.runUntil(crashedAtMs + 5000, () => ownersOf(sim, "ip").length === 1);
    const outageMs = sim.timeline.nowMs - crashedAtMs;
    assert.ok(outageMs <= 1120, `outage ${outageMs} ms`);
  });

  test("a cut of the heartbeat alone moves nothing, however long it lasts", () => {
    const { sim, side } = settled();
    sim.cutTokens(0, 1);
    sim.cutTokens(1, 1);
    sim.runMs(600_000);
    assert.deepEqual(ownersOf(sim, "ip"), [sim.hosts[side].name]);
    sim.cutTokens(0, -1);
    sim.cutTokens(1, -1);
    sim.runMs(5000);
    assert.equal(explainUnstable(sim, PAIR.resources), null);
  });

  test("after a partition one owner is left within 500 ms", () => {
    const { sim } = settled();
    sim.partition(1);
    sim.runMs(10_000);
    assert.equal(ownersOf(sim, "ip").length, 2);
    sim.partition(-1);
    sim.runMs(500);
    assert.equal(ownersOf(sim, "ip").length, 1);
    sim.runMs(5000);
    assert.equal(explainUnstable(sim, PAIR.resources), null);
  });

  for (const isSupervised of [true, false]) {
    const words = isSupervised ? "under a supervisor" : "without supervisor";
    test(`a killed agent ${words} leaves one owner of the address at most`, () => {
      const { sim, side } = settled(isSupervised);
      sim.killAgent(side);
      sim.runMs(10_000);
      assert.equal(ownersOf(sim, "ip").length, 1);
    });
  }

  test("a node that says goodbye is replaced without a timeout", () => {
    const { sim, side } = settled();
    const command = { kind: "stopNode", isWholeCluster: false } as const;
    ask(sim, side, { kind: "command", command, by: "test", atWallMs: 0 });
    const endMs = sim.timeline.nowMs + 900;
    sim.runUntil(endMs, () => sim.hosts[side].agent === null);
    const leftAtMs = sim.timeline.nowMs;
    sim.runUntil(endMs, () => ownersOf(sim, "ip").length === 1);
    assert.ok(sim.timeline.nowMs - leftAtMs < 100, "taken over at once");
  });

  test("changes on both nodes at once both land", () => {
    const { sim } = settled();
    for (const side of [0, 1] as const) {
      const values = { [`by-${side}`]: "x" };
      const change = { kind: "setNodeAttributes", node: "a", values } as const;
      ask(sim, side, { kind: "apply", changes: [change], isDryRun: false, by: "", atWallMs: 0 });
    }
    sim.runMs(1000);
    for (const { agent } of sim.hosts) {
      const attributes = agent?.state().cib.nodes.find(({ name }) => name === "a")?.attributes;
      assert.deepEqual(attributes, { "by-0": "x", "by-1": "x" });
    }
  });

  test("a change that is written while the nodes meet never replaces a newer configuration", () => {
    const { sim } = settled();
    const change = (side: 0 | 1, color: string): void => {
      const values = { color };
      const request = { kind: "setNodeAttributes", node: "a", values } as const;
      ask(sim, side, { kind: "apply", changes: [request], isDryRun: false, by: "", atWallMs: 0 });
    };
    sim.cutCluster(0, 1);
    sim.cutCluster(1, 1);
    sim.runMs(3000);
    for (const color of ["red", "blue", "green"]) change(0, color);
    sim.runMs(1000);
    sim.hosts[1].disk.mood = "slow";
    change(1, "grey");
    sim.cutCluster(0, -1);
    sim.cutCluster(1, -1);
    sim.runMs(20_000);
    const colors = sim.hosts.map(({ agent }) => agent?.state().cib.nodes[0]?.attributes["color"]);
    assert.deepEqual(colors, ["green", "green"]);
    assert.equal(sim.hosts[1].disk.content.setAside.length, 1);
  });

  test("a suspicion with nothing to ask for does not wake the agent all the time", () => {
    const sim = new Simulation({
      ...OPTIONS,
      tokenTimeoutMs: 5000,
      quorum: TWO_NODE,
      skipsQuiet: true,
    });
    sim.startNode(0);
    sim.startNode(1);
    sim.runMs(3000);
    sim.partition(1);
    sim.runMs(20_000); // More than 250 wakes in a second would break a check.
  });

  test("a lone node that waits for its peer starts nothing", () => {
    const quorum = { ...TWO_NODE, waitsForAll: true, aloneAfterMs: null };
    const sim = new Simulation({ ...OPTIONS, quorum, skipsQuiet: true });
    sim.startNode(0);
    sim.runMs(600_000);
    assert.equal(sim.hosts[0].agent?.state().wasQuorate, false);
  });
});

suite("checks", () => {
  test("an address on both nodes of one ring is found", () => {
    const { sim, side } = settled();
    const other = sim.hosts[side === 0 ? 1 : 0];
    assert.throws(() => other.activate("ip", "192.0.2.10"), Violation);
  });

  test("a server on both nodes of one ring is found", () => {
    const { sim, side } = settled();
    const other = sim.hosts[side === 0 ? 1 : 0];
    assert.throws(() => other.activate("web", null), Violation);
  });

  test("an address that stays on both nodes after a partition is found", () => {
    const { sim } = settled();
    sim.partition(1);
    sim.runMs(10_000);
    // The nodes never hear each other again, so nobody drops it.
    sim.cutTokens(0, 1);
    sim.partition(-1);
    sim.network.cuts.tokens[0] = 0;
    sim.network.wellSinceMs = sim.timeline.nowMs;
    sim.network.cuts.tokens[0] = 1;
    assert.throws(() => sim.runMs(5000), /stays active on both nodes/);
  });

  test("an address that comes up during a cut of the heartbeat alone is found", () => {
    const { sim, side } = settled();
    sim.cutTokens(0, 1);
    sim.cutTokens(1, 1);
    sim.runMs(10_000);
    const other = sim.hosts[side === 0 ? 1 : 0];
    assert.throws(() => other.activate("ip", "192.0.2.10"), Violation);
  });

  test("a start of a node that still waits for its peer is found", () => {
    const quorum = { ...TWO_NODE, waitsForAll: true, aloneAfterMs: null };
    const sim = new Simulation({ ...OPTIONS, quorum, skipsQuiet: true });
    sim.startNode(0);
    sim.runMs(10_000);
    assert.throws(() => sim.checks.noteRun(sim.hosts[0], START), /without quorum/);
  });

  test("a start after a failed stop on the other node is found", () => {
    const { sim, side } = settled();
    const other = sim.hosts[side === 0 ? 1 : 0];
    const stop = { ...START, operation: "stop" };
    sim.checks.noteEnd(sim.hosts[side], stop, { kind: "timedOut" });
    assert.throws(() => sim.checks.noteRun(other, START), /whose stop failed/);
  });

  test("a configuration that loses a change saved on both nodes is found", () => {
    const { sim } = settled();
    const [first] = sim.hosts;
    const cib = first.agent?.state().cib;
    assert.ok(cib !== undefined);
    const stranger = { ...cib, lineage: [], lastChange: { atWallMs: 9, by: "nobody" } };
    assert.throws(() => sim.checks.noteCibOnDisk(first, stranger), /lost 0.1.0/);
  });

  test("a change that is acknowledged and not on disk is found", () => {
    const { sim } = settled();
    assert.throws(() => sim.checks.noteAcknowledged("0.99.0", ["a"]), /acknowledged as saved on a/);
  });
});

const START = {
  resource: "web",
  agent: { standard: "ocf", provider: "heartbeat", type: "apache" },
  operation: "start",
  intervalMs: 0,
  timeoutMs: 20_000,
  parameters: {},
  digest: "",
  expectedStatus: 0,
  checkLevel: 0,
  onFail: "restart",
} as const;

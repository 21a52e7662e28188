import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { SchedulerInput } from "../../agent/core/model/index.ts";
import { EVERYTHING, exampleInput, nodeStatus } from "../../test/what-if/example.ts";
import { followTransition } from "./carry-out-transition.ts";
import { bringNodeUp, putInStandby, takeNodeDown } from "./change-input.ts";
import { type Fault, parseFault } from "./fault.ts";
import { hasWork, runSteps, type Simulation, STEPS_MAX } from "./run-steps.ts";

function fault(text: string): Fault {
  return parseFault(text) ?? assert.fail(text);
}

function run(input: SchedulerInput, ...faults: readonly string[]): Simulation {
  return runSteps(input, { faults: faults.map(fault), stepsMax: STEPS_MAX });
}

function placesOf({ next }: Simulation): Record<string, readonly string[]> {
  return Object.fromEntries(next.states.map(({ resource, activeOn }) => [resource, activeOn]));
}

function coursesOf({ steps }: Simulation): readonly string[] {
  return steps.flatMap(({ happenings }) =>
    happenings.flatMap(({ action: { node, task }, outcome }) =>
      task.kind === "operation" && task.order.intervalMs === 0
        ? [`${task.order.operation} ${task.order.resource} ${node} ${outcome}`]
        : [],
    ),
  );
}

suite("planning and carrying out", () => {
  const input = exampleInput();

  test("a cluster at rest stays as it is", () => {
    const simulation = run(input);
    assert.deepEqual(coursesOf(simulation), []);
    assert.equal(hasWork(simulation.next), false);
    assert.deepEqual(placesOf(simulation), {
      address: ["ip1"],
      server: ["ip1"],
      gateway: ["ip1", "ip2"],
    });
  });

  const worlds: readonly (readonly [string, SchedulerInput, string | undefined])[] = [
    ["its node down", takeNodeDown(input, "ip1"), "ip2"],
    ["its node in standby", putInStandby(input, "ip1"), "ip2"],
    ["the other node down", takeNodeDown(input, "ip2"), "ip1"],
    ["both nodes down", takeNodeDown(takeNodeDown(input, "ip1"), "ip2"), undefined],
    ["its node back after a crash", bringNodeUp(takeNodeDown(input, "ip1"), "ip1"), "ip1"],
    ["the other node back", bringNodeUp(takeNodeDown(input, "ip2"), "ip2"), "ip1"],
  ];
  for (const [name, world, expected] of worlds) {
    test(`with ${name} it comes to rest with the group on ${expected ?? "no node"}`, () => {
      const simulation = run(world);
      assert.equal(hasWork(simulation.next), false);
      assert.deepEqual(placesOf(simulation)["server"], expected === undefined ? [] : [expected]);
    });
  }

  test("a monitor that fails now is recovered, and counted against the threshold", () => {
    const simulation = run(input, "server_monitor_10000@ip1=7");
    assert.equal(simulation.injected.length, 1);
    assert.deepEqual(coursesOf(simulation), [
      "stop server ip1 done",
      "stop address ip1 done",
      "start address ip2 done",
      "start server ip2 done",
    ]);
  });

  test("what runs again after its recovery does not fail a second time", () => {
    const simulation = run(input, "gateway_monitor_10000@ip1=7");
    assert.deepEqual(coursesOf(simulation), ["stop gateway ip1 done", "start gateway ip1 done"]);
    assert.equal(hasWork(simulation.next), false);
  });

  test("a start that fails ends the plan, and the next plan recovers", () => {
    const standby = putInStandby(input, "ip1");
    const once = runSteps(standby, { faults: [fault("address_start_0@ip2=1")], stepsMax: 1 });
    assert.deepEqual(coursesOf(once).slice(-2), [
      "start address ip2 failed",
      "start server ip2 skipped",
    ]);
    const simulation = run(standby, "address_start_0@ip2=1");
    assert.equal(hasWork(simulation.next), false);
    assert.deepEqual(placesOf(simulation)["address"], []);
  });

  test("a failure of what never runs is said to be unused", () => {
    const simulation = run(input, "address_promote_0@ip2=1");
    assert.deepEqual(simulation.unused, [fault("address_promote_0@ip2=1")]);
  });

  test("a cluster that would never come to rest ends at the limit", () => {
    // It is found wherever it is looked for, and what is found there is stopped again.
    const found = () => 0;
    const world = bringNodeUp(takeNodeDown(input, "ip2"), "ip2");
    const { steps } = runSteps(world, { found, stepsMax: 3 });
    assert.ok(steps.length <= 3);
  });
});

suite("carrying a transition out", () => {
  test("numbered instances of a foreign history are the ones that are stopped", () => {
    const { address = [], server = [], gateway = [] } = EVERYTHING;
    const history = { address, server, "gateway:0": gateway };
    const simulation = run(
      putInStandby(exampleInput({ status: nodeStatus("ip1", history) }), "ip1"),
    );
    assert.deepEqual(placesOf(simulation)["gateway"], []);
    assert.equal(hasWork(simulation.next), false);
  });

  test("a node that is fenced is offline then, and its history is empty", () => {
    const input = exampleInput();
    const action = {
      id: 0,
      node: "ip1",
      task: { kind: "fence", method: "reboot" },
      after: [],
    } as const;
    const plan = { decisions: [], states: [], placements: {}, scores: {}, recheckAt: null };
    const { input: after } = followTransition(input, { ...plan, actions: [action] });
    assert.equal(after.nodes[0]?.presence, "offline");
    assert.deepEqual(after.histories[0]?.resources, []);
  });
});

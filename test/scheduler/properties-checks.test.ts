// The rules see what they are there for: sound plans, made unsound by hand.

import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Action, ResourceState, Transition } from "../../agent/core/model/index.ts";
import { emptySpec } from "./oracle/random-spec.ts";
import { piece, type Spec, type SpecPrimitive } from "./oracle/spec.ts";
import {
  contradictsItself,
  findBrokenConstraints,
  findCycle,
  findForbiddenStarts,
  findIdleMonitors,
  findSecondCopies,
  findStartsBeforeFencing,
  findTooManyCopies,
} from "./properties-checks.ts";

function primitive(id: string): SpecPrimitive {
  return {
    kind: "primitive",
    id,
    agent: "ocf:pacemaker:Dummy",
    template: null,
    parameters: {},
    meta: {},
    utilization: {},
    operations: [],
    sets: [],
  };
}

function specOf(...ids: readonly string[]): Spec {
  return { ...emptySpec(1, "A"), resources: ids.map(primitive) };
}

function operation(id: number, text: string, after: readonly number[] = []): Action {
  const [name = "", resource = "", node = ""] = text.split(" ");
  const order = {
    resource,
    agent: { standard: "ocf", provider: "pacemaker", type: "Dummy" },
    operation: name,
    intervalMs: 0,
    timeoutMs: 1,
    parameters: {},
    digest: "",
    expectedStatus: 0,
    checkLevel: 0,
    onFail: "restart",
  } as const;
  return { id, node, after, task: { kind: "operation", order } };
}

function recurring(resource: string, node: string): Action {
  const { id, after, task } = operation(5, `monitor ${resource} ${node}`);
  if (task.kind !== "operation") throw new Error("an operation was made");
  return { id, node, after, task: { ...task, order: { ...task.order, intervalMs: 10_000 } } };
}

function stateOf(resource: string, nodes: readonly string[], promoted = false): ResourceState {
  return {
    resource,
    activeOn: nodes,
    role: nodes.length > 0 ? "Started" : "Stopped",
    failedOn: [],
    isManaged: true,
    unmanagedFor: null,
    unmanagedOn: [],
    inMaintenanceOn: [],
    isBlocked: false,
    isOrphan: false,
    isDisabled: false,
    isFailureIgnored: false,
    roles: nodes.length === 0 ? {} : promoted ? { Promoted: nodes } : { Started: nodes },
  };
}

function plan(actions: readonly Action[], states: readonly ResourceState[] = []): Transition {
  return { actions, states, decisions: [], placements: {}, scores: {}, recheckAt: null };
}

const FENCING: Action = { id: 9, node: "node2", after: [], task: { kind: "fence", method: "off" } };

suite("rules for plans", () => {
  test("a cycle is found", () => {
    const transition = plan([
      operation(1, "stop a node1", [2]),
      operation(2, "start a node1", [1]),
    ]);
    assert.equal(findCycle({ spec: specOf("a"), transition }).length, 1);
    assert.deepEqual(findCycle({ spec: specOf("a"), transition: plan([FENCING]) }), []);
  });

  for (const [words, change] of [
    ["is unclean", (spec) => Object.assign(spec.nodes[0] ?? {}, { presence: "unclean" })],
    ["is in standby", (spec) => Object.assign(spec.nodes[0]?.attributes ?? {}, { standby: "on" })],
    ["is leaving", (spec) => Object.assign(spec.nodes[0]?.transient ?? {}, { shutdown: "1" })],
    [
      "is banned",
      (spec) =>
        spec.constraints.push(
          piece("rsc_location", { rsc: "a", node: "node1", score: "-INFINITY" }),
        ),
    ],
  ] as const satisfies readonly (readonly [string, (spec: Spec) => unknown])[]) {
    test(`a start on a node that ${words} is found`, () => {
      const spec = specOf("a");
      const transition = plan([operation(1, "start a node1")]);
      assert.deepEqual(findForbiddenStarts({ spec, transition }), []);
      change(spec);
      assert.deepEqual(findForbiddenStarts({ spec, transition }), [
        `a starts on node1, which ${words}`,
      ]);
    });
  }

  test("a start that does not wait for the stop of a copy is found", () => {
    const spec = specOf("a");
    const states = [stateOf("a", ["node2"])];
    const stop = operation(1, "stop a node2");
    const sound = plan([stop, operation(2, "start a node1", [1])], states);
    assert.deepEqual(findSecondCopies({ spec, transition: sound }), []);
    const unsound = plan([stop, operation(2, "start a node1")], states);
    assert.equal(findSecondCopies({ spec, transition: unsound }).length, 1);
  });

  test("a start that does not wait for a fencing is found", () => {
    const spec = specOf("a");
    const sound = plan([FENCING, operation(2, "start a node1", [9])]);
    assert.deepEqual(findStartsBeforeFencing({ spec, transition: sound }), []);
    const unsound = plan([FENCING, operation(2, "start a node1")]);
    assert.equal(findStartsBeforeFencing({ spec, transition: unsound }).length, 1);
  });

  test("a monitor of what does not run is found", () => {
    const spec = specOf("a");
    const [start, monitor] = [operation(1, "start a node1"), recurring("a", "node1")];
    const states = [stateOf("a", [])];
    assert.deepEqual(findIdleMonitors({ spec, transition: plan([start, monitor], states) }), []);
    const active = plan([monitor], [stateOf("a", ["node1"])]);
    assert.deepEqual(findIdleMonitors({ spec, transition: active }), []);
    assert.equal(findIdleMonitors({ spec, transition: plan([monitor], states) }).length, 1);
  });
});

suite("rules for states at rest", () => {
  test("two copies of a primitive are found, unless nothing may be done about them", () => {
    const spec = specOf("a");
    const state = stateOf("a", ["node1", "node2"]);
    assert.equal(findTooManyCopies({ spec, transition: plan([], [state]) }).length, 1);
    const unmanaged = { ...state, isManaged: false };
    assert.deepEqual(findTooManyCopies({ spec, transition: plan([], [unmanaged]) }), []);
  });

  test("too many instances of a clone are found, and too many promoted ones", () => {
    const clone = { kind: "clone", id: "c", meta: { "clone-max": "1" }, child: primitive("a") };
    const spec = { ...emptySpec(1, "B"), resources: [{ ...clone, kind: "clone" as const }] };
    const transition = plan([], [stateOf("a", ["node1", "node2"], true)]);
    assert.deepEqual(findTooManyCopies({ spec, transition }), [
      "2 instances of a, at most 1",
      "2 of a are promoted",
    ]);
  });

  for (const [score, own, other, isBroken] of [
    ["INFINITY", ["node1"], ["node2"], true],
    ["INFINITY", ["node1"], [], true],
    ["INFINITY", ["node1"], ["node1"], false],
    ["INFINITY", [], ["node1"], false],
    ["-INFINITY", ["node1"], ["node1"], true],
    ["-INFINITY", ["node1"], ["node2"], false],
  ] as const) {
    test(`colocation ${score} of a on ${own} with b on ${other} is broken: ${isBroken}`, () => {
      const spec = specOf("a", "b");
      spec.constraints.push(piece("rsc_colocation", { rsc: "a", "with-rsc": "b", score }));
      const transition = plan([], [stateOf("a", own), stateOf("b", other)]);
      assert.equal(findBrokenConstraints({ spec, transition }).length > 0, isBroken);
    });
  }

  test("two colocations of one pair contradict each other, those of sets do not", () => {
    const spec = specOf("a", "b");
    const together = piece("rsc_colocation", { rsc: "a", "with-rsc": "b", score: "INFINITY" });
    const ofSets = piece("rsc_colocation", { score: "INFINITY" }, [piece("resource_set", {})]);
    spec.constraints.push(together, ofSets, ofSets);
    assert.equal(contradictsItself(spec), false);
    spec.constraints.push(
      piece("rsc_colocation", { rsc: "b", "with-rsc": "a", score: "-INFINITY" }),
    );
    assert.equal(contradictsItself(spec), true);
  });

  test("what runs without what comes first is found", () => {
    const spec = specOf("a", "b");
    // biome-ignore lint/suspicious/noThenProperty: the attribute is called so.
    spec.constraints.push(piece("rsc_order", { first: "a", then: "b" }));
    const sound = plan([], [stateOf("a", ["node1"]), stateOf("b", ["node2"])]);
    assert.deepEqual(findBrokenConstraints({ spec, transition: sound }), []);
    const unsound = plan([], [stateOf("a", []), stateOf("b", ["node2"])]);
    assert.deepEqual(findBrokenConstraints({ spec, transition: unsound }), [
      "order: b runs without a",
    ]);
  });
});

import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { closePairs, closePlan, directPredecessors, type Step } from "./precedence.ts";

function step(id: number, after: readonly number[], more: Partial<Step> = {}): Step {
  return { id, after, afterAny: [], isReal: true, ...more };
}

const POINT = { isReal: false };

suite("order of a plan", () => {
  test("what precedes a predecessor precedes too", () => {
    const pairs = [
      [0, 1],
      [1, 2],
    ] as const;
    assert.deepEqual(closePairs(3, pairs), [[], [0], [0, 1]]);
  });

  test("a point is contracted", () => {
    const { order } = closePlan([step(7, []), step(8, [7], POINT), step(9, [8])]);
    assert.deepEqual(order, [[], [0]]);
  });

  test("after one of several comes what all of them have before them", () => {
    const { order, stuck } = closePlan([
      step(1, []),
      step(2, [1]),
      step(3, [1, 6]),
      step(4, [], { afterAny: [2, 3], isReal: false }),
      step(5, [4]),
      step(6, []),
    ]);
    assert.deepEqual(order, [[], [0], [0, 4], [0], []]);
    assert.deepEqual(stuck, []);
  });

  test("after one of one is after that one", () => {
    const { order } = closePlan([step(1, []), step(2, [], { afterAny: [1] })]);
    assert.deepEqual(order, [[], [0]]);
  });

  test("a cycle and all behind it are stuck", () => {
    const { stuck } = closePlan([step(1, []), step(2, [1, 3]), step(3, [2]), step(4, [3])]);
    assert.deepEqual(stuck, [2, 3, 4]);
  });

  test("one that can be done is enough for a step that waits for one of several", () => {
    const steps = [step(1, []), step(2, [3]), step(3, [2]), step(4, [], { afterAny: [1, 2] })];
    assert.deepEqual(closePlan(steps).stuck, [2, 3]);
  });

  test("waiting for an action that is not in the plan is stuck", () => {
    assert.deepEqual(closePlan([step(1, [9])]).stuck, [1]);
  });

  test("listed backwards the order is the same", () => {
    const { order } = closePlan([step(3, [2]), step(2, [1]), step(1, [])]);
    assert.deepEqual(order, [[1, 2], [2], []]);
  });

  test("direct predecessors precede no other predecessor", () => {
    assert.deepEqual(directPredecessors([[], [0], [0, 1]], 2), [1]);
  });
});
